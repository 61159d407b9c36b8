"""Every kind of page that people see, and how it may be looked at: light or dark, wide or narrow, large or spaced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TYPED = "Комшија ми прети, a policija kaže da „nije ništa”. <b>7*7</b> 👩‍🦽"
_LEAST = {"role": "victim", "acts": "threat", "grounds": "age", "when": "unknown", "setting": "street"}
"""The answers without which no report is taken."""
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
# From the top: else what sticks there may cover what is measured.
_FINDINGS = """async (rules) => (scrollTo(0, 0), await axe.run(document, rules)).violations
    .flatMap(found => found.nodes.map(node => `${found.id}: ${node.html.slice(0, 160)}`))"""
# Sheets that a script makes are none that a policy could refuse, so the policy stays in force.
_SHEET = """(rules) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    document.adoptedStyleSheets = [sheet];
}"""
SPACED = (
    "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    "p { margin-bottom: 2em !important }"
)
"""What readers may set for themselves (WCAG 2.2, 1.4.12)."""
_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const found = [...document.querySelectorAll("body *")].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > width + 1 && !one.closest(".scroll, .unseen");
    });
    return found.slice(0, 3).map(one => `wider than the page: ${one.outerHTML.slice(0, 160)}`).concat("it scrolls");
}"""
_CUT_OFF = """() => [...document.querySelectorAll("body *:not(textarea, input, select, .unseen, .trap, .trap *)")]
    .filter(one => one.getClientRects().length && getComputedStyle(one).overflow !== "visible"
        && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
        && !/auto|scroll/.test(getComputedStyle(one).overflow))
    .map(one => `cut off: ${one.outerHTML.slice(0, 160)}`)"""


@dataclass(frozen=True)
class Look:
    colours: str
    """light, dark, or forced: the few colours that a reader chose for all pages."""
    width: int

    def put_on(self, page: Page) -> None:
        page.set_viewport_size({"width": self.width, "height": 1024 if self.width > 400 else 640})
        page.emulate_media(
            color_scheme="dark" if self.colours == "dark" else "light",
            forced_colors="active" if self.colours == "forced" else "none",
            reduced_motion="reduce",
        )


LOOKS = [Look(colours, width) for colours, width in product(("light", "dark", "forced"), (320, 360, 1280))]


@dataclass
class Known:
    """What somebody must know to see all pages of a site."""

    code: str = ""
    """Of a report that the desk has asked about."""
    report: str = ""
    """Its address at the desk."""


Opening = Callable[[Page, str, Known], Any]
DeskOpening = Callable[[Page, Known], Any]


def _at(path: str) -> Opening:
    return lambda page, tag, _known: page.goto(f"/{tag}/{path}")


def _everything(page: Page, tag: str, _known: Known) -> None:
    """The form as one long page, every branch and every list open, much of it answered."""
    page.goto(f"/{tag}/report")
    unfold(page)
    for name, code in (("when", "exact"), ("wish", "pass_on"), ("role", "victim")):
        page.locator(f"[name={name}][value={code}]").check()
    for ground in ("national_ethnic", "religious_belief", "disability"):
        page.locator(f"[name=grounds][value={ground}]").check()
    page.locator("#words").fill(TYPED)


def _mistakes(page: Page, tag: str, _known: Known) -> None:
    page.goto(f"/{tag}/report")
    unfold(page)
    page.locator("[name=when][value=exact]").check()
    page.locator("#place").fill("x" * 300)
    page.locator("#words").fill(TYPED)
    _send_as_it_is(page, "#journey")
    unfold(page)


def _last_step(page: Page, tag: str, _known: Known) -> None:
    page.goto(f"/{tag}/report")
    page.locator("[name=role][value=witness]").check()
    for _ in range(20):
        on = page.locator(".step:not([hidden]) .step__on button:not(.button--plain)")
        if not on.count():
            break
        if page.locator("#words").is_visible():
            page.locator("#words").fill(f"{TYPED} 064/123-45-67")
        on.click()
    page.locator("[data-answers] dt").first.wait_for()


def _sent(page: Page, tag: str, _known: Known) -> None:
    page.goto(f"/{tag}/report")
    unfold(page)
    for name, code in (
        ("role", "victim"),
        ("acts", "threat"),
        ("grounds", "age"),
        ("when", "unknown"),
        ("setting", "street"),
    ):
        page.locator(f"[name={name}][value={code}]").check()
    page.locator("#words").fill(TYPED)
    _send_as_it_is(page, "#journey")
    page.locator("p#code").wait_for()


def _looked_up(code: str | None) -> Opening:
    def opened(page: Page, tag: str, known: Known) -> None:
        page.goto(f"/{tag}/receipt")
        page.locator("#code").fill(known.code if code is None else code)
        with page.expect_navigation():
            page.locator("main form button").first.click()

    return opened


def _empty_answer(page: Page, tag: str, known: Known) -> None:
    _looked_up(None)(page, tag, known)
    _send_as_it_is(page, "form:has(#answer)")


def _send_as_it_is(page: Page, form: str) -> None:
    with page.expect_navigation():
        page.evaluate("form => document.querySelector(form).submit()", form)


def unfold(page: Page) -> None:
    """Everything that is folded away or waits in a later step."""
    page.evaluate(
        """() => {
            document.querySelectorAll(".step").forEach(step => { step.hidden = false; });
            document.querySelectorAll("details").forEach(one => { one.open = true; });
        }"""
    )


KINDS: dict[str, Opening] = {
    "start": _at(""),
    "first step": _at("report"),
    "whole form": _everything,
    "mistakes": _mistakes,
    "last step": _last_step,
    "sent": _sent,
    "return": _at("receipt"),
    "wrong code": _looked_up("1234 5678"),
    "status": _looked_up(None),
    "empty answer": _empty_answer,
    "help": _at("help"),
    "privacy": _at("privacy"),
    "languages": _at("languages"),
    "figures": _at("statistics/"),
    "first figures": _at("statistics/1/"),
    "one table": _at("statistics/1/tables/district/"),
    "two dimensions": _at("statistics/1/tables/region_ground/"),
    "nothing there": _at("nothing"),
}


def ready(page: Page) -> None:
    """Axe is laid into the page by the tool, past a policy that lets nothing else in."""
    page.evaluate(AXE_SCRIPT)


def found_by_axe(page: Page) -> list[str]:
    return list(page.evaluate(_FINDINGS, _RULES))


def wear(page: Page, rules: str) -> None:
    page.evaluate(_SHEET, rules)


def does_not_fit(page: Page) -> list[str]:
    """What is wider than the page, or cut off."""
    return list(page.evaluate(_TOO_WIDE)) + list(page.evaluate(_CUT_OFF))


def speak_at_desk(page: Page, tag: str) -> None:
    page.goto("/desk/")
    page.locator("details.self summary").click()
    page.locator("#desk-language").select_option(tag)
    page.locator("form[action$='/desk/language'] button").click()
    page.locator(f"html[lang='{tag}']").wait_for()


def _first(listed: str, link: str) -> DeskOpening:
    def opened(page: Page, _known: Known) -> None:
        page.goto(listed)
        page.goto(page.locator(link).first.get_attribute("href") or "")

    return opened


def _of_desk(path: str) -> DeskOpening:
    return lambda page, _known: page.goto(path)


def _taken(page: Page, known: Known) -> None:
    page.goto(known.report)
    unfold(page)


AT_DESK: dict[str, DeskOpening] = {
    "queue": _of_desk("/desk/"),
    "report that waits": _first("/desk/", ".queue__line a"),
    "report with a question": _taken,
    "incidents": _of_desk("/desk/incidents/"),
    "incident": _first("/desk/incidents/", "main a[href*='/desk/incidents/']"),
    "passed on": _of_desk("/desk/referrals/"),
    "releases": _of_desk("/desk/releases/"),
    "notices": _of_desk("/desk/notices/"),
    "notice": _first("/desk/notices/", "main a[href*='/desk/notices/']"),
    "rules": _of_desk("/desk/rules/"),
    "new rule": _of_desk("/desk/rules/new"),
    "retention": _of_desk("/desk/retention/"),
    "account": _of_desk("/desk/account"),
    "members": _of_desk("/desk/members/"),
    "invitation": _of_desk("/desk/members/invitations/new"),
    "trail": _of_desk("/desk/audit"),
    "nothing": _of_desk("/desk/nothing"),
}
