"""Redacted copies of a report's files: boxes in black, of what they cover nothing is left. The original stays sealed.

Who has taken the report makes them, from the copy that they have opened. There is one of each file, and the newest
takes the place of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.adapters.remaking import Remade
from incidents.core.files import PIECE, Facts, FilePart, Kind, Redaction
from incidents.core.redaction import Box
from incidents.db.report import FilePiece, SentFile, pieces_stored
from incidents.services import evidence
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.evidence import Opened
from incidents.services.files import NoRoom
from incidents.services.moderation import NoSuchReport


def facts_of(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> Facts:
    """Raises as services.evidence.open_preview."""
    return evidence.opened_row(session, report, file, member, now)[2]


def keep_redacted(
    session: Session,
    report: UUID,
    file: UUID,
    redacted: Remade,
    boxes: Sequence[Box],
    *,
    member: Member,
    most_bytes: int,
    today: date,
    now: datetime,
) -> None:
    """Seal the redacted copy beside the file's other parts. Raises as services.evidence.open_preview, and NoRoom."""
    row, key, facts = evidence.opened_row(session, report, file, member, now)
    if pieces_stored(session) * PIECE >= most_bytes:
        raise NoRoom
    before = _remove(session, row)
    pieces = sealing.seal_pieces(key, redacted.content, file=file, part=FilePart.REDACTED)
    session.execute(
        sa.insert(FilePiece),
        [
            {"file_id": file, "part": FilePart.REDACTED, "number": number, "sealed": sealed}
            for number, sealed in enumerate(pieces)
        ],
    )
    row.pieces += len(pieces)
    _write_facts(row, key, replace(facts, redaction=Redaction(member.name, today, tuple(boxes))))
    session.flush()
    note(session, "redact", f"report:{report}", member, now, before="redacted" if before else "", after=f"file:{file}")


def strike_redacted(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> None:
    """Destroy the redacted copy. Raises as services.evidence.open_preview; NoSuchReport where there is none."""
    row, key, facts = evidence.opened_row(session, report, file, member, now)
    if facts.redaction is None:
        raise NoSuchReport
    _remove(session, row)
    _write_facts(row, key, replace(facts, redaction=None))
    session.flush()
    note(session, "strike_redacted", f"report:{report}", member, now, before=f"file:{file}")


def open_redacted(session: Session, report: UUID, file: UUID, *, member: Member, now: datetime) -> Opened:
    """Raises as services.evidence.open_preview; NoSuchReport where there is none."""
    return evidence.content_of(session, report, file, FilePart.REDACTED, member=member, now=now)


def open_redacted_page(
    session: Session, report: UUID, file: UUID, number: int, *, member: Member, now: datetime
) -> Opened:
    """One page of it, from 1, as a picture. Raises as `open_redacted`."""
    pages = evidence.pages_as_pictures(open_redacted(session, report, file, member=member, now=now))
    if not 1 <= number <= len(pages):
        raise NoSuchReport
    return Opened(pages[number - 1], "image/jpeg", "jpg")


def pages_in(facts: Facts) -> int:
    """Of the copy; 0 of what cannot be seen."""
    return {Kind.PICTURE: 1, Kind.DOCUMENT: facts.pages, Kind.SOUND: 0}[facts.kind]


def _remove(session: Session, row: SentFile) -> int:
    where = (FilePiece.file_id == row.id, FilePiece.part == FilePart.REDACTED)
    gone = session.scalar(sa.select(sa.func.count()).where(*where)) or 0
    session.execute(sa.delete(FilePiece).where(*where))
    row.pieces -= gone
    return gone


def _write_facts(row: SentFile, key: bytes, facts: Facts) -> None:
    row.sealed_facts = sealing.seal_under(key, facts.to_bytes(), bound_to=row.id.bytes)
