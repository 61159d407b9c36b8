import csv
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from incidents.adapters import catalogues, data_files
from incidents.core.languages import LANGUAGES
from incidents.core.script import is_mixed
from incidents.resources import folder

WRITTEN = [language for language in LANGUAGES if language.derived_from is None and language.tag != "en"]
CYRILLIC = {"sr-Cyrl", "rsk", "bg", "mk"}
_MARKS = re.compile(r"%\(\w+\)[sd]|</?\w+[^>]*>|https?://\S+")


def entries(tag: str) -> Iterator[polib.POEntry]:
    for path in sorted((folder("translations") / tag / "LC_MESSAGES").glob("*.po")):
        yield from polib.pofile(str(path))


def texts(entry: polib.POEntry) -> list[str]:
    return [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_every_term_has_a_label(language) -> None:
    vocabulary = data_files.vocabulary()
    for name, terms in vocabulary.terms.items():
        labels = [catalogues.label(term, language.tag) for term in terms.values()]
        assert all(labels), name
        if language.tag not in {"en"}:
            catalogue = catalogues.catalogue(language.tag, "vocabulary")
            missing = [t.key for t in terms.values() if (f"{t.key}\x04{t.label_en}") not in catalogue._catalog]
            assert missing == [], name


@pytest.mark.parametrize("language", WRITTEN, ids=lambda language: language.tag)
def test_no_word_mixes_scripts_and_no_text_is_in_the_wrong_one(language) -> None:
    for entry in entries(language.tag):
        for text in texts(entry):
            bare = _MARKS.sub(" ", text)
            assert not any(is_mixed(word) for word in re.findall(r"\w+", bare)), text
            if language.tag not in CYRILLIC:
                assert not re.search(r"[\u0400-\u04ff]", bare), text


@pytest.mark.parametrize("language", WRITTEN, ids=lambda language: language.tag)
def test_placeholders_tags_and_addresses_are_those_of_the_source(language) -> None:
    for entry in entries(language.tag):
        allowed = set(_MARKS.findall(entry.msgid)) | set(_MARKS.findall(entry.msgid_plural))
        for text in texts(entry):
            if text:
                assert set(_MARKS.findall(text)) <= allowed, text
                if not entry.msgid_plural:
                    assert set(_MARKS.findall(text)) == allowed, text


def test_latin_serbian_is_derived_from_cyrillic() -> None:
    term = data_files.vocabulary().terms["ground"]["race"]
    assert catalogues.label(term, "sr-Cyrl") == "Раса"
    assert catalogues.label(term, "sr-Latn") == "Rasa"
    assert not (folder("translations") / "sr-Latn").exists()


@pytest.mark.parametrize(
    ("number", "form"), [(1, 0), (2, 1), (3, 1), (5, 2), (11, 2), (21, 0), (22, 1), (101, 0), (0, 2)]
)
def test_serbian_has_three_plurals(number: int, form: int) -> None:
    for tag in ("sr-Cyrl", "sr-Latn"):
        assert catalogues.catalogue(tag, "vocabulary").plural(number) == form


def test_a_text_that_one_language_lacks_comes_from_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    for tag, body in (("sr-Cyrl", 'msgid "Hello"\nmsgstr "Здраво"\n'), ("hu", "")):
        path = tmp_path / tag / "LC_MESSAGES"
        path.mkdir(parents=True)
        (path / "messages.po").write_text(header + body, encoding="utf-8")
    monkeypatch.setattr(catalogues, "folder", lambda _name: tmp_path)
    catalogues.catalogue.cache_clear()
    try:
        assert catalogues.catalogue("hu", "messages").gettext("Hello") == "Zdravo"
        assert catalogues.catalogue("hu", "messages").gettext("Bye") == "Bye"
    finally:
        catalogues.catalogue.cache_clear()


COUNTS = (0, 1, 2, 3, 5, 11, 21, 22, 101)
FORMS = {
    "sr-Cyrl": (2, 0, 1, 1, 2, 2, 0, 1, 0),
    "sr-Latn": (2, 0, 1, 1, 2, 2, 0, 1, 0),
    "bs": (2, 0, 1, 1, 2, 2, 0, 1, 0),
    "hr": (2, 0, 1, 1, 2, 2, 0, 1, 0),
    "ro": (1, 0, 1, 1, 1, 1, 2, 2, 1),
    "sk": (2, 0, 1, 1, 2, 2, 2, 2, 2),
    "rsk": (2, 0, 1, 1, 2, 2, 2, 2, 2),
    "mk": (1, 0, 1, 1, 1, 1, 0, 1, 0),
    **dict.fromkeys(("hu", "sq", "rom", "bg", "en"), (1, 0, 1, 1, 1, 1, 1, 1, 1)),
}


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_every_language_counts_by_its_own_rule(language) -> None:
    catalogue = catalogues.catalogue(language.tag, "messages")
    if language.tag == "en":
        forms = tuple(int(number != 1) for number in COUNTS)
        shown = [catalogue.ngettext("one", "many", number) for number in COUNTS]
        assert shown == [("one", "many")[form] for form in forms]
    else:
        assert tuple(catalogue.plural(number) for number in COUNTS) == FORMS[language.tag]


@pytest.mark.parametrize("language", WRITTEN, ids=lambda language: language.tag)
def test_a_text_that_counts_has_all_the_forms_of_its_language(language) -> None:
    forms = {catalogues.catalogue(language.tag, "messages").plural(number) for number in range(200)}
    counting = [entry for entry in entries(language.tag) if entry.msgid_plural]
    assert counting
    for entry in counting:
        assert set(entry.msgstr_plural) == forms


def test_only_texts_that_say_so_count_as_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    body = '# reviewed 2026-11\nmsgid "Hello"\nmsgstr "Szia"\n\n# not reviewed\nmsgid "Bye"\nmsgstr "Viszlát"\n'
    path = tmp_path / "hu" / "LC_MESSAGES"
    path.mkdir(parents=True)
    for domain in ("messages", "vocabulary"):
        (path / f"{domain}.po").write_text(header + body, encoding="utf-8")
    monkeypatch.setattr(catalogues, "folder", lambda _name: tmp_path)
    catalogues.review_of.cache_clear()
    try:
        assert catalogues.review_of("hu") == catalogues.Review(checked=2, all=4)
    finally:
        catalogues.review_of.cache_clear()


@pytest.mark.parametrize("language", WRITTEN, ids=lambda language: language.tag)
def test_the_words_of_the_glossary_are_those_that_the_pages_say(language) -> None:
    """As the page says it, or for a word of sentences: its stem stands wherever the English sentence has the word."""
    public = polib.pofile(str(folder("translations") / language.tag / "LC_MESSAGES" / "messages.po"))
    said = {entry.msgid: " ".join(texts(entry)).lower() for entry in public}
    with (folder("translations") / "glossary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 20
    for row in rows:
        word, own = row["en"], row[language.tag].lower()
        if word in said:
            assert said[word] == own
            continue
        sentences = [text for english, text in said.items() if re.search(rf"\b{word}s?\b", english)]
        assert len(sentences) > 5
        assert sum(own[:5] in text for text in sentences) > 0.6 * len(sentences), word
