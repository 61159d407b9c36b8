"""Fifty reports are settled by two members who never touch the mouse."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.agreement import GRAVEST
from incidents.core.incident import Decision
from incidents.core.report import NOT_SURE, Report
from incidents.core.synthesis.samples import samples
from incidents.core.synthesis.world import seeded
from incidents.db import report as stored
from incidents.db.incident import Incident
from incidents.services.accounts import Member
from tests import builders
from tests.browser.conftest import Site
from tests.browser.walk import Open
from tests.builders import PASSWORD

pytestmark = pytest.mark.browser
MANY = 50
_WATCH_THE_MOUSE = """
    globalThis.touched = 0;
    for (const kind of ["pointerdown", "mousedown", "touchstart", "mousemove"])
        addEventListener(kind, (event) => { if (event.isTrusted) globalThis.touched += 1; }, true);
"""


def told(site: Site) -> Iterator[tuple[Report, str]]:
    """Reports as people write them, and the municipality that a member understands from each.

    Without the gravest acts, which another member codes unseen before anybody accepts.
    """
    vocabulary, places = data_files.vocabulary(), data_files.places()

    def is_settled_by_two(report: Report) -> bool:
        ranks = [vocabulary.reading("act_type", code).precedence or 99 for code in report.acts - {NOT_SURE}]
        return min(ranks, default=0) > GRAVEST and NOT_SURE not in report.acts | report.grounds

    invented = samples(
        1_000,
        random=seeded(9),
        vocabulary=vocabulary,
        places=places,
        today=site.now().date(),
        texts=synthetic_texts(),
    )
    for one in invented:
        if one.settlement and one.settlement.place in places.municipalities and is_settled_by_two(one.report):
            yield one.report, places.municipalities[one.settlement.place].names["sr-Cyrl"]


def at_desk(open_phone: Open, site: Site, member: Member) -> Page:
    page = open_phone(with_script=True, width=1280).new_page()
    page.add_init_script(_WATCH_THE_MOUSE)
    page.goto("/desk/login")
    page.locator("#name").focus()
    for typed in (member.name, PASSWORD, site.code_of(member)):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    return page


def press_until(page: Page, key: str, selector: str) -> None:
    for _ in range(60):
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} was not reached by {key}")


def go_on(page: Page, key: str) -> None:
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def settle_first(page: Page, understood: dict[str, str]) -> None:
    """Take the first report, decide each mark, keep the summary, settle what happened and propose it."""
    page.keyboard.press("j")
    go_on(page, "o")
    municipality = understood[page.url.rsplit("/", 1)[-1]]
    go_on(page, "t")
    for _ in range(page.locator(".marks__one").count()):
        page.keyboard.press("m")
        page.keyboard.press("x")
    page.keyboard.press("w")
    press_until(page, "Tab", "#marks .step__on button:last-of-type, #marks .step__on [name=as_it_is]")
    go_on(page, "Enter")
    page.keyboard.press("s")
    page.keyboard.press("Control+a")
    page.keyboard.type(municipality)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    if not page.locator("#year").input_value():
        page.keyboard.type("2026")
    press_until(page, "Tab", "#settling [type=checkbox]")
    page.keyboard.press("v")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", "#bias_strength")
    page.keyboard.press("ArrowDown")
    press_until(page, "Tab", ".settle__on button")
    go_on(page, "Enter")
    assert page.locator(".mistakes").all_inner_texts() == []


def test_fifty_reports_are_settled_without_the_mouse(open_phone: Open, site: Site) -> None:
    object.__setattr__(site.settings, "coded_twice_percent", 0)
    understood: dict[str, str] = {}
    with site.database.unit_of_work() as session:
        for report, municipality in itertools.islice(told(site), MANY):
            builders.send(session, report, site.settings, now=site.now())
            [new] = set(session.scalars(sa.select(stored.Report.id))) - {UUID(known) for known in understood}
            understood[str(new)] = municipality
    first, second = (at_desk(open_phone, site, member) for member in site.members[:2])
    for _ in range(MANY):
        settle_first(first, understood)
        first.keyboard.press("g")
        go_on(first, "q")
    with site.database.reader() as session:
        assert session.scalars(sa.select(Incident.decision)).all() == [Decision.PROPOSED] * MANY
    for _ in range(MANY):
        second.keyboard.press("g")
        go_on(second, "i")
        second.keyboard.press("j")
        go_on(second, "o")
        second.keyboard.press("a")
        go_on(second, "Enter")
    with site.database.reader() as session:
        assert session.scalars(sa.select(Incident.decision)).all() == [Decision.ACCEPTED] * MANY
    assert [page.evaluate("globalThis.touched") for page in (first, second)] == [0, 0]
