"""No work is lost: by a reload, by going back, without a signal, by changing the language, by a mistake in the form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page

from incidents.config import Settings
from tests.browser.conftest import Certificate, Site, served
from tests.browser.firefox import Firefox

pytestmark = [pytest.mark.browser, pytest.mark.history]
TYPED = "Sinoć su nas sačekali ispred zgrade.\nViče: „марш“ <b>odavde</b> & 100 %"
SIGNS = pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
TICKED = (
    "[name=role][value=victim]",
    "[name=acts][value=threat]",
    "[name=grounds][value=age]",
    "[name=when][value=month]",
)
ANSWERED = {"#place": "у Чачку", "#words": TYPED, "#month": "2026-10"}


@pytest.fixture
def site(settings: Settings, tmp_path: Path, certificate: Certificate) -> Iterator[Site]:
    with served(settings, tmp_path, certificate) as site:
        yield site


@pytest.fixture
def context(open_phone, with_script: bool) -> BrowserContext:
    return open_phone(with_script=with_script)


def answer(page: Page | Firefox, *, with_script: bool, keep: bool = False) -> None:
    """Everything but the kind of place, which is asked for."""
    page.goto("/sr-Latn/report")
    if keep:
        page.locator("[data-keep] input").check()
    for ticked in TICKED:
        step_with(page, ticked, with_script)
        page.locator(ticked).check()
    for field, text in ANSWERED.items():
        step_with(page, field, with_script)
        page.locator(field).fill(text)


def step_with(page: Page | Firefox, selector: str, with_script: bool) -> None:
    """Go to the step in which this field is, forward or back."""
    if with_script:
        number = page.evaluate(f"document.querySelector('{selector}').closest('.step').dataset.step")
        page.goto(f"{page.url.partition('#')[0]}#s{number}")


def lost(page: Page | Firefox) -> list[str]:
    """Which of the answers are not there any more."""
    gone = [ticked for ticked in TICKED if not (page.locator(ticked).count() and page.locator(ticked).is_checked())]
    kept = {field: page.locator(field).input_value() if page.locator(field).count() else "" for field in ANSWERED}
    return gone + [field for field, text in ANSWERED.items() if kept[field] != text]


def send(page: Page, *, with_script: bool, complete: bool = True) -> None:
    if complete:
        step_with(page, "[name=setting][value=street]", with_script)
        page.locator("[name=setting][value=street]").check()
    if with_script:
        while page.locator(".send button").is_hidden():
            page.locator(".step:not([hidden]) .step__on button:not(.button--plain)").click()
    page.locator(".send button").click()


@pytest.mark.parametrize("with_script", [True])
def test_a_reload_keeps_all_answers_of_those_who_asked_for_it(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=True, keep=True)
    page.reload()
    assert lost(page) == []
    assert page.locator("[data-keep] input").is_checked()


@pytest.mark.parametrize("with_script", [True])
def test_what_is_kept_is_gone_once_it_is_not_wanted_sent_or_left(
    context: BrowserContext, site: Site, with_script: bool
) -> None:
    page = context.new_page()
    stored = "sessionStorage.length"
    answer(page, with_script=True, keep=True)
    assert page.evaluate(stored) == 1
    page.locator("[data-keep] input").uncheck()
    assert page.evaluate(stored) == 0
    page.locator("[data-keep] input").check()
    assert page.evaluate(stored) == 1
    send(page, with_script=True)
    page.locator("p#code").wait_for()
    assert page.evaluate(stored) == 0
    answer(page, with_script=True, keep=True)
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    page.goto("/sr-Latn/report")
    assert page.evaluate(stored) == 0
    assert page.locator("#words").input_value() == ""


@pytest.mark.parametrize("with_script", [True])
def test_leaving_by_another_page_of_ours_empties_what_was_kept(
    context: BrowserContext, site: Site, with_script: bool
) -> None:
    page = context.new_page()
    answer(page, with_script=True, keep=True)
    page.goto("/sr-Latn/help")
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    for _ in range(7):
        with suppress(Error):
            page.go_back(wait_until="commit", timeout=1500)
        page.wait_for_timeout(200)
        assert TYPED not in [field.input_value() for field in page.locator("#words").all()]
    page.goto("/sr-Latn/report")
    assert page.evaluate("sessionStorage.length") == 0


@SIGNS
def test_who_looks_at_the_page_of_help_comes_back_to_their_words(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=with_script)
    page.locator("a[href$='/help']").first.click()
    page.locator(".danger").first.wait_for()
    page.go_back(wait_until="commit")
    page.wait_for_timeout(500)
    assert lost(page) == []


@pytest.mark.parametrize("with_script", [True])
def test_back_goes_one_step_back_and_keeps_all(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=True)
    page.go_back()
    assert lost(page) == []
    assert page.locator(".step:not([hidden])").count() == 1


@pytest.mark.parametrize("with_script", [True])
def test_without_a_signal_nothing_is_sent_and_nothing_lost(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=True)
    context.set_offline(True)
    send(page, with_script=True)
    page.locator("[data-unsent]").wait_for()
    assert page.evaluate("document.activeElement.matches('[data-unsent]')")
    page.locator(".send button").click()
    page.wait_for_timeout(300)
    assert lost(page) == []
    context.set_offline(False)
    page.locator(".send button").click()
    page.locator("p#code").wait_for()


@pytest.mark.parametrize("with_script", [True])
def test_a_browser_that_shows_no_pictures_sends_at_the_second_try(context: BrowserContext, with_script: bool) -> None:
    context.route("**/static/img/*", lambda route: route.abort())
    page = context.new_page()
    answer(page, with_script=True)
    send(page, with_script=True)
    page.locator("[data-unsent]").wait_for()
    page.locator(".send button").click()
    page.locator("p#code").wait_for()


@pytest.mark.parametrize("with_script", [False])
def test_without_a_script_the_browser_itself_sends_again(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=False)
    context.set_offline(True)
    with suppress(Error):
        send(page, with_script=False)
    page.wait_for_timeout(300)
    context.set_offline(False)
    page.reload()
    page.locator("p#code").wait_for()


@SIGNS
def test_changing_the_language_keeps_all(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=with_script)
    page.locator("details.more summary").first.click()
    page.locator("button[name=speak][value=hu]").click()
    page.locator("html[lang=hu]").wait_for()
    assert lost(page) == []


@SIGNS
def test_a_form_with_a_mistake_comes_back_with_everything(context: BrowserContext, with_script: bool) -> None:
    page = context.new_page()
    answer(page, with_script=with_script)
    send(page, with_script=with_script, complete=False)
    page.locator(".mistakes").wait_for()
    assert lost(page) == []
    page.reload()
    assert lost(page) == []


def test_in_firefox_too_a_reload_and_the_way_back_keep_what_was_to_be_kept(firefox: Firefox, site: Site) -> None:
    firefox.base = site.address
    answer(firefox, with_script=True, keep=True)
    firefox.reload()
    assert lost(firefox) == []
    firefox.goto("/sr-Latn/help")
    firefox.go_back()
    assert lost(firefox) == []
