"""The desk: its parts put together, the queue of reports, the audit trail."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.services import audit
from incidents.services.bulk import NoSuchBulk
from incidents.services.destruction import NoSuchDestruction
from incidents.services.filters import NoSuchFilter
from incidents.services.moderation import NoSuchReport, Withdrawn
from incidents.services.odihr import NoSuchExport
from incidents.services.published import NotFound
from incidents.services.queue_rules import NoSuchRule
from incidents.services.referral import NoSuchReferral
from incidents.services.settled import NoSuchIncident
from incidents.web.accounts import guard, passkeys
from incidents.web.accounts.views import accounts
from incidents.web.desk import around, menu, readings, welfare
from incidents.web.desk.batches import batches
from incidents.web.desk.clusters import clusters
from incidents.web.desk.coding import codings
from incidents.web.desk.files import files
from incidents.web.desk.handing_over import handing_over
from incidents.web.desk.incidents import incidents
from incidents.web.desk.intake import intake
from incidents.web.desk.keys import keys
from incidents.web.desk.notices import notices
from incidents.web.desk.odihr import odihr
from incidents.web.desk.queue import next_report, queue_page, read_filter
from incidents.web.desk.queue import queue as filters
from incidents.web.desk.queue_rules import queue_rules
from incidents.web.desk.redaction import redaction
from incidents.web.desk.referrals import referrals
from incidents.web.desk.releases import releases
from incidents.web.desk.reports import reports
from incidents.web.desk.retention import retention
from incidents.web.desk.search import search
from incidents.web.desk.times import times
from incidents.web.errors import error_page
from incidents.web.headers import allow_script
from incidents.web.platform import platform

desk = Blueprint("desk", __name__, url_prefix="/desk")
for part in (
    keys,
    filters,
    queue_rules,
    search,
    times,
    reports,
    files,
    redaction,
    intake,
    clusters,
    handing_over,
    incidents,
    codings,
    referrals,
    releases,
    odihr,
    notices,
    retention,
    batches,
):
    desk.register_blueprint(part)
desk.context_processor(around.context)
desk.context_processor(readings.context)
desk.context_processor(welfare.context)
desk.context_processor(passkeys.context)
# The page of one's own account stands in the desk's frame too.
accounts.context_processor(around.context)


@desk.before_request
def _with_keys() -> None:
    allow_script()


@desk.errorhandler(NoSuchReport)
@desk.errorhandler(NoSuchIncident)
@desk.errorhandler(NoSuchBulk)
@desk.errorhandler(NoSuchFilter)
@desk.errorhandler(NoSuchRule)
@desk.errorhandler(NotFound)
@desk.errorhandler(NoSuchExport)
@desk.errorhandler(NoSuchReferral)
@desk.errorhandler(NoSuchDestruction)
def _nothing_there(_error: Exception) -> ResponseReturnValue:
    return error_page(404)


@desk.errorhandler(Withdrawn)
def _withdrawn(error: Withdrawn) -> ResponseReturnValue:
    return render_template("desk/withdrawn.html", on=error.on), 410


@desk.get("/")
@guard.needs()
def queue() -> ResponseReturnValue:
    if Role.MODERATOR not in g.member.roles:
        ways = menu.ways()
        return redirect(ways[0].address, 303) if ways else render_template("desk/nothing.html")
    page = request.args.get("page", "")
    return queue_page(read_filter(request.args), page=int(page) if page.isdecimal() and len(page) < 6 else 1)


@desk.get("/next")
@guard.needs(Role.MODERATOR)
def next_one() -> ResponseReturnValue:
    return next_report()


@desk.get("/audit")
@guard.needs(Role.AUDITOR)
def trail() -> ResponseReturnValue:
    with platform().database.reader() as session:
        newest, broken_at = audit.newest_entries(session, most=200)
    return render_template("desk/trail.html", entries=newest, broken_at=broken_at)
