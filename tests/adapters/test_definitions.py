"""The texts that moderators decide by, as they stand in the package."""

import re
from itertools import pairwise

import polib
import pytest

from incidents.adapters import catalogues, data_files
from incidents.core.definitions import DEFINED
from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.script import is_mixed
from incidents.resources import folder

AT_DESK = [language.tag for language in LANGUAGES if language.is_at_desk]
WRITTEN = ["sr-Cyrl", "hu"]
LONGEST = 300


def meanings(tag: str) -> dict[str, tuple[str, ...]]:
    definitions = data_files.definitions()
    return {".".join(place): catalogues.meaning(definition, tag) for place, definition in definitions.items()}


@pytest.mark.parametrize("tag", AT_DESK)
def test_every_code_of_the_desk_has_a_definition_and_two_examples(tag: str) -> None:
    vocabulary = data_files.vocabulary()
    coded = {term.key for name in DEFINED for term in vocabulary.of(name)}
    found = meanings(tag)
    assert found.keys() == coded
    for key, texts in found.items():
        assert len(texts) == 3, key
        for text in texts:
            assert 10 < len(text) <= LONGEST, f"{key}: {text}"
            assert text == text.strip()
            assert "  " not in text
            assert re.search(r"[.!?][”“]?$", text), f"{key}: {text}"


@pytest.mark.parametrize("tag", AT_DESK)
def test_no_two_texts_are_the_same(tag: str) -> None:
    said = sorted(text.casefold() for texts in meanings(tag).values() for text in texts)
    assert [one for one, next_one in pairwise(said) if one == next_one] == []


@pytest.mark.parametrize("tag", WRITTEN)
def test_each_is_translated_and_nothing_is_left_over(tag: str) -> None:
    texts = {
        (context, text)
        for definition in data_files.definitions().values()
        for context, text in zip(definition.contexts(), definition.texts(), strict=True)
    }
    entries = polib.pofile(str(folder("translations") / tag / "LC_MESSAGES" / "definitions.po"))
    assert {(entry.msgctxt, entry.msgid) for entry in entries} == texts
    assert [entry.msgctxt for entry in entries if not entry.msgstr or entry.msgstr == entry.msgid] == []


@pytest.mark.parametrize("tag", AT_DESK)
def test_each_language_keeps_to_its_script(tag: str) -> None:
    wrong = r"[a-z]" if tag == "sr-Cyrl" else r"[\u0400-\u04ff]"
    for key, texts in meanings(tag).items():
        for text in texts:
            assert not re.search(wrong, text, re.IGNORECASE), f"{key}: {text}"
            assert not any(is_mixed(word) for word in re.findall(r"\w+", text)), f"{key}: {text}"


@pytest.mark.parametrize(("tag", "closing"), [("sr-Cyrl", "“"), ("hu", "”")])
def test_quotes_are_those_of_the_language(tag: str, closing: str) -> None:
    for key, texts in meanings(tag).items():
        for text in texts:
            assert text.count("„") == text.count(closing), f"{key}: {text}"
            assert not set(text) & set("\"'«»"), f"{key}: {text}"


def test_only_languages_of_the_desk_have_definitions() -> None:
    found = {path.parent.parent.name for path in folder("translations").rglob("definitions.po")}
    assert found == set(WRITTEN)
    assert all(BY_TAG[tag].is_at_desk for tag in found)
