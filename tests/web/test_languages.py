import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

import flask_babel
import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.script import is_mixed, to_latin
from incidents.db.database import Database
from tests import builders, pages
from tests.conftest import NOW
from tests.web.said import said

TAGS = [language.tag for language in LANGUAGES]
PUBLIC = ["", "report", "receipt", "help", "complaint", "privacy", "statistics/"]
LINKED = [path for path in PUBLIC if path not in {"report", "complaint"}]
"""Pages whose other languages are links; a form is sent instead, so that answers are kept."""
READ_ALOUD = {"aria-label", "alt", "placeholder", "label", "title"}
CYRILLIC = re.compile(r"\w*[\u0400-\u04ff]\w*")


@pytest.fixture(scope="module")
def site(engine_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """A site that takes reports. These tests only read, so one serves all."""
    settings = Settings(
        instance=tmp_path_factory.mktemp("languages"),
        database_url="",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        exit_url="https://neutral.example/",
        hosts=("localhost",),
        seal_memory_mib=1,
    )
    with engine_database.rolled_back():
        with engine_database.unit_of_work() as session:
            builders.a_desk(session, settings, now=NOW)
        yield create_app(settings, now=lambda: NOW, database=engine_database)


@pytest.fixture
def reader(site: Flask) -> FlaskClient:
    return site.test_client()


def texts(element: Element, tag: str) -> Iterator[str]:
    """What is read in the page's own language: all words but those of elements marked with another."""
    if element.get("lang", tag) != tag:
        return
    yield from (value for name, value in element.attrib.items() if name in READ_ALOUD)
    yield element.text or ""
    for child in element:
        yield from texts(child, tag)
        yield child.tail or ""


def words(page: str, tag: str) -> list[str]:
    return " ".join(texts(pages.parsed(page), tag)).split()


def tongues(page: str) -> list[Element]:
    """The parts of the language switch, the page's own language among them."""
    [switch] = [element for element in pages.parsed(page).iter() if element.get("class") == "tongues"]
    return list(switch)


# Addresses.


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_every_language_serves_every_page_and_says_which_it_is(reader: FlaskClient, language, path: str) -> None:
    answer = reader.get(f"/{language.tag}/{path}")
    assert answer.status_code == 200
    assert pages.parsed(answer.text).get("lang") == language.tag
    [here] = [part for part in tongues(answer.text) if part.get("aria-current") == "true"]
    assert (here.get("lang"), here.text) == (language.tag, language.endonym)


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("path", LINKED)
def test_the_other_languages_are_links_to_the_same_page(reader: FlaskClient, tag: str, path: str) -> None:
    links = [part for part in tongues(reader.get(f"/{tag}/{path}").text) if part.tag == "a"]
    assert [link.get("href") for link in links] == [f"/{other}/{path}" for other in TAGS if other != tag]
    assert [(link.get("lang"), link.get("hreflang")) for link in links] == [
        (other, other) for other in TAGS if other != tag
    ]


@pytest.mark.parametrize("tag", TAGS)
def test_every_link_between_languages_opens_a_page_in_the_language_it_names(reader: FlaskClient, tag: str) -> None:
    for link in tongues(reader.get(f"/{tag}/help").text):
        if link.tag == "a":
            page = reader.get(link.get("href") or "").text
            assert pages.parsed(page).get("lang") == link.get("lang")


@pytest.mark.parametrize("tag", TAGS)
def test_the_form_has_a_button_for_every_other_language(reader: FlaskClient, tag: str) -> None:
    buttons = [part for part in tongues(reader.get(f"/{tag}/report").text) if part.tag == "button" and part.get("lang")]
    assert [(button.get("name"), button.get("value")) for button in buttons] == [
        ("speak", other) for other in TAGS if other != tag
    ]
    assert [button.get("lang") for button in buttons] == [other for other in TAGS if other != tag]


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("path", PUBLIC)
def test_every_link_of_a_page_stays_in_its_language(reader: FlaskClient, tag: str, path: str) -> None:
    links = [link for link in pages.parsed(reader.get(f"/{tag}/{path}").text).iter("a") if not link.get("hreflang")]
    addresses = [link.get("href") or "" for link in links]
    outward = {"/exit"} | {address for address in addresses if address.startswith(("#", "tel:", "mailto:", "https:"))}
    assert len(addresses) > 5
    assert [address for address in addresses if address not in outward and not address.startswith(f"/{tag}/")] == []


def test_the_address_decides_whatever_the_browser_asks_for(reader: FlaskClient) -> None:
    answer = reader.get("/hu/help", headers={"Accept-Language": "en, sr;q=0.9"})
    assert pages.parsed(answer.text).get("lang") == "hu"
    assert "Accept-Language" not in answer.headers.get("Vary", "")


@pytest.mark.parametrize("tag", TAGS)
def test_a_page_that_is_not_there_says_so_in_the_language_of_its_address(reader: FlaskClient, tag: str) -> None:
    answer = reader.get(f"/{tag}/nothing", headers={"Accept-Language": "de"})
    assert answer.status_code == 404
    assert pages.parsed(answer.text).get("lang") == tag


@pytest.mark.parametrize(("asked", "tag"), [("hu", "hu"), ("en-GB", "en"), ("sh", "sr-Latn"), ("de", "sr-Cyrl")])
def test_an_address_without_a_language_is_answered_in_the_one_asked_for(
    reader: FlaskClient, asked: str, tag: str
) -> None:
    answer = reader.get("/nothing", headers={"Accept-Language": asked})
    assert answer.status_code == 404
    assert pages.parsed(answer.text).get("lang") == tag


# What a browser asks for.


@pytest.mark.parametrize(
    ("asked", "tag"),
    [
        ("sr", "sr-Cyrl"),
        ("sr-RS", "sr-Cyrl"),
        ("sr-RS,sr;q=0.9,en;q=0.8", "sr-Cyrl"),
        ("sr-Cyrl-RS", "sr-Cyrl"),
        ("sr-Latn-RS,sr;q=.9", "sr-Latn"),
        ("SR-LATN-RS", "sr-Latn"),
        ("sr-ME", "sr-Latn"),
        ("sh", "sr-Latn"),
        ("cnr", "sr-Latn"),
        ("cnr-Latn-ME,en;q=0.5", "sr-Latn"),
        ("bs-BA,en-US;q=0.7", "bs"),
        ("hr-HR", "hr"),
        ("hu", "hu"),
        ("hu-RS", "hu"),
        ("hu-RS,sr;q=0.5", "hu"),
        ("sr;q=0.5,hu-RS", "hu"),
        ("en-US,en;q=0.9", "en"),
        ("de,en;q=0.5", "en"),
        ("de-AT,fr;q=0.9,hu;q=0.1", "hu"),
        ("en;q=0.2,hu;q=0.9,sr-Latn;q=0.5", "hu"),
        ("en;q=0,hu", "hu"),
        ("en;q=0", "sr-Cyrl"),
        ("de, hu;q=0, en;q=0.1", "en"),
        ("*", "sr-Cyrl"),
        ("*,en;q=0.5", "en"),
        ("de", "sr-Cyrl"),
        ("enx,hux,srx", "sr-Cyrl"),
        ("", "sr-Cyrl"),
        ("   ", "sr-Cyrl"),
        (";;;,,,q=", "sr-Cyrl"),
        ("en;q=viel,hu;q=0.1", "hu"),
        ("../../etc/passwd", "sr-Cyrl"),
        ("<script>alert(1)</script>", "sr-Cyrl"),
        ("'; DROP TABLE report; --", "sr-Cyrl"),
        ("x" * 5000, "sr-Cyrl"),
        (",".join(f"x{number}" for number in range(500)), "sr-Cyrl"),
    ],
)
def test_the_root_gives_the_language_that_the_browser_asks_for(reader: FlaskClient, asked: str, tag: str) -> None:
    answer = reader.get("/", headers={"Accept-Language": asked})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/{tag}/")


def test_a_browser_that_asks_for_nothing_gets_serbian(reader: FlaskClient) -> None:
    assert reader.get("/").headers["Location"] == "/sr-Cyrl/"


def test_what_is_kept_of_the_root_is_kept_by_language_and_without_a_cookie(reader: FlaskClient) -> None:
    answer = reader.get("/", headers={"Accept-Language": "hu"})
    assert "Accept-Language" in answer.headers["Vary"]
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    assert reader.get("/").headers["Location"] == "/sr-Cyrl/"


# Scripts.


@pytest.mark.parametrize("path", [*PUBLIC, "nothing"])
@pytest.mark.parametrize("tag", ["sr-Latn", "hu", "en"])
def test_a_page_in_latin_script_has_cyrillic_only_where_it_says_so(reader: FlaskClient, tag: str, path: str) -> None:
    found = words(reader.get(f"/{tag}/{path}").text, tag)
    assert len(found) > 15
    assert [word for word in found if CYRILLIC.search(word)] == []


@pytest.mark.parametrize("path", [*PUBLIC, "nothing"])
@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn"])
def test_no_word_of_a_serbian_page_mixes_two_scripts(reader: FlaskClient, tag: str, path: str) -> None:
    found = re.findall(r"\w+", " ".join(words(reader.get(f"/{tag}/{path}").text, tag)))
    assert len(found) > 15
    assert [word for word in found if is_mixed(word)] == []


@pytest.mark.parametrize("path", [*PUBLIC, "nothing"])
def test_a_cyrillic_page_is_written_in_cyrillic(reader: FlaskClient, path: str) -> None:
    found = words(reader.get(f"/sr-Cyrl/{path}").text, "sr-Cyrl")
    letters = [word for word in found if any(letter.isalpha() for letter in word)]
    assert sum(bool(CYRILLIC.search(word)) for word in letters) > 0.9 * len(letters)


@pytest.mark.parametrize("path", [*PUBLIC, "nothing"])
def test_a_latin_page_is_the_cyrillic_one_in_other_letters(reader: FlaskClient, path: str) -> None:
    cyrillic = words(reader.get(f"/sr-Cyrl/{path}").text, "sr-Cyrl")
    latin = words(reader.get(f"/sr-Latn/{path}").text, "sr-Latn")
    # The language switch names the page's own script.
    assert latin == [to_latin(word).replace("(ćirilica)", "(latinica)") for word in cyrillic]


@pytest.mark.parametrize(("tag", "script"), [("sr-Cyrl", True), ("sr-Latn", False), ("hu", False), ("en", False)])
def test_what_is_said_of_mistakes_is_in_the_script_of_the_page(reader: FlaskClient, tag: str, script: bool) -> None:
    path = f"/{tag}/receipt"
    form = pages.form(reader.get(path).text, path, own=path)
    answer = reader.post(path, data=form.sent(code="12"))
    assert answer.status_code == 422
    said = [element for element in pages.parsed(answer.text).iter() if element.get("class") == "field__error"]
    assert said
    assert all(bool(CYRILLIC.search("".join(element.itertext()))) is script for element in said)
    assert not any(is_mixed(word) for word in re.findall(r"\w+", " ".join(words(answer.text, tag))))


# Plurals.


PLURALS = [
    (0, "0 отворених пријава"),
    (1, "1 отворена пријава"),
    (2, "2 отворене пријаве"),
    (4, "4 отворене пријаве"),
    (5, "5 отворених пријава"),
    (11, "11 отворених пријава"),
    (12, "12 отворених пријава"),
    (21, "21 отворена пријава"),
    (22, "22 отворене пријаве"),
    (25, "25 отворених пријава"),
    (101, "101 отворена пријава"),
    (111, "111 отворених пријава"),
    (1002, "1002 отворене пријаве"),
]


def open_reports(site: Flask, tag: str, number: int) -> str:
    """As a page in this language says it."""
    with site.test_request_context(f"/{tag}/"):
        site.preprocess_request()
        return flask_babel.ngettext("%(num)s open report", "%(num)s open reports", number)


@pytest.mark.parametrize(("number", "said"), PLURALS)
def test_serbian_counts_in_three_forms_in_both_scripts(site: Flask, number: int, said: str) -> None:
    assert open_reports(site, "sr-Cyrl", number) == said
    assert open_reports(site, "sr-Latn", number) == to_latin(said)


@pytest.mark.parametrize(("number", "said"), [(1, "1 open report"), (2, "2 open reports"), (21, "21 open reports")])
def test_english_counts_in_two_forms(site: Flask, number: int, said: str) -> None:
    assert open_reports(site, "en", number) == said


def test_hungarian_says_one_and_many_alike(site: Flask) -> None:
    said = {open_reports(site, "hu", number).replace(str(number), "?") for number in (1, 2, 5, 21)}
    assert len(said) == 1
    assert "open" not in said.pop()


SAID = {
    "sr-Cyrl": ("Испричајте шта се десило", "Нема такве странице", "Језици ове странице"),
    "sr-Latn": ("Ispričajte šta se desilo", "Nema takve stranice", "Jezici ove stranice"),
    "hu": ("Mondja el, mi történt", "Nincs ilyen oldal", "Az oldal nyelvei"),
    "sq": ("Na tregoni çfarë ndodhi", "Nuk ka faqe të tillë", "Gjuhët e kësaj faqeje"),
    "bs": ("Ispričajte šta se dogodilo", "Nema takve stranice", "Jezici ove stranice"),
    "hr": ("Ispričajte što se dogodilo", "Nema takve stranice", "Jezici ove stranice"),
    "rom": ("Mothon amenđe so sas", "Gasavi rig naj", "E čhibja pe kaja rig"),
    "ro": ("Spuneți-ne ce s-a întâmplat", "Nu există o astfel de pagină", "Limbile acestui site"),
    "sk": ("Povedzte nám, čo sa stalo", "Taká stránka neexistuje", "Jazyky tejto stránky"),
    "rsk": ("Поведзце нам цо ше случело", "Нєт такей странїци", "Язики тей странїци"),
    "bg": ("Разкажете ни какво се случи", "Няма такава страница", "Езици на този сайт"),
    "mk": ("Кажете ни што се случи", "Нема таква страница", "Јазици на оваа страница"),
    "en": ("Tell us what happened", "There is no such page", "Languages of this site"),
}


@pytest.mark.parametrize("tag", TAGS)
def test_a_known_sentence_stands_on_each_kind_of_page(reader: FlaskClient, tag: str) -> None:
    form, missing, foot = SAID[tag]
    assert f">{form}</h1>" in reader.get(f"/{tag}/report").text
    assert f">{missing}</h1>" in reader.get(f"/{tag}/nothing").text
    for path in PUBLIC:
        assert f">{foot}</a>" in reader.get(f"/{tag}/{path}").text


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("page", ["start", "help", "privacy", "receipt", "report"])
def test_a_known_sentence_stands_in_the_body_of_each_page(reader: FlaskClient, tag: str, page: str) -> None:
    shown = pages.text_of(reader.get(f"/{tag}/{page if page != 'start' else ''}").text)
    here = said(page)
    assert here[tag] in shown
    assert [other for other in TAGS if here[other] != here[tag] and here[other] in shown] == []


def test_the_page_of_languages_names_each_with_what_was_checked(reader: FlaskClient) -> None:
    page = pages.parsed(reader.get("/hu/languages").text)
    names = [(name.get("lang"), name.text) for name in page.iter("dt")]
    assert names == [(language.tag, language.endonym) for language in LANGUAGES]
    *checked, english = [line.text or "" for line in page.iter("dd")]
    assert all("0 szöveget" in line for line in checked)
    assert english == "Ezen a nyelven íródtak először a szövegek."


@pytest.mark.parametrize(("wanted", "tag"), [("sq-XK", "sr-Latn"), ("mk", "sr-Cyrl"), ("hu", "hu"), ("sr", "sr-Cyrl")])
def test_the_way_into_the_desk_speaks_one_language_only(reader: FlaskClient, wanted: str, tag: str) -> None:
    page = reader.get("/desk/login", headers={"Accept-Language": wanted}).text
    assert pages.parsed(page).get("lang") == tag


@pytest.mark.parametrize("tag", TAGS)
def test_the_form_folds_the_other_languages_away(reader: FlaskClient, tag: str) -> None:
    page = pages.parsed(reader.get(f"/{tag}/report").text)
    [fold] = [part for part in page.iter("details") if any(one.get("class") == "tongues" for one in part.iter())]
    assert fold.get("open") is None
    assert BY_TAG[tag].endonym in "".join(fold[0].itertext())
