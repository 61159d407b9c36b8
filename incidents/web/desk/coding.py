"""Pages of incidents that are coded twice, of how well codings agree, and of past incidents to practise on."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.core.agreement import FEWEST
from incidents.core.incident import Settlement
from incidents.services import coding, training
from incidents.services.settlement import Rejected
from incidents.services.training import Exercise
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import CONFLICTS, SETTLERS, find, now, out_of_date, what_stands_in_the_way
from incidents.web.desk.forms import ActForm, SettleForm, blind_form_for, place_names
from incidents.web.desk.settling import shown_again
from incidents.web.platform import platform

codings = Blueprint("codings", __name__)


@codings.post("/incidents/<uuid:incident>/open-to-code")
@guard.needs(Role.MODERATOR)
def open_to_code(incident: UUID) -> ResponseReturnValue:
    if not ActForm().validate():
        return _coding_page(incident, obstacle=out_of_date(), status=422)
    return _coding_page(incident)


@codings.post("/incidents/<uuid:incident>/code-again")
@guard.needs(Role.MODERATOR)
def code_again(incident: UUID) -> ResponseReturnValue:
    site, form = platform(), SettleForm()
    if not form.validate():
        return _coding_page(incident, settling=form, obstacle=out_of_date() if form.token.errors else "", status=422)
    settled = form.settlement(find)
    if settled is None:
        return _coding_page(incident, settling=form, status=422)
    try:
        with site.database.unit_of_work() as session:
            coding.code_again(
                session,
                incident,
                settled,
                version=form.seen(),
                member=g.member,
                draw=site.draw(),
                vocabulary=site.vocabulary,
                places=site.places,
                now=now(),
            )
    except Rejected as rejected:
        form.show(rejected.problems)
        return _coding_page(incident, settling=form, status=422)
    except CONFLICTS as conflict:
        return _coding_page(incident, settling=form, obstacle=what_stands_in_the_way(conflict), status=409)
    return redirect(url_for("desk.incidents.show", incident=incident), 303)


@codings.post("/incidents/<uuid:incident>/code-again/read")
@guard.needs(Role.MODERATOR)
def read_code(incident: UUID) -> ResponseReturnValue:
    return shown_again(partial(_coding_page, incident))


def _coding_page(
    incident: UUID, *, settling: SettleForm | None = None, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    site = platform()
    opened = partial(coding.open_to_code, draw=site.draw(), vocabulary=site.vocabulary)
    try:
        with site.database.unit_of_work() as session:
            found = opened(session, incident, member=g.member, now=now())
    except CONFLICTS:
        return redirect(url_for("desk.incidents.show", incident=incident), 303)
    form = settling or blind_form_for(found.reports, found.version, find)
    form.version.data = str(found.version)
    page = render_template(
        "desk/code_again.html",
        found=found,
        settling=form,
        obstacle=obstacle,
        points_of=shown.points_of_report,
        place_names=place_names(),
    )
    return page, status


@codings.get("/agreement")
@guard.needs(Role.REVIEWER)
def agreement() -> ResponseReturnValue:
    with platform().database.reader() as session:
        months = coding.agreement_by_month(session)
    return render_template(
        "desk/agreement.html", months=months, field_name=shown.field_name, code_name=shown.code_of_field, fewest=FEWEST
    )


@codings.get("/training")
@guard.needs(*SETTLERS)
def train() -> ResponseReturnValue:
    site = platform()
    with site.database.reader() as session:
        found = training.any_exercise(session, g.member, known=site.known_names())
    if found is None:
        return render_template("desk/training.html", exercise=None)
    return redirect(url_for("desk.codings.exercise", incident=found), 303)


@codings.get("/training/<uuid:incident>")
@guard.needs(*SETTLERS)
def exercise(incident: UUID) -> ResponseReturnValue:
    return _training_page(_exercise(incident), settling=SettleForm(formdata=None))


@codings.post("/training/<uuid:incident>")
@guard.needs(*SETTLERS)
def answer(incident: UUID) -> ResponseReturnValue:
    """Nothing of it is kept."""
    form = SettleForm()
    if not form.validate():
        return _training_page(_exercise(incident), settling=form, obstacle=out_of_date(), status=422)
    settled = form.settlement(find)
    return _training_page(_exercise(incident), settling=form, mine=settled, status=200 if settled else 422)


@codings.post("/training/<uuid:incident>/read")
@guard.needs(*SETTLERS)
def read_answer(incident: UUID) -> ResponseReturnValue:
    return shown_again(partial(_training_page, _exercise(incident)))


def _exercise(incident: UUID) -> Exercise:
    site = platform()
    with site.database.reader() as session:
        return training.exercise(session, incident, g.member, known=site.known_names())


def _training_page(
    found: Exercise, *, settling: SettleForm, mine: Settlement | None = None, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/training.html",
        exercise=found,
        settling=settling,
        obstacle=obstacle,
        compared=shown.compared(mine, found.agreed) if mine else [],
        place_names=place_names(),
    )
    return page, status
