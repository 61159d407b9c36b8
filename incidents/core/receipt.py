"""The receipt code: 28 digits that open the answers to one report, and nothing else.

26 digits carry about 86 bits; two check digits (ISO/IEC 7064, MOD 97-10) tell a slip from an unknown code.
"""

from __future__ import annotations

import unicodedata
from typing import NewType

ReceiptCode = NewType("ReceiptCode", str)
DIGITS = 28
_RANDOM_DIGITS = 26
# Letters of both scripts that look like a digit, and are written for it by hand or with the wrong keyboard.
# A wrong guess harms nobody: the check digits then tell a slip.
_LOOK_LIKE = {
    letter: digit
    for digit, letters in {
        "0": "OoОоΟοQ",
        "1": "lIıіІӀι|",
        "2": "Zz",
        "3": "ЗзЭэ",
        "4": "Чч",
        "5": "SsЅѕ",
        "6": "бbG",
        "8": "BВ",
        "9": "gq",
    }.items()
    for letter in letters
}


class NotACode(Exception):
    """What was typed cannot be a receipt code; `reason` is "length", "letters" or "slip"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def code_from_random(random: bytes) -> ReceiptCode:
    """The code for 32 random bytes (reducing 256 bits leaves a bias below 2**-169)."""
    if len(random) != 32:
        raise ValueError("32 random bytes are needed")
    body = f"{int.from_bytes(random, 'big') % 10**_RANDOM_DIGITS:0{_RANDOM_DIGITS}d}"
    return ReceiptCode(body + _check_digits(body))


def parse_code(typed: str) -> ReceiptCode:
    """The code somebody typed, whatever spaces, dashes, digits of other scripts or letters like digits they used.

    Raises NotACode.
    """
    digits: list[str] = []
    for character in unicodedata.normalize("NFKC", typed):
        value = unicodedata.decimal(character, None)
        if value is not None:
            digits.append(str(value))
        elif character in _LOOK_LIKE:
            digits.append(_LOOK_LIKE[character])
        elif character.isalpha():
            raise NotACode("letters")
    code = "".join(digits)
    if len(code) != DIGITS:
        raise NotACode("length")
    if int(code) % 97 != 1:
        raise NotACode("slip")
    return ReceiptCode(code)


def grouped(code: ReceiptCode) -> str:
    """The code in seven groups of four, as it is shown."""
    return " ".join(code[start : start + 4] for start in range(0, DIGITS, 4))


def _check_digits(body: str) -> str:
    return f"{98 - int(body) * 100 % 97:02d}"
