"""What was found: a stretch of a text and what it could tell."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    JMBG = "jmbg"
    JMBG_SUSPECT = "jmbg_suspect"
    """A citizen's number with a slip in it."""
    DOCUMENT = "doc"
    NUMBER = "id"
    """Of a file, a firm, an insured person."""
    ACCOUNT = "account"
    IBAN = "iban"
    PLATE = "plate"
    URL = "url"
    HANDLE = "handle"
    ADDRESS = "address"
    PLACE = "place"
    """Finer than a municipality."""
    ROLE = "role"
    """What only one person there is."""
    OTHER = "other"
    """What a member marked by hand."""


Found = tuple[int, int, Kind]
"""Where in the plain letters something stands, and what it is."""


class Mark(NamedTuple):
    start: int
    """In characters of the original text."""
    end: int
    kind: Kind
    text: str
