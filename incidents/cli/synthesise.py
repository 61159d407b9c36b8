"""`synthesise`: invented reports as CSV for trying things, or into a trial site."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import IO

import click
import sqlalchemy as sa

from incidents.adapters import data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import Settings
from incidents.core.synthesis.samples import Sample, samples
from incidents.core.synthesis.world import seeded
from incidents.db.account import Member
from incidents.services import trial
from incidents.services.reporting import NoDeskKey

_COLUMNS = (
    "received_on",
    "language",
    "role",
    "acts",
    "grounds",
    "targets",
    "indicators",
    "when",
    "day",
    "month",
    "year",
    "setting",
    "place",
    "words",
    "wish",
    "consents",
    "outcome",
    "set_aside_reason",
    "settled_place",
    "settled_month",
    "verification",
    "bias_strength",
)


@click.command()
@click.option("--reports", default=100, show_default=True, type=click.IntRange(1, 10_000_000), help="How many.")
@click.option("--seed", default=1, show_default=True, help="The same seed and day give the same reports.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    help="The day on which the newest were received; today if not given.",
)
@click.option("--open/--settled", "is_open", default=None, help="Only reports still open, or only settled ones.")
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="Write CSV to this file; - for standard output, which is also the default.",
)
@click.option("--into-site", is_flag=True, help="Store them in the trial site instead of writing CSV.")
@click.pass_obj
def synthesise(
    settings: Settings | None,
    reports: int,
    seed: int,
    until: datetime | None,
    is_open: bool | None,
    target: str | None,
    into_site: bool,
) -> None:
    """Invent reports that look like real ones: grounds, acts, places, languages, scripts and slips.

    Nobody in them exists.
    """
    now = datetime.now(UTC)
    day = until.date() if until else now.date()
    if day > now.date():
        raise Wrong("--until lies in the future.")
    if into_site and (target or until):
        raise Wrong("--into-site goes neither with --to nor with --until.")
    random = seeded(seed)
    invented = _some(reports, random, day, is_open)
    with click.progressbar(invented, length=reports, label="Inventing reports", file=sys.stderr) as shown:
        if into_site:
            _into_site(settings or settings_of_site(), shown, random, now)
        else:
            _as_csv(shown, target or "-")


def _some(reports: int, random: Random, today: date, is_open: bool | None) -> Iterator[Sample]:
    """So many samples, of one kind if it is asked for; the other kind is left out, not counted."""
    left = reports
    while left:
        for sample in samples(
            left,
            random=random,
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            today=today,
            texts=synthetic_texts(),
        ):
            if is_open is None or (sample.is_open if is_open else sample.settlement is not None):
                left -= 1
                yield sample


def _into_site(settings: Settings, invented: Iterable[Sample], random: Random, now: datetime) -> None:
    if not settings.trial:
        raise Wrong("This site is not a trial: invented reports would stand among real ones.")
    with database_of(settings) as database, database.unit_of_work() as session:
        members = list(session.scalars(sa.select(Member.id).order_by(Member.name)))
        try:
            filled = trial.fill(
                session,
                invented,
                members=members,
                random=random,
                pepper=settings.pepper,
                vocabulary=data_files.vocabulary(),
                now=now,
            )
        except NoDeskKey:
            raise Wrong("This site has no desk key yet: start the trial once, then fill it.") from None
        except trial.TooFewMembers:
            raise Wrong("This site has fewer than two members: start the trial once, then fill it.") from None
    click.echo(
        f"Added {filled.open_reports} open reports and {filled.incidents} incidents; {filled.set_aside} were set aside."
    )


def _as_csv(invented: Iterable[Sample], target: str) -> None:
    with _opened(target) as file:
        writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_row(sample) for sample in invented)


@contextmanager
def _opened(target: str) -> Iterator[IO[str]]:
    try:
        with click.open_file(target, "w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise Wrong(f"{target} cannot be written: {error.strerror}.") from None


def _row(sample: Sample) -> dict[str, str]:
    report, settled = sample.report, sample.settlement
    outcome = "open" if sample.is_open else "settled" if settled else "set_aside"
    return {
        "received_on": sample.received_on.isoformat(),
        "language": report.language,
        "role": report.role,
        "acts": "|".join(sorted(report.acts)),
        "grounds": "|".join(sorted(report.grounds)),
        "targets": "|".join(sorted(report.targets)),
        "indicators": "|".join(sorted(report.indicators)),
        "when": report.when,
        "day": report.day,
        "month": report.month,
        "year": report.year,
        "setting": report.setting,
        "place": report.place,
        "words": report.words,
        "wish": report.wish,
        "consents": "|".join(sorted(report.consents)),
        "outcome": outcome,
        "set_aside_reason": sample.set_aside_reason or "",
        "settled_place": settled.place if settled else "",
        "settled_month": _month(settled.year, settled.month) if settled else "",
        "verification": settled.verification.value if settled else "",
        "bias_strength": settled.bias_strength.value if settled else "",
    }


def _month(year: int, month: int | None) -> str:
    return f"{year}-{month:02d}" if month else str(year)
