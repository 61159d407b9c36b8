"""The desk by single keys, and without them where a member turned them off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests import builders
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.walk import Open, Walker

pytestmark = pytest.mark.browser


def at_the_queue(open_phone: Open, site: Site, number: int = 3) -> Walker:
    with site.database.unit_of_work() as session:
        for _ in range(number):
            builders.send(session, builders.a_report(), site.settings, now=site.now())
    who = Walker(open_phone(with_script=True, width=1280).new_page(), "sr-Cyrl", True)
    walk.log_in(who, site, site.members[0])
    who.page.goto(f"{site.address}/desk/")
    return who


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href') || document.activeElement.id"))


def lines(page: Page) -> list[str]:
    found = page.locator(".queue__line > a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    return [str(each) for each in found]


def test_a_report_is_reached_opened_taken_and_put_back_without_the_mouse(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site)
    page = who.page
    all_lines = lines(page)
    for key, at in (("j", 0), ("j", 1), ("k", 0), ("k", 0), ("j", 1)):
        page.keyboard.press(key)
        assert focused(page) == all_lines[at]
    page.keyboard.press("o")
    page.wait_for_url(f"**{all_lines[1]}")
    page.keyboard.press("t")
    page.locator("[data-story]").wait_for(state="attached")
    page.keyboard.press("n")
    page.locator("[data-story]").wait_for()
    page.keyboard.press("a")
    assert focused(page) == "question"
    page.keyboard.type("jt?")
    assert page.locator("#question").input_value() == "jt?"
    assert not page.locator("#keys").evaluate("box => box.open")
    page.locator("#question").fill("")
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.locator("[data-key=t]").wait_for()
    page.keyboard.press("g")
    page.keyboard.press("q")
    page.wait_for_url("**/desk/")
    page.keyboard.press("/")
    page.wait_for_url("**/desk/search/")
    assert who.wrong == []


def test_keys_are_shown_in_a_box_that_a_screen_reader_can_use(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site)
    page = who.page
    page.keyboard.press("j")
    before = focused(page)
    page.keyboard.press("?")
    box = page.get_by_role("dialog")
    box.wait_for()
    assert page.evaluate("document.getElementById('keys').contains(document.activeElement)")
    who.look("keys")
    page.keyboard.press("j")
    page.keyboard.press("Escape")
    assert not page.locator("#keys").evaluate("box => box.open")
    assert focused(page) == before
    assert who.wrong == []


def test_who_turned_single_keys_off_is_left_alone_by_them(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site)
    page = who.page
    page.goto(f"{site.address}/desk/keys/")
    page.locator("[name=single_keys]").uncheck()
    page.locator("form[action='/desk/keys/'] button").click()
    page.wait_for_load_state()
    page.goto(f"{site.address}/desk/")
    before = focused(page)
    for key in "jo?gi":
        page.keyboard.press(key)
    assert focused(page) == before
    assert not page.locator("#keys").evaluate("box => box.open")
    assert page.url.endswith("/desk/")
    page.goto(f"{site.address}/desk/keys/")
    assert not page.locator("[name=single_keys]").is_checked()


def test_the_new_pages_have_no_faults(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site)
    for path in ("/desk/", "/desk/?view=risk&ground=national_ethnic", "/desk/search/", "/desk/times/", "/desk/keys/"):
        who.page.goto(f"{site.address}{path}")
        who.look(path)
    who.page.goto(f"{site.address}/desk/search/")
    who.page.locator("#words").fill("vikali")
    who.page.keyboard.press("Enter")
    who.page.locator("mark").first.wait_for(state="attached")
    who.page.locator(".fold > summary").first.click()
    who.page.locator("mark").first.wait_for()
    who.look("found")
    assert who.wrong == []


def test_the_menu_is_one_line_on_a_phone_and_opens_without_script_and_mouse(open_phone: Open, site: Site) -> None:
    page = open_phone(with_script=False, width=360).new_page()
    who = Walker(page, "sr-Cyrl", False)
    walk.log_in(who, site, site.members[0])
    page.goto(f"{site.address}/desk/search/")
    box = page.locator(".menu").bounding_box()
    assert box is not None
    assert box["height"] < 50
    assert not page.locator(".menu a:visible").count()
    page.locator(".menu summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(".menu a:focus").get_attribute("href") == "/desk/"
    assert page.locator(".menu a:visible[aria-current=page]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")


def test_the_menu_has_no_faults_folded_unfolded_and_wide(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site, 0)
    assert who.page.locator(".menu a:visible").count() > 10
    who.page.set_viewport_size({"width": 360, "height": 740})
    who.look("folded")
    who.page.locator(".menu summary").click()
    who.look("unfolded")
    assert who.page.evaluate("document.documentElement.scrollWidth") == 360
    assert who.wrong == []


def a_taken_report(who: Walker, number: int = 0) -> str:
    """Its address; the page shows it."""
    address = lines(who.page)[number]
    who.page.locator(f"a[href='{address}']").focus()
    who.page.keyboard.press("o")
    who.page.wait_for_url(f"**{address}")
    who.page.keyboard.press("t")
    who.page.locator("#settling").wait_for()
    return address


def test_a_refused_form_leads_to_what_has_to_be_mended(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site, 1)
    a_taken_report(who)
    who.page.locator("#settling .settle__on button").first.focus()
    who.page.keyboard.press("Enter")
    who.page.locator("#mistakes").wait_for()
    assert focused(who.page) == "mistakes"
    who.page.keyboard.press("Tab")
    assert focused(who.page) == "#verification"


def test_boxes_are_walked_with_arrows_and_a_long_list_is_searched_in_either_script(
    open_phone: Open, site: Site
) -> None:
    who = at_the_queue(open_phone, site, 1)
    a_taken_report(who)
    page = who.page
    page.locator("#targets summary", has_text="Прикажи све").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert focused(page) == "targets-find"
    page.keyboard.type("qqq")
    assert page.locator("#targets [data-find] [role=status]").inner_text() == "На списку нема ничега са тим словима."
    page.keyboard.press("Control+A")
    page.keyboard.type("Izbegl")
    assert page.locator("#targets [data-find] [role=status]").inner_text() == ""
    page.keyboard.press("Enter")
    code = "document.activeElement.value"
    assert page.evaluate(code) == "migrant_refugee"
    page.keyboard.press("Space")
    assert page.locator("#targets .coded:visible").count() == 1
    page.locator("#targets-find").fill("")
    page.locator("#targets [value=migrant_refugee]").focus()
    page.keyboard.press("ArrowUp")
    before = page.evaluate(code)
    page.keyboard.press("ArrowDown")
    assert before != page.evaluate(code) == "migrant_refugee"
    assert page.locator("#targets [value=migrant_refugee]").is_checked()
    assert who.wrong == []


def test_twins_are_reached_by_their_heading_and_kept_in_sight(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site, 2)
    a_taken_report(who)
    page = who.page
    page.keyboard.press("e")
    assert focused(page) == "twins"
    page.locator("form[action*='/compare'] button").first.focus()
    page.keyboard.press("Enter")
    page.locator(".twin .points").wait_for()
    assert focused(page).startswith("alike-")
    page.locator("form[action*='/not-the-same'] button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#twins")
    assert focused(page) == "twins"


def test_a_key_leads_from_a_report_that_is_done_to_the_next(open_phone: Open, site: Site) -> None:
    who = at_the_queue(open_phone, site, 2)
    second = lines(who.page)[1]
    a_taken_report(who)
    who.page.keyboard.press("d")
    who.page.keyboard.press("ArrowDown")
    who.page.locator("form[action$='/set-aside'] button").focus()
    who.page.keyboard.press("Enter")
    who.page.locator("[data-key=y]").wait_for()
    who.page.keyboard.press("y")
    who.page.wait_for_url(f"**{second}")
