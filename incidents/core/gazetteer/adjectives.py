"""Adjectives of towns, in folded letters: people tell villages of one name apart by them (Valjevska Kamenica).

Formed generously, after the rules for -ski in grammars of the standard language: a candidate counts only where the
village that stands beside it does lie in or around that town.
"""

from __future__ import annotations

from collections.abc import Iterator

_ENDINGS = ("ima", "oga", "omu", "ome", "og", "om", "oj", "im", "ih", "i", "a", "o", "e", "u")
_VOWELS = "aeiou"
_SHORTEST = 4
"""Letters of a stem: ubsk."""


def stem_of(word: str) -> str:
    """An adjective on -ski or -cki without the ending of its case; empty for other words."""
    for ending in _ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= _SHORTEST and stem.endswith(("sk", "ck")):
            return stem
    return ""


def stems(town: str) -> Iterator[str]:
    """What the adjectives of a town may begin with; of two words the first becomes one with the second: novosadsk."""
    first, _space, second = town.rpartition(" ")
    before = first[:-1] + "o" if first and first[-1] in _VOWELS else ""
    if first and not before:
        return
    for stem in _of_one_word(second):
        yield before + stem


def _of_one_word(town: str) -> Iterator[str]:
    bare = town[:-1] if town[-1] in _VOWELS else town
    yield f"{bare}sk"
    yield f"{bare}ansk"
    if bare.endswith("ac"):
        yield f"{bare[:-2]}ack"
        yield f"{bare[:-2]}cansk"
    if bare.endswith("ak"):
        yield f"{bare[:-2]}ansk"
    if bare.endswith("ov") or bare.endswith("ev"):
        yield f"{bare}ack"
    if bare[-1:] in {"c", "k"}:
        yield f"{bare[:-1]}ck"
    if bare[-1:] in {"g", "s", "z", "h"}:
        yield f"{bare[:-1]}sk"
