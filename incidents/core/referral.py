"""Passing a report on to a body: whom it may go to, what the reporter agreed to, what came of it.

A letter is not a complaint and not a criminal complaint: where one has to be signed, only the reporter can make it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from incidents.core.help import Directory, Listed, Question, Reason, who_helps
from incidents.core.report import Report

REMIND_AFTER = timedelta(days=30)
"""After so long without a word from the body, the referral is listed as work."""
_NO_BODIES = frozenset({"court_civil"})
"""Ways that are listed as help and that nobody else can go for a person: a lawsuit."""
ASSOCIATION = "ngo_support"
"""The recipient that is no single office: which association it is has to be chosen."""
_LONGEST_NAME = 200
CONSENT: Mapping[str, str] = {
    "police": "refer_police",
    "prosecutor": "refer_police",
    "cybercrime_prosecutor": "refer_police",
    "commissioner_equality": "refer_commissioner",
    ASSOCIATION: "refer_ngo",
}
"""The consent of the form that covers a body; for any other one the reporter has to be asked."""


class Basis(enum.Enum):
    """Why a report may be passed on."""

    FORM = "form"
    """The reporter agreed in the form."""
    ANSWER = "answer"
    """The reporter agreed in an answer, as a member read it."""
    OVERRIDE = "override"
    """Without consent, by a right of its own, for a reason."""


class Why(enum.Enum):
    """Why a report may be passed on without consent."""

    DANGER_TO_LIFE = "danger_to_life"
    CHILD_IN_DANGER = "child_in_danger"
    DUTY_BY_LAW = "duty_by_law"


class Outcome(enum.Enum):
    """What a body answered."""

    CONFIRMED = "confirmed"
    """It found that this happened."""
    NOT_CONFIRMED = "not_confirmed"
    PROCEEDINGS = "proceedings"
    """It opened proceedings; what it finds is not known yet."""
    DISMISSED = "dismissed"
    NOT_COMPETENT = "not_competent"
    NO_ANSWER = "no_answer"


def recipients(question: Question, directory: Directory, *, today: date) -> list[Listed]:
    """The bodies that may be competent, those made for what happened first."""
    answer = who_helps(question, directory, today=today)
    listed = [one for group in answer.groups.values() for one in group if one.body.code not in _NO_BODIES]
    return sorted(listed, key=lambda one: not is_made_for(one.reasons))


def organisations(question: Question, directory: Directory, *, today: date) -> list[str]:
    """Names of the associations that may support somebody with this: the operator's own first.

    Empty names and names longer than the audit trail takes are left out.
    """
    answer = who_helps(question, directory, today=today)
    names = [*(one.body.name for one in answer.own), *(one.name for one in answer.organisations)]
    return [name for name in dict.fromkeys(names) if name and len(name) <= _LONGEST_NAME]


def is_made_for(reasons: Sequence[Reason]) -> bool:
    """Whether a body is listed for what happened and not only because it turns nobody away."""
    return not {Reason.ACT, Reason.GROUND, Reason.SETTING}.isdisjoint(reasons)


def agrees(report: Report, recipient: str) -> bool:
    """Whether the form says that this body may have the report: the wish and the consent, both."""
    return report.wish == "pass_on" and CONSENT.get(recipient, "") in report.consents
