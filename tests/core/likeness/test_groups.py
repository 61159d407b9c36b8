"""Floods of several kinds, with something real among them."""

from collections import Counter
from itertools import islice
from random import Random

import pytest

from benchmarks.junk import REAL, Answers, junk
from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.likeness.groups import SMALL, Grouping, Kind, grouped
from incidents.core.report import Report
from incidents.core.synthesis.samples import samples
from tests.builders import a_report
from tests.conftest import NOW


def a_report_of(answers: Answers) -> Report:
    values = {name: frozenset(value) if isinstance(value, list) else value for name, value in answers.items()}
    return a_report(**{"place": "", "month": "", **values})


def places_of(found: Grouping) -> list[int]:
    """Every place in the list, once for each group that it is in."""
    return sorted([*found.single, *(one for group in (*found.groups, *found.few) for one in group.members)])


def kinds(texts: list[str], *, in_flood: bool = True) -> dict[Kind, int]:
    reports = [a_report(words=text) for text in texts]
    found = grouped(reports, in_flood=range(len(reports)) if in_flood else ())
    numbers: Counter[Kind] = Counter()
    for group in found.groups:
        numbers[group.kind] += len(group.members)
    return dict(numbers)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_flood_is_few_groups_and_the_real_report_stands_alone(seed: int) -> None:
    reports = [a_report_of(answers) for answers in islice(junk(seed), 3000)]
    reports.insert(1500, a_report_of(REAL))
    found = grouped(reports, in_flood=range(len(reports)))
    assert 1500 in found.single
    assert len(found.groups) + len(found.few) + len(found.single) - 1 <= 100
    assert places_of(found) == list(range(len(reports)))


def test_what_real_people_write_is_not_taken_for_junk_that_came_with_it() -> None:
    real = [
        sample.report
        for sample in samples(
            60,
            random=Random(9),
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            today=NOW.date(),
            texts=synthetic_texts(),
        )
        if len(sample.report.words.split()) > 3
    ]
    reports = [*real, *(a_report_of(answers) for answers in islice(junk(3), 3000))]
    found = grouped(reports, in_flood=range(len(reports)))
    apart = {*found.single, *(one for group in found.few for one in group.members)}
    assert len(real) > 30
    assert [real[one].words for one in range(len(real)) if one not in apart] == []


def test_copies_are_found_in_either_script_and_with_slips() -> None:
    text = "Затворите ову канцеларију одмах, доста је било лажи и превара у овој земљи."
    latin = "Zatvorite ovu kancelariju odmah, dosta je bilo laži i prevara u ovoj zemlji."
    texts = [text, latin, latin.upper(), text.replace("одмах", "одмаах"), text + "!!!", "Сасвим друга прича о послу."]
    assert kinds(texts, in_flood=False) == {Kind.COPIES: 5}


def test_fewer_than_five_that_are_alike_are_no_group() -> None:
    reports = [a_report(words="Газда нас је избацио јер смо Роми, усред зиме.") for _ in range(SMALL - 1)]
    found = grouped(reports, in_flood=range(len(reports)))
    assert (found.groups, [len(group.members) for group in found.few]) == ([], [4])


def test_a_chain_of_small_steps_does_not_lead_from_one_text_to_another() -> None:
    """Each text changes two words of the one before; the last has nothing of the first."""
    one = ["alfa", "beta", "gama", "delta", "epsilon", "zeta", "kapa", "lamda", "sigma", "omega"]
    other = ["crveno", "plavo", "zeleno", "žuto", "belo", "crno", "sivo", "roze", "ljubičasto", "braon"]
    chain = [" ".join(other[:step] + one[step:]) for step in range(11) for _ in range(3)]
    reports = [a_report(words=text) for text in chain]
    for group in grouped(reports, in_flood=()).groups:
        assert not {0, len(chain) - 1} <= set(group.members)


def test_words_of_a_list_in_any_order_are_thrown_together() -> None:
    random, pool = (
        Random(5),
        [
            "kuća",
            "reka",
            "drvo",
            "nebo",
            "trava",
            "prozor",
            "mačka",
            "vrata",
            "sunce",
            "kiša",
            "sneg",
            "most",
            "knjiga",
            "papir",
            "hleb",
        ],
    )
    texts = [" ".join(random.choices(pool, k=9)) for _ in range(200)]
    assert kinds(texts).get(Kind.WORDS, 0) > 180
    assert Kind.WORDS not in kinds(texts, in_flood=False)


def test_words_out_of_a_large_dictionary_are_thrown_together() -> None:
    """Words that hardly anybody else uses, and none of the small ones that hold a sentence together."""
    random = Random(5)
    syllables = ["ra", "ko", "mi", "se", "ta", "lu", "ne", "vo", "pri", "sta", "gra", "dnja"]
    texts = [" ".join("".join(random.choices(syllables, k=4)) for _ in range(10)) for _ in range(100)]
    assert kinds(texts) == {Kind.WORDS: 100}


def test_letters_at_random_are_a_group_whatever_the_alphabet() -> None:
    random = Random(5)
    texts = [
        " ".join("".join(random.choices(alphabet, k=8)) for _ in range(4))
        for alphabet in ("abcdefghijklmnopqrstuvwxyz", "абвгдежзијклмнопрстуфхцчш", "qwrtpsdfghjklzxcvbnm")
        for _ in range(40)
    ]
    assert kinds(texts).get(Kind.LETTERS, 0) > 110


def test_slogans_put_together_in_any_way_are_one_group() -> None:
    random = Random(5)
    slogans = [
        f"доле са {word} заувек и сви напоље" for word in ["лажима", "преваром", "канцеларијом", "законима", "влашћу"]
    ]
    random.shuffle(slogans)
    texts = [" ".join(random.choices(slogans, k=random.randint(1, 4))) for _ in range(300)]
    found = grouped([a_report(words=text) for text in texts], in_flood=range(300))
    assert sum(len(group.members) for group in found.groups) > 290
    assert len(found.groups) <= 8


@pytest.mark.parametrize(
    "words",
    [
        "Shtëpia jonë u sulmua natën, na thyen xhamat dhe na shkruan në mur të shkojmë nga kemi ardhur.",
        "Kad már harmadszor írták a falunkra, hogy takarodjunk haza, és a rendőrség nem csinált semmit.",
        "Sa marel amen ko drom, phende te dža tar othar kaj avilem, e čhave darandile but.",
        "他们在公交车上对我大喊大叫，让我滚回自己的国家，没有人帮助我。",
        "ضربوا ابني في المدرسة لأنه لا يتكلم الصربية، والمعلمة رأت ذلك ولم تقل شيئا",
    ],
    ids=["sq", "hu", "rom", "zh", "ar"],
)
def test_one_report_in_a_language_of_its_own_is_never_put_among_the_junk(words: str) -> None:
    reports = [a_report_of(answers) for answers in islice(junk(4), 2000)]
    reports.append(a_report(words=words))
    assert 2000 in grouped(reports, in_flood=range(len(reports))).single


def test_reports_without_words_come_in_one_group_the_most_telling_last() -> None:
    empty = [a_report(words="", place="", month="", when="unknown", acts=frozenset({act})) for act in "abcdefgh"]
    told = a_report(words="", place="Нови Пазар", targets=frozenset({"muslim"}), indicators=frozenset({"pattern"}))
    found = grouped([told, *empty], in_flood=range(9))
    [group] = found.groups
    assert (group.kind, group.members[-1]) == (Kind.NOTHING, 0)
    assert group.likeness[-1] < group.likeness[0]


def test_nothing_is_grouped_where_nothing_came() -> None:
    assert grouped([], in_flood=()) == Grouping([], [], [])
