"""What the desk does for those who read: hard stories are announced, and a pause is suggested."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from incidents.core.report import Report
from incidents.core.welfare import Limits, hard_acts, is_about_child, pause
from incidents.services import welfare
from incidents.services.queue import gist_of, is_hard
from incidents.web.desk.around import recall
from incidents.web.platform import platform
from incidents.web.texts import gettext as _
from incidents.web.texts import ngettext


def context() -> dict[str, Any]:
    return {"announcement": announcement}


def _is_announced(content: Report) -> bool:
    """Whether this member is told before they read it."""
    return bool(g.member.is_warned) and is_hard(gist_of(content, ""), hard_acts(platform().vocabulary))


def announcement_of_acts(acts: Iterable[str]) -> str:
    """As `announcement`, for what colleagues wrote of an incident."""
    if not g.member.is_warned or hard_acts(platform().vocabulary).isdisjoint(acts):
        return ""
    return _("This story is hard to read. It stays folded until you open it.")


def suggested_pause(session: Session) -> str:
    """A sentence for this member alone, or nothing."""
    site = platform()
    found = welfare.exposure_of(session, g.member, recall=recall(), vocabulary=site.vocabulary, now=site.now())
    match pause(found, Limits(site.settings.hard_a_day, site.settings.hard_a_week)):
        case "day":
            return ngettext(
                "You have opened %(num)s hard report today. Take a break, or hand some over.",
                "You have opened %(num)s hard reports today. Take a break, or hand some over.",
                found.today,
            )
        case "week":
            return ngettext(
                "You have opened %(num)s hard report this week. Take a break, or hand some over.",
                "You have opened %(num)s hard reports this week. Take a break, or hand some over.",
                found.week,
            )
        case _:
            return ""


def announcement(content: Report) -> str:
    """What the story is about, before it opens; nothing for one that is not announced."""
    if not _is_announced(content):
        return ""
    if is_about_child(content.targets, content.relation):
        return _("This story is hard to read, and it is about children. It stays folded until you open it.")
    return _("This story is hard to read. It stays folded until you open it.")
