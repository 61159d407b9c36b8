"""Pages of passing reports on: to whom, whether the reporter agreed, the letter, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField, SelectMultipleField

from incidents.adapters.paper import Paper, draw
from incidents.core.accounts import Right, Role, has_right
from incidents.core.help import Listed
from incidents.core.incident import NotAllowed
from incidents.core.languages import BY_TAG, Language
from incidents.core.referral import ASSOCIATION, CONSENT, Outcome, Why, agrees, is_made_for, organisations, recipients
from incidents.core.report import Report
from incidents.services import referral as service
from incidents.services.moderation import NotTaken, StaleReport
from incidents.services.referral import Before, Letter, Passed
from incidents.services.settlement import StaleIncident
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import now, out_of_date, what_stands_in_the_way
from incidents.web.desk.forms import ActForm
from incidents.web.desk.letters import PARTS, paper_of
from incidents.web.desk.phrases import question_of
from incidents.web.help.forms import SCRIPTS
from incidents.web.languages import label
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

referrals = Blueprint("referrals", __name__, url_prefix="/referrals")

_IN_HUNGARIAN = "hu"
"""The only minority language that the desk writes; offered to bodies that read it."""
Conflict = (
    StaleReport
    | NotTaken
    | NotAllowed
    | StaleIncident
    | service.StaleReferral
    | service.AlreadyReferred
    | service.KeyDoesNotOpen
    | service.NoConsent
    | service.NoAnswer
    | service.OwnProposal
    | service.NoSummary
    | service.Identifies
    | service.NothingConfirmed
)
CONFLICTS = (
    StaleReport,
    NotTaken,
    NotAllowed,
    StaleIncident,
    service.StaleReferral,
    service.AlreadyReferred,
    service.KeyDoesNotOpen,
    service.NoConsent,
    service.NoAnswer,
    service.OwnProposal,
    service.NoSummary,
    service.Identifies,
    service.NothingConfirmed,
)
_STATES = {
    "proposed": _("thought of"),
    "consent_checked": _("may be sent"),
    "sent": _("sent"),
    "acknowledged": _("they have it"),
    "outcome": _("answered"),
    "revoked": _("called off"),
}
_OUTCOMES = {
    Outcome.CONFIRMED: _("They found that it happened"),
    Outcome.NOT_CONFIRMED: _("They found that it did not happen, or could not find out"),
    Outcome.PROCEEDINGS: _("They opened proceedings"),
    Outcome.DISMISSED: _("They dismissed it"),
    Outcome.NOT_COMPETENT: _("They are not competent"),
    Outcome.NO_ANSWER: _("They never answered"),
}
_WHYS = {
    Why.DANGER_TO_LIFE: _("Somebody’s life or health is in danger"),
    Why.CHILD_IN_DANGER: _("A child is in danger"),
    Why.DUTY_BY_LAW: _("The law obliges us to tell them"),
}
_BASES = {
    "form": _("The reporter agreed in the form."),
    "answer": _("The reporter agreed in an answer."),
    "override": _("It may be sent without consent."),
}


class RecipientForm(ActForm):
    recipient = HiddenField()


class ReferralForm(ActForm):
    """`version` is of the report, `seen` of the referral."""

    seen_referral = HiddenField()

    def seen_version(self) -> int:
        typed = self.seen_referral.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class WhyForm(ReferralForm):
    why = SelectField(_("Why it is passed on without consent"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.why.choices = [("", "–"), *((why.value, str(text)) for why, text in _WHYS.items())]

    def chosen(self) -> Why | None:
        return next((why for why in Why if why.value == self.why.data), None)


class OutcomeForm(ReferralForm):
    outcome = SelectField(_("What they answered"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [("", "–"), *((one.value, str(text)) for one, text in _OUTCOMES.items())]

    def chosen(self) -> Outcome | None:
        return next((one for one in Outcome if one.value == self.outcome.data), None)


class SentForm(ReferralForm):
    went_to = SelectField(_("Which organisation it went to"), validate_choice=False)

    def offer(self, names: Sequence[str]) -> None:
        self.went_to.choices = [("", "–"), *((name, name) for name in names)]


class LetterForm(ReferralForm):
    organisation = SelectField(_("Which organisation it is for"), validate_choice=False)
    parts = SelectMultipleField(_("What it says besides the summary"), validate_choice=False)
    tongue = SelectField(_("Language of the letter"), validate_choice=False)

    def __init__(self, recipient: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts.choices = [(part, str(text)) for part, text in PARTS.items()]
        self._tags = _tongues(recipient)
        self.tongue.choices = [(tag, BY_TAG[tag].endonym, {"lang": tag}) for tag in self._tags]

        self.offer([])

    def offer(self, names: Sequence[str]) -> None:
        self.organisation.choices = [("", "–"), *((name, name) for name in names)]

    def language(self) -> Language:
        return BY_TAG[self.tongue.data if self.tongue.data in self._tags else self._tags[0]]


@dataclass(frozen=True)
class Recipient:
    """A body that a report could be passed on to."""

    code: str
    name: str
    is_made_for: bool
    is_confirmed: bool
    languages: str
    agrees: bool
    is_covered: bool
    """Whether the form asks for consent that covers it."""


@referrals.get("/")
@guard.needs(Role.MODERATOR)
def listed() -> ResponseReturnValue:
    site = platform()
    with site.database.reader() as session:
        found = service.work(session)
    return render_template("desk/referrals.html", referrals=found, today=site.today(), name=_name, states=_STATES)


@referrals.get("/report/<uuid:report>")
@guard.needs(Role.MODERATOR)
def begin(report: UUID) -> ResponseReturnValue:
    return _report_page(report)


@referrals.post("/report/<uuid:report>/propose")
@guard.needs(Role.MODERATOR)
def propose(report: UUID) -> ResponseReturnValue:
    form = RecipientForm()
    if not form.validate():
        return _report_page(report, obstacle=out_of_date(), status=422)
    try:
        with platform().database.unit_of_work() as session:
            before = service.read_before(session, report, member=g.member, now=now())
            if form.recipient.data not in {one.body.code for one in _listed(before.content)}:
                abort(400)
            referral = service.propose(
                session, report, form.recipient.data, version=form.seen(), member=g.member, now=now()
            )
    except CONFLICTS as conflict:
        return _report_page(report, obstacle=_why_not(conflict), status=409)
    return redirect(url_for("desk.referrals.show", referral=referral), 303)


@referrals.get("/<uuid:referral>")
@guard.needs(Role.MODERATOR)
def show(referral: UUID) -> ResponseReturnValue:
    return _referral_page(referral)


@referrals.post("/<uuid:referral>/agreed")
@guard.needs(Role.MODERATOR)
def agreed(referral: UUID) -> ResponseReturnValue:
    form = ReferralForm()
    return _act(referral, form, partial(service.agreed_in_answer, version=form.seen()))


@referrals.post("/<uuid:referral>/override")
@guard.needs(Role.MODERATOR)
def override(referral: UUID) -> ResponseReturnValue:
    """Behind a right of its own, see core.accounts.RIGHTS."""
    form = WhyForm()
    why = form.chosen()
    if why is None:
        return _referral_page(referral, obstacle=gettext("Choose a reason."), status=422)
    return _act(referral, form, partial(service.override, why=why, version=form.seen()))


@referrals.post("/<uuid:referral>/letter")
@guard.needs(Role.MODERATOR)
def letter(referral: UUID) -> ResponseReturnValue:
    """The letter with what was ticked: on the page, or as a document to print. It is forgotten with the answer."""
    site = platform()
    with site.database.reader() as session:
        found = service.read(session, referral)
    form = LetterForm(found.recipient)
    if not form.validate():
        return _referral_page(referral, obstacle=out_of_date(), status=422)
    if "print" not in request.form:
        return _referral_page(referral, writing=form)
    name = form.organisation.data or ""
    try:
        with site.database.unit_of_work() as session:
            if not _may_go_to(session, found, name):
                return _referral_page(referral, writing=form, obstacle=_choose_organisation(), status=422)
            said = service.print_letter(session, referral, organisation=name, **_sources())
    except CONFLICTS as conflict:
        return _referral_page(referral, obstacle=_why_not(conflict), status=409)
    document = draw(_paper(said, form))
    headers = {"Content-Disposition": 'attachment; filename="document.pdf"'}
    return Response(document, mimetype="application/pdf", headers=headers)


@referrals.post("/<uuid:referral>/sent")
@guard.needs(Role.MODERATOR)
def sent(referral: UUID) -> ResponseReturnValue:
    form, site = SentForm(), platform()
    name = form.went_to.data or ""
    try:
        with site.database.reader() as session:
            if not _may_go_to(session, service.read(session, referral), name):
                return _referral_page(referral, obstacle=_choose_organisation(), status=422)
    except CONFLICTS as conflict:
        return _referral_page(referral, obstacle=_why_not(conflict), status=409)
    send = partial(
        service.send,
        organisation=name,
        version=form.seen(),
        known=site.known_names(),
        pepper=site.settings.pepper,
        today=site.today(),
    )
    return _act(referral, form, send)


@referrals.post("/<uuid:referral>/acknowledged")
@guard.needs(Role.MODERATOR)
def acknowledged(referral: UUID) -> ResponseReturnValue:
    return _act(referral, ReferralForm(), partial(service.acknowledge, today=platform().today()))


@referrals.post("/<uuid:referral>/later")
@guard.needs(Role.MODERATOR)
def later(referral: UUID) -> ResponseReturnValue:
    return _act(referral, ReferralForm(), partial(service.remind_later, today=platform().today()))


@referrals.post("/<uuid:referral>/outcome")
@guard.needs(Role.MODERATOR)
def outcome(referral: UUID) -> ResponseReturnValue:
    form = OutcomeForm()
    chosen = form.chosen()
    if chosen is None:
        return _referral_page(referral, obstacle=gettext("Choose what they answered."), status=422)
    return _act(referral, form, partial(service.close, outcome=chosen, today=platform().today()))


@referrals.post("/<uuid:referral>/revoke")
@guard.needs(Role.MODERATOR)
def revoke(referral: UUID) -> ResponseReturnValue:
    return _act(referral, ReferralForm(), service.revoke)


@referrals.post("/<uuid:referral>/confirmed")
@guard.needs(Role.MODERATOR)
def confirmed(referral: UUID) -> ResponseReturnValue:
    """Propose that the incident is confirmed by an authority."""
    site = platform()
    return _act(
        referral, ReferralForm(), partial(service.propose_confirmed, vocabulary=site.vocabulary, places=site.places)
    )


def _act(referral: UUID, form: ReferralForm, act: Callable[..., object]) -> ResponseReturnValue:
    """Do it in one unit of work and show the referral again."""
    if not form.validate():
        return _referral_page(referral, obstacle=out_of_date(), status=422)
    try:
        with platform().database.unit_of_work() as session:
            act(session, referral, seen=form.seen_version(), member=g.member, now=now())
    except service.NotEntitled:
        abort(403)
    except CONFLICTS as conflict:
        return _referral_page(referral, obstacle=_why_not(conflict), status=409)
    return redirect(url_for("desk.referrals.show", referral=referral), 303)


def _may_go_to(session: Session, found: Passed, name: str) -> bool:
    """Whether this organisation may be named; none for a body that is a single office. Raises as `read_before`."""
    before = service.read_before(session, found.report, member=g.member, now=now())
    return name in _organisations(found.recipient, before.content) if found.recipient == ASSOCIATION else not name


def _organisations(recipient: str, content: Report) -> list[str]:
    if recipient != ASSOCIATION:
        return []
    return organisations(question_of(content), platform().directory, today=platform().today())


def _choose_organisation() -> str:
    return gettext("Choose the organisation first.")


def _report_page(report: UUID, *, obstacle: str = "", status: int = 200) -> ResponseReturnValue:
    before = None
    try:
        with platform().database.reader() as session:
            before = service.read_before(session, report, member=g.member, now=now())
    except (NotTaken, service.KeyDoesNotOpen) as conflict:
        obstacle = obstacle or _why_not(conflict)
    page = render_template(
        "desk/refer.html",
        report=report,
        before=before,
        recipients=_recipients(before) if before else [],
        consents=shown.consents(before.content) if before else [],
        name=_name,
        states=_STATES,
        obstacle=obstacle,
    )
    return page, status


def _referral_page(
    referral: UUID, *, writing: LetterForm | None = None, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    said, before, hindrance = None, None, ""
    with platform().database.reader() as session:
        found = service.read(session, referral)
        try:
            before = service.read_before(session, found.report, member=g.member, now=now())
            said = service.letter(session, referral, **_sources())
        except CONFLICTS as conflict:
            hindrance = _why_not(conflict)
    versions = {"version": str(before.version) if before else "0", "seen_referral": str(found.version)}
    form = writing or LetterForm(found.recipient, formdata=None, data={"parts": list(PARTS), "tongue": SCRIPTS[0]})
    names = _organisations(found.recipient, before.content) if before else []
    if form.organisation.data not in names:
        form.organisation.data = ""
    sending = SentForm(formdata=None, data={"went_to": form.organisation.data})
    for one in (form, sending):
        one.offer(names)
    page = render_template(
        "desk/referral.html",
        names=names,
        sending=sending,
        referral=found,
        name=_name(found.recipient),
        state=_STATES[found.state.value],
        basis=_BASES[found.basis.value] if found.basis else "",
        outcome=_OUTCOMES[found.outcome] if found.outcome else "",
        consents=shown.consents(before.content) if before else [],
        is_held=before is not None,
        letter=_paper(said, form) if said else None,
        writing=form,
        why=WhyForm(formdata=None),
        answered=OutcomeForm(formdata=None),
        versions=versions,
        hindrance=hindrance,
        obstacle=obstacle,
        is_own=found.proposed_by == g.member.id,
        may_override=has_right(g.member.roles, Right.REFER_WITHOUT_CONSENT),
        is_due=found.is_due(platform().today()),
    )
    return page, status


def _sources() -> dict[str, Any]:
    site = platform()
    return {"member": g.member, "known": site.known_names(), "pepper": site.settings.pepper, "now": now()}


def _paper(said: Letter, form: LetterForm) -> Paper:
    return paper_of(said, form.parts.data or [], form.language(), addressee=form.organisation.data or "")


def _name(recipient: str) -> str:
    return label(platform().vocabulary.terms["referral_body"][recipient])


def _tongues(recipient: str) -> tuple[str, ...]:
    """Serbian for everybody, and Hungarian for a body that reads it."""
    [body] = [body for body in platform().directory.bodies if body.code == recipient]
    reads = body.form_languages | body.official_languages
    return (*SCRIPTS, _IN_HUNGARIAN) if _IN_HUNGARIAN in reads else SCRIPTS


def _listed(content: Report) -> list[Listed]:
    listed = recipients(question_of(content), platform().directory, today=platform().today())
    return [one for one in listed if one.body.code]


def _recipients(before: Before) -> list[Recipient]:
    return [
        Recipient(
            one.body.code,
            _name(one.body.code),
            is_made_for(one.reasons),
            one.body.is_confirmed,
            ", ".join(shown.endonym(tag) for tag in sorted(one.body.form_languages | one.body.official_languages)),
            agrees(before.content, one.body.code),
            one.body.code in CONSENT,
        )
        for one in _listed(before.content)
    ]


def _why_not(conflict: Conflict) -> str:
    words: Mapping[type[Exception], str] = {
        service.StaleReferral: gettext("A colleague changed this while you had it open. Read it again."),
        service.AlreadyReferred: gettext("This body has the report already, or is about to get it."),
        service.KeyDoesNotOpen: gettext("Your key does not open this report"),
        service.NoConsent: gettext("The reporter did not agree that this body gets it. Nothing is sent without that."),
        service.NoAnswer: gettext("The reporter has written nothing since you asked."),
        service.OwnProposal: gettext(
            "You proposed this. It takes another person to decide that it is sent without consent."
        ),
        service.NoSummary: gettext("Nobody has written a summary yet. Only a summary is sent, never the story itself."),
        service.NothingConfirmed: gettext(
            "There is nothing to raise: no authority confirmed it, or it says so already."
        ),
    }
    match conflict:
        case service.Identifies(words=left):
            return gettext("The summary may still identify somebody: %(words)s.", words=", ".join(left))
        case NotTaken(holder=None):
            return gettext("Take the report first: whoever passes it on has read it.")
        case StaleReport() | NotTaken() | NotAllowed() | StaleIncident():
            return what_stands_in_the_way(conflict)
        case _:
            return words[type(conflict)]
