"""Words of passing reports on: how far it is, why it may be sent, what was answered, what stands in the way."""

from __future__ import annotations

from collections.abc import Mapping

from incidents.core.incident import NotAllowed
from incidents.core.referral import Outcome, Why
from incidents.services import letters
from incidents.services import referral as service
from incidents.services.letters import Hindered
from incidents.services.moderation import NotTaken, StaleReport
from incidents.services.settlement import StaleIncident
from incidents.web.desk.around import what_stands_in_the_way
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

Conflict = StaleReport | NotTaken | NotAllowed | StaleIncident | Hindered
CONFLICTS = (StaleReport, NotTaken, NotAllowed, StaleIncident, Hindered)
STATES = {
    "proposed": _("thought of"),
    "consent_checked": _("may be sent"),
    "sent": _("sent"),
    "acknowledged": _("they have it"),
    "outcome": _("answered"),
    "revoked": _("called off"),
}
OUTCOMES = {
    Outcome.CONFIRMED: _("They found that it happened"),
    Outcome.NOT_CONFIRMED: _("They found that it did not happen, or could not find out"),
    Outcome.PROCEEDINGS: _("They opened proceedings"),
    Outcome.DISMISSED: _("They dismissed it"),
    Outcome.NOT_COMPETENT: _("They are not competent"),
    Outcome.NO_ANSWER: _("They never answered"),
}
WHYS = {
    Why.DANGER_TO_LIFE: _("Somebody’s life or health is in danger"),
    Why.CHILD_IN_DANGER: _("A child is in danger"),
    Why.DUTY_BY_LAW: _("The law obliges us to tell them"),
}
BASES = {
    "form": _("The reporter agreed in the form."),
    "answer": _("The reporter agreed in an answer."),
    "override": _("It may be sent without consent."),
}


def why_not(conflict: Conflict) -> str:
    words: Mapping[type[Exception], str] = {
        service.StaleReferral: gettext("A colleague changed this while you had it open. Read it again."),
        service.AlreadyReferred: gettext("This body has the report already, or is about to get it."),
        service.KeyDoesNotOpen: gettext("Your key does not open this report"),
        letters.NoConsent: gettext("The reporter did not agree that this body gets it. Nothing is sent without that."),
        service.NoAnswer: gettext("The reporter has written nothing since you asked."),
        service.OwnProposal: gettext(
            "You proposed this. It takes another person to decide that it is sent without consent."
        ),
        letters.NoSummary: gettext("Nobody has written a summary yet. Only a summary is sent, never the story itself."),
        service.NothingConfirmed: gettext(
            "There is nothing to raise: no authority confirmed it, or it says so already."
        ),
    }
    match conflict:
        case letters.Identifies(words=left):
            return gettext("The summary may still identify somebody: %(words)s.", words=", ".join(left))
        case NotTaken(holder=None):
            return gettext("Take the report first: whoever passes it on has read it.")
        case StaleReport() | NotTaken() | NotAllowed() | StaleIncident():
            return what_stands_in_the_way(conflict)
        case _:
            return words[type(conflict)]
