"""Retention with a clock that moves: holds, batches of two, and what is left of the destroyed in every file."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files, opening
from incidents.adapters.remaking import Remade
from incidents.config import Settings
from incidents.core.audit import first_break
from incidents.core.files import Kind
from incidents.core.incident import Handling
from incidents.core.incident import Referral as State
from incidents.core.receipt import ReceiptCode
from incidents.core.retention import Obstacle, Part, Schedule
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.deidentify import Deidentification
from incidents.db.incident import Incident
from incidents.db.referral import Referral
from incidents.db.release import CountedIncident
from incidents.db.report import FilePiece, Message, MessageKind, Report, SentFile
from incidents.db.retention import Fate, Hold, Unchanged
from incidents.services import (
    destruction,
    files,
    holds,
    keys,
    moderation,
    receipts,
    releases,
    retention,
    settlement,
    tick,
)
from incidents.services.accounts import Member
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import NO_DRAW, a_report
from tests.conftest import NOW

VOCABULARY, PLACES = data_files.vocabulary(), data_files.places()
PICTURE = Remade(Kind.PICTURE, "image/jpeg", b"\xff\xd8\xff the copy", b"\xff\xd8\xff blurred")
YEARS = timedelta(days=731)


def seen(session: Session, day: datetime = NOW) -> None:
    """What regular work does each day."""
    retention.note_changes(session, retention.changed(session), today=day.date())


def due(session: Session, day: datetime, schedule: Schedule | None = None) -> list[retention.Due]:
    return retention.due(session, schedule or Schedule(), today=day.date(), now=day)


def file_report(session: Session, settings: Settings, words: str = "Видео сам натпис.") -> tuple[UUID, ReceiptCode]:
    before = set(session.scalars(sa.select(Report.id)))
    code = builders.send(session, a_report(words=words), settings, now=NOW)
    [report] = set(session.scalars(sa.select(Report.id))) - before
    return report, code


def set_aside(session: Session, report: UUID, member: Member, now: datetime = NOW) -> None:
    version = moderation.take_report(session, report, member=member, now=now)
    moderation.set_aside(session, report, "abuse", version=version, member=member, now=now)
    tick_leases(session, now)


def tick_leases(session: Session, now: datetime) -> None:
    session.execute(sa.update(Report).values(lease_member_id=None, lease_until=None))


def settle(session: Session, report: UUID, ana: Member) -> UUID:
    version = moderation.take_report(session, report, member=ana, now=NOW)
    return settlement.propose_incident(
        session,
        report,
        builders.a_settlement(),
        version=version,
        member=ana,
        vocabulary=VOCABULARY,
        places=PLACES,
        now=NOW,
    )


def count_it(session: Session, report: UUID, ana: Member, boris: Member) -> UUID:
    incident = settle(session, report, ana)
    accept(session, incident, boris)
    return incident


def accept(session: Session, incident: UUID, boris: Member) -> None:
    settlement.accept_incident(
        session,
        incident,
        version=session.get_one(Incident, incident).version,
        member=boris,
        vocabulary=VOCABULARY,
        places=PLACES,
        draw=NO_DRAW,
        today=NOW.date(),
        now=NOW,
    )


def propose(session: Session, member: Member, day: datetime) -> UUID:
    return destruction.propose(session, Schedule(), member=member, today=day.date(), now=day)


def sign(session: Session, batch: UUID, member: Member, day: datetime, digest: str = "") -> None:
    found, _ = destruction.proof(session, batch)
    destruction.sign(session, batch, digest=digest or found.digest, member=member, today=day.date(), now=day)


def carry_out(session: Session, settings: Settings, batch: UUID, day: datetime) -> bool:
    return destruction.carry_out(session, batch, Schedule(), today=day.date(), now=day, pepper=settings.pepper)


def destroy(session: Session, settings: Settings, ana: Member, boris: Member, day: datetime) -> UUID:
    batch = propose(session, ana, day)
    sign(session, batch, boris, day)
    while carry_out(session, settings, batch, day):
        pass
    return batch


@pytest.fixture
def aside(session: Session, settings: Settings, ana: Member) -> UUID:
    """A report that was set aside on NOW, and nothing since."""
    report, _ = file_report(session, settings)
    set_aside(session, report, ana)
    seen(session)
    return report


# What is due.


@pytest.mark.parametrize(("days", "numbers"), [(334, 0), (335, 1), (365, 1)])
def test_what_falls_due_is_shown_thirty_days_ahead(session: Session, aside: UUID, days: int, numbers: int) -> None:
    assert [one.report for one in due(session, NOW + timedelta(days=days))] == [aside] * numbers


def test_days_count_from_the_last_change_of_any_kind(
    session: Session, settings: Settings, aside: UUID, ana: Member
) -> None:
    changed = NOW + timedelta(days=300)
    moderation.take_report(session, aside, member=ana, now=changed)
    tick_leases(session, changed)
    # Not noted yet: nothing is due although the old days are over.
    assert due(session, NOW + timedelta(days=366)) == []
    seen(session, changed)
    assert due(session, NOW + timedelta(days=366)) == []
    [one] = due(session, changed + timedelta(days=365))
    assert (one.unchanged_since, one.due_on) == (changed.date(), (changed + timedelta(days=365)).date())


def test_an_open_report_is_shown_as_untouched_and_never_due(session: Session, settings: Settings, ana: Member) -> None:
    file_report(session, settings)
    seen(session)
    later = NOW + 3 * YEARS
    assert due(session, later) == []
    assert retention.open_too_long(session, today=later.date()) == {Handling.RECEIVED: 1}
    assert retention.open_too_long(session, today=NOW.date()) == {}
    with pytest.raises(destruction.NothingDue):
        propose(session, ana, later)


def test_the_operators_days_hold(session: Session, aside: UUID) -> None:
    schedule = Schedule({"set_aside": 30})
    assert due(session, NOW + timedelta(days=30), schedule)[0].is_due((NOW + timedelta(days=30)).date())


def test_what_an_incident_rests_on_is_kept_until_two_have_decided(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    report, _ = file_report(session, settings)
    incident = settle(session, report, ana)
    tick_leases(session, NOW)
    seen(session)
    assert [one.obstacle for one in due(session, NOW + YEARS)] == [Obstacle.UNSETTLED]
    accept(session, incident, boris)
    seen(session)
    assert [one.obstacle for one in due(session, NOW + YEARS)] == [None]


def test_reports_on_one_incident_go_together(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    one, _ = file_report(session, settings)
    incident = count_it(session, one, ana, boris)
    other, _ = file_report(session, settings, "Видела сам исто.")
    version = moderation.take_report(session, other, member=ana, now=NOW)
    settlement.link_report(session, other, incident, version=version, member=ana, now=NOW)
    tick_leases(session, NOW)
    seen(session)
    until = (NOW + YEARS).date()
    holds.hold(session, other, "authority", until, member=ana, today=NOW.date(), now=NOW)
    found = {each.report: each.obstacle for each in due(session, NOW + YEARS)}
    assert found == {one: Obstacle.TOGETHER, other: Obstacle.HELD}
    assert {each.obstacle for each in due(session, NOW + YEARS + timedelta(days=1))} == {None}


def test_what_a_body_has_not_answered_is_kept(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    report, _ = file_report(session, settings)
    count_it(session, report, ana, boris)
    session.add(
        Referral(
            id=UUID(int=7),
            report_id=report,
            recipient="police",
            state=State.SENT,
            proposed_by=ana.id,
        )
    )
    tick_leases(session, NOW)
    session.flush()
    seen(session)
    assert [one.obstacle for one in due(session, NOW + YEARS)] == [Obstacle.PASSED_ON]


# Holds.


def test_a_hold_stops_destruction_until_its_last_day_is_over(session: Session, aside: UUID, ana: Member) -> None:
    until = NOW + timedelta(days=400)
    holds.hold(session, aside, "proceedings", until.date(), member=ana, today=NOW.date(), now=NOW)
    [one] = due(session, until)
    assert (one.obstacle, one.held_until) == (Obstacle.HELD, until.date())
    with pytest.raises(destruction.NothingDue):
        propose(session, ana, until)
    assert due(session, until + timedelta(days=1))[0].obstacle is None


def test_a_hold_is_listed_lifted_by_a_step_of_its_own_and_both_are_in_the_trail(
    session: Session, aside: UUID, ana: Member, boris: Member
) -> None:
    until = (NOW + timedelta(days=30)).date()
    holds.hold(session, aside, "proceedings", until, member=ana, today=NOW.date(), now=NOW)
    [held] = holds.holds(session, today=NOW.date())
    assert (held.report, held.reason, held.placed_by, held.until) == (aside, "proceedings", ana.name, until)
    sooner = until - timedelta(days=1)
    with pytest.raises(holds.LongerHeld):
        holds.hold(session, aside, "authority", sooner, member=boris, today=NOW.date(), now=NOW)
    holds.lift(session, aside, member=boris, now=NOW)
    assert holds.holds(session, today=NOW.date()) == []
    told = [(entry.actor, entry.action, entry.reason) for entry, _ in entries(session, subject=f"report:{aside}")]
    assert told[-2:] == [(ana.name, "hold", "proceedings"), (boris.name, "lift_hold", "")]


@pytest.mark.parametrize(("reason", "days"), [("because", 5), ("authority", -1), ("authority", 732)])
def test_a_hold_has_a_reason_and_an_end(session: Session, aside: UUID, ana: Member, reason: str, days: int) -> None:
    until = (NOW + timedelta(days=days)).date()
    with pytest.raises(holds.NotAHold):
        holds.hold(session, aside, reason, until, member=ana, today=NOW.date(), now=NOW)


def test_a_hold_does_not_keep_a_reporter_from_withdrawing(session: Session, settings: Settings, ana: Member) -> None:
    report, code = file_report(session, settings)
    holds.hold(session, report, "authority", NOW.date(), member=ana, today=NOW.date(), now=NOW)
    seen(session)
    withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    assert session.scalars(sa.select(Hold)).all() == session.scalars(sa.select(Unchanged)).all() == []


# Batches.


def test_nobody_signs_what_they_proposed_nor_another_list_nor_twice(
    session: Session, aside: UUID, ana: Member, boris: Member
) -> None:
    day = NOW + timedelta(days=365)
    batch = propose(session, ana, day)
    with pytest.raises(destruction.OneWaits):
        propose(session, boris, day)
    with pytest.raises(destruction.OwnProposal):
        sign(session, batch, ana, day)
    with pytest.raises(destruction.OtherList):
        sign(session, batch, boris, day, digest="0" * 64)
    sign(session, batch, boris, day)
    for again in (
        lambda: sign(session, batch, boris, day),
        lambda: destruction.drop(session, batch, member=ana, now=day),
    ):
        with pytest.raises(destruction.AlreadySigned):
            again()


def test_a_list_that_somebody_lengthened_in_the_database_is_not_signed(
    session: Session, settings: Settings, aside: UUID, ana: Member, boris: Member
) -> None:
    other, _ = file_report(session, settings)
    day = NOW + timedelta(days=365)
    batch = propose(session, ana, day)
    session.add(
        destruction.DestructionLine(
            destruction_id=batch,
            report_id=other,
            part=Part.REPORT,
            version=1,
            handling=Handling.RECEIVED,
            fate=Fate.WAITING,
        )
    )
    session.flush()
    with pytest.raises(destruction.OtherList):
        sign(session, batch, boris, day)


@pytest.mark.parametrize("forgery", ["a longer list", "one name twice"])
def test_a_list_that_somebody_changed_after_the_signature_is_not_carried_out(
    site: tuple[Database, list[Member]], settings: Settings, forgery: str
) -> None:
    database, (ana, boris) = site
    with database.unit_of_work() as session:
        report, _ = file_report(session, settings)
        set_aside(session, report, ana)
        seen(session)
    batch = let_be_destroyed(database, ana, boris, NOW + YEARS)
    with database.unit_of_work() as session:
        if forgery == "one name twice":
            session.get_one(destruction.Destruction, batch).proposed_by = boris.id
        else:
            other, _ = file_report(session, settings, "Нова прича.")
            values = {"part": Part.REPORT, "version": 1, "handling": Handling.RECEIVED, "fate": Fate.WAITING}
            session.add(destruction.DestructionLine(destruction_id=batch, report_id=other, **values))
    told = ticked(database, settings, NOW + YEARS)
    assert "Destruction: a list is not the one that was signed. Please look who changed it." in told
    with database.reader() as session:
        assert session.get(Report, report) is not None
        assert list(entries(session, action="destroy_report")) == []


def test_nothing_is_destroyed_without_the_second_signature(
    session: Session, settings: Settings, aside: UUID, ana: Member
) -> None:
    batch = propose(session, ana, NOW + YEARS)
    assert destruction.signed(session) == []
    assert carry_out(session, settings, batch, NOW + YEARS) is False
    assert session.get(Report, aside) is not None
    destruction.drop(session, batch, member=ana, now=NOW + YEARS)
    assert destruction.proofs(session) == []


def test_everything_of_a_destroyed_report_is_gone_and_the_proof_says_what(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    report, code = file_report(session, settings)
    receipts.say(
        session,
        code,
        MessageKind.ADDITION,
        "И још нешто.",
        nonce=builders.a_nonce(),
        today=NOW.date(),
        pepper=settings.pepper,
    )
    files.add_file(session, code, b"a picture", PICTURE, today=NOW.date(), pepper=settings.pepper)
    set_aside(session, report, ana)
    session.add(Deidentification(report_id=report, sealed_rulings=None, sealed_summary=b"sealed"))
    session.flush()
    seen(session)
    batch = destroy(session, settings, ana, boris, NOW + YEARS)
    left = (Report, Message, SentFile, FilePiece, Deidentification, Unchanged)
    assert [session.scalar(sa.select(sa.func.count()).select_from(table)) for table in left] == [0] * len(left)
    found, lines = destruction.proof(session, batch)
    assert (found.proposed_by, found.signed_by) == (ana.name, boris.name)
    assert (found.reports, found.messages, found.files, found.notes) == (1, 1, 1, 1)
    assert found.done_on == (NOW + YEARS).date()
    assert found.cleaned_on is None
    assert [(line.report, line.fate) for line in lines] == [(report, Fate.DESTROYED)]
    with pytest.raises(receipts.UnknownCode):
        receipts.open_receipt(session, code, pepper=settings.pepper)


def test_the_trail_has_one_entry_for_each_report_and_the_batch_and_is_whole(
    session: Session, settings: Settings, aside: UUID, ana: Member, boris: Member
) -> None:
    batch = destroy(session, settings, ana, boris, NOW + YEARS)
    *_, (last, _) = entries(session, subject=f"report:{aside}")
    assert (last.actor, last.action, last.before, last.after, last.reason) == (
        boris.name,
        "destroy_report",
        "set_aside",
        "destroyed",
        f"destruction:{batch}",
    )
    told = [(entry.actor, entry.action) for entry, _ in entries(session, subject=f"destruction:{batch}")]
    assert told == [
        (ana.name, "propose_destruction"),
        (boris.name, "sign_destruction"),
        (boris.name, "finish_destruction"),
    ]
    assert first_break(entries(session)) is None


def test_files_go_earlier_and_the_report_stays(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    report, code = file_report(session, settings)
    files.add_file(session, code, b"a picture", PICTURE, today=NOW.date(), pepper=settings.pepper)
    set_aside(session, report, ana)
    seen(session)
    day = NOW + timedelta(days=180)
    assert [one.part for one in due(session, day)] == [Part.FILES]
    batch = destroy(session, settings, ana, boris, day)
    assert session.scalars(sa.select(SentFile)).all() == session.scalars(sa.select(FilePiece)).all() == []
    assert session.get(Report, report) is not None
    found, _ = destruction.proof(session, batch)
    assert (found.reports, found.files) == (0, 1)
    *_, (last, _) = entries(session, subject=f"report:{report}")
    assert (last.action, last.before) == ("destroy_files", "1 files")


def test_what_changed_was_held_or_withdrawn_since_is_left_out_and_said_so(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    reports = [file_report(session, settings, f"Прича {number}.") for number in range(4)]
    for report, _ in reports:
        set_aside(session, report, ana)
    seen(session)
    batch = propose(session, ana, NOW + YEARS)
    sign(session, batch, boris, NOW + YEARS)
    (changed, _), (held, _), (withdrawn, code), (plain, _) = reports
    moderation.take_report(session, changed, member=ana, now=NOW + YEARS)
    day = (NOW + YEARS).date()
    holds.hold(session, held, "reporter", day, member=ana, today=day, now=NOW + YEARS)
    withdraw_report(session, code, today=day, pepper=settings.pepper)
    assert carry_out(session, settings, batch, NOW + YEARS) is False
    found, lines = destruction.proof(session, batch)
    assert {line.report: line.fate for line in lines} == {
        changed: Fate.CHANGED,
        held: Fate.KEPT,
        withdrawn: Fate.GONE,
        plain: Fate.DESTROYED,
    }
    assert set(session.scalars(sa.select(Report.id))) == {changed, held}
    assert found.reports == 1


def test_the_figures_of_the_next_release_are_the_same_without_any_report(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    for number in range(12):
        report, _ = file_report(session, settings, f"Прича број {number}.")
        if number % 3:
            count_it(session, report, ana, boris)
        else:
            set_aside(session, report, ana)
    tick_leases(session, NOW)
    seen(session)

    def tables() -> tuple[list[object], dict[str, bytes]]:
        with session.begin_nested() as point:
            draft = releases.build_release(
                session,
                today=NOW.date(),
                vocabulary=VOCABULARY,
                places=PLACES,
                label=catalogues.label,
                pepper=settings.pepper,
                actor="operator",
                now=NOW,
            )
            content = {
                row.name: row.content
                for row in session.execute(
                    sa.select(releases.ReleaseFile.name, releases.ReleaseFile.content).where(
                        releases.ReleaseFile.release_number == draft.number
                    )
                )
            }
            counted = session.execute(
                sa.select(*CountedIncident.__table__.columns).order_by(CountedIncident.incident_id)
            ).all()
            point.rollback()
        return [tuple(row)[1:] for row in counted], content

    before = tables()
    destroy(session, settings, ana, boris, NOW + YEARS)
    assert session.scalars(sa.select(Report)).all() == []
    after = tables()
    assert len(before[0]) == 8
    assert len(before[1]) > 5
    assert after[1] == before[1]


# In the files of the database.


@pytest.fixture
def site(own_database: Database, settings: Settings) -> tuple[Database, list[Member]]:
    with own_database.unit_of_work() as session:
        return own_database, builders.a_desk(session, settings, now=NOW)


def ticked(database: Database, settings: Settings, now: datetime) -> list[str]:
    around = tick.Surroundings(now=now, here=now.astimezone(ZoneInfo("Europe/Belgrade")), pepper=settings.pepper)
    return [line.text for line in tick.tick(database, around)]


def files_on_disk(database: Database) -> Iterator[tuple[str, bytes]]:
    """All that the database keeps its rows in: for SQLite with the log of writes, for PostgreSQL without it."""
    if database.engine.dialect.name == "sqlite":
        path = Path(str(database.engine.url.database))
        for each in sorted(path.parent.glob(f"{path.name}*")):
            yield each.name, each.read_bytes()
        return
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(sa.text("CHECKPOINT"))
        number = connection.scalar(sa.text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        folder = Path(str(connection.scalar(sa.text("SHOW data_directory")))) / "base" / str(number)
    for each in sorted(folder.iterdir()):
        if each.is_file():
            yield each.name, each.read_bytes()


def found_in(database: Database, secrets: dict[str, bytes]) -> set[str]:
    contents = list(files_on_disk(database))
    return {name for name, secret in secrets.items() if any(secret in content for _, content in contents)}


def a_full_report(database: Database, settings: Settings, ana: Member) -> tuple[UUID, dict[str, bytes]]:
    """A report with everything that one can have, set aside; and what of it is on the disk."""
    with database.unit_of_work() as session:
        report, code = file_report(session, settings, "Обележје-у-причи")
        said = {"nonce": builders.a_nonce(), "today": NOW.date(), "pepper": settings.pepper}
        receipts.say(session, code, MessageKind.ADDITION, "Обележје-у-поруци", **said)
        files.add_file(session, code, b"a picture", PICTURE, today=NOW.date(), pepper=settings.pepper)
        version = moderation.take_report(session, report, member=ana, now=NOW)
        moderation.ask(session, report, "Обележје-у-питању", version=version, member=ana, now=NOW)
        session.add(Deidentification(report_id=report, sealed_rulings=None, sealed_summary=os.urandom(60)))
        version = moderation.take_report(session, report, member=ana, now=NOW)
        moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
    with database.reader() as session:
        row = session.get_one(Report, report)
        file = session.scalars(sa.select(SentFile)).one()
        message, question = session.scalars(sa.select(Message).order_by(Message.number)).all()
        secrets = {
            "report key": row.sealed_key,
            "reporter key": row.reporter_private_sealed,
            "verifier": row.verifier,
            "report": row.sealed[100:160],
            "file key": file.sealed_key,
            "file facts": file.sealed_facts[:40],
            "message": message.sealed_for_desk[:60],
            "question": question.sealed_for_desk[:60],
            "question for the reporter": (question.sealed_for_reporter or b"")[:60],
            "summary": session.scalars(sa.select(Deidentification.sealed_summary)).one() or b"",
        }
    assert all(len(secret) >= 32 for secret in secrets.values())
    return report, secrets


def let_be_destroyed(database: Database, ana: Member, boris: Member, day: datetime) -> UUID:
    with database.unit_of_work() as session:
        batch = propose(session, ana, day)
    with database.unit_of_work() as session:
        sign(session, batch, boris, day)
    return batch


def test_nothing_of_a_destroyed_report_is_left_in_the_files_of_the_database(
    site: tuple[Database, list[Member]], settings: Settings
) -> None:
    database, (ana, boris) = site
    _, secrets = a_full_report(database, settings, ana)
    ticked(database, settings, NOW)
    assert found_in(database, secrets) == set(secrets)
    batch = let_be_destroyed(database, ana, boris, NOW + YEARS)
    assert found_in(database, secrets) == set(secrets)
    told = ticked(database, settings, NOW + YEARS)
    assert "Destruction: done, and the files of the database are written anew." in told
    assert found_in(database, secrets) == set()
    with database.reader() as session:
        assert destruction.proof(session, batch)[0].cleaned_on == (NOW + YEARS).date()


@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_a_copy_from_before_still_opens_for_who_has_a_members_password_as_the_page_says(
    site: tuple[Database, list[Member]], settings: Settings, tmp_path: Path
) -> None:
    """No design that can restore a backup can close one: it has to be deleted. This holds us to saying so."""
    database, (ana, boris) = site
    report, _ = a_full_report(database, settings, ana)
    ticked(database, settings, NOW)
    copy = tmp_path / "copy.sqlite"
    shutil.copy(str(database.engine.url.database), copy)
    let_be_destroyed(database, ana, boris, NOW + YEARS)
    ticked(database, settings, NOW + YEARS)
    old = Database(f"sqlite:///{copy}")
    with old.reader() as session:
        row = session.get_one(Report, report)
        private = keys.desk_private(session, row.epoch, ana.id, ana.key)
        assert (
            "Обележје-у-причи"
            in opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=private).decode()
        )
    old.close()


@pytest.mark.parametrize("own_database", ["sqlite"], indirect=True)
def test_while_somebody_reads_on_the_batch_is_not_called_clean_and_it_is_tried_again(
    site: tuple[Database, list[Member]], settings: Settings
) -> None:
    database, (ana, boris) = site
    _, secrets = a_full_report(database, settings, ana)
    ticked(database, settings, NOW)
    batch = let_be_destroyed(database, ana, boris, NOW + YEARS)
    with database.snapshot() as connection:
        connection.execute(sa.select(Report.id)).all()
        told = ticked(database, settings, NOW + YEARS)
        assert any("its traces are still in the files" in line for line in told)
        with database.reader() as session:
            assert destruction.proof(session, batch)[0].cleaned_on is None
    ticked(database, settings, NOW + YEARS + timedelta(days=1))
    assert found_in(database, secrets) == set()
    with database.reader() as session:
        assert destruction.proof(session, batch)[0].cleaned_on is not None


def _cut_off(database: Database, settings: Settings, batch: UUID) -> None:
    with database.unit_of_work() as session:
        carry_out(session, settings, batch, NOW + YEARS)
        raise KeyboardInterrupt


def test_cut_off_in_the_middle_it_goes_on_and_nothing_is_counted_twice(
    site: tuple[Database, list[Member]], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, (ana, boris) = site
    monkeypatch.setattr(destruction, "STEP", 2)
    with database.unit_of_work() as session:
        for number in range(5):
            report, _ = file_report(session, settings, f"Прича {number}.")
            set_aside(session, report, ana)
    ticked(database, settings, NOW)
    batch = let_be_destroyed(database, ana, boris, NOW + YEARS)
    with database.unit_of_work() as session:
        assert carry_out(session, settings, batch, NOW + YEARS) is True

    with pytest.raises(KeyboardInterrupt):
        _cut_off(database, settings, batch)
    with database.reader() as session:
        assert destruction.proof(session, batch)[0].reports == 2
        assert len(session.scalars(sa.select(Report.id)).all()) == 3
    ticked(database, settings, NOW + YEARS)
    with database.reader() as session:
        found, lines = destruction.proof(session, batch)
        trail = list(entries(session, action="destroy_report"))
    assert (found.reports, len(trail), len({entry.subject for entry, _ in trail})) == (5, 5, 5)
    assert {line.fate for line in lines} == {Fate.DESTROYED}
    before = len(trail)
    ticked(database, settings, NOW + YEARS)
    with database.reader() as session:
        assert len(list(entries(session, action="destroy_report"))) == before
