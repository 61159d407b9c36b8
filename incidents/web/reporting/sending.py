"""The last step of every report, by form or by app: sealed while nobody waits, held for a check in a flood."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report
from incidents.services.reporting import Sending, keep, make_ready
from incidents.web.platform import platform


def take_in(
    report: Report, nonce: bytes, *, opened_at: datetime | None = None, trap_is_filled: bool = False
) -> ReceiptCode:
    """Seal a report, then one INSERT and one COMMIT. `opened_at` is None for an app, which has its own form.

    Raises services.reporting.Rejected, AlreadySent, NoDeskKey.
    """
    site = platform()
    today, now = site.today(), site.now()
    with site.database.reader() as session:
        in_flood = site.pulse.is_flooded(session, today=today, now=now)
        ready = make_ready(
            session,
            report,
            Sending(nonce, opened_at, trap_is_filled, in_flood),
            vocabulary=site.vocabulary,
            today=today,
            now=now,
            shortest=timedelta(seconds=site.settings.shortest_honest_seconds),
            pepper=site.settings.pepper,
        )
    with site.database.unit_of_work() as session:
        return keep(session, ready)
