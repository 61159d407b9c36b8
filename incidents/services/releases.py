"""Releases: counting what is settled, protecting the counts, freezing the files, signing them, reading them out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import release as files_of_release
from incidents.core import tables
from incidents.core.accounts import MemberId
from incidents.core.incident import Decision, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.release import CSV_TYPE, DESCRIPTION, JSON_TYPE
from incidents.core.tables import PLAN, Cell, CountedIncident
from incidents.core.vocabulary import Term, Vocabulary
from incidents.db import audit
from incidents.db.account import Member, member_names
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import Release, ReleaseCell, ReleaseFile, ReleaseSignature, ReleaseState
from incidents.disclosure.linked import given_away, protect

Label = Callable[[Term, str], str]
"""What a term is called in the language with this tag, e.g. adapters.catalogues.label."""

SIGNATURES = 2


class AlreadyPublished(Exception):
    """The release is frozen for good, or that of a quarter which this one cannot come before."""

    def __init__(self, number: int, quarter: str) -> None:
        super().__init__(f"release {number} of {quarter} is published")
        self.number = number
        self.quarter = quarter


class NotFound(Exception):
    """There is no such release or file, or it is not public yet."""


class AlreadySigned(Exception):
    """This member's name stands under the release; it takes another member's."""


class Changed(Exception):
    """The draft is not the one that the member has read: it was built anew, or dropped."""


class Tampered(Exception):
    """The files of `number` are not those that were built."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the files of release {number} are not those that were built")
        self.number = number


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
    file_names: list[str]
    digest: str
    """Of all its files, in hexadecimal digits: what a signature stands for."""


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


@dataclass(frozen=True)
class Check:
    """What going over a release again has found."""

    cells: int
    withheld: int
    wrong: list[Cell]
    """Published figures that are not the counts stored with the release."""
    given_away: list[Cell]
    """Small counts that the published figures give away; not looked for where figures are wrong."""


def build_release(
    session: Session,
    *,
    today: date,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    actor: str,
    now: datetime,
) -> ReleaseSummary:
    """Count, protect and freeze a draft of the release of the quarter `today` lies in.

    `label` is adapters.catalogues.label, `actor` the name for the audit trail.
    Counts what was accepted up to `today` and in no release before. Raises AlreadyPublished if that quarter or a
    later one is published, Tampered if the files of the release before are not those that were signed, and
    core.disclosure.Unprotectable if the counts cannot be protected. There is one draft at most: one that stands already
    is replaced, and signatures under it fall with it.
    """
    quarter = Quarter.of(today)
    before = _newest(session)
    if before and quarter <= Quarter.parse(before.quarter):
        raise AlreadyPublished(before.number, before.quarter)
    if before:
        _verify(session, before)
    _drop_draft(session)
    _assign_batch(session, quarter, today)
    earlier = _stored_cells(session)
    new = _count(session, quarter, {cell: row.count for cell, row in earlier.items()}, vocabulary, places)
    withheld = _protect(new, earlier, quarter)
    number = before.number + 1 if before else 1
    rows = tables.rows_of(vocabulary, places)
    name = files_of_release.names(vocabulary, places, label)
    times = sorted({cell.time for cell in new}, reverse=True)  # a quarter before its year
    files = files_of_release.table_files(
        {table.name: files_of_release.new_rows(table, times, rows[table.name], new, withheld, name) for table in PLAN},
        _contents(session, before.number) if before else {},
        number=number,
        quarter=quarter,
    )
    files[DESCRIPTION] = files_of_release.describe(
        files, number=number, quarter=quarter, built_on=today, vocabulary_version=vocabulary.version
    )
    _store(session, number, quarter, today, files)
    session.add_all(
        ReleaseCell(release_number=number, cell=str(cell), count=count, is_withheld=cell in withheld)
        for cell, count in new.items()
    )
    session.flush()
    _record(session, "build_release", number, files_of_release.digest(files), actor=actor, now=now)
    return _summary(session, number)


def sign_release(
    session: Session, number: int, *, digest: str, member: MemberId, today: date, now: datetime
) -> ReleaseSummary:
    """Put a member's name under a release; with the second name it is published.

    `digest` is that of the files the member has read (ReleaseSummary.digest). Raises NotFound, AlreadyPublished,
    AlreadySigned, Changed for other files than those, and Tampered if the files are not those that were built.
    """
    release = session.get(Release, number, with_for_update=True)
    if release is None:
        raise NotFound
    if release.state is ReleaseState.PUBLISHED:
        raise AlreadyPublished(number, release.quarter)
    signed_by = _signers(session, number)
    if member in signed_by:
        raise AlreadySigned
    if release.digest.hex() != digest:
        raise Changed
    _verify(session, release)
    session.add(ReleaseSignature(release_number=number, member_id=member, signed_at=now))
    actor = session.get_one(Member, member).name
    _record(session, "sign_release", number, release.digest, actor=actor, now=now)
    if len(signed_by) + 1 == SIGNATURES:
        release.state, release.published_on = ReleaseState.PUBLISHED, today
        _record(session, "publish_release", number, release.digest, actor=actor, now=now)
    session.flush()
    return _summary(session, number)


def check_release(session: Session, number: int) -> Check:
    """Go over a release again from its own files: what they say, and what could be computed from it.

    Raises NotFound, and Tampered if the files are not those that were built.
    """
    release = session.get(Release, number)
    if release is None:
        raise NotFound
    _verify(session, release)
    counts = {cell: row.count for cell, row in _stored_cells(session, up_to=number).items()}
    shown = files_of_release.published_values(_contents(session, number))
    withheld = {cell for cell, value in shown.items() if value is None}
    wrong = [cell for cell in sorted(shown.keys() | counts) if not _fits(shown, counts, cell)]
    found: list[Cell] = []
    # Figures that are wrong need no attack: they may not even add up.
    for _year, of_year in sorted(_by_year(counts).items()) if not wrong else ():
        found += given_away(tables.system(of_year), withheld & of_year.keys())
    return Check(len(shown), len(withheld), wrong, found)


def list_releases(session: Session) -> list[ReleaseSummary]:
    """Every release with the draft, newest first. For the desk; readers get `published`."""
    numbers = session.scalars(sa.select(Release.number).order_by(Release.number.desc())).all()
    return [_summary(session, number) for number in numbers]


def published(session: Session) -> list[ReleaseSummary]:
    """The releases that everybody may read, newest first."""
    return [summary for summary in list_releases(session) if summary.state is ReleaseState.PUBLISHED]


def newest_number(session: Session) -> int | None:
    """The number of the newest published release; None before the first."""
    newest = _newest(session)
    return newest.number if newest else None


def release_by_number(session: Session, number: int) -> PublishedRelease:
    """A published release with its files. Raises NotFound."""
    release = session.get(Release, number)
    if release is None or release.published_on is None:
        raise NotFound
    return PublishedRelease(number, release.quarter, release.published_on, _contents(session, number))


def file_of(session: Session, number: int, name: str) -> File:
    """One file of a published release. Raises NotFound."""
    release = session.get(Release, number)
    if release is None or release.state is not ReleaseState.PUBLISHED:
        raise NotFound
    return file_to_sign(session, number, name)


def file_to_sign(session: Session, number: int, name: str) -> File:
    """One file of any release, published or not: what a signer has to read first. Raises NotFound."""
    row = session.get(ReleaseFile, (number, name))
    if row is None:
        raise NotFound
    return File(row.name, row.media_type, row.content)


def _newest(session: Session) -> Release | None:
    return session.scalar(
        sa.select(Release).where(Release.state == ReleaseState.PUBLISHED).order_by(Release.number.desc()).limit(1)
    )


def drop_draft(session: Session, quarter: str, *, actor: str, now: datetime) -> bool:
    """Take back the draft of a quarter, so that what it counts can change; False if there is none."""
    draft = session.scalar(sa.select(Release).where(Release.state == ReleaseState.BUILT, Release.quarter == quarter))
    if draft is None:
        return False
    number, digest = draft.number, draft.digest
    _drop_draft(session)
    _record(session, "drop_release", number, digest, actor=actor, now=now)
    return True


def _drop_draft(session: Session) -> None:
    """Take back what was built and is not published, and the batches it gave."""
    draft = session.scalar(sa.select(Release).where(Release.state == ReleaseState.BUILT).with_for_update())
    if draft is None:
        return
    for counted in (Incident, SetAside):
        session.execute(sa.update(counted).where(counted.batch == draft.quarter).values(batch=None))
    for part in (ReleaseFile, ReleaseSignature, ReleaseCell):
        session.execute(sa.delete(part).where(part.release_number == draft.number))
    session.delete(draft)
    session.flush()


def _assign_batch(session: Session, quarter: Quarter, today: date) -> None:
    counted = [level for level in Verification if is_counted(level)]
    session.execute(
        sa.update(Incident)
        .where(
            Incident.decision == Decision.ACCEPTED,
            Incident.verification.in_(counted),
            Incident.accepted_on <= today,
            Incident.batch.is_(None),
        )
        .values(batch=str(quarter))
    )
    session.execute(
        sa.update(SetAside).where(SetAside.quarter <= str(quarter), SetAside.batch.is_(None)).values(batch=str(quarter))
    )


def _count(
    session: Session, quarter: Quarter, earlier: Mapping[Cell, int], vocabulary: Vocabulary, places: Places
) -> dict[Cell, int]:
    """The true counts of the cells that this release adds; with a fourth quarter also those of its year."""
    incidents = _counted_incidents(session, quarter, vocabulary, places)
    rows = tables.rows_of(vocabulary, places)
    new = tables.count_quarter(quarter, incidents, _set_aside(session, quarter), rows)
    if quarter.number == 4:
        new |= tables.count_year(str(quarter.year), {**earlier, **new})
    return new


def _counted_incidents(
    session: Session, quarter: Quarter, vocabulary: Vocabulary, places: Places
) -> list[CountedIncident]:
    of_batch = Incident.batch == str(quarter)
    codes: dict[UUID, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for incident, name, code in session.execute(
        sa.select(IncidentCode.incident_id, IncidentCode.vocabulary, IncidentCode.code).join(Incident).where(of_batch)
    ):
        codes[incident][name].add(code)
    return [
        CountedIncident(
            area=tables.area_of(place, places),
            grounds=frozenset(codes[incident]["ground"]),
            act=tables.act_of(codes[incident]["act_type"], vocabulary),
            verification=verification.value,
        )
        for incident, place, verification in session.execute(
            sa.select(Incident.id, Incident.place, Incident.verification).where(of_batch)
        )
    ]


def _set_aside(session: Session, quarter: Quarter) -> dict[str, int]:
    """Reports set aside that this release counts, by reason."""
    reasons = session.execute(
        sa.select(SetAside.reason, sa.func.count().label("number"))
        .where(SetAside.batch == str(quarter))
        .group_by(SetAside.reason)
    )
    return {row.reason: row.number for row in reasons}


def _protect(new: Mapping[Cell, int], earlier: Mapping[Cell, ReleaseCell], quarter: Quarter) -> frozenset[Cell]:
    """The cells of the year to withhold. Other years share no relation with it."""
    of_year = {cell: row for cell, row in earlier.items() if tables.year_of(cell.time) == str(quarter.year)}
    system = tables.system({**{cell: row.count for cell, row in of_year.items()}, **new})
    return protect(system, earlier={cell: row.is_withheld for cell, row in of_year.items()})


def _stored_cells(session: Session, *, up_to: int | None = None) -> dict[Cell, ReleaseCell]:
    query = sa.select(ReleaseCell).order_by(ReleaseCell.release_number, ReleaseCell.cell)
    if up_to is not None:
        query = query.where(ReleaseCell.release_number <= up_to)
    return {Cell.parse(row.cell): row for row in session.scalars(query)}


def _by_year(counts: Mapping[Cell, int]) -> dict[str, dict[Cell, int]]:
    years: dict[str, dict[Cell, int]] = defaultdict(dict)
    for cell, count in counts.items():
        years[tables.year_of(cell.time)][cell] = count
    return years


def _fits(shown: Mapping[Cell, int | None], counts: Mapping[Cell, int], cell: Cell) -> bool:
    return cell in shown and cell in counts and shown[cell] in {None, counts[cell]}


def _store(session: Session, number: int, quarter: Quarter, today: date, files: Mapping[str, bytes]) -> None:
    session.add(
        Release(
            number=number,
            quarter=str(quarter),
            state=ReleaseState.BUILT,
            built_on=today,
            digest=files_of_release.digest(files),
        )
    )
    session.flush()
    session.add_all(
        ReleaseFile(
            release_number=number,
            name=name,
            media_type=CSV_TYPE if name.endswith(".csv") else JSON_TYPE,
            content=content,
        )
        for name, content in files.items()
    )


def _contents(session: Session, number: int) -> dict[str, bytes]:
    rows = session.execute(
        sa.select(ReleaseFile.name, ReleaseFile.content)
        .where(ReleaseFile.release_number == number)
        .order_by(ReleaseFile.name)
    )
    return {row.name: row.content for row in rows}


def _verify(session: Session, release: Release) -> None:
    if files_of_release.digest(_contents(session, release.number)) != release.digest:
        raise Tampered(release.number)


def _signers(session: Session, number: int) -> list[MemberId]:
    rows = session.scalars(
        sa.select(ReleaseSignature.member_id)
        .where(ReleaseSignature.release_number == number)
        .order_by(ReleaseSignature.signed_at, ReleaseSignature.member_id)
    )
    return [MemberId(member) for member in rows]


def _summary(session: Session, number: int) -> ReleaseSummary:
    release, names = session.get_one(Release, number), member_names(session)
    files = session.scalars(
        sa.select(ReleaseFile.name).where(ReleaseFile.release_number == number).order_by(ReleaseFile.name)
    )
    return ReleaseSummary(
        number=number,
        quarter=release.quarter,
        state=release.state,
        built_on=release.built_on,
        published_on=release.published_on,
        signed_by=(signed_by := _signers(session, number)),
        signers=[names[member] for member in signed_by],
        counted=session.get_one(ReleaseCell, (number, str(Cell(release.quarter)))).count,
        file_names=list(files),
        digest=release.digest.hex(),
    )


def _record(session: Session, action: str, number: int, digest: bytes, *, actor: str, now: datetime) -> None:
    audit.record(session, at=now, actor=actor, action=action, subject=f"release:{number}", after=digest.hex())
