import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from incidents.adapters import data_files
from incidents.cli.synthesise import synthesise
from incidents.config import Settings
from incidents.core import report as rules
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.incident import Incident, SetAside
from tests import builders, databases
from tests.conftest import NOW

Run = Callable[..., Result]
DAY = ("--until", "2026-06-30")
COLUMNS = [
    *("received_on", "language", "role", "acts", "grounds", "targets", "indicators", "when", "day", "month", "year"),
    *("setting", "place", "words", "wish", "consents", "outcome", "set_aside_reason"),
    *("settled_place", "settled_month", "verification", "bias_strength"),
]


@pytest.fixture
def run(settings: Settings) -> Run:
    def run(*arguments: str, site: Settings = settings) -> Result:
        return CliRunner().invoke(synthesise, arguments, obj=site)

    return run


@pytest.fixture
def trial_site(settings: Settings, tmp_path: Path) -> Settings:
    """A trial with an empty database."""
    site = replace(settings, trial=True, database_url=f"sqlite:///{tmp_path / 'trial.sqlite'}")
    databases.at(site.database_url).close()
    return site


def enrol(site: Settings, *, members: int) -> None:
    database = Database(site.database_url)
    with database.unit_of_work() as session:
        builders.a_desk(session, site, now=NOW, members=members)
    database.close()


def counts(site: Settings) -> list[int]:
    """Open reports, incidents, set aside."""
    database = Database(site.database_url)
    with database.reader() as session:
        found = [session.scalar(sa.select(sa.func.count()).select_from(t)) for t in (stored.Report, Incident, SetAside)]
    database.close()
    return [one or 0 for one in found]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# CSV.


def test_the_csv_has_a_row_for_each_report_and_a_name_for_each_column(run: Run) -> None:
    made = run("--reports", "25", *DAY)
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[0].split(",") == COLUMNS
    assert len(rows(made.stdout)) == 25


def test_a_hundred_are_made_unless_another_number_is_given(run: Run) -> None:
    assert len(rows(run(*DAY).stdout)) == 100


def test_the_same_seed_and_day_give_the_same_file(run: Run) -> None:
    first, second, other = (run("--reports", "30", "--seed", seed, *DAY).stdout for seed in ("5", "5", "6"))
    assert first == second
    assert first != other


def test_the_rows_read_back_as_reports_that_keep_the_rules(run: Run) -> None:
    for row in rows(run("--reports", "40", *DAY).stdout):
        several = {name: frozenset(filter(None, row[name].split("|"))) for name in rules.SEVERAL if name in row}
        others = ("language", "role", "when", "day", "month", "year", "setting", "place", "words", "wish")
        report = rules.Report(**{name: row[name] for name in others}, **several)
        assert rules.problems(report, data_files.vocabulary(), today=datetime(2026, 6, 30, tzinfo=UTC).date()) == []


def test_none_is_received_after_the_last_day(run: Run) -> None:
    received = {row["received_on"] for row in rows(run("--reports", "200", *DAY).stdout)}
    assert min(received) > "2024-07-01"
    assert max(received) <= "2026-06-30"


@pytest.mark.parametrize(("option", "outcome"), [("--open", "open"), ("--settled", "settled")])
def test_one_kind_alone_is_made_in_full_number(run: Run, option: str, outcome: str) -> None:
    made = rows(run("--reports", "20", option, *DAY).stdout)
    assert [row["outcome"] for row in made] == [outcome] * 20


def test_what_was_settled_stands_only_in_rows_that_were(run: Run) -> None:
    made = rows(run("--reports", "200", *DAY).stdout)
    assert {row["outcome"] for row in made} == {"open", "settled", "set_aside"}
    assert {bool(row["settled_place"] and row["verification"]) for row in made if row["outcome"] == "settled"} == {True}
    assert {row["settled_place"] + row["settled_month"] for row in made if row["outcome"] != "settled"} == {""}


def test_a_reason_stands_only_in_rows_that_were_set_aside(run: Run) -> None:
    made = rows(run("--reports", "200", *DAY).stdout)
    assert {(row["outcome"] == "set_aside") == bool(row["set_aside_reason"]) for row in made} == {True}


def test_the_csv_goes_into_a_file(run: Run, tmp_path: Path) -> None:
    made = run("--reports", "10", "--to", str(tmp_path / "made.csv"), *DAY)
    assert made.stdout == ""
    assert len(rows((tmp_path / "made.csv").read_text(encoding="utf-8"))) == 10


def test_only_csv_goes_to_standard_output(run: Run) -> None:
    written = run("--reports", "10", "--to", "-", *DAY).stdout
    assert written == run("--reports", "10", *DAY).stdout
    assert "Inventing" not in written


def test_csv_needs_no_site() -> None:
    made = CliRunner().invoke(synthesise, ["--reports", "3", *DAY])
    assert (made.exit_code, len(rows(made.stdout))) == (0, 3)


# What is refused.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--until", "2999-01-01"), "--until lies in the future."),
        (("--into-site", "--to", "made.csv"), "--into-site goes neither with --to nor with --until."),
        (("--into-site", *DAY), "--into-site goes neither with --to nor with --until."),
        (("--to", "/nowhere/made.csv"), "/nowhere/made.csv cannot be written"),
        (("--reports", "0"), "0 is not in the range"),
        (("--until", "yesterday"), "does not match the format"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 2
    assert sentence in refused.stderr


def test_a_site_that_is_no_trial_takes_nothing_invented(run: Run, trial_site: Settings) -> None:
    enrol(trial_site, members=2)
    refused = run("--into-site", site=replace(trial_site, trial=False))
    assert refused.exit_code == 2
    assert "This site is not a trial: invented reports would stand among real ones." in refused.stderr
    assert counts(trial_site) == [0, 0, 0]


# Into a trial site.


def test_a_trial_site_takes_them_all(run: Run, trial_site: Settings) -> None:
    enrol(trial_site, members=2)
    made = run("--into-site", "--reports", "40", site=trial_site)
    open_reports, incidents, set_aside = counts(trial_site)
    assert open_reports + incidents + set_aside == 40
    assert made.stdout == (
        f"Added {open_reports} open reports and {incidents} incidents; {set_aside} were set aside.\n"
    )


def test_a_trial_site_can_be_filled_again(run: Run, trial_site: Settings) -> None:
    enrol(trial_site, members=2)
    for _ in range(2):
        assert run("--into-site", "--reports", "5", "--open", site=trial_site).exit_code == 0
    assert counts(trial_site) == [10, 0, 0]


def test_a_trial_site_without_a_desk_key_says_what_to_do(run: Run, trial_site: Settings) -> None:
    refused = run("--into-site", "--reports", "3", site=trial_site)
    assert refused.exit_code == 2
    assert "This site has no desk key yet: start the trial once, then fill it." in refused.stderr


def test_a_trial_site_with_one_member_says_what_to_do(run: Run, trial_site: Settings) -> None:
    enrol(trial_site, members=1)
    refused = run("--into-site", "--reports", "3", site=trial_site)
    assert refused.exit_code == 2
    assert "This site has fewer than two members" in refused.stderr
