import pytest
import sqlalchemy as sa

from incidents.core.audit import first_break
from incidents.db.audit import AuditEntry, entries, record
from incidents.db.database import Database
from tests.conftest import NOW


def test_entries_form_a_whole_chain(database: Database) -> None:
    for subject in ("report:1", "report:2", "report:1"):
        with database.unit_of_work() as session:
            record(session, at=NOW, actor="Ана", action="take", subject=subject, reason="razlog š")
    with database.reader() as session:
        assert first_break(entries(session)) is None
        assert [entry.number for entry, _ in entries(session, subject="report:1")] == [1, 3]


@pytest.mark.parametrize(
    "tamper",
    [
        sa.update(AuditEntry).where(AuditEntry.number == 2).values(actor="Нико"),
        sa.delete(AuditEntry).where(AuditEntry.number == 2),
    ],
    ids=["changed", "deleted"],
)
def test_the_database_itself_refuses_to_rewrite_the_trail(database: Database, tamper: sa.Executable) -> None:
    with database.unit_of_work() as session:
        for _ in range(3):
            record(session, at=NOW, actor="Ана", action="take", subject="report:1")
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), database.unit_of_work() as session:
        session.execute(tamper)
