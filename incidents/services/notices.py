"""Notices on public pages: reading the one for a page, and writing one at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core.languages import Language, fallbacks
from incidents.core.report import plain_text
from incidents.db.notice import Notice, Page
from incidents.services.audit import note

if TYPE_CHECKING:
    from incidents.services.accounts import Member

LONGEST = 4_000


class TooLong(Exception):
    """The notice has more than LONGEST characters."""


class StaleNotice(Exception):
    """A colleague saved this notice since it was read."""


@dataclass(frozen=True)
class Written:
    """A notice as it was written. Not cleaned: only `web.safe_html` may show it."""

    page: Page
    language: str
    """Tag of the language it is written in."""
    version: int
    """0 where nothing is written yet."""
    text: str
    changed_on: date | None


def notice_for(session: Session, page: Page, language: Language) -> Written | None:
    """The notice to show on a page: in this language or, failing that, in the one it falls back to."""
    for one in fallbacks(language):
        row = session.get(Notice, (page, one.derived_from or one.tag))
        if row is not None:
            return _written(row)
    return None


def notice_at_desk(session: Session, page: Page, language: str) -> Written:
    """What is written for a page in one language, to be changed."""
    row = session.get(Notice, (page, language))
    return _written(row) if row else Written(page, language, 0, "", None)


def all_notices(session: Session) -> list[Written]:
    return [_written(row) for row in session.scalars(sa.select(Notice).order_by(Notice.page, Notice.language))]


def write_notice(
    session: Session, page: Page, language: str, typed: str, *, version: int, member: Member, now: datetime
) -> None:
    """Put a notice on a page from now on; an empty text takes it away. Raises TooLong, StaleNotice."""
    text = plain_text(typed)
    if len(text) > LONGEST:
        raise TooLong
    row = session.get(Notice, (page, language), with_for_update=True)
    if (row.version if row else 0) != version:
        raise StaleNotice
    if row is None and text:
        session.add(Notice(page=page, language=language, written=text, changed_on=now.date()))
    elif row is not None and text:
        row.written, row.changed_on = text, now.date()
    elif row is not None:
        session.delete(row)
    session.flush()
    note(session, "write_notice" if text else "remove_notice", f"notice:{page.value}:{language}", member, now)


def _written(row: Notice) -> Written:
    return Written(row.page, row.language, row.version, row.written, row.changed_on)
