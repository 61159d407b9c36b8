from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.help import (
    STALE_AFTER,
    VOJVODINA,
    Body,
    Channel,
    Contact,
    Directory,
    Need,
    Official,
    Organisation,
    Question,
    Reach,
    Reason,
    who_helps,
)
from incidents.core.places import KOSOVO

TODAY = date(2026, 11, 24)
SUBOTICA, NOVI_SAD = "80438", "89010"


def a_body(code: str = "labour_inspection", **changes: Any) -> Body:
    values: dict[str, Any] = {
        "code": code,
        "need": Need.OVERSIGHT,
        "reach": Reach.COUNTRY,
        "takes_others": False,
        "is_confirmed": True,
    }
    return Body(**{**values, **changes})


def answer(*bodies: Body, official: dict[str, Official] | None = None, **asked: Any) -> Any:
    sets = {name: frozenset(value) if isinstance(value, set) else value for name, value in asked.items()}
    return who_helps(Question(**sets), Directory(bodies, (), official or {}), today=TODAY)


def listed(*bodies: Body, **asked: Any) -> list[str]:
    return [one.body.code for group in answer(*bodies, **asked).groups.values() for one in group]


def reasons(body: Body, **asked: Any) -> tuple[Reason, ...]:
    [group] = answer(body, **asked).groups.values()
    return tuple(group[0].reasons)


FOR_WORK = a_body(acts=frozenset({"unequal_work"}), settings=frozenset({"workplace"}))


@pytest.mark.parametrize(
    ("asked", "is_listed"),
    [
        ({}, True),
        ({"acts": {"unequal_work"}}, True),
        ({"acts": {"threat", "unequal_work"}}, True),
        ({"acts": {"threat"}}, False),
        ({"acts": {"threat"}, "settings": {"workplace"}}, True),
        ({"settings": {"street"}}, False),
        ({"grounds": {"age"}}, True),
        ({"acts": {"not_sure"}}, True),
        ({"acts": {"not_sure", "other_act"}, "settings": {"prefer_not"}}, True),
        ({"acts": {"not_sure", "threat"}}, False),
    ],
)
def test_a_body_for_something_is_listed_unless_the_answers_speak_against_it(asked: Any, is_listed: bool) -> None:
    assert bool(listed(FOR_WORK, **asked)) is is_listed


def test_a_body_that_takes_others_is_always_listed_and_gives_a_reason_only_for_what_it_is_made_for() -> None:
    police = a_body("police", acts=frozenset({"threat"}), takes_others=True)
    assert reasons(police, acts={"threat"}) == (Reason.ACT,)
    assert reasons(police, acts={"unequal_work"}) == ()


def test_a_body_is_never_listed_for_a_kind_of_place_that_it_may_not_judge() -> None:
    ombudsman = a_body("ombudsman", acts=frozenset({"unequal_authority"}), never=frozenset({"court"}))
    assert listed(ombudsman, acts={"unequal_authority"}, settings={"public_office"}) == ["ombudsman"]
    assert listed(ombudsman, acts={"unequal_authority"}, settings={"court"}) == []


@pytest.mark.parametrize(
    ("reach", "municipality", "region", "is_listed"),
    [
        (Reach.PROVINCE, "", "", True),
        (Reach.PROVINCE, SUBOTICA, VOJVODINA, True),
        (Reach.PROVINCE, "70203", "RS11", False),
        (Reach.PROVINCE, KOSOVO, "", False),
        (Reach.MUNICIPALITY, SUBOTICA, VOJVODINA, True),
        (Reach.MUNICIPALITY, KOSOVO, "", False),
        (Reach.COUNTRY, KOSOVO, "", True),
        (Reach.LISTED, NOVI_SAD, VOJVODINA, True),
        (Reach.LISTED, SUBOTICA, VOJVODINA, False),
        (Reach.LISTED, "", "", True),
    ],
)
def test_a_body_is_listed_where_it_reaches(reach: Reach, municipality: str, region: str, is_listed: bool) -> None:
    body = a_body(reach=reach, takes_others=True, municipalities=frozenset({NOVI_SAD}))
    assert bool(listed(body, municipality=municipality, region=region)) is is_listed


def test_the_language_is_a_reason_where_it_is_official_or_on_the_forms() -> None:
    official = {SUBOTICA: Official(frozenset({"hu", "hr"})), "80314": Official(in_parts=frozenset({"hu"}))}
    local = a_body("free_legal_aid", reach=Reach.MUNICIPALITY, takes_others=True)
    for place, language, expected in (
        (SUBOTICA, "hu", (Reason.OFFICIAL_LANGUAGE,)),
        ("80314", "hu", (Reason.OFFICIAL_IN_PARTS,)),
        (SUBOTICA, "sk", ()),
        (NOVI_SAD, "hu", ()),
    ):
        assert reasons(local, official=official, municipality=place, language=language) == expected
    everywhere = a_body("commissioner_equality", takes_others=True, form_languages=frozenset({"rom"}))
    assert reasons(everywhere, official=official, municipality=SUBOTICA, language="rom") == (Reason.FORMS_IN_LANGUAGE,)
    assert reasons(everywhere, official=official, municipality=SUBOTICA, language="hu") == ()


def test_what_is_made_for_the_answers_comes_first_and_the_unconfirmed_last() -> None:
    bodies = (
        a_body("police", need=Need.CRIME, takes_others=True),
        a_body("rem", is_confirmed=False, acts=frozenset({"public_hate_speech"})),
        a_body("commissioner_data", takes_others=True),
        a_body("labour_inspection", is_confirmed=False, acts=frozenset({"unequal_work"}), takes_others=True),
    )
    assert listed(*bodies) == ["police", "commissioner_data", "rem", "labour_inspection"]
    assert listed(*bodies, acts={"unequal_work"}) == ["labour_inspection", "commissioner_data", "police"]


@pytest.mark.parametrize(
    ("is_confirmed", "age", "is_shown", "is_sure"),
    [
        (True, timedelta(0), True, True),
        (True, STALE_AFTER, True, True),
        (True, STALE_AFTER + timedelta(days=1), False, False),
        (False, timedelta(0), True, False),
        (True, None, True, False),
    ],
)
def test_a_contact_is_sure_for_a_year_after_somebody_checked_it(
    is_confirmed: bool, age: timedelta | None, is_shown: bool, is_sure: bool
) -> None:
    contact = Contact(Channel.PHONE, "021 000 000", is_confirmed, TODAY - age if age is not None else None)
    [group] = answer(a_body(contacts=(contact,))).groups.values()
    assert group[0].contacts == ((contact,) if is_shown else ())
    assert contact.is_sure(TODAY) is is_sure


def test_a_contact_of_one_town_is_shown_only_for_that_town() -> None:
    body = a_body(contacts=(Contact(Channel.PHONE, "021 000 000", True, TODAY, NOVI_SAD),))
    shown = {
        place: [g[0].contacts for g in answer(body, municipality=place).groups.values()] for place in ("", NOVI_SAD)
    }
    assert shown == {"": [()], NOVI_SAD: [body.contacts]}


def test_what_the_operator_added_stands_apart() -> None:
    own = a_body("", name="Udruženje Most", tag="sr-Latn", takes_others=True)
    found = answer(own, a_body())
    assert [one.body.name for one in found.own] == ["Udruženje Most"]
    assert [one.body.code for group in found.groups.values() for one in group] == ["labour_inspection"]


def test_organisations_are_those_of_the_ground_and_those_of_all() -> None:
    organisations = (Organisation("A", "sr", frozenset({"disability"})), Organisation("B", "sr", frozenset()))

    def named(*grounds: str) -> str:
        found = who_helps(Question(grounds=frozenset(grounds)), Directory((), organisations, {}), today=TODAY)
        return "".join(one.name for one in found.organisations)

    assert (named(), named("disability"), named("age"), named("not_sure")) == ("AB", "AB", "B", "AB")


ACTS = st.frozensets(st.sampled_from(["unequal_work", "threat", "not_sure", "doxing"]))
PLACES = st.sampled_from(["", SUBOTICA, NOVI_SAD, KOSOVO])


@given(acts=ACTS, more=ACTS, municipality=PLACES)
def test_saying_more_never_hides_a_body_that_was_listed_for_what_it_is_made_for(
    acts: frozenset[str], more: frozenset[str], municipality: str
) -> None:
    bodies = (FOR_WORK, a_body("commissioner_data", acts=frozenset({"doxing"})))
    made_for = {body.code for body in bodies if body.acts & acts}
    assert made_for <= set(listed(*bodies, acts=set(acts | more), municipality=municipality))
