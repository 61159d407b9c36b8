"""Every page for everybody: by axe and by hand-made checks of what axe cannot see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from incidents.core.languages import AT_DESK, LANGUAGES
from tests.browser import asked, shown
from tests.browser.asked import at
from tests.browser.running import RunningSite
from tests.browser.shown import KINDS, LOOKS, Known, Look
from tests.browser.walk import Walker

pytestmark = pytest.mark.browser
TAGS = [language.tag for language in LANGUAGES]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path_factory.mktemp("trial"))
    site.start()
    yield site
    site.kill()


@pytest.fixture(scope="module")
def known(browser: Browser, running: RunningSite) -> Known:
    return asked.ask_a_reporter(browser, running)


@pytest.fixture(scope="module")
def context(browser: Browser, running: RunningSite) -> Iterator[BrowserContext]:
    context = at(browser, running)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, running: RunningSite) -> Iterator[Page]:
    """A tab in which nothing may be fetched from elsewhere, and about which the browser may not complain."""
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda asked: None if asked.url.startswith(running.address) else wrong.append(asked.url))
    page.on("console", lambda said: wrong.append(said.text) if is_complaint(said, page) else None)
    yield page
    page.close()
    assert wrong == []


def is_complaint(said, page: Page) -> bool:
    """A page that says what is wrong carries the status of that, which Chromium notes."""
    return said.type in {"error", "warning"} and not (
        "the server responded with a status of 4" in said.text and "/static/" not in said.location["url"]
    )


@pytest.mark.parametrize("tag", TAGS)
def test_every_page_in_every_language_passes_axe_and_fits_with_any_spacing(page: Page, known: Known, tag: str) -> None:
    """Each kind of page in each language in one look; over all of them every kind and every language in all looks."""
    wrong: list[str] = []
    for number, (kind, opening) in enumerate(KINDS.items()):
        look = LOOKS[(number + TAGS.index(tag)) % len(LOOKS)]
        look.put_on(page)
        opening(page, tag, known)
        shown.ready(page)
        here = shown.found_by_axe(page) + shown.does_not_fit(page)
        Look("light", 320).put_on(page)
        shown.wear(page, shown.SPACED)
        wrong += [f"{kind}, {look}: {what}" for what in here + shown.does_not_fit(page)]
    assert wrong == []


@pytest.mark.parametrize("tag", [language.tag for language in AT_DESK])
def test_every_page_of_the_desk_passes_axe_and_fits(page: Page, running: RunningSite, known: Known, tag: str) -> None:
    wrong: list[str] = []
    if not page.context.cookies():
        asked.come_in(Walker(page, tag), running, "Vesna")
    shown.speak_at_desk(page, tag)
    for number, (kind, opening) in enumerate(shown.AT_DESK.items()):
        look = Look(("light", "dark", "forced")[(number + TAGS.index(tag)) % 3], 1280)
        look.put_on(page)
        opening(page, known)
        shown.ready(page)
        wrong += [f"{kind}, {look}: {what}" for what in shown.found_by_axe(page) + shown.does_not_fit(page)]
    assert wrong == []


WALKED = ["start", "whole form", "mistakes", "return", "status", "help", "figures"]
# What can be reached by Tab, in the order of reading; of a group of radio buttons only one.
_STOPS = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
    .filter(one => one.checkVisibility() && one.tabIndex >= 0 && !one.closest(".trap") && one.type !== "hidden"
        && !(one.type === "radio" && one !== (document.querySelector(`[name=${one.name}]:checked`)
            || document.querySelector(`[name=${one.name}]`))))
    .length"""
_STOP = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    if (one === document.body) return null;
    const top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const corners = [[.5, .5], [.1, .2], [.9, .8], [.5, .95]].map(([x, y]) =>
        document.elementFromPoint(box.left + box.width * x, top + (bottom - top) * y));
    const all = [...document.querySelectorAll("*")];
    return {
        place: all.indexOf(one),
        name: one.outerHTML.slice(0, 100),
        outlined: getComputedStyle(one).outlineStyle !== "none",
        seen: corners.some(there => there && (one.contains(there) || there.contains(one) || there.closest("label"))),
    };
}"""


@pytest.mark.parametrize("kind", WALKED)
def test_the_keyboard_goes_everywhere_in_the_order_of_reading_and_is_seen(page: Page, known: Known, kind: str) -> None:
    """In a window of 320 by 256: what is left of a screen of 1280 by 1024 at 400 %."""
    KINDS[kind](page, "sr-Cyrl", known)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 256})
    page.evaluate("scrollTo(0, 0); document.activeElement.blur()")
    page.locator(".skip").focus()
    stops = [page.evaluate(_STOP)]
    presses = 0
    while len(stops) < page.evaluate(_STOPS):
        page.keyboard.press("Tab")
        presses += 1
        stop = page.evaluate(_STOP)
        assert stop, stops[-1]
        if stop["place"] != stops[-1]["place"]:  # day, month and year of one date are three stops
            stops.append(stop)
    places = [stop["place"] for stop in stops]
    assert places == sorted(set(places))
    assert [stop["name"] for stop in stops[1:] if not (stop["outlined"] and stop["seen"])] == []
    for _ in range(presses):
        page.keyboard.press("Shift+Tab")
        stop = page.evaluate(_STOP)
        assert stop["seen"], stop["name"]


@pytest.mark.parametrize("kind", ["start", "whole form", "figures"])
def test_nothing_moves_for_those_who_asked_for_calm(page: Page, known: Known, kind: str) -> None:
    KINDS[kind](page, "hu", known)
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    assert page.evaluate("document.getAnimations().length") == 0


@pytest.mark.parametrize("kind", ["start", "sent", "status", "help", "privacy", "figures"])
def test_a_printed_page_is_dark_on_white_and_holds_what_is_read(page: Page, known: Known, kind: str) -> None:
    KINDS[kind](page, "sr-Cyrl", known)
    page.set_viewport_size({"width": 700, "height": 990})
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator("h1").is_visible()
    assert not [part for part in (".exit", ".top", ".foot") if page.locator(part).is_visible()]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown.ready(page)
    assert [what for what in shown.found_by_axe(page) if "contrast" in what] == []
    assert page.pdf().startswith(b"%PDF")
