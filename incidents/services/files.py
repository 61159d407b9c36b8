"""Files that a reporter adds with their code: sealed as they were sent, beside a copy with nothing else in it."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.adapters.remaking import Remade
from incidents.core.files import MOST_FILES, PIECE, Facts, FilePart, Kind, pages_of
from incidents.core.receipt import ReceiptCode
from incidents.db.key import key_beside
from incidents.db.report import FilePiece, SentFile, file_tags, pieces_stored
from incidents.services.receipts import bring_news, row_of
from incidents.services.reporting import NoDeskKey


class TooManyFiles(Exception):
    """The report has as many files as one may have."""


class NoRoom(Exception):
    """Files of all reports fill what the operator gave them. Reports themselves are still taken."""


def may_add(session: Session, code: ReceiptCode, content: bytes, *, pepper: bytes, most_bytes: int) -> bool:
    """Whether this file is still to be taken; False if it is there already. Asked before anybody looks into it.

    Raises services.receipts.UnknownCode, TooManyFiles, NoRoom.
    """
    known = file_tags(session, row_of(session, code, pepper=pepper).id)
    if sealing.tag_of_file(content, code, pepper) in known:
        return False
    if len(known) >= MOST_FILES:
        raise TooManyFiles
    if pieces_stored(session) * PIECE >= most_bytes:
        raise NoRoom
    return True


def add_file(
    session: Session, code: ReceiptCode, content: bytes, remade: Remade, *, today: date, pepper: bytes
) -> None:
    """Seal a file and the copy made of it, for the desk. The same file sent twice is stored once.

    Raises services.receipts.UnknownCode, TooManyFiles, services.reporting.NoDeskKey.
    """
    row = row_of(session, code, pepper=pepper, to_change=True)
    desk_key = key_beside(session, row.epoch)
    if desk_key is None:
        raise NoDeskKey
    tag = sealing.tag_of_file(content, code, pepper)
    known = file_tags(session, row.id)
    if tag in known:
        return
    if len(known) >= MOST_FILES:
        raise TooManyFiles
    file = uuid4()
    key, sealed_key = sealing.new_file_key(desk_key.public)
    pieces = _sealed_pieces(file, key, content, remade)
    pages = len(pages_of(remade.content)) if remade.kind is Kind.DOCUMENT else 0
    facts = Facts(remade.kind, remade.media_type, len(content), has_preview=remade.preview is not None, pages=pages)
    session.add(
        SentFile(
            id=file,
            report_id=row.id,
            received_on=today,
            epoch=desk_key.epoch,
            sealed_key=sealed_key,
            sealed_facts=sealing.seal_under(key, facts.to_bytes(), bound_to=file.bytes),
            pieces=len(pieces),
            content_tag=tag,
        )
    )
    session.flush()
    session.execute(sa.insert(FilePiece), pieces)
    bring_news(row)
    session.flush()


def _sealed_pieces(file: UUID, key: bytes, content: bytes, remade: Remade) -> list[dict[str, object]]:
    parts = {FilePart.ORIGINAL: content, FilePart.COPY: remade.content, FilePart.PREVIEW: remade.preview}
    return [
        {"file_id": file, "part": part, "number": number, "sealed": sealed}
        for part, plain in parts.items()
        if plain is not None
        for number, sealed in enumerate(sealing.seal_pieces(key, plain, file=file, part=part))
    ]
