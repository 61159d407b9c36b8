"""Hostile texts in every field that people write in are text on every page: nothing runs, nothing has to be stopped."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

import pytest
from playwright.sync_api import Browser, Error

from incidents.adapters import catalogues, data_files
from incidents.core.languages import AT_DESK, LANGUAGES
from incidents.services import trial
from incidents.web import headers
from tests.attacks import payloads, planted
from tests.attacks.payloads import AROUND, SHAPES
from tests.attacks.planted import Planted, plant
from tests.browser import shown, walk
from tests.browser.conftest import Site, served
from tests.browser.test_walk import settle_others
from tests.browser.tour import Tour
from tests.browser.walk import Told, Walker
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


def nothing_acted(one: Watched) -> None:
    assert one.executed == []
    assert one.elsewhere == []
    assert one.armed == []
    assert one.reports == []
    assert one.unguarded == []


def said(what: str, told: str) -> None:
    """Figures to be quoted, seen with `-s` or `-rP`."""
    print(f"{what}: {told}")


PAGES = ("", "report/easy", "help", "complaint", "privacy", "languages", "statistics/", "statistics/4/tables/ground/")
PARTS = ("", "search/", "incidents/", "referrals/", "releases/", "notices/", "rules/", "members/", "account", "audit")
SHUNNED = frozenset({"pages.leave", "pages.left", "assets.static_file", "desk.releases.ahead"})
"""Routes that lead out, and figures looked at ahead, which are public pages."""


class Visitor(Walker):
    """Somebody whose browser notices what acts."""

    def __init__(self, one: Watched, tag: str) -> None:
        super().__init__(one.page, tag)
        self.one = one

    def look(self, name: str) -> None:
        self.one.look()


def test_normal_use_gives_the_policy_nothing_to_report(browser: Browser, published: Site) -> None:
    """In every language somebody reports, comes back, says more and reads on; members go through the desk."""
    with watched(browser, published) as one:
        tour = Tour(one, published, shunned=SHUNNED)
        for tag in TAGS:
            visitor = Visitor(one, tag)
            walk.status(visitor, walk.report(visitor, Told()))
            one.page.locator("#answer").fill("Било је и других који су то видели.")
            one.page.locator("form:has(#answer) button").first.click()
            one.look()
            for path in PAGES:
                tour.open(f"/{tag}/{path}")
        tour.follow("/sr-Cyrl/", "/sr-Cyrl/")
        walk.log_in(Visitor(one, "sr-Cyrl"), published, published.members[0])
        tour.follow("/desk/", "/desk/")
        for language in AT_DESK:
            shown.speak_at_desk(one.page, language.tag)
            for path in PARTS:
                tour.open(f"/desk/{path}")
        nothing_acted(one)
    said("normal use", f"{len(one.opened)} pages, {len(TAGS)} languages, {len(tour.endpoints)} routes, 0 reports")


@dataclass
class Ground:
    """A site with hostile texts everywhere, and what was seen of them so far."""

    site: Site
    planted: Planted
    endpoints: set[str] = field(default_factory=set)
    filled: set[str] = field(default_factory=set)
    sightings: set[tuple[str, str]] = field(default_factory=set)
    pages: list[str] = field(default_factory=list)

    def close(self, tour: Tour) -> None:
        """Nothing acted; what was seen counts."""
        nothing_acted(tour.one)
        self.endpoints |= set(tour.endpoints)
        self.filled |= tour.one.filled
        self.sightings |= tour.one.sightings
        self.pages += tour.one.opened


@pytest.fixture(scope="module")
def ground(published: Site) -> Ground:
    return Ground(published, plant(published.database, published.settings, published.members, now=published.now()))


def whole(place: int) -> list[str]:
    """All payloads in one text, in a script, the scripts in turn."""
    script = [*AROUND][place % len(AROUND)]
    return [" ".join(payloads.texts(script))]


def strange(place: int) -> list[str]:
    """A pack of payloads that an address has room for; after all languages each has stood in one."""
    packs = payloads.packed(payloads.texts([*AROUND][place % len(AROUND)]), 1500)
    return [packs[place // len(AROUND) % len(packs)]]


@pytest.mark.parametrize("with_policy", [True, False], ids=["with policy", "escaping alone"])
def test_public_pages_show_it_as_text_in_every_language(browser: Browser, ground: Ground, with_policy: bool) -> None:
    with watched(browser, ground.site, with_policy=with_policy) as one:
        tour = Tour(one, ground.site, {"published.release": 4}, SHUNNED)
        for place, tag in enumerate(TAGS if with_policy else TAGS[-1:]):
            one.open(f"/{tag}/receipt")
            one.press("/receipt", code=str(ground.planted.code))
            for path in ("", "help", *(f"statistics/{number}/" for number in range(1, 5))):
                tour.open(f"/{tag}/{path}")
            one.open(f"/{tag}/report")
            [form] = [form for form in one.forms() if form.action == f"/{tag}/report"]
            one.send(form, "", whole(place))
            tour.ask_strangely(f"/{tag}/", strange(place))
        for path in FILES:
            tour.open(path)
        ground.close(tour)


FILES = (
    "/en/statistics/releases.atom",
    "/en/statistics/calendar.ics",
    "/api/v1/releases",
    *(f"/api/v1/releases/{number}/status" for number in range(1, 5)),
    "/api/v1/releases/1",
    "/api/v1/releases/1/datapackage.json",
    "/api/v1/releases/1/structure.xml",
    "/api/v1/releases/1/citation.en.txt",
    "/api/v1/releases/1/tables/ground.en.svg",
    "/api/v1/catalog.jsonld",
)


@pytest.mark.parametrize("place", range(len(AROUND)), ids=[*AROUND])
def test_public_forms_give_it_back_as_text(browser: Browser, ground: Ground, place: int) -> None:
    """Each button of each form, in a language that is written so or in another."""
    tag = ("sr-Cyrl", "hu", "en")[place]
    with watched(browser, ground.site) as one:
        tour = Tour(one, ground.site, shunned=SHUNNED)
        paths = ["report", "report/easy", "receipt", "help", "complaint", "statistics/1/tables/ground/"]
        tour.type_into_all([f"/{tag}/{path}" for path in paths], whole(place))
        ground.close(tour)


def test_what_a_script_shows_of_the_answers_is_text(browser: Browser, ground: Ground) -> None:
    """The last step, where the page's own script shows everything that was typed before it is sent."""
    with watched(browser, ground.site) as one:
        for place, tag in enumerate(("sr-Cyrl", "hu", "en")):
            one.open(f"/{tag}/report")
            [text] = whole(place)
            one.page.locator("[name=role][value=organisation]").check()
            for _ in range(20):
                typed = one.page.locator(
                    ".step:not([hidden]) :is(input:not([type]), [type=text], [type=url], textarea)"
                )
                for line in typed.all():
                    if line.is_visible():
                        line.fill(text)
                on = one.page.locator(".step:not([hidden]) .step__on button:not(.button--plain)")
                if not on.count():
                    break
                on.click()
            one.page.locator("[data-answers] dt").first.wait_for()
            one.look()
            assert one.page.locator("[data-answers]").inner_text().count("ran(") > len(SHAPES)
        nothing_acted(one)
