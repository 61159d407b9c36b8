import os
import stat
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from incidents.core.audit import link
from incidents.db import revision
from incidents.db.account import member_by_name
from incidents.db.audit import AuditEntry, entries
from incidents.db.database import Database
from incidents.db.incident import SetAside
from incidents.services import keys, receipts
from tests import builders
from tests.cli.conftest import Once
from tests.conftest import settings_in

PASSWORD = "tri zelene kruške na stolu"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    for name in ("INCIDENTS_INSTANCE", "INCIDENTS_DATABASE_URL", "INCIDENTS_DOOR", "INCIDENTS_SHAPES"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=typed)

    return run


@pytest.fixture
def site(run, once: Once[None]) -> Path:
    def make() -> None:
        made = run("init", "--member", "Ana", "--member", "Boris", typed=f"{PASSWORD}\n" * 4)
        assert made.exit_code == 0, made.output

    once("site", make)
    return Path("instance")


def test_init_makes_keys_for_their_owner_only_and_two_members(run, site: Path) -> None:
    for name in ("pepper", "token-key"):
        assert stat.S_IMODE(os.stat(site / name).st_mode) == 0o600
    assert (site / "pepper").read_text() != (site / "token-key").read_text()
    assert run("members", "list").output.split() == ["Ana", "Boris"]


def test_a_second_init_changes_nothing(run, site: Path) -> None:
    pepper = (site / "pepper").read_text()
    again = run("init", "--member", "C", "--member", "D", typed=f"{PASSWORD}\n" * 4)
    assert (again.exit_code, again.output.splitlines()[-1]) == (2, "Error: This site has its desk key already.")
    assert (site / "pepper").read_text() == pepper


@pytest.mark.parametrize(
    ("names", "typed", "sentence"),
    [
        (["Ana"], "", "Name at least two members"),
        (["Ana", "Ana"], "", "Name at least two members"),
        (["Ana", "Boris"], "short\nshort\n", "A password needs 15 characters or more"),
        (["Ana", "Boris"], "Ana-2026-lozinka\n" * 2, "This password is easy to guess"),
    ],
)
def test_init_says_what_is_wrong(run, names: list[str], typed: str, sentence: str) -> None:
    made = run("init", *[part for name in names for part in ("--member", name)], typed=typed)
    assert made.exit_code == 2
    assert sentence in made.output


def test_a_site_is_made_where_the_variable_says(run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENTS_INSTANCE", str(tmp_path / "elsewhere"))
    assert run("init", "--member", "Ana", "--member", "Boris", typed=f"{PASSWORD}\n" * 4).exit_code == 0
    assert (tmp_path / "elsewhere" / "pepper").exists()
    assert not (tmp_path / "instance").exists()


def test_a_member_lets_another_in_who_opens_the_same_reports(run, site: Path) -> None:
    typed = f"{PASSWORD}\n" + "četiri žute dunje u korpi\n" * 2
    made = run("members", "add", "Vesna", "--by", "Ana", "--role", "moderator", typed=typed)
    assert made.exit_code == 0, made.output
    assert run("members", "list").output.split() == ["Ana", "Boris", "Vesna"]
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    with database.reader() as session:
        vesna = member_by_name(session, "Vesna")
        key = keys.unlock_member_key(session, vesna.id, "četiri žute dunje u korpi", memory_mib=128)
        assert len(keys.desk_private(session, 1, vesna.id, key)) == 32
    database.close()


def test_a_partner_is_let_in_and_opens_nothing(run, site: Path) -> None:
    typed = f"{PASSWORD}\n" + "četiri žute dunje u korpi\n" * 2
    made = run("members", "add", "Vesna", "--by", "Ana", "--role", "partner", "--partner", "praxis", typed=typed)
    assert made.exit_code == 0, made.output
    again = run("members", "readmit", "Vesna", "--by", "Ana", typed=f"{PASSWORD}\n")
    assert (again.exit_code, again.output.splitlines()[-1]) == (0, "Vesna sends tables of reports, and opens none.")
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    with database.reader() as session:
        vesna = member_by_name(session, "Vesna")
        key = keys.unlock_member_key(session, vesna.id, "četiri žute dunje u korpi", memory_mib=128)
        assert vesna.partner == "praxis"
        assert keys.held_epochs(session, vesna.id, key) == []
    database.close()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--role", "partner"], "--role partner and --partner CODE go together."),
        (["--role", "moderator", "--partner", "praxis"], "--role partner and --partner CODE go together."),
        (["--role", "partner", "--role", "moderator", "--partner", "praxis"], "A partner has no other role"),
        (["--role", "partner", "--partner", "Праксис"], "Name the organisation with --partner"),
    ],
)
def test_a_partner_is_nothing_else(run, site: Path, options: list[str], sentence: str) -> None:
    refused = run("members", "add", "Vesna", "--by", "Ana", *options)
    assert refused.exit_code == 2
    assert sentence in refused.output


def test_the_site_takes_reports_while_somebody_types_a_password(run, site: Path, monkeypatch) -> None:
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    answers = iter([PASSWORD, "četiri žute dunje u korpi", ""])

    def typing(*_: object, **__: object) -> str:
        with database.unit_of_work() as session:
            session.add(SetAside(id=uuid4(), quarter="2026-Q4", reason="test"))
        return next(answers)

    monkeypatch.setattr("click.prompt", typing)
    assert run("members", "add", "Vesna", "--by", "Ana", "--role", "moderator").exit_code == 0
    with database.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(SetAside)) == 3
    database.close()


@pytest.mark.parametrize(
    ("name", "host", "typed", "sentence"),
    [
        ("Vesna", "Niko", "", "There is no member called Niko."),
        ("Boris", "Ana", "", "There is a member called Boris already."),
        ("Vesna", "Ana", "pogrešna lozinka\n", "That is not the password of Ana."),
    ],
)
def test_nobody_is_let_in_by_mistake(run, site: Path, name: str, host: str, typed: str, sentence: str) -> None:
    refused = run("members", "add", name, "--by", host, "--role", "moderator", typed=typed)
    assert refused.exit_code == 2
    assert sentence in refused.output
    assert run("members", "list").output.split() == ["Ana", "Boris"]


@pytest.mark.parametrize("content", ["", "abc", "00" * 32, "zz" * 32])
def test_a_weak_or_broken_key_stops_the_start(run, site: Path, content: str) -> None:
    (site / "pepper").write_text(content)
    refused = run("migrate")
    assert refused.exit_code == 2
    assert "pepper holds a weak key" in refused.output or "pepper does not hold a key" in refused.output


def test_without_a_site_the_command_says_what_to_do(run) -> None:
    refused = run("migrate")
    assert refused.exit_code == 2
    assert "run `python -m incidents init` first" in refused.output


def test_a_site_needs_its_hosts(run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INCIDENTS_HOSTS")
    assert "INCIDENTS_HOSTS is not set" in run("migrate").output


def test_a_real_site_gives_no_second_factor_away(run, site: Path) -> None:
    refused = run("members", "code", "Ana")
    assert (refused.exit_code, refused.output) == (2, "Error: Only a trial gives its second factors away.\n")


def test_the_audit_trail_is_whole_until_somebody_rewrites_it(run, site: Path) -> None:
    assert run("audit", "verify").output == "The chain is whole: 2 entries.\n"
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    with database.unit_of_work() as session:
        session.execute(sa.text("DROP TRIGGER audit_entry_no_update"))
        session.execute(sa.update(AuditEntry).where(AuditEntry.number == 1).values(actor="nobody"))
    database.close()
    broken = run("audit", "verify")
    assert broken.exit_code == 2
    assert "The chain breaks at entry 1: this entry, or the hash of the one before it, was changed." in broken.output


def test_an_anchor_on_paper_finds_a_trail_that_was_cut_off_or_written_anew(run, site: Path) -> None:
    anchor = run("audit", "anchor").output.splitlines()[1]
    assert anchor.startswith("2-")
    typed = anchor.upper().replace("-", " ").replace(" ", "-", 1)
    for form in (anchor, typed):
        assert run("audit", "verify", "--anchor", form).output.endswith("It is the one of the anchor.\n")
    assert "An anchor is a number" in run("audit", "verify", "--anchor", anchor[:-1]).output
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    with database.unit_of_work() as session:
        chain = list(entries(session))
        for trigger in ("audit_entry_no_update", "audit_entry_no_delete"):
            session.execute(sa.text(f"DROP TRIGGER {trigger}"))
        session.execute(sa.delete(AuditEntry).where(AuditEntry.number == 2))
    cut = run("audit", "verify", "--anchor", anchor)
    assert (cut.exit_code, "ends at entry 1, and the anchor knows 2" in cut.output) == (2, True)
    assert run("audit", "verify").output == "The chain is whole: 1 entries.\n"
    anew = replace(chain[1][0], actor="nobody")
    with database.unit_of_work() as session:
        values = {field: getattr(anew, field) for field in ("number", "at", "actor", "action", "subject")}
        rest = {field: getattr(anew, field) for field in ("before", "after", "reason")}
        session.execute(sa.insert(AuditEntry).values(**values, **rest, hash=link(anew, chain[0][1])))
    database.close()
    assert run("audit", "verify").output == "The chain is whole: 2 entries.\n"
    assert "Entry 2 is not the one of the anchor" in run("audit", "verify", "--anchor", anchor).output


def test_a_trial_is_never_made_over_a_real_site(run, site: Path) -> None:
    refused = run()
    assert refused.exit_code == 2
    assert "holds a site that is not a trial" in refused.output


def test_cyrillic_goes_in_and_latin_comes_out(run) -> None:
    assert run("transliterate", "--to", "sr-Latn", typed="Ђорђе Његош\nЉУБАВ\n").output == "Đorđe Njegoš\nLJUBAV\n"


@pytest.mark.parametrize(
    "command", ["init", "migrate", "members", "keys", "audit", "release", "synthesise", "serve", "transliterate"]
)
def test_every_command_explains_itself(run, site: Path, command: str) -> None:
    shown = run(command, "--help")
    assert shown.exit_code == 0
    assert len(shown.output) > 80


@pytest.mark.parametrize("command", [["keys"], ["keys", "desk", "add"], ["release", "build"], ["tick"], ["serve"]])
def test_commands_explain_themselves_where_there_is_no_site(
    run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    monkeypatch.setenv("INCIDENTS_INSTANCE", str(tmp_path / "none"))
    monkeypatch.delenv("INCIDENTS_HOSTS", raising=False)
    assert run(*command, "--help").exit_code == 0


def test_a_faulty_file_of_borders_is_one_clear_line(run, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("borders.geojson").write_text("{}", encoding="utf-8")
    monkeypatch.setenv("INCIDENTS_SHAPES", "borders.geojson")
    said = run("serve")
    sentence = "Error: INCIDENTS_SHAPES cannot be used: borders.geojson is not a FeatureCollection of GeoJSON.\n"
    assert (said.exit_code, said.output) == (2, sentence)


def test_tables_go_back_for_an_older_release_and_forward_again(run, site: Path) -> None:
    settings = settings_in(site)
    database = Database(f"sqlite:///{site / 'incidents.sqlite'}")
    now = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=now)
        code = builders.send(session, builders.a_report(), settings, now=now)
    back = run("migrate", "--back-to", "0009")
    assert (back.exit_code, back.output) == (0, "The tables are as they were at 0009.\n")
    with database.engine.connect() as connection:
        assert revision.revision_of(connection) == "0009"
    assert run("migrate").output == "The tables are at their newest.\n"
    with database.reader() as session:
        assert receipts.open_receipt(session, code, pepper=settings.pepper)
    database.close()


@pytest.mark.parametrize("form", ["9999", "head", "base", "-1", "0001; DROP TABLE report"])
def test_tables_do_not_go_where_they_never_were(run, site: Path, form: str) -> None:
    refused = run("migrate", "--back-to", form)
    assert (refused.exit_code, refused.output) == (2, f"Error: The tables cannot go back to {form}.\n")


def test_every_command_is_loaded_under_the_name_that_it_is_called_by() -> None:
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    assert len(found) > 20
    assert {name: command.name for name, command in found.items() if command} == {name: name for name in found}
