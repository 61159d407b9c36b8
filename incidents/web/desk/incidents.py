"""Pages of incidents: what one member proposed, another accepts or returns."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.core.incident import Decision
from incidents.services import coding, deidentify, moderation, series, settled, settlement
from incidents.services.settlement import AtAnotherDesk, NoteTooLong, NothingMarked, Rejected
from incidents.web.accounts import guard
from incidents.web.desk import shown, welfare
from incidents.web.desk.around import (
    CONFLICTS,
    SETTLERS,
    Conflict,
    find,
    now,
    out_of_date,
    what_stands_in_the_way,
)
from incidents.web.desk.forms import (
    ActForm,
    LinkForm,
    ReturnForm,
    SettleForm,
    place_names,
    return_words,
    settle_form_of,
    why_words,
)
from incidents.web.desk.settling import shown_again
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

incidents = Blueprint("incidents", __name__, url_prefix="/incidents")


@incidents.get("/")
@guard.needs(*SETTLERS)
def listed() -> ResponseReturnValue:
    with platform().database.reader() as session:
        site = platform()
        hidden = coding.waiting_to_be_coded(session, g.member, draw=site.draw(), vocabulary=site.vocabulary)
        return render_template(
            "desk/incidents.html",
            proposed=settled.proposals(session, g.member.id),
            returned=settled.incidents_in(session, Decision.RETURNED, Decision.OPEN),
            accepted=settled.incidents_in(session, Decision.ACCEPTED, most=50),
            text=lambda one: shown.line(one, is_hidden=one.id in hidden),
        )


@incidents.get("/next")
@guard.needs(Role.REVIEWER)
def next_one() -> ResponseReturnValue:
    """The proposal of another member that waits longest for one like this; the list where there is none."""
    with platform().database.reader() as session:
        found = settlement.next_proposal(session, g.member)
    return redirect(url_for(".show", incident=found) if found else url_for(".listed"), 303)


@incidents.get("/<uuid:incident>")
@guard.needs(*SETTLERS)
def show(incident: UUID) -> ResponseReturnValue:
    return _incident_page(incident)


@incidents.post("/<uuid:incident>/accept")
@guard.needs(Role.REVIEWER)
def accept(incident: UUID) -> ResponseReturnValue:
    site = platform()
    accepted = partial(
        settlement.accept_incident,
        vocabulary=site.vocabulary,
        places=site.places,
        draw=site.draw(),
        today=site.today(),
    )
    return _act(incident, ActForm(), accepted)


@incidents.post("/<uuid:incident>/return")
@guard.needs(Role.REVIEWER)
def return_(incident: UUID) -> ResponseReturnValue:
    site, form = platform(), ReturnForm()
    returned = partial(
        settlement.return_incident,
        disagreements=form.disagreements(),
        typed=form.note.data or "",
        vocabulary=site.vocabulary,
        draw=site.draw(),
    )
    try:
        return _act(incident, form, returned, returning=form)
    except NothingMarked:
        obstacle = _("Mark at least one part that you do not share.")
    except NoteTooLong:
        obstacle = _("That is too long. Please keep it under 2,000 characters.")
    return _incident_page(incident, returning=form, obstacle=obstacle, status=422)


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


@incidents.post("/<uuid:incident>/series")
@guard.needs(*SETTLERS)
def put_in_series(incident: UUID) -> ResponseReturnValue:
    form = LinkForm()
    other = form.chosen()
    if other is None:
        abort(400)
    return _act(incident, form, partial(series.put_in_series, other=other))


@incidents.post("/<uuid:incident>/out-of-series")
@guard.needs(*SETTLERS)
def take_out_of_series(incident: UUID) -> ResponseReturnValue:
    return _act(incident, ActForm(), series.take_out_of_series)


@incidents.post("/<uuid:incident>/read")
@guard.needs(Role.MODERATOR)
def read_anew(incident: UUID) -> ResponseReturnValue:
    return shown_again(partial(_incident_page, incident))


@incidents.post("/<uuid:incident>/look-up")
@guard.needs(Role.MODERATOR)
def look_up(incident: UUID) -> ResponseReturnValue:
    return shown_again(partial(_incident_page, incident), look_up=True)


def _act(incident: UUID, form: ActForm, act: Callable[..., object], **kept: Any) -> ResponseReturnValue:
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
    returning: ReturnForm | None = None,
    conflict: Conflict | None = None,
    obstacle: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    site = platform()
    draw, vocabulary = site.draw(), site.vocabulary
    with site.database.reader() as session:
        found = settled.show_incident(session, incident)
        if coding.is_hidden_from(session, incident, g.member, draw=draw, vocabulary=vocabulary):
            reads = settlement.may_read(session, incident, g.member)
            why = conflict or (None if reads else AtAnotherDesk())
            return _hidden_page(incident, obstacle or what_stands_in_the_way(why), status, reads=reads)
        reports, elsewhere = moderation.reports_within(session, incident, g.member)
        summaries = deidentify.summaries_of(session, reports, g.member)
        in_series, may_belong = series.series_of(session, incident), series.may_belong(session, found)
        both = coding.both_codings(session, incident)
        said = settled.return_note(session, incident, g.member)
        hidden = coding.waiting_to_be_coded(session, g.member, draw=draw, vocabulary=vocabulary)
    mine = settling.settlement(find) if settling and conflict else None
    form = settling or settle_form_of(found.settlement, found.version)
    form.version.data = str(found.version)
    if settling is None:
        form.show_disagreements(found.disagreements)
    page = render_template(
        "desk/incident.html",
        incident=found,
        reports=reports if Role.MODERATOR in g.member.roles else [],
        summaries=[summaries[one] for one in reports if one in summaries],
        announced=welfare.announcement_of_acts(found.settlement.acts),
        elsewhere=elsewhere,
        at_another_desk=what_stands_in_the_way(AtAnotherDesk()) if elsewhere and not reports else "",
        points=shown.points_of_incident(found.settlement),
        compared=shown.compared(mine, found.settlement) if mine else [],
        obstacle=obstacle or what_stands_in_the_way(conflict),
        settling=form,
        is_kept=settling is not None,
        in_series=in_series,
        may_belong=may_belong,
        text=lambda one: shown.line(one, is_hidden=one.id in hidden),
        coder=both.coder if both else "",
        codings=shown.compared(both.first, both.second) if both else [],
        returning=_returning(returning, found.version),
        is_returning=returning is not None,
        marked=returning.disagreements() if returning else {},
        return_note=said,
        why_words=why_words(),
        is_own=found.proposed_by == g.member.id,
        may_accept=Role.REVIEWER in g.member.roles,
        may_revise=Role.MODERATOR in g.member.roles,
        decision=shown.term("decision", found.decision.value),
        return_words=return_words(),
        place_names=place_names(),
    )
    return page, status


def _returning(typed: ReturnForm | None, version: int) -> ReturnForm:
    form = typed or ReturnForm(formdata=None)
    form.version.data = str(version)
    return form


def _hidden_page(incident: UUID, obstacle: str, status: int, *, reads: bool) -> ResponseReturnValue:
    may_code = reads and Role.MODERATOR in g.member.roles
    page = render_template("desk/hidden.html", incident=incident, may_code=may_code, obstacle=obstacle)
    return page, status
