"""Members of the desk: their roles, and how long a wrong password makes them wait."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping, Set
from datetime import timedelta
from typing import NewType
from uuid import UUID

MemberId = NewType("MemberId", UUID)


class Role(enum.Enum):
    """What a member may do. Nobody has rights but through a role (roles do not include each other)."""

    MODERATOR = "moderator"
    """Reads reports, settles them, asks questions, proposes incidents."""
    REVIEWER = "reviewer"
    """Accepts or returns what another member proposed."""
    PUBLISHER = "publisher"
    """Builds and signs releases, writes notices."""
    AUDITOR = "auditor"
    """Reads the audit trail."""
    ADMINISTRATOR = "administrator"
    """Manages accounts; sees no report."""
    PARTNER = "partner"
    """Sends batches from another organisation."""


PARTNER_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}", re.ASCII)
"""What an organisation is called in batches, always the same: praxis, udruzenje-x."""


class Right(enum.Enum):
    """What takes more than the role that a page asks for."""

    REFER_WITHOUT_CONSENT = "refer_without_consent"
    """Let a report be passed on that its reporter did not agree to pass on. Used by a second person only."""


RIGHTS: Mapping[Right, frozenset[Role]] = {Right.REFER_WITHOUT_CONSENT: frozenset({Role.REVIEWER})}
"""Which roles give a right."""


def has_right(roles: Set[Role], right: Right) -> bool:
    return not RIGHTS[right].isdisjoint(roles)


INVITED_FOR = timedelta(days=3)
"""How long the link of an invitation works."""
SPARE_CODE_TOLD_FOR = timedelta(minutes=10)
"""After a spare code was used its member is told on their pages for so long."""
IDLE = timedelta(minutes=15)
LONGEST = timedelta(hours=10)
SHORTEST_PASSWORD = 15
LONGEST_PASSWORD = 256


def wait_after(failures: int) -> timedelta:
    """How long an account waits after so many failures in a row: 1 s doubling up to 15 minutes."""
    if failures < 3:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - 3, 20)), timedelta(minutes=15))


def typed_password(password: str) -> str:
    """The password as it is hashed: NFC, nothing trimmed (ASVS 5.0, 6.2)."""
    return unicodedata.normalize("NFC", password)
