"""The file of phrases: complete in all languages, short enough, and refused where it is wrong."""

from pathlib import Path

import pytest

from incidents.adapters.phrase_files import BadPhrases, phrases, read_phrases
from incidents.core.languages import LANGUAGES
from incidents.core.phrases import VARIABLES, Phrase, fill
from incidents.services.moderation import LONGEST_QUESTION

WRITTEN = {language.tag for language in LANGUAGES if language.derived_from is None}
IN_CYRILLIC = {"sr-Cyrl", "rsk", "bg", "mk"}


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.situation)
def test_a_phrase_is_written_in_every_language_of_the_site_and_its_own_script(phrase: Phrase) -> None:
    assert set(phrase.texts) == WRITTEN
    blank = dict.fromkeys(VARIABLES, "")
    for tag, text in phrase.texts.items():
        letters = {"CYRILLIC" if "\u0400" <= c <= "\u04ff" else "LATIN" for c in text.format_map(blank) if c.isalpha()}
        assert letters == {"CYRILLIC" if tag in IN_CYRILLIC else "LATIN"}, tag


@pytest.mark.parametrize("phrase", phrases(), ids=lambda phrase: phrase.situation)
def test_a_phrase_with_long_names_in_it_can_be_sent(phrase: Phrase) -> None:
    for language in LANGUAGES:
        filled = fill(phrase, language.tag, dict.fromkeys(VARIABLES, "ш" * 300))
        assert filled is not None
        assert len(filled.text) <= LONGEST_QUESTION


@pytest.mark.parametrize("number", ["192", "194"])
def test_whoever_may_be_in_danger_reads_whom_to_call(number: str) -> None:
    [danger] = [phrase for phrase in phrases() if phrase.situation == "danger_now"]
    assert all(number in text for text in danger.texts.values())


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ('[a]\nkind = "song"\nsr-Cyrl = "Где?"', "kind must be one of question, notice"),
        ('[a]\nkind = "question"\nhu = "Hol?"', "there is no text in sr-Cyrl"),
        ('[a]\nkind = "question"\nsr-Cyrl = "Где, {words}?"', "nothing can be filled in for words"),
        ('[a]\nkind = "question"\nsr-Cyrl = "Где?"\nsr-Latn = "Gde?"', "sr-Latn is not a language"),
        ('[a]\nkind = "question"\nsr-Cyrl = "Где?"\nhu = "Hol, {places}?"', "hu names other variables than sr-Cyrl"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, written: str, why: str) -> None:
    path = tmp_path / "phrases.toml"
    path.write_text(written, encoding="utf-8")
    with pytest.raises(BadPhrases, match=why):
        read_phrases(path)
