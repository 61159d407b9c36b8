"""A member's recovery code: 42 digits on paper that open their key when the password is lost.

40 digits carry about 132 bits, too many to guess, so that no slow hash stands behind them; two check digits
(ISO/IEC 7064, MOD 97-10) tell a slip from a wrong code.
"""

from __future__ import annotations

import unicodedata
from typing import NewType

RecoveryCode = NewType("RecoveryCode", str)
DIGITS = 42
_RANDOM_DIGITS = 40
_GROUP = 6


class NotARecoveryCode(Exception):
    """What was typed cannot be a recovery code: too long, too short, or with a slip in it."""


def recovery_code_from(random: bytes) -> RecoveryCode:
    """The code for 32 random bytes (reducing 256 bits leaves a bias below 2**-123)."""
    if len(random) != 32:
        raise ValueError("32 random bytes are needed")
    body = f"{int.from_bytes(random, 'big') % 10**_RANDOM_DIGITS:0{_RANDOM_DIGITS}d}"
    return RecoveryCode(f"{body}{98 - int(body) * 100 % 97:02d}")


def parse_recovery_code(typed: str) -> RecoveryCode:
    """The code somebody typed, whatever stands between its digits. Raises NotARecoveryCode."""
    values = [unicodedata.decimal(character, None) for character in typed]
    code = "".join(str(value) for value in values if value is not None)
    if len(code) != DIGITS or int(code) % 97 != 1:
        raise NotARecoveryCode
    return RecoveryCode(code)


def in_groups(code: RecoveryCode) -> str:
    """The code in seven groups of six, as it is shown."""
    return " ".join(code[start : start + _GROUP] for start in range(0, DIGITS, _GROUP))
