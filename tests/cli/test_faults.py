"""The site as processes: killed, cut off, left without its database, and two of its commands at once."""

from __future__ import annotations

import http.client
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
import sqlalchemy as sa

from incidents.db.database import Database
from incidents.db.report import Report, SentFile
from tests.cli.reporting import a_form
from tests.pages import form
from tests.serving import Served, served
from tests.test_house import ROOT
from tests.web.test_reporting import code_on


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as site:
        yield site


def reports_in(site: Served) -> int:
    database = Database(site.settings().database_url)
    with database.reader() as session:
        number = session.scalars(sa.select(sa.func.count()).select_from(Report)).one()
    database.close()
    return number


def is_whole(site: Served) -> bool:
    with sqlite3.connect(site.instance / "incidents.sqlite") as tables:
        return bool(tables.execute("PRAGMA integrity_check").fetchone()[0] == "ok")


def workers_of(site: Served) -> list[int]:
    assert site.process is not None
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]


def _send_until_taken(site: Served, answers: dict[str, list[str]], codes: list[str]) -> None:
    """As a person does whose connection breaks: the same form again."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            status, page = site.post("/sr-Cyrl/report", answers)
        except (URLError, ConnectionError, http.client.HTTPException):
            continue
        assert status == 200, page
        codes.append(code_on(page))
        return


def test_workers_that_are_killed_under_load_lose_nothing_that_was_confirmed(site: Served) -> None:
    forms = [a_form(site) for _ in range(40)]
    codes: list[str] = []
    turn = threading.Semaphore(6)

    def send(answers: dict[str, list[str]]) -> None:
        with turn:
            _send_until_taken(site, answers, codes)

    senders = [threading.Thread(target=send, args=(answers,)) for answers in forms]
    for sender in senders:
        sender.start()
    for _ in range(4):
        time.sleep(0.3)
        for worker in workers_of(site)[:1]:
            os.kill(worker, signal.SIGKILL)
    for sender in senders:
        sender.join()
    assert len(set(codes)) == len(forms) == reports_in(site)
    for code in codes[::8]:
        assert site.post("/sr-Cyrl/receipt", {**_return_form(site), "code": code})[0] == 200
    assert is_whole(site)


def _return_form(site: Served) -> dict[str, list[str]]:
    return form(site.get("/sr-Cyrl/receipt")[1], "/receipt", own="/sr-Cyrl/receipt").sent()


def test_after_a_power_cut_every_confirmed_report_is_there(site: Served) -> None:
    for _ in range(5):
        assert site.post("/sr-Cyrl/report", a_form(site))[0] == 200
    site.kill()
    site.start()
    assert reports_in(site) == 5
    assert is_whole(site)


def test_an_upload_that_breaks_off_leaves_nothing(site: Served) -> None:
    code = code_on(site.post("/sr-Cyrl/report", a_form(site))[1])
    mark = b"half-a-picture-7731"
    fields = {**form(site.post("/sr-Cyrl/receipt/files", {**_return_form(site), "code": code})[1], "/files",
                     own="/sr-Cyrl/receipt/files").sent(), "code": [code]}  # fmt: skip
    body = b"".join(
        f'--cut\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{values[0]}\r\n'.encode()
        for name, values in fields.items()
        if name != "files"
    )
    body += b'--cut\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n' + mark * 40_000
    head = (
        f"POST /sr-Cyrl/receipt/files HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: {len(body) * 2}\r\n"
        "Content-Type: multipart/form-data; boundary=cut\r\n\r\n"
    ).encode()
    answer = site.raw(head + body)
    assert answer.startswith(b"HTTP/1.1 400 ")
    database = Database(site.settings().database_url)
    with database.reader() as session:
        assert session.scalars(sa.select(SentFile.id)).all() == []
    database.close()
    assert site.get("/healthz")[0] == 200
    assert not any(mark in path.read_bytes() for path in site.folder.rglob("*") if path.is_file())
    assert "7731" not in site.log.read_text(encoding="utf-8")


def test_half_a_report_is_no_report(site: Served) -> None:
    fields = "&".join(f"{name}={values[0]}" for name, values in a_form(site).items()).encode()
    head = (
        f"POST /sr-Cyrl/report HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Length: {len(fields) + 500}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    ).encode()
    assert site.raw(head + fields).startswith(b"HTTP/1.1 400 ")
    assert reports_in(site) == 0


def _tick(site: Served, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "incidents", "tick", *options],
        cwd=ROOT,
        env={**os.environ, **site.variables()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_several_ticks_at_once_do_the_work_once(tmp_path: Path) -> None:
    site = Served(tmp_path)
    site.make()
    running = [_tick(site) for _ in range(3)]
    printed = [process.communicate(timeout=60)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 3
    assert sum("mixed" in said for said in printed) == 1
    assert is_whole(site)


def test_a_tick_that_is_killed_at_any_moment_does_no_harm(tmp_path: Path) -> None:
    site = Served(tmp_path)
    site.make()
    with sqlite3.connect(site.instance / "incidents.sqlite") as tables:
        tables.execute("CREATE TABLE ballast AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                       "WHERE i < 20000) SELECT i, randomblob(2000) AS content FROM n")  # fmt: skip
    tables.close()
    for wait_s in (0.9, 1.1, 1.3, 1.5, 1.7):
        process = _tick(site, "--all")
        time.sleep(wait_s)
        process.kill()
        process.communicate()
        assert is_whole(site)
    done = site.command("tick", "--all")
    assert (done.returncode, done.stderr) == (0, "")
    with sqlite3.connect(site.instance / "incidents.sqlite") as tables:
        assert tables.execute("SELECT count(*) FROM ballast").fetchone() == (20_000,)


@pytest.mark.postgres
def test_a_server_of_the_database_that_restarts_loses_no_answer(postgres: str, tmp_path: Path) -> None:
    """Every connection is cut and none is taken for a while; then one button sends everything again."""
    server = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS restarting WITH (FORCE)"))
        connection.execute(sa.text("CREATE DATABASE restarting"))
    with served(tmp_path, url=server.url.set(database="restarting").render_as_string()) as site:
        answers = a_form(site)
        with server.connect() as connection:
            connection.execute(sa.text("ALTER DATABASE restarting ALLOW_CONNECTIONS false"))
            connection.execute(
                sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'restarting'")
            )
        status, page = site.post("/sr-Cyrl/report", answers)
        assert status == 503
        assert "Ваши одговори су и даље ту" in page
        assert site.get("/healthz")[0] == 200
        assert re.search('"database": ?false', site.get("/readyz")[1])
        with server.connect() as connection:
            connection.execute(sa.text("ALTER DATABASE restarting ALLOW_CONNECTIONS true"))
        for _ in range(5):  # each worker may still find a connection that was cut
            status, page = site.post("/sr-Cyrl/report", form(page, "/sr-Cyrl/report").sent())
            if status == 200:
                break
        assert status == 200, page
        assert reports_in(site) == 1
    server.dispose()
