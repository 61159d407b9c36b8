import os
import stat
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from incidents.adapters.sealing import tag_of_erased
from incidents.db.audit import record
from incidents.db.database import Database


def test_the_way_there_and_back(run) -> None:
    """The drill of an operator whose disk is gone: key files and backup are all that is left."""
    made = run("backup", "make", "monday.backup", "--key", "away.key.pub")
    assert made.exit_code == 0, made.output
    assert "0 reports among them" in made.output
    Path("instance/incidents.sqlite").unlink()
    for left in Path("instance").glob("incidents.sqlite-*"):
        left.unlink()
    back = run("restore", "monday.backup", "--key", "away.key")
    assert back.exit_code == 0, back.output
    assert back.output.endswith("The chain of the audit trail is whole.\n")
    assert run("members", "list").output.split() == ["Ana", "Boris"]


def test_keys_and_backups_are_for_their_owner_only(run) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    for name in ("away.key", "away.key.pub", "monday.backup"):
        assert stat.S_IMODE(os.stat(name).st_mode) == 0o600
    assert "PRIVATE" in Path("away.key").read_text(encoding="ascii")
    assert "PRIVATE" not in Path("away.key.pub").read_text(encoding="ascii")


def test_nothing_is_ever_written_over(run) -> None:
    Path("monday.backup").write_text("Friday", encoding="ascii")
    key = Path("away.key").read_bytes()
    answers = [run("backup", "key", "away.key"), run("backup", "make", "monday.backup", "--key", "away.key.pub")]
    assert [answer.exit_code for answer in answers] == [2, 2]
    assert all("is there already" in answer.output for answer in answers)
    assert Path("away.key").read_bytes() == key
    assert Path("monday.backup").read_text(encoding="ascii") == "Friday"


def test_backups_past_their_days_are_deleted_and_no_other_file(run) -> None:
    """What was destroyed is gone from backups only when these are gone."""
    month_ago = time.time() - 31 * 86_400
    for name, moment in (("old.backup", month_ago), ("new.backup", time.time()), ("old.txt", month_ago)):
        Path(name).write_bytes(b"sealed")
        os.utime(name, (moment, moment))
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    assert Path("old.backup").exists()
    made = run("backup", "make", "tuesday.backup", "--key", "away.key.pub", "--clear")
    assert "Deleted as past their days: 1 of the backups beside it." in made.output
    left = {path.name for path in Path().glob("*") if path.suffix in {".backup", ".txt"}}
    assert left == {"monday.backup", "tuesday.backup", "new.backup", "old.txt"}


def lose_the_database() -> None:
    for left in Path("instance").glob("incidents.sqlite*"):
        left.unlink()


def test_restoring_without_a_list_says_what_may_be_back(run) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    lose_the_database()
    Path("erased.list").unlink()
    back = run("restore", "monday.backup", "--key", "away.key")
    assert (back.exit_code, "There is no erased.list" in back.output) == (0, True)


@pytest.mark.parametrize("place", ["instance/erased.list", "erased.list"])
def test_the_list_is_applied_from_either_place_and_kept(run, place: str) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    Path("erased.list").unlink()
    lose_the_database()
    Path(place).write_text("1a" * 32 + "\n", encoding="ascii")
    back = run("restore", "monday.backup", "--key", "away.key")
    assert (back.exit_code, "Nothing that is on erased.list came back." in back.output) == (0, True)
    assert Path("instance/erased.list").read_text(encoding="ascii") == "1a" * 32 + "\n"


def test_what_tick_and_backups_list_is_what_the_trail_says_is_gone(run) -> None:
    report = uuid4()
    database = Database("sqlite:///instance/incidents.sqlite")
    with database.unit_of_work() as session:
        now = datetime(2026, 11, 24, tzinfo=UTC)
        record(session, at=now, actor="reporter", action="withdraw_report", subject=f"report:{report}")
    database.close()
    assert "listed outside the database" in run("tick").output
    assert "listed outside the database" not in run("tick").output
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    own = Path("instance/erased.list").read_text(encoding="ascii")
    assert own == Path("erased.list").read_text(encoding="ascii")
    pepper = bytes.fromhex(Path("instance/pepper").read_text(encoding="ascii"))
    assert own == tag_of_erased("withdraw_report", report, pepper) + "\n"


def test_a_list_that_is_none_stops_everything_before_it_begins(run) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    lose_the_database()
    Path("erased.list").write_text("nonsense", encoding="ascii")
    back = run("restore", "monday.backup", "--key", "away.key")
    assert (back.exit_code, "is no list of erased reports" in back.output) == (2, True)
    assert not Path("instance/incidents.sqlite").exists()


def test_tick_says_that_the_list_cannot_be_written(run) -> None:
    Path("instance/erased.list").write_text("nonsense", encoding="ascii")
    told = run("tick")
    assert (told.exit_code, "the list could not be written (NotAList)" in told.output) == (1, True)


def test_a_site_that_has_rows_is_not_restored_over(run) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    answer = run("restore", "monday.backup", "--key", "away.key")
    assert (answer.exit_code, "has rows already" in answer.output) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("backup", "make", "new.backup", "--key", "none.pub"), "none.pub cannot be read"),
        (("backup", "make", "new.backup", "--key", "away.key"), "is not the public half"),
        (("backup", "make", "none/new.backup", "--key", "away.key.pub"), "cannot be written"),
        (("backup", "key", "none/new.key"), "cannot be written"),
        (("restore", "none.backup", "--key", "away.key"), "none.backup cannot be read"),
        (("restore", "monday.backup", "--key", "away.key.pub"), "is not the private half"),
        (("restore", "away.key", "--key", "away.key"), "not a whole backup"),
        (("restore", "monday.backup", "--key", "other.key"), "sealed to another key"),
        (("move", "--to", "mysql://nowhere/site"), "no address of a database"),
        (("move", "--to", "nonsense"), "no address of a database"),
    ],
)
def test_what_is_wrong_is_one_clear_line(run, arguments: tuple[str, ...], said: str) -> None:
    run("backup", "make", "monday.backup", "--key", "away.key.pub")
    run("backup", "key", "other.key")
    answer = run(*arguments)
    assert answer.exit_code == 2
    assert said in answer.output
    assert len(answer.output.strip().splitlines()) == 1
    assert not Path("new.backup").exists()
    assert not list(Path().glob("*.part"))


@pytest.mark.parametrize(
    "content", ["", "incidents backup key, public: zz", "incidents backup key, public: 00ff", "\u0107"]
)
def test_a_key_file_that_holds_no_key_is_told(run, content: str) -> None:
    Path("odd.pub").write_text(content, encoding="utf-8")
    answer = run("backup", "make", "new.backup", "--key", "odd.pub")
    assert (answer.exit_code, "is not the public half" in answer.output) == (2, True)


def test_a_backup_that_fails_half_way_leaves_nothing(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    answer = run("backup", "make", "monday.backup", "--key", "away.key.pub")
    assert (answer.exit_code, "No space left" in answer.output) == (2, True)
    assert sorted(path.name for path in Path().glob("monday*")) == []


def test_a_site_moves(run, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = run("move", "--to", "sqlite:///elsewhere.sqlite")
    assert moved.exit_code == 0, moved.output
    assert "every row was compared" in moved.output
    with Database("sqlite:///elsewhere.sqlite").engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM member")).scalar() == 2
    monkeypatch.setenv("INCIDENTS_DATABASE_URL", "sqlite:///elsewhere.sqlite")
    assert run("members", "list").output.split() == ["Ana", "Boris"]
