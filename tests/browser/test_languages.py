"""The whole way of a reporter in every language, in two browsers, with nothing but HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page

from incidents.adapters import opening
from incidents.adapters.catalogues import catalogue
from incidents.core.languages import LANGUAGES
from incidents.core.receipt import parse_code
from incidents.core.report import Report, from_bytes
from incidents.db import report as stored
from incidents.services import keys
from tests.browser import walk
from tests.browser.conftest import LONGEST_MS, PHONE, Site, served
from tests.browser.firefox import Firefox
from tests.browser.walk import Told, Walker
from tests.conftest import settings_in

pytestmark = pytest.mark.browser

WORDS = {
    "sr-Cyrl": "Комшија нам је синоћ лупао на врата и викао да се селимо.",
    "sr-Latn": "Sinoc su nam razbili prozor i napisali ime naroda sprejem po zidu.",
    "hu": "A buszon rám kiabáltak, hogy beszéljek szerbül, aztán meglöktek.",
    "sq": "Në autobus më bërtitën që të flas serbisht dhe më shtynë.",
    "bs": "Ispred džamije su nas psovali i bacali flaše, djeca su plakala.",
    "hr": "U uredu su mi rekli da se vratim odakle sam došla.",
    "rom": "Ano dućano phende mange te dav avri, kaj sem Rom.",
    "ro": "La piață mi-au strigat să vorbesc sârbește și m-au împins.",
    "sk": "V obchode mi povedali, nech nehovorím po slovensky.",
    "rsk": "У дутяну ми гварели же би ше врацел там одкадз сом пришол.",
    "bg": "На спирката ми крещяха да говоря на сръбски и ме блъснаха.",
    "mk": "Во автобус ми викаа да зборувам српски и ме туркаа.",
    "en": "Two men followed us home and shouted that we should leave the country.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("languages")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    """One site for all: each walk sends a report of its own."""
    with served(settings_in(folder), folder) as site:
        yield site


@pytest.fixture(scope="module")
def plain_chromium(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.address, viewport=PHONE, java_script_enabled=False)
    context.set_default_timeout(8000)
    context.set_default_navigation_timeout(LONGEST_MS)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def plain_firefox(safest_firefox: Firefox, site: Site) -> Firefox:
    safest_firefox.base = site.address
    return safest_firefox


def told_to(site: Site) -> list[Report]:
    """All that has arrived, opened with the desk's key."""
    member = site.members[0]
    with site.database.reader() as session:
        private = keys.desk_private(session, 1, member.id, member.key)
        rows = session.scalars(sa.select(stored.Report)).all()
    return [from_bytes(opening.open_report(r.sealed, r.sealed_key, report=r.id, desk_private=private)) for r in rows]


@pytest.mark.parametrize("browser_name", ["plain_chromium", "plain_firefox"])
@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_the_whole_way_needs_neither_script_nor_drawings_in(request, site: Site, tag: str, browser_name: str) -> None:
    who = Walker(request.getfixturevalue(browser_name), tag, with_script=False)
    before = len(told_to(site))
    code = walk.report(who, Told(words=WORDS[tag], place="Суботица"))
    assert parse_code(code) == re.sub(r"\D", "", code)
    assert walk.status(who, code) == catalogue(tag, "messages").gettext("It is waiting to be read.")
    assert WORDS[tag] not in who.page.content()
    reports = told_to(site)
    assert len(reports) == before + 1
    assert (tag, WORDS[tag], "Суботица") in {(report.language, report.words, report.place) for report in reports}
