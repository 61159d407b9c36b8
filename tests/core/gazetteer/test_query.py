import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.gazetteer import query as queries
from incidents.core.gazetteer.query import Marker, Piece


def keys(text: str) -> list[str]:
    return [piece.key for piece in queries.parse(text).pieces]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Slatina, Čačak", ["slatina", "cacak"]),
        ("Slatina (Čačak)", ["slatina", "cacak"]),
        ("Слатина / Чачак", ["slatina", "cacak"]),
        ("Slatina - Čačak", ["slatina", "cacak"]),
        ("Bačka-Palanka", ["backa palanka"]),
        ("Ruma, Srbija", ["ruma"]),
        ("Republika Srbija", []),
        ("", []),
        (" ,,(); ", []),
    ],
)
def test_a_query_is_cut_at_its_signs(text: str, pieces: list[str]) -> None:
    assert keys(text) == pieces


@pytest.mark.parametrize("text", ["16000 Leskovac", "Leskovac 16000", "RS-16000, Leskovac"])
def test_a_postal_code_is_taken_out(text: str) -> None:
    query = queries.parse(text)
    assert (query.postal_codes, [piece.key for piece in query.pieces]) == (["16000"], ["leskovac"])


@pytest.mark.parametrize("text", ["80438", "1600", "160000", "06000"])
def test_other_numbers_are_no_postal_codes(text: str) -> None:
    assert queries.parse(text).postal_codes == []


def test_a_house_number_ends_a_street() -> None:
    [street, place] = queries.cut_at_numbers(Piece(["zmaj", "jovina", "3a", "sombor"]))
    assert (street.key, street.is_numbered) == ("zmaj jovina", True)
    assert (place.key, place.is_numbered) == ("sombor", False)


def test_a_piece_is_cut_at_its_prepositions() -> None:
    pieces = queries.cut_at_prepositions(Piece(["slatina", "kod", "cacka", "u", "srbiji"]))
    assert [(piece.key, piece.is_led, piece.is_near) for piece in pieces] == [
        ("slatina", False, False),
        ("cacka", True, True),
        ("srbiji", True, False),
    ]


def test_what_is_not_far_from_a_place_is_near_it() -> None:
    [piece] = queries.cut_at_prepositions(Piece(["nedaleko", "od", "rume"]))
    assert piece == Piece(["rume"], is_led=True, is_near=True)


@pytest.mark.parametrize(
    ("words", "key", "marker"),
    [
        ("opstina knic", "knic", Marker.MUNICIPALITY),
        ("gradska opstina rakovica", "rakovica", Marker.MUNICIPALITY),
        ("municipality of sjenica", "sjenica", Marker.MUNICIPALITY),
        ("ada kozseg", "ada", Marker.MUNICIPALITY),
        ("grad nis", "nis", Marker.TOWN),
        ("selo slatina", "slatina", Marker.VILLAGE),
    ],
)
def test_words_beside_a_name_are_taken_off_and_kept_in_mind(words: str, key: str, marker: Marker) -> None:
    piece = queries.without_marker(Piece(words.split()))
    assert piece is not None
    assert (piece.key, piece.marker) == (key, marker)


@pytest.mark.parametrize("words", ["grad", "selo", "ruma", "stara pazova"])
def test_a_name_without_such_words_has_nothing_to_take_off(words: str) -> None:
    assert queries.without_marker(Piece(words.split())) is None


@given(st.text(max_size=300))
def test_whatever_is_typed_is_cut_into_words(text: str) -> None:
    query = queries.parse(text)
    for piece in query.pieces:
        for part in (*queries.cut_at_numbers(piece), *queries.cut_at_prepositions(piece)):
            assert part.words
    assert all(piece.words for piece in query.pieces)
