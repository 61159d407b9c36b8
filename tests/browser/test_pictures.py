"""Pictures for the guides, taken of a running trial; with DRAW_PICTURES set they go to docs/_static."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from tests.browser import asked, shown, walk
from tests.browser.running import RunningSite
from tests.browser.walk import Told, Walker
from tests.test_house import ROOT

pytestmark = pytest.mark.browser
STATIC = ROOT / "docs" / "_static"
MOST = 60_000
_COLOURS = 32
_TOLD = Told(place="Нови Кнежевац", words="Комшиница Милица је викала на мене да идем одавде.")
_DESK = {"width": 1120, "height": 860}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path)
    site.start()
    yield site
    site.kill()


def taken(page: Page) -> bytes:
    """What stands in the window, in few colours."""
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as whole:
        few = whole.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    written = io.BytesIO()
    few.save(written, "PNG", optimize=True)
    return written.getvalue()


def on_a_phone(browser: Browser, running: RunningSite) -> Iterator[tuple[str, bytes]]:
    context = asked.at(browser, running)
    page = context.new_page()
    page.goto("/sr-Cyrl/report")
    page.locator("[name=role][value=victim]").check()
    yield "form", taken(page)
    walk.report(Walker(page, "sr-Cyrl"), _TOLD)
    yield "receipt", taken(page)
    context.close()


def at_the_desk(browser: Browser, running: RunningSite) -> Iterator[tuple[str, bytes]]:
    context = asked.at(browser, running)
    page = context.new_page()
    page.set_viewport_size(_DESK)
    asked.come_in(Walker(page, "sr-Cyrl"), running, "Ana")
    shown.speak_at_desk(page, "en")
    page.goto("/desk/")
    yield "queue", taken(page)
    page.locator(".queue__line").filter(has_text=_TOLD.place).locator("a").first.click()
    page.locator("form[action$='/take'] button").click()
    page.locator("summary[data-key=n]").click()
    page.set_viewport_size({**_DESK, "height": 1080})
    page.evaluate("scrollTo(0, 0)")
    yield "report", taken(page)
    page.goto("/en/statistics/")
    page.locator("main section:has(svg)").first.evaluate("section => section.scrollIntoView()")
    yield "statistics", taken(page)
    context.close()


def test_the_guides_have_small_pictures_of_what_is_there(
    browser: Browser, running: RunningSite, tmp_path: Path
) -> None:
    into = STATIC if os.environ.get("DRAW_PICTURES") else tmp_path
    for name, picture in (*on_a_phone(browser, running), *at_the_desk(browser, running)):
        assert len(picture) < MOST, name
        (into / f"{name}.png").write_bytes(picture)
    assert {path.name for path in into.glob("*.png")} == {path.name for path in STATIC.glob("*.png")}
