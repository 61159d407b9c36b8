"""Passwords that others would try first: known ones, names, keyboard runs, pieces that repeat (ASVS 5.0, 6.2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable

from incidents.core.accounts import SHORTEST_PASSWORD
from incidents.core.script import fold

FEWEST_UNKNOWN = 10
"""What has to be left of a password once everything that can be guessed is taken out of it."""
_OF_A_PIECE = 2
"""What a guessable piece is worth, however long: somebody has to guess that it is there, and where."""
_SHORTEST_RUN = 4
_SHORTEST_NAME = 3
_YEAR = re.compile("(?:19|20)[0-9]{2}")
_ONE_PIECE = re.compile(r"(.+?)\1+", re.DOTALL)
_REPEATED = re.compile(r"(.{1,10}?)\1{2,}|(.{4,}?)\2+", re.DOTALL)
_KEYS = (
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "qwertzuiopšđ",
    "qwertzuiopőú",
    "asdfghjkl",
    "asdfghjklčćž",
    "asdfghjkléáű",
    "zxcvbnm",
    "yxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6zhn",
    "1qaz2wsx3edc4rfv5tgb6yhn",
    "qazwsxedcrfvtgbyhnujm",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
    "љњертзуиопшђ",
    "асдфгхјклчћж",
    "ѕџцвбнм",
)
"""Rows of the keyboards of Serbia, in both scripts, and of Hungarian and English ones; the alphabets and digits."""
_STANDS_FOR = str.maketrans("013457@$!", "oieastasi")
"""Digits and signs that are read as letters."""


def _runs() -> frozenset[str]:
    rows = {fold(row) for row in _KEYS} | {fold(row[::-1]) for row in _KEYS}
    return frozenset(
        row[start : start + _SHORTEST_RUN] for row in rows for start in range(len(row) - _SHORTEST_RUN + 1)
    )


_RUNS = _runs()


def is_guessable(password: str, known: Collection[str], about: Iterable[str] = ()) -> bool:
    """Whether too little is left without words that are `known` (folded) and names that the password is `about`.

    One that is a single piece over and over is as short as that piece. Each sign counts once, blanks do not. Several
    words that are no common passwords are not guessable.
    """
    names = {part for name in about for part in fold(name).split() if len(part) >= _SHORTEST_NAME}
    words = sorted({*known, *names}, key=len, reverse=True)
    only = _ONE_PIECE.fullmatch(fold(password).replace(" ", ""))
    if only is not None and len(only[1]) < SHORTEST_PASSWORD:
        return True
    readings = (password, password.translate(_STANDS_FOR))
    return any(_signs(reading) + _worth(fold(reading), words) < FEWEST_UNKNOWN for reading in readings)


def _signs(text: str) -> int:
    return len({sign for sign in text if not sign.isalnum() and not sign.isspace()})


def _worth(text: str, words: Iterable[str]) -> int:
    pieces: set[str] = set()

    def take(piece: str) -> str:
        pieces.add(piece)
        return " "

    text = text.replace(" ", "")
    while (once := _REPEATED.sub(lambda found: f"{found[1] or found[2]}", text)) != text:
        text = once
        pieces.add("repeated")
    for word in words:
        if word in text:
            text = text.replace(word, take(word))
    text = _YEAR.sub(lambda found: take(found[0]), text)
    text = _without_runs(text, take)
    return len(text.replace(" ", "")) + _OF_A_PIECE * len(pieces)


def _without_runs(text: str, take: Callable[[str], str]) -> str:
    """Neighbours on a keyboard, in an alphabet or among digits, four or more together."""
    start = 0
    while start <= len(text) - _SHORTEST_RUN:
        end = start
        while text[end : end + _SHORTEST_RUN] in _RUNS:
            end += 1
        if end == start:
            start += 1
            continue
        end += _SHORTEST_RUN - 1
        text = text[:start] + take(text[start:end]) + text[end:]
        start += 1
    return text
