"""The branches of the form on a small screen, with and without script: what opens, what is kept, what is sealed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from incidents.core.report import Report
from tests.browser.conftest import Site
from tests.browser.walk import Open, Walker
from tests.web.test_reporting import stored_reports

pytestmark = pytest.mark.browser
WALKS = [("sr-Cyrl", True, 320), ("sr-Cyrl", False, 360), ("rom", True, 360), ("rom", False, 320)]


def on(who: Walker) -> None:
    who.look(f"{who.tag} form")
    fits = who.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert fits, who.page.url
    if who.with_script:
        who.page.locator(".step:visible .step__on button:not(.button--plain)").click()


def tick(page: Page, name: str, code: str) -> None:
    box = page.locator(f"[name={name}][value={code}]").first
    if not box.is_visible():
        fold = page.locator(f"details:has([name={name}][value={code}])").first
        fold.locator("summary").click()
    box.check()


def tell(who: Walker) -> None:
    """Everything about comments on the internet that hit the reporter's child, up to the last step."""
    page = who.page
    expect(page.locator("#relation")).to_be_hidden()
    tick(page, "role", "family_friend")
    tick(page, "relation", "child")
    tick(page, "aware", "agrees")
    on(who)
    tick(page, "acts", "online_abuse")
    on(who)
    tick(page, "grounds", "national_ethnic")
    tick(page, "targets", "gorani")
    on(who)
    tick(page, "indicators", "words_gestures")
    tick(page, "indicators", "pattern")
    on(who)
    expect(page.locator("#season")).to_be_hidden()
    tick(page, "when", "season")
    page.locator("#season").select_option("summer")
    page.locator("#year").fill("2026")
    page.locator("#when_words").fill("о Видовдану, после утакмице")
    on(who)
    expect(page.locator("#platform")).to_be_hidden()
    tick(page, "setting", "social_network")
    page.locator("#platform").select_option("tiktok")
    tick(page, "content", "comment")
    page.locator("#link").fill("tiktok.com/@нетко/video/1")
    page.locator("#place").fill("Слатина")
    on(who)
    page.locator("#words").fill("Детету су писали да се врати одакле је дошло.")
    on(who)


def tell_who_was_told(who: Walker) -> None:
    page = who.page
    page.locator("[name=further]").click()
    expect(page.locator("#told")).to_be_visible()
    tick(page, "told", "school_employer")
    expect(page.locator("#untold")).to_be_hidden()
    tick(page, "outcomes", "pending")
    on(who)
    tick(page, "wish", "advice")
    on(who)


def sealed(site: Site) -> list[Report]:
    return stored_reports(site.database, site.members[0])


@pytest.mark.parametrize(("tag", "with_script", "width"), WALKS)
def test_a_parent_tells_of_comments_and_chooses_the_place_that_is_meant(
    open_phone: Open, site: Site, tag: str, with_script: bool, width: int
) -> None:
    who = Walker(open_phone(with_script=with_script, width=width).new_page(), tag, with_script)
    page = who.page
    page.goto(f"/{tag}/report")
    tell(who)
    tell_who_was_told(who)
    page.locator(".send button").click()
    chosen = page.locator("[name=place_code][value='706523']")
    expect(chosen).to_be_visible()
    assert sealed(site) == []
    chosen.check()
    if with_script:
        while not page.locator(".send button").is_visible():
            on(who)
        expect(page.locator("[data-answers]")).to_contain_text("TikTok")
        expect(page.locator("[data-answers]")).to_contain_text("(Бор)" if tag == "sr-Cyrl" else "(Bor)")
    page.locator(".send button").click()
    expect(page.locator("p#code")).to_be_visible()
    [report] = sealed(site)
    assert (report.relation, report.aware, report.targets) == ("child", "agrees", {"gorani"})
    assert (report.season, report.year, report.when_words) == ("summer", "2026", "о Видовдану, после утакмице")
    assert (report.platform, report.content, report.link) == ("tiktok", {"comment"}, "tiktok.com/@нетко/video/1")
    assert (report.place, report.place_code, report.area) == ("Слатина", "706523", "70327")
    assert (report.told, report.outcomes, report.wish) == ({"school_employer"}, {"pending"}, "advice")
    assert report.language == tag
    assert who.wrong == []


FIELDS = ("#season", "#year", "#when_words", "#platform", "#link", "#place", "#words")
BOXES = ("relation", "aware", "targets", "indicators", "content")


def answers(page: Page) -> dict[str, object]:
    values: dict[str, object] = {field: page.locator(field).input_value() for field in FIELDS}
    for name in BOXES:
        values[name] = [box.get_attribute("value") for box in page.locator(f"[name={name}]:checked").all()]
    return values


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_no_new_answer_is_lost_by_a_mistake_another_language_or_easy_words(open_phone: Open, with_script: bool) -> None:
    who = Walker(open_phone(with_script=with_script).new_page(), "sr-Cyrl", with_script)
    page = who.page
    page.goto("/sr-Cyrl/report")
    tell(who)
    before = answers(page)
    assert all(before.values())
    page.locator("form > details summary").first.click()
    page.locator("button[name=speak][value=hu]").click()
    expect(page.locator("html")).to_have_attribute("lang", "hu")
    assert answers(page) == before
    for other, field in (("easy", "#words"), ("report", "#when_words")):
        page.locator("form > details summary").first.click()
        page.locator(f"button[formaction$='{other}']").click()
        expect(page.locator(field)).to_be_attached()
    assert answers(page) == before
    page.locator("[name=year]").evaluate("field => { field.value = '26' }")
    if with_script:
        page.goto(f"{page.url.split('#')[0]}#s9")
    page.locator(".send button").click()
    expect(page.locator(".mistakes")).to_be_visible()
    assert answers(page) == {**before, "#year": "26"}


@pytest.mark.parametrize(("with_script", "width"), [(True, 320), (False, 320)])
def test_a_report_in_easy_words(open_phone: Open, site: Site, with_script: bool, width: int) -> None:
    who = Walker(open_phone(with_script=with_script, width=width).new_page(), "rom", with_script)
    page = who.page
    page.goto("/rom/")
    page.locator("main a[href$='/report/easy']").click()
    for name, code in (("role", "victim"), ("acts", "threat"), ("grounds", "skin_colour"), ("when", "unknown")):
        tick(page, name, code)
        on(who)
    tick(page, "setting", "street")
    on(who)
    page.locator("#place").fill("Zrenjanin")
    on(who)
    on(who)
    on(who)
    page.locator(".send button").click()
    expect(page.locator("p#code")).to_be_visible()
    assert [(report.language, report.place) for report in sealed(site)] == [("rom", "Zrenjanin")]
    assert who.wrong == []
