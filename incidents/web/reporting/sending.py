"""The last step of every report, by form or by app: sealed while nobody waits, held for a check in a flood.

Only a reporter who was told that regional desks read reports has theirs read by one: whoever opened the form before
there was one, or an app that says nothing of it, writes to the national desk.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report
from incidents.services.reporting import DeskKeyGone, NoDeskKey, SealingKeys, Sending, keep, make_ready
from incidents.web.platform import platform


def take_in(
    report: Report, nonce: bytes, *, is_told: bool, opened_at: datetime | None = None, trap_is_filled: bool = False
) -> ReceiptCode:
    """Seal a report, then one INSERT and one COMMIT. `opened_at` is None for an app, which has its own form.

    `is_told`: its reporter was told of regional desks.

    Raises services.reporting.Rejected, AlreadySent, NoDeskKey.
    """
    sending = Sending(nonce, opened_at, trap_is_filled, _is_flooded())
    try:
        return _seal_and_keep(report, sending, is_told)
    except DeskKeyGone:
        platform().intake.forget()
        return _seal_and_keep(report, sending, is_told)


def keys_to_seal_to() -> SealingKeys:
    """Raises services.reporting.NoDeskKey while intake is closed."""
    site = platform()
    return site.intake.keys(site.database.reader, clock_s=monotonic())


def has_regional_desks() -> bool:
    """Whether reports from some places go to a desk of their own. Without the database it is not said."""
    try:
        return bool(keys_to_seal_to().regional)
    except (NoDeskKey, SQLAlchemyError):
        return False


def _is_flooded() -> bool:
    site = platform()
    return site.pulse.is_flooded(site.database.reader, today=site.today(), now=site.now())


def _seal_and_keep(report: Report, sending: Sending, is_told: bool) -> ReceiptCode:
    site, keys = platform(), keys_to_seal_to()
    ready = make_ready(
        report,
        sending,
        desk_key=keys.of(report, site.places) if is_told else keys.national,
        vocabulary=site.vocabulary,
        today=site.today(),
        now=site.now(),
        shortest=timedelta(seconds=site.settings.shortest_honest_seconds),
        pepper=site.settings.pepper,
    )
    with site.database.unit_of_one() as session:
        return keep(session, ready)
