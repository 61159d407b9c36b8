"""The words that are frozen with a release."""

from __future__ import annotations

import json

import pytest

from incidents.adapters import catalogues, data_files
from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.core.release import rows_in, to_csv, to_json_file
from incidents.core.script import to_latin
from incidents.core.tables import TABLES, Table
from incidents.publishing import words
from incidents.publishing.words import WORDS
from incidents.services.wording import words_of
from tests.publishing.editions import REGIONS, SOME, a_row, an_edition

PLACES, VOCABULARY = data_files.places(), data_files.vocabulary()


@pytest.fixture(scope="module")
def said() -> dict[str, words.Words]:
    """Of a release with areas of every kind."""
    table = Table("area-ground", ("time", "area", "ground"))
    areas = ["_T", "RS12", "01", "80438", "KM", "online", "unknown", "01-O", "01-U"]
    plan = {"table_names": [table.name], "tables": [list(table.cuts)]}
    files = {
        f"{table.name}.csv": to_csv(table, [a_row("2026", area, "race", value=1) for area in areas]),
        "plan-incidents-2026.json": to_json_file(plan),
    }
    content = json.loads(words_of(rows_in(files), VOCABULARY, PLACES, catalogues.label))
    return {tag: words.read(content, tag) for tag in BY_TAG}


def test_codes_have_the_names_that_pages_show(said: dict[str, words.Words]) -> None:
    assert said["hu"].label("area", "80438") == "Szabadka"
    assert said["hu"].label("area", "online") == "Az interneten"
    assert said["en"].label("area", "01-O") == "North Bačka District: Smaller municipalities together"
    assert said["sr-Cyrl"].label("ground", "race") == "Раса"
    assert said["mk"].label("area", "_T") == "Вкупно"


def test_latin_serbian_is_the_cyrillic_in_other_letters(said: dict[str, words.Words]) -> None:
    for dimension, labels in said["sr-Cyrl"].labels.items():
        assert said["sr-Latn"].labels[dimension] == {code: to_latin(label) for code, label in labels.items()}


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_every_language_has_every_word(said: dict[str, words.Words], tag: str) -> None:
    assert said[tag].texts.keys() == said["en"].texts.keys()
    assert all(said[tag].texts.values())
    assert all(label for labels in said[tag].labels.values() for label in labels.values())


def test_languages_say_it_in_words_of_their_own(said: dict[str, words.Words]) -> None:
    for key in ("title", "licence_terms", "mark", "why_withheld", "check"):
        assert [tag for tag in BY_TAG if said[tag].texts[key] == said["en"].texts[key]] == ["en"], key


def test_a_free_table_is_called_by_its_dimensions(said: dict[str, words.Words]) -> None:
    assert said["en"].title(Table("gender-reported", ("gender", "reported"))) == (
        "Gender of the people attacked × Whether an authority was told"
    )


def test_every_planned_table_has_a_title_of_its_own(said: dict[str, words.Words]) -> None:
    titles = {table.name: said["en"].title(table) for table in TABLES.values()}
    assert len(set(titles.values())) == len(TABLES)
    assert not [title for title in titles.values() if "×" in title]


def test_a_table_by_place_says_what_the_asterisk_means(said: dict[str, words.Words]) -> None:
    assert any("1244" in note for note in said["ro"].notes(TABLES["district"]))
    assert not any("1244" in note for note in said["ro"].notes(TABLES["act"]))


def test_words_are_those_of_the_day_of_freezing() -> None:
    edition = an_edition({REGIONS: SOME[REGIONS]}, label=lambda code: f"first {code}")
    later = an_edition({REGIONS: SOME[REGIONS]}, label=lambda code: f"later {code}")
    assert edition.words("bg").label("area", "RS12") == "first RS12"
    assert edition.files[WORDS] != later.files[WORDS]
