"""The steps of the whole way, as a person takes them; the tests put them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from incidents.services.accounts import Member
from tests.browser.conftest import LONGEST_MS, Site
from tests.builders import PASSWORD

_FINDS = Axe()


@dataclass
class Walker:
    """Somebody at a browser."""

    page: Page
    tag: str
    with_script: bool = True
    wrong: list[str] = field(default_factory=list)
    """What the accessibility check finds, by page."""

    def look(self, name: str) -> None:
        """Check the page that is open. Without script axe cannot run; the pages are the same.

        What leads to it is pressed with `press`: axe breaks on a page that is being left, or checks the one before.
        """
        if self.with_script:
            self.page.wait_for_load_state()
            self.wrong += [
                f"{name}: {found['id']} {[node['target'] for node in found['nodes']]}"
                for found in _FINDS.run(self.page).response["violations"]
            ]

    def press(self, selector: str) -> None:
        """Click what leads to another page, and wait for it: a click alone may end before a busy browser leaves."""
        with self.page.expect_navigation(timeout=LONGEST_MS):
            self.page.locator(selector).first.click(timeout=LONGEST_MS)

    def go(self, path: str, name: str) -> None:
        answer = self.page.goto(path)  # Firefox keeps the status to itself
        assert answer is None or answer.status == 200, (path, answer)
        self.look(name)


@dataclass(frozen=True)
class Told:
    """What a reporter tells."""

    role: str = "victim"
    act: str = "threat"
    ground: str = "religious_belief"
    month: str = "2026-10"
    setting: str = "street"
    place: str = "Суботица"
    words: str = "Викали су ми на улици да идем одавде."


def report(who: Walker, told: Told) -> str:
    """File a report; gives the receipt code."""
    page = who.page
    who.go(f"/{who.tag}/", "start")
    who.press(f"main a[href='/{who.tag}/report']")

    def on() -> None:
        who.look("form")
        if who.with_script:
            page.locator(".step:visible .step__on button:not(.button--plain)").click()

    page.locator(f"[name=role][value={told.role}]").check()
    on()
    _tick(page, "acts", told.act)
    on()
    _tick(page, "grounds", told.ground)
    on()
    on()
    page.locator("[name=when][value=month]").check()
    page.locator("#month").fill(told.month)
    on()
    _tick(page, "setting", told.setting)
    page.locator("#place").fill(told.place)
    on()
    page.locator("#words").fill(told.words)
    on()
    on()
    who.press(".send button")
    page.locator("p#code").wait_for()
    who.look("receipt")
    return page.locator("p#code").inner_text()


def _tick(page: Page, name: str, code: str) -> None:
    box = page.locator(f"[name={name}][value={code}]").first
    if not box.is_visible():
        page.locator(f"#{name} details summary").first.click()
    box.check()


def status(who: Walker, code: str) -> str:
    """What the receipt code shows."""
    who.go(f"/{who.tag}/receipt", "return")
    who.page.locator("#code").fill(code)
    who.press("main form button")
    who.look("status")
    return who.page.locator("h1").inner_text()


def log_in(who: Walker, site: Site, member: Member) -> None:
    type_login(who, member.name, PASSWORD, site.code_of(member))


def type_login(who: Walker, name: str, password: str, code: str) -> None:
    who.go("/desk/login", "login")
    who.page.locator("#name").fill(name)
    who.page.locator("#password").fill(password)
    who.page.locator("#code").fill(code)
    who.press("main form button:not([type=button])")
    who.page.locator(".queue, main > p").first.wait_for(state="attached")
    assert who.page.url.endswith("/desk/"), who.page.url


def propose(who: Walker, *, act: str, ground: str, place: str = "", verification: str = "2", bias: str = "2") -> None:
    """Take the first report that waits, or the first from this place, and propose an incident from it."""
    page = who.page
    who.go("/desk/", "queue")
    who.press(f".queue__line:has-text('{place}') a")
    who.press("form[action$='/take'] button")
    page.locator(".points").first.wait_for()
    who.look("report")
    assert page.locator(f".settle [name=acts][value={act}]").is_checked()
    assert page.locator(f".settle [name=grounds][value={ground}]").is_checked()
    page.locator("[name=verification]").select_option(verification)
    page.locator("[name=bias_strength]").select_option(bias)
    who.press(".settle__on button")
    page.locator("a[href*='/desk/incidents/']:not([href$='/incidents/'])").first.wait_for()
    who.look("settled")


def accept(who: Walker) -> None:
    """Accept the one incident that waits."""
    who.go("/desk/incidents/", "incidents")
    who.press(".queue__line a")
    who.look("incident")
    who.press("form[action$='/accept'] button")
    who.page.locator("form[action$='/reopen']").wait_for()


def build(who: Walker) -> None:
    who.go("/desk/releases/", "releases")
    who.press("form[action$='/build'] button")
    who.page.locator("form[action$='/sign'] button").first.wait_for()


def sign(who: Walker) -> None:
    who.go("/desk/releases/", "releases")
    who.press("form[action$='/sign'] button")
    who.page.locator("form[action$='/sign']").wait_for(state="detached")
    who.look("signed")


def download(who: Walker, table: str) -> str:
    """The CSV of one table, fetched by its link on the page of figures."""
    who.go(f"/{who.tag}/statistics/", "figures")
    with who.page.expect_download() as started:
        who.page.locator(f"a[href$='/tables/{table}.{who.tag}.csv']").click()
    return Path(started.value.path()).read_text(encoding="utf-8")


Open = Callable[..., BrowserContext]
