"""The desk: its parts put together, the queue of reports, the audit trail."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from flask import Blueprint, g, redirect, render_template
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import alarms, audit, moderation
from incidents.services.bulk import NoSuchBulk
from incidents.services.moderation import NoSuchReport, Withdrawn
from incidents.services.odihr import NoSuchExport
from incidents.services.published import NotFound
from incidents.services.referral import NoSuchReferral
from incidents.services.settlement import NoSuchIncident
from incidents.web.accounts import guard
from incidents.web.desk import around, shown
from incidents.web.desk.clusters import clusters
from incidents.web.desk.coding import codings
from incidents.web.desk.files import files
from incidents.web.desk.incidents import incidents
from incidents.web.desk.intake import intake
from incidents.web.desk.notices import notices
from incidents.web.desk.odihr import odihr
from incidents.web.desk.referrals import referrals
from incidents.web.desk.releases import releases
from incidents.web.desk.reports import reports
from incidents.web.errors import error_page
from incidents.web.places import place_name
from incidents.web.platform import platform

_LATELY = timedelta(days=30)

desk = Blueprint("desk", __name__, url_prefix="/desk")
for part in (reports, files, intake, clusters, incidents, codings, referrals, releases, odihr, notices):
    desk.register_blueprint(part)
desk.context_processor(around.context)


@desk.errorhandler(NoSuchReport)
@desk.errorhandler(NoSuchIncident)
@desk.errorhandler(NoSuchBulk)
@desk.errorhandler(NotFound)
@desk.errorhandler(NoSuchExport)
@desk.errorhandler(NoSuchReferral)
def _nothing_there(_error: Exception) -> ResponseReturnValue:
    return error_page(404)


@desk.errorhandler(Withdrawn)
def _withdrawn(error: Withdrawn) -> ResponseReturnValue:
    return render_template("desk/withdrawn.html", on=error.on), 410


@desk.get("/")
@guard.needs()
def queue() -> ResponseReturnValue:
    if Role.MODERATOR not in g.member.roles:
        ways = around.ways()
        return redirect(ways[0].address, 303) if ways else render_template("desk/nothing.html")
    site = platform()
    with site.database.reader() as session:
        flood = alarms.flood(session, today=site.today())
        waiting = moderation.open_queue(
            session, g.member, vocabulary=site.vocabulary, now=site.now(), with_held=flood is None
        )
        bunches = alarms.bunches(session, waiting, geocoder=site.geocoder, places=site.places, today=site.today())
        withdrawn = Counter(moderation.withdrawals(session, since=site.now() - _LATELY))
    tongues = Counter(line.content.language for line in waiting if line.content is not None)
    return render_template(
        "desk/queue.html",
        waiting=waiting,
        withdrawn=withdrawn.items(),
        tongues=tongues.most_common(),
        acts=shown.acts,
        flood=flood,
        bunches=bunches,
        term=shown.term,
        place_name=place_name,
    )


@desk.get("/audit")
@guard.needs(Role.AUDITOR)
def trail() -> ResponseReturnValue:
    with platform().database.reader() as session:
        newest, broken_at = audit.newest_entries(session, most=200)
    return render_template("desk/trail.html", entries=newest, broken_at=broken_at)
