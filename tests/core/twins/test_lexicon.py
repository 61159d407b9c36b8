import pytest

from incidents.adapters.data_files import lexicon
from incidents.core.twins.lexicon import folded
from incidents.core.twins.lexicon import lexicon as made


def concepts(text: str) -> frozenset[str]:
    return lexicon().concepts(folded(text))


@pytest.mark.parametrize(
    ("concept", "texts"),
    [
        ("knife", ["Извадио је нож", "izvadio NOZ", "késsel fenyegetett", "nxori thikën", "un cuțit", "vytiahol nôž"]),
        ("bus", ["у аутобусу", "autobusom", "a buszon", "në autobus", "în autobuz", "v autobuse", "on the bus"]),
        ("headscarf", ["strgli su joj maramu", "letépték a fejkendőjét", "ia hoqën shaminë", "her headscarf"]),
        ("holding_hands", ["držali smo se za ruke", "kézen fogva mentünk", "holding hands"]),
        ("n3", ["tri momka", "hárman voltak", "three men"]),
    ],
)  # fmt: skip
def test_a_thing_is_the_same_in_every_language_and_script(concept: str, texts: list[str]) -> None:
    assert [text for text in texts if concept not in concepts(text)] == []


def test_what_only_begins_alike_is_not_meant() -> None:
    small = made([("bus", ["bus_"]), ("fire", ["zapal"]), ("couple", ["za_ruk"])], [])
    assert small.concepts(["busola", "je", "lepa"]) == frozenset()
    assert small.concepts(["zapalili", "su"]) == {"fire"}
    assert small.concepts(["za", "tebe", "ruke"]) == frozenset()
    assert small.concepts(["za", "ruke"]) == {"couple"}


def test_stems_leave_endings_and_small_words_out_and_keep_numbers() -> None:
    small = made([], ["koji", "rekao"])
    assert small.stems(folded("Комшија који је рекао комшији: 88, у 5")) == {"komsi", "88"}


def test_a_text_of_any_length_is_told_by_its_beginning() -> None:
    assert len(folded("а б " * 50_000)) <= 600
