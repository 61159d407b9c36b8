"""The words of a release in every language, from catalogues and place names; frozen with its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from incidents.adapters import catalogues
from incidents.core import release
from incidents.core.languages import BY_TAG
from incidents.core.places import Places
from incidents.core.release import SERBIAN, Names, Row
from incidents.core.script import to_latin
from incidents.core.tables import LISTS, TOTAL, Table
from incidents.core.vocabulary import Term, Vocabulary
from incidents.publishing import words
from incidents.publishing.words import Call

Label = Callable[[Term, str], str]
"""What a term is called in the language with this tag, e.g. adapters.catalogues.label."""


def words_of(rows: Mapping[Table, Sequence[Row]], vocabulary: Vocabulary, places: Places, label: Label) -> bytes:
    """Those of tables with these rows."""
    say = {tag: catalogues.catalogue(tag, "messages").gettext for tag in BY_TAG}
    own = release.names(vocabulary, places, label)
    return words.frozen(rows, say, {tag: _call(tag, own, vocabulary, places, label) for tag in BY_TAG})


def _call(tag: str, own: Names, vocabulary: Vocabulary, places: Places, label: Label) -> Call:
    """As the tables `own` call a code in English and Serbian, and as pages do in other languages."""
    if tag in release.LANGUAGES:
        return lambda dimension, code: own(dimension, code, tag)
    if BY_TAG[tag].derived_from:
        return lambda dimension, code: to_latin(own(dimension, code, SERBIAN))
    gettext = catalogues.catalogue(tag, "messages").gettext

    def call(dimension: str, code: str) -> str:
        if code == TOTAL:
            return gettext("Total")
        if dimension == "area":
            return words.area_label(code, lambda known: name_of(known, places, tag), gettext)
        return label(next(term for kind in LISTS[dimension] if (term := vocabulary.terms[kind].get(code))), tag)

    return call


def name_of(code: str, places: Places, tag: str) -> str:
    """Of a region, a district or a municipality in a language, or as Serbian has it in Latin letters."""
    known = places.districts.get(code) or places.municipalities.get(code) or places.regions[code]
    return known.names.get(tag) or known.names["sr-Latn"]
