"""Hostile texts in every field that people write in are text on every page: nothing runs, nothing has to be stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Error

from incidents.adapters import catalogues, data_files
from incidents.core.languages import AT_DESK, LANGUAGES
from incidents.services import trial
from incidents.web import headers
from tests.attacks import payloads, planted
from tests.attacks.payloads import AROUND, SHAPES
from tests.browser.conftest import Site, served
from tests.browser.test_walk import settle_others
from tests.browser.watched import Watched, watched
from tests.conftest import settings_in

pytestmark = pytest.mark.browser
TAGS = [language.tag for language in LANGUAGES]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with figures, and local organisations that the operator has written down."""
    folder = tmp_path_factory.mktemp("planted")
    settings = replace(settings_in(folder), help_file=planted.help_file(folder))
    with served(settings, folder) as site:
        settle_others(site)
        with site.database.unit_of_work() as session:
            trial.publish_past_quarters(
                session,
                [member.id for member in site.members],
                vocabulary=data_files.vocabulary(),
                places=data_files.places(),
                label=catalogues.label,
                pepper=settings.pepper,
                now=site.now(),
            )
        yield site


BETWEEN = "<p>{}</p>"
INSIDE = {
    "bare address": '<iframe src="{}"></iframe>',
    "bare address of a page": '<iframe src="{}"></iframe>',
    "a further attribute, double": '<input value="{}">',
    "a further attribute, single": "<input value='{}'>",
    "a further attribute, no quotes": "<input value={}>",
    "style with a motion": '<style>@keyframes k { from { top: 0 } }</style><p title="{}">x</p>',
    "out of a script's words": "<script>var said = '{}';</script>",
    "line ends of a script": "<script>// {}</script>",
    "another ground": "{}<img src=x>",
    "picture never ended": "{}'>",
}
"""Places of a page in which these shapes would act, unescaped; all others act between elements."""
CLICKED = {
    "drawing that sets a link",
    "formula with a link",
    "link",
    "link with a tab",
    "link in references",
    "link with a page in it",
    "link of another language",
    "form",
    "button of another form",
}
"""Shapes that wait for a click. `Watched` finds them lying there."""
READ_TWICE = {
    "script never closed",
    "script in halves",
    "picture with backquotes",
    "comment of an old browser",
    "text in a formula",
    "form in a form",
    "all that follows",
    "letters that become marks",
    "small marks",
    "angles of another book",
    "letters of another script",
    "nothing between",
    "unseen between",
    "references",
    "references by number",
    "references of references",
    "percent",
    "percent twice",
    "escapes of a script",
    "seven bits",
    "too many bytes",
    "bytes read as letters",
    "template of the browser",
    "command of a sheet",
    "mark of another format",
}
"""Shapes that act only where something decodes, cleans or calculates before a browser reads, or in old browsers."""


def show_unescaped(one: Watched, shape: str, policy: str = "") -> None:
    """A page on which a payload stands as it is."""
    number = [*SHAPES].index(shape)
    body = f"<!doctype html><link rel=icon href=data:,>{INSIDE.get(shape, BETWEEN)}"
    body = body.replace("{}", payloads.numbered(shape, number))
    guard = {"Content-Security-Policy": policy} if policy else {}
    address, kind = f"{one.address}/unescaped/{number}", "text/html; charset=utf-8"
    one.context.route(address, lambda route: route.fulfill(body=body, content_type=kind, headers=guard))
    with suppress(Error):  # some lead away at once
        one.page.goto(address, wait_until="commit")


def test_what_is_not_escaped_gives_itself_away(browser: Browser, published: Site) -> None:
    """So that finding nothing means something."""
    silent = []
    with watched(browser, published, with_policy=False) as one:
        for shape in SHAPES.keys() - READ_TWICE:
            before = len(one.acted())
            show_unescaped(one, shape)
            until = time.monotonic() + 5
            while len(one.acted()) == before and time.monotonic() < until:
                if shape in CLICKED:
                    one.look()
                one.page.wait_for_timeout(10)
            if len(one.acted()) == before:
                silent.append(shape)
    assert silent == []


def test_the_policy_alone_stops_what_is_not_escaped(browser: Browser, published: Site) -> None:
    with watched(browser, published) as one:
        for shape in SHAPES.keys() - READ_TWICE - CLICKED:
            show_unescaped(one, shape, headers.policy(with_script=True))
        one.page.goto("about:blank")
        assert one.executed == []
        print(len(SHAPES.keys() - READ_TWICE - CLICKED), one.reports[:5])
