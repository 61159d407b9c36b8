"""Words as they are searched: one key for every spelling, and one stem for the forms of a Serbian word.

The rules are our own and light on purpose: a stem is for comparing two words, never for showing, and it may join two
words that mean different things rather than miss one. Words of other languages go through the same rules on both
sides; for them, and for what the rules miss, a word of four letters and more finds all that begin with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from incidents.core.script import fold

_SHORTEST = 3
"""Letters that a stem keeps at least."""
_PREFIX_FROM = 4
_FLEETING_FROM = 5


# Nouns, adjectives and pronouns in their cases. Not -ega and -oga: kolega and sinagoga are common here.
_CASES = "a e i o u om em oj og omu emu ome im ih ima ama"
# Plurals with -ov- and -ev-: gradovi, gradovima.
_LONG_PLURALS = "ovi ova ove ovima ovama evi eva eve evima evama"
# Passive participles and nouns of deeds: napadan, napadanog, udareni, uznemiravanje.
_PASSIVES = """
an ana ane ani ano anu anog anom anoj anim anih anima anama anje anja anju anjem anjima
en ena ene eni eno enu enog enom enoj enim enih enima enama enje enja enju enjem enjima
"""
# Verbs: infinitive, present and past. Not -am and -at: islam is common here.
_VERBS = """
ati iti eti uti amo ate aju imo ite emo ete
ao ala ale ali alo io ila ile ili ilo eo ela ele eli elo uo ula ule uli ulo
"""
_ENDINGS = frozenset(f"{_CASES} {_LONG_PLURALS} {_PASSIVES} {_VERBS}".split())
_PAST = re.compile(r"(?<=[^aeiou])l[aeio]$")
"""Of verbs whose stem ends in a consonant: tukla, mogli."""
_LONGEST = max(map(len, _ENDINGS))
# k, g and h before some endings: vojnik, vojnici, vojniče. Folded, č and ć are c, ž is z, š is s.
_SOFTENED = {"c": "k", "z": "g", "s": "h"}
_FLEETING = re.compile(r"([^aeiou])a([bdgkcnrt])$")
"""The a of Albanac that Albanca does not have. It goes wherever one could be: both sides lose it."""
_JAT = re.compile(r"(?<=[^aeiou\s])ije(?=\S)|(?<=[bfmpstvz])je(?=\S\S)|(?<=\b[ln])je(?=\S)")
"""Ijekavian and ekavian alike: vrijeme and vreme, mjesto and mesto."""


def key(text: str) -> str:
    """Words of a text as they are compared, with single spaces between."""
    return _JAT.sub("e", fold(text))


def stem(word: str) -> str:
    """Of one word as `key` gives it."""
    longest = min(_LONGEST, len(word) - _SHORTEST)
    lengths = (length for length in range(longest, 0, -1) if word[-length:] in _ENDINGS)
    found = word[: len(word) - next(lengths, 0)]
    if len(word) - _SHORTEST >= 2:
        found = min(found, _PAST.sub("", word), key=len)
    if len(found) >= _FLEETING_FROM:
        found = _FLEETING.sub(r"\1\2", found)
    return found if len(found) < _SHORTEST else found[:-1] + _SOFTENED.get(found[-1], found[-1])


def matcher(word: str, *, is_prefix: bool = False) -> tuple[str, Callable[[str], bool]]:
    """How words that fit this one begin, and whether one that begins so does fit. All of them are keys.

    `is_prefix` takes all that begin with it, however short it is.
    """
    if is_prefix:
        return word, lambda _other: True
    wanted = stem(word)
    # All that the rules change of a stem is its last letter, and an a before that.
    beginning = wanted[:-1] or wanted

    def fits(other: str) -> bool:
        return stem(other) == wanted or (len(word) >= _PREFIX_FROM and other.startswith(word))

    return beginning, fits
