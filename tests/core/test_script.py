import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from incidents.core.script import fold, is_mixed, of_one_script, to_latin

SERBIAN = "абвгдђежзијклљмнњопрстћуфхцчџш"


@pytest.mark.parametrize(
    ("cyrillic", "latin"),
    [
        ("љубав", "ljubav"),
        ("Његош", "Njegoš"),
        ("ЊЕГОШ", "NJEGOŠ"),
        ("ЉУБЉАНА", "LJUBLJANA"),
        ("Џеј", "Džej"),
        ("ЏЕЈ", "DŽEJ"),
        ("ЂОРЂЕ", "ĐORĐE"),
        ("ИНЈЕКЦИЈА", "INJEKCIJA"),
        ("МИЉКОВИЋ", "MILJKOVIĆ"),
        ("КОЊ", "KONJ"),
        ("Љ. Његић", "Lj. Njegić"),
        ("Ђ и Џ", "Đ i Dž"),
        ("надживети", "nadživeti"),
        ("iPhone и XII век", "iPhone i XII vek"),
        ("%(num)s пријава <a href='https://x.rs'>", "%(num)s prijava <a href='https://x.rs'>"),
    ],
)
def test_cyrillic_becomes_latin_by_rule(cyrillic: str, latin: str) -> None:
    assert to_latin(cyrillic) == latin


@given(st.text(alphabet=SERBIAN + SERBIAN.upper() + " .,-"))
def test_no_serbian_cyrillic_is_left(text: str) -> None:
    assert not set(to_latin(text).lower()) & set(SERBIAN)


@given(st.text(alphabet=st.characters(max_codepoint=0x24F)))
def test_latin_text_stays_as_it_is(text: str) -> None:
    assert to_latin(text) == text


@pytest.mark.parametrize("spelling", ["Ђорђе", "Đorđe", "Djordje", "Dordje", "ЂОРЂЕ", "Ðorđe", "ĐORĐE"])
def test_all_spellings_meet_in_one_key(spelling: str) -> None:
    assert fold(spelling) == "dorde"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Đorđe Šćepanović udario čoveka", "dorde scepanovic udario coveka"),
        ("ударио човека", "udario coveka"),
        ("Bjëshkë Çamëri Ștefan", "bjeshke cameri stefan"),
        ("NADŽIVETI", "nadziveti"),
        ("надживети", "nadziveti"),
        ("  Нови\u00a0Сад!! ", "novi sad"),
    ],
)
def test_the_key_forgets_script_accents_and_marks(text: str, key: str) -> None:
    assert fold(text) == key


@given(st.text())
@example("𝐀")
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("нас узнeмиpaвa газда", "нас узнемирава газда"),
        ("Mаrko i Мarko", "Marko i Marko"),
        ("Novi Сад", "Novi Сад"),
        ("у Zemun-у", "у Zemun-у"),
        ("", ""),
    ],
)
def test_words_of_two_scripts_are_read_in_the_one_that_they_mostly_have(typed: str, meant: str) -> None:
    assert of_one_script(typed) == meant
    assert fold(typed) == fold(meant)


def test_a_word_of_two_scripts_is_noticed() -> None:
    assert is_mixed("Mаrko")
    assert not is_mixed("Marko")
    assert not is_mixed("Марко")
