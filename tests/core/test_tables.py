from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core import counting, tables
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO
from incidents.core.tables import CORRECTIONS, INCIDENTS, LISTS, SET_ASIDE, SUBJECTS, TABLES, Rung, Table
from incidents.core.vocabulary import Term, Vocabulary
from incidents.disclosure.counts import Cells
from incidents.disclosure.rules import thresholds_of
from incidents.disclosure.spec import Dominance, Spec, spec_of

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
FIRST, SECOND = Quarter(2026, 1), Quarter(2026, 2)
DIMENSIONS = tables.plan_dimensions(VOCABULARY, PLACES)
SMALL, MIDDLE, FULL = INCIDENTS.rungs
EVERY_RUNG = [
    pytest.param(subject, rung, id=f"{subject.name}-{rung.name}") for subject in SUBJECTS for rung in subject.rungs
]


def a_plan(rung: Rung = FULL, subject: tables.Subject = INCIDENTS, *quarters: Quarter) -> dict[str, Any]:
    return tables.plan(subject, rung, 2026, quarters or [FIRST], VOCABULARY, PLACES)


def with_ground(code: str) -> Vocabulary:
    """The vocabulary with one more ground, in a group that has others."""
    [group] = VOCABULARY.terms["ground"]["sexual_orientation"].parents
    added = Term("ground", code, 900, (group,), is_public=True, is_confirmed=True, label_en=code)
    grounds = {**VOCABULARY.terms["ground"], code: added}
    return replace(VOCABULARY, version="next", terms={**VOCABULARY.terms, "ground": grounds})


def all_of(subject: tables.Subject) -> tuple[Rung, tables.Subject]:
    return subject.rungs[0], subject


def parents_of(dimension: Mapping[str, Any]) -> dict[str, str]:
    return {code: parent for parent, codes in dimension["rel"].items() for code in codes}


def leaves_of(dimension: Mapping[str, Any]) -> set[str]:
    return parents_of(dimension).keys() - dimension["rel"].keys()


def line_of(code: str, dimension: Mapping[str, Any]) -> list[str]:
    """A code and all above it, without the total."""
    parents, line = parents_of(dimension), [code]
    while parents[line[-1]] != dimension["total"]:
        line.append(parents[line[-1]])
    return line


def threshold(spec: Spec, **codes: str) -> int:
    """Of one cell, whatever its count."""
    trees = tuple(spec.trees.values())
    place = [tree.places[codes.get(tree.name, tree.codes[0])] for tree in trees]
    return int(thresholds_of(spec, Cells(trees, np.array([place]), np.array([1])))[0])


def a_term(vocabulary: str, code: str, *parents: str) -> Term:
    return Term(vocabulary, code, 0, parents, True, True, code)


# The tables and their rungs.


@pytest.mark.parametrize(
    ("last_year", "name"),
    [
        (None, "small"),
        (0, "small"),
        (1_999, "small"),
        (2_000, "middle"),
        (7_999, "middle"),
        (8_000, "full"),
        (90_000, "full"),
    ],
)
def test_the_volume_of_last_year_chooses_the_tables(last_year: int | None, name: str) -> None:
    assert INCIDENTS.rung(last_year).name == name


@pytest.mark.parametrize("subject", [SET_ASIDE, CORRECTIONS], ids=lambda subject: subject.name)
@pytest.mark.parametrize("last_year", [None, 50_000])
def test_other_subjects_have_the_same_table_every_year(subject: tables.Subject, last_year: int | None) -> None:
    assert [table.name for table in subject.rung(last_year).tables] == [subject.name]


def test_every_rung_has_the_tables_of_every_quarter() -> None:
    first = set.intersection(*(set(rung.tables) for rung in INCIDENTS.rungs))
    assert {table.name for table in first if "time" in table.cuts} == {
        *("ground", "act", "district", "verification", "reported", "gender", "age", "delay")
    }
    assert all("setting" in {table.name for table in rung.tables} for rung in INCIDENTS.rungs)
    assert {table.name for table in first if "time" not in table.cuts} == {"ground_gender", "ground_age", "target"}


@pytest.mark.parametrize("rung", INCIDENTS.rungs, ids=lambda rung: rung.name)
def test_no_two_tables_of_a_rung_have_one_name(rung: Rung) -> None:
    assert len({table.name for table in rung.tables}) == len(rung.tables)


def test_a_table_has_the_same_dimensions_on_every_rung() -> None:
    for rung in INCIDENTS.rungs:
        for table in rung.tables:
            assert table.dimensions == TABLES[table.name].dimensions


def test_the_dimensions_of_a_table_are_told_without_time_and_levels() -> None:
    assert Table("any", ("time", "area@region", "ground")).dimensions == ("area", "ground")


# The plan that a release carries.


@pytest.mark.parametrize(("subject", "rung"), EVERY_RUNG)
def test_a_plan_can_be_read_by_whoever_has_it(subject: tables.Subject, rung: Rung) -> None:
    spec = spec_of(a_plan(rung, subject))
    assert [tuple(f"{cut.name}@{cut.at[0]}" if cut.at else cut.name for cut in table) for table in spec.tables] == [
        table.cuts for table in rung.tables
    ]
    assert spec.names[0] == "time"
    assert spec.count_column == "n"


@pytest.mark.parametrize(("subject", "rung"), EVERY_RUNG)
def test_a_plan_says_what_it_is(subject: tables.Subject, rung: Rung) -> None:
    plan = a_plan(rung, subject)
    assert plan["plan"] == f"{tables.PLAN_VERSION} {subject.name} {rung.name}"
    assert plan["vocabulary"] == VOCABULARY.version
    assert plan["table_names"] == [table.name for table in rung.tables]


def test_a_plan_has_only_the_dimensions_that_its_tables_need() -> None:
    assert set(a_plan(FULL)["dims"]) == {
        *("time", "area", "ground", "target", "act", "setting", "verification", "gender", "age", "reported", "delay")
    }
    assert list(a_plan(*all_of(SET_ASIDE))["dims"]) == ["time", "set_aside"]


def test_a_year_is_the_total_of_its_quarters() -> None:
    time = a_plan(SMALL, INCIDENTS, FIRST, SECOND)["dims"]["time"]
    assert (time["total"], time["rel"]) == ("2026", {"2026": ["2026-Q1", "2026-Q2"]})


def test_one_more_quarter_changes_nothing_else_in_a_plan() -> None:
    plan = a_plan(SMALL)
    assert tables.with_quarter(plan, SECOND, VOCABULARY, PLACES) == a_plan(SMALL, INCIDENTS, FIRST, SECOND)
    assert plan == a_plan(SMALL)


def test_a_code_that_is_new_in_mid_year_joins_the_plan() -> None:
    wider = tables.with_quarter(a_plan(SMALL), SECOND, with_ground("homelessness"), PLACES)
    assert leaves_of(wider["dims"]["ground"]) - leaves_of(a_plan(SMALL)["dims"]["ground"]) == {"homelessness"}
    assert {**wider["dims"], "ground": None} == {
        **a_plan(SMALL, INCIDENTS, FIRST, SECOND)["dims"],
        "ground": None,
    }
    assert wider["vocabulary"] == "next"


def test_a_code_that_the_vocabulary_has_lost_stays_in_the_plan_of_the_year() -> None:
    before = tables.plan(INCIDENTS, SMALL, 2026, [FIRST], with_ground("homelessness"), PLACES)
    wider = tables.with_quarter(before, SECOND, VOCABULARY, PLACES)
    assert wider["dims"]["ground"] == before["dims"]["ground"]


def test_only_traits_of_people_and_grounds_can_be_several() -> None:
    assert a_plan()["multi_response"] == ["ground", "target", "gender", "age"]
    assert "multi_response" not in a_plan(*all_of(CORRECTIONS))


def test_the_totals_of_incidents_are_published_whatever_they_are() -> None:
    assert a_plan()["always_published"] == [[], ["time"]]
    assert "always_published" not in a_plan(*all_of(SET_ASIDE))


@pytest.mark.parametrize(
    ("codes", "least"),
    [
        ({}, 3),
        ({"ground": "sexual_orientation"}, 3),
        ({"gender": "woman", "age": "14_17"}, 3),
        ({"act": "arson"}, 3),
        ({"area": "RS12"}, 5),
        ({"area": "RS12", "ground": "disability"}, 5),
        ({"area": KOSOVO, "ground": "disability"}, 5),
        ({"area": "01"}, 5),
        ({"area": "80438"}, 5),
        ({"area": "01", "ground": "race"}, 5),
        ({"area": "01", "ground": "disability"}, 10),
        ({"area": "80438", "ground": "gender_sexuality"}, 10),
        ({"area": "00", "ground": "sexual_orientation"}, 10),
        ({"area": "01-U", "gender": "woman"}, 10),
        ({"area": "01-O", "age": "65_plus"}, 10),
    ],
    ids=lambda value: ",".join(value.values()) if isinstance(value, dict) else str(value),
)
def test_the_threshold_is_higher_for_finer_places_and_for_traits(codes: dict[str, str], least: int) -> None:
    assert threshold(spec_of(a_plan()), **codes) == least


@pytest.mark.parametrize(("subject", "least"), [(SET_ASIDE, 5), (CORRECTIONS, 3)], ids=["set aside", "corrections"])
def test_other_subjects_have_one_threshold(subject: tables.Subject, least: int) -> None:
    spec = spec_of(a_plan(*all_of(subject)))
    assert (spec.threshold, spec.thresholds, spec.group_disclosure) == (least, [], None)


def test_a_shared_trait_is_protected_in_districts_and_municipalities() -> None:
    spec = spec_of(a_plan())
    assert spec.group_disclosure is not None
    assert spec.group_disclosure.of == ("ground", "gender", "age")
    assert spec.group_disclosure.where.codes == {"area": ("@within_region",)}


def test_incidents_alone_have_the_rule_of_dominance() -> None:
    assert spec_of(a_plan()).dominance == Dominance(tables.SOURCE, 0.85)
    assert spec_of(a_plan(*all_of(SET_ASIDE))).dominance is None


# The tree of places.


def test_belgrade_is_one_node_as_a_region_and_as_a_district() -> None:
    area = DIMENSIONS["area"]
    assert line_of("70092", area) == ["70092", "00"]
    assert "00" in area["levels"]["region"]
    assert "00" in area["levels"]["district"]
    assert "RS11" not in parents_of(area)


def test_other_districts_stand_in_their_regions() -> None:
    area = DIMENSIONS["area"]
    assert line_of("80438", area) == ["80438", "01", "RS12"]
    assert area["rel"]["_T"] == ["00", "RS12", "RS21", "RS22", KOSOVO, ONLINE, NO_PLACE]


def test_kosovo_is_one_node() -> None:
    area = DIMENSIONS["area"]
    assert line_of(KOSOVO, area) == [KOSOVO]
    assert KOSOVO not in area["rel"]
    assert not parents_of(area).keys() & {"25", "26", "27", "28", "29", "RS-KM"}


@pytest.mark.parametrize("level", ["region", "district"])
@pytest.mark.parametrize("apart", [KOSOVO, ONLINE, NO_PLACE])
def test_what_is_in_no_district_stands_at_every_level(level: str, apart: str) -> None:
    assert apart in DIMENSIONS["area"]["levels"][level]
    assert apart not in DIMENSIONS["area"]["levels"]["within_region"]


def test_every_district_has_its_municipalities_and_one_line_for_those_not_known() -> None:
    area = DIMENSIONS["area"]
    for code in (f"{number:02d}" for number in range(25)):
        own = {one.code for one in PLACES.municipalities.values() if one.district_code == code}
        small = counting.small_municipalities(code, PLACES)
        together = {f"{code}-O"} if small else set()
        assert set(area["rel"][code]) == (own - small) | together | {f"{code}-U"}


# The trees of lists.


_NEVER_SETTLED = {
    "verification": {"N"},
    "gender": {"prefer_not"},
    "age": {"prefer_not"},
    "ground": {"not_sure"},
    "act": {"not_sure"},
}


@pytest.mark.parametrize("name", LISTS)
def test_every_code_that_is_counted_has_its_place(name: str) -> None:
    own = LISTS[name][-1]
    left_out = _NEVER_SETTLED.get(name, set())
    assert leaves_of(DIMENSIONS[name]) == {term.code for term in VOCABULARY.of(own)} - left_out


@pytest.mark.parametrize(("name", "groups"), [("ground", "ground_group"), ("act", "act_group")])
def test_codes_stand_under_their_groups(name: str, groups: str) -> None:
    parents = parents_of(DIMENSIONS[name])
    counted = [term for term in VOCABULARY.of(LISTS[name][-1]) if term.code not in _NEVER_SETTLED[name]]
    size = Counter(term.parents[0] for term in counted if term.parents)
    for term in counted:
        assert parents[term.code] == (term.parents[0] if term.parents and size[term.parents[0]] > 1 else "_T")
    assert DIMENSIONS[name]["levels"]["group"] == DIMENSIONS[name]["rel"]["_T"]
    whole = (term.code for term in VOCABULARY.of(groups) if size[term.code] > 1)
    assert DIMENSIONS[name]["rel"].keys() == {"_T", *whole}


def test_kinds_of_place_stand_under_areas_of_social_life_and_an_area_of_one_kind_too() -> None:
    setting = DIMENSIONS["setting"]
    areas = {term.code for term in VOCABULARY.of("social_area")}
    assert setting["rel"]["health"] == ["health_facility"]
    assert set(setting["rel"]) - {"_T"} <= areas
    assert set(setting["levels"]["group"]) - areas == {"unknown_place", "prefer_not"}


def test_those_under_18_stand_together() -> None:
    assert DIMENSIONS["age"]["rel"]["under_18"] == ["0_13", "14_17"]
    assert DIMENSIONS["age"]["levels"]["group"] == ["under_18", "adult", "unknown"]


def test_treaties_know_disability_and_sex_apart_from_their_groups() -> None:
    level = set(DIMENSIONS["ground"]["levels"]["treaty"])
    assert {"disability", "health", "sex", "gender_sexuality", "origin"} <= level
    assert "race" not in level


def test_a_group_of_one_term_is_left_out() -> None:
    grounds = [a_term("ground", "race", "origin"), a_term("ground", "language", "origin"), a_term("ground", "age")]
    alone = a_term("ground", "disability", "health")
    listed = {"ground_group": [a_term("ground_group", "origin"), a_term("ground_group", "health")]}
    listed |= {"ground": [*grounds, alone]}
    rest = {name: [a_term(name, "one")] for names in LISTS.values() for name in names} | {
        "verification": [a_term("verification", "2")]
    }
    vocabulary = Vocabulary("v", {name: {term.code: term for term in terms} for name, terms in (rest | listed).items()})
    ground = tables.plan_dimensions(vocabulary, PLACES)["ground"]
    assert ground["rel"] == {"_T": ["origin", "age", "disability"], "origin": ["race", "language"]}
    assert ground["levels"]["group"] == ["origin", "age", "disability"]


@pytest.mark.parametrize("name", DIMENSIONS)
def test_no_code_of_a_dimension_stands_twice(name: str) -> None:
    codes = [code for listed in DIMENSIONS[name]["rel"].values() for code in listed]
    assert len(codes) == len(set(codes))


# Keys of cells.


@pytest.mark.parametrize(
    ("codes", "key"),
    [
        ({"time": "2026"}, "time=2026"),
        ({"time": "2026-Q1", "area": "01", "ground": "_T"}, "area=01,time=2026-Q1"),
        ({"ground": "race", "act": "threats", "time": "2026"}, "act=threats,ground=race,time=2026"),
    ],
)
def test_a_cell_is_called_by_its_codes_in_order(codes: dict[str, str], key: str) -> None:
    assert tables.key_of(codes) == key


some_codes = st.fixed_dictionaries(
    {"time": st.sampled_from(["2026", "2026-Q1"])},
    optional={
        name: st.sampled_from(["_T", *parents_of(dimension)])
        for name, dimension in DIMENSIONS.items()
        if name != "time"
    },
)


@given(some_codes)
def test_a_key_reads_back_as_the_codes_without_totals(codes: dict[str, str]) -> None:
    assert tables.codes_of(tables.key_of(codes)) == {name: code for name, code in codes.items() if code != "_T"}


@given(some_codes, some_codes)
def test_two_cells_have_one_key_only_if_they_are_one_cell(one: dict[str, str], other: dict[str, str]) -> None:
    are_one = tables.codes_of(tables.key_of(one)) == tables.codes_of(tables.key_of(other))
    assert (tables.key_of(one) == tables.key_of(other)) is are_one
