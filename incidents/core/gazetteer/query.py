"""Takes a typed place apart: what may be a name, what is a street, a postal code, a word of grammar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from incidents.core.script import fold

LONGEST = 200
"""Letters of a query that are read."""

_BETWEEN = re.compile(r"[,;:|/()\[\]\n\r\t–—]|\s-\s|(?<=\w{5})\.\s")
_NUMBER = re.compile(r"\d+[a-z]?|bb")
_SHORTENED = re.compile(r"(?:\w{1,5}\s)?\b(\w{1,4})\.\s?(?=\w{3})")
_POSTAL = re.compile(r"[123]\d{4}")
_COUNTRY = frozenset({"srbija", "srbiji", "srbije", "serbia", "szerbia", "serbien", "serbie", "rs"})
NEAR = frozenset(
    {"kod", "blizu", "pored", "kraj", "pokraj", "nedaleko", "izvan", "ispred", "near", "mellett", "kozeleben"}
    | {"prema", "okolina", "okolini", "prope", "afer", "pri", "bei", "langa", "pobliz"}
)
IN = frozenset(
    {"u", "na", "iz", "sa", "s", "od", "za", "kroz", "oko", "po", "in", "at", "v", "vo", "ve", "ne", "nga", "te"}
    | {"la", "din", "pe", "the", "of", "from", "to", "zu", "ot", "z", "zo", "i"}
)


class Marker(Enum):
    """What a word beside a name says of it."""

    MUNICIPALITY = frozenset(
        {
            "opstina",
            "opstini",
            "opstine",
            "opstinu",
            "gradska",
            "gradskoj",
            "municipality",
            "kozseg",
            "obcina",
            "komuna",
        }
        | {"obstina", "primaria", "comuna", "op", "opst"}
    )
    TOWN = frozenset({"grad", "gradu", "grada", "grade", "city", "town", "mesto", "qyteti"})
    VILLAGE = frozenset({"selo", "selu", "sela", "naselje", "naselju", "village", "falu", "fshati", "fshat", "zaselak"})


_MARKERS = {word: marker for marker in Marker for word in marker.value}


@dataclass(frozen=True, slots=True)
class Piece:
    words: list[str]
    """Folded."""
    is_led: bool = False
    """A preposition stands before it, so it is not in the first case."""
    is_near: bool = False
    """It says what the rest is near to."""
    is_numbered: bool = False
    """A house number followed: a street, or a village without streets."""
    marker: Marker | None = None
    is_shortened: bool = False
    """Its first word is only the start of one: B. Topola."""

    @property
    def key(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Query:
    pieces: list[Piece]
    """What stands between commas and brackets."""
    postal_codes: list[str]
    is_capital: bool
    """Written as names are: with one capital, at the start."""


def parse(text: str) -> Query:
    text = text[:LONGEST]
    pieces: list[Piece] = []
    codes: list[str] = []
    for part in _BETWEEN.split(text):
        words = fold(part).split()
        codes += [word for word in words if _POSTAL.fullmatch(word)]
        words = [word for word in words if not _POSTAL.fullmatch(word) and word not in _COUNTRY]
        if words and words != ["republika"]:
            pieces.append(Piece(words, is_shortened=bool(_SHORTENED.match(part.strip()))))
    return Query(pieces, codes, is_capital=(bare := text.strip()) == bare.capitalize())


def cut_at_numbers(piece: Piece) -> list[Piece]:
    """A house number ends a street; what follows is another piece."""
    pieces: list[Piece] = []
    words: list[str] = []
    for word in piece.words:
        if not _NUMBER.fullmatch(word):
            words.append(word)
        elif words:
            pieces.append(Piece(words, is_numbered=True))
            words = []
    return [*pieces, Piece(words)] if words else pieces


def without_lead(piece: Piece) -> Piece | None:
    """The piece without the prepositions at its start; None if there are none, or nothing else."""
    lead = next((at for at, word in enumerate(piece.words) if word not in IN and word not in NEAR), 0)
    is_near = any(word in NEAR for word in piece.words[:lead])
    return Piece(piece.words[lead:], True, is_near, piece.is_numbered) if lead else None


def cut_at_prepositions(piece: Piece) -> list[Piece]:
    """Only for a piece that is no name as a whole: names have prepositions inside."""
    pieces: list[Piece] = []
    words: list[str] = []
    is_led, is_near = piece.is_led, piece.is_near
    for word in piece.words:
        if word not in IN and word not in NEAR:
            words.append(word)
            continue
        if words:
            pieces.append(Piece(words, is_led, is_near, piece.is_numbered))
        # "nedaleko od Rume": what is near stays near behind a second preposition.
        is_led, is_near, words = True, word in NEAR or (is_near and not words), []
    return [*pieces, Piece(words, is_led, is_near, piece.is_numbered)] if words else pieces


def without_marker(piece: Piece) -> Piece | None:
    """The piece without the words of grammar beside its name, of which it keeps the sense; None if it has none."""
    words, marker = piece.words, None
    while len(words) > 1 and words[0] in _MARKERS:
        marker, words = _MARKERS[words[0]], words[1:]
    if len(words) > 1 and words[-1] in _MARKERS:
        marker, words = _MARKERS[words[-1]], words[:-1]
    while len(words) > 1 and (words[0] in IN or words[0] in NEAR):
        words = words[1:]
    return Piece(words, piece.is_led, piece.is_near, piece.is_numbered, marker) if marker else None


def is_grammar(words: list[str]) -> bool:
    """Whether it only says what kind of place is meant: "grad", "selo"."""
    return all(word in _MARKERS or word in IN or word in NEAR for word in words)
