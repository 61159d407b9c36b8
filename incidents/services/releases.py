"""Releases: counting what is settled, protecting the counts, freezing the files, signing and checking them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.core import release as files_of_release
from incidents.core import tables
from incidents.core.accounts import MemberId
from incidents.core.periods import Quarter, in_serbia
from incidents.core.places import Places
from incidents.core.release import CSV_TYPE, DESCRIPTION, JSON_TYPE, cells_file, plan_file
from incidents.core.tables import INCIDENTS, SUBJECTS, Subject
from incidents.core.vocabulary import Vocabulary
from incidents.db.account import Member
from incidents.db.incident import hold_incidents
from incidents.db.release import (
    Announcement,
    CountedIncident,
    Release,
    ReleaseCell,
    ReleaseFile,
    ReleaseSignature,
    ReleaseState,
)
from incidents.disclosure.released import Part, extent_of, files_of, listed_in, shown_in, years_of
from incidents.disclosure.releasing import Before, Protected, bounds_in, given_away_by, protected
from incidents.publishing.words import WORDS
from incidents.services import counting
from incidents.services.drafts import record_release, replace_draft
from incidents.services.published import NotFound, ReleaseSummary, contents, newest, signers, summary
from incidents.services.wording import Label, words_of

SIGNATURES = 2


class AlreadyPublished(Exception):
    """The release is frozen for good, or that of a quarter which this one cannot come before."""

    def __init__(self, number: int, quarter: str) -> None:
        super().__init__(f"release {number} of {quarter} is published")
        self.number = number
        self.quarter = quarter


class AlreadySigned(Exception):
    """This member's name stands under the release; it takes another member's."""


class Changed(Exception):
    """The draft is not the one that the member has read: it was built anew, or dropped."""


class Tampered(Exception):
    """The files of `number` are not those that were built."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the files of release {number} are not those that were built")
        self.number = number


@dataclass(frozen=True)
class Check:
    """What going over a release again has found; cells by their keys."""

    cells: int
    withheld: int
    wrong: list[str]
    """Published figures that are not the counts stored with the release."""
    given_away: list[str]
    """Small counts that the published figures give away; not looked for where figures are wrong."""


def build_release(
    session: Session,
    *,
    today: date,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    pepper: bytes,
    actor: str,
    now: datetime,
) -> ReleaseSummary:
    """Count, protect, attack and freeze a draft of the release of the quarter `today` lies in.

    `label` is adapters.catalogues.label, `actor` the name for the audit trail.
    Counts what was accepted up to `today` and in no release before. Raises AlreadyPublished if that quarter or a
    later one is published, Tampered if the files of the release before are not those that were signed,
    disclosure.protection.CannotProtect if the counts cannot be protected, and disclosure.releasing.CountsChanged if
    what is published would now be counted otherwise. There is one draft at most: one that stands already is replaced,
    and signatures under it fall with it.
    """
    quarter = Quarter.of(today)
    before = newest(session)
    if before and quarter <= Quarter.parse(before.quarter):
        raise AlreadyPublished(before.number, before.quarter)
    if before:
        verify(session, before)
    hold_incidents(session)  # before the draft, as whoever changes an incident that it counts does
    replace_draft(session)
    counting.take_batch(session, quarter, today, vocabulary, places)
    number = before.number + 1 if before else 1
    earlier = contents(session, before.number) if before else {}
    times = {str(quarter), *([str(quarter.year)] if quarter.number == 4 else [])}
    plans = {subject: _plan(session, subject, quarter, earlier, vocabulary, places) for subject in SUBJECTS}
    parts = {
        subject: part_of(session, subject, quarter.year, plan, times, earlier, pepper=pepper)
        for subject, plan in plans.items()
    }
    release = Release(number=number, quarter=str(quarter), state=ReleaseState.BUILT, built_on=today)
    return freeze(
        session, release, parts, earlier, vocabulary=vocabulary, places=places, label=label, actor=actor, now=now
    )


def freeze(
    session: Session,
    release: Release,
    parts: Mapping[Subject, Part],
    earlier: Mapping[str, bytes],
    *,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    actor: str,
    now: datetime,
) -> ReleaseSummary:
    """Make the files of a draft from its parts and those of the release before, and store it."""
    number, quarter = release.number, Quarter.parse(release.quarter)
    files, rows = files_of(parts, earlier, number, quarter, files_of_release.names(vocabulary, places, label))
    files[WORDS] = words_of(rows, vocabulary, places, label)
    total = session.scalar(
        sa.select(sa.func.count()).select_from(CountedIncident).where(CountedIncident.batch == release.quarter)
    )
    files[DESCRIPTION] = files_of_release.describe(
        files,
        number=number,
        quarter=quarter,
        built_on=release.built_on,
        vocabulary_version=parts[INCIDENTS].plan["vocabulary"],
        counted=total or 0,
        extents={subject.name: extent_of(part, rows) for subject, part in parts.items()},
        plans={subject.name: part.plan["plan"] for subject, part in parts.items()},
    )
    release.digest = files_of_release.digest(files)
    _store(session, release, files)
    if cells := [cell for subject, part in parts.items() for cell in _cells(number, subject, part.protected)]:
        session.connection().execute(sa.insert(ReleaseCell), cells)
    record_release(session, "build_release", number, release.digest, actor=actor, now=now)
    return summary(session, number)


def sign_release(
    session: Session, number: int, *, digest: str, member: MemberId, today: date, now: datetime
) -> ReleaseSummary:
    """Put a member's name under a release; with the second name it is published, at once or when it is announced for.

    `digest` is that of the files the member has read (ReleaseSummary.digest). Raises NotFound, AlreadyPublished,
    AlreadySigned, Changed for other files than those, and Tampered if the files are not those that were built.
    """
    release = session.get(Release, number, with_for_update=True)
    if release is None:
        raise NotFound
    if release.state is ReleaseState.PUBLISHED:
        raise AlreadyPublished(number, release.quarter)
    signed_by = signers(session, number)
    if member in signed_by:
        raise AlreadySigned
    if release.digest.hex() != digest:
        raise Changed
    verify(session, release)
    session.add(ReleaseSignature(release_number=number, member_id=member, signed_at=now))
    actor = session.get_one(Member, member).name
    record_release(session, "sign_release", number, release.digest, actor=actor, now=now)
    if len(signed_by) + 1 == SIGNATURES:
        release.state, release.published_on = ReleaseState.PUBLISHED, today
        if (public_at := _held_back(session, release.quarter)) and public_at > now:
            release.embargoed_until, release.published_on = public_at, in_serbia(public_at).date()
        record_release(session, "publish_release", number, release.digest, actor=actor, now=now)
    session.flush()
    return summary(session, number)


def _held_back(session: Session, quarter: str) -> datetime | None:
    """When a release may be public: not before its announced moment, nor before what it carries on from."""
    announced = sa.select(Announcement.public_at).where(Announcement.quarter == quarter)
    earlier = sa.select(sa.func.max(Release.embargoed_until))
    return max((at for query in (announced, earlier) if (at := session.scalar(query))), default=None)


def check_release(session: Session, number: int) -> Check:
    """Go over a release again from its own files: what they say, and what could be computed from it.

    Raises NotFound, and Tampered if the files are not those that were built.
    """
    release = session.get(Release, number)
    if release is None:
        raise NotFound
    verify(session, release)
    files = contents(session, number)
    cells, withheld, wrong, given = 0, 0, list[str](), list[str]()
    for subject in SUBJECTS:
        stored = _stored_cells(session, subject, up_to=number)
        counts = {cell: row.count for cell, row in stored.items()}
        dominated = {cell for cell, row in stored.items() if row.is_dominated}
        shown, listed = dict(shown_in(files, subject)), dict(listed_in(files, subject))
        cells, withheld = cells + len(shown), withheld + sum(value is None for value in shown.values())
        keys = shown.keys() | listed.keys() | counts.keys()
        wrong += sorted(key for key in keys if not (_fits(shown, counts, key) and _fits(listed, counts, key)))
        given += sorted(key for key, row in stored.items() if row.is_withheld and shown.get(key) is not None)
        # Figures that are wrong need no attack: they may not even add up.
        for year in years_of(files, subject) if not wrong else ():
            name = cells_file(subject.name, year)
            plan = json.loads(files[plan_file(subject.name, year)])
            given += given_away_by(plan, name, files[name], counts, dominated)
    return Check(cells, withheld, wrong, given)


def _plan(
    session: Session,
    subject: Subject,
    quarter: Quarter,
    earlier: Mapping[str, bytes],
    vocabulary: Vocabulary,
    places: Places,
) -> dict[str, Any]:
    """The plan of the year: the one its first release was made by, or a new one for last year's volume."""
    if kept := earlier.get(plan_file(subject.name, quarter.year)):
        return tables.with_quarter(json.loads(kept), quarter, vocabulary, places)
    last_year = session.scalar(
        sa.select(ReleaseCell.count).where(
            ReleaseCell.subject == INCIDENTS.name,
            ReleaseCell.cell == tables.key_of({"time": str(quarter.year - 1)}),
        )
    )
    return tables.plan(subject, subject.rung(last_year), quarter.year, [quarter], vocabulary, places)


def part_of(
    session: Session,
    subject: Subject,
    year: int,
    plan: Mapping[str, Any],
    times: Set[str],
    files: Mapping[str, bytes],
    *,
    pepper: bytes,
) -> Part:
    """A subject of a year, decided for these times and those published before; `files` are those of the last release.

    Raises what disclosure.releasing.protected raises.
    """
    earlier = _stored_cells(session, subject)
    released = times | {tables.codes_of(cell)["time"] for cell in earlier}
    header, rows = counting.rows_of(session, subject, released & {f"{year}-Q{number}" for number in range(1, 5)})
    name = cells_file(subject.name, year)
    known = bounds_in(plan, files[name]) if name in files else {}
    cells = protected(
        plan,
        header,
        rows,
        is_released=lambda time: time in released,
        earlier={cell: Before(row.count, row.is_withheld, known.get(cell)) for cell, row in earlier.items()},
        secret=sealing.secret_of_decoys(pepper),
    )
    return Part(plan, cells)


def _cells(number: int, subject: Subject, part: Protected) -> Iterator[dict[str, Any]]:
    columns = (part.keys, part.cells.counts.tolist(), part.withheld.tolist(), part.dominated.tolist())
    for is_new, key, count, is_withheld, is_dominated in zip(part.is_new.tolist(), *columns, strict=True):
        if is_new:
            yield {
                "release_number": number,
                "subject": subject.name,
                "cell": key,
                "count": count,
                "is_withheld": is_withheld,
                "is_dominated": is_dominated,
            }


def _stored_cells(session: Session, subject: Subject, *, up_to: int | None = None) -> dict[str, ReleaseCell]:
    query = sa.select(ReleaseCell).where(ReleaseCell.subject == subject.name)
    if up_to is not None:
        query = query.where(ReleaseCell.release_number <= up_to)
    return {row.cell: row for row in session.scalars(query)}


def _fits(shown: Mapping[str, int | None], counts: Mapping[str, int], key: str) -> bool:
    return key in shown and key in counts and shown[key] in {None, counts[key]}


def _store(session: Session, release: Release, files: Mapping[str, bytes]) -> None:
    session.add(release)
    session.flush()
    session.connection().execute(
        sa.insert(ReleaseFile),
        [
            {
                "release_number": release.number,
                "name": name,
                "media_type": CSV_TYPE if name.endswith(".csv") else JSON_TYPE,
                "content": content,
            }
            for name, content in files.items()
        ],
    )


def verify(session: Session, release: Release) -> None:
    """Raises Tampered if the files of a release are not those that were built."""
    if files_of_release.digest(contents(session, release.number)) != release.digest:
        raise Tampered(release.number)
