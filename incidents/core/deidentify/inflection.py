"""Names in all the forms that sentences give them, in plain letters. Rules of grammar, forwards only.

Endings are those of the standard grammars; a form too many costs nothing, because it names nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

_POSSESSIVE = ("", "a", "e", "i", "o", "og", "oga", "om", "ome", "oj", "u", "im", "ih", "ima")
_OV = tuple("ov" + ending for ending in _POSSESSIVE)
_EV = tuple("ev" + ending for ending in _POSSESSIVE)
_IN = tuple("in" + ending for ending in _POSSESSIVE)
_VOWELS = "aeiouy"
_HUNGARIAN = (
    *("nak", "nek", "val", "vel", "t", "ot", "et", "at", "ra", "re", "rol", "tol", "nal", "nel", "hoz", "hez", "ban"),
    *("ben", "bol", "ba", "be", "ek", "ne", "nenak", "ert", "on", "en", "n", "e", "nak a", "ka", "ke", "ig", "an"),
)
_ALBANIAN = ("i", "it", "in", "u", "ut", "un", "ja", "jen", "jes", "s", "n", "es", "en", "a", "at")
_HARD = ("a", "u", "om", "e", "i", "ima", *_OV)
_SOFT = ("a", "u", "om", "em", "e", "i", "ima", *_EV)
_SOFT_ENDS = ("j", "s", "z", "c", "r", "l", "n")
_OF_A = ("a", "e", "i", "u", "o", "om", "ama", *_IN)
_ADJECTIVE = (
    "i",
    "a",
    "o",
    "e",
    "u",
    "og",
    "oga",
    "om",
    "ome",
    "oj",
    "im",
    "ih",
    "eg",
    "em",
    "y",
    "ej",
    "ej",
    "ych",
    "ym",
)


def forms_of_name(name: str, language: str) -> Iterator[str]:
    """Forms of a person's name that a text in Serbian, or in the name's own language, has."""
    yield name
    yield from _serbian(name)
    if language == "hu":
        yield from _hungarian(name)
    elif language == "sq":
        yield from _albanian(name)
    elif language == "sk":
        yield from _slovak(name)
    elif language == "ro":
        yield from _romanian(name)
    elif language == "rom":
        yield from (name + ending for ending in ("es", "eske", "esa", "ea", "ake", "ate", "asa", "a", "ke", "te", "sa"))
    elif language == "en":
        yield name + "s"


def forms_of_place(name: str, language: str) -> Iterator[str]:
    """Forms of one word that is a place's name."""
    yield name
    if language == "hu":
        yield from _hungarian(name)
    else:
        yield from _serbian_place(name)
        if language == "sq":
            yield from _albanian(name)
        stem = name[:-1] if name[-1] in _VOWELS else name
        yield from (stem + ending for ending in ("i", "e", "och", "ach", "iach", "ov", "om", "ul"))


def where_in_hungarian(name: str) -> Iterator[str]:
    """Forms that say by themselves that something was in, from or to the place."""
    if name[-1] in _VOWELS:
        yield name + "n"
    base = name[:-2] + "m" if name.endswith("halom") else name
    for ending in ("on", "en", "ban", "ben", "ra", "re", "rol", "bol", "tol", "ba", "be", "nal", "nel"):
        yield base + ending


def forms_of_adjective(word: str) -> Iterator[str]:
    stem = word[:-1] if word[-1] in _VOWELS else word
    yield word
    for ending in _ADJECTIVE:
        yield stem + ending


def _serbian(name: str) -> Iterator[str]:
    stem, last = name[:-1], name[-1]
    if last == "a":
        endings = _OF_A
    elif last == "o":
        endings = ("o", *_HARD)
    elif last == "e":
        endings = ("e", *_SOFT, *_HARD, "eta", "etu", "etom", "etov", "etova", "etovo", "etovu")
    elif last in "iyu":
        endings = tuple(
            last + ending for ending in ("ja", "ju", "jem", "jev", "jeva", "jevo", "jevu", "jevi", "ma", "jom")
        )
    else:
        stem, endings = name, (*_HARD, *_SOFT) if name.endswith(_SOFT_ENDS) else _HARD
        if name.endswith(("tar", "dar", "el", "er", "ac", "ak", "ek")) and len(name) > 4:
            fleeting = name[:-2] + name[-1]
            yield from (fleeting + ending for ending in _HARD)
    yield from (stem + ending for ending in endings)


def _serbian_place(name: str) -> Iterator[str]:
    stem, last = name[:-1], name[-1]
    if last in _VOWELS:
        yield from (
            stem + ending for ending in ("a", "e", "i", "u", "o", "om", "em", "ima", "ama", "oj", "og", "ih", "im")
        )
        if name.endswith("ci"):
            yield name[:-2] + "aca"
    else:
        yield from (name + ending for ending in ("a", "u", "om", "em", "i", "ima"))
        if name.endswith(("ac", "ak", "ar", "al", "an")) and len(name) > 4:
            yield from (name[:-2] + last + ending for ending in ("a", "u", "om", "em"))
        if name.endswith("sac"):
            yield from (name[:-3] + ending for ending in ("sca", "scu", "scem"))


def _hungarian(name: str) -> Iterator[str]:
    for ending in _HUNGARIAN:
        yield name + ending
    if name[-1] not in _VOWELS:
        double = name[:-1] + name[-2:] if name.endswith(("sz", "zs", "cs", "gy", "ny", "ty")) else name
        doubled = name[:-2] + name[-2] + name[-2:] if double != name else name + name[-1]
        yield from (doubled + ending for ending in ("al", "el"))


def _albanian(name: str) -> Iterator[str]:
    stem = name[:-1] if name[-1] in "ae" else name
    for base in {stem, name}:
        yield from (base + ending for ending in _ALBANIAN)


def _slovak(name: str) -> Iterator[str]:
    stem = name[:-1] if name[-1] in _VOWELS else name
    bases = [stem]
    if name.endswith(("er", "el", "ek", "ok", "ec")):
        bases.append(name[:-2] + name[-1])
    for base in bases:
        yield from (base + end for end in ("ovi", "a", "om", "u", "ou", "y", "e", "i", "ovci", "ovcov", "ovcom", "ova"))
        yield from (base + end for end in ("ovej", "ovou", "ovu", "ove", "ieho", "emu"))


def _romanian(name: str) -> Iterator[str]:
    stem = name[:-1] if name[-1] in "ae" else name
    yield from (stem + ending for ending in ("ei", "ii", "i", "o", "ul", "ului", "ule", "ilor", "ele"))
