"""Pages of incidents: what one member proposed, another accepts or returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.core.incident import Decision
from incidents.services import moderation, settlement
from incidents.services.settlement import Rejected
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import (
    CONFLICTS,
    SETTLERS,
    Conflict,
    find,
    find_street,
    now,
    out_of_date,
    what_stands_in_the_way,
)
from incidents.web.desk.forms import ActForm, ReturnForm, SettleForm, place_names, return_words, settle_form_of
from incidents.web.platform import platform

incidents = Blueprint("incidents", __name__, url_prefix="/incidents")


@incidents.get("/")
@guard.needs(*SETTLERS)
def listed() -> ResponseReturnValue:
    with platform().database.reader() as session:
        return render_template(
            "desk/incidents.html",
            proposed=settlement.incidents_in(session, Decision.PROPOSED),
            returned=settlement.incidents_in(session, Decision.RETURNED, Decision.OPEN),
            accepted=settlement.incidents_in(session, Decision.ACCEPTED, most=50),
            text=shown.line,
        )


@incidents.get("/<uuid:incident>")
@guard.needs(*SETTLERS)
def show(incident: UUID) -> ResponseReturnValue:
    return _incident_page(incident)


@incidents.post("/<uuid:incident>/accept")
@guard.needs(Role.REVIEWER)
def accept(incident: UUID) -> ResponseReturnValue:
    site = platform()
    accepted = partial(settlement.accept_incident, vocabulary=site.vocabulary, places=site.places, today=site.today())
    return _act(incident, ActForm(), accepted)


@incidents.post("/<uuid:incident>/return")
@guard.needs(Role.REVIEWER)
def return_(incident: UUID) -> ResponseReturnValue:
    form = ReturnForm()
    return _act(incident, form, partial(settlement.return_incident, reason=form.reason.data))


@incidents.post("/<uuid:incident>/reopen")
@guard.needs(*SETTLERS)
def reopen(incident: UUID) -> ResponseReturnValue:
    return _act(incident, ActForm(), settlement.reopen_incident)


@incidents.post("/<uuid:incident>/revise")
@guard.needs(Role.MODERATOR)
def revise(incident: UUID) -> ResponseReturnValue:
    site, form = platform(), SettleForm()
    settled = form.settlement(find)
    if settled is None:
        return _incident_page(incident, settling=form, status=422)
    revised = partial(settlement.revise_incident, settlement=settled, vocabulary=site.vocabulary, places=site.places)
    try:
        return _act(incident, form, revised, settling=form)
    except Rejected as rejected:
        form.show(rejected.problems)
        return _incident_page(incident, settling=form, status=422)


@incidents.post("/<uuid:incident>/look-up")
@guard.needs(Role.MODERATOR)
def look_up(incident: UUID) -> ResponseReturnValue:
    """Ask the address service for the typed street. Nothing is stored, and all that was typed stays."""
    form = SettleForm()
    if not form.validate():
        return _incident_page(incident, settling=form, obstacle=out_of_date() if form.token.errors else "", status=422)
    form.look_up(find_street)
    return _incident_page(incident, settling=form)


def _act(incident: UUID, form: ActForm, act: Callable[..., object], **kept: SettleForm) -> ResponseReturnValue:
    """Do it in one unit of work and show the incident again; what was typed stays if it cannot be done."""
    if not form.validate():
        return _incident_page(incident, obstacle=out_of_date() if form.token.errors else "", status=422, **kept)
    try:
        with platform().database.unit_of_work() as session:
            act(session, incident, version=form.seen(), member=g.member, now=now())
    except CONFLICTS as conflict:
        return _incident_page(incident, conflict=conflict, status=409, **kept)
    return redirect(url_for("desk.incidents.show", incident=incident), 303)


def _incident_page(
    incident: UUID,
    *,
    settling: SettleForm | None = None,
    conflict: Conflict | None = None,
    obstacle: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = settlement.show_incident(session, incident)
        reports = moderation.reports_of(session, incident)
    mine = settling.settlement(find) if settling and conflict else None
    form = settling or settle_form_of(found.settlement, found.version)
    form.version.data = str(found.version)
    page = render_template(
        "desk/incident.html",
        incident=found,
        reports=reports if Role.MODERATOR in g.member.roles else [],
        points=shown.points_of_incident(found.settlement),
        compared=shown.compared(mine, found.settlement) if mine else [],
        obstacle=obstacle or what_stands_in_the_way(conflict),
        settling=form,
        is_kept=settling is not None,
        returning=ReturnForm(formdata=None, data={"version": found.version}),
        is_own=found.proposed_by == g.member.id,
        may_accept=Role.REVIEWER in g.member.roles,
        may_revise=Role.MODERATOR in g.member.roles,
        decision=shown.term("decision", found.decision.value),
        return_words=return_words(),
        place_names=place_names(),
    )
    return page, status
