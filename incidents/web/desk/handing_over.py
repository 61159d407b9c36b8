"""The page on which a report is given to another desk."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from incidents.core.accounts import Role
from incidents.db.desk import Desk
from incidents.services import handing_over as service
from incidents.services import keys, moderation
from incidents.services.handing_over import NoOtherDesk, Why
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import CONFLICTS, now, out_of_date, what_stands_in_the_way
from incidents.web.desk.forms import ActForm
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

handing_over = Blueprint("handing_over", __name__, url_prefix="/reports")


class HandOverForm(ActForm):
    desk = SelectField(_("To which desk"), validate_choice=False)
    why = SelectField(_("Why"), validate_choice=False)

    def offer(self, desks: Sequence[Desk]) -> None:
        self.desk.choices = [("", "–"), *((one.code, shown.desk_name(one)) for one in desks)]
        self.why.choices = [("", "–"), *((why.value, text) for why, text in _why_words().items())]

    def is_chosen(self, desks: Sequence[Desk]) -> bool:
        """Whether both are; what is missing says so at its field."""
        if self.desk.data not in {one.code for one in desks}:
            self.desk.errors = [gettext("Choose a desk.")]
        if self.why.data not in {why.value for why in Why}:
            self.why.errors = [gettext("Choose a reason.")]
        return not (self.desk.errors or self.why.errors)


def _why_words() -> dict[Why, str]:
    return {
        Why.PLACE: gettext("It happened in their area"),
        Why.LANGUAGE: gettext("They speak its language"),
        Why.KNOWLEDGE: gettext("They know more about this"),
        Why.TOO_CLOSE: gettext("Somebody here is too close to it"),
    }


@handing_over.get("/<uuid:report>/hand-over")
@guard.needs(Role.MODERATOR)
def ask(report: UUID) -> ResponseReturnValue:
    return _page(report, HandOverForm(formdata=None))


@handing_over.post("/<uuid:report>/hand-over")
@guard.needs(Role.MODERATOR)
def give(report: UUID) -> ResponseReturnValue:
    form = HandOverForm()
    with platform().database.reader() as session:
        found = moderation.read_report(session, report, member=g.member, now=now())
        others = service.desks_beside(session, found.desk)
    if not form.validate():
        return _page(report, form, obstacle=out_of_date() if form.token.errors else "", status=422)
    if not form.is_chosen(others):
        return _page(report, form, status=422)
    try:
        with platform().database.unit_of_work() as session:
            service.hand_over(
                session, report, form.desk.data, Why(form.why.data), version=form.seen(), member=g.member, now=now()
            )
    except CONFLICTS as conflict:
        return _page(report, form, obstacle=what_stands_in_the_way(conflict), status=409)
    except NoOtherDesk:
        return _page(report, form, obstacle=gettext("That desk takes no reports just now."), status=409)
    except keys.NoGrant:
        refused = gettext("Your key does not open all of this report, so you cannot hand it over. A colleague can.")
        return _page(report, form, obstacle=refused, status=409)
    return redirect(url_for("desk.queue"), 303)


def _page(report: UUID, form: HandOverForm, *, obstacle: str = "", status: int = 200) -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = moderation.read_report(session, report, member=g.member, now=now())
        form.offer(service.desks_beside(session, found.desk))
    form.version.data = str(found.version)
    return render_template("desk/hand_over.html", report=found, form=form, obstacle=obstacle), status
