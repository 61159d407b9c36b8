import sqlite3

import pytest


def test_it_says_what_it_did(run) -> None:
    done = run("tick")
    assert done.exit_code == 0, done.output
    assert done.output.splitlines() == [
        "Sessions and invitations that ended, and undoing that is no longer possible: forgotten.",
        "Reports that were taken and left: free for others.",
        "Tokens of forms that can no longer be sent: forgotten.",
        "Since when reports have been as they are: noted.",
        "Order of rows on the disk: mixed.",
    ]


def test_what_was_done_today_is_done_again_when_asked(run) -> None:
    run("tick")
    assert "mixed" not in run("tick").output
    assert "mixed" in run("tick", "--all").output


def test_days_out_of_bounds_are_said_before_anything_is_done(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCIDENTS_KEEP_DAYS", "files=5")
    done = run("tick")
    assert (done.exit_code, "INCIDENTS_KEEP_DAYS: files must be 30 to 1825 days." in done.output) == (2, True)


def test_what_falls_due_is_counted(run) -> None:
    run("tick")
    assert run("retention", "due").output == "Nothing is due in the next 30 days.\n"
    assert run("retention", "clean").output == "The tables are written anew.\n"


def test_a_fault_is_exit_code_1(run, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect("instance/incidents.sqlite") as tables:
        tables.execute("DROP TABLE bulk_row")
    done = run("tick")
    assert done.exit_code == 1
    assert "Sessions and undoing: not possible just now (OperationalError); tried again next time." in done.output
    assert "mixed" in done.output
