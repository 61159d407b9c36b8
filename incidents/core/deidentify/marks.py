"""All marks of a text. One pass for each kind; every pattern has bounds, so that no text takes long."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from incidents.core.deidentify.known import Known
from incidents.core.deidentify.letters import Plain, plain
from incidents.core.deidentify.links import links
from incidents.core.deidentify.mark import Found, Mark
from incidents.core.deidentify.names import names
from incidents.core.deidentify.numbers import numbers
from incidents.core.deidentify.whereabouts import addresses, roles

_mark = Mark._make  # half the time of calling the class, and a text may have ten thousand


def marks(text: str, known: Known) -> list[Mark]:
    """What could identify someone, in the order of the text and without overlaps.

    What is more exact comes first: digits inside an address on the network are no phone number. A machine marks and
    a human decides; nothing here says that an unmarked text is safe.
    """
    letters = plain(text)
    covered = bytearray(len(letters.text))
    tried = chain(links(letters), numbers(letters), addresses(letters), roles(letters), names(letters, known, covered))
    return without_overlaps(letters, tried, covered)


def without_overlaps(letters: Plain, tried: Iterable[Found], covered: bytearray) -> list[Mark]:
    """Marks in the order of the text; where two overlap, the one that was tried first.

    `covered` has a place for each character, and becomes one where a mark is.
    """
    text = letters.original
    found: list[Found] = []
    for start, end, kind in tried:
        if covered.find(1, start, end) < 0:
            covered[start:end] = b"\1" * (end - start)
            found.append((start, end, kind))
    found.sort()
    if not letters.is_shifted:
        return [_mark((start, end, kind, text[start:end])) for start, end, kind in found]
    places = ((letters.place(start), letters.end(end), kind) for start, end, kind in found)
    return [_mark((start, end, kind, text[start:end])) for start, end, kind in places]
