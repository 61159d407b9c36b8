"""Notices of the desk as public pages show them: cleaned, in the reader's script, with their own language marked."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from incidents.core.languages import Language, fallbacks
from incidents.db.notice import Page
from incidents.services.notices import notice_for
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.safe_html import safe_html, to_latin_html

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class InWords:
    """A notice ready to be shown."""

    tag: str
    """The language and script that it is in now."""
    html: Markup


def notice_on(page: Page) -> InWords | None:
    """The notice of a page for its reader. Without the database the page goes on without one."""
    reader = current_language()
    try:
        with platform().database.reader() as session:
            found = notice_for(session, page, reader)
    except SQLAlchemyError:
        _log.error("no notice for %s: the database does not answer", page.value)
        return None
    if found is None:
        return None
    shown = next(one for one in fallbacks(reader) if found.language in {one.tag, one.derived_from})
    return in_words(found.text, shown)


def in_words(text: str, language: Language) -> InWords:
    """A written notice in this language, cleaned; in Latin letters where the language is a derived one."""
    html = safe_html(text)
    return InWords(language.tag, to_latin_html(html) if language.derived_from else html)
