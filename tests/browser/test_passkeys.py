"""A passkey in a real Chromium, whose device is played by the browser itself (DevTools, domain WebAuthn)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser import walk
from tests.browser.conftest import LONGEST_MS, PHONE, Site
from tests.browser.walk import Walker
from tests.builders import PASSWORD

pytestmark = pytest.mark.browser

NAME = "Кључ"


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """At the name of this machine: no browser has passkeys for an address in digits."""
    site.address = site.address.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=site.address, viewport=PHONE, reduced_motion="reduce")
    context.set_default_timeout(8000)
    context.set_default_navigation_timeout(LONGEST_MS)
    yield context.new_page()
    context.close()


@pytest.fixture
def device(page: Page) -> Iterator[tuple[CDPSession, str]]:
    """A security key that keeps passkeys and knows who touches it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "usb",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield session, made["authenticatorId"]
    session.send("WebAuthn.disable")


def type_first_factor(page: Page, name: str) -> None:
    page.locator("#name").fill(name)
    page.locator("#password").fill(PASSWORD)


def test_a_member_adds_a_passkey_logs_in_with_it_and_removes_it(
    page: Page, site: Site, device: tuple[CDPSession, str]
) -> None:
    ana, member = Walker(page, "sr-Cyrl"), site.members[0]
    walk.log_in(ana, site, member)
    ana.go("/desk/account", "account")
    adding = page.locator("form[action$='/account/passkeys']")
    page.locator("details", has=adding).locator("summary").click()
    adding.locator("[name=name]").fill(NAME)
    adding.locator("[name=password]").fill(PASSWORD)
    adding.locator("[name=code]").fill(site.code_of(member))
    adding.locator("button:visible").click()
    make = page.locator("[data-passkey=make] button")
    make.wait_for()
    ana.look("passkey")
    make.click()
    page.wait_for_url("**/desk/account#passkeys")
    ana.look("account with a passkey")
    expect(page.locator("#passkeys ~ ul.near").first).to_contain_text(NAME)
    session, authenticator = device
    [kept] = session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert (kept["isResidentCredential"], kept["rpId"]) == (True, "localhost")

    page.context.clear_cookies()
    ana.go("/desk/login", "login")
    type_first_factor(page, member.name)
    page.locator("[data-passkey=show] button").click()
    page.wait_for_url("**/desk/")

    ana.go("/desk/account", "account")
    removing = page.locator("form[action$='/passkeys/remove']")
    page.locator("details", has=removing).locator("summary").click()
    removing.locator("[name=which]").check()
    removing.locator("[name=password]").fill(PASSWORD)
    removing.locator("[data-passkey=show] button").click()
    removing.wait_for(state="detached")

    page.context.clear_cookies()
    page.goto("/desk/login")
    type_first_factor(page, member.name)
    page.locator("[data-passkey=show] button").click()
    expect(page.locator(".mistakes")).to_be_visible()
    assert ana.wrong == []


def test_where_no_passkey_answers_the_page_says_so_and_a_code_does_it(page: Page, site: Site, device: object) -> None:
    ana, member = Walker(page, "hu"), site.members[0]
    ana.go("/desk/login", "login")
    type_first_factor(page, member.name)
    shown = page.locator("[data-passkey=show]")
    expect(shown.get_by_role("alert")).to_be_hidden()
    shown.locator("button").click()
    expect(shown.get_by_role("alert")).to_be_visible()
    ana.look("login where nothing came")
    page.locator("#code").fill(site.code_of(member))
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    assert ana.wrong == []


def test_without_script_nothing_is_said_of_passkeys_but_that_scripts_are_needed(browser: Browser, site: Site) -> None:
    context = browser.new_context(
        base_url=site.address.replace("127.0.0.1", "localhost"), viewport=PHONE, java_script_enabled=False
    )
    page, member = context.new_page(), site.members[0]
    page.goto("/desk/login")
    expect(page.locator("[data-passkey=show]")).to_be_hidden()
    walk.type_login(Walker(page, "sr-Cyrl", with_script=False), member.name, PASSWORD, site.code_of(member))
    page.goto("/desk/account")
    expect(page.locator("p[data-passkeys]")).to_be_visible()
    expect(page.locator("form[action$='/account/passkeys']")).to_be_hidden()
    context.close()
