"""The way back from a page that was left: seven steps, and what is looked for on each of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from playwright.sync_api import Error, Page

from tests.browser.conftest import Site
from tests.browser.firefox import Firefox, Refused

TYPED = "зелена тајна реч"
STEPS_BACK = 7
TITLES = {"", ".", "Образац", "Шифра", "Пријава и бројке"}
"""All that the tab says on the way back: nothing of what happened, nothing of what was answered."""

Tab = Page | Firefox


def traces(page: Tab) -> list[str]:
    """What the open page gives away: words, ticks, a code, a title."""
    found: list[str] = []
    for typed in ("#words", "#answer", "#code"):
        field = page.locator(f"{typed}:is(input, textarea)")
        if field.count() and field.input_value():
            found.append(f"{typed} at {page.url}")
    if page.locator("input:checked:not([value=count_only])").count():
        found.append(f"ticks at {page.url}")
    if TYPED in page.content() or page.locator("p#code").count():
        found.append(f"text at {page.url}")
    if page.title() not in TITLES:
        found.append(f"title at {page.url}: {page.title()}")
    return found


def what_comes_back(page: Tab, site: Site, look: Callable[[Any], list[str]] = traces) -> list[str]:
    """Every trace on the pages that seven steps back show; some of them are ours."""
    found: list[str] = []
    ours: set[str] = set()
    for _ in range(STEPS_BACK):
        step_back(page)
        if page.url.startswith(site.address):
            ours.add(page.url)
            found += look(page)
    assert ours
    return found


def step_back(page: Tab) -> None:
    """A page that comes out of the browser's own store fires no event that it is there; one that cannot is refused."""
    if isinstance(page, Firefox):
        with suppress(Refused):
            page.go_back()
    else:
        with suppress(Error):
            page.go_back(wait_until="commit", timeout=1500)
        page.wait_for_timeout(200)
