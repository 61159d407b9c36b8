"""A member of the desk writes down what somebody tells: read aloud in their language, sealed like any report."""

from typing import Any

import html5lib
import pytest
import sqlalchemy as sa

from incidents.core.accounts import Role
from incidents.core.languages import LANGUAGES
from incidents.core.receipt import parse_code
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.services import receipts
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_branches import FOR_SOMEONE, ONLINE, TOLD
from tests.web.test_reporting import ANSWERS, HOSTILE, code_on, stored_reports

HERE = "/desk/intake/"
TOLD_ON_PHONE: dict[str, Any] = {**ANSWERS, "origin": "telephone"}


@pytest.fixture
def desk(app, database, settings) -> AtDesk:
    return a_desk(app, database, settings, (Role.MODERATOR,))[0]


def write_down(desk: AtDesk, tag: str = "sr-Cyrl", **changes: Any) -> Any:
    """Open the sheet in one language, fill it in, seal it."""
    data = {name: value for name, value in {**TOLD_ON_PHONE, **changes}.items() if value is not None}
    return desk.press(HERE + tag, f"/intake/{tag}", **data)


def test_what_is_told_on_the_telephone_is_sealed_with_how_it_came(desk, database) -> None:
    answer = write_down(desk, "sq", words="Më bërtitën në rrugë, pastaj më shtynë.")
    assert answer.status_code == 200
    [report] = stored_reports(database, desk.member)
    assert (report.origin, report.language, report.words) == (
        "telephone",
        "sq",
        "Më bërtitën në rrugë, pastaj më shtynë.",
    )
    assert report.place_code == "730602"


def test_the_code_that_is_read_out_opens_the_status(desk, database, settings) -> None:
    page = write_down(desk, origin="in_person").text
    with database.reader() as session:
        assert receipts.open_receipt(session, parse_code(code_on(page)), pepper=settings.pepper)
    assert [report.origin for report in stored_reports(database, desk.member)] == ["in_person"]


def test_nothing_outside_the_seal_tells_how_it_came_or_who_wrote_it_down(desk, database) -> None:
    write_down(desk)
    with database.reader() as session:
        row = session.execute(sa.select(stored.Report.__table__)).one()
        trail = session.scalars(sa.select(AuditEntry)).all()
    assert not any(b"telephone" in value for value in row if isinstance(value, bytes))
    assert str(row.id) not in " ".join(str(vars(entry)) for entry in trail)


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_it_is_read_aloud_in_every_language_and_marked_as_such(desk, tag: str) -> None:
    page = pages.parsed(desk.open(HERE + tag))
    spoken = [part for part in page.iter("div") if part.get("lang") == tag]
    assert len(spoken) == 1
    words = "".join(spoken[0].itertext())
    script = {
        "sr-Cyrl": "Не морате ми рећи како се зовете",
        "sr-Latn": "Ne morate mi reći kako se zovete",
        "hu": "A nevét nem kell megmondania",
        "sq": "Nuk duhet të më thoni emrin",
        "bs": "Ne morate mi reći kako se zovete",
        "hr": "Ne morate mi reći kako se zovete",
        "rom": "Ni moraš te mothon manđe tumaro alav",
        "ro": "Nu trebuie să-mi spuneți cum vă cheamă",
        "sk": "Nemusíte mi povedať svoje meno",
        "rsk": "Нє мушице ми повесц як ше волаце",
        "bg": "Не е нужно да ми казвате името си",
        "mk": "Не мора да ми кажете како се викате",
        "en": "You do not have to tell me your name",
    }
    assert script[tag] in words
    title = page.find(".//h1")
    assert title is not None
    assert title.text == "Запишите пријаву"


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_text_on_the_sheet_too(desk, text: str) -> None:
    page = pages.parsed(write_down(desk, words=text, place=text[:100], origin=None).text)
    [area] = [part for part in page.iter("textarea") if part.get("name") == "words"]
    assert (area.text or "").removeprefix("\n") == text.replace("\r\n", "\n")
    assert [one for one in page.iter("script") if not one.get("src")] == []


EVERYTHING = {
    **ANSWERS,
    **FOR_SOMEONE,
    **ONLINE,
    **TOLD,
    "when_words": "око Ускрса",
    "origin": "in_person",
    "place": "Ада",
}


@pytest.mark.parametrize("changes", [{"speak": "hu"}, {"role": []}, {"token": "x"}], ids=["language", "422", "token"])
def test_no_answer_is_lost_when_the_sheet_comes_back(desk, database, changes: dict[str, Any]) -> None:
    answer = desk.press(HERE + "sr-Cyrl", "/intake/sr-Cyrl", **{**EVERYTHING, **changes})
    assert answer.status_code == (200 if "speak" in changes else 422)
    sent = pages.form(answer.text, "/intake/sr-Cyrl").sent()
    for name in EVERYTHING.keys() - changes.keys():
        value = EVERYTHING[name]
        assert sorted(sent[name]) == sorted(value if isinstance(value, list) else [value]), name
    assert stored_reports(database, desk.member) == []


def test_a_language_is_chosen_without_losing_an_answer(desk) -> None:
    form = pages.form(desk.open(HERE + "sr-Cyrl"), "/intake/sr-Cyrl")
    answer = desk.client.post(HERE + "rom", data=form.sent(**{**EVERYTHING, "speak": "rom"}))
    assert answer.status_code == 200
    assert pages.form(answer.text, "/intake/rom").sent()["when_words"] == ["око Ускрса"]
    assert "Ni moraš te mothon" in answer.text


def test_how_it_came_must_be_said(desk, database) -> None:
    answer = write_down(desk, origin=None)
    assert answer.status_code == 422
    assert "#origin" in answer.text
    assert write_down(desk, origin="pigeon").status_code == 422
    assert stored_reports(database, desk.member) == []


def test_an_ambiguous_place_is_asked_about_once(desk, database) -> None:
    page = write_down(desk, place="Слатина")
    assert page.status_code == 422
    sent = pages.form(page.text, "/intake/sr-Cyrl").sent(place_code="706523")
    assert desk.client.post(HERE + "sr-Cyrl", data=sent).status_code == 200
    assert [report.area for report in stored_reports(database, desk.member)] == ["70327"]


def test_pressing_twice_makes_one_report_and_other_answers_are_told(desk, database) -> None:
    form = pages.form(desk.open(HERE + "hu"), "/intake/hu")
    pressed = [desk.client.post(HERE + "hu", data=form.sent(**TOLD_ON_PHONE)) for _ in range(2)]
    assert len({code_on(answer.text) for answer in pressed}) == 1
    other = desk.client.post(HERE + "hu", data=form.sent(**{**TOLD_ON_PHONE, "words": "Нешто друго"}))
    assert other.status_code == 422
    assert len(stored_reports(database, desk.member)) == 1
    again = pages.form(other.text, "/intake/hu").sent()
    assert desk.client.post(HERE + "hu", data=again).status_code == 200
    assert len(stored_reports(database, desk.member)) == 2


def test_the_token_of_the_public_form_opens_nothing_here(desk, database) -> None:
    form = pages.form(desk.open(HERE + "en"), "/intake/en").sent(**TOLD_ON_PHONE)
    answer = desk.client.post(HERE + "en", data={**form, "token": form["sheet"]})
    assert answer.status_code == 422
    assert stored_reports(database, desk.member) == []


ALLOWED = {Role.MODERATOR}


@pytest.mark.parametrize("role", list(Role))
def test_only_who_reads_reports_may_write_one_down(app, database, settings, role) -> None:
    [who] = a_desk(app, database, settings, (role,))
    expected = (
        {"begin": 303, "show": 200, "seal": 422} if role in ALLOWED else dict.fromkeys(("begin", "show", "seal"), 403)
    )
    assert {
        "begin": who.client.get(HERE).status_code,
        "show": who.client.get(HERE + "hu").status_code,
        "seal": who.client.post(HERE + "hu", data={}).status_code,
    } == expected


def test_a_stranger_is_shown_the_door(client, desk) -> None:
    assert client.get(HERE + "hu").headers["Location"].endswith("/desk/login")
    assert client.post(HERE + "hu", data=TOLD_ON_PHONE).headers["Location"].endswith("/desk/login")


def test_the_sheet_is_valid_kept_by_nobody_and_leads_to_the_next(desk) -> None:
    sealed = write_down(desk)
    for page in (desk.client.get(HERE + "bg"), sealed):
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page.text)
        assert [error for _, error, _ in parser.errors] == []
        assert page.headers["Cache-Control"] == "no-store"
    assert f'href="{HERE}"' in sealed.text
    assert HERE in desk.open("/desk/")
