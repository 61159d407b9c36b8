import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.search.query import LONGEST, All, Any, Field, Not, NotAQuery, Phrase, Word, leaves, parse


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("шамар", Word("samar")),
        ("  Ošišana  latinica ", All((Word("osisana"), Word("latinica")))),
        ('"у аутобусу"', Phrase("u autobusu")),
        ("„иди кући“", Phrase("idi kuci")),
        ('"није затворено', Phrase("nije zatvoreno")),
        ("шамар -школа", All((Word("samar"), Not(Word("skola"))))),
        ('шамар -"у школи"', All((Word("samar"), Not(Phrase("u skoli"))))),
        ("школа OR вртић пљувао", All((Any((Word("skola"), Word("vrtic"))), Word("pluvao".replace("pl", "plj"))))),
        ("a1 ILI b2 ИЛИ c3", Any((Word("a1"), Word("b2"), Word("c3")))),
        ("ili", Word("ili")),
        ("OR школа", Word("skola")),
        ("школа OR", Word("skola")),
        ("комш*", Word("koms", is_prefix=True)),
        ("place:Суботица шамар", All((Field("place", "Суботица"), Word("samar")))),
        ("место:Суботица", Field("place", "Суботица")),
        ("nyelv:hu", Field("language", "hu")),
        ('ground:"верско уверење"', Field("ground", "верско уверење")),
        ("шамар -state:linked", All((Word("samar"), Not(Field("state", "linked"))))),
        ("rom-romkinja", Phrase("rom romkinja")),
        ("— ! шамар ?", Word("samar")),
        ("vrijeme", Word("vreme")),
    ],
)
def test_what_is_typed_means(typed: str, expected: object) -> None:
    assert parse(typed) == expected


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "missing"),
        ('  - " ! ', "missing"),
        ("-шамар", "only_without"),
        ("-a -b", "only_without"),
        ("x" * (LONGEST + 1), "too_long"),
        ("boja:crvena", "unknown_field"),
    ],
)
def test_what_cannot_be_searched_says_why(typed: str, reason: str) -> None:
    with pytest.raises(NotAQuery) as wrong:
        parse(typed)
    assert wrong.value.reason == reason


def test_what_is_excluded_is_no_leaf() -> None:
    part = parse('шамар -школа "у парку" OR клупа')
    assert list(leaves(part)) == [Word("samar"), Phrase("u parku"), Word("klupa")]


@given(st.text(max_size=LONGEST))
def test_whatever_is_typed_is_a_query_or_says_why_not(typed: str) -> None:
    try:
        found = list(leaves(parse(typed)))
    except NotAQuery:
        return
    assert found
