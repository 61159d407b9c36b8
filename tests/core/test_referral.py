"""Whom a report may go to, and what of the form counts as consent."""

from dataclasses import replace
from datetime import date

import pytest

from incidents.adapters import data_files, help_files
from incidents.core.accounts import RIGHTS, Right, Role, has_right
from incidents.core.help import Body, Directory, Need, Question, Reach
from incidents.core.referral import CONSENT, agrees, is_made_for, organisations, recipients
from incidents.resources import data_file
from tests.builders import a_report

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def directory() -> Directory:
    return help_files.read_directory(data_file("help"), data_files.vocabulary(), data_files.places())


def codes(directory: Directory, **asked: frozenset[str]) -> list[str]:
    return [one.body.code for one in recipients(Question(**asked), directory, today=TODAY)]


def test_bodies_made_for_what_happened_come_first(directory: Directory) -> None:
    found = recipients(Question(acts=frozenset({"unequal_work"})), directory, today=TODAY)
    made_for = [is_made_for(one.reasons) for one in found]
    assert made_for == sorted(made_for, reverse=True)
    assert "labour_inspection" in [one.body.code for one in found if is_made_for(one.reasons)]


def test_a_lawsuit_is_nobody_to_write_to(directory: Directory) -> None:
    assert "court_civil" not in codes(directory, acts=frozenset({"refusal_service"}))
    assert "commissioner_equality" in codes(directory, acts=frozenset({"refusal_service"}))


def test_every_body_that_a_consent_is_for_is_one_and_every_consent_is_in_the_list() -> None:
    terms = data_files.vocabulary().terms
    assert set(CONSENT) <= set(terms["referral_body"])
    assert set(CONSENT.values()) <= set(terms["consent"])


def test_associations_are_those_that_may_be_for_the_ground(directory: Directory) -> None:
    asked = Question(grounds=frozenset({"sexual_orientation"}))
    names = organisations(asked, directory, today=TODAY)
    assert "Da se zna!" in names
    assert "European Roma Rights Centre" not in names


def test_the_operators_own_associations_come_first(directory: Directory) -> None:
    own = Body(
        code="", need=Need.SUPPORT, reach=Reach.COUNTRY, takes_others=True, is_confirmed=True, name="Kuća na uglu"
    )
    with_own = replace(directory, bodies=[*directory.bodies, own])
    assert organisations(Question(), with_own, today=TODAY)[0] == "Kuća na uglu"


@pytest.mark.parametrize(
    ("wish", "consents", "recipient", "is_agreed"),
    [
        ("pass_on", {"refer_police"}, "police", True),
        ("pass_on", {"refer_police"}, "prosecutor", True),
        ("pass_on", {"refer_police"}, "commissioner_equality", False),
        ("pass_on", {"refer_commissioner"}, "commissioner_equality", True),
        ("pass_on", {"refer_ngo"}, "ngo_support", True),
        ("pass_on", {"refer_ngo"}, "police", False),
        ("count_only", {"refer_police"}, "police", False),
        ("advice", {"refer_commissioner"}, "commissioner_equality", False),
        ("pass_on", {"share_odihr", "publish_summary"}, "police", False),
        ("pass_on", set(), "police", False),
        # No consent of the form covers these: only an answer of the reporter does.
        ("pass_on", {"refer_police", "refer_commissioner", "refer_ngo"}, "ombudsman", False),
        ("pass_on", {"refer_police", "refer_commissioner", "refer_ngo"}, "labour_inspection", False),
        ("pass_on", {"refer_police"}, "", False),
    ],
)
def test_only_the_wish_and_the_consent_for_this_body_count(
    wish: str, consents: set[str], recipient: str, is_agreed: bool
) -> None:
    assert agrees(a_report(wish=wish, consents=frozenset(consents)), recipient) is is_agreed


@pytest.mark.parametrize("role", list(Role))
def test_only_reviewers_may_do_without_consent(role: Role) -> None:
    assert has_right({role}, Right.REFER_WITHOUT_CONSENT) is (role is Role.REVIEWER)


def test_every_right_belongs_to_somebody() -> None:
    assert set(RIGHTS) == set(Right)
    assert all(RIGHTS.values())
