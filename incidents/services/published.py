"""What is published: releases, their files and who signed them, read out as they were frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import release as files_of_release
from incidents.core.accounts import MemberId
from incidents.core.tables import INCIDENTS, key_of
from incidents.db.account import member_names
from incidents.db.release import Release, ReleaseCell, ReleaseFile, ReleaseSignature, ReleaseState


class NotFound(Exception):
    """There is no such release or file, or it is not public yet."""


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


@dataclass(frozen=True)
class Issue:
    """A published release without its files."""

    number: int
    quarter: str
    published_on: date
    digest: str
    """Of all its files, in hexadecimal digits."""


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


def published(session: Session, *, before: int | None = None, most: int | None = None) -> list[ReleaseSummary]:
    """The releases that everybody may read, newest first; from the one before `before` on, and at most so many."""
    numbers = sa.select(Release.number).where(Release.state == ReleaseState.PUBLISHED)
    if before is not None:
        numbers = numbers.where(Release.number < before)
    found = session.scalars(numbers.order_by(Release.number.desc()).limit(most)).all()
    return [summary(session, number) for number in found]


def issue(session: Session, number: int) -> Issue:
    """A published release, found by one query. Raises NotFound."""
    # Past the session's own machinery: this is all that a file that is kept in memory waits for.
    found = session.connection().execute(_ISSUE, {"number": number}).one_or_none()
    if found is None:
        raise NotFound
    return _issue(*found)


def issues(session: Session, *, before: int | None = None, most: int | None = None) -> list[Issue]:
    """The published releases, newest first; from the one before `before` on, and at most so many."""
    query = _ISSUES.order_by(Release.number.desc()).limit(most)
    if before is not None:
        query = query.where(Release.number < before)
    return [_issue(*found) for found in session.execute(query)]


_ISSUES = sa.select(Release.number, Release.quarter, Release.published_on, Release.digest).where(
    Release.state == ReleaseState.PUBLISHED
)


_ISSUE = _ISSUES.where(Release.number == sa.bindparam("number"))


def _issue(number: int, quarter: str, published_on: date | None, digest: bytes) -> Issue:
    assert published_on is not None  # noqa: S101 (it is set with the state)
    return Issue(number, quarter, published_on, digest.hex())


def newest(session: Session) -> Release | None:
    return session.scalar(
        sa.select(Release).where(Release.state == ReleaseState.PUBLISHED).order_by(Release.number.desc()).limit(1)
    )


def newest_number(session: Session) -> int | None:
    """The number of the newest published release; None before the first."""
    found = newest(session)
    return found.number if found else None


def release_by_number(session: Session, number: int) -> PublishedRelease:
    """A published release with its files. Raises NotFound."""
    release = session.get(Release, number)
    if release is None or release.published_on is None:
        raise NotFound
    return PublishedRelease(number, release.quarter, release.published_on, contents(session, number))


def file_of(session: Session, number: int, name: str) -> File:
    """One file of a published release. Raises NotFound."""
    issue(session, number)
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


def summary(session: Session, number: int) -> ReleaseSummary:
    release, names = session.get_one(Release, number), member_names(session)
    file_names = session.scalars(
        sa.select(ReleaseFile.name).where(ReleaseFile.release_number == number).order_by(ReleaseFile.name)
    )
    total = session.get(ReleaseCell, (number, INCIDENTS.name, key_of({"time": release.quarter})))
    return ReleaseSummary(
        number=number,
        quarter=release.quarter,
        state=release.state,
        built_on=release.built_on,
        published_on=release.published_on,
        signed_by=(signed_by := signers(session, number)),
        signers=[names[member] for member in signed_by],
        counted=total.count if total else 0,
        added_table=release.added_table,
        file_names=list(file_names),
        digest=release.digest.hex(),
    )
