"""The drill: everything is lost but the last backup and what was kept apart. Is it all back, and how long does it take?

    python -m benchmarks.drill [--reports 100000] [--files 200] [--from sqlite] [--to postgresql] [--json FILE]

Invented reports are sealed as the form does it, each with two entries in the audit trail, and pictures as large as
phones make them, with copies. Then the operator's commands follow, as the guide has them: a key, a backup, and on
another machine (an empty folder with the two key files, an empty database) `restore` and `audit verify`. At the end the
member's password opens the reports and files again, and receipt codes find theirs.
Held to: everything back and readable
within five minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import sqlalchemy as sa

from benchmarks.junk import REAL
from benchmarks.serving import PASSWORD, a_desk, cluster, variables
from incidents.adapters import data_files, opening
from incidents.adapters.remaking import Remade
from incidents.cli.setup import make_secrets
from incidents.config import Settings, read_settings
from incidents.core.files import Kind
from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report, from_bytes
from incidents.db import migrations
from incidents.db.audit import Change, record_all
from incidents.db.database import Database
from incidents.db.report import FilePart, SentFile, pieces_of
from incidents.db.report import Report as Row
from incidents.services import files, keys, receipts, reporting
from incidents.services.accounts import Member

WITHIN_S = 300
_AT_ONCE = 1_000
_LOOKED_AT = 500
_PICTURE_BYTES, _COPY_BYTES, _PREVIEW_BYTES = 900_000, 400_000, 12_000


def _story(number: int) -> Report:
    return Report(
        language="sr-Cyrl",
        role="victim",
        acts=frozenset({"threat"}),
        grounds=frozenset({"national_ethnic"}),
        when="month",
        month="2026-09",
        setting="public_transport",
        words=f"{REAL['words']} То је било {number}. пут.",
        wish="count_only",
    )


def fill(database: Database, settings: Settings, reports: int, pictures: int) -> list[ReceiptCode]:
    """Receipt codes of all reports, in the order in which they were made; the first ones have a picture each."""
    now, codes = datetime.now(UTC), list[ReceiptCode]()
    stories = (_story(number) for number in range(reports))
    while some := list(islice(stories, _AT_ONCE)):
        with database.unit_of_work() as session:
            key = reporting.sealing_keys(session).national
            ready = [
                reporting.make_ready(
                    story,
                    reporting.Sending(os.urandom(16), None, False),
                    desk_key=key,
                    vocabulary=data_files.vocabulary(),
                    today=now.date(),
                    now=now,
                    shortest=timedelta(0),
                    pepper=settings.pepper,
                )
                for story in some
            ]
            session.execute(sa.insert(Row), [dict(one.row) for one in ready])
            changes = [Change(subject=f"report:{one.row['id']}") for one in ready for _ in range(2)]
            record_all(session, changes, at=now, actor="Ana", action="take")
            codes += [one.code for one in ready]
    chance = random.Random(1)
    for code in codes[:pictures]:
        copy, preview = chance.randbytes(_COPY_BYTES), chance.randbytes(_PREVIEW_BYTES)
        with database.unit_of_work() as session:
            files.add_file(
                session,
                code,
                _picture(code),
                Remade(Kind.PICTURE, "image/jpeg", copy, preview),
                today=now.date(),
                pepper=settings.pepper,
            )
    return codes


def _picture(code: ReceiptCode) -> bytes:
    return random.Random(code).randbytes(_PICTURE_BYTES)


def _counted(database: Database) -> dict[str, int]:
    with database.reader() as session:
        return {
            table: session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608 (names of our own)
            for table in ("report", "sent_file", "file_piece", "audit_entry", "member", "key_grant")
        }


def _readable(database: Database, settings: Settings, member: Member, codes: list[ReceiptCode], pictures: int) -> int:
    """How many of those looked at cannot be read: reports and receipts here and there, and every picture."""
    chance, failed = random.Random(2), 0
    with database.reader() as session:
        key = keys.unlock_member_key(session, member.id, PASSWORD, memory_mib=settings.seal_memory_mib)
        desk = keys.desk_private(session, 1, member.id, key)
        for code in chance.sample(codes, min(_LOOKED_AT, len(codes))):
            row = receipts.row_of(session, code, pepper=settings.pepper)
            story = from_bytes(opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=desk))
            failed += not story.words.startswith(str(REAL["words"]))
        for code in codes[:pictures]:
            [sent] = session.scalars(
                sa.select(SentFile).where(
                    SentFile.report_id == receipts.row_of(session, code, pepper=settings.pepper).id
                )
            )
            own = opening.open_key(sent.sealed_key, desk)
            pieces = pieces_of(session, sent.id, FilePart.ORIGINAL)
            failed += opening.open_pieces(own, pieces, file=sent.id, part=FilePart.ORIGINAL) != _picture(code)
    return failed


def _run(folder: Path, url: str, *arguments: str) -> float:
    """Seconds that a command took."""
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "incidents", *arguments],
        check=True,
        env={**os.environ, **variables(folder, url)},
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def _at(engine: str, folder: Path, stack: ExitStack) -> str:
    if engine == "sqlite":
        return f"sqlite:///{folder / 'site.sqlite'}"
    return stack.enter_context(cluster()).url


def measure(options: argparse.Namespace) -> dict[str, float | str]:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        before, after, away = (Path(name) / part for part in ("before", "after", "away"))
        for folder in (before, after, away):
            folder.mkdir()
        make_secrets(before)
        here, there = _at(options.source, before, stack), _at(options.target, after, stack)
        settings = read_settings(variables(before, here))
        database = Database(here)
        migrations.upgrade(database)
        member = a_desk(settings, database)
        began = time.perf_counter()
        codes = fill(database, settings, options.reports, options.files)
        filled_s, counted = time.perf_counter() - began, _counted(database)
        database.close()
        _run(before, here, "backup", "key", str(away / "backup.key"))
        backup = away / "last.backup"
        backup_s = _run(before, here, "backup", "make", str(backup), "--key", str(away / "backup.key.pub"))
        for kept in ("pepper", "token-key"):
            shutil.copy(before / kept, after / kept)
        shutil.rmtree(before)
        restore_s = _run(after, there, "restore", str(backup), "--key", str(away / "backup.key"))
        verify_s = _run(after, there, "audit", "verify")
        database = Database(there)
        began = time.perf_counter()
        failed = _readable(database, settings, member, codes, options.files)
        read_s, back = time.perf_counter() - began, _counted(database)
        database.close()
        return {
            "from and to": f"{options.source}, {options.target}",
            "rows": sum(counted.values()),
            "rows missing": sum(counted.values()) - sum(back.values()),
            "cannot be read": failed,
            "filled s": filled_s,
            "backup s": backup_s,
            "backup MB": backup.stat().st_size / 1e6,
            "restore s": restore_s,
            "audit verify s": verify_s,
            "looking s": read_s,
            "restored and verified s": restore_s + verify_s + read_s,
        }


def is_good(found: dict[str, float | str]) -> bool:
    return (
        found["rows missing"] == 0
        and found["cannot be read"] == 0
        and float(found["restored and verified s"]) <= WITHIN_S
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--files", type=int, default=200)
    for option, where, default in (("--from", "source", "sqlite"), ("--to", "target", "postgresql")):
        parser.add_argument(option, dest=where, choices=["sqlite", "postgresql"], default=default)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options)
    print("good" if is_good(found) else "A BAR IS MISSED")
    for what, value in found.items():
        print(f"  {what:24}", f"{value:.1f}" if isinstance(value, float) else value)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if not is_good(found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
