from dataclasses import replace
from typing import Any

import pytest

from incidents.core import counting
from incidents.core.counting import Counted
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, District, Municipality, Places
from incidents.core.vocabulary import Vocabulary
from tests.core.test_tables import DIMENSIONS, PLACES, VOCABULARY, leaves_of, line_of, parents_of


def a_district(code: str, region: str = "RS01") -> District:
    return District(code, region, {})


def towns(district: str, *populations: int) -> dict[str, Municipality]:
    """Municipalities of a district, called after it and numbered by their place in the list."""
    names = [f"{district}{number:03d}" for number in range(len(populations))]
    return {
        name: Municipality(name, district, {}, population, 0.0, 0.0)
        for name, population in zip(names, populations, strict=True)
    }


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
    assert counting.small_municipalities("01", places) == together


def test_in_no_district_there_is_one_small_municipality_alone() -> None:
    assert {len(counting.small_municipalities(code, PLACES)) == 1 for code in PLACES.districts} == {False}


def test_a_place_of_few_inhabitants_has_no_line_of_its_own() -> None:
    small = {one.code for one in PLACES.municipalities.values() if one.population < counting.LEAST_INHABITANTS}
    assert small
    assert not small & parents_of(DIMENSIONS["area"]).keys()


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
    assert counting.area_of(place, PLACES) == area


def test_every_place_there_is_has_a_line_that_nothing_breaks_down() -> None:
    places = (*PLACES.municipalities, *PLACES.districts, KOSOVO, ONLINE, NO_PLACE)
    assert {counting.area_of(place, PLACES) for place in places} == leaves_of(DIMENSIONS["area"])


@pytest.mark.parametrize("place", [code for code in PLACES.municipalities if code[-1] == "1"])
def test_a_municipality_is_counted_in_its_district(place: str) -> None:
    line = line_of(counting.area_of(place, PLACES), DIMENSIONS["area"])
    assert PLACES.district_of(place) in line


def test_a_place_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        counting.area_of("00000", PLACES)


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
    assert counting.act_of(acts, VOCABULARY) == gravest


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
    assert counting.stated(codes) == found


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
    assert counting.authority_told(reported_to) == found


def test_every_body_that_can_be_told_has_a_code() -> None:
    told = {counting.authority_told({term.code}) for term in VOCABULARY.of("reported_to")}
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
    assert counting.delay_of(year, month, Quarter(2026, 3)) == found


@pytest.mark.parametrize("name", ["ground", "target", "gender", "age"])
def test_an_incident_without_a_ground_or_without_people_is_refused(name: str) -> None:
    values: dict[str, Any] = {"area": "01-U", "act": "threat", "setting": "street", "verification": "2"}
    values |= {"reported": "unknown", "delay": "unknown"}
    values |= dict.fromkeys(("ground", "target", "gender", "age"), frozenset({"unknown"})) | {name: frozenset()}
    with pytest.raises(ValueError, match="at least one ground"):
        Counted(**values)


def other_places(code: str, **changes: Any) -> Places:
    return replace(
        PLACES, municipalities={**PLACES.municipalities, code: replace(PLACES.municipalities[code], **changes)}
    )


def other_act(code: str, **changes: Any) -> Vocabulary:
    key = ("act_type", code)
    return replace(VOCABULARY, readings={**VOCABULARY.readings, key: replace(VOCABULARY.readings[key], **changes)})


def test_the_rules_are_the_same_each_time() -> None:
    assert counting.rules_digest(VOCABULARY, PLACES) == counting.rules_digest(VOCABULARY, replace(PLACES))


def test_whatever_changes_how_one_incident_is_counted_shows_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    before = counting.rules_digest(VOCABULARY, PLACES)
    assert counting.rules_digest(VOCABULARY, other_places("70017", population=900)) != before
    assert counting.rules_digest(VOCABULARY, other_places("70017", district_code="01")) != before
    assert counting.rules_digest(other_act("threat", precedence=0), PLACES) != before
    monkeypatch.setattr(counting, "_POLICE", {"police"})
    assert counting.rules_digest(VOCABULARY, PLACES) != before
