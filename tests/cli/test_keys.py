"""What an operator and trustees do about keys, typed as they type it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pyotp
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from incidents.__main__ import cli
from incidents.adapters import opening
from incidents.config import Settings, read_settings
from incidents.core.accounts import Role
from incidents.core.recovery import in_groups, recovery_code_from
from incidents.db.account import Member as MemberRow
from incidents.db.account import MemberRole, member_by_name
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.db.key import DeskKey, MemberKey
from incidents.db.report import Report
from incidents.services import invitations, keys
from incidents.services.accounts import Member
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.cli.conftest import Once

PASSWORD = "tri zelene kruške na stolu"
OTHER = "četiri žute dunje u korpi"
CODES = [recovery_code_from(bytes([number]) * 32) for number in range(1, 9)]


_QUICK = (
    "from incidents.config import Settings; Settings.__init__.__kwdefaults__['seal_memory_mib'] = 1; "
    "from incidents.__main__ import main; main()"
)


@pytest.fixture
def drawn() -> list[str]:
    """The recovery codes that are still to be given out."""
    return list(CODES)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: list[str]):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    for name in ("INCIDENTS_INSTANCE", "INCIDENTS_DATABASE_URL", "INCIDENTS_DOOR", "INCIDENTS_SHAPES"):
        monkeypatch.delenv(name, raising=False)
    # The same locks with little work: some hundred keys are locked and unlocked here.
    monkeypatch.setitem(Settings.__init__.__kwdefaults__, "seal_memory_mib", 1)
    monkeypatch.setattr(opening, "new_recovery_code", lambda: drawn.pop(0))

    def run(*arguments: str, typed: str = "", wrong: bool = False) -> Result:
        result = CliRunner().invoke(cli, arguments, input=typed)
        assert result.exit_code == (2 if wrong else 0), result.output
        return result

    return run


@pytest.fixture
def prepared(run, drawn: list[str], once: Once[None]) -> None:
    """A site whose two first members typed their recovery codes back."""
    once("prepared", lambda: prepare(run))
    drawn[:] = CODES[2:]


def prepare(run) -> None:
    typed = f"{PASSWORD}\n" * 4 + "".join(f"{in_groups(code)}\n" for code in CODES[:2])
    said = run("init", "--member", "Ana", "--member", "Boris", typed=typed).output
    assert said.count("The recovery code is in order.") == 2
    assert "It takes no report yet." in said


def make_shares(run) -> list[str]:
    said = run("keys", "shares", "make", "--by", "Ana", "--to", "stick", typed=f"{PASSWORD}\n").output
    assert "Print them, then destroy the files" in said
    return [Path(f"stick/share-{number}.txt").read_text(encoding="utf-8") for number in (1, 2, 3)]


def words_of(sheet: str) -> str:
    """The numbered lines of a sheet, as somebody types them."""
    return "\n".join(line for line in sheet.splitlines() if re.match(r" ?\d+ [a-z]", line)) + "\n"


def read_back(run, sheets: list[str]) -> None:
    for sheet in sheets:
        run("keys", "shares", "check", typed=words_of(sheet))


@pytest.fixture
def site(run, drawn: list[str], once: Once[list[str]]) -> list[str]:
    """A site that takes reports; the sheets of its shares."""

    def make() -> list[str]:
        prepare(run)
        sheets = make_shares(run)
        read_back(run, sheets)
        run("keys", "open")
        return sheets

    sheets = list(once("open", make))
    drawn[:] = CODES[2:]
    return sheets


@contextmanager
def database() -> Iterator[Database]:
    found = Database("sqlite:///instance/incidents.sqlite")
    yield found
    found.close()


def send(count: int = 1) -> None:
    settings = read_settings(os.environ)
    with database() as found, found.unit_of_work() as session:
        for _ in range(count):
            builders.send(session, builders.a_report(), settings, now=datetime.now(UTC))


def opened(session: Session, name: str, password: str) -> int:
    member = member_by_name(session, name)
    assert member is not None
    key = keys.unlock_member_key(session, member.id, password, memory_mib=1)
    privates = {
        epoch: keys.desk_private(session, epoch, member.id, key) for epoch in keys.held_epochs(session, member.id, key)
    }
    rows = [row for row in session.scalars(sa.select(Report)) if row.epoch in privates]
    for row in rows:
        opening.open_report(row.sealed, row.sealed_key, report=row.id, desk_private=privates[row.epoch])
    return len(rows)


def opened_by(name: str, password: str = PASSWORD) -> int:
    with database() as found, found.reader() as session:
        return opened(session, name, password)


def test_a_site_takes_no_report_before_its_recovery_is_in_order(run, prepared) -> None:
    assert "The trustees have no shares" in run("keys", "open", wrong=True).output
    sheets = make_shares(run)
    assert "3 shares to read back" in run("keys", "open", wrong=True).output
    read_back(run, sheets[:2])
    assert "1 shares to read back" in run("keys", "open", wrong=True).output
    read_back(run, sheets[2:])
    assert "Intake is closed. All is in order" in run("keys", "status").output
    assert run("keys", "open").output == "Intake is open: people can report now.\n"
    assert "Intake is open since" in run("keys", "status").output


def test_who_left_the_code_for_later_confirms_it_by_a_new_one(run) -> None:
    typed = f"{PASSWORD}\n" * 4 + f"{in_groups(CODES[0])}\n\n"
    said = run("init", "--member", "Ana", "--member", "Boris", typed=typed).output
    assert "Not confirmed: Boris can still do that" in said
    read_back(run, make_shares(run))
    assert "1 more to confirm a recovery code" in run("keys", "open", wrong=True).output
    slip = in_groups(CODES[1])
    typed = f"{PASSWORD}\n{slip}\n{in_groups(CODES[2])}\n"
    said = run("members", "recovery-code", "Boris", typed=typed).output
    assert "That is not the code above." in said
    assert "Intake is open" in run("keys", "open").output


def test_shares_are_for_their_owner_only_and_never_written_over(run, prepared) -> None:
    sheets = make_shares(run)
    assert os.stat("stick/share-1.txt").st_mode & 0o777 == 0o600
    assert (
        "is there already"
        in run("keys", "shares", "make", "--by", "Ana", "--to", "stick", typed=f"{PASSWORD}\n", wrong=True).output
    )
    read_back(run, sheets)
    assert all(len(words_of(sheet).split()) == 66 for sheet in sheets)


def test_shares_are_shown_one_by_one(run, prepared) -> None:
    said = run("keys", "shares", "make", "--by", "Boris", typed=f"{PASSWORD}\n\n\n\n").output
    assert re.findall(r"share (\d) of 3", said) == ["1", "2", "3"]


@pytest.mark.parametrize(
    "spoil", [lambda words: words.replace(" 7 ", " 7 x"), lambda words: words.split("\n")[0] + "\n\n", lambda _: "\n"]
)
def test_a_share_with_a_slip_is_told(run, prepared, spoil) -> None:
    words = words_of(make_shares(run)[0])
    assert "These words are no share" in run("keys", "shares", "check", typed=spoil(words), wrong=True).output


def test_when_all_members_are_lost_two_shares_let_somebody_in(run, site: list[str]) -> None:
    send(2)
    with database() as found, found.unit_of_work() as session:
        session.execute(sa.update(MemberKey).values(under_password=b"x" * 72, under_recovery_code=b"x" * 72))
    typed = words_of(site[2]) + words_of(site[0]) + f"{OTHER}\n" * 2 + f"{in_groups(CODES[2])}\n"
    said = run("keys", "recover", "Vesna", typed=typed).output
    assert "make new ones with `keys shares make`" in said
    assert opened_by("Vesna", OTHER) == 2


def test_a_lost_member_comes_in_anew_by_shares(run, site: list[str]) -> None:
    send()
    typed = words_of(site[1]) + words_of(site[2]) + f"{OTHER}\n" * 2 + "\n"
    run("keys", "recover", "Ana", typed=typed)
    assert opened_by("Ana", OTHER) == 1


def test_one_share_twice_lets_nobody_in(run, site: list[str]) -> None:
    typed = words_of(site[0]) * 2 + f"{OTHER}\n" * 2
    assert "do not open anything" in run("keys", "recover", "Vesna", typed=typed, wrong=True).output
    assert run("members", "list").output.split() == ["Ana", "Boris"]


def test_when_everything_is_lost_a_site_begins_anew(run, site: list[str]) -> None:
    send()
    anew = ("init", "--member", "Ana", "--member", "Vesna", "--all-keys-are-lost")
    assert "Nothing was changed." in run(*anew, typed="yes\n", wrong=True).output
    typed = "begin anew\n" + f"{OTHER}\n" * 4 + "".join(f"{in_groups(code)}\n" for code in CODES[2:4])
    run(*anew, typed=typed)
    with database() as found, found.reader() as session:
        assert not builders.reporting.intake_is_open(session)
    Path("stick").rename("old stick")
    said = run("keys", "shares", "make", "--by", "Ana", "--to", "stick", typed=f"{OTHER}\n").output
    assert "Print them" in said
    read_back(run, [Path(f"stick/share-{number}.txt").read_text(encoding="utf-8") for number in (1, 2, 3)])
    run("keys", "open")
    send()
    assert opened_by("Ana", OTHER) == 1
    assert opened_by("Boris") == 1


def test_an_administrator_resets_a_password_and_another_member_lets_them_in_again(run, site: list[str]) -> None:
    send()
    said = run("members", "reset", "Ana", "--by", "Boris", typed=f"{PASSWORD}\n{OTHER}\n{OTHER}\n").output
    assert "opens no report" in said
    assert opened_by("Ana", OTHER) == 0
    refused = run("members", "recovery-code", "Ana", typed=f"{OTHER}\n", wrong=True).output
    assert "opens what they held before" in refused
    said = run("members", "readmit", "Ana", "--by", "Boris", typed=f"{PASSWORD}\n").output
    assert "Ana needs a new recovery code" in said
    assert opened_by("Ana", OTHER) == 1


def arrive_by_invitation_of(host: str) -> None:
    """Vesna is invited as a moderator, and has come by the link."""
    settings, now = read_settings(os.environ), datetime.now(UTC)
    with database() as found, found.unit_of_work() as session:
        row = member_by_name(session, host)
        assert row is not None
        key = keys.unlock_member_key(session, row.id, PASSWORD, memory_mib=1)
        by = Member(row.id, host, "sr-Cyrl", frozenset({Role.ADMINISTRATOR}), key, now)
        token = invitations.invite(session, "Vesna", {Role.MODERATOR}, language="hu", by=by, now=now)
        own = {"token_key": settings.token_key, "now": now}
        secret, sealed = invitations.offer_second_factor(session, token, **own)
        code = pyotp.TOTP(secret).at(now)
        assert invitations.accept(session, token, OTHER, sealed, code, memory_mib=1, **own)


def test_who_invited_somebody_does_not_let_them_in_and_another_does(run, site: list[str]) -> None:
    send()
    arrive_by_invitation_of("Ana")
    assert opened_by("Vesna", OTHER) == 0
    refused = run("members", "readmit", "Vesna", "--by", "Ana", typed=f"{PASSWORD}\n", wrong=True).output
    assert "Ana invited Vesna: it takes another member to let them in." in refused
    assert opened_by("Vesna", OTHER) == 0
    run("members", "readmit", "Vesna", "--by", "Boris", typed=f"{PASSWORD}\n")
    assert opened_by("Vesna", OTHER) == 1
    with database() as found, found.reader() as session:
        roles = sa.select(MemberRole.role).join(MemberRow, MemberRow.id == MemberRole.member_id)
        assert session.scalars(roles.where(MemberRow.name == "Vesna")).all() == [Role.MODERATOR]


def test_a_second_factor_takes_two_administrators_and_nobody_else(run, site: list[str]) -> None:
    alone = run("members", "reset", "Ana", "--by", "Boris", "--with", "Boris", typed=f"{PASSWORD}\n", wrong=True)
    assert "takes two administrators" in alone.output
    typed = f"{PASSWORD}\n{OTHER}\n{OTHER}\n\n"
    run("members", "add", "Vesna", "--by", "Ana", "--role", "moderator", typed=typed)
    refused = run("members", "reset", "Ana", "--by", "Vesna", typed=f"{OTHER}\n", wrong=True)
    assert "Vesna is no administrator." in refused.output
    typed = f"{PASSWORD}\n{PASSWORD}\n{OTHER}\n{OTHER}\n"
    said = run("members", "reset", "Vesna", "--by", "Ana", "--with", "Boris", typed=typed).output
    assert re.search(r"Vesna: put this secret .*: [A-Z2-7]{32}", said)


def test_a_revoked_member_opens_nothing_and_does_nothing(run, site: list[str]) -> None:
    send()
    said = run("members", "revoke", "Ana", "--by", "Boris", "--reason", "left", typed=f"{PASSWORD}\n").output
    assert "Ana is out.\nThis is epoch 2 of the desk national now." in said
    send()
    assert (opened_by("Ana"), opened_by("Boris")) == (0, 2)
    refused = run("keys", "rotate", "--by", "Ana", "--reason", "x", typed=f"{PASSWORD}\n", wrong=True)
    assert "Ana may not do this." in refused.output
    alone = run("members", "revoke", "Boris", "--by", "Boris", "--reason", "x", wrong=True)
    assert "Another member has to do this." in alone.output


def test_after_a_rotation_all_goes_on(run, site: list[str]) -> None:
    send()
    said = run("keys", "rotate", "--by", "Ana", "--reason", "yearly", typed=f"{PASSWORD}\n").output
    assert said.endswith("This is epoch 2 of the desk national now. Members who hold its key: 2.\n")
    send()
    assert (opened_by("Ana"), opened_by("Boris")) == (2, 2)
    assert "Still sealed to keys of before: 1 reports." in run("keys", "status").output
    with database() as found, found.reader() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "rotate_keys")).one()
    assert (entry.actor, entry.reason) == ("Ana", "yearly")


def test_sealing_anew_survives_being_killed(run, site: list[str]) -> None:
    send(60)
    run("keys", "rotate", "--by", "Ana", "--reason", "theft", typed=f"{PASSWORD}\n")
    killed = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _QUICK, "keys", "reseal", "--by", "Ana", "--batch", "1"],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert killed.stdin is not None
    assert killed.stdout is not None
    killed.stdin.write(f"{PASSWORD}\n")
    killed.stdin.flush()
    assert any("reports: 20 of 60" in line for line in killed.stdout)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    killed.stdin.close()
    killed.stdout.close()
    with database() as found, found.reader() as session:
        left = session.scalar(sa.select(sa.func.count()).where(Report.epoch == 1))
        assert 0 < left <= 40
        assert opened(session, "Boris", PASSWORD) == 60
    said = run("keys", "reseal", "--by", "Ana", typed=f"{PASSWORD}\n").output
    assert f"reports: {left} of {left}" in said
    assert "Destroyed: the keys of epochs 1." in said
    with database() as found, found.reader() as session:
        assert set(session.scalars(sa.select(DeskKey.epoch))) == {2}
        assert opened(session, "Boris", PASSWORD) == 60
    assert "Nothing is sealed to an earlier key" in run("keys", "reseal", "--by", "Ana", typed=f"{PASSWORD}\n").output


def test_a_withdrawn_report_does_not_come_back_with_a_backup_of_before(run, site: list[str]) -> None:
    settings = read_settings(os.environ)
    send()
    with database() as found, found.unit_of_work() as session:
        code = builders.send(session, builders.a_report(), settings, now=datetime.now(UTC))
    run("backup", "key", "away.key")
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    with database() as found, found.unit_of_work() as session:
        withdraw_report(session, code, today=datetime.now(UTC).date(), pepper=settings.pepper)
    assert "listed outside the database" in run("tick").output
    for left in Path("instance").glob("incidents.sqlite*"):
        left.unlink()
    back = run("restore", "monday.backup", "--key", "away.key").output
    assert "Taken off again, as erased.list says: 0 reports that had been destroyed, 1 that had been withdrawn" in back
    with database() as found, found.reader() as session:
        assert len(session.scalars(sa.select(Report.id)).all()) == 1


def test_a_reset_gives_no_password_that_is_easy_to_guess(run, site: list[str]) -> None:
    easy = "Ana-2026-lozinka"
    said = run("members", "reset", "Ana", "--by", "Boris", typed=f"{PASSWORD}\n{easy}\n{easy}\n", wrong=True).output
    assert "This password is easy to guess" in said
    assert opened_by("Ana", PASSWORD) == 0


def test_a_further_desk_is_made_shared_opened_and_left(run, site: list[str]) -> None:
    run("keys", "desk", "add", "sever", "--name", "Sever", "--by", "Ana", typed=f"{PASSWORD}\n")
    refused = run("keys", "open", "--desk", "sever", wrong=True).output
    assert "The desk sever stays closed. 1 more to confirm a recovery code" in refused
    typed = f"{PASSWORD}\n"
    run("keys", "desk", "give", "Boris", "--desk", "sever", "--by", "Ana", typed=typed)
    assert run("keys", "open", "--desk", "sever").output == "The desk sever is open.\n"
    said = run("keys", "status").output
    assert "Desk sever (Sever): epoch 2" in said
    assert said.count("Members who hold its key: Ana, Boris.") == 2
    said = run("keys", "desk", "take", "Ana", "--desk", "sever", "--by", "Boris", "--reason", "x", typed=typed).output
    assert "Ana works at the desk sever no more. Its key is that of epoch 3 now." in said
    last = run(
        "keys", "desk", "take", "Boris", "--desk", "sever", "--by", "Ana", "--reason", "x", typed=typed, wrong=True
    )
    assert "Nobody else holds the key of the desk sever" in last.output


def test_on_a_trial_a_further_desk_opens_once_two_hold_its_key(run) -> None:
    typed = f"{PASSWORD}\n"
    run("init", "--member", "Ana", "--member", "Boris", typed=typed * 4 + "\n\n")
    Path("instance/trial").touch()
    run("keys", "desk", "add", "sever", "--name", "Sever", "--by", "Ana", typed=typed)
    refused = run("keys", "open", "--desk", "sever", wrong=True).output
    assert "The desk sever stays closed until two members hold its key" in refused
    run("keys", "desk", "give", "Boris", "--desk", "sever", "--by", "Ana", typed=typed)
    assert run("keys", "open", "--desk", "sever").output == "The desk sever is open.\n"
    Path("instance/trial").unlink()
    assert "Intake stays closed. 2 more to confirm" in run("keys", "open", wrong=True).output


def test_a_desk_is_given_an_area_and_listed_with_it(run, site: list[str]) -> None:
    typed = f"{PASSWORD}\n"
    run("keys", "desk", "add", "sever", "--name", "Sever", "--by", "Ana", typed=typed)
    area = ("keys", "desk", "area", "sever", "--by", "Ana")
    told = "Severnobački upravni okrug (01), Novi Sad (89010): 529,130 inhabitants (census 2022, Statistical Office)."
    assert f"The desk sever reads reports from {told}" in run(*area, "01", "Нови Сад", typed=typed).output
    assert f"  Reads reports from {told}" in run("keys", "status").output
    assert "and no part of the country" in run(*area, "--none", typed=typed).output
    assert "Reads reports" not in run("keys", "status").output


@pytest.mark.parametrize(
    ("desk", "places", "said"),
    [
        ("sever", ["22"], "In this area only 76,700 people live (census 2022, Statistical Office). It takes 100,000"),
        ("sever", ["RS11", "RS12", "RS21", "RS22"], "Where no desk would have an area, only 0 people live"),
        ("sever", ["Nigde"], "There is no municipality, district, city or region Nigde."),
        ("sever", ["KM"], "There are no figures of inhabitants of KM"),
        ("national", ["01"], "The national desk has no area"),
        ("jug", ["01"], "The desk sever reads reports from there already: Severnobački upravni okrug (01)."),
        ("istok", ["01"], "There is no desk istok"),
        ("sever", [], "Name the places that the desk is to read, or --none."),
        ("sever", ["01", "--none"], "Name the places that the desk is to read, or --none."),
    ],
)
def test_an_area_that_cannot_be_is_refused_in_a_sentence(
    run, site: list[str], desk: str, places: list[str], said: str
) -> None:
    typed = f"{PASSWORD}\n"
    for code in ("sever", "jug"):
        run("keys", "desk", "add", code, "--name", code, "--by", "Ana", typed=typed)
    run("keys", "desk", "area", "sever", "01", "--by", "Ana", typed=typed)
    refused = run("keys", "desk", "area", desk, *places, "--by", "Ana", typed=typed, wrong=True)
    assert said in refused.output


def test_a_desk_that_is_not_there_is_told(run, site: list[str]) -> None:
    typed = f"{PASSWORD}\n"
    for command in (
        ["keys", "open", "--desk", "jug"],
        ["keys", "rotate", "--by", "Ana", "--reason", "x", "--desk", "jug"],
        ["keys", "reseal", "--by", "Ana", "--desk", "jug"],
        ["keys", "desk", "give", "Boris", "--desk", "jug", "--by", "Ana"],
        ["members", "readmit", "Boris", "--by", "Ana", "--desk", "jug"],
    ):
        assert "There is no desk jug" in run(*command, typed=typed, wrong=True).output


def test_shares_take_a_member_of_each_desk(run, site: list[str]) -> None:
    run("keys", "desk", "add", "sever", "--name", "Sever", "--by", "Ana", typed=f"{PASSWORD}\n")
    refused = run("keys", "shares", "make", "--by", "Boris", typed=f"{PASSWORD}\n", wrong=True).output
    assert "Nobody here holds the key of sever" in refused
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    run("keys", "shares", "make", "--by", "Boris", "--beside", "Ana", "--to", "other", typed=typed)


def test_where_all_keys_are_lost_every_desk_begins_anew(run, site: list[str]) -> None:
    run("keys", "desk", "add", "sever", "--name", "Sever", "--by", "Ana", typed=f"{PASSWORD}\n")
    typed = "begin anew\n" + f"{OTHER}\n" * 4 + "\n\n"
    run("init", "--member", "Vesna", "--member", "Marko", "--all-keys-are-lost", typed=typed)
    said = run("keys", "status").output
    assert said.count("Members who hold its key: Marko, Vesna.") == 2
    assert "Takes no report yet." in said
