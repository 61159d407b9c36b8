import pytest

from incidents.core.batch.columns import HEADERS, LISTS, NoHeader, TwoAlike, column_of, header_of, template
from incidents.core.languages import BY_TAG
from incidents.core.script import fold


def test_no_name_stands_for_two_columns() -> None:
    names = [one for column, by in HEADERS.items() for one in {fold(name) for name in (column, *sum(by.values(), ()))}]
    assert [name for name in names if names.count(name) > 1] == []


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("Šta se dogodilo", "acts"),
        ("ШТА СЕ ДОГОДИЛО", "acts"),
        ("sta se dogodilo *", "acts"),
        ("Лично својство", "grounds"),
        ("licno_svojstvo", "grounds"),
        ("Datum (dan.mesec.godina)", "date"),
        ("Mi történt?", "acts"),
        ("Település", "place"),
        (" Kind of place ", "setting"),
        ("R. br.", "reference"),
        ("Ime i prezime", ""),
        ("", ""),
    ],
)
def test_a_column_is_known_by_its_names_in_any_script_and_spelling(name: str, column: str) -> None:
    assert column_of(name) == column


def test_titles_and_names_of_groups_stand_above_the_header() -> None:
    rows = [
        ["Udruženje „Primer“", "", "", ""],
        ["", "Događaj", "", "Mesto"],
        ["Broj", "Šta se dogodilo", "Lično svojstvo", "Vrsta mesta"],
        ["1", "threat", "race", "street"],
    ]
    header = header_of(rows)
    assert header.row == 2
    assert header.columns == {"reference": 0, "acts": 1, "grounds": 2, "setting": 3}


def test_what_is_not_read_is_told_with_what_may_have_been_meant() -> None:
    header = header_of([["acts", "grounds", "setting", "Ime i prezime", "Pogođenagrupa"]])
    assert [(one.name, one.nearest) for one in header.unread] == [("Ime i prezime", ""), ("Pogođenagrupa", "targets")]


def test_two_columns_for_one_thing_are_refused_by_name() -> None:
    with pytest.raises(TwoAlike) as refused:
        header_of([["acts", "grounds", "setting", "Mesto", "Naselje"]])
    assert (refused.value.column, refused.value.names) == ("place", ["Mesto", "Naselje"])


@pytest.mark.parametrize(
    ("rows", "missing"),
    [
        ([], ("acts", "grounds", "setting")),
        ([["1", "2"]], ("acts", "grounds", "setting")),
        ([["date", "place", "acts"]], ["grounds", "setting"]),
    ],
)
def test_without_the_needed_columns_it_says_which(rows, missing) -> None:
    with pytest.raises(NoHeader) as refused:
        header_of(rows)
    assert refused.value.missing == missing


@pytest.mark.parametrize("tag", BY_TAG)
def test_the_template_has_a_header_that_is_read(tag: str) -> None:
    header = header_of([template(tag)])
    assert header.unread == []
    assert set(header.columns) >= set(LISTS) | {"reference", "date", "place", "words"}
