"""Samples: what each rule finds, and what it lets pass."""

# ruleid: only-two-modules-speak-to-others
import http.client

# ruleid: only-two-modules-speak-to-others
import smtplib

# ruleid: only-two-modules-speak-to-others
import socket
import subprocess
import tempfile
import time
from datetime import UTC, date, datetime
from functools import cache, lru_cache

import sqlalchemy as sa

# ok: only-two-modules-speak-to-others
from urllib.parse import quote

# ruleid: only-two-modules-speak-to-others
from urllib.request import urlopen


def waits(host):
    # ruleid: nothing-waits-for-ever
    smtplib.SMTP(host, 25)
    # ruleid: nothing-waits-for-ever
    subprocess.run(["true"], check=True)
    # ok: nothing-waits-for-ever
    subprocess.run(["true"], check=True, timeout=5)
    # ruleid: nothing-waits-for-ever
    http.client.HTTPSConnection(host)
    # ok: nothing-waits-for-ever
    connection = http.client.HTTPConnection(host)
    connection.sock = bounded(host)
    # ok: nothing-waits-for-ever
    socket.create_connection((host, 25), timeout=5)


def clock(now):
    # ruleid: the-inner-layers-have-no-clock
    datetime.now(UTC)
    # ruleid: the-inner-layers-have-no-clock
    date.today()
    # ruleid: the-inner-layers-have-no-clock
    time.time()
    # ok: the-inner-layers-have-no-clock
    now.date()
    # ok: the-inner-layers-have-no-clock
    time.monotonic()


def written(path, words):
    # ruleid: the-inner-layers-write-no-file
    path.write_text(words)
    # ruleid: the-inner-layers-write-no-file
    open(path, "w").write(words)
    # ruleid: the-inner-layers-write-no-file
    tempfile.NamedTemporaryFile()
    # ok: the-inner-layers-write-no-file
    open(path, "rb").read()
    # ok: the-inner-layers-write-no-file
    path.read_text()


def asked(connection, typed):
    # ruleid: no-statement-is-put-together-from-texts
    connection.execute(sa.text("SELECT 1 FROM report WHERE code = '%s'" % typed))
    statement = "DELETE FROM report WHERE id = " + typed
    # ruleid: no-statement-is-put-together-from-texts
    connection.exec_driver_sql(statement)
    # ok: no-statement-is-put-together-from-texts
    connection.execute(sa.text("SELECT 1 FROM report WHERE code = :code"), {"code": typed})
    # ok: no-statement-is-put-together-from-texts
    connection.exec_driver_sql("PRAGMA page_size")


# ruleid: nothing-read-with-a-session-is-kept-between-requests
@cache
def report_of(session, number):
    return session.get(Report, number)


# ruleid: nothing-read-with-a-session-is-kept-between-requests
@lru_cache(64)
def words_of(session: Session, number: int) -> str:
    return session.get(Report, number).words


# ok: nothing-read-with-a-session-is-kept-between-requests
@cache
def quarter(day):
    return (day.month + 2) // 3


def compared(given, token, row, level):
    # ruleid: secrets-are-compared-in-the-same-time
    if token == given:
        return True
    # ruleid: secrets-are-compared-in-the-same-time
    if row.verifier != given:
        return False
    # ok: secrets-are-compared-in-the-same-time
    sa.select(Report).where(Report.verifier == given)
    # ok: secrets-are-compared-in-the-same-time
    return level == given
