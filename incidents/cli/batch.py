"""`import`: what organisations recorded, from a table of theirs. Looked through first, taken whole or not at all."""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from incidents.adapters import data_files, spreadsheets
from incidents.adapters.spreadsheets import Unreadable
from incidents.cli import csv_files
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import Settings
from incidents.core.accounts import PARTNER_CODE
from incidents.core.batch.columns import NoHeader, TwoAlike
from incidents.core.batch.rows import Entry, twins
from incidents.core.languages import BY_TAG
from incidents.core.receipt import ReceiptCode, grouped
from incidents.db.database import Database
from incidents.services.batch_words import (
    alike,
    in_a_sentence,
    lists_for,
    taken_as_written,
    template_rows,
    unread,
    wrong_header,
)
from incidents.services.batches import earlier_import, keep_batch, look_through, seal_batch
from incidents.services.reporting import NoDeskKey

_LOCAL = ZoneInfo("Europe/Belgrade")
_TOLD_AT_MOST = 20
_Row = TypeVar("_Row")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--partner", default="", help="A short code of the organisation, always the same: praxis, udruzenje-x.")
@click.option("--language", default="sr-Latn", show_default=True, type=click.Choice(list(BY_TAG)), help="Of the texts.")
@click.option("--sheet", default="", help="The sheet to read, where the best one is not chosen by itself.")
@click.option("--unsure-places", is_flag=True, help="Take rows whose place is not clear as they are written.")
@click.option("--send", is_flag=True, help="Really take the reports. Without this the file is only looked through.")
@click.option("--receipts", type=click.Path(path_type=Path), help="Write the receipt codes to this new file.")
@click.option("--again", is_flag=True, help="Take a file that was imported before once more.")
@click.option("--template", type=click.Path(path_type=Path), help="Write an empty table for a partner to fill in.")
def import_(
    file: Path | None,
    partner: str,
    language: str,
    sheet: str,
    unsure_places: bool,
    send: bool,
    receipts: Path | None,
    again: bool,
    template: Path | None,
) -> None:
    """Look through a table of reports (CSV or XLSX), and take it whole with --send.

    Each row is a report. Columns may be called in English, Serbian or Hungarian: acts, grounds and setting have to be
    there; reference, role, relation, aware, organisation, targets, indicators, date (or day, month, year), when,
    season, when in words, platform, content, link, place, municipality, words, told, outcomes, untold, wish, consents
    and language may be. Cells hold codes, or labels in any language; several stand behind a semicolon or a bar. Each
    row that cannot be taken is named with what would be accepted, and then nothing is taken.

    Exit code 0: every row can be taken, or was. 1: some rows have to be mended. 2: the file cannot be read.
    """
    if template:
        _write_template(template, language)
        return
    if file is None:
        raise Wrong("Name the FILE to look through, or --template FILE.csv to write an empty one.")
    if send:
        _check_sending(partner, receipts)
    content, entries = _looked_through(file, sheet, partner, language, unsure_places)
    if not send:
        _tell_earlier(content)
        click.echo("Nothing was stored. Send it with --send --partner CODE --receipts FILE.csv.")
        return
    settings = settings_of_site()
    with database_of(settings) as database:
        _refuse_earlier(database, settings, content, again)
        _take(database, settings, entries, content, partner, receipts or Path())
    click.echo(f"Took {len(entries)} reports. Their receipt codes are in {receipts}; keep it as you keep a key.")


def _check_sending(partner: str, receipts: Path | None) -> None:
    if not PARTNER_CODE.fullmatch(partner):
        raise Wrong("Name the organisation with --partner: 2 to 40 small letters a-z, digits, - or _.")
    if receipts is None:
        raise Wrong("Name a new file for the receipt codes with --receipts FILE.csv.")
    if receipts.exists():
        raise Wrong(f"{receipts} is there already. Name a new file for the receipt codes.")


def _looked_through(
    file: Path, sheet: str, partner: str, language: str, unsure_places: bool
) -> tuple[bytes, list[Entry]]:
    """The bytes of the file, and its rows as reports if every one can be taken; ends with 1 if not."""
    try:
        content = spreadsheets.content_of(file)
        looked = look_through(
            content,
            partner=partner,
            language=language,
            vocabulary=data_files.vocabulary(),
            geocoder=data_files.geocoder(),
            places=data_files.places(),
            today=datetime.now(_LOCAL).date(),
            sheet=sheet,
            takes_unsure_places=unsure_places,
            shown=partial(_shown, label="Looking through"),
        )
    except Unreadable as error:
        raise Wrong(f"{file.name} cannot be read: {error}") from None
    except (NoHeader, TwoAlike) as error:
        template = " Write a template with --template FILE.csv to see what they are called."
        raise Wrong(f"{file.name}: {wrong_header(error, str)}{template}") from None
    header, entries = looked.header, list(looked.entries)
    for note in (*map(str, looked.notes), *(unread(one, str) for one in header.unread)):
        click.echo(note)
    if not entries:
        raise Wrong(f"{file.name} has a header and no rows.")
    for later, earlier in twins(entries)[:_TOLD_AT_MOST]:
        click.echo(alike(later, earlier, str))
    for one in (unsure for entry in entries for unsure in entry.unsure):
        click.echo(taken_as_written(one, header, str))
    refused, refusals = looked.refused, looked.refusals
    for refusal in refusals:
        click.echo(in_a_sentence(refusal, header, language, str))
    for line in lists_for(refusals, header, language, str):
        click.echo(line)
    click.echo(f"{file.name}: of {len(entries)} rows {len(entries) - refused} can be taken, {refused} cannot.")
    if refused:
        click.echo("Nothing was stored: mend these rows in the file and try again.")
        raise click.exceptions.Exit(1)
    return content, entries


@contextmanager
def _shown(rows: list[_Row], label: str) -> Iterator[Iterable[_Row]]:
    """The rows, and on a terminal how far they are."""
    with click.progressbar(rows, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield bar


def _tell_earlier(content: bytes) -> None:
    """Only where there is a site: partners look through their files on machines of their own."""
    try:
        settings = settings_of_site()
    except Wrong:
        return
    with database_of(settings) as database, database.reader() as session:
        earlier = earlier_import(session, content, pepper=settings.pepper)
    if earlier:
        click.echo(f"This very file was imported on {earlier.received_on}, as {earlier.partner}.")


def _refuse_earlier(database: Database, settings: Settings, content: bytes, again: bool) -> None:
    with database.reader() as session:
        earlier = earlier_import(session, content, pepper=settings.pepper)
    if earlier and not again:
        raise Wrong(
            f"This very file was imported on {earlier.received_on}, as {earlier.partner}: {earlier.reports} reports. "
            "Add --again to take them once more."
        )


def _take(
    database: Database, settings: Settings, entries: list[Entry], content: bytes, partner: str, receipts: Path
) -> None:
    """The receipts are on disk before the reports are: a code that opens nothing does no harm, a lost one does."""
    now = datetime.now(UTC)
    today = now.astimezone(_LOCAL).date()
    try:
        with database.reader() as session, _shown([entry.report for entry in entries], "Sealing") as reports:
            ready = seal_batch(
                session,
                reports,
                vocabulary=data_files.vocabulary(),
                places=data_files.places(),
                today=today,
                now=now,
                pepper=settings.pepper,
            )
    except NoDeskKey:
        raise Wrong("This site has no desk key yet: run `python -m incidents init` first.") from None
    _write_receipts(receipts, entries, [one.code for one in ready])
    try:
        with database.unit_of_work() as session:
            keep_batch(session, ready, content=content, partner=partner, today=today, now=now, pepper=settings.pepper)
    except BaseException:
        receipts.unlink(missing_ok=True)
        raise


def _write_receipts(out: Path, entries: list[Entry], codes: list[ReceiptCode]) -> None:
    with csv_files.written(out) as target:
        os.chmod(target.name, 0o600)
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["row", "reference", "receipt_code"])
        for entry, code in zip(entries, codes, strict=True):
            writer.writerow([entry.row, _harmless(entry.reference), grouped(code)])


def _harmless(text: str) -> str:
    """No spreadsheet shall take it for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _write_template(out: Path, language: str) -> None:
    """As Excel here opens it by a double click: UTF-8 with its mark, semicolons."""
    if out.exists():
        raise Wrong(f"{out} is there already.")
    with csv_files.written(out) as target:
        target.write("\ufeff")
        csv.writer(target, delimiter=";", lineterminator="\r\n").writerows(template_rows(language))
    click.echo(f"Wrote {out}. Cells hold codes or labels of /api/v1/vocabularies.")
