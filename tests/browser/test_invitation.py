"""From an invitation to the first report: two people at the desk, and a third with nothing but a link."""

from __future__ import annotations

import re

import pyotp
import pytest

from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.walk import Open, Walker
from tests.builders import PASSWORD

pytestmark = pytest.mark.browser

NEW = "sedam plavih kofera"


def typed_again(who: Walker, site: Site, member: int) -> None:
    who.page.locator("form input[type=password]:visible").first.fill(PASSWORD)
    who.page.locator("form input[name=code]:visible").first.fill(site.code_of(site.members[member]))


@pytest.mark.parametrize(("tag", "with_script"), [("sr-Cyrl", True), ("hu", False)])
def test_somebody_comes_by_a_link_and_is_let_in_by_another(
    open_phone: Open, site: Site, tag: str, with_script: bool
) -> None:
    ana, boris, vesna = (Walker(open_phone(with_script=with_script).new_page(), tag, with_script) for _ in range(3))
    walk.log_in(ana, site, site.members[0])
    ana.go("/desk/members/", "members")
    ana.press("a[href$='/invitations/new']")
    ana.look("invite")
    ana.page.locator("[name=name]").fill("Весна")
    ana.page.locator("[name=roles][value=moderator]").check()
    ana.page.locator("form[action$='/invitations/new'] [name=language]").select_option(tag)
    typed_again(ana, site, 0)
    ana.press("form[action$='/invitations/new'] button")
    link = ana.page.locator("#link").inner_text()
    ana.look("link")

    vesna.go(link.removeprefix(site.address), "invited")
    assert vesna.page.locator("html").get_attribute("lang") == tag
    vesna.press("main form button")
    secret = vesna.page.locator(".code").inner_text().replace(" ", "").replace("\n", "")
    vesna.look("enrol")
    address = vesna.page.locator("a[href^='otpauth:']").get_attribute("href") or ""
    assert pyotp.parse_uri(address).secret == secret
    vesna.page.locator("[name=code]").fill(pyotp.TOTP(secret).at(site.now()))
    vesna.page.locator("[name=new_password]").fill(NEW)
    vesna.page.locator("[name=again]").fill(NEW)
    vesna.press("main form button")
    vesna.page.locator("[name=recovery_code]").wait_for()
    vesna.look("enrolled")
    code = re.sub(r"\s", "", vesna.page.locator("p.code").inner_text())
    spare = vesna.page.locator("ul.code li").first.inner_text()
    vesna.page.locator("[name=recovery_code]").fill(code)
    vesna.press("main form button")
    vesna.page.locator(".good").wait_for()
    vesna.go("/desk/", "nothing yet")
    refused = vesna.page.goto("/desk/search/")
    assert refused is not None
    assert refused.status == 403

    walk.log_in(boris, site, site.members[1])
    boris.go("/desk/members/", "members")
    boris.press(".near a:has-text('Весна')")
    boris.look("member")
    typed_again(boris, site, 1)
    boris.press("form[action$='/readmit'] button")
    boris.page.locator("form[action$='/readmit']").wait_for(state="detached")
    vesna.go("/desk/search/", "search")

    vesna.page.context.clear_cookies()
    walk.type_login(vesna, "Весна", NEW, spare)
    vesna.go("/desk/account", "account")
    assert "7" in vesna.page.locator("#told").inner_text()
    assert [*ana.wrong, *boris.wrong, *vesna.wrong] == []
