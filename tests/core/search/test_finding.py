import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.search.finding import Labelled, codes_meant, fits, labelled, line_of, snippet
from incidents.core.search.query import Word, parse
from incidents.core.search.words import key

STORY = "Комшија ме је пљунуо у аутобусу и викао: „Идите одавде!“ Било је то у Суботици, пред свима."
FACTS = {
    "language": frozenset({"sr-Cyrl"}),
    "place": frozenset({"80438"}),
    "ground": frozenset({"national_ethnic"}),
    "act": frozenset({"threat"}),
    "state": frozenset({"received"}),
    "id": frozenset({"0a1b2c3d00004000800000000000abcd"}),
}
LABELS = [
    Labelled("place", frozenset({"80438"}), line_of(["Суботица"], {})),
    Labelled("place", frozenset({"80284", "80438"}), line_of(["Војводина"], {})),
    Labelled("ground", frozenset({"national_ethnic"}), line_of(["национална или етничка припадност"], {})),
    Labelled("ground", frozenset({"religious_belief"}), line_of(["верско уверење"], {})),
    Labelled("language", frozenset({"sr-Cyrl"}), line_of(["српски (ћирилица)"], {})),
    Labelled("state", frozenset({"received"}), line_of(["чека"], {})),
]


def finds(typed: str, *texts: str) -> bool:
    meant = fits(parse(typed), lambda field: codes_meant(field, LABELS))
    return meant(line_of(texts or [STORY], {}), FACTS)


@pytest.mark.parametrize(
    "typed",
    [
        "комшија",
        "komšija",
        "komsija",
        "КОМШИЈЕ",
        "komsijama",
        "аутобус",
        "autobusi",
        "pljunuo комшија",
        "викала",
        '"u autobusu"',
        '"idite odavde"',
        "subotica OR niš",
        "autobus -škola",
        "kom*",
        "place:subotica",
        "place:Vojvodina",
        "place:80438",
        "ground:national_ethnic",
        "ground:nacionalna",
        'ground:"етничка припадност"',
        "language:sr-cyrl -language:hu",
        "језик:српски",
        "state:чека",
        "id:0a1b2c3d",
        "id:0A1B2C3D-0000-4000-8000",
    ],
)
def test_what_finds_the_story(typed: str) -> None:
    assert finds(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "школа",
        "комшија школа",
        '"аутобусу у"',
        '"odavde Bilo" -bilo',
        "autobus -викао",
        "kom",
        "niš OR zaječar",
        "place:niš",
        "ground:религија",
        "ground:religious_belief",
        "place:-",
        "language:hu",
        "id:ffff",
        "bus",
    ],
)
def test_what_does_not_find_the_story(typed: str) -> None:
    assert not finds(typed)


def test_a_phrase_does_not_go_from_one_text_to_the_next() -> None:
    assert not finds('"крај почетак"', "то је крај", "почетак је ту")
    assert finds("крај почетак", "то је крај", "почетак је ту")


def test_a_word_also_finds_what_is_called_so() -> None:
    assert [label.codes for label in labelled(Word(key("верског")), LABELS)] == [frozenset({"religious_belief"})]


def shown(text: str, typed: str) -> str:
    return "".join(f"[{piece.text}]" if piece.is_hit else piece.text for piece in snippet(text, parse(typed), {}))


def test_a_snippet_marks_the_words_as_they_were_written() -> None:
    assert shown(STORY, "komsije autobus") == STORY.replace("Комшија", "[Комшија]").replace("аутобусу", "[аутобусу]")
    assert shown(STORY, '"idite odavde"') == STORY.replace("Идите одавде", "[Идите одавде]")


def test_a_snippet_does_not_mark_what_is_excluded() -> None:
    assert shown(STORY, "komsija -avion") == STORY.replace("Комшија", "[Комшија]")


def test_a_long_text_is_cut_between_words_around_the_first_hit() -> None:
    text = "пре тога " * 60 + "комшија је викао " + "после тога " * 60
    found = shown(text, "комшија")
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert "[комшија]" in found
    assert len(found) < 300
    assert set(found.replace("[", "").replace("]", "").split()) == {
        "…",
        "пре",
        "тога",
        "комшија",
        "је",
        "викао",
        "после",
    }


def test_where_no_word_stands_there_is_no_snippet() -> None:
    assert snippet(STORY, parse("place:subotica"), {}) == []
    assert snippet("", parse("комшија"), {}) == []


WORDS = st.text(st.characters(categories=["L", "M", "N", "P", "Z"]), max_size=60)


@given(WORDS, st.sampled_from(["a", "ana", "šuma", "kuća*", '"a b"', "ана"]))
def test_a_snippet_is_a_part_of_its_text(text: str, typed: str) -> None:
    pieces = snippet(text, parse(typed), {})
    whole = "".join(piece.text for piece in pieces)
    assert whole.removeprefix("… ").removesuffix(" …") in text
    assert bool(pieces) == any(piece.is_hit for piece in pieces)


@given(st.lists(st.text("абвгдежзијклмнопрстуш", min_size=1, max_size=8), min_size=1, max_size=12), st.data())
def test_every_word_of_a_text_finds_it_and_is_marked(words: list[str], data: st.DataObject) -> None:
    text, word = " ".join(words), data.draw(st.sampled_from(words))
    assert finds(f"{word} -нешто*", text) or key(word).startswith("nesto")
    assert any(piece.is_hit for piece in snippet(text, parse(word), {}))
