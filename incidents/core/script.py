"""The two scripts of Serbian: Cyrillic to Latin, and one key for every spelling of a word."""

from __future__ import annotations

import unicodedata

_PLAIN = dict(
    zip("абвгдђежзијклмнопрстћуфхцчш", "abvgdđežzijklmnoprstćufhcčš", strict=True),
)
_DIGRAPHS = {"љ": "lj", "њ": "nj", "џ": "dž"}


def to_latin(text: str) -> str:
    """Serbian Cyrillic in Latin letters; everything that is not Serbian Cyrillic stays.

    A capital digraph follows its neighbours: Љубав is Ljubav, ЉУБАВ is LJUBAV, КОЊ is KONJ.
    """
    out: list[str] = []
    for place, letter in enumerate(text):
        lower = letter.lower()
        if lower in _PLAIN:
            latin = _PLAIN[lower]
            out.append(latin.upper() if letter != lower else latin)
        elif lower in _DIGRAPHS:
            latin = _DIGRAPHS[lower]
            if letter == lower:
                out.append(latin)
            else:
                out.append(latin.upper() if _in_capitals(text, place) else latin.capitalize())
        else:
            out.append(letter)
    return "".join(out)


def _in_capitals(text: str, place: int) -> bool:
    following = text[place + 1 : place + 2]
    if following.isalpha():
        return following.isupper()
    preceding = text[place - 1 : place] if place else ""
    return preceding.isalpha() and preceding.isupper()


LATIN = {**_PLAIN, **_DIGRAPHS}
"""Small Serbian Cyrillic letters in Latin."""
FOLDED = {
    **_PLAIN,
    **_DIGRAPHS,
    "ђ": "dj",
    "đ": "dj",
    "ð": "dj",
    "ɖ": "dj",
    "ѓ": "g",
    "ѕ": "dz",
    "ќ": "k",
    "щ": "st",
    "ъ": "a",
    "ь": "",
    "я": "ja",
    "ю": "ju",
    "є": "je",
    "ї": "ji",
    "ґ": "g",
    "й": "j",
    "і": "i",
    "ы": "y",
    "э": "e",
    "ß": "ss",
    "ł": "l",
    "ı": "i",
}
"""Letters that stand for others in a key, before marks on letters are left out."""
_FOLD = str.maketrans(FOLDED)


def fold(text: str) -> str:
    """A key in which all spellings of a word meet: Ђорђе, Đorđe, Djordje and Dordje are `dorde`.

    For finding, never for showing: it merges letters on purpose.
    """
    letters = unicodedata.normalize("NFKC", text).lower().translate(_FOLD)
    bare = "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in bare.replace("dj", "d"))
    return " ".join(words.split())


def is_mixed(word: str) -> bool:
    """True for a word with Latin and Cyrillic letters, as in `Mаrko` with a Cyrillic а."""
    names = [unicodedata.name(c, "") for c in word if c.isalpha()]
    return any(n.startswith("LATIN") for n in names) and any(n.startswith("CYRILLIC") for n in names)
