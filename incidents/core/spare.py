"""Spare codes: twelve digits that stand for the second factor once, when the device that makes codes is not there."""

from __future__ import annotations

import unicodedata
from typing import NewType

SpareCode = NewType("SpareCode", str)
AT_ONCE = 8
"""So many are made together."""
DIGITS = 12
_GROUP = 4


def spare_code_from(random: bytes) -> SpareCode:
    """The code for 16 random bytes (reducing 128 bits leaves a bias below 2**-88)."""
    if len(random) != 16:
        raise ValueError("16 random bytes are needed")
    return SpareCode(f"{int.from_bytes(random, 'big') % 10**DIGITS:0{DIGITS}d}")


def parse_spare_code(typed: str) -> SpareCode | None:
    """The code somebody typed, whatever stands between its digits; None for what cannot be one."""
    values = [unicodedata.decimal(character, None) for character in typed]
    code = "".join(str(value) for value in values if value is not None)
    return SpareCode(code) if len(code) == DIGITS else None


def grouped(code: SpareCode) -> str:
    """The code in three groups of four, as it is shown."""
    return " ".join(code[start : start + _GROUP] for start in range(0, DIGITS, _GROUP))
