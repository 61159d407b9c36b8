"""The page of times: what the desk means to keep to, and what it came to."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.core.targets import DAYS, RISK_HOURS, Target
from incidents.core.workdays import CLOSES, OPENS
from incidents.db.key import epochs_open_to
from incidents.services import times as services
from incidents.services.queue import open_gists
from incidents.web.accounts import guard
from incidents.web.desk.around import recall
from incidents.web.desk.queue import area_of, opened
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

times = Blueprint("times", __name__, url_prefix="/times")


@times.get("/")
@guard.needs(Role.MODERATOR)
def wall() -> ResponseReturnValue:
    site = platform()
    with site.database.reader() as session:
        found = services.figures(
            session,
            opened(session, with_held=True),
            gists_of=partial(open_gists, session, member=g.member, shelf="times", recall=recall(), area_of=area_of),
            epochs=epochs_open_to(session, g.member.id),
            vocabulary=site.vocabulary,
            now=site.now(),
        )
    return render_template(
        "desk/times.html",
        figures=[(text, DAYS.get(target), found[target]) for target, text in _texts().items()],
        most=services.MOST,
        days=services.SINCE.days,
        opens=OPENS,
        closes=CLOSES,
        risk_hours=RISK_HOURS,
    )


def _texts() -> dict[Target, str]:
    return {
        Target.RISK: _("A first look, where somebody may be at risk"),
        Target.LOOK: _("A first look at the others"),
        Target.PROPOSE: _("Settled: proposed, linked or set aside"),
        Target.ACCEPT: _("The second person’s word after that"),
    }
