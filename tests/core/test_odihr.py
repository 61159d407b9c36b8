import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.core import odihr
from incidents.core.incident import NO_PLACE, ONLINE, BiasStrength
from incidents.core.odihr import Case

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()


def a_case(**changes: Any) -> Case:
    values: dict[str, Any] = {
        "reference": "0f1e2d3c4b5a6978",
        "year": 2026,
        "month": 5,
        "area": "80438",
        "setting": "street",
        "biases": ("anti_roma",),
        "coarse": "violent",
        "strength": BiasStrength.SEVERAL,
        "verification": "2",
        "told": "police",
        "description": "Two men hit him and shouted.",
    }
    return Case(**{**values, **changes})


def written(*cases: Case) -> list[dict[str, str]]:
    content = odihr.incidents_csv(cases, VOCABULARY, PLACES)
    return list(csv.DictReader(io.StringIO(content.decode())))


@pytest.mark.parametrize(
    ("acts", "coarse"),
    [
        ({"physical_attack"}, "violent"),
        ({"threat"}, "threat"),
        ({"verbal_insult", "threat"}, "threat"),
        ({"graffiti_symbols"}, "property"),
        ({"graffiti_symbols", "threat", "armed_attack"}, "violent"),
        ({"theft_robbery"}, "property"),  # of two types the lighter
        ({"verbal_insult"}, ""),
        ({"online_abuse"}, ""),
        ({"public_hate_speech"}, ""),
        ({"refusal_service", "unequal_work"}, ""),
        ({"police_abuse"}, ""),
        ({"doxing"}, ""),
        ({"other_act"}, ""),
        ({"refusal_service", "spitting_throwing"}, "violent"),
    ],
    ids=lambda value: "+".join(sorted(value)) if isinstance(value, set) else value or "none",
)
def test_only_what_is_an_offence_for_certain_has_a_type(acts: set[str], coarse: str) -> None:
    assert odihr.coarse_type(acts, VOCABULARY) == coarse


@pytest.mark.parametrize(
    ("grounds", "targets", "found"),
    [
        ({"national_ethnic"}, {"roma"}, ("anti_roma",)),
        ({"national_ethnic"}, set(), ("unspecified",)),
        ({"language"}, set(), ("racist_xenophobic",)),
        ({"religious_belief"}, {"muslim"}, ("anti_muslim",)),
        ({"religious_belief"}, set(), ("unspecified",)),
        ({"national_ethnic", "sex"}, {"roma"}, ("anti_roma", "gender_based")),
        ({"national_ethnic", "sex"}, {"roma", "women"}, ("anti_roma", "gender_based")),
        ({"sexual_orientation"}, {"gay_men"}, ("anti_lgbti",)),
        ({"disability"}, set(), ("disability",)),
        ({"political_belief"}, set(), ()),
        ({"membership"}, {"political_opponents"}, ()),
        ({"sexual_orientation"}, {"defenders_allies"}, ("anti_lgbti",)),
    ],
    ids=lambda codes: "+".join(sorted(codes)),
)
def test_the_bias_follows_from_the_group_that_was_meant(
    grounds: set[str], targets: set[str], found: tuple[str, ...]
) -> None:
    assert odihr.biases(grounds, targets, VOCABULARY) == found


@pytest.mark.parametrize(
    ("area", "number", "said"),
    [
        ("80438", 3, "80438"),
        ("80438", 2, "RS12"),
        ("01-O", 1, "RS12"),
        ("01", 1, "RS12"),
        (ONLINE, 1, ONLINE),
        (NO_PLACE, 1, NO_PLACE),
    ],
)
def test_rows_that_few_others_are_like_say_their_place_less_finely(area: str, number: int, said: str) -> None:
    assert {one.area for one in odihr.coarsened([a_case(area=area)] * number, PLACES)} == {said}


def test_three_alike_in_a_district_say_the_district() -> None:
    district = PLACES.district_of("80438")
    own = [code for code in PLACES.municipalities if PLACES.district_of(code) == district]
    cases = [a_case(area=code) for code in own[:3]]
    assert [one.area for one in odihr.coarsened(cases, PLACES)] == [district] * 3


def test_a_row_says_what_odihr_asks_for_and_no_more() -> None:
    [row] = written(a_case())
    assert row == {
        "incident_ref": "0f1e2d3c4b5a6978",
        "country": "Serbia",
        "date": "2026-05",
        "place": "Subotica",
        "setting": "Street, square, passage",
        "bias_motivations": "Anti-Roma hate crime",
        "type_of_incident": "Violent attacks against people",
        "bias_indicators": "Several indicators, or bias expressed openly",
        "description": "Two men hit him and shouted.",
        "reported_to_authorities": "Police, prosecutor or court",
        "source_of_information": "report to the platform",
        "verification_level": "Plausible",
    }


def test_a_date_is_never_finer_than_a_month() -> None:
    assert [row["date"] for row in written(a_case(month=None), a_case(month=11))] == ["2026", "2026-11"]


def test_rows_stand_by_their_references_and_not_as_they_came() -> None:
    rows = written(a_case(reference="b"), replace(a_case(), reference="a"))
    assert [row["incident_ref"] for row in rows] == ["a", "b"]


def test_a_summary_that_looks_like_a_formula_stays_text() -> None:
    assert written(a_case(description="=HYPERLINK(1)"))[0]["description"] == "'=HYPERLINK(1)"


def test_a_number_that_is_withheld_is_marked() -> None:
    content = odihr.numbers_csv(
        [(("2026", "_T", "_T"), 9), (("2026", "anti_roma", "threat"), None), (("2026", "anti_roma", "property"), 0)],
        VOCABULARY,
    )
    assert content.decode().splitlines()[1:] == [
        "2026,All,All,9",
        "2026,Anti-Roma hate crime,Threats,[c]",
        "2026,Anti-Roma hate crime,Attacks against property,0",
    ]
