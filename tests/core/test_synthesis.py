import re
import unicodedata
from collections import Counter
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core import incident, report
from incidents.core.incident import ONLINE, BiasStrength, Verification
from incidents.core.places import KOSOVO
from incidents.core.script import is_mixed
from incidents.core.synthesis.samples import OPEN_FOR, Sample, samples
from incidents.core.synthesis.texts import Group, Scene, Story, Texts, TypedPlace, UnknownCodes, Wording
from incidents.core.synthesis.world import seeded

TODAY = date(2026, 11, 24)
VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
PIECES = ("openings", "afterwards", "emoji", "near", "far", "ongoing", "here", "online")


def invented(count: int, seed: int, texts: Texts | None = None, today: date = TODAY) -> list[Sample]:
    return list(
        samples(
            count,
            random=seeded(seed),
            vocabulary=VOCABULARY,
            places=PLACES,
            today=today,
            texts=texts or synthetic_texts(),
        )
    )


@cache
def five_hundred() -> list[Sample]:
    return invented(500, seed=1)


@cache
def many() -> list[Sample]:
    """Enough for what is rare."""
    return invented(4000, seed=2)


def some_texts(*sentences: str, short: str = "kratko", **changes: Any) -> Texts:
    """One group, one scene and one story in Serbian, with these sentences."""
    pieces = {name: (name,) for name in PIECES} | {
        "months": tuple(f"meseca {n}" for n in range(1, 13)),
        "emoji": ("!",),
    }
    about = {"any": {"said": ("да нам није место",), "because": ("зато",), "against": ("против нас",)}}
    story = Story(scenes=frozenset({"insult"}), short=(short,), text=sentences or ("Викали су.",))
    reasons = ("out_of_scope", "too_little", "test", "outside_serbia", "abuse")
    values: dict[str, Any] = {
        "groups": (Group(name="roma", weight=1, ground="national_ethnic", targets={"roma": 1}, languages={"sr": 1}),),
        "scenes": (Scene(name="insult", weight=1, acts={"threat": 1}, settings={"street": 1}, indicators={}),),
        "wordings": {"sr": Wording("sr", pieces, about, (story,), {reason: (reason,) for reason in reasons})},
        "typed_places": {"80438": TypedPlace({"sr": "у Суботици"}, ("Палић",))},
        "areas": {},
        "districts": {},
        "municipalities": {},
        "usual": 1.0,
        "kosovo": 0.0,
        **changes,
    }
    return Texts(**values)


def told(samples: list[Sample]) -> list[str]:
    """The words of those whose story it is: settled, so not set aside."""
    return [sample.report.words for sample in samples if sample.settlement and sample.report.words]


def scripts(text: str) -> set[str]:
    return {unicodedata.name(letter, "?").split()[0] for letter in text if letter.isalpha()}


# The rules.


def test_the_same_seed_gives_the_same_samples() -> None:
    assert invented(300, seed=7) == invented(300, seed=7)


def test_another_seed_gives_others() -> None:
    assert invented(20, seed=7) != invented(20, seed=8)


def test_there_are_as_many_as_asked_for() -> None:
    assert [len(invented(count, seed=1)) for count in (0, 1, 17)] == [0, 1, 17]


@pytest.mark.parametrize("samples", [five_hundred, many])
def test_every_report_keeps_the_rules_on_the_day_it_came(samples) -> None:
    found = [report.problems(one.report, VOCABULARY, today=one.received_on) for one in samples()]
    assert [problems for problems in found if problems] == []


@pytest.mark.parametrize("samples", [five_hundred, many])
def test_every_settlement_keeps_the_rules(samples) -> None:
    settled = [(one.settlement, one.received_on) for one in samples() if one.settlement]
    found = [incident.problems(one, VOCABULARY, PLACES, today=received_on) for one, received_on in settled]
    assert [problems for problems in found if problems] == []


@settings(max_examples=25)
@given(seed=st.integers(), today=st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_the_rules_are_kept_with_any_seed_on_any_day(seed: int, today: date) -> None:
    for one in invented(20, seed, today=today):
        assert report.problems(one.report, VOCABULARY, today=one.received_on) == []
        assert one.settlement is None or incident.problems(one.settlement, VOCABULARY, PLACES, today=today) == []


def test_every_sample_is_open_or_settled_or_set_aside() -> None:
    kinds = Counter(
        (one.is_open, one.settlement is not None, one.set_aside_reason is not None) for one in five_hundred()
    )
    assert set(kinds) == {(True, False, False), (False, True, False), (False, False, True)}


def test_none_came_in_the_future_and_open_ones_came_lately() -> None:
    assert max(one.received_on for one in many()) == TODAY
    assert all(TODAY - one.received_on < OPEN_FOR for one in many() if one.is_open)


def test_they_came_over_two_years() -> None:
    oldest = min(one.received_on for one in many())
    assert 700 <= (TODAY - oldest).days < 728


def test_reasons_for_setting_aside_are_those_of_the_vocabulary() -> None:
    reasons = {one.set_aside_reason for one in many() if one.set_aside_reason}
    assert reasons
    assert all(VOCABULARY.has("set_aside_reason", reason) for reason in reasons)


def test_what_was_settled_is_what_was_reported_where_the_reporter_was_sure() -> None:
    sure = [one for one in many() if one.settlement and report.NOT_SURE not in one.report.acts]
    assert all(one.report.acts == one.settlement.acts for one in sure if one.settlement)


def test_a_settlement_has_no_month_where_the_report_has_none() -> None:
    vague = [one for one in many() if one.settlement and one.report.when in {"year", "unknown"}]
    assert len(vague) > 50
    assert all(one.settlement.month is None for one in vague if one.settlement)


def test_only_an_authority_finds_bias_where_it_is_confirmed() -> None:
    settled = [one.settlement for one in many() if one.settlement]
    confirmed = {one.bias_strength for one in settled if one.verification is Verification.CONFIRMED}
    others = {one.bias_strength for one in settled if one.verification is not Verification.CONFIRMED}
    assert confirmed == {BiasStrength.FOUND_BY_AUTHORITY}
    assert BiasStrength.FOUND_BY_AUTHORITY not in others


def test_nobody_settles_that_the_reporter_was_not_sure() -> None:
    assert any(report.NOT_SURE in one.report.acts | one.report.grounds for one in many() if one.settlement)
    assert not any(report.NOT_SURE in one.settlement.acts | one.settlement.grounds for one in many() if one.settlement)


def test_what_is_settled_on_the_internet_happened_in_a_kind_of_place_that_is_there() -> None:
    settings = {one.settlement.setting for one in many() if one.settlement and one.settlement.place == ONLINE}
    assert settings == {"social_network", "private_message"}


@pytest.mark.parametrize(
    ("name", "listed"), [("genders", "gender_of_victim"), ("ages", "age_band"), ("reported_to", "reported_to")]
)
def test_every_code_is_settled_now_and_then_also_several_and_none(name: str, listed: str) -> None:
    settled = [getattr(one.settlement, name) for one in many() if one.settlement]
    assert {code for codes in settled for code in codes} == set(VOCABULARY.terms[listed])
    assert {len(codes) for codes in settled} == {0, 1, 2}


def test_most_of_it_was_reported_to_nobody_and_what_is_confirmed_was_reported() -> None:
    settled = [one.settlement for one in many() if one.settlement]
    by_none = Counter("none" in one.reported_to for one in settled)
    assert by_none[True] > by_none[False]
    confirmed = [one.reported_to for one in settled if one.verification is Verification.CONFIRMED]
    assert all(codes and not codes & {"none", "not_known"} for codes in confirmed)


@pytest.mark.parametrize(("target", "gender"), [("women", "woman"), ("lesbian", "woman"), ("gay_men", "man")])
def test_who_is_hit_as_a_woman_or_a_man_is_one(target: str, gender: str) -> None:
    hit = [one.settlement.genders for one in many() if one.settlement and target in one.settlement.targets]
    assert set(hit) == {frozenset(), frozenset({gender})}


def test_consent_is_given_only_where_the_report_is_to_be_passed_on() -> None:
    assert {bool(one.report.consents) for one in many() if one.report.wish == "pass_on"} == {True}
    assert {bool(one.report.consents) for one in many() if one.report.wish != "pass_on"} == {False}


# What the whole looks like.


LATER = ("relation", "aware", "season", "platform", "content", "told", "outcomes", "untold")


@pytest.mark.parametrize("name", LATER)
def test_the_later_questions_are_answered_now_and_then_in_many_ways(name: str) -> None:
    answers = [getattr(sample.report, name) for sample in many()]
    listed = (report.SINGLE | report.SEVERAL)[name]
    given = {code for one in answers for code in ([one] if isinstance(one, str) else one)} - {""}
    assert any(answers)
    assert not all(answers)
    assert len(given) >= min(4, len(VOCABULARY.public(listed)))


def test_later_answers_stand_only_where_they_are_asked_for() -> None:
    for sample in many():
        told = sample.report
        assert not told.relation or told.role == "family_friend"
        assert not told.platform or told.setting in {"social_network", "private_message", "media_outlet"}
        assert not told.untold or told.told == {report.NOBODY}
        assert not told.outcomes or told.told - {report.NOBODY}


def test_what_the_reporter_says_of_authorities_is_settled_so() -> None:
    settled = [one for one in many() if one.settlement and one.report.told - {report.NOBODY}]
    assert settled
    assert all(one.settlement.reported_to == one.report.told for one in settled if one.settlement)


def test_four_page_languages_are_among_five_hundred() -> None:
    assert {one.report.language for one in five_hundred()} == {"sr-Cyrl", "sr-Latn", "hu", "en"}


@pytest.mark.parametrize(
    "letters", ["ђљњћ", "đšćč", "őű", "ë", "ľťô"], ids=["Cyrillic", "Latin", "Hungarian", "Albanian", "Slovak"]
)
def test_words_of_each_language_and_both_scripts_are_among_them(letters: str) -> None:
    assert any(set(letters) & set(one.report.words.lower()) for one in five_hundred() + many())


def test_both_scripts_are_common() -> None:
    written = Counter(frozenset(scripts(one.report.words)) for one in five_hundred())
    assert written[frozenset({"CYRILLIC"})] > 75
    assert written[frozenset({"LATIN"})] > 150


def test_places_of_all_kinds_are_settled() -> None:
    places = {one.settlement.place for one in many() if one.settlement}
    assert {ONLINE, incident.NO_PLACE, KOSOVO} <= places
    assert len(places) > 100


def test_some_write_nothing_and_some_write_much() -> None:
    lengths = [len(one.report.words) for one in five_hundred()]
    assert 20 < lengths.count(0) < 150
    assert max(lengths) > 500


def test_now_and_then_two_people_write_about_the_same() -> None:
    seen = Counter(
        (one.report.acts, one.report.grounds, one.report.targets, one.report.setting, one.report.day)
        for one in many()
        if one.is_open and one.report.day and one.report.targets
    )
    assert max(seen.values()) > 1


# The words.


@pytest.mark.parametrize("part", ["words", "place"])
def test_no_mark_is_left_unfilled(part: str) -> None:
    typed = [getattr(one.report, part) for one in five_hundred() + many()]
    assert [text for text in typed if re.search(r"[<>{}\[\]|]|\w/\w", text)] == []


@pytest.mark.parametrize("part", ["words", "place"])
def test_no_gap_is_left_where_a_mark_was_empty(part: str) -> None:
    typed = [getattr(one.report, part) for one in five_hundred() + many()]
    assert [text for text in typed if text != text.strip() or re.search(r"  | [,.]", text)] == []


def test_the_scripts_meet_within_a_word_only_where_somebody_typed_one_word_so() -> None:
    mixed = [[word for word in one.report.words.split() if is_mixed(word)] for one in many()]
    assert max(len(words) for words in mixed) == 1
    assert 0 < sum(map(len, mixed)) < len(mixed) / 50


def test_no_place_is_typed_in_mixed_letters() -> None:
    assert [one.report.place for one in many() if len(scripts(one.report.place) & {"LATIN", "CYRILLIC"}) > 1] == []


def test_hungarian_pages_have_no_cyrillic() -> None:
    words = {script for one in many() if one.report.language == "hu" for script in scripts(one.report.words)}
    assert words == {"LATIN"}


def test_one_person_speaks_in_one_gender() -> None:
    texts = some_texts("[један/једна] [један/једна] [један/једна]", short="[један/једна] [један/једна]")
    telling = [re.sub(r"\W", " ", words.lower()).split() for words in told(invented(300, 1, texts))]
    both = [words for words in telling if {"један", "jedan"} & {*words} and {"једна", "jedna"} & {*words}]
    assert len(telling) > 100
    assert both == []


def test_choices_within_choices_are_made() -> None:
    telling = " ".join(told(invented(300, 1, some_texts("{а{1|2}|б{3|4}}", short="{а{1|2}|б{3|4}}")))).lower()
    assert {"а1", "а2", "б3", "б4"} <= set(re.findall(r"[аб]\d", telling))
    assert not set("{|}") & set(telling)


@pytest.mark.parametrize(("mark", "filled"), [("<said>", "да нам није место"), ("<against>", "против нас")])
def test_a_mark_is_filled_from_what_is_said_about_the_group(mark: str, filled: str) -> None:
    assert filled in told(invented(200, 1, some_texts(mark, short=mark)))


def test_who_is_hit_in_a_place_writes_that_place() -> None:
    area = {"area": "north", "in_area": 1.0}
    group = Group(name="roma", weight=1, ground="national_ethnic", targets={"roma": 1}, languages={"sr": 1}, **area)
    made = invented(200, 1, some_texts(groups=(group,), areas={"north": {"80438": 1}}))
    assert {one.settlement.place for one in made if one.settlement} == {"80438", incident.NO_PLACE}
    assert {"у Суботици", "Палић", "Суботица", "Palic"} <= {one.report.place for one in made}


def test_where_no_story_is_in_their_language_they_write_serbian_in_latin() -> None:
    group = Group(name="roma", weight=1, ground="national_ethnic", targets={"roma": 1}, languages={"hu": 1})
    serbian = some_texts("Да.", short="да").wordings["sr"]
    wordings = {"sr": serbian, "hu": Wording("hu", serbian.pieces, serbian.about, (), {})}
    telling = told(invented(50, 1, some_texts(groups=(group,), wordings=wordings)))
    assert telling
    assert all("da" in words.lower() for words in telling)


# Texts that cannot be used.


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"acts": {"no_act": 1}}, "act_type.no_act"),
        ({"acts": {report.NOT_SURE: 1}}, "act_type.not_sure"),
        ({"settings": {"nowhere": 1}}, "setting.nowhere"),
        ({"indicators": {"no_sign": 0.5}}, "bias_indicator.no_sign"),
    ],
)
def test_a_code_that_the_vocabulary_does_not_have_or_nobody_settles_is_named(
    changes: dict[str, Any], code: str
) -> None:
    scene: dict[str, Any] = {"acts": {"threat": 1}, "settings": {"street": 1}, "indicators": {}, **changes}
    texts = some_texts(scenes=(Scene(name="insult", weight=1, **scene),))
    with pytest.raises(UnknownCodes, match=code):
        invented(1, 1, texts)


def test_something_that_nobody_tells_is_named() -> None:
    scene = Scene(name="untold", weight=1, acts={"threat": 1}, settings={"street": 1}, indicators={})
    with pytest.raises(UnknownCodes, match="no story about roma and untold"):
        invented(50, 1, some_texts(scenes=(scene,)))
