"""Nothing typed comes back: after the exit and after the receipt, with the browser's page cache switched on."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from tests.browser.conftest import Site

pytestmark = pytest.mark.browser
TYPED = "зелена тајна реч"


def fill(page: Page, *, with_script: bool) -> None:
    page.goto("/sr-Cyrl/")
    page.goto("/sr-Cyrl/report")

    def on() -> None:
        if with_script:
            page.locator(".step:visible .step__on button:not(.button--plain)").click()

    page.locator("[name=role][value=victim]").check()
    on()
    page.locator("[name=acts][value=threat]").check()
    on()
    page.locator("[name=grounds][value=not_sure]").check()
    on()
    on()
    page.locator("[name=when][value=unknown]").check()
    on()
    page.locator("[name=setting][value=street]").check()
    on()
    page.locator("#words").fill(TYPED)
    on()
    on()


def what_comes_back(context: BrowserContext, page: Page) -> list[str]:
    """Every trace of an answer or a code on the pages that seven steps back show."""
    found: list[str] = []
    for _ in range(7):
        try:
            page.go_back(wait_until="commit", timeout=2500)
            page.wait_for_timeout(150)
        except Error:
            continue
        words = page.locator("#words")
        if words.count() and words.input_value():
            found.append(f"words at {page.url}")
        if page.locator("input:checked:not([value=count_only])").count():
            found.append(f"ticks at {page.url}")
        if TYPED in page.content() or page.locator("p#code").count():
            found.append(f"text at {page.url}")
    assert context.cookies() == []
    return found


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_after_the_exit_nothing_comes_back(open_phone, site: Site, with_script: bool) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    fill(page, with_script=with_script)
    page.locator("a.exit").click()
    page.wait_for_url("**/healthz")
    assert what_comes_back(context, page) == []


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_after_sending_nothing_comes_back(open_phone, site: Site, with_script: bool) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    fill(page, with_script=with_script)
    page.locator(".send button").click()
    page.locator("p#code").wait_for()
    page.wait_for_timeout(300)
    assert what_comes_back(context, page) == []


def test_three_times_shift_leaves(open_phone, site: Site) -> None:
    page = open_phone().new_page()
    page.goto("/hu/report")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("**/healthz")


@pytest.mark.parametrize("path", ["", "report", "receipt", "help", "privacy"])
def test_the_exit_comes_first_and_is_never_covered(open_phone, site: Site, path: str) -> None:
    page = open_phone(width=320).new_page()
    page.goto(f"/sr-Cyrl/{path}")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "exit"
    page.mouse.wheel(0, 3000)
    page.wait_for_timeout(100)
    box = page.locator("a.exit").bounding_box()
    assert box is not None
    assert box["y"] == 0
    assert box["height"] >= 44
    on_top = "([x, y]) => document.elementFromPoint(x, y).className"
    assert page.evaluate(on_top, [160, 20]) == "exit"
