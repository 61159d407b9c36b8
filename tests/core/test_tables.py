from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.core import tables
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, District, Municipality, Places
from incidents.core.tables import CORRECTIONS, INCIDENTS, LISTS, SET_ASIDE, SUBJECTS, TABLES, Counted, Rung, Table
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


def a_district(code: str, region: str = "RS01") -> District:
    return District(code, region, {})


def towns(district: str, *populations: int) -> dict[str, Municipality]:
    """Municipalities of a district, called after it and numbered by their place in the list."""
    names = [f"{district}{number:03d}" for number in range(len(populations))]
    return {
        name: Municipality(name, district, {}, population, 0.0, 0.0)
        for name, population in zip(names, populations, strict=True)
    }


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
    assert {table.name for table in first} == {
        *("ground", "act", "district", "verification", "reported", "gender", "age", "delay")
    }
    assert all("time" in table.cuts for table in first)


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
    assert list(a_plan(FULL)["dims"]) == [
        *("time", "area", "ground", "act", "setting", "verification", "gender", "age", "reported", "delay")
    ]
    assert "setting" not in a_plan(SMALL)["dims"]
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
    assert a_plan()["multi_response"] == ["ground", "gender", "age"]
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
        small = tables.small_municipalities(code, PLACES)
        together = {f"{code}-O"} if small else set()
        assert set(area["rel"][code]) == (own - small) | together | {f"{code}-U"}


@pytest.mark.parametrize(
    ("populations", "together"),
    [
        ([20_000, 30_000], set()),
        ([10_000, 30_000], set()),
        ([9_999, 30_000, 20_000], {"01000", "01002"}),
        ([500, 9_000, 30_000], {"01000", "01001"}),
        ([500, 9_000, 700], {"01000", "01001", "01002"}),
    ],
)
def test_small_municipalities_are_together_and_never_one_alone(populations: list[int], together: set[str]) -> None:
    places = Places({"01": a_district("01")}, towns("01", *populations) | towns("02", 100, 200))
    assert tables.small_municipalities("01", places) == together


def test_in_no_district_there_is_one_small_municipality_alone() -> None:
    assert {len(tables.small_municipalities(code, PLACES)) == 1 for code in PLACES.districts} == {False}


def test_a_place_of_few_inhabitants_has_no_line_of_its_own() -> None:
    small = {one.code for one in PLACES.municipalities.values() if one.population < tables.LEAST_INHABITANTS}
    assert small
    assert not small & parents_of(DIMENSIONS["area"]).keys()


# The trees of lists.


@pytest.mark.parametrize("name", LISTS)
def test_every_code_that_is_counted_has_its_place(name: str) -> None:
    own = LISTS[name][-1]
    left_out = {"verification": {"N"}, "gender": {"prefer_not"}, "age": {"prefer_not"}}.get(name, set())
    assert leaves_of(DIMENSIONS[name]) == {term.code for term in VOCABULARY.of(own)} - left_out


@pytest.mark.parametrize(("name", "groups"), [("ground", "ground_group"), ("act", "act_group")])
def test_codes_stand_under_their_groups(name: str, groups: str) -> None:
    parents = parents_of(DIMENSIONS[name])
    for term in VOCABULARY.of(LISTS[name][-1]):
        assert parents[term.code] == (term.parents[0] if term.parents else "_T")
    assert DIMENSIONS[name]["levels"]["group"] == DIMENSIONS[name]["rel"]["_T"]
    assert DIMENSIONS[name]["rel"].keys() == {"_T", *(term.code for term in VOCABULARY.of(groups))}


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


# Where an incident is counted.


@pytest.mark.parametrize(
    ("place", "area"),
    [
        ("80438", "80438"),
        ("80241", "01-O"),
        ("80071", "01-O"),
        ("80250", "02-O"),
        ("80373", "02-O"),
        ("01", "01-U"),
        ("00", "00-U"),
        ("70092", "70092"),
        ("25", KOSOVO),
        ("29", KOSOVO),
        (KOSOVO, KOSOVO),
        (ONLINE, ONLINE),
        (NO_PLACE, NO_PLACE),
    ],
)
def test_a_place_is_counted_in_one_area(place: str, area: str) -> None:
    assert tables.area_of(place, PLACES) == area


def test_every_place_there_is_has_a_line_that_nothing_breaks_down() -> None:
    places = (*PLACES.municipalities, *PLACES.districts, KOSOVO, ONLINE, NO_PLACE)
    assert {tables.area_of(place, PLACES) for place in places} == leaves_of(DIMENSIONS["area"])


@pytest.mark.parametrize("place", [code for code in PLACES.municipalities if code[-1] == "1"])
def test_a_municipality_is_counted_in_its_district(place: str) -> None:
    line = line_of(tables.area_of(place, PLACES), DIMENSIONS["area"])
    assert PLACES.district_of(place) in line


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        tables.area_of("00000", PLACES)


@pytest.mark.parametrize(
    ("acts", "gravest"),
    [
        ({"verbal_insult"}, "verbal_insult"),
        ({"verbal_insult", "threat"}, "threat"),
        ({"threat", "physical_attack", "theft_robbery"}, "physical_attack"),
        ({"attempted_killing", "arson"}, "attempted_killing"),
    ],
)
def test_the_gravest_act_stands_for_an_incident(acts: set[str], gravest: str) -> None:
    assert tables.act_of(acts, VOCABULARY) == gravest


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        ((), {"unknown"}),
        (("prefer_not",), {"unknown"}),
        (("woman",), {"woman"}),
        (("woman", "prefer_not"), {"woman", "unknown"}),
        (("woman", "man", "woman"), {"woman", "man"}),
    ],
)
def test_what_was_not_said_of_people_is_not_known(codes: tuple[str, ...], found: set[str]) -> None:
    assert tables.stated(codes) == found


@pytest.mark.parametrize(
    ("reported_to", "found"),
    [
        (set(), "unknown"),
        ({"not_known"}, "unknown"),
        ({"none"}, "no_authority"),
        ({"ngo", "not_known"}, "no_authority"),
        ({"national_council"}, "no_authority"),
        ({"other"}, "no_authority"),
        ({"ombudsman"}, "other_authority"),
        ({"ngo", "inspection"}, "other_authority"),
        ({"court"}, "police"),
        ({"prosecutor", "ombudsman"}, "police"),
        ({"police", "ngo"}, "police"),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else value,
)
def test_the_body_that_could_prosecute_stands_for_all_that_were_told(reported_to: set[str], found: str) -> None:
    assert tables.authority_told(reported_to) == found


def test_every_body_that_can_be_told_has_a_code() -> None:
    told = {tables.authority_told({term.code}) for term in VOCABULARY.of("reported_to")}
    assert told == leaves_of(DIMENSIONS["reported"])


@pytest.mark.parametrize(
    ("year", "month", "found"),
    [
        (2026, 7, "same_quarter"),
        (2026, 9, "same_quarter"),
        (2026, 6, "earlier_quarter"),
        (2026, 1, "earlier_quarter"),
        (2026, None, "unknown"),
        (2025, 8, "earlier_year"),
        (2025, None, "earlier_year"),
        (1999, 12, "earlier_year"),
    ],
)
def test_an_incident_tells_how_long_ago_it_happened(year: int, month: int | None, found: str) -> None:
    assert tables.delay_of(year, month, Quarter(2026, 3)) == found


@pytest.mark.parametrize("name", ["ground", "gender", "age"])
def test_an_incident_without_a_ground_or_without_people_is_refused(name: str) -> None:
    values: dict[str, Any] = {"area": "01-U", "act": "threat", "setting": "street", "verification": "2"}
    values |= {"reported": "unknown", "delay": "unknown"}
    values |= dict.fromkeys(("ground", "gender", "age"), frozenset({"unknown"})) | {name: frozenset()}
    with pytest.raises(ValueError, match="at least one ground"):
        Counted(**values)


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


# Tables that are asked for.


@pytest.mark.parametrize(
    ("cuts", "why"),
    [
        (["time", "setting"], ""),
        (["area@district", "ground@group", "gender"], ""),
        (["act", "reported"], ""),
        ([], "unknown"),
        (["time"], "unknown"),
        (["weather"], "unknown"),
        (["area@town"], "unknown"),
        (["ground", "ground@group"], "twice"),
        (["act@group", "verification", "delay", "reported"], "too_many"),
        (["area", "gender", "act"], "too_telling"),
        (["time", "act"], "there_already"),
        (["act@group", "ground@group"], "there_already"),
    ],
)
def test_a_table_is_refused_with_a_reason(cuts: list[str], why: str) -> None:
    assert tables.problem_of(cuts, a_plan(SMALL), is_whole_year=True) == why


def test_a_year_that_is_not_over_has_tables_by_quarter_only() -> None:
    plan = a_plan(SMALL)
    assert tables.problem_of(["act", "reported"], plan, is_whole_year=False) == "year_not_over"
    assert tables.problem_of(["time", "act", "reported"], plan, is_whole_year=False) == ""


def test_a_table_that_is_asked_for_is_called_by_its_cuts() -> None:
    assert tables.table_for(["time", "area@region"]) == Table("time-area_region", ("time", "area@region"))


def test_a_table_that_is_asked_for_joins_the_plan_and_changes_no_other() -> None:
    plan = a_plan(SMALL)
    wider = tables.with_table(plan, tables.table_for(["time", "setting"]), DIMENSIONS)
    spec = spec_of(wider)
    assert wider["tables"] == [*plan["tables"], ["time", "setting"]]
    assert wider["dims"] == {**plan["dims"], "setting": DIMENSIONS["setting"]}
    assert (threshold(spec, area="01", gender="woman"), threshold(spec, setting="street")) == (10, 3)
