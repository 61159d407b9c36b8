"""The whole way, from a phone to a figure that everybody can download."""

from __future__ import annotations

import csv
import io
from itertools import islice

import pytest

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.incident import is_counted
from incidents.core.periods import Quarter
from incidents.core.synthesis.samples import samples
from incidents.core.synthesis.world import seeded
from incidents.services import trial
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.walk import Open, Told, Walker

pytestmark = pytest.mark.browser

TOLD = {
    "sr-Cyrl": Told(),
    "hu": Told(
        act="verbal_insult",
        ground="language",
        setting="shop",
        place="Szabadkán",
        words="A boltban azt mondták, hogy Szerbiában beszéljek szerbül. Nem ez az első eset.",
    ),
}


OTHERS = 150
"""Incidents accepted before: of a single one nothing could be published."""


def settle_others(site: Site) -> None:
    """Fill the site with incidents that the two members accepted earlier."""
    random = seeded(7)
    invented = samples(
        OTHERS * 2,
        random=random,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        today=site.now().date(),
        texts=synthetic_texts(),
    )
    settled = islice(
        (sample for sample in invented if sample.settlement and is_counted(sample.settlement.verification)), OTHERS
    )
    with site.database.unit_of_work() as session:
        trial.fill(
            session,
            settled,
            members=[member.id for member in site.members],
            random=random,
            pepper=site.settings.pepper,
            vocabulary=data_files.vocabulary(),
            now=site.now(),
        )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("tag", ["sr-Cyrl", "hu"])
def test_a_report_becomes_a_figure_that_can_be_downloaded(
    open_phone: Open, site: Site, tag: str, with_script: bool
) -> None:
    told = TOLD[tag]
    settle_others(site)
    outside = open_phone(with_script=with_script)
    reporter = Walker(outside.new_page(), tag, with_script)
    desk = [Walker(open_phone(with_script=with_script).new_page(), tag, with_script) for _ in site.members]

    code = walk.report(reporter, told)
    waiting = walk.status(reporter, code)
    for who, member in zip(desk, site.members, strict=True):
        walk.log_in(who, site, member)
    walk.propose(desk[0], act=told.act, ground=told.ground)
    walk.accept(desk[1])
    walk.build(desk[0])
    walk.sign(desk[0])
    walk.sign(desk[1])
    counted = walk.status(reporter, code)

    assert counted != waiting
    quarter = str(Quarter.of(site.now().date()))
    total = [
        row["obs_value"]
        for row in rows(walk.download(reporter, "district"))
        if (row["time"], row["area"]) == (quarter, "_T")
    ]
    assert total == [str(OTHERS + 1)]
    assert outside.cookies() == []
    assert "\n".join(sorted({wrong for who in (reporter, *desk) for wrong in who.wrong})) == ""


_LATE = """addEventListener("click", (event) => {
    event.preventDefault();
    setTimeout(() => location.assign(event.target.closest("a").href), 500);
})"""


def test_a_step_ends_on_the_page_that_it_leads_to_though_a_slow_browser_leaves_late(
    open_phone: Open, site: Site
) -> None:
    """A check meanwhile would look at the page before, or break on one that is being left."""
    who = Walker(open_phone().new_page(), "sr-Cyrl")
    who.go("/sr-Cyrl/", "start")
    who.page.evaluate(_LATE)
    who.press("main a[href='/sr-Cyrl/report']")
    assert who.page.locator("#journey").count() == 1
    who.look("form")
    assert who.wrong == []
