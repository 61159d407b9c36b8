"""Pages of one report: taking it, reading it, asking its sender, settling it or setting it aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from incidents.core.accounts import Role
from incidents.core.deidentify.rulings import NotInText
from incidents.core.incident import Handling, Settlement
from incidents.core.report import plain_text
from incidents.core.shapes import neighbours
from incidents.services import coding, deidentify, evidence, handing_over, holds, moderation, settled, settlement, twins
from incidents.services.accounts import Member
from incidents.services.deidentify import Deidentified, SummaryTooLong
from incidents.services.moderation import NotAQuestion, Opened
from incidents.services.settlement import Rejected
from incidents.services.twins import Surroundings, Twins
from incidents.web.accounts import guard
from incidents.web.desk import phrases, shown, welfare
from incidents.web.desk.around import (
    CONFLICTS,
    Conflict,
    areas_named,
    find,
    now,
    out_of_date,
    recall,
    what_stands_in_the_way,
)
from incidents.web.desk.forms import (
    ActForm,
    AsideForm,
    AskForm,
    LinkForm,
    SettleForm,
    TwinForm,
    original_words,
    place_names,
    settle_form_for,
    ticked_twins,
)
from incidents.web.desk.marking import SummaryForm, kind_names, marked, summary_form_for
from incidents.web.desk.reasons import reasons
from incidents.web.desk.retention import HoldForm
from incidents.web.desk.settling import shown_again
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

_TO_SETTLE = (Handling.IN_TRIAGE, Handling.AWAITING_REPORTER)

reports = Blueprint("reports", __name__, url_prefix="/reports")


@reports.get("/<uuid:report>")
@guard.needs(Role.MODERATOR)
def show(report: UUID) -> ResponseReturnValue:
    return report_page(report)


@reports.post("/<uuid:report>/take")
@guard.needs(Role.MODERATOR)
def take(report: UUID) -> ResponseReturnValue:
    if not ActForm().validate():
        return report_page(report, obstacle=out_of_date(), status=422)
    with platform().database.unit_of_work() as session:
        moderation.take_report(session, report, member=g.member, now=now())
    return redirect(url_for("desk.reports.show", report=report), 303)


@reports.post("/<uuid:report>/put-back")
@guard.needs(Role.MODERATOR)
def put_back(report: UUID) -> ResponseReturnValue:
    return _act(report, ActForm(), moderation.put_back)


@reports.post("/<uuid:report>/phrase")
@guard.needs(Role.MODERATOR)
def phrase(report: UUID) -> ResponseReturnValue:
    """Put a ready text into the box. Nothing is stored, and all that was typed stays."""
    form = AskForm()
    if not form.validate():
        return report_page(report, asking=form, obstacle=out_of_date() if form.token.errors else "", status=422)
    return report_page(report, asking=form, situation=form.situation.data or "")


@reports.post("/<uuid:report>/ask")
@guard.needs(Role.MODERATOR)
def ask(report: UUID) -> ResponseReturnValue:
    return _write(report, moderation.ask)


@reports.post("/<uuid:report>/tell")
@guard.needs(Role.MODERATOR)
def tell(report: UUID) -> ResponseReturnValue:
    return _write(report, moderation.tell)


def _write(report: UUID, act: Callable[..., object]) -> ResponseReturnValue:
    form = AskForm()
    try:
        return _act(report, form, partial(act, typed=form.question.data or ""), asking=form)
    except NotAQuestion as wrong:
        too_long = _("That is too long. Please keep it under 2,000 characters.")
        form.question.errors = [too_long if wrong.reason == "too_long" else _("Write something first.")]
        return report_page(report, asking=form, status=422)


@reports.post("/<uuid:report>/summary")
@guard.needs(Role.MODERATOR)
def summarise(report: UUID) -> ResponseReturnValue:
    """Keep what was decided on the marks, and the summary as it stands."""
    form = SummaryForm()
    also, rulings = plain_text(form.also.data or ""), form.rulings()
    try:
        return _act(
            report, form, partial(deidentify.save, rulings=rulings, also=also, summary=form.written()), summing=form
        )
    except NotInText:
        form.also.errors = [_("The story does not have these words. Copy them as they stand there.")]
    except SummaryTooLong:
        form.summary.errors = [_("That is too long. Please keep it under 10,000 characters.")]
    return report_page(report, summing=form, status=422)


@reports.post("/<uuid:report>/undo-mark")
@guard.needs(Role.MODERATOR)
def undo_mark(report: UUID) -> ResponseReturnValue:
    form = SummaryForm()
    try:
        return _act(report, form, partial(deidentify.undo, summary=form.written()), summing=form)
    except SummaryTooLong:
        form.summary.errors = [_("That is too long. Please keep it under 10,000 characters.")]
        return report_page(report, summing=form, status=422)


@reports.post("/<uuid:report>/set-aside")
@guard.needs(Role.MODERATOR)
def set_aside(report: UUID) -> ResponseReturnValue:
    form = AsideForm()
    if not form.is_known():
        form.reason.errors = [_("Choose a reason.")]
        return report_page(report, aside=form, status=422)
    return _act(report, form, partial(moderation.set_aside, reason=form.reason.data), aside=form)


@reports.post("/<uuid:report>/bring-back")
@guard.needs(Role.MODERATOR)
def bring_back(report: UUID) -> ResponseReturnValue:
    return _act(report, ActForm(), moderation.bring_back)


@reports.post("/<uuid:report>/link")
@guard.needs(Role.MODERATOR)
def link(report: UUID) -> ResponseReturnValue:
    form = LinkForm()
    incident = form.chosen()
    if incident is None:
        abort(400)
    return _act(report, form, partial(settlement.link_report, incident=incident))


@reports.post("/<uuid:report>/compare")
@guard.needs(Role.MODERATOR)
def compare(report: UUID) -> ResponseReturnValue:
    """The words of a likely twin beside this report's."""
    form = TwinForm()
    other = form.chosen()
    if other is None:
        abort(400)
    return _act(report, form, partial(twins.note_comparing, other=other), then=partial(report_page, comparing=other))


@reports.post("/<uuid:report>/not-the-same")
@guard.needs(Role.MODERATOR)
def rule_out(report: UUID) -> ResponseReturnValue:
    return _act_on_pair(report, twins.rule_out)


@reports.post("/<uuid:report>/think-again")
@guard.needs(Role.MODERATOR)
def think_again(report: UUID) -> ResponseReturnValue:
    return _act_on_pair(report, twins.think_again)


def _act_on_pair(report: UUID, act: Callable[..., object]) -> ResponseReturnValue:
    form = TwinForm()
    other = form.chosen()
    if other is None:
        abort(400)
    return _act(report, form, partial(act, other=other, pepper=platform().settings.pepper))


@reports.post("/<uuid:report>/unlink")
@guard.needs(Role.MODERATOR)
def unlink(report: UUID) -> ResponseReturnValue:
    return _act(report, ActForm(), settlement.unlink_report)


@reports.post("/<uuid:report>/propose")
@guard.needs(Role.MODERATOR)
def propose(report: UUID) -> ResponseReturnValue:
    form = SettleForm()
    settled = form.settlement(find)
    if settled is None:
        return report_page(report, settling=form, status=422)
    try:
        return _act(report, form, partial(_propose, settled=settled), settling=form)
    except Rejected as rejected:
        form.show(rejected.problems)
        return report_page(report, settling=form, status=422)


@reports.post("/<uuid:report>/read")
@guard.needs(Role.MODERATOR)
def read_anew(report: UUID) -> ResponseReturnValue:
    return shown_again(partial(report_page, report))


@reports.post("/<uuid:report>/look-up")
@guard.needs(Role.MODERATOR)
def look_up(report: UUID) -> ResponseReturnValue:
    return shown_again(partial(report_page, report), look_up=True)


def _propose(
    session: Session, report: UUID, settled: Settlement, *, version: int, member: Member, now: datetime
) -> None:
    site = platform()
    if "take_over" in request.form:
        version = moderation.take_report(session, report, member=member, now=now)
    twins.propose_together(
        session,
        report,
        settled,
        ticked_twins(request.form.getlist("together")),
        version=version,
        member=member,
        vocabulary=site.vocabulary,
        places=site.places,
        now=now,
    )


def _act(
    report: UUID,
    form: ActForm,
    act: Callable[..., object],
    *,
    then: Callable[[UUID], ResponseReturnValue] | None = None,
    **kept: ActForm,
) -> ResponseReturnValue:
    """Do it in one unit of work and show the report again; what was typed stays if it cannot be done."""
    if not form.validate():
        return report_page(report, obstacle=out_of_date() if form.token.errors else "", status=422, **kept)
    try:
        with platform().database.unit_of_work() as session:
            act(session, report, version=form.seen(), member=g.member, now=now())
    except CONFLICTS as conflict:
        return report_page(report, conflict=conflict, status=409, **kept)
    return then(report) if then else redirect(url_for("desk.reports.show", report=report), 303)


def report_page(
    report: UUID,
    *,
    settling: SettleForm | None = None,
    asking: AskForm | None = None,
    aside: AsideForm | None = None,
    summing: SummaryForm | None = None,
    comparing: UUID | None = None,
    situation: str = "",
    conflict: Conflict | None = None,
    obstacle: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """A report with its forms; those given keep what was typed and go on from the newest version."""
    site = platform()
    allow_script()
    with site.database.reader() as session:
        found = moderation.read_report(session, report, member=g.member, now=site.now())
        words = _words(session, found, summing)
        incident = settled.show_incident(session, found.incident) if found.incident else None
        alike = _twins(session, found)
        hidden = coding.waiting_to_be_coded(session, g.member, draw=site.draw(), vocabulary=site.vocabulary)
        announced = welfare.announcement(found.content) if found.content and found.content.words else ""
        pause = welfare.suggested_pause(session) if announced else ""
        files = evidence.list_files(session, report, member=g.member, now=site.now()) if found.content else []
        held_until = holds.held_until(session, report, today=site.today())
        desks = shown.desk_names(session, g.member.id)
        may_hand_over = bool(handing_over.desks_beside(session, found.desk))
    mine = settling.settlement(find) if settling and conflict else None
    forms = {
        "settling": settling or settle_form_for(found.content, found.version, find),
        "asking": asking or AskForm(formdata=None),
        "aside": aside or AsideForm(formdata=None),
    }
    forms["asking"].offer(phrases.offered(found))
    ready = phrases.phrase_for(situation, found)
    if ready:
        forms["asking"].begin_with(ready.filled.text)
    if found.content and settling is None:
        forms["settling"].suggest(areas_named(found.content.words))
    if words is not None:
        forms["summing"] = summing or summary_form_for(words, found.version)
    for form in forms.values():
        form.version.data = str(found.version)
    if incident:
        # What a colleague has settled meanwhile is revised, not settled a second time.
        forms["settling"].version.data = str(incident.version)
    page = render_template(
        "desk/report.html",
        report=found,
        announced=announced,
        # Whoever works on it has read it.
        is_folded=bool(announced) and summing is None and words is not None and words.summary is None,
        pause=pause,
        incident=incident,
        twins=alike,
        reasons=reasons,
        twin_points=shown.points_of_twin,
        together=request.form.getlist("together") if settling else [],
        comparing=comparing,
        files=files,
        file_line=shown.file_line,
        original_words=original_words(),
        is_kept=settling is not None,
        points=shown.points_of_report(found.content) if found.content else [],
        settled=shown.points_of_incident(incident.settlement) if incident and incident.id not in hidden else [],
        compared=shown.compared(mine, incident.settlement) if mine and incident and incident.id not in hidden else [],
        obstacle=obstacle or what_stands_in_the_way(conflict),
        handling=shown.term("handling", found.handling.value),
        place_names=place_names(),
        incident_text=lambda one: shown.line(one, is_hidden=one.id in hidden),
        hidden=hidden,
        deidentified=words,
        kind_names=kind_names(),
        marked=marked,
        ready=ready,
        holding=HoldForm(formdata=None),
        held_until=held_until,
        desks=desks,
        may_hand_over=may_hand_over,
        **{"summing": summing, **forms},
    )
    return page, status


def _words(session: Session, found: Opened, summing: SummaryForm | None) -> Deidentified | None:
    """The words of a report that its reader has taken, with their marks."""
    if found.content is None:
        return None
    typed = summing.rulings() if summing else None
    return deidentify.read(session, found.id, member=g.member, known=platform().known_names(), typed=typed)


def _twins(session: Session, found: Opened) -> Twins | None:
    """Of a report that its reader has taken and that is still to be settled."""
    if found.content is None or found.incident is not None or found.handling not in _TO_SETTLE:
        return None
    site = platform()
    within = Surroundings(
        lexicon=site.lexicon(),
        vocabulary=site.vocabulary,
        places=site.places,
        geocoder=site.geocoder,
        neighbours=neighbours(site.shapes),
    )
    return twins.likely_twins(
        session,
        found.id,
        member=g.member,
        within=within,
        recall=recall(),
        pepper=site.settings.pepper,
        now=site.now(),
    )
