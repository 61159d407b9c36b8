"""The daily note, taken by a mail server of our own on the loopback address."""

import socketserver
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

from incidents.adapters import mail
from incidents.adapters.mail import NotHandedOver
from incidents.config import BadSetting, Mail, read_settings
from incidents.core.periods import in_serbia
from incidents.db.database import Database
from tests import builders
from tests.conftest import settings_in

NOON = time_of_day(12)


class _Taking(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.wfile.write(b"220 ready\r\n")
        while line := self.rfile.readline():
            verb = line.strip().upper()[:4]
            if verb == b"DATA" and not self.server.refuses:
                self.wfile.write(b"354 go on\r\n")
                content = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    content += part
                self.server.taken.append(content.decode())
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"554 no\r\n" if verb == b"DATA" and self.server.refuses else b"250 ok\r\n")


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[str] = []
        self.refuses = False

    @property
    def notes(self) -> list[Message]:
        return [message_from_string(content) for content in self.taken]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def addressed(run, server: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INCIDENTS_MAIL_TO", "operator@primer.example,druga@primer.example")
    monkeypatch.setenv("INCIDENTS_MAIL_FROM", "site@primer.example")
    monkeypatch.setenv("INCIDENTS_MAIL_BY", f"smtp://127.0.0.1:{server.server_address[1]}")
    return run


def test_the_note_goes_to_whom_it_is_for(addressed, server: Server) -> None:
    sent = addressed("mail")
    assert (sent.exit_code, sent.output) == (0, "The note was sent.\n")
    (note,) = server.notes
    assert (note["To"], note["From"]) == ("operator@primer.example, druga@primer.example", "site@primer.example")
    assert (note["Subject"], note["Auto-Submitted"]) == ("Daily note", "auto-generated")
    assert note["Message-ID"].endswith("@primer.example>")
    assert note.get_payload().startswith("This note comes every day, on quiet days too.")


def _file(number: int) -> None:
    """Reports of yesterday, and one that waits too long."""
    settings = replace(settings_in(Path("instance")), pepper=bytes(range(32)))
    database = Database("sqlite:///instance/incidents.sqlite")
    # By the day in Serbia, which begins before that of UTC.
    now = datetime.combine(in_serbia(datetime.now(UTC)).date(), NOON, UTC)
    with database.unit_of_work() as session:
        if not builders.reporting.intake_is_open(session):
            builders.a_desk(session, settings, now=now)
        for _ in range(number):
            builders.send(session, builders.a_report(words="Ознака7731"), settings, now=now - timedelta(days=1))
        builders.send(session, builders.a_report(place="Ознака7731"), settings, now=now - timedelta(days=20))
    database.close()


def test_a_day_with_a_few_reports_reads_like_a_quiet_one(addressed, server: Server) -> None:
    _file(0)
    addressed("mail")
    _file(18)
    addressed("mail")
    quiet, busy = (note.get_payload() for note in server.notes)
    assert quiet == busy
    assert "Reports yesterday: fewer than 20" in quiet


def test_of_many_reports_a_range_is_told_and_nothing_else(addressed, server: Server) -> None:
    _file(0)
    addressed("mail")
    _file(25)
    addressed("mail")
    quiet, busy = (note.get_payload().splitlines() for note in server.notes)
    assert [(old, new) for old, new in zip(quiet, busy, strict=True) if old != new] == [
        ("Reports yesterday: fewer than 20", "Reports yesterday: 20 to 39")
    ]
    assert "7731" not in "".join(server.taken)


def test_it_can_be_read_before_it_is_sent(run) -> None:
    shown = run("mail", "--show")
    assert shown.exit_code == 0
    assert "backup:      NOT WELL\n" in shown.output
    assert "database:    well\n" in shown.output
    assert "Due to be destroyed within 30 days: fewer than 20\n" in shown.output


def test_without_addresses_it_says_what_to_set(run) -> None:
    assert "INCIDENTS_MAIL_TO is not set" in run("mail").output


def test_a_server_that_refuses_is_told_in_a_line(addressed, server: Server) -> None:
    server.refuses = True
    refused = addressed("mail")
    assert (refused.exit_code, refused.output) == (2, "Error: The note could not be sent: SMTPDataError.\n")


def test_tick_sends_it_once_each_morning(addressed, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(
        datetime(2026, 11, day, hour, tzinfo=UTC) for day, hour in ((24, 5), (24, 6), (24, 9), (25, 5), (25, 8))
    )

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return next(moments)

    monkeypatch.setattr("incidents.cli.tick.datetime", Clock)
    sent = []
    for _ in range(5):
        addressed("tick")
        sent.append(len(server.taken))
    assert sent == [0, 1, 1, 1, 2]


def test_a_note_that_was_not_sent_is_tried_again(addressed, server: Server) -> None:
    server.refuses = True
    failed = addressed("tick", "--all")
    assert failed.exit_code == 1
    assert "Daily note: not sent (SMTPDataError); tried again next time." in failed.output
    assert "mixed" in failed.output
    server.refuses = False
    assert "Daily note: sent." in addressed("tick", "--all").output


def test_a_server_that_does_not_answer_is_not_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "_PATIENCE_S", 0.2)
    with socketserver.TCPServer(("127.0.0.1", 0), _Taking) as deaf:  # accepts, and never says a word
        silent = Mail(to=("a@b.example",), sender="c@d.example", scheme="smtp", host="127.0.0.1")
        began = time.monotonic()
        with pytest.raises(NotHandedOver, match="SMTPServerDisconnected"):
            mail.send(replace(silent, port=deaf.server_address[1]), "Daily note", "x")
    assert time.monotonic() - began < 2


def test_a_server_whose_certificate_is_not_trusted_gets_no_note(server: Server) -> None:
    by = Mail(to=("a@b.example",), sender="c@d.example", scheme="smtps", host="127.0.0.1")
    with pytest.raises(NotHandedOver):
        mail.send(replace(by, port=server.server_address[1]), "Daily note", "x")
    assert server.taken == []


def test_sendmail_of_the_machine_takes_it_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "sendmail"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/how\ncat > {tmp_path}/note\n', encoding="ascii")
    program.chmod(0o700)
    monkeypatch.setattr(mail, "_SENDMAIL", str(program))
    mail.send(Mail(to=("a@b.example",), sender="c@d.example"), "Daily note", "x")
    assert (tmp_path / "how").read_text(encoding="ascii") == "-t -i\n"
    assert message_from_string((tmp_path / "note").read_text(encoding="utf-8"))["To"] == "a@b.example"
    program.write_text("#!/bin/sh\nexit 75\n", encoding="ascii")
    with pytest.raises(NotHandedOver, match="CalledProcessError"):
        mail.send(Mail(to=("a@b.example",), sender="c@d.example"), "Daily note", "x")


@pytest.mark.parametrize(
    "changes",
    [
        {"INCIDENTS_MAIL_FROM": ""},
        {"INCIDENTS_MAIL_TO": "operator"},
        {"INCIDENTS_MAIL_TO": "a@b.example\nBcc: c@d.example"},
        {"INCIDENTS_MAIL_BY": "ftp://mail.example"},
        {"INCIDENTS_MAIL_BY": "smtp://mail.example"},
        {"INCIDENTS_MAIL_BY": "smtps://mail.example:port"},
        {"INCIDENTS_MAIL_BY": "smtps://user@mail.example"},
        {"INCIDENTS_MAIL_BY": "mail.example"},
    ],
)
def test_settings_of_mail_that_cannot_be_used_are_said(addressed, changes: dict[str, str]) -> None:
    good = {
        "INCIDENTS_HOSTS": "primer.example",
        "INCIDENTS_MAIL_TO": "a@b.example",
        "INCIDENTS_MAIL_FROM": "c@d.example",
    }
    assert read_settings(good).mail == Mail(to=("a@b.example",), sender="c@d.example")
    with pytest.raises(BadSetting, match=r"INCIDENTS_MAIL|mail-password"):
        read_settings({**good, **changes})


def test_the_password_of_a_server_stands_in_a_file(run) -> None:
    Path("instance/mail-password").write_text("tajna\n", encoding="utf-8")
    found = read_settings(
        {
            "INCIDENTS_HOSTS": "primer.example",
            "INCIDENTS_MAIL_TO": "a@b.example",
            "INCIDENTS_MAIL_FROM": "c@d.example",
            "INCIDENTS_MAIL_BY": "smtp+starttls://site@mail.example",
        }
    ).mail
    assert (found.host, found.port, found.user, found.password) == ("mail.example", 587, "site", "tajna")
