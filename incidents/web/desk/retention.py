"""How long reports are kept, at the desk: what falls due, holds, and batches that two members let be destroyed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField, StringField

from incidents.core.accounts import Role
from incidents.core.retention import AHEAD, DEFAULTS, FILES, HOLD_REASONS, OPEN_TOO_LONG, Obstacle, Part
from incidents.db.retention import Fate
from incidents.services import destruction as services
from incidents.services import holds
from incidents.services import retention as days
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import SETTLERS, now, out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.desk.publication import day_of
from incidents.web.platform import platform
from incidents.web.texts import gettext as _
from incidents.web.texts import lazy_gettext

retention = Blueprint("retention", __name__, url_prefix="/retention")

_SHOWN = 200
"""Lines of what falls due; the numbers are of all."""


class HoldForm(ActForm):
    reason = SelectField(lazy_gettext("Why is it kept?"), validate_choice=False)
    until = StringField(lazy_gettext("Until which day?"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.choices = [("", "–"), *reason_words().items()]


@retention.get("/")
@guard.needs(*SETTLERS, Role.AUDITOR)
def listed() -> ResponseReturnValue:
    return _page()


@retention.get("/<uuid:destruction>/")
@guard.needs(*SETTLERS, Role.AUDITOR)
def show(destruction: UUID) -> ResponseReturnValue:
    """The list to sign, and afterwards the proof; for printing too."""
    with platform().database.reader() as session:
        proof, lines = services.proof(session, destruction)
    return render_template(
        "desk/destruction.html",
        proof=proof,
        lines=lines,
        may_sign=_may_sign(proof),
        backup_days=platform().settings.backup_kept.days,
        backups_gone_on=proof.done_on + platform().settings.backup_kept if proof.done_on else None,
        **_words(),
    )


@retention.post("/propose")
@guard.needs(*SETTLERS)
def propose() -> ResponseReturnValue:
    return _act(services.propose, schedule=platform().schedule, today=platform().today())


@retention.post("/<uuid:destruction>/sign")
@guard.needs(Role.REVIEWER)
def sign(destruction: UUID) -> ResponseReturnValue:
    digest = ActForm().version.data or ""
    return _act(services.sign, destruction=destruction, digest=digest, today=platform().today())


@retention.post("/<uuid:destruction>/drop")
@guard.needs(*SETTLERS)
def drop(destruction: UUID) -> ResponseReturnValue:
    return _act(services.drop, destruction=destruction)


@retention.post("/hold/<uuid:report>")
@guard.needs(*SETTLERS)
def hold(report: UUID) -> ResponseReturnValue:
    form = HoldForm()
    until = day_of(form.until.data or "")
    if until is None:
        return _page(_("Write a day, for example 31. 12. 2027."), 422, holding=(report, form))
    return _act(
        holds.hold,
        report=report,
        reason=form.reason.data or "",
        until=until,
        today=platform().today(),
        holding=(report, form),
    )


@retention.post("/lift/<uuid:report>")
@guard.needs(*SETTLERS)
def lift(report: UUID) -> ResponseReturnValue:
    return _act(holds.lift, report=report)


_CONFLICTS = (
    services.NothingDue,
    services.OneWaits,
    services.OwnProposal,
    services.OtherList,
    services.AlreadySigned,
    holds.NotAHold,
    holds.LongerHeld,
    holds.NoReport,
)


def _act(
    act: Callable[..., object], *, holding: tuple[UUID, HoldForm] | None = None, **values: object
) -> ResponseReturnValue:
    if not (holding[1] if holding else ActForm()).validate():
        return _page(out_of_date(), 422, holding=holding)
    try:
        with platform().database.unit_of_work() as session:
            act(session, member=g.member, now=now(), **values)
    except _CONFLICTS as conflict:
        status = 422 if isinstance(conflict, holds.NotAHold) else 409
        return _page(_what_stands_in_the_way(conflict), status, holding=holding)
    return redirect(url_for("desk.retention.listed"), 303)


def _what_stands_in_the_way(conflict: Exception) -> str:
    match conflict:
        case services.NothingDue():
            return _("Nothing is due. What was due has changed, or is held.")
        case services.OneWaits():
            return _("Another list waits to be signed or carried out. One after the other.")
        case services.OwnProposal():
            return _("You proposed this list. It takes another person to sign it.")
        case services.OtherList():
            return _("This is not the list that you have seen. Read it again before you sign.")
        case services.AlreadySigned():
            return _("Two people have signed this list already.")
        case holds.LongerHeld():
            return _("It is held longer already. Lift that hold first if it shall end sooner.")
        case holds.NoReport():
            return _("This report is not there any more, or it is not held.")
        case _:
            return _("Choose a reason, and a day from today to two years ahead.")


def _page(
    obstacle: str = "", status: int = 200, *, holding: tuple[UUID, HoldForm] | None = None
) -> ResponseReturnValue:
    site, today = platform(), platform().today()
    with site.database.reader() as session:
        found = days.due(session, platform().schedule, today=today, now=site.now())
        proofs = services.proofs(session)
        held = holds.holds(session, today=today)
        too_long = days.open_too_long(session, today=today)
    page = render_template(
        "desk/retention.html",
        obstacle=obstacle,
        rows=_rows(found, today),
        due_now=min(len({one.report for one in found if one.is_due(today)}), services.MOST),
        lines=found[:_SHOWN],
        number=len(found),
        ahead=AHEAD.days,
        today=today,
        too_long=sum(too_long.values()),
        too_long_days=OPEN_TOO_LONG.days,
        waiting=[one for one in proofs if one.done_on is None],
        done=[one for one in proofs if one.done_on is not None],
        may_sign=_may_sign,
        may_settle=not g.member.roles.isdisjoint(SETTLERS),
        may_read=Role.MODERATOR in g.member.roles,
        held=held,
        holding=holding,
        backup_days=site.settings.backup_kept.days,
        **_words(),
    )
    return page, status


def _rows(found: list[days.Due], today: date) -> list[tuple[str, int, int, int, int]]:
    """By what is kept how long: its days, how many are due, fall due soon, and are kept although they are over."""
    schedule = platform().schedule
    numbers = Counter((_name(one), _when(one, today)) for one in found)
    return [
        (
            _("Files, earlier than the rest") if name == FILES else shown.term("handling", name),
            schedule.days.get(name, DEFAULTS[name]),
            numbers[name, "due"],
            numbers[name, "soon"],
            numbers[name, "kept"],
        )
        for name in DEFAULTS
    ]


def _name(one: days.Due) -> str:
    return FILES if one.part is Part.FILES else one.handling.value


def _when(one: days.Due, today: date) -> str:
    if one.due_on > today:
        return "soon"
    return "due" if one.obstacle is None else "kept"


def _may_sign(proof: services.Proof) -> bool:
    return proof.signed_on is None and Role.REVIEWER in g.member.roles and proof.proposed_by_id != g.member.id


def _words() -> dict[str, Any]:
    return {
        "state": lambda handling: shown.term("handling", handling.value),
        "part_names": {Part.REPORT: _("the whole report"), Part.FILES: _("its files only")},
        "reasons": reason_words(),
        "obstacles": _obstacle_words(),
        "fates": {
            Fate.WAITING: _("not yet"),
            Fate.DESTROYED: _("destroyed"),
            Fate.CHANGED: _("left out: it was changed meanwhile"),
            Fate.KEPT: _("left out: it is not due any more, or is held"),
            Fate.GONE: _("left out: its reporter withdrew it"),
        },
    }


def reason_words() -> dict[str, str]:
    """Why a report is held."""
    texts = {
        "proceedings": _("Court or other proceedings are under way"),
        "authority": _("An authority asks us to keep it"),
        "reporter": _("The reporter asks us to keep it"),
        "complaint": _("Somebody complains about our work"),
        "correction": _("A figure may have to be corrected"),
    }
    return {code: texts[code] for code in HOLD_REASONS}


def _obstacle_words() -> dict[Obstacle, str]:
    return {
        Obstacle.OPEN: _("it is open"),
        Obstacle.TAKEN: _("somebody has it open"),
        Obstacle.NEWS: _("its reporter wrote and nobody has read it"),
        Obstacle.UNSETTLED: _("its incident is not settled"),
        Obstacle.PASSED_ON: _("a body has not answered"),
        Obstacle.HELD: _("it is held"),
        Obstacle.TOGETHER: _("another report on the same incident is not due"),
    }
