"""A picture is redacted at the desk by keys alone, by pointer, and without script."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from playwright.sync_api import Page

from incidents.adapters.remaking import remake
from incidents.services import files
from tests import builders
from tests.adapters.test_remaking import with_notes
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.walk import Open, Walker
from tests.builders import a_report

pytestmark = pytest.mark.browser


@pytest.fixture
def report(site: Site) -> str:
    with site.database.unit_of_work() as session:
        code = builders.send(session, a_report(), site.settings, now=site.now())
        content = with_notes()
        today = site.now().date()
        files.add_file(session, code, content, remake(content), today=today, pepper=site.settings.pepper)
    with site.database.reader() as session:
        return f"{site.address}/desk/reports/{builders.only_report(session)}"


def at_the_drawing(open_phone: Open, site: Site, report: str, *, with_script: bool = True, width: int = 1280) -> Walker:
    who = Walker(open_phone(with_script=with_script, width=width).new_page(), "sr-Cyrl", with_script)
    walk.log_in(who, site, site.members[0])
    page = who.page
    page.goto(report)
    for button in ("form[action$='/take'] button", "form[action$='/redacted/begin'] button"):
        page.locator(button).focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.wait_for_url("**/redacted/draw")
    return who


def numbers(page: Page) -> list[float]:
    """Left, top, width and height of the first row."""
    row = page.locator(".redact__rows tbody tr").first
    return [float(row.locator(f"[name={name}]").input_value()) for name in ("left", "top", "width", "height")]


def brightest_in_the_middle(page: Page, site: Site) -> int:
    """Of the redacted picture, around its middle."""
    source = page.locator(".pages img").first.get_attribute("src")
    answer = page.context.request.get(f"{site.address}{source}")
    picture = Image.open(io.BytesIO(answer.body())).convert("L")
    wide, high = picture.size
    top = picture.crop((wide * 45 // 100, high * 45 // 100, wide * 55 // 100, high * 55 // 100)).getextrema()[1]
    return int(top)  # type: ignore[arg-type]  # of one band


def test_a_picture_is_redacted_by_keys_alone(open_phone: Open, site: Site, report: str) -> None:
    who = at_the_drawing(open_phone, site, report)
    page = who.page
    page.locator("[data-add]").focus()
    page.keyboard.press("Enter")
    assert numbers(page) == [35, 45, 30, 10]
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert numbers(page) == [33, 44, 31, 12]
    page.keyboard.press("Tab")
    page.locator("[data-add]").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    assert page.locator("rect").count() == 1
    page.keyboard.press("Escape")
    page.locator("h1").evaluate("title => title.tabIndex = -1")
    page.locator("h1").focus()
    page.keyboard.press("w")
    page.wait_for_url("**/redacted/")
    assert brightest_in_the_middle(page, site) <= 2
    assert who.wrong == []


def test_a_box_is_drawn_with_the_pointer_and_lies_where_it_was_drawn(open_phone: Open, site: Site, report: str) -> None:
    who = at_the_drawing(open_phone, site, report)
    page = who.page
    sheet = page.locator(".redact__sheet svg").bounding_box()
    assert sheet is not None
    at = lambda x, y: (sheet["x"] + sheet["width"] * x, sheet["y"] + sheet["height"] * y)  # noqa: E731 (of one line)
    page.mouse.move(*at(0.6, 0.7))
    page.mouse.down()
    page.mouse.move(*at(0.3, 0.4), steps=3)
    page.mouse.up()
    assert numbers(page) == pytest.approx([30, 40, 30, 30], abs=1)
    page.locator("[data-key=w]").click()
    page.wait_for_url("**/redacted/")
    assert brightest_in_the_middle(page, site) <= 2
    assert who.wrong == []


@pytest.mark.parametrize("width", [360, 1280])
def test_boxes_are_typed_without_script(open_phone: Open, site: Site, report: str, width: int) -> None:
    who = at_the_drawing(open_phone, site, report, with_script=False, width=width)
    page = who.page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    row = page.locator(".redact__rows tbody tr").first
    for name, value in (("left", "30"), ("top", "40"), ("width", "40"), ("height", "20")):
        row.locator(f"[name={name}]").fill(value)
    who.press("[name=look]")
    assert page.locator("rect").count() == 1
    page.locator("main form > p .button").click()
    page.wait_for_url("**/redacted/")
    assert brightest_in_the_middle(page, site) <= 2
    assert who.wrong == []
