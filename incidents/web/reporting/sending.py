"""The last step of every report, by form or by app: sealed while nobody waits, held for a check in a flood."""

from __future__ import annotations

from datetime import datetime, timedelta

from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report
from incidents.services.reporting import DeskKeyGone, Sending, keep, make_ready
from incidents.web.platform import platform


def take_in(
    report: Report, nonce: bytes, *, opened_at: datetime | None = None, trap_is_filled: bool = False
) -> ReceiptCode:
    """Seal a report, then one INSERT and one COMMIT. `opened_at` is None for an app, which has its own form.

    Raises services.reporting.Rejected, AlreadySent, NoDeskKey.
    """
    sending = Sending(nonce, opened_at, trap_is_filled, _is_flooded())
    try:
        return _seal_and_keep(report, sending)
    except DeskKeyGone:
        return _seal_and_keep(report, sending)


def _is_flooded() -> bool:
    site = platform()
    with site.database.reader() as session:
        return site.pulse.is_flooded(session, today=site.today(), now=site.now())


def _seal_and_keep(report: Report, sending: Sending) -> ReceiptCode:
    site = platform()
    with site.database.reader() as session:
        ready = make_ready(
            session,
            report,
            sending,
            vocabulary=site.vocabulary,
            today=site.today(),
            now=site.now(),
            shortest=timedelta(seconds=site.settings.shortest_honest_seconds),
            pepper=site.settings.pepper,
        )
    with site.database.unit_of_work() as session:
        return keep(session, ready)
