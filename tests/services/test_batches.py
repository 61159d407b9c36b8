from datetime import date

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, opening
from incidents.config import Settings
from incidents.core.batch.rows import Candidates
from incidents.core.incident import Handling
from incidents.core.receipt import ReceiptCode
from incidents.core.report import IN_BATCH, Report, from_bytes
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.services import batches, keys, receipts, reporting
from incidents.services.accounts import Member
from incidents.services.receipts import Status
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

FILE = b"acts;grounds;setting\n"


def take(session: Session, settings: Settings, *reports: Report, content: bytes = FILE) -> list[ReceiptCode]:
    ready = builders.sealed_batch(session, settings, reports, now=NOW)
    batches.keep_batch(
        session, ready, content=content, partner="praxis", today=NOW.date(), now=NOW, pepper=settings.pepper
    )
    return [one.code for one in ready]


def of_partner(**changes: object) -> Report:
    return a_report(origin=IN_BATCH, partner="praxis", **changes)


def test_every_report_is_sealed_with_its_partner_and_has_a_code(
    session: Session, settings: Settings, ana: Member
) -> None:
    codes = take(session, settings, of_partner(words="прво"), of_partner(words="друго"))
    opened = [receipts.open_receipt(session, code, pepper=settings.pepper) for code in codes]
    assert [one.status for one in opened] == [Status.WAITING] * 2
    private = keys.desk_private(session, 1, ana.id, ana.key)
    rows = session.scalars(sa.select(stored.Report)).all()
    reports = [
        from_bytes(opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=private)) for row in rows
    ]
    assert {(one.words, one.partner) for one in reports} == {("прво", "praxis"), ("друго", "praxis")}
    assert {row.handling for row in rows} == {Handling.RECEIVED}


def test_two_rows_that_say_the_same_are_two_reports(session: Session, settings: Settings, desk: list[Member]) -> None:
    assert len(set(take(session, settings, of_partner(), of_partner()))) == 2


def test_all_or_nothing(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    with pytest.raises(reporting.Rejected), database.unit_of_work() as session:
        take(session, settings, of_partner(), of_partner(setting="nema"))
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report)).all() == []
        assert batches.earlier_import(session, FILE, pepper=settings.pepper) is None


def test_more_reports_than_go_into_one_statement_are_all_kept(
    session: Session, settings: Settings, desk: list[Member]
) -> None:
    codes = take(session, settings, *[of_partner(words=f"опис {number}") for number in range(501)])
    assert len(set(codes)) == 501
    assert len(session.scalars(sa.select(stored.Report.id)).all()) == 501


def test_an_import_is_remembered_by_its_bytes_and_only_under_the_pepper(
    session: Session, settings: Settings, desk: list[Member]
) -> None:
    take(session, settings, of_partner(), of_partner(words="друго"))
    earlier = batches.earlier_import(session, FILE, pepper=settings.pepper)
    assert earlier == batches.Earlier(date(2026, 11, 24), "praxis", 2)
    assert batches.earlier_import(session, FILE + b" ", pepper=settings.pepper) is None
    assert batches.earlier_import(session, FILE, pepper=bytes(32)) is None


def test_the_trail_says_how_many_came_and_nothing_of_what(
    session: Session, settings: Settings, desk: list[Member]
) -> None:
    take(session, settings, of_partner(words="маркер"))
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "import")).one()
    assert (entry.actor, entry.after, entry.reason) == ("system", "1 reports", "")


def test_without_a_desk_key_nothing_is_taken(session: Session, settings: Settings) -> None:
    with pytest.raises(reporting.NoDeskKey):
        take(session, settings, of_partner())


# Places.


def found(query: str) -> Candidates:
    return batches.place_named(query, geocoder=data_files.geocoder(), places=data_files.places())


@pytest.mark.parametrize(
    "query",
    ["Суботица", "u Čačku", "Szabadkán", "Beograd", "Niš", "Zemun", "Slatina, Čačak", "Косово", "Severnobački okrug"],
)
def test_one_place_is_one_place(query: str) -> None:
    assert found(query).is_found


@pytest.mark.parametrize("query", ["Nigdina", "Vojvodina", "Beč", "u prodavnici", "12"])
def test_what_is_no_place_of_the_register_is_none(query: str) -> None:
    assert found(query) == Candidates(is_found=False)


def test_what_a_place_means_is_kept_with_it() -> None:
    known = [found(query) for query in ("Szabadkán", "Beograd", "Severnobački okrug", "Косово", "Detelinara")]
    assert [(one.place_code, one.area) for one in known] == [
        ("804614", "80438"),
        ("GRAD:BEOGRAD", ""),
        ("01", "01"),
        ("KM", "KM"),
        ("89010", "89010"),
    ]


def test_of_namesakes_only_what_they_share_is_certain() -> None:
    slatina = found("Slatina")
    assert (slatina.place_code, slatina.area) == ("", "")
    krupac = found("Крупац")
    assert (krupac.is_found, krupac.place_code, krupac.area) == (False, "", "22")


@pytest.mark.parametrize("query", ["Slatina", "Palilula", "Nova Crnja, Brestovac"])
def test_of_namesakes_each_candidate_is_found_when_it_is_typed(query: str) -> None:
    first = found(query)
    assert first.is_found or all(found(one).is_found for one in first.names)


def test_namesakes_are_told() -> None:
    slatina = found("Slatina")
    assert not slatina.is_found
    assert {"Slatina, Čačak", "Slatina, Bor"} <= set(slatina.names)


def test_what_is_only_like_a_place_is_asked_back() -> None:
    assert found("Bačka") == Candidates(False, ("Bace, Prokuplje",))
