"""What is published: releases, their files and who signed them, read out as they were frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import release as files_of_release
from incidents.core.accounts import MemberId
from incidents.core.tables import INCIDENTS, key_of
from incidents.db.account import member_names
from incidents.db.base import Instant
from incidents.db.release import (
    Announcement,
    Release,
    ReleaseCell,
    ReleaseFile,
    ReleaseSignature,
    ReleaseState,
    ReleaseWithdrawal,
)


class NotFound(Exception):
    """There is no such release or file, or it is not public yet."""


@dataclass(frozen=True)
class Sight:
    """What a reader sees: all that is public at a moment, and for those who sign one release that is not yet."""

    now: datetime
    preview: int | None = None


@dataclass(frozen=True)
class Withdrawn:
    """Why a release is not to be used any more."""

    on: date
    reason: str
    """A word of services.withdrawn_releases.REASONS."""
    english: str
    serbian: str
    replaced_by: int | None


@dataclass(frozen=True)
class Upcoming:
    """Figures that are announced."""

    quarter: str
    public_at: datetime
    announced_on: date
    moved: int


@dataclass(frozen=True, kw_only=True)
class ReleaseSummary:
    number: int
    quarter: str
    state: ReleaseState
    built_on: date
    published_on: date | None
    signed_by: list[MemberId]
    signers: list[str]
    """Their names."""
    counted: int
    """Incidents that this release counts for the first time."""
    added_table: str | None
    """The one table that it adds to what is published; None where it counts a quarter for the first time."""
    file_names: list[str]
    digest: str
    """Of all its files, in hexadecimal digits: what a signature stands for."""
    embargoed_until: datetime | None
    """When it becomes public, if that was announced for later than the second signature."""
    withdrawn: Withdrawn | None


@dataclass(frozen=True)
class Issue:
    """A published release without its files."""

    number: int
    quarter: str
    published_on: date
    digest: str
    """Of all its files, in hexadecimal digits."""
    withdrawn: Withdrawn | None = None


@dataclass(frozen=True)
class Shelf:
    """All that stands on the page of figures."""

    issues: Sequence[Issue]
    """The newest first."""
    upcoming: Upcoming | None
    """The next one to come."""

    @property
    def newest(self) -> Issue | None:
        """The newest that was not withdrawn, or the newest."""
        in_use = [issue for issue in self.issues if issue.withdrawn is None]
        return next(iter(in_use or self.issues), None)

    def at(self, number: int) -> Issue:
        """Raises NotFound."""
        found = next((issue for issue in self.issues if issue.number == number), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True)
class File:
    name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        return files_of_release.sha256(self.content)


@dataclass(frozen=True)
class PublishedRelease:
    """One release with all its files."""

    number: int
    quarter: str
    published_on: date
    files: Mapping[str, bytes]


def list_releases(session: Session) -> list[ReleaseSummary]:
    """Every release with the draft, newest first. For the desk; readers get `published`."""
    numbers = session.scalars(sa.select(Release.number).order_by(Release.number.desc())).all()
    return [summary(session, number) for number in numbers]


def published(
    session: Session, sight: Sight, *, before: int | None = None, most: int | None = None
) -> list[ReleaseSummary]:
    """The releases that everybody may read, newest first; from the one before `before` on, and at most so many."""
    found = issues(session, sight, before=before, most=most)
    return [summary(session, one.number, with_names=False) for one in found]


def issue(session: Session, number: int, sight: Sight) -> Issue:
    """A published release, found by one query. Raises NotFound."""
    # Past the session's own machinery: this is all that a file that is kept in memory waits for.
    found = session.connection().execute(_ISSUE, {"number": number, **vars(sight)}).one_or_none()
    if found is None:
        raise NotFound
    return _issue(sight, *found)


def issues(session: Session, sight: Sight, *, before: int | None = None, most: int | None = None) -> list[Issue]:
    """The published releases, newest first; from the one before `before` on, and at most so many."""
    query = _ISSUES.order_by(Release.number.desc()).limit(most)
    if before is not None:
        query = query.where(Release.number < before)
    return [_issue(sight, *found) for found in session.execute(query, vars(sight))]


def shelf(session: Session, sight: Sight) -> Shelf:
    """All published releases and the next announced one, by one query once there is a release."""
    rows = session.connection().execute(_SHELF, vars(sight)).all()
    if not rows:
        return Shelf([], next(iter(upcoming(session, sight.now)), None))
    *_first, quarter, public_at, announced_on, moved = rows[0]
    found = Upcoming(quarter, public_at, announced_on, moved) if quarter else None
    return Shelf([_issue(sight, *row[:-4]) for row in rows], found)


def upcoming(session: Session, now: datetime) -> list[Upcoming]:
    """What is announced and still to come, the next first."""
    query = _ANNOUNCED.order_by(Announcement.public_at, Announcement.quarter)
    return [Upcoming(*row) for row in session.execute(query, {"now": now})]


_NOW = sa.bindparam("now", type_=Instant())
_ANNOUNCED = sa.select(
    Announcement.quarter, Announcement.public_at, Announcement.announced_on, Announcement.moved
).where(Announcement.public_at > _NOW)
_IN_SIGHT = sa.or_(
    sa.and_(
        Release.state == ReleaseState.PUBLISHED,
        sa.or_(Release.embargoed_until.is_(None), Release.embargoed_until <= _NOW),
    ),
    Release.number == sa.bindparam("preview", type_=sa.Integer()),
)
_WITHDRAWN = ("withdrawn_on", "reason", "english", "serbian", "replaced_by")
_ISSUES = (
    sa.select(
        Release.number,
        Release.quarter,
        Release.published_on,
        Release.digest,
        *(getattr(ReleaseWithdrawal, name) for name in _WITHDRAWN),
    )
    .outerjoin(ReleaseWithdrawal, ReleaseWithdrawal.release_number == Release.number)
    .where(_IN_SIGHT)
)
_ISSUE = _ISSUES.where(Release.number == sa.bindparam("number"))
_NEXT = _ANNOUNCED.order_by(Announcement.public_at, Announcement.quarter).limit(1).subquery()
_SHELF = _ISSUES.outerjoin(_NEXT, sa.true()).add_columns(*_NEXT.c).order_by(Release.number.desc())


def _issue(
    sight: Sight, number: int, quarter: str, published_on: date | None, digest: bytes, *withdrawal: Any
) -> Issue:
    # A release that is shown before it is public bears the day on which it is looked at.
    return Issue(number, quarter, published_on or sight.now.date(), digest.hex(), _withdrawn(*withdrawal))


def _withdrawn(on: date | None, reason: str, english: str, serbian: str, replaced_by: int | None) -> Withdrawn | None:
    return Withdrawn(on, reason, english, serbian, replaced_by) if on else None


def newest(session: Session) -> Release | None:
    """The newest that two have signed, public or not, withdrawn or not: what comes next is protected beside it."""
    return session.scalar(
        sa.select(Release).where(Release.state == ReleaseState.PUBLISHED).order_by(Release.number.desc()).limit(1)
    )


def release_by_number(session: Session, number: int, sight: Sight) -> PublishedRelease:
    """A published release with its files. Raises NotFound."""
    found = issue(session, number, sight)
    return PublishedRelease(number, found.quarter, found.published_on, contents(session, number))


def file_of(session: Session, number: int, name: str, sight: Sight) -> File:
    """One file of a published release. Raises NotFound."""
    issue(session, number, sight)
    return file_to_sign(session, number, name)


def file_to_sign(session: Session, number: int, name: str) -> File:
    """One file of any release, published or not: what a signer has to read first. Raises NotFound."""
    row = session.get(ReleaseFile, (number, name))
    if row is None:
        raise NotFound
    return File(row.name, row.media_type, row.content)


def contents(session: Session, number: int) -> dict[str, bytes]:
    """The files of a release by name."""
    rows = session.execute(
        sa.select(ReleaseFile.name, ReleaseFile.content)
        .where(ReleaseFile.release_number == number)
        .order_by(ReleaseFile.name)
    )
    return {row.name: row.content for row in rows}


def signers(session: Session, number: int) -> list[MemberId]:
    """Who signed a release, in the order of their names under it."""
    rows = session.scalars(
        sa.select(ReleaseSignature.member_id)
        .where(ReleaseSignature.release_number == number)
        .order_by(ReleaseSignature.signed_at, ReleaseSignature.member_id)
    )
    return [MemberId(member) for member in rows]


def summary(session: Session, number: int, *, with_names: bool = True) -> ReleaseSummary:
    """`with_names` for the desk alone: everybody else learns how many signed, not who."""
    release = session.get_one(Release, number)
    names = member_names(session) if with_names else {}
    file_names = session.scalars(
        sa.select(ReleaseFile.name).where(ReleaseFile.release_number == number).order_by(ReleaseFile.name)
    )
    withdrawal = session.get(ReleaseWithdrawal, number)
    total = session.get(ReleaseCell, (number, INCIDENTS.name, key_of({"time": release.quarter})))
    return ReleaseSummary(
        number=number,
        quarter=release.quarter,
        state=release.state,
        built_on=release.built_on,
        published_on=release.published_on,
        signed_by=(signed_by := signers(session, number)),
        signers=[names[member] for member in signed_by] if with_names else [],
        counted=total.count if total else 0,
        added_table=release.added_table,
        file_names=list(file_names),
        digest=release.digest.hex(),
        embargoed_until=release.embargoed_until,
        withdrawn=_withdrawn(*(getattr(withdrawal, name) for name in _WITHDRAWN)) if withdrawal else None,
    )
