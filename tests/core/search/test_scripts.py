"""The same is found whatever script somebody types in: Cyrillic, Latin, or Latin without its accents."""

import re
from functools import cache

import pytest

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.script import to_latin
from incidents.core.search.finding import fits, line_of
from incidents.core.search.query import parse
from incidents.core.synthesis.samples import Sample, samples
from incidents.core.synthesis.thumbs import bare
from incidents.core.synthesis.world import seeded
from tests.conftest import NOW

WRITTEN = [
    "комшија",
    "комшије претња",
    "шамар ИЛИ ударац",
    '"у аутобусу"',
    '"нисам пријавио"',
    "полиција -сведок",
    "пљунуо",
    "ошишана",
    "џамија",
    "црква ИЛИ џамија",
    "Ђорђе",
    "љубав",
    "њихова деца",
    "вређао",
    "вичу",
    "избацили из кафића",
    "отказ -посао",
    "графит*",
    "школ* дете",
    "наставница",
    "медицинска сестра",
    '"нема места"',
    "махала",
    "Ромкиња",
    "Роми",
    "Мађари",
    "Бошњак",
    "муслимани",
    "избеглице ИЛИ мигранти",
    "хомосексуалац",
    "лезбејка",
    "инвалидска колица",
    "рампа",
    "предузеће",
    "одједном",
    "надживети",
    "конјугација",
    "инјекција",
    "поджупан",
    "вријеме",
]


@cache
def stories() -> list[Sample]:
    """As phones sent them: in both scripts, with and without accents, with slips."""
    invented = samples(
        1_500,
        random=seeded(3),
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        today=NOW.date(),
        texts=synthetic_texts(),
    )
    return list(invented)


@cache
def queries() -> list[str]:
    """Two hundred, in Cyrillic: those written by hand, and words and pairs of words of invented stories."""
    text = " ".join(sample.report.words.lower() for sample in stories())
    words = sorted(set(re.findall(r"\b[а-иклмнопрстуфхцчшђжзјљњћџ]{4,}\b", text)) - {*WRITTEN})
    random = seeded(7)
    single = random.sample(words, 110)
    pairs = [" ".join(random.sample(words, 2)) for _ in range(20)]
    either = [" ИЛИ ".join(random.sample(words, 2)) for _ in range(20)]
    without = [" -".join(random.sample(words, 2)) for _ in range(10)]
    return [*WRITTEN, *single, *pairs, *either, *without]


@cache
def lines() -> list[str]:
    known: dict[str, str] = {}
    return [line_of([sample.report.words, sample.report.place], known) for sample in stories()]


def hits(typed: str) -> set[int]:
    meant = fits(parse(typed), lambda _field: frozenset())
    return {number for number, line in enumerate(lines()) if meant(line, {})}


def test_there_are_two_hundred_and_they_are_not_one_another() -> None:
    assert len(set(queries())) == len(queries()) == 200


@pytest.mark.parametrize("number", range(200))
def test_a_query_finds_the_same_in_every_script(number: int) -> None:
    cyrillic = queries()[number]
    latin = to_latin(cyrillic)
    assert hits(latin) == hits(cyrillic)
    assert hits(bare(latin)) == hits(cyrillic)
    assert hits(bare(latin).replace("dj", "d")) == hits(cyrillic)


def test_most_queries_find_something_and_none_finds_all() -> None:
    found = [len(hits(typed)) for typed in queries()]
    assert sum(number > 0 for number in found) > 150
    assert max(found) < len(lines())


def test_a_story_is_found_in_its_own_words_whatever_script_it_came_in() -> None:
    story = "Комшија нам је ноћу разбио прозор и написао поруку на ђубрету."
    variants = [story, to_latin(story), bare(to_latin(story)), story.upper(), to_latin(story).upper()]
    found = [line_of([text], {}) for text in variants]
    assert len(set(found)) == 1
