"""Every kind of page x every language x every look, by axe (WCAG 2.2 AA, best practice) and for what does not fit.

    python -m benchmarks.access [--languages rom hu] [--kinds help status] [--pages FOLDER]

It takes a trial site of its own and needs the browser that the tests need. `--pages` keeps each page as it came over
the wire, for the Nu checker: `java -jar vnu.jar --Werror --skip-non-html FOLDER`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, Response, sync_playwright

from incidents.core.languages import AT_DESK, LANGUAGES
from tests.browser import asked, shown
from tests.browser.conftest import FLAGS
from tests.browser.running import RunningSite
from tests.browser.shown import KINDS, LOOKS, Look
from tests.browser.walk import Walker

Opened = tuple[str, Callable[[], object], list[Look]]


def _public(page: Page, known: shown.Known, tags: list[str], kinds: list[str]) -> Iterator[Opened]:
    for tag in tags:
        for kind, opening in ((kind, KINDS[kind]) for kind in KINDS if kind in kinds):
            yield f"{tag} {kind}", lambda opening=opening, tag=tag: opening(page, tag, known), LOOKS


def _desk(page: Page, site: RunningSite, known: shown.Known, tags: list[str], kinds: list[str]) -> Iterator[Opened]:
    asked.come_in(Walker(page, "sr-Cyrl"), site, "Vesna")
    wide = [look for look in LOOKS if look.width == 1280]
    for tag in tags:
        shown.speak_at_desk(page, tag)
        for kind, opening in ((kind, shown.AT_DESK[kind]) for kind in shown.AT_DESK if kind in kinds):
            yield f"desk {tag} {kind}", lambda opening=opening: opening(page, known), wide


def measure(browser: Browser, site: RunningSite, tags: list[str], kinds: list[str], keep: Path | None) -> Counter[str]:
    """How many looks were taken and how much was found in them; prints every finding."""
    known = asked.ask_a_reporter(browser, site)
    page = asked.at(browser, site).new_page()
    count: Counter[str] = Counter()
    came: list[Response] = []
    page.on("response", lambda answer: came.append(answer) if answer.request.is_navigation_request() else None)
    at_desk = [language.tag for language in AT_DESK if language.tag in tags]
    for opens in (_public(page, known, tags, kinds), _desk(page, site, known, at_desk, kinds)):
        for name, opening, looks in opens:
            opening()
            if keep:
                (keep / f"{name.replace(' ', '-')}.html").write_bytes(came[-1].body())
            shown.ready(page)
            count["pages"] += 1
            for look in looks:
                look.put_on(page)
                found = shown.found_by_axe(page) + shown.does_not_fit(page)
                count["looks"] += 1
                count["findings"] += len(found)
                for what in found:
                    print(f"{name}, {look.colours} {look.width}: {what}", flush=True)
            print(f"{count['looks']:6} {name}", end="\r", file=sys.stderr)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    tags = [language.tag for language in LANGUAGES]
    parser.add_argument("--languages", nargs="+", choices=tags, default=tags)
    parser.add_argument("--kinds", nargs="+", choices=[*KINDS, *shown.AT_DESK], default=[*KINDS, *shown.AT_DESK])
    parser.add_argument("--pages", type=Path)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        if options.pages:
            options.pages.mkdir(parents=True, exist_ok=True)
        site = RunningSite(Path(folder))
        site.start()
        try:
            browser = playwright.chromium.launch(
                executable_path="/usr/bin/chromium", chromium_sandbox=False, args=FLAGS
            )
            count = measure(browser, site, options.languages, options.kinds, options.pages)
            browser.close()
        finally:
            site.kill()
    took = time.monotonic() - began
    print(f"{count['pages']} pages in {count['looks']} looks: {count['findings']} findings ({took:.0f} s)")


if __name__ == "__main__":
    main()
