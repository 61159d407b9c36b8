"""How long a member waits for one report with its marks and its twins, in a long queue.

    python -m benchmarks.reading [--engine sqlite] [--open 2000] [--settled 1000] [--reports 60] [--json FILE]

A site as operators run it, one worker, one member, everything over HTTP on this machine. The member takes one report
after the other and opens its page: the story with what could identify someone marked, open reports that are like it,
incidents that may be the same. Nothing of a page is kept for the next one, so each opens the whole queue. The floor,
in turns with it, is a bare server on the same stack that opens one sealed report and answers with as many bytes.
"""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from statistics import median
from uuid import UUID

import sqlalchemy as sa

from benchmarks.bare import bare
from benchmarks.downloads import Asking
from benchmarks.queue import Browser, fill
from benchmarks.serving import cpu_s, ground, on_engines, server
from incidents.core.incident import Handling
from incidents.db import report as stored


def measure(url: str, options: argparse.Namespace) -> dict[str, float]:
    with ground(url) as made:
        with made.database.unit_of_work() as session:
            now = datetime.now(UTC)
            ana = fill(session, made.settings, settled=options.settled, open_reports=options.open, now=now)
            waiting = sa.select(stored.Report.id).where(stored.Report.handling == Handling.RECEIVED)
            reports = list(session.scalars(waiting.order_by(stored.Report.id).limit(options.reports + 1)))
        with server(made.folder, made.url, 1) as (port, process), closing(Browser(port)) as browser:
            browser.log_in(ana)
            return _waited(browser, reports, cpu=lambda: cpu_s(process))


def _waited(browser: Browser, reports: list[UUID], *, cpu: Callable[[], float]) -> dict[str, float]:
    first, *others = reports
    took_first, _, page = next(_opened(browser, [first], cpu))
    ours, used, floor, pages = [], [], [], []
    with bare({"/report": page.encode()}, opens_one=True) as port, closing(Asking(port)) as other:
        for took, cpu_used, page in _opened(browser, others, cpu):
            ours.append(took)
            used.append(cpu_used)
            floor.append(other.ask("/report", {})[0])
            pages.append(page)
    return {
        "first page s": took_first,
        "median s": median(ours),
        "CPU s": median(used),
        "95 in 100 s": sorted(ours)[len(ours) * 95 // 100],
        "floor: opened and answered s": median(floor),
        "to floor": median(ours) / median(floor),
        "bytes": median(len(page.encode()) for page in pages),
        "marks on a page": sum(page.count('<a class="found found--') for page in pages) / len(pages),
        "twins and incidents on a page": sum(page.count('<article class="twin"') for page in pages) / len(pages),
    }


def _opened(browser: Browser, reports: list[UUID], cpu: Callable[[], float]) -> Iterator[tuple[float, float, str]]:
    """Seconds for the page of each, once it is taken, seconds of CPU of the server, and the page."""
    for report in reports:
        at = f"/desk/reports/{report}"
        browser.take(at)
        began, used = time.perf_counter(), cpu()
        page = browser.open(at)
        took = time.perf_counter() - began
        if re.search(r'<h3 id="twins"', page) is None:
            raise SystemExit("A report that was taken came without its twins.")
        yield took, cpu() - used, page


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--open", type=int, default=2_000)
    parser.add_argument("--settled", type=int, default=1_000)
    parser.add_argument("--reports", type=int, default=60)
    on_engines(parser, measure, lambda _figures: True)  # held to nothing


if __name__ == "__main__":
    main()
