"""In which order names stand in a list: that of the alphabets of this site's languages, not of a computer's codes."""

from __future__ import annotations

import re
import unicodedata

_LATIN = "a ă â ä b c č ć ç d dž đ e ë f g h i î j k l lj m n nj o ö p q r s š ș t ț u ü v w x y z ž"  # one for all
_CYRILLIC = "а б в г ѓ ґ д ђ е є ё ж з ѕ и й і ї ј к л љ м н њ о п р с т ћ ќ у ф х ц ч џ ш щ ъ ы ь э ю я"
_PLACES = {letter: place for place, letter in enumerate((*_LATIN.split(), *_CYRILLIC.split()), start=1)}
_ALIKE = {"ő": "ö", "ű": "ü", "ş": "ș", "ţ": "ț"}
"""Letters that alphabets do not tell apart."""
_LETTER = re.compile(r"dž|lj|nj|.", re.DOTALL)


def by_alphabet(text: str) -> tuple[list[int], str]:
    """A key to sort by: Čačak comes after Crna Trava and before Ćuprija, Љиг after Лучани, Јагодина after Ириг.

    Marks that make a letter no other one (á in Hungarian, ŕ in Slovak) count only between names that are else alike. Of
    two scripts Latin comes first, and before both digits and signs.
    """
    letters = _LETTER.findall(unicodedata.normalize("NFC", text).lower())
    return [_place(letter) for letter in letters], text


def _place(letter: str) -> int:
    known = _PLACES.get(_ALIKE.get(letter, letter)) or _PLACES.get(unicodedata.normalize("NFD", letter)[0])
    return known or ord(letter) - 0x110000
