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
