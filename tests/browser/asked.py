"""A trial site at which the desk has asked a reporter something, so that every kind of page has something to show."""

from __future__ import annotations

from playwright.sync_api import Browser, BrowserContext

from tests.browser import walk
from tests.browser.conftest import LONGEST_MS, PHONE
from tests.browser.running import RunningSite
from tests.browser.shown import Known
from tests.browser.walk import Told, Walker

PASSWORDS = {"Ana": "plava kruska tiha reka", "Boris": "stari most bela lopta", "Vesna": "mirna suma zlatna cigla"}
_FROM = "Нови Кнежевац"


def come_in(who: Walker, site: RunningSite, name: str) -> None:
    walk.type_login(who, name, PASSWORDS[name], site.command("members", "code", name))


def at(browser: Browser, site: RunningSite, *, with_script: bool = True) -> BrowserContext:
    context = browser.new_context(
        base_url=site.address, viewport=PHONE, java_script_enabled=with_script, reduced_motion="reduce"
    )
    context.set_default_timeout(8000)
    context.set_default_navigation_timeout(LONGEST_MS)
    return context


def ask_a_reporter(browser: Browser, site: RunningSite) -> Known:
    reporter, desk = (at(browser, site, with_script=False) for _ in range(2))
    code = walk.report(Walker(reporter.new_page(), "sr-Cyrl", with_script=False), Told(place=_FROM))
    member = Walker(desk.new_page(), "sr-Cyrl", with_script=False)
    come_in(member, site, "Ana")
    page = member.page
    page.goto("/desk/")
    member.press(f".queue__line:has-text('{_FROM}') a")
    member.press("form[action$='/take'] button")
    page.locator("details:has(#question) summary").click()
    page.locator("#question").fill("Да ли је неко још видео шта се десило? <i>Не пишите имена.</i>")
    member.press("form[action$='/ask'] button")
    page.locator(".talk__question").wait_for()
    known = Known(code, page.url.removeprefix(site.address))
    reporter.close()
    desk.close()
    return known
