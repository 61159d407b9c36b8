"""What each role is called at the desk."""

from __future__ import annotations

from collections.abc import Set

from incidents.core.accounts import Role
from incidents.web.texts import lazy_gettext as _

WORDS = {
    Role.MODERATOR: _("Moderator: reads and settles reports"),
    Role.REVIEWER: _("Reviewer: accepts or returns what others settled"),
    Role.PUBLISHER: _("Publisher: releases, exports and notices"),
    Role.AUDITOR: _("Auditor: reads the audit trail"),
    Role.ADMINISTRATOR: _("Administrator: invites members and helps them back in"),
    Role.PARTNER: _("Partner: sends tables of an organisation, and sees nothing else"),
}


def words_of(roles: Set[Role]) -> list[str]:
    return [str(words) for role, words in WORDS.items() if role in roles]
