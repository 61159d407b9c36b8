"""Two doors under two roles: each does all its work, and the database refuses the public one what is sealed."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import ProgrammingError
from werkzeug.datastructures import FileStorage

from incidents.__main__ import cli
from incidents.cli.setup import make_secrets
from incidents.config import Door
from incidents.db.database import Database
from incidents.db.grants import DESK, PUBLIC, SEALED
from incidents.db.report import Message, Report, SentFile
from incidents.db.tables import METADATA
from incidents.services import moderation
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.adapters.test_remaking import with_notes
from tests.attacks.conftest import Doors
from tests.conftest import NOW
from tests.services.test_withdrawal import propose
from tests.web.desk import come_in
from tests.web.released import publish
from tests.web.test_intake import KEY
from tests.web.test_reporting import ANSWERS

pytestmark = pytest.mark.postgres


def file_report(doors: Doors) -> str:
    """The receipt code of a report that came through the public door's form."""
    client = doors.site(Door.PUBLIC).test_client()
    form = pages.form(client.get("/sr-Latn/report").text, "/sr-Latn/report", own="/sr-Latn/report")
    sent = form.sent(**{name: value for name, value in ANSWERS.items() if value is not None})
    answer = client.post("/sr-Latn/report", data=sent)
    assert answer.status_code == 200, pages.text_of(answer.text)
    [code] = [one for one in pages.parsed(answer.text).iter("p") if one.get("id") == "code"]
    return "".join(code.itertext()).strip()


def send(doors: Doors, path: str, **data: object) -> str:
    """What the public door answers to a form of the receipt's pages."""
    site = doors.site(Door.PUBLIC)
    with site.test_request_context():
        token = new_token(opened_at=NOW - timedelta(minutes=2))
    answer = site.test_client().post(f"/en{path}", data={"token": token, **data}, content_type="multipart/form-data")
    assert answer.status_code == 200, (path, pages.text_of(answer.text))
    return pages.text_of(answer.text)


def stored(doors: Doors) -> list[int]:
    """How many reports, messages and files there are."""
    with doors.owner.reader() as session:
        return [len(session.scalars(sa.select(kind.id)).all()) for kind in (Report, Message, SentFile)]


def is_refused(database: Database, statement: str) -> bool:
    with database.engine.connect() as connection:
        try:
            connection.execute(sa.text(statement))
        except ProgrammingError as error:
            return "permission denied" in str(error)
    return False


def test_the_whole_journey_goes_through_the_public_door(doors: Doors) -> None:
    code = file_report(doors)
    with doors.desk.unit_of_work() as session:
        report, ana = builders.only_report(session), doors.members[0]
        version = moderation.take_report(session, report, member=ana, now=NOW)
        moderation.ask(session, report, "Када је то било?", version=version, member=ana, now=NOW)
    assert "Када је то било?" in send(doors, "/receipt", code=code)
    send(doors, "/receipt", code=code, kind="answer", answer="Bilo je u utorak, ne u sredu.")
    send(doors, "/receipt/files", code=code, files=[FileStorage(io.BytesIO(with_notes()), "slika.jpg")])
    assert stored(doors) == [1, 2, 1]
    send(doors, "/receipt/withdraw", code=code, sure="yes")
    assert stored(doors) == [0, 0, 0]


def test_a_report_from_the_area_of_a_desk_goes_to_it_through_the_public_door(doors: Doors) -> None:
    with doors.owner.unit_of_work() as session:
        epoch = builders.a_further_desk(session, doors.members[0], now=NOW)
        builders.gives_area(session, "Raški upravni okrug", now=NOW)
    site = doors.site(Door.PUBLIC)
    assert "regional team" in site.test_client().get("/en/privacy").text
    file_report(doors)
    with doors.owner.reader() as session:
        assert session.scalars(sa.select(Report.epoch)).all() == [epoch]
    for statement in ("DELETE FROM desk_area", "UPDATE desk_area SET desk = 'national'", "SELECT name FROM desk"):
        assert is_refused(doors.public, statement), statement


def test_a_settled_report_is_withdrawn_through_the_public_door(doors: Doors) -> None:
    code = file_report(doors)
    with doors.desk.unit_of_work() as session:
        ana, boris = doors.members
        incident = propose(session, builders.only_report(session), ana)
        builders.send_back(session, incident, boris, "Пише школа.", version=1, now=NOW, place="reads_otherwise")
    send(doors, "/receipt/withdraw", code=code, sure="yes")
    with doors.owner.engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT decision FROM incident")) == "withdrawn"
        assert connection.scalar(sa.text("SELECT count(*) FROM return_note")) == 0


def test_apps_report_and_everybody_reads_figures_through_the_public_door(doors: Doors) -> None:
    publish(doors.owner, doors.settings)
    site = doors.site(Door.PUBLIC)
    client = site.test_client()
    sent = {name: value for name, value in ANSWERS.items() if value is not None}
    headers = {"Idempotency-Key": KEY}
    assert client.post("/api/v1/reports", json={"language": "sr-Latn", **sent}, headers=headers).status_code == 201
    for path in (
        *("/sr-Cyrl/", "/hu/help", "/en/privacy", "/en/languages", "/rom/statistics/", "/en/statistics/4/summary/"),
        *("/en/statistics/4/tables/ground/", "/en/statistics/4/method/", "/en/statistics/releases.atom"),
        *("/api/v1/releases", "/api/v1/releases/4", "/api/v1/releases/4/tables/ground.csv", "/healthz"),
        *("/api/v1/places?q=Subotica", "/api/v1/openapi.json", "/en/statistics/calendar.ics"),
    ):
        assert client.get(path).status_code == 200, path


def test_the_desk_works_through_its_own_door(doors: Doors) -> None:
    file_report(doors)
    desk = doors.site(Door.DESK)
    ana = come_in(desk, doors.desk, doors.settings, doors.members[0])
    with doors.owner.reader() as session:
        there = f"/desk/reports/{builders.only_report(session)}"
    assert ana.press(there, "/take").status_code == 303
    assert "Само две речи" in ana.open(there)
    for path in ("/desk/", "/desk/search/", "/desk/incidents/", "/desk/members/", "/desk/times/", "/desk/account"):
        ana.open(path)


@pytest.mark.parametrize("table", SEALED)
def test_what_is_sealed_is_not_read_through_the_public_door(doors: Doors, table: str) -> None:
    for column in SEALED[table]:
        assert is_refused(doors.public, f"SELECT {column} FROM {table}")
        assert not is_refused(doors.desk, f"SELECT {column} FROM {table}")
    assert is_refused(doors.public, f"SELECT * FROM {table}")


@pytest.mark.parametrize("table", sorted(METADATA.tables.keys() - PUBLIC.keys()))
def test_what_only_the_desk_has_is_not_there_for_the_public_door(doors: Doors, table: str) -> None:
    assert is_refused(doors.public, f"SELECT 1 FROM {table}")
    assert is_refused(doors.public, f"DELETE FROM {table}")


def test_the_public_door_changes_nothing_of_what_was_said_or_published(doors: Doors) -> None:
    for statement in (
        "UPDATE report SET sealed = ''",
        "UPDATE message SET sealed_for_desk = ''",
        "DELETE FROM message",
        "UPDATE sent_file SET sealed_facts = ''",
        "DELETE FROM file_piece",
        "UPDATE release SET digest = ''",
        "UPDATE release_file SET content = ''",
        "INSERT INTO release_file VALUES (1, 'x', 'x', '')",
        "UPDATE desk_key SET public = ''",
        "INSERT INTO desk_key VALUES (9, 'x', '', '2026-01-01', NULL, NULL)",
        "UPDATE incident SET verification = 'confirmed'",
        "UPDATE notice SET written = 'x'",
    ):
        assert is_refused(doors.public, statement), statement


def test_the_trail_only_grows_whatever_door_one_comes_by(doors: Doors) -> None:
    for door in (doors.public, doors.desk):
        for statement in (
            "UPDATE audit_entry SET actor = 'x'",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
            "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
            "DROP TABLE audit_entry",
        ):
            with door.engine.connect() as connection, pytest.raises(ProgrammingError):
                connection.execute(sa.text(statement))


def test_every_table_has_its_rights_at_the_desk_and_no_column_is_only_thought_of() -> None:
    assert DESK.keys() == METADATA.tables.keys()
    for name, rights in PUBLIC.items():
        known = {column.name for column in METADATA.tables[name].columns} | {"*"}
        assert {*rights.select, *rights.update} <= known, name


def test_the_command_gives_exactly_these_rights_and_takes_others_back(doors: Doors, monkeypatch, tmp_path) -> None:
    make_secrets(tmp_path / "instance")
    monkeypatch.setenv("INCIDENTS_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    monkeypatch.setenv("INCIDENTS_DATABASE_URL", doors.owner.engine.url.render_as_string())
    with doors.owner.engine.begin() as connection:
        connection.execute(sa.text("GRANT SELECT ON report TO door_public"))
    assert not is_refused(doors.public, "SELECT sealed FROM report")
    done = CliRunner().invoke(cli, ["roles", "--public", "door_public", "--desk", "door_desk"])
    assert (done.exit_code, done.output.count("door_")) == (0, 2), done.output
    assert is_refused(doors.public, "SELECT sealed FROM report")
    assert not is_refused(doors.desk, "SELECT sealed FROM report")
