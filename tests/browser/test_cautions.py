"""The question before sending, on a phone: with script while typing and on the last step, without it after Send."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from incidents.db import report as stored
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.going_back import what_comes_back
from tests.browser.walk import Open, Told, Walker

pytestmark = [pytest.mark.browser, pytest.mark.history]
ROWS = Path(__file__).parent.parent / "core" / "deidentify" / "cautions.csv"
TOLD = Told(words="Зовем се Марија Станковић, зовите ме на 064/123-4567.")
NOTE = ".step:not([hidden]) [data-caution]:not([hidden])"


def test_the_phone_finds_the_same_as_the_server(open_phone: Open) -> None:
    page = open_phone().new_page()
    page.goto("/en/report")
    rows = list(csv.DictReader(ROWS.read_text(encoding="utf-8").splitlines()))
    found = page.evaluate(
        "texts => texts.map(text => findMarks(text).map(({kind, text: piece, start, end}) =>"
        " [kind, piece, text.slice(start, end)]))",
        [row["text"] for row in rows],
    )
    expected = [[[row["kind"], row["piece"], row["piece"]]] if row["kind"] else [] for row in rows]
    assert {row["text"]: pieces for row, pieces in zip(rows, found, strict=True)} == {
        row["text"]: pieces for row, pieces in zip(rows, expected, strict=True)
    }


def reports(site: Site) -> int:
    with site.database.reader() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(stored.Report)) or 0


def step(page: Page, number: int) -> None:
    for _ in range(number - 1):
        page.locator(".step:visible .step__on button:not(.button--plain)").click()


def test_while_typing_a_quiet_note_names_what_was_found_and_goes_again(open_phone: Open) -> None:
    page = open_phone().new_page()
    page.goto("/sr-Latn/report")
    step(page, 7)
    note = page.locator(NOTE)
    page.locator("#words").fill("Bilo je u autobusu, vikali su mi svašta.")
    page.wait_for_timeout(600)
    assert note.count() == 0
    page.locator("#words").fill("Zovem se Marija Stanković, 064/123-4567, " + "https://www.primer.rs/" + "x" * 40)
    note.wait_for()
    assert note.locator("b").inner_text() == "Marija Stanković · 064/123-4567 · https://www.primer.rs/x…"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#words").fill("Bilo je u autobusu.")
    note.wait_for(state="hidden")


def test_with_script_the_question_stands_on_the_last_step_and_one_send_is_enough(open_phone: Open, site: Site) -> None:
    who = Walker(open_phone().new_page(), "hu")
    walk.report(who, TOLD)
    assert (reports(site), who.wrong) == (1, [])


def answer_all(page: Page) -> None:
    for name, code in (("role", "victim"), ("acts", "threat"), ("grounds", "not_sure"), ("when", "unknown")):
        page.locator(f"[name={name}][value={code}]").check()
    page.locator("[name=setting][value=street]").check()
    page.locator("#words").fill(TOLD.words)


def test_without_script_the_page_comes_back_once_with_two_ways_on(open_phone: Open, site: Site) -> None:
    context = open_phone(with_script=False)
    page = context.new_page()
    page.goto("/sr-Cyrl/report")
    answer_all(page)
    page.locator(".send button").click()
    asked = page.locator("[data-asked]")
    asked.wait_for()
    assert "064/123-4567" in asked.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    asked.locator("a").click()
    assert page.evaluate("document.querySelector(':target').id") == "words"
    assert page.locator("#words").input_value() == TOLD.words
    assert reports(site) == 0
    asked.locator("button").click()
    page.locator("p#code").wait_for()
    assert reports(site) == 1
    assert what_comes_back(page, site) == []
    assert context.cookies() == []


def test_what_only_the_server_finds_is_asked_once_with_script_too(open_phone: Open, site: Site) -> None:
    who = Walker(open_phone().new_page(), "sr-Latn")
    page = who.page
    page.goto("/sr-Latn/report")
    page.evaluate("window.findMarks = () => []")
    page.evaluate("document.querySelectorAll('.step').forEach((step) => { step.hidden = false; })")
    answer_all(page)
    page.evaluate("location.hash = '#s9'")
    page.locator(".send button").click()
    asked = page.locator("[data-asked]")
    asked.wait_for()
    who.look("asked")
    asked.locator("a").click()
    assert page.locator("#words").is_visible()
    asked.locator("button").click()
    page.locator("p#code").wait_for()
    assert (reports(site), who.wrong) == (1, [])
