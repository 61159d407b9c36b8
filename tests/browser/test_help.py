"""Help and the complaint on a phone: with and without script, in two scripts, and nothing of it comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.adapters.test_paper import words_of
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.going_back import TYPED, what_comes_back
from tests.browser.walk import Open, Told, Walker

pytestmark = [pytest.mark.browser, pytest.mark.history]


def ask(page: Page, place: str) -> None:
    page.locator("[name=act]").select_option("unequal_authority")
    page.locator("[name=place]").fill(place)
    with page.expect_navigation():
        page.locator(".ask button.button").click()


def fill_in(page: Page) -> None:
    page.locator("[name=for_whom][value=other]").check()
    page.locator("[name=grounds][value=disability]").check()
    for name in ("name", "person", "what", "evidence"):
        page.locator(f"[name={name}]").fill(f"{TYPED} {name}")


def traces_of_complaint(page: Page) -> list[str]:
    """What stands in fields of the page that is open."""
    fields = page.locator("main input[type=text], main textarea").evaluate_all("all => all.map(one => one.value)")
    ticked = page.locator("main input:checked:not([value^=sr-]):not([value=self])").count()
    return [value for value in fields if value] + ["ticked"] * ticked


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize(("tag", "place"), [("sr-Cyrl", "у Суботици"), ("hu", "Szabadkán")])
def test_from_the_receipt_to_a_document_in_the_hand(
    open_phone: Open, site: Site, tmp_path: Path, tag: str, place: str, with_script: bool
) -> None:
    context = open_phone(with_script=with_script)
    who = Walker(context.new_page(), tag, with_script)
    walk.report(who, Told(act="refusal_service", ground="disability", place=place))
    page = who.page
    who.look("receipt")
    who.press(".ways button")
    page.locator("dl.bodies").first.wait_for()
    who.look("answer")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert "answers" not in page.url
    who.press("form[action$='/complaint'] button")
    page.locator("[name=what]").wait_for()
    who.look("complaint")
    assert page.locator("[name=grounds][value=disability]").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    fill_in(page)
    with page.expect_download() as download:
        page.locator("[name=make]").click()
    assert download.value.suggested_filename == "document.pdf"
    document = tmp_path / "document.pdf"
    download.value.save_as(document)
    assert f"{TYPED} what" in words_of(document.read_bytes())
    assert context.cookies() == []
    assert who.wrong == []


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("way", ["made", "mistaken", "left"])
def test_after_the_exit_nothing_of_a_complaint_comes_back(
    open_phone: Open, site: Site, way: str, with_script: bool
) -> None:
    context = open_phone(with_script=with_script)
    page = context.new_page()
    page.goto("/sr-Cyrl/help")
    ask(page, "Ада")
    page.locator("main a[href$='/complaint']").click()
    fill_in(page)
    if way == "made":
        with page.expect_download():
            page.locator("[name=make]").click()
    elif way == "mistaken":
        page.locator("[name=what]").fill("اخرج")
        page.locator("[name=make]").click()
        page.locator(".mistakes").wait_for()
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    assert what_comes_back(page, site, traces_of_complaint) == []
    assert context.cookies() == []


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_after_help_and_the_exit_neither_code_nor_answers_come_back(
    open_phone: Open, site: Site, with_script: bool
) -> None:
    context = open_phone(with_script=with_script)
    who = Walker(context.new_page(), "sr-Cyrl", with_script)
    walk.report(who, Told(words=TYPED))
    page = who.page
    page.locator(".ways button").first.click()
    page.locator("dl.bodies").first.wait_for()
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    assert what_comes_back(page, site) == []
    assert context.cookies() == []
