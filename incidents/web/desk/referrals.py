"""Pages of passing reports on: to whom, whether the reporter agreed, the letter, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incidents.adapters.paper import draw
from incidents.core.accounts import Right, Role, has_right
from incidents.core.help import Listed
from incidents.core.paper import Paper
from incidents.core.referral import ASSOCIATION, CONSENT, agrees, is_made_for, organisations, recipients
from incidents.core.report import Report
from incidents.services import referral as service
from incidents.services.letters import Letter
from incidents.services.moderation import NotTaken
from incidents.services.referral import Before, Passed
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import now, out_of_date
from incidents.web.desk.letters import PARTS, paper_of
from incidents.web.desk.phrases import question_of
from incidents.web.desk.referral_forms import LetterForm, OutcomeForm, RecipientForm, ReferralForm, SentForm, WhyForm
from incidents.web.desk.referral_words import BASES, CONFLICTS, OUTCOMES, STATES, why_not
from incidents.web.help.forms import SCRIPTS
from incidents.web.languages import label
from incidents.web.platform import platform
from incidents.web.texts import gettext

referrals = Blueprint("referrals", __name__, url_prefix="/referrals")


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
        found = service.work(session, g.member)
    return render_template("desk/referrals.html", referrals=found, today=site.today(), name=_name, states=STATES)


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
        return _report_page(report, obstacle=why_not(conflict), status=409)
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
        found = service.read(session, referral, g.member)
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
        return _referral_page(referral, obstacle=why_not(conflict), status=409)
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
            if not _may_go_to(session, service.read(session, referral, g.member), name):
                return _referral_page(referral, obstacle=_choose_organisation(), status=422)
    except CONFLICTS as conflict:
        return _referral_page(referral, obstacle=why_not(conflict), status=409)
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
        return _referral_page(referral, obstacle=why_not(conflict), status=409)
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
        obstacle = obstacle or why_not(conflict)
    page = render_template(
        "desk/refer.html",
        report=report,
        before=before,
        recipients=_recipients(before) if before else [],
        consents=shown.consents(before.content) if before else [],
        name=_name,
        states=STATES,
        obstacle=obstacle,
    )
    return page, status


def _referral_page(
    referral: UUID, *, writing: LetterForm | None = None, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    said, before, hindrance = None, None, ""
    with platform().database.reader() as session:
        found = service.read(session, referral, g.member)
        try:
            before = service.read_before(session, found.report, member=g.member, now=now())
            said = service.letter(session, referral, **_sources())
        except CONFLICTS as conflict:
            hindrance = why_not(conflict)
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
        state=STATES[found.state.value],
        basis=BASES[found.basis.value] if found.basis else "",
        outcome=OUTCOMES[found.outcome] if found.outcome else "",
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
