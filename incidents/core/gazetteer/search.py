"""What a typed place means: its pieces looked up, weighed against each other, and slips forgiven where nothing fits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from incidents.core.gazetteer import query as queries
from incidents.core.gazetteer.adjectives import stem_of
from incidents.core.gazetteer.index import Index, Match
from incidents.core.gazetteer.place import Kind, Level, Place
from incidents.core.gazetteer.query import Marker, Piece, Query
from incidents.core.gazetteer.ranking import Answer, answer, is_close
from incidents.core.script import fold

_SHORTEST_OTHER_CASE = 4
_SHORTEST_FOR_A_SLIP = 5
_SLIPS_ALLOWED = ((10, 2.5), (8, 2.25), (7, 2.0), (_SHORTEST_FOR_A_SLIP, 1.25))
"""From how many letters on how many slips are forgiven, as `slips.distance` counts them; from trying them out."""
_MOST_WORDS = 8
_PARTLY = 0.75
"""Likeness of a place found at the edge of words that are no place."""
_AGAINST = 0.6
"""Likeness of a place beside another one that it does not lie in."""
_MORE_THAN_A_WORD = 1000
"""A place as large as this is meant by its name even if that is an everyday word."""
_ENOUGH_PEOPLE = 3000
"""A settlement as large as this is found beside words that nobody knows; below, a street would often be one."""


@dataclass(frozen=True, slots=True)
class _Part:
    piece: Piece
    matches: list[Match]
    is_abroad: bool = False
    is_weak: bool = False
    """An everyday word or a place abroad that some village is called too: counts only beside its municipality."""


def find(text: str, index: Index) -> Answer | None:
    """What a typed place means; None for what names no place in Serbia or Kosovo*."""
    key = fold(text[: queries.LONGEST])
    if (matches := index.exact(key)) and not index.may_be_a_word(key):
        return answer(matches)
    query = queries.parse(text)
    postal = [place for code in query.postal_codes if (place := _at_postal_code(code, index))]
    parts = [part for piece in query.pieces for part in _parts(piece, index)]
    if parts and parts[-1].is_abroad and len(parts) > 1:
        return None
    if matches := _agreed(parts, postal, index):
        return answer(matches)
    strong = [part for part in parts if part.matches and (not part.is_weak or _is_written_as_name(part, query))]
    if strong:
        return answer(_of_several(strong, postal, index))
    if postal:
        return answer([Match(place, Kind.OFFICIAL, 1.0) for place in postal])
    if query.is_capital and (matches := _shortest(query, index)):
        return answer(matches)
    if any(part.is_abroad or part.is_weak for part in parts):
        return None
    whole = [_Part(piece, []) for piece in query.pieces]
    matches = _slipped(whole, index) or _at_the_edge(parts, index) or _slipped(parts, index)
    return answer(matches) if matches else None


def _at_postal_code(code: str, index: Index) -> Place | None:
    """Where a code is; those of delivery posts inside a town begin like the town's own, with 0 or 1 as third digit."""
    codes = index.gazetteer.postal_codes
    is_in_town = code[2] in "01" and len(set(code)) > 1
    return codes.get(code) or (codes.get(f"{code[:2]}000") if is_in_town else None)


def _shortest(query: Query, index: Index) -> list[Match]:
    """A town of two or three letters in another case, where nothing else is written: Ubu."""
    [words] = [piece.words for piece in query.pieces] if len(query.pieces) == 1 else [[]]
    if len(words) != 1 or len(words[0]) >= _SHORTEST_OTHER_CASE or index.may_be_a_word(words[0]):
        return []
    towns = [match for match in index.inflected(words) if match.place.is_main and match.kind is Kind.OFFICIAL]
    return [match for match in towns if fold(match.place.name)[-1] in "aeio" or words[0][-1] in "ua"]


def _is_written_as_name(part: _Part, query: Query) -> bool:
    return (
        query.is_capital
        and len(query.pieces) == 1
        and part.piece.words == query.pieces[0].words
        and not part.is_abroad
        and not queries.is_grammar(part.piece.words)
    )


# One piece.


def _parts(piece: Piece, index: Index) -> list[_Part]:
    """The piece as one name, or cut until its parts are names or cannot be cut."""
    if piece.is_shortened and (part := _shortened(piece, index)).matches:
        return [part]
    piece = queries.without_lead(piece) or piece
    whole = _looked_up(piece, index)
    if whole.matches or whole.is_abroad:
        return [whole]
    numbered = queries.cut_at_numbers(piece)
    if numbered != [piece]:
        return _around_quarters(piece, index) or [part for one in numbered for part in _parts_of_words(one, index)]
    return _parts_of_words(piece, index)


def _shortened(piece: Piece, index: Index) -> _Part:
    """The piece as a name whose first word is shortened, with or without a preposition before it."""
    bare = queries.without_lead(piece) if len(piece.words) > 2 else None
    return _Part(piece, index.shortened((bare or piece).words))


def _around_quarters(piece: Piece, index: Index) -> list[_Part]:
    """A name that ends in a number, as "blok 45" does, with what stands beside it."""
    for end in range(len(piece.words) - 1, 1, -1):
        first = Piece(piece.words[:end])
        if first.words[-1].isalnum() and not first.words[-1].isalpha() and (found := index.exact(first.key)):
            return [_Part(first, found), *_parts(Piece(piece.words[end:]), index)]
    return []


def _parts_of_words(piece: Piece, index: Index) -> list[_Part]:
    piece = queries.without_lead(piece) or piece
    whole = _looked_up(piece, index)
    if whole.matches or whole.is_abroad:
        return [whole]
    cut = queries.cut_at_prepositions(piece)
    return _halves(piece, index) or ([_looked_up(one, index) for one in cut] if cut != [piece] else [whole])


def _halves(piece: Piece, index: Index) -> list[_Part]:
    """A village and its municipality side by side, with nothing between them."""
    for at in range(1, len(piece.words) if len(piece.words) <= _MOST_WORDS else 0):
        halves = [_looked_up(Piece(words, piece.is_led), index) for words in (piece.words[:at], piece.words[at:])]
        if all(half.matches for half in halves) and any(_confirmed(halves, [], half)[0] for half in halves):
            return halves
    return []


def _looked_up(piece: Piece, index: Index) -> _Part:
    words = piece.words
    if index.is_street(words) or len(words) > _MOST_WORDS:
        return _Part(piece, [])
    exact = index.exact(piece.key)
    is_cased = piece.is_led or (not exact and not piece.is_numbered and len(piece.key) >= _SHORTEST_OTHER_CASE)
    matches = [*exact, *(index.inflected(words) if is_cased else ())]
    if not matches and len(words) > 1:
        matches = index.of_a_town(words)
    if not matches and (bare := queries.without_marker(piece)):
        part = _looked_up(bare, index)
        return replace(part, matches=_marked(part.matches, bare.marker, index), is_weak=False)
    is_abroad = index.is_abroad(words, in_other_cases=not exact)
    is_weak = bool(matches) and (is_abroad or index.is_everyday(words, in_other_cases=not exact)) and len(words) == 1
    if is_weak and (exact or piece.is_led):
        is_weak = not any(_is_known_to_all(match) for match in matches)
    return _Part(piece, matches, is_abroad and (is_weak or not matches), is_weak)


def _is_known_to_all(match: Match) -> bool:
    return match.kind is not Kind.OTHER and not match.place.quarter and match.place.weight >= _MORE_THAN_A_WORD


def _has_main(matches: Iterable[Match]) -> bool:
    return any(match.place.is_main and match.kind is not Kind.OTHER for match in matches)


def _marked(matches: list[Match], marker: Marker | None, index: Index) -> list[Match]:
    """Only what the word beside the name allows, if there is any such."""
    kept: list[Match] = []
    if marker is Marker.MUNICIPALITY:
        of = index.gazetteer.municipalities
        codes = [match.place.municipality_code for match in matches if match.place.is_main]
        kept = [Match(of[code], Kind.OFFICIAL, 1.0) for code in codes if code]
    elif marker is Marker.TOWN:
        kept = [match for match in matches if match.place.is_main]
    elif marker is Marker.VILLAGE:
        kept = [match for match in matches if match.place.level is Level.SETTLEMENT and not match.place.is_main]
    return kept or matches


# Several pieces.


def _agreed(parts: list[_Part], postal: list[Place], index: Index) -> list[Match]:
    """The places of one part that the others confirm; a mistyped part may be confirmed too."""
    confirmed = max((_confirmed(parts, postal, main) for main in parts), key=lambda one: one[0], default=(0, []))
    return confirmed[1] if confirmed[0] else _agreed_with_slips(parts, index)


def _confirmed(parts: list[_Part], postal: list[Place], main: _Part) -> tuple[int, list[Match]]:
    """How many parts and postal codes the places of `main` lie in, and which of them do."""
    kept, times = main.matches, 0
    for other in parts:
        if other is not main and (held := _held(kept, other.matches)):
            kept, times = held, times + 1
    if held := [match for match in kept if any(_has_code(place, match.place) for place in postal)]:
        kept, times = held, times + 1
    return times, kept


def _held(matches: list[Match], larger: list[Match]) -> list[Match]:
    """The places that lie in one of the larger: in a municipality first, else in a district or region of that name."""
    near = [match.place for match in larger if match.place.level in {Level.SETTLEMENT, Level.MUNICIPALITY}]
    for places in (near, [match.place for match in larger]):
        if held := [match for match in matches if any(place.holds(match.place) for place in places)]:
            return held
    return []


def _has_code(postal: Place, place: Place) -> bool:
    return postal is place or postal.code in place.within or postal.municipality_code == place.municipality_code != ""


def _agreed_with_slips(parts: list[_Part], index: Index) -> list[Match]:
    """A mistyped part that lies in what another part names."""
    larger = [match for part in parts for match in part.matches]
    for part in parts if larger else ():
        if part.matches or not _may_have_slips(part, index):
            continue
        if held := _held(index.slipped(part.piece.key, _slips_allowed(part.piece.key)), larger):
            return held
    return []


def _of_several(parts: list[_Part], postal: list[Place], index: Index) -> list[Match]:
    """The part that is meant when none confirms another: what is near, what is large, what stands last."""
    if len(parts) == 1 and postal:
        within = [place for place in postal if any(_is_part(place, match.place) for match in parts[0].matches)]
        return [Match(place, Kind.OFFICIAL, 1.0) for place in within] or _less(parts[0].matches, 0.9)
    if len(parts) == 1:
        return parts[0].matches
    for part in parts[1:]:
        if part.piece.is_near:
            close = [m for m in parts[0].matches if any(is_close(m.place, near.place) for near in part.matches)]
            return _less(close or part.matches, 0.8 if close else _AGAINST)
    main = [part for part in parts if _has_main(part.matches)] or parts
    return _less(main[-1].matches, _AGAINST)


def _is_part(place: Place, city: Place) -> bool:
    """Whether a postal code says more than the city beside it: 11070 Beograd."""
    return city.level is Level.CITY and city.code in place.within


def _less(matches: list[Match], share: float) -> list[Match]:
    return [match._replace(likeness=match.likeness * share) for match in matches]


# What is no name as it stands.


def _at_the_edge(parts: list[_Part], index: Index) -> list[Match]:
    """A large place at the end or the start of words that nobody knows."""
    for piece in [part.piece for part in reversed(parts)]:
        words = piece.words
        edges = [words[at:] for at in range(1, len(words))] + [words[:at] for at in range(len(words) - 1, 0, -1)]
        for edge in [] if len(words) > _MOST_WORDS or piece.is_numbered else edges:
            if words[0] not in edge and _is_of_another_place(words[: len(words) - len(edge)], index):
                continue
            part = _looked_up(Piece(edge, piece.is_led), index)
            large = [match for match in part.matches if match.kind is not Kind.OTHER and _is_large(match.place)]
            if large and not part.is_weak:
                return _less(large, _PARTLY)
    return []


def _is_of_another_place(before: list[str], index: Index) -> bool:
    """Whether the word before a name tells it apart from the place that is called so: Slavonska Požega."""
    return bool(stem_of(before[-1])) and not index.is_everyday(before[-1:])


def _is_large(place: Place) -> bool:
    return place.level is not Level.DISTRICT and (place.is_main or place.weight >= _ENOUGH_PEOPLE)


def _slipped(parts: list[_Part], index: Index) -> list[Match]:
    for part in reversed(parts):
        if _may_have_slips(part, index):
            for key in _first_cases(part.piece):
                if len(key) >= _SHORTEST_FOR_A_SLIP and (matches := index.slipped(key, _slips_allowed(key))):
                    return matches
    return []


def _may_have_slips(part: _Part, index: Index) -> bool:
    piece = part.piece
    return (
        len(piece.key) >= _SHORTEST_FOR_A_SLIP
        and len(piece.words) <= _MOST_WORDS // 2
        and not piece.is_numbered
        and not index.is_street(piece.words)
        and not index.is_everyday(piece.words)
    )


def _slips_allowed(key: str) -> float:
    return next(slips for letters, slips in _SLIPS_ALLOWED if len(key) >= letters)


def _first_cases(piece: Piece) -> list[str]:
    """What was typed, and the same without its last vowel, where the commonest cases differ from the first."""
    key = piece.key
    bare = (queries.without_marker(piece) or piece).key
    cases = [key, bare]
    if piece.is_led and bare[-1] in "uiea":
        stem = bare[:-1]
        cases += [f"{stem}a", stem, f"{stem[:-1]}a{stem[-1:]}", f"{stem}o", f"{stem}e"]
    return list(dict.fromkeys(cases))
