import pytest

from incidents.adapters import catalogues, data_files
from incidents.core.batch.names import Unknown, codes_in, names_of
from incidents.core.languages import BY_TAG


@pytest.fixture(scope="module")
def acts():
    terms = data_files.vocabulary().of("act_type")
    labels = [("act_type", term.code, [catalogues.label(term, tag) for tag in BY_TAG]) for term in terms]
    return names_of(labels)["act_type"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("threat", ["threat"]),
        ("Претње", ["threat"]),
        ("pretnje", ["threat"]),
        ("Fenyegetés", ["threat"]),
        ("threat; verbal_insult", ["threat", "verbal_insult"]),
        ("threat|arson", ["threat", "arson"]),
        ("Pretnje\nFizički napad bez oružja", ["threat", "physical_attack"]),
        ("threat, arson", ["threat", "arson"]),
        ("Insults, slurs, name-calling in person", ["verbal_insult"]),
        ("Insults, slurs, name-calling in person; Threats", ["verbal_insult", "threat"]),
        ("threat;;", ["threat"]),
        ("", []),
    ],
)
def test_codes_and_labels_of_any_language_are_known(acts, text: str, codes: list[str]) -> None:
    assert codes_in(text, acts) == (codes, [])


def test_a_slip_is_told_with_the_nearest_code(acts) -> None:
    codes, [unknown] = codes_in("threat; Pretnaj", acts)
    assert codes == ["threat"]
    assert (unknown.text, unknown.nearest[0]) == ("Pretnaj", "threat")


def test_a_word_of_a_label_leads_to_it(acts) -> None:
    _, [unknown] = codes_in("grafiti", acts)
    assert "graffiti_symbols" in unknown.nearest


def test_what_is_like_nothing_has_nothing_near(acts) -> None:
    assert codes_in("qqqq", acts) == ([], [Unknown("qqqq", ())])


def test_a_name_of_two_codes_is_neither() -> None:
    names = names_of([("l", "a", ["Isto"]), ("l", "b", ["isto"])])["l"]
    assert codes_in("ИСТО", names) == ([], [Unknown("ИСТО", ("a", "b"))])


def test_a_cell_that_holds_something_else_is_told_in_few_words(acts) -> None:
    _, unknown = codes_in(";".join(f"qw{number}" for number in range(6000)), acts)
    assert len(unknown) == 10


def test_long_texts_take_no_time(acts) -> None:
    _, unknown = codes_in("a" * 32_000, acts)
    assert unknown[0].nearest == ()
