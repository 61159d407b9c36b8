import re
from collections import namedtuple
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Settings
from incidents.db import job
from incidents.db.database import Database
from tests import builders
from tests.conftest import NOW
from tests.web.test_reporting import a_token, send

TOKEN = "q7Zk2mVt9xLp4RsW8yNc3HbG6dJf5TaE"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def watched(settings: Settings, database: Database) -> FlaskClient:
    """A site in good order whose metrics may be read."""
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        for name in (job.TICK, job.BACKUP):
            job.remember(session, name, on=NOW.date(), at=NOW - timedelta(minutes=10))
    settings = replace(settings, metrics_token=TOKEN, counters=settings.instance / "counters", least_free_bytes=1)
    return create_app(settings, now=lambda: NOW, database=database).test_client()


def test_a_site_in_good_order_is_ready(watched: FlaskClient) -> None:
    answer = watched.get("/readyz")
    assert answer.status_code == 200
    assert answer.json == dict.fromkeys(("backup", "database", "disk", "intake", "migrations", "tick"), True)
    assert answer.headers["Cache-Control"] == "no-store"


def not_well(client: FlaskClient) -> set[str]:
    answer = client.get("/readyz")
    failed = {name for name, is_well in answer.json.items() if not is_well}
    assert answer.status_code == (503 if failed else 200)
    return failed


@pytest.mark.parametrize(("name", "most"), [(job.TICK, timedelta(hours=1)), (job.BACKUP, timedelta(days=2))])
def test_what_was_not_done_for_too_long_is_told(watched, database: Database, name: str, most: timedelta) -> None:
    for age, failed in ((most, set()), (most + timedelta(seconds=1), {name}), (-most * 2, {name})):
        with database.unit_of_work() as session:
            job.remember(session, name, on=NOW.date(), at=NOW - age)
        assert not_well(watched) == failed
    with database.unit_of_work() as session:
        session.execute(sa.delete(job.Job).where(job.Job.name == name))
    assert not_well(watched) == {name}


def test_backups_made_by_other_means_are_not_watched(settings: Settings, database: Database) -> None:
    app = create_app(replace(settings, backup_within=None), now=lambda: NOW, database=database)
    assert "backup" not in app.test_client().get("/readyz").json


def test_a_site_without_a_desk_key_is_not_ready(app: Flask) -> None:
    assert "intake" in not_well(app.test_client())


def test_tables_of_another_version_are_told(watched: FlaskClient, database: Database) -> None:
    with database.unit_of_work() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    assert not_well(watched) == {"migrations"}


def test_a_full_disk_is_told(watched: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", ("total", "used", "free"))
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage(9, 9, 0))
    assert not_well(watched) == {"disk"}


def test_without_a_database_the_process_is_alive_and_not_ready(settings: Settings, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'none' / 'site.sqlite'}")
    client = create_app(replace(settings, least_free_bytes=1), now=lambda: NOW, database=database).test_client()
    assert (client.get("/healthz").status_code, client.get("/healthz").json) == (200, {"status": "ok"})
    assert not_well(client) == {"backup", "database", "intake", "migrations", "tick"}
    database.close()


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": ""}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN[:-1]}ž"}]
)
def test_metrics_are_not_there_for_who_does_not_know_the_token(watched, headers: dict[str, str]) -> None:
    assert watched.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, BEARER])
def test_without_a_token_nobody_reads_metrics(app: Flask, headers: dict[str, str]) -> None:
    assert app.test_client().get("/metrics", headers=headers).status_code == 404


def values(client: FlaskClient) -> dict[str, int]:
    answer = client.get("/metrics", headers=BEARER)
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    found = [re.fullmatch(r'([a-z_]+(?:\{[a-z]+="[^"]+"(?:,[a-z]+="[^"]+")*\})?) (\d+)', line) for line in lines]
    assert all(found), lines
    return {match[1]: int(match[2]) for match in found}


def test_answers_are_counted_in_steps(watched: FlaskClient) -> None:
    for number in range(120):
        watched.get("/hu/" if number % 2 else "/en/privacy")
    watched.get("/en/nothing")
    found = values(watched)
    assert found['incidents_answers_total{page="pages",status="2xx"}'] == 100
    assert found['incidents_answers_total{page="nowhere",status="4xx"}'] == 0
    assert found['incidents_answer_seconds_count{page="pages"}'] == 100
    assert found['incidents_answer_seconds_bucket{page="pages",le="+Inf"}'] == 100
    assert found['incidents_well{check="database"}'] == 1


def test_one_report_does_not_show_in_any_number(watched: FlaskClient) -> None:
    watched.get("/en/report")
    before = values(watched)
    sent = send(watched, a_token(watched.application))
    assert sent.status_code == 200
    assert values(watched) == before


def test_reports_are_told_of_yesterday_and_rounded_down(watched, database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        for _ in range(41):
            builders.send(session, builders.a_report(), settings, now=NOW - timedelta(days=1))
        for _ in range(25):
            builders.send(session, builders.a_report(), settings, now=NOW)
    assert values(watched)["incidents_reports_yesterday"] == 40


def test_metrics_name_no_language_no_place_and_no_time(watched: FlaskClient) -> None:
    for tag in ("hu", "rom", "sr-Cyrl"):
        watched.get(f"/{tag}/report?q=Subotica", headers={"User-Agent": "Marker/7731"})
    labels = {label for name in values(watched) for label in re.findall(r'([a-z]+)="', name)}
    assert labels == {"page", "status", "le", "check"}
    text = watched.get("/metrics", headers=BEARER).text
    assert not re.search(r"hu|rom\b|sr-Cyrl|Subotica|Marker|7731|2026|17\d{8}", text)


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/en/report", "form"),
        ("/en/report/easy", "form"),
        ("/en/receipt", "return"),
        ("/en/help", "help"),
        ("/en/statistics/", "figures"),
        ("/api/v1/openapi.json", "figures"),
        ("/desk/login", "desk"),
        ("/static/nothing.css", "files"),
        ("/healthz", "watch"),
    ],
)
def test_every_page_is_counted_as_what_it_is(watched: FlaskClient, path: str, page: str) -> None:
    for _ in range(50):
        watched.get(path)
    counted = {name: number for name, number in values(watched).items() if "_total" in name and number}
    assert {re.search('page="([a-z]+)"', name)[1] for name in counted} == {page}
