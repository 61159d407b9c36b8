"""The marks of a story at the desk, decided by keys and by mouse, with a summary that follows; and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests import builders
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.walk import Open, Walker

pytestmark = pytest.mark.browser
WORDS = "Комшија Драган Петровић ми прети.\n\nЗове са 064/123-4567, ауто БГ 123-АБ."


def at_the_report(open_phone: Open, site: Site, *, with_script: bool = True, width: int = 1280) -> Walker:
    with site.database.unit_of_work() as session:
        report = builders.a_report(words=WORDS, acts=frozenset({"verbal_insult"}))
        builders.send(session, report, site.settings, now=site.now())
    who = Walker(open_phone(with_script=with_script, width=width).new_page(), "sr-Cyrl", with_script)
    walk.log_in(who, site, site.members[0])
    who.press(".queue__line a")
    who.press("form[action$='/take'] button")
    who.page.locator("[data-story]").wait_for()
    who.look("report")
    return who


def states(page: Page) -> list[str]:
    return [
        name.split("--")[1] for name in page.locator("[data-story] a").evaluate_all("all => all.map(a => a.className)")
    ]


def summary(page: Page) -> str:
    return page.locator("#summary").input_value()


def test_marks_are_decided_undone_and_saved_without_the_mouse(open_phone: Open, site: Site) -> None:
    who = at_the_report(open_phone, site)
    page = who.page
    for key in "mxl":
        page.keyboard.press(key)
    assert states(page) == ["accepted", "struck", "open"]
    assert summary(page) == "Комшија [име] ми прети.\n\nЗове са 064/123-4567, ауто [регистарска таблица]."
    page.keyboard.press("u")
    assert states(page) == ["accepted", "open", "open"]
    page.keyboard.press("x")
    who.look("decided")
    page.locator("#summary").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("[formaction*=undo-mark]").wait_for()
    assert states(page) == ["accepted", "open", "accepted"]
    assert page.locator("#marks").evaluate("form => form.getBoundingClientRect().top < innerHeight")
    assert page.locator("[data-story]").inner_text() == WORDS
    assert who.wrong == []


def test_marks_are_decided_with_the_mouse(open_phone: Open, site: Site) -> None:
    page = at_the_report(open_phone, site).page
    page.locator("[data-story] a").nth(1).click()
    page.locator("[data-story] a").nth(2).click()
    page.locator("[data-story] a").nth(2).click()
    page.locator(".marks__one").nth(0).get_by_role("radio").nth(1).check()
    assert states(page) == ["struck", "accepted", "struck"]
    assert summary(page) == "Комшија Драган Петровић ми прети.\n\nЗове са [број телефона], ауто БГ 123-АБ."


def test_the_summary_is_looked_at_while_it_is_typed_and_never_overwritten(open_phone: Open, site: Site) -> None:
    page = at_the_report(open_phone, site).page
    left = page.locator("[data-left]")
    assert left.is_hidden()
    page.locator("#summary").fill("Драган Петровић прети, пише са ana@primer.rs.")
    assert left.locator("b").inner_text() == "ana@primer.rs · Драган Петровић"
    page.locator("[data-story] a").nth(0).click()
    assert summary(page) == "Драган Петровић прети, пише са ana@primer.rs."
    page.locator("[data-story] a").nth(0).click()
    assert left.locator("b").inner_text() == "ana@primer.rs"
    page.locator("#summary").fill("Комшија прети.")
    assert left.is_hidden()


def test_letters_typed_into_a_box_are_letters(open_phone: Open, site: Site) -> None:
    page = at_the_report(open_phone, site).page
    page.keyboard.press("m")
    page.locator("#summary").fill("")
    page.locator("#summary").press_sequentially("mxlup")
    assert summary(page) == "mxlup"
    assert states(page) == ["open", "open", "open"]


def test_a_half_settled_incident_is_not_lost_to_saving_the_marks(open_phone: Open, site: Site) -> None:
    page = at_the_report(open_phone, site).page
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("[name=verification]").select_option("2")
    page.locator("#marks button.button").first.click(no_wait_after=True)
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert page.locator("[name=verification]").input_value() == "2"


@pytest.mark.parametrize("width", [320, 1280])
def test_without_script_a_form_does_the_same(open_phone: Open, site: Site, width: int) -> None:
    page = at_the_report(open_phone, site, with_script=False, width=width).page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[data-story] a").nth(1).click()
    row = page.locator(".marks__one").nth(1)
    assert row.evaluate("row => row.matches(':target')")
    row.get_by_role("radio").nth(1).check()
    page.locator("#marks button.button").first.click()
    page.locator("[formaction*=undo-mark]").wait_for()
    assert states(page) == ["open", "struck", "open"]
    page.locator("#summary").fill("Прети му Драган Петровић.")
    page.locator("#marks button.button").first.click()
    page.locator("[data-left]:not([hidden])").wait_for()
    assert page.locator("[data-left] b").inner_text() == "Драган Петровић"
    page.locator("[formaction*=undo-mark]").click()
    page.locator("[formaction*=undo-mark]").wait_for(state="detached")
    assert states(page) == ["open", "open", "open"]
    assert summary(page) == "Прети му Драган Петровић."
