import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.db import job, order
from incidents.db import report as stored
from incidents.db.account import LoginSession, SpentChallenge
from incidents.db.bulk import Bulk, BulkKind, BulkRow, Outcome
from incidents.db.database import Database
from incidents.db.report import Message, MessageKind, Report
from incidents.services import tick as services
from incidents.web.tokens import LIFE
from tests import builders
from tests.conftest import NOW

MANY = 2_000
TODAY = NOW.date()


@pytest.fixture
def site(own_database: Database, settings: Settings) -> Database:
    """A site with a desk."""
    with own_database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    return own_database


def around(now: datetime = NOW, **changes: object) -> services.Surroundings:
    values = services.Surroundings(now=now, here=now.astimezone(ZoneInfo("Europe/Belgrade")), pepper=builders.PEPPER)
    return replace(values, **changes)


def ticked(database: Database, now: datetime = NOW, **changes: object) -> list[str]:
    return [line.text for line in services.tick(database, around(now, **changes))]


def a_row(day: date = TODAY) -> dict[str, object]:
    """A report as it is stored; random where sealing makes it so."""
    return {
        "id": uuid4(),
        "received_on": day,
        "handling": Handling.RECEIVED,
        "sealed": os.urandom(4096),
        "epoch": 1,
        "sealed_key": os.urandom(80),
        "verifier": os.urandom(32),
        "reporter_public": os.urandom(32),
        "reporter_private_sealed": os.urandom(72),
        "token_digest": os.urandom(32),
        "content_tag": os.urandom(32),
    }


def filed(database: Database, number: int, day: date = TODAY) -> list[UUID]:
    """The reports in the order in which they came, each with its own commit."""
    rows = [a_row(day) for _ in range(number)]
    for row in rows:
        with database.unit_of_work() as session:
            session.execute(sa.insert(Report).values(**row))
    return [UUID(str(row["id"])) for row in rows]


def correlation(came: Sequence[object], lies: Sequence[object]) -> float:
    """Spearman's, of two orders of the same things."""
    place = {each: number for number, each in enumerate(lies)}
    n = len(came)
    assert len(place) == n == len(lies)
    return 1 - 6 * sum((number - place[each]) ** 2 for number, each in enumerate(came)) / (n * (n * n - 1))


def orders_on_disk(database: Database) -> list[list[UUID]]:
    """Every order that somebody who has the disk can put the reports into."""
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect() as connection:
            toast = connection.scalar(
                sa.text("SELECT reltoastrelid::regclass::text FROM pg_class WHERE relname = 'report'")
            )
            by_place = "SELECT id FROM report ORDER BY ctid"
            by_writer = "SELECT id FROM report ORDER BY xmin::text::bigint, cmin::text::bigint"
            beside = f"SELECT chunk_data FROM {toast} WHERE chunk_seq = 0 ORDER BY chunk_id"
            pieces = [bytes(row[0]) for row in connection.execute(sa.text(beside))]
            texts = {row.sealed: row.id for row in connection.execute(sa.select(Report.id, Report.sealed))}
            begins = {text[: len(pieces[0])]: report for text, report in texts.items()}
            return [
                list(connection.scalars(sa.text(by_place))),
                list(connection.scalars(sa.text(by_writer))),
                [begins[piece] for piece in pieces],
            ]
    with database.without_transaction() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").all()
    content = Path(str(database.engine.url.database)).read_bytes()
    with database.engine.connect() as connection:
        ends = {row.id: bytes(row.sealed) for row in connection.execute(sa.select(Report.id, Report.sealed))}
    places = {report: content.find(sealed[1_500:1_532]) for report, sealed in ends.items()}
    assert -1 not in places.values()
    return [sorted(places, key=places.__getitem__)]


def test_the_order_on_the_disk_tells_nothing_of_the_order_in_which_people_wrote(site: Database) -> None:
    came = filed(site, MANY)
    assert max(abs(correlation(came, lies)) for lies in orders_on_disk(site)) > 0.9
    assert "Order of rows on the disk: mixed." in ticked(site)
    assert max(abs(correlation(came, lies)) for lies in orders_on_disk(site)) < 0.1


def test_reports_that_come_after_it_are_mixed_with_the_others(site: Database) -> None:
    came = filed(site, MANY // 2)
    ticked(site)
    came += filed(site, MANY // 2)
    assert "Order of rows on the disk: mixed." in ticked(site, NOW + timedelta(days=1))
    assert max(abs(correlation(came, lies)) for lies in orders_on_disk(site)) < 0.1


def test_mixing_changes_no_row(site: Database) -> None:
    filed(site, 50)
    with site.reader() as session:
        before = {row.id: tuple(row) for row in session.execute(sa.select(*Report.__table__.columns))}
    ticked(site)
    with site.reader() as session:
        assert {row.id: tuple(row) for row in session.execute(sa.select(*Report.__table__.columns))} == before


@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_what_was_deleted_is_on_the_disk_no_more(site: Database) -> None:
    filed(site, 20)
    with site.reader() as session:
        gone = session.scalars(sa.select(Report.sealed)).all()[7]
    with site.unit_of_work() as session:
        session.execute(sa.delete(Report).where(Report.sealed == gone))
    ticked(site)
    folder = Path(str(site.engine.url.database)).parent
    assert not any(gone[40:100] in path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_a_large_or_quiet_site_is_mixed_once_a_day(site: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    mixed = "Order of rows on the disk: mixed."
    assert mixed in ticked(site)
    assert mixed not in ticked(site, NOW + timedelta(minutes=10))
    filed(site, 1)
    assert mixed in ticked(site, NOW + timedelta(minutes=20))
    monkeypatch.setattr(order, "is_small", lambda _database: False)
    assert mixed not in ticked(site, NOW + timedelta(minutes=30))
    assert mixed in ticked(site, NOW + timedelta(minutes=40), everything=True)
    assert mixed in ticked(site, NOW + timedelta(days=1))


@pytest.mark.parametrize("own_database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_writes_just_now_is_not_held_up(site: Database) -> None:
    """A row that somebody holds is left where it is, and is mixed the next time."""
    filed(site, 20)
    with site.unit_of_work() as session:
        session.execute(sa.select(Report.id).limit(1).with_for_update())
        began = time.monotonic()
        lines = list(services.tick(site, around()))
        assert time.monotonic() - began < 10
    assert [line.is_fault for line in lines if "rder of rows" in line.text] == [True]
    assert "Order of rows on the disk: mixed." in ticked(site)


def _a_session(session: sa.orm.Session, member: UUID, *, started: timedelta, seen: timedelta) -> None:
    session.add(
        LoginSession(
            token_hash=os.urandom(32), member_id=member, sealed_key=b"", started_at=NOW - started, seen_at=NOW - seen
        )
    )


def test_ended_sessions_go_and_others_stay(site: Database) -> None:
    with site.unit_of_work() as session:
        member = session.scalars(sa.select(sa.column("id", sa.Uuid())).select_from(sa.table("member"))).first()
        _a_session(session, member, started=timedelta(hours=1), seen=timedelta(minutes=1))
        _a_session(session, member, started=timedelta(hours=1), seen=timedelta(minutes=16))
        _a_session(session, member, started=timedelta(hours=11), seen=timedelta(minutes=1))
    ticked(site)
    with site.reader() as session:
        assert session.scalars(sa.select(LoginSession.seen_at)).all() == [NOW - timedelta(minutes=1)]


def test_answered_challenges_go_when_they_are_too_old_anyway(site: Database) -> None:
    with site.unit_of_work() as session:
        for days in range(4):
            session.add(SpentChallenge(digest=bytes([days]) * 32, spent_on=TODAY - timedelta(days=days)))
    ticked(site)
    with site.reader() as session:
        left = session.scalars(sa.select(SpentChallenge.spent_on).order_by(SpentChallenge.spent_on)).all()
    assert left == [TODAY - timedelta(days=1), TODAY]


def test_undoing_that_is_no_longer_possible_goes(site: Database) -> None:
    reports = filed(site, 2)
    with site.unit_of_work() as session:
        member = session.scalars(sa.select(sa.column("id", sa.Uuid())).select_from(sa.table("member"))).first()
        for report, age in zip(reports, (timedelta(minutes=11), timedelta(minutes=9)), strict=True):
            act = Bulk(
                id=uuid4(), kind=BulkKind.RELEASE, member_id=member, at=NOW - age, listed=1, epoch=1, sealed_comment=b""
            )
            session.add(act)
            session.flush()
            session.add(
                BulkRow(bulk_id=act.id, report_id=report, before=Handling.QUARANTINED, version=1, outcome=Outcome.DONE)
            )
    ticked(site)
    with site.reader() as session:
        assert session.scalars(sa.select(BulkRow.report_id)).all() == [reports[1]]


def test_a_report_that_was_taken_and_left_is_free_again(site: Database) -> None:
    left, held = filed(site, 2)
    with site.unit_of_work() as session:
        member = session.scalars(sa.select(sa.column("id", sa.Uuid())).select_from(sa.table("member"))).first()
        for report, until in ((left, NOW - timedelta(minutes=1)), (held, NOW + timedelta(minutes=1))):
            taken = sa.update(Report).where(Report.id == report)
            session.execute(taken.values(lease_member_id=member, lease_until=until))
    ticked(site)
    with site.reader() as session:
        assert session.scalars(sa.select(Report.id).where(Report.lease_until.is_not(None))).all() == [held]
        assert session.scalars(sa.select(Report.version)).all() == [1, 1]


def test_tokens_of_messages_go_when_their_form_can_no_longer_be_sent(site: Database) -> None:
    (report,) = filed(site, 1)
    with site.unit_of_work() as session:
        for number, days in enumerate((20, 9, 8, 0), start=1):
            session.add(
                Message(
                    id=uuid4(),
                    report_id=report,
                    number=number,
                    kind=MessageKind.ADDITION,
                    sent_on=NOW.date() - timedelta(days=days),
                    epoch=1,
                    sealed_for_desk=b"x",
                    token_digest=os.urandom(32),
                )
            )
    ticked(site)
    with site.reader() as session:
        kept = sa.select(Message.number).where(Message.token_digest.is_not(None)).order_by(Message.number)
        assert session.scalars(kept).all() == [3, 4]


def test_tokens_are_kept_longer_than_forms_can_be_sent() -> None:
    assert services.SPENT_TOKENS_KEPT > LIFE


@pytest.mark.parametrize(
    ("number", "said"),
    [(0, None), (1, "fewer than 20"), (19, "fewer than 20"), (20, "20 to 39"), (45, "40 to 59")],
)
def test_what_waits_too_long_is_told_in_ranges(site: Database, number: int, said: str | None) -> None:
    filed(site, number, NOW.date() - timedelta(days=15))
    filed(site, 3, NOW.date() - timedelta(days=14))
    waiting = [line for line in ticked(site) if "Waiting" in line]
    assert waiting == ([f"Waiting for longer than 14 days: {said} reports."] if said else [])


def test_it_remembers_when_it_was_last_done(site: Database) -> None:
    ticked(site)
    with site.reader() as session:
        assert job.last_done(session, job.TICK).done_at == NOW
        assert job.last_done(session, "order").done_at is None


def test_nothing_of_persons_is_printed(site: Database) -> None:
    reports = filed(site, 7)
    printed = "\n".join(ticked(site))
    assert not any(str(report) in printed or report.hex in printed for report in reports)
    assert not any(digit.isdigit() for digit in printed)


def test_a_second_one_at_the_same_time_does_nothing(site: Database) -> None:
    other = Database(site.engine.url.render_as_string(hide_password=False))
    with other.alone_at("tick") as is_alone:
        assert is_alone
        assert ticked(site) == ["Another one is at work just now; there is nothing to do."]
    other.close()
    assert len(ticked(site)) > 1


def _hold(url: str, begun: "multiprocessing.synchronize.Event") -> None:
    with Database(url).alone_at("tick") as is_alone:
        assert is_alone
        begun.set()
        time.sleep(60)


def test_one_that_was_killed_holds_nobody_up(site: Database) -> None:
    spawned = multiprocessing.get_context("spawn")
    begun = spawned.Event()
    holder = spawned.Process(target=_hold, args=(site.engine.url.render_as_string(hide_password=False), begun))
    holder.start()
    assert begun.wait(30)
    assert len(ticked(site)) == 1
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    until = time.monotonic() + 10
    while len(lines := ticked(site)) == 1 and time.monotonic() < until:
        time.sleep(0.05)  # the server of PostgreSQL takes a moment to notice
    assert len(lines) > 1


def test_a_job_that_fails_does_not_stop_the_others(site: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_database: Database, _since: date | None) -> None:
        raise OperationalError("UPDATE report", {}, Exception("disk I/O error"))

    filed(site, 1, NOW.date() - timedelta(days=30))
    with monkeypatch.context() as patch:
        patch.setattr(order, "mix", fail)
        lines = list(services.tick(site, around()))
    assert [line.text for line in lines if line.is_fault] == [
        "Order of rows: not possible just now (OperationalError); tried again next time."
    ]
    assert any("Waiting" in line.text for line in lines)
    with site.reader() as session:
        assert job.last_done(session, job.TICK) is None
    assert "Order of rows on the disk: mixed." in ticked(site)


def test_a_clock_that_was_set_back_is_told_and_stops_nothing(site: Database) -> None:
    ticked(site, NOW + timedelta(days=400))
    lines = ticked(site)
    assert lines[0] == "Clock: it is earlier than when this was last done. Please look after the machine's clock."
    assert "Order of rows on the disk: mixed." in lines
    assert "Clock" not in "".join(ticked(site, NOW + timedelta(minutes=10)))


def test_a_clock_that_jumps_ahead_deletes_no_report(site: Database) -> None:
    reports = filed(site, 5)
    ticked(site, NOW + timedelta(days=36_500))
    with site.reader() as session:
        assert set(session.scalars(sa.select(stored.Report.id))) == set(reports)
