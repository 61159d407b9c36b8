"""Pages of reports that are alike: opened on purpose and in the audit trail, looked at and dealt with together."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.core.accounts import Role
from incidents.db.bulk import Outcome
from incidents.services import alarms, bulk
from incidents.services import clusters as alike
from incidents.services.bulk import LONGEST_COMMENT, NotAComment, TooLate
from incidents.services.clusters import Cluster
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import now, out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.desk.listing import TogetherForm, allow_long_list, written
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

clusters = Blueprint("clusters", __name__, url_prefix="/clusters")

IN_LIST, IN_FULL, ODD = 2, 5, 8
"""Samples of each cluster in the list, and of the one that is looked at: typical ones, least typical ones."""


@clusters.get("/")
@guard.needs(Role.MODERATOR)
def front() -> ResponseReturnValue:
    return _front_page()


@clusters.post("/")
@guard.needs(Role.MODERATOR)
def open_all() -> ResponseReturnValue:
    if not ActForm().validate():
        return _front_page(obstacle=out_of_date(), status=422)
    _note_looking()
    with platform().database.reader() as session:
        found = alike.open_clusters(session, g.member)
        desks = shown.desk_names(session, g.member.id)
    return render_template(
        "desk/clusters.html",
        found=found,
        samples=IN_LIST,
        kinds=shown.kinds_of_likeness(),
        points_of=shown.points_of_shared,
        desks=desks,
    )


@clusters.post("/<uuid:report>")
@guard.needs(Role.MODERATOR)
def open_one(report: UUID) -> ResponseReturnValue:
    if not ActForm().validate():
        return _front_page(obstacle=out_of_date(), status=422)
    _note_looking(report)
    with platform().database.reader() as session:
        cluster = alike.cluster_around(session, g.member, report)
    form = TogetherForm(formdata=None, data={"listed": written(cluster.listed()), "likeness": cluster.kind.value})
    return _cluster_page(cluster, form)


@clusters.post("/act")
@guard.needs(Role.MODERATOR)
def act() -> ResponseReturnValue:
    allow_long_list()
    form = TogetherForm()
    if not form.validate():
        return _front_page(obstacle=out_of_date(), status=422)
    listed, chosen = form.reports(), form.chosen()
    if chosen is None or not listed:
        return _again(form)
    kind, reason = chosen
    database, at = platform().database, now()
    try:
        with database.unit_of_work() as session:
            done = bulk.begin(
                session,
                kind,
                form.comment.data or "",
                reason=reason,
                listed=listed,
                member=g.member,
                now=at,
            )
    except NotAComment as wrong:
        too_long = _("That is too long. Please keep it under 1,000 characters.")
        form.comment.errors = [too_long if wrong.reason == "too_long" else _("Write why, in a sentence.")]
        return _again(form)
    for some in bulk.in_steps(listed):
        with database.unit_of_work() as session:
            bulk.act(session, done, some, member=g.member, now=at)
    return redirect(url_for("desk.clusters.done", bulk=done), 303)


@clusters.get("/done/<uuid:bulk>")
@guard.needs(Role.MODERATOR)
def done(bulk: UUID) -> ResponseReturnValue:
    return _done_page(bulk)


@clusters.post("/done/<uuid:bulk>/undo")
@guard.needs(Role.MODERATOR)
def undo(bulk: UUID) -> ResponseReturnValue:
    if not ActForm().validate():
        return _done_page(bulk, obstacle=out_of_date(), status=422)
    return _undo(bulk)


def _undo(done: UUID) -> ResponseReturnValue:
    database, at = platform().database, now()
    try:
        with database.reader() as session:
            listed = bulk.rows_to_undo(session, done, member=g.member, now=at)
    except TooLate:
        return _done_page(done, obstacle=_("Ten minutes are over. It cannot be undone together any more."), status=409)
    for some in bulk.in_steps(listed):
        with database.unit_of_work() as session:
            bulk.undo(session, done, some, member=g.member, now=at)
    return redirect(url_for("desk.clusters.done", bulk=done), 303)


def _note_looking(around: UUID | None = None) -> None:
    """In a unit of work of its own: opening many takes seconds, and nobody who sends a report shall wait for it."""
    with platform().database.unit_of_work() as session:
        alike.note_looking(session, g.member, now=now(), around=around)
        bulk.forget_rows(session, now=now())


def _front_page(*, obstacle: str = "", status: int = 200) -> ResponseReturnValue:
    with platform().database.reader() as session:
        waiting, held = alike.waiting_and_held(session, g.member)
        flood = alarms.flood(session, today=platform().today())
    page = render_template("desk/clusters_shut.html", waiting=waiting, held=held, flood=flood, obstacle=obstacle)
    return page, status


def _again(form: TogetherForm) -> ResponseReturnValue:
    """The cluster that the form lists, with what was typed."""
    with platform().database.reader() as session:
        cluster = alike.cluster_listed(session, g.member, form.kind(), form.reports())
    if cluster is None:
        return _front_page(obstacle=out_of_date(), status=422)
    return _cluster_page(cluster, form, status=422)


def _cluster_page(cluster: Cluster, form: TogetherForm, *, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "desk/cluster.html",
        cluster=cluster,
        form=form,
        name=shown.kinds_of_likeness()[cluster.kind],
        points=shown.points_of_shared(cluster.shared),
        typical=cluster.typical(IN_FULL),
        odd=cluster.least_typical(ODD),
        longest=LONGEST_COMMENT,
    )
    return page, status


def _done_page(done: UUID, *, obstacle: str = "", status: int = 200) -> ResponseReturnValue:
    with platform().database.reader() as session:
        found = bulk.result(session, done, member=g.member, now=now())
    page = render_template(
        "desk/clusters_done.html",
        result=found,
        reason=shown.term("set_aside_reason", found.reason or ""),
        numbers={outcome: found.numbers.get(outcome, 0) for outcome in Outcome},
        outcomes=Outcome,
        obstacle=obstacle,
    )
    return page, status
