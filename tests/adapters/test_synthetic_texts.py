import re
from collections.abc import Iterator

import pytest

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.places import KOSOVO
from incidents.core.script import is_mixed
from incidents.core.synthesis.texts import Wording

TEXTS = synthetic_texts()
LANGUAGES = ("sr", "hu", "sq", "sk", "en")
OTHERS = LANGUAGES[1:]


def templates(wording: Wording) -> Iterator[str]:
    """All that is written in one language, marks and all."""
    for pieces in wording.pieces.values():
        yield from pieces
    for about in wording.about.values():
        for said in about.values():
            yield from said
    for story in wording.stories:
        yield from (*story.short, *story.text)
    for asides in wording.asides.values():
        yield from asides


def slots(text: str) -> set[str]:
    return set(re.findall(r"<(.*?)>", text))


def words(text: str) -> list[str]:
    return re.sub(r"<\w+>|[{}\[\]|/]", " ", text).split()


def test_texts_are_read_in_five_languages() -> None:
    assert tuple(TEXTS.wordings) == LANGUAGES
    assert {language: wording.language for language, wording in TEXTS.wordings.items()} == {
        one: one for one in LANGUAGES
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_mark_is_one_that_is_filled(language: str) -> None:
    used = {slot for text in templates(TEXTS.wordings[language]) for slot in slots(text)}
    assert used <= {"said", "because", "against", "when", "where"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_bracket_is_closed(language: str) -> None:
    open_ones = [
        text
        for text in templates(TEXTS.wordings[language])
        if any(text.count(left) != text.count(right) for left, right in ("{}", "[]", "<>"))
    ]
    assert open_ones == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_forms_of_the_two_genders_come_in_pairs(language: str) -> None:
    pairs = [pair for text in templates(TEXTS.wordings[language]) for pair in re.findall(r"\[(.*?)\]", text)]
    assert [pair for pair in pairs if pair.count("/") != 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_fills_a_mark_has_no_mark_of_its_own(language: str) -> None:
    wording = TEXTS.wordings[language]
    fillings = [text for about in wording.about.values() for said in about.values() for text in said]
    fillings += [text for name in ("near", "months", "far", "ongoing", "here") for text in wording.pieces[name]]
    assert [text for text in fillings if slots(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_piece_is_there_and_every_month_has_its_words(language: str) -> None:
    wording = TEXTS.wordings[language]
    assert all(wording.pieces.values())
    assert len(wording.pieces["months"]) == 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_about_every_group_all_is_said_that_stories_ask_for(language: str) -> None:
    wording = TEXTS.wordings[language]
    assert "any" in wording.about
    assert {frozenset(about) for about in wording.about.values()} == {frozenset({"said", "because", "against"})}


@pytest.mark.parametrize("language", LANGUAGES)
def test_stories_are_about_groups_and_scenes_that_there_are(language: str) -> None:
    wording = TEXTS.wordings[language]
    groups, scenes = {group.name for group in TEXTS.groups}, {scene.name for scene in TEXTS.scenes}
    assert {name for story in wording.stories for name in story.groups} <= groups
    assert {name for story in wording.stories for name in story.scenes} <= scenes
    assert set(wording.about) <= groups | {"any"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_story_says_who_tells_it_and_has_words(language: str) -> None:
    stories = TEXTS.wordings[language].stories
    assert {story.told_by for story in stories} <= {"self", "family", "seen"}
    assert all(story.short and story.text for story in stories)


def test_whatever_happens_to_whomever_can_be_told_in_serbian() -> None:
    stories = TEXTS.wordings["sr"].stories
    untold = [
        (group.name, scene.name, setting)
        for group in TEXTS.groups
        for scene in TEXTS.scenes
        for setting in scene.settings
        if (not scene.groups or group.name in scene.groups)
        and not any(
            scene.name in story.scenes
            and (not story.groups or group.name in story.groups)
            and (not story.settings or setting in story.settings)
            for story in stories
        )
    ]
    assert untold == []


def test_every_reason_for_setting_aside_that_is_drawn_has_words() -> None:
    drawn = {"out_of_scope", "too_little", "test", "outside_serbia", "abuse"}
    assert drawn <= set(TEXTS.wordings["sr"].asides)


def test_serbian_is_kept_in_cyrillic_without_a_mixed_word() -> None:
    written = [word for text in templates(TEXTS.wordings["sr"]) for word in words(text)]
    assert [word for word in written if is_mixed(word)] == []
    assert sum(bool(re.search("[a-zA-Z]", word)) for word in written) < len(written) / 100


@pytest.mark.parametrize("language", OTHERS)
def test_the_other_languages_have_no_cyrillic_letter(language: str) -> None:
    assert [text for text in templates(TEXTS.wordings[language]) if re.search("[а-шђјљњћџ]", text.lower())] == []


def test_typed_places_are_municipalities_or_kosovo() -> None:
    assert TEXTS.typed_places.keys() - data_files.places().municipalities.keys() <= {KOSOVO}


def test_typed_places_are_sound_in_every_language() -> None:
    typed = [text for place in TEXTS.typed_places.values() for text in (*place.within.values(), *place.spots)]
    assert [text for text in typed if not text or text != text.strip() or is_mixed(text.replace(" ", ""))] == []


def test_areas_and_weights_name_places_that_there_are() -> None:
    places = data_files.places()
    named = {code for area in TEXTS.areas.values() for code in area} | set(TEXTS.municipalities)
    assert named <= places.municipalities.keys() | {KOSOVO}
    assert TEXTS.districts.keys() <= places.districts.keys()


def test_every_group_lives_in_an_area_that_there_is() -> None:
    assert {group.area for group in TEXTS.groups if group.area} <= TEXTS.areas.keys()
    assert all(0 <= group.in_area <= 1 and 0 <= group.cyrillic <= 1 for group in TEXTS.groups)


def test_every_group_writes_in_languages_that_there_are() -> None:
    assert {language for group in TEXTS.groups for language in group.languages} <= set(LANGUAGES)


def test_scenes_are_narrowed_to_groups_that_there_are() -> None:
    groups = {group.name for group in TEXTS.groups}
    assert {name for scene in TEXTS.scenes for name in scene.groups} <= groups
    assert {name for group in TEXTS.groups for name in group.scenes} <= {scene.name for scene in TEXTS.scenes}


def test_the_texts_are_read_once() -> None:
    assert synthetic_texts() is TEXTS
