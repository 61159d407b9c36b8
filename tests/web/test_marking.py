"""The marks of a story at the desk without script: a form decides, saves, undoes; nothing is lost or given away."""

from __future__ import annotations

from typing import Any

import pytest

from incidents.core.accounts import Role
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import NOBODY, SETTLERS, file

WORDS = "Комшија Драган Петровић ми прети.\n\nЗове са 064/123-4567, ауто БГ 123-АБ."
NAME, PHONE = "mark-8-23-name", "mark-43-55-phone"


@pytest.fixture
def two(app, database, settings) -> list[AtDesk]:
    return a_desk(app, database, settings, SETTLERS, SETTLERS)


@pytest.fixture
def taken(two: list[AtDesk], database, settings) -> str:
    """The address of a report that the first member has taken."""
    address = file(database, settings, words=WORDS)
    two[0].press(address, "/take")
    return address


def story(page: str) -> str:
    found = pages.parsed(page).find(".//bdi[@data-story]")
    assert found is not None
    return "".join(found.itertext())


def states(page: str) -> dict[str, str]:
    story = pages.parsed(page).find(".//bdi[@data-story]")
    assert story is not None
    return {mark.text or "": str(mark.get("class")).split("--")[1] for mark in story.iter("a")}


def left_in(page: str) -> str:
    [note] = [one for one in pages.parsed(page).iter("p") if one.get("data-left") is not None]
    return "" if note.get("hidden") is not None else "".join(note.find("b").itertext())


def summary(page: str) -> str:
    return str(pages.form(page, "/summary#marks").sent()["summary"][0])


def save(who: AtDesk, address: str, **changes: Any) -> Any:
    return who.press(address, "/summary#marks", **changes)


def test_the_story_stands_there_whole_with_its_marks(two, taken) -> None:
    page = two[0].open(taken)
    assert story(page) == WORDS
    assert states(page) == {"Драган Петровић": "open", "064/123-4567": "open", "БГ 123-АБ": "open"}
    assert "Dragan Petrović mi preti." in pages.text_of(page)


def test_the_summary_begins_with_the_story_without_what_goes_out(two, taken) -> None:
    assert summary(two[0].open(taken)) == (
        "Комшија [име] ми прети.\n\nЗове са [број телефона], ауто [регистарска таблица]."
    )


def test_what_is_left_in_stands_in_the_offered_summary(two, taken) -> None:
    assert save(two[0], taken, **{NAME: "accepted", PHONE: "struck"}).status_code == 303
    page = two[0].open(taken)
    assert states(page) == {"Драган Петровић": "accepted", "064/123-4567": "struck", "БГ 123-АБ": "open"}
    assert "Зове са 064/123-4567, ауто [регистарска таблица]." in summary(page)
    assert story(page) == WORDS


def test_the_last_step_can_be_undone(two, taken) -> None:
    save(two[0], taken, **{NAME: "accepted"})
    save(two[0], taken, **{PHONE: "struck"})
    form = pages.form(two[0].open(taken), "/summary#marks").sent()
    assert two[0].client.post(f"{taken}/undo-mark", data=form).status_code == 303
    assert states(two[0].open(taken)) == {"Драган Петровић": "accepted", "064/123-4567": "open", "БГ 123-АБ": "open"}


def test_a_summary_that_was_written_is_kept_whatever_is_decided_later(two, taken) -> None:
    save(two[0], taken, summary="Прети му комшија.")
    save(two[0], taken, **{NAME: "struck"})
    assert summary(two[0].open(taken)) == "Прети му комшија."


def test_an_untouched_text_is_kept_as_the_summary_when_a_member_says_so(two, taken) -> None:
    save(two[0], taken, as_it_is="yes")
    save(two[0], taken, **{PHONE: "struck"})
    assert "[број телефона]" in summary(two[0].open(taken))


def test_an_emptied_box_starts_again_from_the_story(two, taken) -> None:
    save(two[0], taken, summary="Прети му комшија.")
    save(two[0], taken, summary="")
    assert summary(two[0].open(taken)).startswith("Комшија [име]")


def test_a_summary_that_names_somebody_is_saved_with_a_warning(two, taken) -> None:
    assert left_in(two[0].open(taken)) == ""
    assert save(two[0], taken, summary="Прети му Драган Петровић.").status_code == 303
    page = two[0].open(taken)
    assert (summary(page), left_in(page)) == ("Прети му Драган Петровић.", "Драган Петровић")


def test_words_taken_out_by_hand_are_marked_and_unknown_ones_are_asked_for_again(two, taken) -> None:
    save(two[0], taken, also="прети")
    assert "[нешто друго]" in summary(two[0].open(taken))
    wrong = save(two[0], taken, also="пријети", summary="Моје речи.", **{PHONE: "struck"})
    assert wrong.status_code == 422
    assert "У тексту нема ових речи." in pages.text_of(wrong.text)
    assert (summary(wrong.text), states(wrong.text)["064/123-4567"]) == ("Моје речи.", "struck")


def test_a_page_that_is_out_of_date_is_refused_and_keeps_what_was_typed(two, taken) -> None:
    old = pages.form(two[0].open(taken), "/summary#marks").sent(summary="Моје речи.", **{PHONE: "struck"})
    save(two[0], taken, **{NAME: "accepted"})
    answer = two[0].client.post(f"{taken}/summary", data=old)
    assert answer.status_code == 409
    assert (summary(answer.text), states(answer.text)["064/123-4567"]) == ("Моје речи.", "struck")


def test_who_lost_the_report_still_sees_what_they_typed_and_not_the_story(two, taken) -> None:
    old = pages.form(two[0].open(taken), "/summary#marks").sent(summary="Моје речи.")
    two[1].press(taken, "/take")
    answer = two[0].client.post(f"{taken}/summary", data=old)
    assert answer.status_code == 409
    assert "Моје речи." in answer.text
    assert "Петровић" not in answer.text


def test_what_is_no_mark_is_not_kept(two, taken) -> None:
    wrong = {"mark-1-2-nothing": "accepted", "mark-8-23-name": "x", "mark-99999-100000-name": "accepted"}
    assert save(two[0], taken, **wrong).status_code == 303
    assert set(states(two[0].open(taken)).values()) == {"open"}


def test_a_story_without_marks_and_a_report_without_a_story_have_a_summary_too(two, database, settings) -> None:
    for words in ("Викали су да идем одакле сам дошао.", ""):
        address = file(database, settings, words=words)
        two[0].press(address, "/take")
        assert summary(two[0].open(address)) == words
        save(two[0], address, summary="Вређали су га.")
        assert summary(two[0].open(address)) == "Вређали су га."


@pytest.mark.parametrize(
    "typed", ["<b>x</b> ana@primer.rs", '"><script>alert(1)</script> 064/123-4567', "{{ 7*7 }} Петровић"]
)
def test_hostile_words_stay_words_in_marks_and_summary(two, database, settings, typed: str) -> None:
    address = file(database, settings, words=typed)
    two[0].press(address, "/take")
    page = two[0].open(address)
    assert story(page) == typed
    assert [one for one in pages.parsed(page).iter("script") if not one.get("src")] == []


def test_marks_that_turn_text_around_are_written_out_in_a_mark_too(two, database, settings) -> None:
    address = file(database, settings, words="зове се \u202eДраган Петровић\u202c, 064/\u200b123-4567")
    two[0].press(address, "/take")
    page = two[0].open(address)
    assert story(page) == "зове се [U+202E]Драган Петровић[U+202C], 064/[U+200B]123-4567"
    assert "Петровић" not in summary(page)


def test_answers_of_the_reporter_are_marked_for_reading(app, two, taken, database, settings) -> None:
    two[0].press(taken, "/ask", question="Да ли познајете сведока?")
    page = two[0].open(taken)
    assert "Да ли познајете сведока?" in pages.text_of(page)
    two[0].press(taken, "/ask", question="Да ли је то била Јелена Марковић?")
    marked = [mark.text for mark in pages.parsed(two[0].open(taken)).iter("mark")]
    assert "Јелена Марковић" in marked


@pytest.mark.parametrize("ending", ["summary", "undo-mark"])
def test_only_moderators_decide_on_marks(app, database, settings, ending: str) -> None:
    [who] = a_desk(app, database, settings, (Role.REVIEWER, Role.AUDITOR))
    assert who.client.post(f"/desk/reports/{NOBODY}/{ending}", data={}).status_code == 403
