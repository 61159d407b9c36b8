from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from incidents.adapters.opening import KeyPair
from incidents.core.accounts import Role
from incidents.core.audit import Entry, link
from incidents.db.audit import AuditEntry, entries
from incidents.db.database import Database
from incidents.services import audit
from incidents.services.accounts import Member
from tests.conftest import NOW

ANA = Member(UUID(int=1), "Ана", "sr-Cyrl", frozenset({Role.MODERATOR}), KeyPair(b"", b""), NOW)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


def note(session: Session, *subjects: str, **details: str) -> None:
    for subject in subjects:
        audit.note(session, "take", subject, ANA, NOW, **details)


def numbers(session: Session, most: int = 200) -> list[int]:
    return [entry.number for entry in audit.newest_entries(session, most=most)[0]]


def first_break(session: Session, most: int = 200) -> int | None:
    return audit.newest_entries(session, most=most)[1]


def smuggle(session: Session, entry: Entry, digest: bytes) -> None:
    """Put an entry into the table past the trail, as somebody may who holds the database."""
    session.add(AuditEntry(**vars(entry), hash=digest))
    session.flush()


def an_entry(number: int, **changes: Any) -> Entry:
    values: dict[str, Any] = {"at": NOW, "actor": "Нико", "action": "take", "subject": "report:1", **changes}
    return Entry(number=number, **values)


def last_hash(session: Session) -> bytes:
    return list(entries(session))[-1][1]


# What members do.


def test_what_a_member_did_is_noted_with_their_name(session: Session) -> None:
    note(session, "report:7", before="received", after="taken", reason="хитно")
    [entry], _ = audit.newest_entries(session, most=1)
    assert entry == Entry(
        number=1,
        at=NOW,
        actor="Ана",
        action="take",
        subject="report:7",
        before="received",
        after="taken",
        reason="хитно",
    )


def test_the_time_is_noted_to_the_minute(session: Session) -> None:
    audit.note(session, "take", "report:1", ANA, NOW + timedelta(seconds=59, microseconds=999_999))
    [entry], broken_at = audit.newest_entries(session, most=1)
    assert (entry.at, broken_at) == (NOW, None)


def test_what_is_undone_leaves_the_trail_as_it_was(session: Session) -> None:
    note(session, "report:1")
    acting = session.begin_nested()
    note(session, "report:2")
    acting.rollback()
    assert (numbers(session), first_break(session)) == ([1], None)


def test_what_two_units_of_work_note_is_one_chain(database: Database) -> None:
    for subject in ("report:1", "report:2"):
        with database.unit_of_work() as session:
            note(session, subject)
    with database.reader() as session:
        assert (numbers(session), first_break(session)) == ([2, 1], None)


# What its readers see.


def test_an_empty_trail_is_whole(session: Session) -> None:
    assert audit.newest_entries(session, most=10) == ([], None)


@pytest.mark.parametrize(
    ("most", "seen"), [(0, []), (1, [5]), (2, [5, 4]), (5, [5, 4, 3, 2, 1]), (200, [5, 4, 3, 2, 1])]
)
def test_the_newest_entries_come_first_and_no_more_than_asked_for(session: Session, most: int, seen: list[int]) -> None:
    note(session, *["report:1"] * 5)
    assert numbers(session, most) == seen


def test_a_whole_trail_has_no_break_however_little_of_it_is_shown(session: Session) -> None:
    note(session, *["report:1"] * 5)
    assert [first_break(session, most) for most in (0, 1, 5, 200)] == [None] * 4


# What does not fit.


def test_an_entry_without_the_right_hash_is_found(session: Session) -> None:
    note(session, "report:1", "report:2")
    smuggle(session, an_entry(3), b"\1" * 32)
    assert first_break(session) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"actor": "Ана"},
        {"action": "propose"},
        {"subject": "report:2"},
        {"at": NOW - timedelta(minutes=1)},
        {"before": "x"},
        {"after": "x"},
        {"reason": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_an_entry_changed_in_any_part_is_found(session: Session, change: dict[str, Any]) -> None:
    note(session, "report:1", "report:2")
    smuggle(session, an_entry(3, **change), link(an_entry(3), last_hash(session)))
    assert first_break(session) == 3


def test_an_entry_that_is_gone_is_found_where_it_was(session: Session) -> None:
    note(session, "report:1", "report:2")
    smuggle(session, an_entry(4), link(an_entry(4), last_hash(session)))
    assert first_break(session) == 3


def test_the_beginning_that_is_gone_is_found(session: Session) -> None:
    smuggle(session, an_entry(2), link(an_entry(2), b"\0" * 32))
    note(session, "report:3")
    assert first_break(session) == 1


def test_a_trail_that_began_somewhere_else_is_found(session: Session) -> None:
    smuggle(session, an_entry(1), link(an_entry(1), b"\7" * 32))
    assert first_break(session) == 1


def test_a_break_stays_found_when_the_trail_goes_on_and_it_is_no_longer_shown(session: Session) -> None:
    note(session, "report:1")
    smuggle(session, an_entry(2), b"\1" * 32)
    note(session, *["report:3"] * 8)
    seen, broken_at = audit.newest_entries(session, most=3)
    assert ([entry.number for entry in seen], broken_at) == ([10, 9, 8], 2)


def test_of_several_breaks_the_first_is_told(session: Session) -> None:
    note(session, "report:1")
    smuggle(session, an_entry(2), b"\1" * 32)
    note(session, "report:3")
    smuggle(session, an_entry(4), b"\1" * 32)
    assert first_break(session) == 2
