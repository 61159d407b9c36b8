"""How long a release takes from settled incidents to frozen files, and what each of its steps has of that.

    python -m benchmarks.releases [--incidents 10000 100000] [--engine sqlite] [--json FILE]

Two thousand invented incidents are copied until there are so many, all accepted in one quarter, which is the worst
case: a release freezes those of its own quarter, and only counts those of before. Then a draft is built, one incident
is settled besides, and it is built anew; five times. The floor of counting is the engine's own GROUP BY of the same
rows, fetched by the driver.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.serving import bytes_of, engines, tell
from incidents.adapters import catalogues, data_files
from incidents.core.incident import Decision, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.tables import INCIDENTS
from incidents.db import migrations
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode
from incidents.services import counting, releases, trial

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PEPPER, TOKEN_KEY = bytes(range(32)), bytes(range(1, 33))
_KINDS = 2_000
_AT_ONCE = 5_000
_AGAIN = 5
"""Times that one incident is settled and the draft built anew: the one in the middle is told."""


def fill(session: Session, incidents: int) -> None:
    """So many settled incidents, all accepted today, and none in a batch."""
    trial.make_trial(
        session,
        pepper=PEPPER,
        token_key=TOKEN_KEY,
        memory_mib=8,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=NOW,
        open_reports=1,
        incidents=_KINDS,
    )
    counted = [level for level in Verification if is_counted(level)]
    session.execute(sa.delete(Incident).where(Incident.verification.not_in(counted)))
    session.execute(sa.update(Incident).values(accepted_on=NOW.date()))
    like = [dict(row) for row in session.execute(sa.select(*Incident.__table__.columns)).mappings()]
    codes: dict[UUID, list[tuple[str, str]]] = {row["id"]: [] for row in like}
    for row in session.scalars(sa.select(IncidentCode)):
        codes[row.incident_id].append((row.vocabulary, row.code))
    for start in range(len(like), incidents, _AT_ONCE):
        copies = [(uuid4(), like[which % len(like)]) for which in range(start, min(start + _AT_ONCE, incidents))]
        session.execute(sa.insert(Incident), [{**row, "id": new} for new, row in copies])
        session.execute(
            sa.insert(IncidentCode),
            [
                {"incident_id": new, "vocabulary": vocabulary, "code": code}
                for new, row in copies
                for vocabulary, code in codes[row["id"]]
            ],
        )


def settle_one(session: Session) -> None:
    """One more, like another one."""
    row = session.execute(sa.select(*Incident.__table__.columns).limit(1)).mappings().one()
    new = uuid4()
    codes = session.execute(
        sa.select(IncidentCode.vocabulary, IncidentCode.code).where(IncidentCode.incident_id == row["id"])
    ).all()
    session.execute(sa.insert(Incident).values({**row, "id": new, "decision": Decision.ACCEPTED, "seen_version": 0}))
    session.execute(
        sa.insert(IncidentCode),
        [{"incident_id": new, "vocabulary": vocabulary, "code": code} for vocabulary, code in codes],
    )


def _build(session: Session) -> int:
    return releases.build_release(
        session,
        today=NOW.date(),
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        label=catalogues.label,
        pepper=PEPPER,
        actor="operator",
        now=NOW,
    ).number


def _floor(session: Session) -> int:
    rows = session.connection().exec_driver_sql("SELECT line_key, count(*) FROM counted_incident GROUP BY line_key")
    return len(rows.all())


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    found = work()
    return time.perf_counter() - began, found


def _look_over(database: Database) -> None:
    """As the database's own upkeep does within a minute."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _after_one_more(database: Database) -> float:
    with database.unit_of_work() as session:
        settle_one(session)
    _look_over(database)
    with database.unit_of_work() as session:
        took_s, _ = _timed(lambda: _build(session))
    return took_s


def measure(database: Database, incidents: int) -> dict[str, float | int]:
    empty = bytes_of(database)
    with database.unit_of_work() as session:
        fill(session, incidents)
    _look_over(database)
    with database.unit_of_work() as session:
        built_s, number = _timed(lambda: _build(session))
    with database.reader() as session:
        floor_s, lines = _timed(lambda: _floor(session))
        counted_s, _ = _timed(lambda: counting.rows_of(session, INCIDENTS, [str(Quarter.of(NOW.date()))]))
        checked_s, check = _timed(lambda: releases.check_release(session, number))
    again_s = median(_after_one_more(database) for _ in range(_AGAIN))
    return {
        "incidents": incidents,
        "different lines": lines,
        "figures": check.cells,
        "withheld": check.withheld,
        "given away": len(check.given_away),
        "built s": built_s,
        "of that counted s": counted_s,
        "floor: GROUP BY s": floor_s,
        "counting to floor": counted_s / floor_s,
        "attacked again s": checked_s,
        "after one more s": again_s,
        "after one more to built": again_s / built_s,
        "bytes an incident": (bytes_of(database) - empty) / max(1, incidents),
        "most memory MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _warmed() -> None:
    """What a process reads once: vocabulary, places, catalogues, the solver."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'site.sqlite'}")
        migrations.upgrade(database)
        measure(database, 0)
        database.close()


def _each(options: argparse.Namespace) -> Iterator[tuple[str, bool, dict[str, float | int]]]:
    _warmed()
    for incidents in options.incidents:
        for engine, url in engines(options.engine):
            with tempfile.TemporaryDirectory() as folder:
                database = Database(url or f"sqlite:///{Path(folder) / 'site.sqlite'}")
                migrations.upgrade(database)
                found = measure(database, incidents)
                database.close()
            yield f"{engine}, {incidents} incidents", found["given away"] == 0, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engine", choices=["sqlite", "postgresql"], help="One of both; both if not given.")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    tell(_each(options), into=options.json)


if __name__ == "__main__":
    main()
