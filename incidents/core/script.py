"""The two scripts of Serbian: Cyrillic to Latin, and one key for every spelling of a word."""

from __future__ import annotations

import re
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


_SHAPES = dict(zip("аеорсхуіјѕАВЕКМНОРСТХУІЈЅ", "aeopcxyijsABEKMHOPCTXYIJS", strict=True))
_TO_LATIN_SHAPE = {ord(cyrillic): latin for cyrillic, latin in _SHAPES.items()}
_TO_CYRILLIC_SHAPE = {ord(latin): cyrillic for cyrillic, latin in _SHAPES.items()}
_JUNCTION = re.compile(r"[a-zA-Z][а-яА-ЯјЈ]|[а-яА-ЯјЈ][a-zA-Z]")
_WORD = re.compile(r"\w+")
_LATIN_LETTER = re.compile(r"[a-zA-Z]")
_CYRILLIC_LETTER = re.compile(r"[\u0400-\u04ff]")


def of_one_script(text: str) -> str:
    """Words typed with letters of two scripts, each in the one that most of it has: узнeмиpaвa is узнемирава.

    The letters that look alike are changed, and the text stays as long as it was.
    """
    # Most texts are in one script, which is seen faster than that no letters of two meet.
    if _LATIN_LETTER.search(text) and _CYRILLIC_LETTER.search(text) and _JUNCTION.search(text):
        return _WORD.sub(_in_one_script, text)
    return text


def _in_one_script(match: re.Match[str]) -> str:
    word = match[0]
    if not _JUNCTION.search(word):
        return word
    is_cyrillic = 2 * len(_CYRILLIC_LETTER.findall(word)) > len(word)
    return word.translate(_TO_CYRILLIC_SHAPE if is_cyrillic else _TO_LATIN_SHAPE)


def fold(text: str) -> str:
    """A key in which all spellings of a word meet: Ђорђе, Đorđe, Djordje and Dordje are `dorde`.

    For finding, never for showing: it merges letters on purpose.
    """
    letters = of_one_script(unicodedata.normalize("NFKC", text)).lower().translate(_FOLD)
    bare = "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))
    words = "".join(c if c.isalnum() else " " for c in bare.replace("dj", "d"))
    return " ".join(words.split())


def is_mixed(word: str) -> bool:
    """True for a word with Latin and Cyrillic letters, as in `Mаrko` with a Cyrillic а."""
    names = [unicodedata.name(c, "") for c in word if c.isalpha()]
    return any(n.startswith("LATIN") for n in names) and any(n.startswith("CYRILLIC") for n in names)
