"""The last step of every report, by form or by app: sealed while nobody waits, held for a check in a flood."""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report
from incidents.services.reporting import DeskKeyGone, SealingKey, Sending, keep, make_ready
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
        platform().intake.forget()
        return _seal_and_keep(report, sending)


def key_to_seal_to() -> SealingKey:
    """Raises services.reporting.NoDeskKey while intake is closed."""
    site = platform()
    return site.intake.key(site.database.reader, clock_s=monotonic())


def _is_flooded() -> bool:
    site = platform()
    return site.pulse.is_flooded(site.database.reader, today=site.today(), now=site.now())


def _seal_and_keep(report: Report, sending: Sending) -> ReceiptCode:
    site = platform()
    ready = make_ready(
        report,
        sending,
        desk_key=key_to_seal_to(),
        vocabulary=site.vocabulary,
        today=site.today(),
        now=site.now(),
        shortest=timedelta(seconds=site.settings.shortest_honest_seconds),
        pepper=site.settings.pepper,
    )
    with site.database.unit_of_one() as session:
        return keep(session, ready)
