"""Files at the desk: who has taken a report sees which there are, and opens one deliberately.

Each opening is in the audit trail. The original can hold what the copy leaves out: a place, a name, something hostile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from incidents.adapters import opening
from incidents.adapters.sealing import CannotOpen
from incidents.core.files import Facts, FilePart, pages_of
from incidents.db.audit import entries
from incidents.db.report import SentFile, pieces_of
from incidents.db.report import files_of as rows_of
from incidents.services import keys
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.moderation import NoSuchReport, held_row

REASONS = ("copy_unclear", "copy_incomplete", "for_authority", "for_reporter")
"""Why a member opens an original: codes, because the audit trail holds no free words."""

_OPEN_COPY = "open_copy"
_ENDINGS_OF_PICTURES = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"RIFF": "webp"}
_ENDINGS_OF_COPY = {
    "image/jpeg": "jpg",
    "application/pdf": "pdf",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
}


@dataclass(frozen=True)
class Listed:
    """One file, before anybody looks at it."""

    id: UUID
    received_on: date
    facts: Facts | None
    """None if the member's key does not open it."""


@dataclass(frozen=True)
class Opened:
    content: bytes
    media_type: str
    ending: str
    """Of a neutral file name; the sender's was never kept."""


def list_files(session: Session, report: UUID, *, member: Member, now: datetime) -> list[Listed]:
    """The files of a report that the member has taken.

    Raises services.moderation.NoSuchReport, services.moderation.NotTaken.
    """
    held_row(session, report, member=member, now=now)
    return [_listed(session, row, member) for row in rows_of(session, report)]


def open_preview(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> Opened:
    """The small blurred picture. Raises as `list_files`, and services.moderation.NoSuchReport for no such file."""
    return content_of(session, report, file, FilePart.PREVIEW, member=member, now=now)


def open_copy(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> Opened:
    """The copy made anew. It is noted who opened it. Raises as `open_preview`."""
    found = content_of(session, report, file, FilePart.COPY, member=member, now=now)
    note(session, _OPEN_COPY, f"report:{report}", member, now, after=f"file:{file}")
    return found


def pages(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> int:
    """How many pages the copy has, a picture one, for one who has opened it by `open_copy`.

    Raises as `open_preview`.
    """
    return len(pages_as_pictures(opened_copy(session, report, file, member=member, now=now)))


def open_page(session: Session, report: UUID, file: UUID, number: int, *, member: Member, now: datetime) -> Opened:
    """One page of a copy, from 1, as a picture. Raises as `pages`."""
    all_pages = pages_as_pictures(opened_copy(session, report, file, member=member, now=now))
    if not 1 <= number <= len(all_pages):
        raise NoSuchReport
    return Opened(all_pages[number - 1], "image/jpeg", "jpg")


def open_original(session: Session, report: UUID, file: UUID, reason: str, *, member: Member, now: datetime) -> Opened:
    """The file as it was sent. It is noted who opened it and why (of REASONS).

    Raises ValueError for any other reason, and as `open_preview`.
    """
    if reason not in REASONS:
        raise ValueError(reason)
    found = content_of(session, report, file, FilePart.ORIGINAL, member=member, now=now)
    note(session, "open_original", f"report:{report}", member, now, after=f"file:{file}", reason=reason)
    return found


def opened_copy(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> Opened:
    """The copy, for one who has opened it by `open_copy` before. Raises as `open_preview`.

    Looking again writes nothing, so what the trail tells of the opening is asked for.
    """
    opened = (entry for entry, _ in entries(session, subject=f"report:{report}", action=_OPEN_COPY))
    if not any((entry.actor, entry.after) == (member.name, f"file:{file}") for entry in opened):
        raise NoSuchReport
    return content_of(session, report, file, FilePart.COPY, member=member, now=now)


def pages_as_pictures(copy: Opened) -> list[bytes]:
    """The pages of a document, or the one picture."""
    return [copy.content] if copy.media_type == "image/jpeg" else pages_of(copy.content)


def _listed(session: Session, row: SentFile, member: Member) -> Listed:
    try:
        _, facts = _key_and_facts(session, row, member)
    except (keys.NoGrant, CannotOpen):
        return Listed(row.id, row.received_on, None)
    return Listed(row.id, row.received_on, facts)


def opened_row(
    session: Session, report: UUID, file: UUID, member: Member, now: datetime
) -> tuple[SentFile, bytes, Facts]:
    """The file's row, its key, and what is known of it. Raises as `open_preview`."""
    held_row(session, report, member=member, now=now)
    row = session.get(SentFile, file)
    if row is None or row.report_id != report:
        raise NoSuchReport
    try:
        return row, *_key_and_facts(session, row, member)
    except (keys.NoGrant, CannotOpen):
        raise NoSuchReport from None


def content_of(session: Session, report: UUID, file: UUID, part: FilePart, *, member: Member, now: datetime) -> Opened:
    """One part of a file; what is noted of it is up to the caller. Raises as `open_preview`."""
    _, key, facts = opened_row(session, report, file, member, now)
    try:
        content = opening.open_pieces(key, pieces_of(session, file, part), file=file, part=part)
    except CannotOpen:
        raise NoSuchReport from None
    if part is FilePart.ORIGINAL:
        return Opened(content, "application/octet-stream", _ending(content, facts.media_type))
    media_type = "image/jpeg" if part is FilePart.PREVIEW else facts.media_type
    return Opened(content, media_type, _ENDINGS_OF_COPY[media_type])


def _key_and_facts(session: Session, row: SentFile, member: Member) -> tuple[bytes, Facts]:
    private = keys.desk_private(session, row.epoch, member.id, member.key)
    key = opening.open_key(row.sealed_key, private)
    return key, Facts.from_bytes(opening.open_under(key, row.sealed_facts, bound_to=row.id.bytes))


def _ending(content: bytes, copy_type: str) -> str:
    """A picture may have come in another form than its copy has; sound and documents keep theirs."""
    if copy_type != "image/jpeg":
        return _ENDINGS_OF_COPY[copy_type]
    return next((ending for start, ending in _ENDINGS_OF_PICTURES.items() if content.startswith(start)), "bin")
