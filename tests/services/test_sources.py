"""A server and its replica, killed, held up and stopped: what is published goes on, and is never too old."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from incidents.__main__ import cli
from incidents.app import create_app
from incidents.cli.setup import make_secrets
from incidents.config import Door, Settings
from incidents.db import impatient, job
from incidents.db.database import Database
from incidents.db.grants import PUBLIC, grant
from incidents.db.release import Release, ReleaseFile, ReleaseState, ReleaseWithdrawal
from incidents.services import sources
from tests import builders, databases
from tests.conftest import NOW
from tests.pages import text_of
from tests.postgres import Server, following, running
from tests.web.test_reporting import a_token, send

pytestmark = pytest.mark.postgres
CSV = "incidents.csv"


@dataclass
class Pair:
    first: Server
    replica: Server
    owner: Database
    settings: Settings
    member: Any
    published: int = 0
    sites: list[Flask] = field(default_factory=list)

    def on_replica(self, said: str) -> Any:
        engine = sa.create_engine(sa.make_url(self.replica.url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            found = connection.scalar(sa.text(said))
        engine.dispose()
        return found

    def publish(self) -> int:
        """One more release, small and by hand."""
        self.published += 1
        number = self.published
        with self.owner.unit_of_work() as session:
            session.add(
                Release(
                    number=number,
                    quarter="2026-Q3",
                    state=ReleaseState.PUBLISHED,
                    built_on=NOW.date(),
                    published_on=NOW.date(),
                    digest=bytes([number]) * 32,
                )
            )
            session.flush()
            session.add(ReleaseFile(release_number=number, name=CSV, media_type="text/csv", content=b"time,count\n"))
        return number

    def withdraw(self, number: int) -> None:
        told = {"reason": "other", "english": "It is wrong.", "serbian": "Погрешно је."}
        with self.owner.unit_of_work() as session:
            session.add(
                ReleaseWithdrawal(
                    release_number=number,
                    asked_by=self.member,
                    approved_by=self.member,
                    withdrawn_on=NOW.date(),
                    **told,
                )
            )

    def worked(self, ago: timedelta) -> None:
        with self.owner.unit_of_work() as session:
            job.remember(session, job.TICK, on=NOW.date(), at=NOW - ago)

    def catch_up(self) -> None:
        with self.owner.reader() as session:
            written = session.scalars(sa.text("SELECT pg_current_wal_flush_lsn()::text")).one()
        until(lambda: self.on_replica(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"))

    def site(self) -> Flask:
        """A new process of the public door, under its own role on both servers."""
        settings = replace(self.settings, door=Door.PUBLIC, replica_url=public(self.replica), least_free_bytes=1)
        app = create_app(settings, now=lambda: NOW, database=Database(public(self.first)))
        app.testing = False
        self.sites.append(app)
        return app

    def close(self) -> None:
        """What the sites of a test hold open."""
        for app in self.sites:
            app.extensions["incidents"].sources.close()
            app.extensions["incidents"].database.close()
        self.sites.clear()
        self.owner.close()


def public(server: Server) -> str:
    """The address of the database for the role of the public door."""
    return sa.make_url(server.url).set(username="door_public", database="doors").render_as_string()


def until(holds: Callable[[], object], *, within_s: float = 60) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def made(postgres_programs: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    settings = Settings(
        instance=tmp_path_factory.mktemp("site"),
        database_url="",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        hosts=("localhost",),
        seal_memory_mib=1,
    )
    with running(postgres_programs) as first, following(first) as replica:
        owner = databases.at(databases.beside(first.url, "doors"))
        with owner.engine.begin() as connection:
            grant(connection, "door_public", PUBLIC)
        with owner.unit_of_work() as session:
            member, *_ = builders.a_desk(session, settings, now=NOW)
        yield Pair(first, replica, owner, settings, member.id)
        owner.close()


@pytest.fixture
def pair(made: Pair, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pair]:
    """Both servers, the replica with all that there is; with less patience than a site has."""
    for name, value in (("FRESH_S", 3), ("_LOOK_S", 0.2), ("_PAUSE_S", 0.5)):
        monkeypatch.setattr(sources, name, value)
    monkeypatch.setattr(impatient, "ANSWER_S", 1)
    made.worked(timedelta(minutes=10))
    made.publish()
    made.catch_up()
    yield made
    for server in (made.first, made.replica):
        server.signal(signal.SIGCONT)
        if not server.is_running:
            server.start()
    made.close()
    if made.on_replica("SELECT pg_is_wal_replay_paused()"):
        made.on_replica("SELECT pg_wal_replay_resume()")


@pytest.fixture
def asked() -> Iterator[list[tuple[int, str]]]:
    """The port of the server that was asked, and the question."""
    found: list[tuple[int, str]] = []

    def note(connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        found.append((connection.engine.url.port or 0, statement))

    event.listen(sa.Engine, "before_cursor_execute", note)
    yield found
    event.remove(sa.Engine, "before_cursor_execute", note)


def standing(client: FlaskClient, number: int) -> object:
    answer = client.get(f"/api/v1/releases/{number}/status")
    return answer.json["status"] if answer.status_code == 200 else answer.status_code


def file_of(client: FlaskClient, number: int) -> tuple[int, bytes]:
    answer = client.get(f"/api/v1/releases/{number}/files/{CSV}")
    return answer.status_code, answer.data


def is_well(client: FlaskClient) -> bool:
    return bool(client.get("/readyz").json["replica"])


def test_all_that_is_published_is_read_from_the_replica(pair: Pair, asked: list[tuple[int, str]]) -> None:
    client = pair.site().test_client()
    until(lambda: is_well(client))
    asked.clear()
    assert client.get("/api/v1/releases").json["releases"][0]["release"] == pair.published
    assert file_of(client, pair.published) == (200, b"time,count\n")
    for path in ("/api/v1/catalog.ttl", "/en/statistics/releases.atom", "/en/statistics/calendar.ics"):
        assert client.get(path).status_code == 200
    read = [port for port, statement in asked if "pg_current_wal" not in statement]
    assert read.count(pair.replica.port) == len(read) > 5


def test_reports_and_receipts_never_are(pair: Pair, asked: list[tuple[int, str]]) -> None:
    app = pair.site()
    is_well(app.test_client())
    asked.clear()
    assert send(app.test_client(), a_token(app)).status_code == 200
    assert {port for port, _statement in asked} == {pair.first.port}


def test_a_release_that_the_replica_does_not_know_yet_is_found(pair: Pair) -> None:
    client = pair.site().test_client()
    until(lambda: is_well(client))
    pair.on_replica("SELECT pg_wal_replay_pause()")
    number = pair.publish()
    assert standing(client, number) == "published"
    assert file_of(client, number) == (200, b"time,count\n")
    assert standing(client, number + 1) == 404


def test_a_withdrawal_is_shown_in_time_however_far_behind_the_replica_is(pair: Pair) -> None:
    client, number = pair.site().test_client(), pair.published
    until(lambda: is_well(client))
    pair.on_replica("SELECT pg_wal_replay_pause()")
    began = time.monotonic()
    pair.withdraw(number)
    assert standing(client, number) == "published"  # the replica says so, and may for a while
    until(lambda: standing(client, number) == "withdrawn", within_s=sources.FRESH_S + 5)
    took_s = time.monotonic() - began
    assert 0.5 < took_s < sources.FRESH_S + 2
    assert not is_well(client)
    pair.on_replica("SELECT pg_wal_replay_resume()")
    until(lambda: is_well(client))
    assert standing(client, number) == "withdrawn"


def test_a_page_goes_on_when_the_replica_is_killed_in_the_middle_of_it(pair: Pair) -> None:
    client = pair.site().test_client()
    until(lambda: is_well(client))

    def kill(connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if connection.engine.url.port == pair.replica.port and "release_file" in statement:
            pair.replica.kill()

    event.listen(sa.Engine, "before_cursor_execute", kill)
    try:
        assert file_of(client, pair.published) == (200, b"time,count\n")
    finally:
        event.remove(sa.Engine, "before_cursor_execute", kill)
    assert not pair.replica.is_running


def test_a_replica_that_is_lost_is_told_left_in_peace_and_used_again(pair: Pair, asked: list[tuple[int, str]]) -> None:
    client = pair.site().test_client()
    until(lambda: is_well(client))
    status = client.get("/readyz").status_code
    pair.replica.kill()
    for _ in range(20):
        assert standing(client, pair.published) == "published"
    answer = client.get("/readyz")
    assert (answer.json["replica"], answer.json["database"], answer.status_code) == (False, True, status)
    pair.replica.start()
    until(lambda: is_well(client))
    asked.clear()
    assert standing(client, pair.published) == "published"
    assert pair.replica.port in {port for port, _statement in asked}


def test_nobody_waits_long_for_a_replica_that_takes_questions_and_does_not_answer(pair: Pair) -> None:
    client = pair.site().test_client()
    until(lambda: is_well(client))
    pair.replica.signal(signal.SIGSTOP)
    took_s = []
    for _ in range(30):
        began = time.monotonic()
        assert standing(client, pair.published) == "published"
        took_s.append(time.monotonic() - began)
    assert max(took_s) < 8
    assert sum(took > 0.9 for took in took_s) < 8  # each try after a pause waits, nobody else does


def test_without_the_database_itself_figures_go_on_and_the_form_says_what_to_do(pair: Pair) -> None:
    app = pair.site()
    client, token = app.test_client(), a_token(app)
    until(lambda: is_well(client))
    pair.first.kill()
    assert standing(client, pair.published) == "published"
    time.sleep(sources.FRESH_S)
    assert standing(client, pair.published) == "published"
    assert file_of(client, pair.published) == (200, b"time,count\n")
    assert standing(client, pair.published + 1) == 503  # it may have been signed meanwhile
    answer = send(client, token, "en", words="My words 7731.")
    assert answer.status_code == 503
    assert "Your answers are still here" in text_of(answer.text)
    told = client.get("/readyz")
    assert (told.status_code, told.json["database"]) == (503, False)
    pair.first.start()
    until(lambda: standing(client, pair.published + 1) == 404)
    assert send(client, token, "en", words="My words 7731.").status_code == 200


def test_a_process_that_begins_while_the_database_itself_is_gone_shows_figures(pair: Pair) -> None:
    pair.first.kill()
    assert standing(pair.site().test_client(), pair.published) == "published"


def test_a_replica_that_stood_still_for_long_is_not_shown_alone(pair: Pair) -> None:
    pair.worked(sources.ALONE + timedelta(minutes=1))
    pair.catch_up()
    pair.first.kill()
    assert standing(pair.site().test_client(), pair.published) == 503


def test_a_request_that_the_database_itself_answered_never_goes_back_to_a_replica() -> None:
    """What it has read may not be there yet."""
    gone = sa.exc.OperationalError("SELECT", {}, Exception("server closed the connection"))

    def none_but(name: str) -> Callable[[Any], str]:
        def question(server: Any) -> str:
            if server != name:
                raise gone
            return name

        return question

    def chain() -> sources.Chain:
        itself, replica = (sources.Source(partial(nullcontext, name)) for name in ("itself", "replica"))
        replica.is_replica = True
        return sources.Chain([itself, replica])

    pinned = chain()
    assert pinned.ask(none_but("itself")) == "itself"
    with pytest.raises(sa.exc.OperationalError):
        pinned.ask(none_but("replica"))
    assert chain().ask(none_but("replica")) == "replica"


def test_metrics_tell_how_far_behind_the_replica_is(pair: Pair) -> None:
    token = "q7Zk2mVt9xLp4RsW8yNc3HbG6dJf5TaE"
    pair.settings = replace(pair.settings, metrics_token=token)
    client = pair.site().test_client()
    until(lambda: is_well(client))
    lines = client.get("/metrics", headers={"Authorization": f"Bearer {token}"}).text.splitlines()
    assert 'incidents_well{check="replica"} 1' in lines
    assert any(line in lines for line in ("incidents_replica_behind_seconds 0", "incidents_replica_behind_seconds 1"))


def test_the_note_of_the_morning_has_a_line_for_the_replica(pair: Pair) -> None:
    folder = pair.settings.instance
    if not (folder / "pepper").exists():
        make_secrets(folder)
    variables = {
        "INCIDENTS_INSTANCE": str(folder),
        "INCIDENTS_HOSTS": "prijavi.example",
        "INCIDENTS_DATABASE_URL": databases.beside(pair.first.url, "doors"),
        "INCIDENTS_REPLICA_URL": databases.beside(pair.replica.url, "doors"),
    }
    notes = []
    for _ in range(2):
        said = CliRunner(env=variables).invoke(cli, ["mail", "--show"])
        notes += [line.split()[1:] for line in said.output.splitlines() if line.startswith("replica:")]
        if pair.replica.is_running:
            pair.replica.kill()
    assert notes == [["well"], ["NOT", "WELL"]]


def test_a_server_that_follows_nobody_is_no_replica(pair: Pair) -> None:
    """As after somebody made it the first one: what it has is its own."""
    settings = replace(pair.settings, replica_url=public(pair.first))
    with closing(sources.sources_of(settings, pair.owner, now=lambda: NOW)) as found:
        assert found.checks() == {"replica": False}


def test_the_desk_and_sites_without_a_replica_have_none_to_check(pair: Pair) -> None:
    desk = replace(pair.settings, door=Door.DESK, replica_url=pair.replica.url)
    for settings in (pair.settings, desk):
        assert sources.sources_of(settings, pair.owner, now=lambda: NOW).checks() == {}
