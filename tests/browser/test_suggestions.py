"""Suggestions in a real browser: the same answers as in Python, by keyboard and finger, and nothing sent meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from incidents.core.script import to_latin
from tests.browser.walk import Open, Walker
from tests.core.gazetteer.test_suggestions import VECTORS

pytestmark = pytest.mark.browser
SEARCHED = """async ([typed, latin]) => {
  const field = document.getElementById("place");
  const places = await import(field.dataset.code);
  await places.load(field.dataset.names);
  return typed.map((one) => places.suggest(one).map((text) => latin ? places.toLatin(text) : text));
}"""


def asked(context: BrowserContext) -> list[str]:
    """What the pages of this browser ask for from now on."""
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url.rsplit("/", 1)[1]))
    return requests


def at_place(page: Page, tag: str) -> None:
    page.goto(f"/{tag}/report#s6")
    expect(page.locator("#place")).to_be_visible()


def touch(page: Page) -> None:
    """Put the cursor into the field and wait for the names."""
    page.locator("#place").click()
    expect(page.locator("#place")).to_have_attribute("role", "combobox")


@pytest.mark.parametrize("latin", [False, True], ids=["as listed", "in Latin letters"])
def test_the_phone_offers_what_python_offers(open_phone: Open, latin: bool) -> None:
    page = open_phone().new_page()
    at_place(page, "en")
    offered = page.evaluate(SEARCHED, [[vector["typed"] for vector in VECTORS], latin])
    expected = [[to_latin(text) if latin else text for text in vector["offered"]] for vector in VECTORS]
    assert len(offered) > 80
    assert offered == expected


def test_names_are_fetched_when_the_field_is_touched_and_nothing_typed_is_sent(open_phone: Open) -> None:
    phone = open_phone()
    page = phone.new_page()
    requests = asked(phone)
    at_place(page, "sr-Cyrl")
    assert not [name for name in requests if name.startswith("place")]
    touch(page)
    page.locator("#place").press_sequentially("Нови Паз")
    expect(page.get_by_role("option")).to_have_text(["Нови Пазар"])
    assert sorted(name.split(".")[0] for name in requests if name.startswith("place")) == ["place_names", "places"]
    assert len([name for name in requests if "report" in name]) == 1


def test_a_place_is_chosen_by_keyboard_alone_and_enter_does_not_leave_the_step(open_phone: Open) -> None:
    page = open_phone(width=320).new_page()
    at_place(page, "hu")
    touch(page)
    field = page.locator("#place")
    field.press_sequentially("slat")
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("status")).to_have_text("Javaslatok: 8")
    field.press("ArrowDown")
    field.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    expect(chosen).to_have_text("Slatina (Čačak)")
    assert field.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    field.press("Enter")
    expect(field).to_have_value("Slatina (Čačak)")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_be_visible()
    field.press("Enter")
    expect(page.locator("#words")).to_be_visible()


def test_escape_and_leaving_the_field_close_the_list_and_keep_what_was_typed(open_phone: Open) -> None:
    page = open_phone().new_page()
    at_place(page, "sr-Latn")
    touch(page)
    field = page.locator("#place")
    for leave in ("Escape", "Tab"):
        field.fill("")
        field.press_sequentially("Zem")
        expect(page.get_by_role("option").first).to_be_visible()
        field.press(leave)
        expect(page.get_by_role("option")).to_have_count(0)
        expect(field).to_have_value("Zem")


def test_a_finger_chooses_and_the_list_has_no_fault(open_phone: Open) -> None:
    page = open_phone(width=320).new_page()
    at_place(page, "rom")
    touch(page)
    page.locator("#place").press_sequentially("Presh")
    expect(page.get_by_role("option")).to_have_text(["Presheva"])
    who = Walker(page, "rom")
    who.look("suggestions")
    assert who.wrong == []
    assert page.get_by_role("option").bounding_box()["height"] >= 44
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.get_by_role("option").click()
    expect(page.locator("#place")).to_have_value("Presheva")


def test_without_a_signal_the_field_is_a_field_like_any_other(open_phone: Open) -> None:
    phone = open_phone()
    page = phone.new_page()
    at_place(page, "en")
    phone.set_offline(True)
    page.locator("#place").press_sequentially("Ruma")
    page.locator("#place").press("Enter")
    expect(page.locator("#words")).to_be_visible()
    expect(page.locator("#place")).to_have_value("Ruma")
