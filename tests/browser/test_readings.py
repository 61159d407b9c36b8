"""The readings of others, live while a member codes, and without script after a button."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_definitions import before_the_form, sideways
from tests.browser.walk import Open

pytestmark = pytest.mark.browser

_LINES = """() => [...document.querySelectorAll("#readings [data-in], #readings [data-out], #readings [data-line]")]
    .filter(one => one.checkVisibility()).map(one => one.textContent.replace(/\\s+/g, " ").trim())"""


def lines(page: Page) -> list[str]:
    return [str(line) for line in page.evaluate(_LINES)]


def tick(page: Page, name: str, *codes: str) -> None:
    """Tick these and no others, as if by hand."""
    page.evaluate(
        "name => document.querySelectorAll(`#${name} details.more`).forEach(one => { one.open = true; })", name
    )
    for box in page.locator(f"#settling [name={name}]").all():
        if box.is_checked() != (box.get_attribute("value") in codes):
            box.set_checked(box.get_attribute("value") in codes)


def code(page: Page, acts: list[str], grounds: list[str], targets: list[str], strength: str = "3") -> None:
    tick(page, "acts", *acts)
    tick(page, "grounds", *grounds)
    tick(page, "targets", *targets)
    page.locator("#verification").select_option("2")
    page.locator("#bias_strength").select_option(strength)


@pytest.mark.parametrize(
    ("acts", "grounds", "targets", "strength", "is_in"),
    [
        (["physical_attack", "verbal_insult"], ["national_ethnic"], ["roma"], "3", True),
        (["threat"], ["religious_belief", "sex"], [], "3", True),
        (["threat"], ["political_belief"], ["political_opponents"], "3", False),
        (["arson"], ["national_ethnic"], ["jewish", "defenders_allies"], "0", False),
        (["unequal_work"], ["age"], [], "3", False),
    ],
)
def test_what_is_shown_at_once_is_what_the_server_says(
    open_phone: Open, site: Site, acts: list[str], grounds: list[str], targets: list[str], strength: str, is_in: bool
) -> None:
    who = before_the_form(open_phone, site, "sr-Cyrl", width=1280)
    page = who.page
    before = lines(page)
    code(page, acts, grounds, targets, strength)
    live = lines(page)
    assert live != before
    assert live[0].startswith("Ишло би у ОДИХР" if is_in else "Не би ишло у ОДИХР")
    with page.expect_navigation():  # the button is there for those without script
        page.locator("button[formaction$='/read#readings']").evaluate("button => button.click()")
    page.wait_for_url("**/read#readings")
    assert lines(page) == live
    who.look("readings")
    assert who.wrong == []


@pytest.mark.parametrize("tag", ["sr-Cyrl", "hu"])
def test_without_script_a_button_reads_it_anew(open_phone: Open, site: Site, tag: str) -> None:
    page = before_the_form(open_phone, site, tag, width=360, with_script=False).page
    before = lines(page)
    page.locator("#bias_strength").select_option("0")
    assert lines(page) == before
    page.locator("button[formaction$='/read#readings']").click()
    page.wait_for_url("**/read#readings")
    assert len(lines(page)) == len(before) + 1
    assert sideways(page) == 0
