"""`import`: what organisations recorded, from a table of theirs. Looked through first, taken whole or not at all."""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from incidents.adapters import catalogues, data_files, spreadsheets
from incidents.adapters.spreadsheets import Sheet, Unreadable
from incidents.cli import csv_files
from incidents.cli.batch_words import in_a_sentence, lists_for, taken_as_written, template_rows
from incidents.cli.site import Wrong, database_of, settings_of_site
from incidents.config import Settings
from incidents.core.batch import columns
from incidents.core.batch.columns import Header, NoHeader, TwoAlike
from incidents.core.batch.names import Names, names_of
from incidents.core.batch.rows import Candidates, Entry, Surroundings, entry_of, twins
from incidents.core.languages import BY_TAG
from incidents.core.receipt import ReceiptCode, grouped
from incidents.db.database import Database
from incidents.services.batches import earlier_import, keep_batch, place_named, seal_batch
from incidents.services.reporting import NoDeskKey

_LOCAL = ZoneInfo("Europe/Belgrade")
_PARTNER = "[a-z0-9][a-z0-9_-]{1,39}"
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
    if not re.fullmatch(_PARTNER, partner):
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
        read = spreadsheets.sheet_of(content, columns.known, wanted=sheet)
    except Unreadable as error:
        raise Wrong(f"{file.name} cannot be read: {error}") from None
    header = _header(read, file.name)
    for note in (*read.notes, *_notes(header)):
        click.echo(note)
    entries = _entries(read, header, partner, language, unsure_places)
    if not entries:
        raise Wrong(f"{file.name} has a header and no rows.")
    for later, earlier in twins(entries)[:_TOLD_AT_MOST]:
        click.echo(f"Row {later} says the same as row {earlier}. Both would be taken: is it one incident?")
    for one in (unsure for entry in entries for unsure in entry.unsure):
        click.echo(taken_as_written(one, header))
    refused = [entry for entry in entries if entry.refusals]
    refusals = [refusal for entry in refused for refusal in entry.refusals]
    for refusal in refusals:
        click.echo(in_a_sentence(refusal, header, language))
    for line in lists_for(refusals, header, language):
        click.echo(line)
    click.echo(
        f"{file.name}: of {len(entries)} rows {len(entries) - len(refused)} can be taken, {len(refused)} cannot."
    )
    if refused:
        click.echo("Nothing was stored: mend these rows in the file and try again.")
        raise click.exceptions.Exit(1)
    return content, entries


def _header(read: Sheet, name: str) -> Header:
    try:
        return columns.header_of([row.cells for row in read.rows])
    except NoHeader as error:
        raise Wrong(
            f"{name} has no row that names the columns {', '.join(error.missing)}. "
            "Write a template with --template FILE.csv to see what they are called."
        ) from None
    except TwoAlike as error:
        raise Wrong(f"{name} has two columns for {error.column}: {' and '.join(error.names)}. Leave one.") from None


def _notes(header: Header) -> Iterator[str]:
    for one in header.unread:
        meant = f" Did you mean {one.nearest}?" if one.nearest else ""
        yield f"The column “{one.name}” is not read.{meant}"


def _entries(read: Sheet, header: Header, partner: str, language: str, unsure_places: bool) -> list[Entry]:
    geocoder = data_files.geocoder()
    known: dict[str, Candidates] = {}

    def find(query: str) -> Candidates:
        if query not in known:
            known[query] = place_named(query, geocoder=geocoder, places=data_files.places())
        return known[query]

    around = Surroundings(
        header=header,
        names=_names(),
        vocabulary=data_files.vocabulary(),
        find=find,
        takes_unsure_places=unsure_places,
        language=language,
        partner=partner,
        today=datetime.now(_LOCAL).date(),
    )
    with _shown(read.rows[header.row + 1 :], "Looking through") as rows:
        return [entry_of(row, around) for row in rows]


def _names() -> Names:
    terms = data_files.vocabulary().terms
    return names_of(
        (listed, term.code, [catalogues.label(term, tag) for tag in BY_TAG])
        for listed in set(columns.LISTS.values())
        for term in terms[listed].values()
    )


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
