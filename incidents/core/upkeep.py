"""What regular work goes by: how long things may wait, and numbers so coarse that one report does not show in them."""

from __future__ import annotations

from datetime import timedelta

OVERDUE = timedelta(days=14)
"""After that a report that nobody has settled or set aside has waited too long."""
SPENT_TOKENS_KEPT = timedelta(days=8)
"""Longer than a form can be sent (web.tokens.LIFE): after that no token has to be known again."""
STEP = 20


def coarse(number: int) -> int:
    """The number rounded down to a step: a single report, or a few, mostly leave it as it was."""
    return number - number % STEP


def words_of(number: int) -> str:
    """The same in words: `coarse` as a range."""
    lowest = coarse(number)
    return f"{lowest} to {lowest + STEP - 1}" if lowest else f"fewer than {STEP}"
