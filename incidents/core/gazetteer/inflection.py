"""Inflected names back to the form in the register, in folded letters: Serbian first, and what its neighbours add.

Rules give candidates, never certainty: a candidate counts only if it is a name. Serbian declension as in grammars of
the standard language: cases of nouns and adjectives, the vowel that comes and goes (nepostojano a), b before c written
p, l at the end written o, k before i written c.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from itertools import product

_SHORTEST_STEM = 2
_MOST_READINGS = 500
_VOWELS = "aeiou"

# Ending of a case, and what the first case ends in.
SERBIAN: dict[str, tuple[str, ...]] = {
    "u": ("", "a", "o", "e"),
    "a": ("", "o", "e", "i"),
    "e": ("a", "", "i"),
    "i": ("a", "", "e"),
    "om": ("", "a", "o", "i", "y"),
    "em": ("e", "", "i"),
    "oj": ("a",),
    "ej": ("a",),
    "og": ("i", "o"),
    "oga": ("i", "o"),
    "ome": ("i", "o"),
    "omu": ("i", "o"),
    "eg": ("i", "e"),
    "ega": ("i", "e"),
    "emu": ("i", "e"),
    "eho": ("y",),
    "im": ("i", "e"),
    "ih": ("i", "e"),
    "ima": ("i", "a", "e", "o"),
    "ama": ("e", "a"),
    "aca": ("ci", "ce", "ca"),
    "ci": ("ka",),
    "zi": ("ga",),
    "si": ("ha",),
    "it": ("",),
    "es": ("e", "a"),
    "ul": ("",),
}
HUNGARIAN: tuple[str, ...] = (
    *("n", "an", "en", "on", "ban", "ben", "ba", "be", "ra", "re", "rol", "bol"),
    *("nal", "nel", "tol", "hoz", "hez", "ig", "ert", "i"),
)


def readings(words: list[str], known: Container[str]) -> Iterator[tuple[str, bool]]:
    """Names that inflected words may stand for, and whether Hungarian endings were needed for it.

    Each word becomes words of `known`; all words that it may be are combined, a few hundred at most.
    """
    for rule, is_hungarian in ((_serbian, False), (_hungarian, True)):
        forms = [[form for form in dict.fromkeys((word, *rule(word))) if form in known] for word in words]
        if is_hungarian:
            forms[:-1] = [[word] if word in known else [] for word in words[:-1]]
        for count, parts in enumerate(product(*forms)):
            if count >= _MOST_READINGS:
                break
            if list(parts) != words:
                yield " ".join(parts), is_hungarian


def _hungarian(word: str) -> Iterator[str]:
    for ending in HUNGARIAN:
        if word.endswith(ending) and len(word) - len(ending) > _SHORTEST_STEM:
            yield word[: -len(ending)]


def _serbian(word: str) -> Iterator[str]:
    for length in (1, 2, 3):
        stem = word[:-length]
        if len(stem) < _SHORTEST_STEM - (length == 1):
            continue
        for first in SERBIAN.get(word[-length:], ()):
            yield stem + first
            if not first:
                yield from _stems(stem)


def _stems(stem: str) -> Iterator[str]:
    """What a stem with a consonant at its end may be in the first case: cack is cacak, sapc is sabac, dol is do."""
    if len(stem) < _SHORTEST_STEM or stem[-1] in _VOWELS:
        return
    before, last = stem[:-1], stem[-1]
    if before[-1] not in _VOWELS or before.endswith(("lj", "nj")):
        yield f"{before}a{last}"
        yield f"{before}e{last}"
    if stem.endswith(("lj", "nj")) and len(stem) > 3:
        yield f"{stem[:-2]}a{stem[-2:]}"
    if before[-1] == "p" and last == "c":
        yield f"{before[:-1]}bac"
    if before[-1] == "s" and last in "ck":
        yield f"{before[:-1]}za{last}"
    if last == "c" and before[-1] in _VOWELS:
        yield f"{before}dac"
        yield f"{before}tac"
    if last == "l":
        yield before if before.endswith("o") else f"{before}o"
    if before[-1] == "o" and last == "c":
        yield f"{before[:-1]}lac"
