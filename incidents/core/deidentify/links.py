"""Addresses on the network: e-mail, links, names of accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incidents.core.deidentify.letters import Plain
from incidents.core.deidentify.mark import Found, Kind

_EMAIL = re.compile(
    r"[\w.+%'-](?<![\w.+%'-].)[\w.+%'-]{0,200}+(?: ?[(\[] ?at ?[)\]] ?|@)[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8}+"
)
_URL = re.compile(r"[hw](?<!\w.)(?:ttps?://|ww\.)[^\s<>\"]{1,2000}+")
# A site without http before it counts only with a path behind it: a name of a newspaper shows nobody.
_PAGE = re.compile(
    r"[a-z0-9](?<![\w.@/-].)[\w-]{0,63}+(?:\.[\w-]{1,63}+){1,4}+/[^\s<>\"]{1,2000}+",
)
_DOMAIN = re.compile(r"\.(?:com|rs|org|net|info|me|be|hu|ro|sk|al|srb|eu|de|ba|hr|mk|xk|tv|gg|ly|io|co)/")
_HANDLE = re.compile(r"@(?<![\w@/.]@)\w(?:[\w.]{1,40}+)")
_UNDERSCORED = re.compile(r"_(?<=[a-z0-9]_)[a-z0-9]")
_HEAD, _TAIL = re.compile(r"[\w.]*$"), re.compile(r"[\w.]*")
_LOOSE_ENDS = ".,;:!?)'\"…]"
_LONGEST = 40


def links(plain: Plain) -> Iterator[Found]:
    text, low = plain.text, plain.low
    if "@" in low or ("at" in low and ("(" in low or "[" in low)):
        for match in _EMAIL.finditer(low):
            yield match.start(), _trimmed(text, match.start(), match.end()), Kind.EMAIL
    for match in _URL.finditer(low):
        yield match.start(), _trimmed(text, match.start(), match.end()), Kind.URL
    if "/" in low:
        for match in _PAGE.finditer(low):
            if _DOMAIN.search(match[0]):
                yield match.start(), _trimmed(text, match.start(), match.end()), Kind.URL
    if "@" in low:
        for match in _HANDLE.finditer(low):
            yield match.start(), _trimmed(text, match.start(), match.end()), Kind.HANDLE
    at = 0
    while sign := _UNDERSCORED.search(low, at):
        head = _HEAD.search(low, max(at, sign.start() - _LONGEST), sign.start())
        tail = _TAIL.match(low, sign.end(), sign.end() + _LONGEST)
        assert head is not None  # noqa: S101 (may be empty, so it always matches)
        assert tail is not None  # noqa: S101 (likewise)
        yield head.start(), _trimmed(text, head.start(), tail.end()), Kind.HANDLE
        at = tail.end()


def _trimmed(text: str, start: int, end: int) -> int:
    """The end without marks of the sentence around it."""
    return start + len(text[start:end].rstrip(_LOOSE_ENDS))
