"""Text that XML can hold: letters that it forbids become U+FFFD, so that no label breaks a file."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

# https://www.w3.org/TR/xml/#charsets
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def xml(text: str) -> str:
    """For the content of an element or an attribute in double quotation marks."""
    return escape(plain(text), {'"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"})
