"""What a reporter may want to leave out before sending: the plain kinds only, those that static/js/marks.js finds too.

It needs no list of names, so that a phone can carry the same rules: a name counts where somebody says it is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from incidents.core.deidentify.letters import Plain, plain, words
from incidents.core.deidentify.links import links
from incidents.core.deidentify.mark import Found, Kind, Mark
from incidents.core.deidentify.marks import without_overlaps
from incidents.core.deidentify.numbers import numbers

_KINDS = {
    *(Kind.NAME, Kind.PHONE, Kind.EMAIL, Kind.URL, Kind.HANDLE, Kind.PLATE),
    *(Kind.JMBG, Kind.JMBG_SUSPECT, Kind.ACCOUNT, Kind.IBAN, Kind.DOCUMENT),
}
_SAYS_THEIR_NAME = re.compile(
    r"(?<!\w)(?:zovem s[ea]|(?:pre)?ime mi (?:je|e)|(?:pre)?zivam se|zovu me|moje (?:ime|prezime|meno) je|a nevem"
    r"|az en nevem|me quajne|quhem|emri im (?:eshte|asht)|volam (?:s[ae]|she|se)|moje meno je|ma (?:numesc|cheama)"
    r"|numele meu (?:este|e)|mo anav si|akharen man|my name(?: is|'s)|i am called|i'm called|kazvam se"
    r"|imeto mi e|moeto ime e|jas se vikam|se vikam|me vikaat)(?!\w) ?:? ?([a-z][a-z'-]+)"
)
_NEXT_WORD = re.compile(r" ([A-Z][A-Za-z'-]+)")
_MOST_WORDS = 3
_NO_NAMES = words(
    "da se je na u i a ali samo tako kako ovako drugacije nije ne nem hogy nu jo nuk si not the a an it that called so"
)


def cautions(text: str) -> list[Mark]:
    """In the order of the text. A link without a dot leads nowhere and shows nobody."""
    letters = plain(text)
    tried = chain(links(letters), numbers(letters), _own_names(letters))
    found = without_overlaps(letters, tried, bytearray(len(letters.text)))
    return [mark for mark in found if mark.kind in _KINDS and not (mark.kind is Kind.URL and "." not in mark.text)]


def _own_names(letters: Plain) -> Iterator[Found]:
    for match in _SAYS_THEIR_NAME.finditer(letters.low):
        if match[1] in _NO_NAMES:
            continue
        end = match.end()
        for _ in range(_MOST_WORDS - 1):
            following = _NEXT_WORD.match(letters.text, end)
            if following is None:
                break
            end = following.end()
        yield match.start(1), end, Kind.NAME
