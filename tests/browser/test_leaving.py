"""Nothing typed comes back: after the exit and after the receipt, over TLS, with the browser's page cache on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from incidents.config import Settings
from tests.browser.conftest import Certificate, Site, served
from tests.browser.firefox import Firefox
from tests.browser.going_back import TYPED, what_comes_back

pytestmark = [pytest.mark.browser, pytest.mark.history]
IN_CHROMIUM = pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])


@pytest.fixture
def site(settings: Settings, tmp_path: Path, certificate: Certificate) -> Iterator[Site]:
    with served(settings, tmp_path, certificate) as site:
        yield site


def fill(page: Page | Firefox, *, with_script: bool) -> None:
    page.goto("/sr-Cyrl/")
    page.goto("/sr-Cyrl/report")

    def on() -> None:
        if with_script:
            page.locator(".step:not([hidden]) .step__on button:not(.button--plain)").click()

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


@pytest.fixture
def tab(request: pytest.FixtureRequest, site: Site) -> Firefox:
    tab: Firefox = request.getfixturevalue(request.param)
    tab.base = site.address
    return tab


def test_a_page_left_by_an_ordinary_link_does_come_back(open_phone, site: Site) -> None:
    """Else the tests below could not fail."""
    page = open_phone(with_script=False).new_page()
    fill(page, with_script=False)
    page.goto(site.neutral)
    page.go_back(wait_until="commit")
    page.wait_for_timeout(300)
    assert page.locator("#words").input_value() == TYPED


@IN_CHROMIUM
def test_after_the_exit_nothing_comes_back(open_phone, site: Site, with_script: bool) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    fill(page, with_script=with_script)
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    history = context.new_cdp_session(page).send("Page.getNavigationHistory")
    addresses = [entry["url"] for entry in history["entries"]]
    assert addresses[-1] == site.neutral
    assert not [address for address in addresses if "/exit" in address]
    assert what_comes_back(page, site) == []
    assert context.cookies() == []


@IN_CHROMIUM
def test_after_sending_nothing_comes_back(open_phone, site: Site, with_script: bool) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    fill(page, with_script=with_script)
    page.locator(".send button").click()
    page.locator("p#code").wait_for()
    page.wait_for_timeout(300)
    assert what_comes_back(page, site) == []
    assert context.cookies() == []


@IN_CHROMIUM
def test_the_exit_from_a_receipt_takes_code_and_status_along(open_phone, site: Site, with_script: bool) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    fill(page, with_script=with_script)
    page.locator(".send button").click()
    code = page.locator("p#code").inner_text()
    page.goto("/sr-Cyrl/receipt")
    page.locator("#code").fill(code)
    page.locator("main form button").click()
    page.locator("#answer").fill(TYPED)
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    assert what_comes_back(page, site) == []
    assert context.cookies() == []


@pytest.mark.parametrize("tab", ["firefox", "safest_firefox"], indirect=True)
@pytest.mark.parametrize("sends", [False, True], ids=["after the exit", "after sending"])
def test_in_firefox_too_nothing_comes_back(tab: Firefox, site: Site, request, sends: bool) -> None:
    fill(tab, with_script=request.node.callspec.params["tab"] == "firefox")
    if sends:
        tab.locator(".send button").click()
        tab.locator("p#code").wait_for()
    else:
        tab.locator("a.exit").click()
        tab.wait_for_url("/weather")
    assert what_comes_back(tab, site) == []
    assert tab.cookies() == []


def test_three_times_shift_leaves(open_phone: Callable[..., BrowserContext], site: Site) -> None:
    page = open_phone().new_page()
    page.goto("/hu/report")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url(site.neutral)


def test_shift_with_another_key_is_no_wish_to_leave(open_phone: Callable[..., BrowserContext], site: Site) -> None:
    page = open_phone().new_page()
    page.goto("/sr-Latn/report#s7")
    page.locator("#words").focus()
    for key in ("A", "N", "A", "Tab", "Tab", "Tab", "Tab"):
        page.keyboard.press(f"Shift+{key}")
    page.wait_for_timeout(300)
    assert page.url.endswith("/report#s7")
    assert page.locator("#words").input_value() == "ANA"


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
