"""What a code means, opened beside it by key, by Tab and Enter, and without script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from incidents.adapters import catalogues, data_files
from tests import builders
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.shown import speak_at_desk
from tests.browser.walk import Open, Walker

pytestmark = pytest.mark.browser


def before_the_form(open_phone: Open, site: Site, tag: str, *, width: int, with_script: bool = True) -> Walker:
    with site.database.unit_of_work() as session:
        builders.send(session, builders.a_report(), site.settings, now=site.now())
    who = Walker(open_phone(with_script=with_script, width=width).new_page(), tag, with_script)
    walk.log_in(who, site, site.members[0])
    speak_at_desk(who.page, tag)
    who.press(".queue__line > a")
    who.press("[data-key=t]")
    who.page.locator("#settling").wait_for()
    return who


def definition_of(vocabulary: str, code: str, tag: str) -> str:
    return catalogues.meaning(data_files.definitions()[vocabulary, code], tag)[0]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_key_opens_and_closes_what_the_code_in_focus_means(open_phone: Open, site: Site) -> None:
    who = before_the_form(open_phone, site, "sr-Cyrl", width=1280)
    page = who.page
    box = page.locator("#grounds .coded").first
    code = box.locator("input").get_attribute("value") or ""
    ticked = box.locator("input").is_checked()
    box.locator("input").focus()
    page.keyboard.press("i")
    text = definition_of("ground", code, "sr-Cyrl")
    assert box.locator("details").get_by_text(text).is_visible()
    assert text in page.locator("main > p[role=status].unseen").inner_text()
    assert page.evaluate("document.activeElement.value") == code
    assert box.locator("input").is_checked() == ticked
    who.look("opened by a key")
    page.keyboard.press("i")
    assert not box.locator("details").get_by_text(text).is_visible()
    assert page.locator("main > p[role=status].unseen").inner_text() == ""
    assert who.wrong == []


def test_below_a_list_the_key_opens_what_the_chosen_code_means(open_phone: Open, site: Site) -> None:
    who = before_the_form(open_phone, site, "hu", width=1280)
    page = who.page
    page.locator("#verification").select_option("3")
    page.locator("#verification").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("i")
    page.get_by_text(definition_of("verification", "3", "hu")).wait_for(state="visible")
    assert not page.get_by_text(definition_of("verification", "2", "hu")).is_visible()
    who.look("opened below a list")
    assert who.wrong == []


@pytest.mark.parametrize(("tag", "width"), [("sr-Cyrl", 360), ("hu", 360), ("hu", 1280)])
def test_without_script_tab_and_enter_open_it_and_closed_it_takes_no_room(
    open_phone: Open, site: Site, tag: str, width: int
) -> None:
    page = before_the_form(open_phone, site, tag, width=width, with_script=False).page
    box = page.locator("#grounds .coded").first
    code = box.locator("input").get_attribute("value") or ""
    closed = box.bounding_box()
    label = box.locator("label").bounding_box()
    assert closed is not None
    assert label is not None
    assert closed["height"] == label["height"]
    box.locator("input").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.get_by_text(definition_of("ground", code, tag)).is_visible()
    page.keyboard.press("Enter")
    assert not page.get_by_text(definition_of("ground", code, tag)).is_visible()
    assert sideways(page) == 0


def test_on_a_phone_axe_finds_nothing_with_all_of_them_open(open_phone: Open, site: Site) -> None:
    who = before_the_form(open_phone, site, "sr-Cyrl", width=360)
    who.page.evaluate("document.querySelectorAll('#settling details').forEach(one => { one.open = true; })")
    who.look("all open")
    assert sideways(who.page) == 0
    assert who.wrong == []
