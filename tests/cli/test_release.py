import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.cli.release import release
from incidents.config import Settings
from incidents.core.accounts import MemberId
from incidents.core.incident import BiasStrength, Decision, Verification
from incidents.core.periods import Quarter
from incidents.core.release import digest
from incidents.db.account import Member
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.incident import Incident, IncidentCode
from incidents.db.release import Announcement, Release, ReleaseCell, ReleaseFile
from incidents.services import releases
from incidents.services.published import Sight, list_releases, release_by_number
from tests import builders, databases
from tests.cli.conftest import Once
from tests.conftest import NOW

Run = Callable[..., Result]
TABLES = {
    *("ground", "act", "district", "verification", "reported", "gender", "age", "delay", "setting"),
    *("received", "set_aside", "corrections"),
    *("region_ground", "ground_act", "ground_social_area", "ground_gender", "ground_age", "target"),
}
SUBJECTS = ("incidents", "received", "set_aside", "corrections")


def names(year: int) -> set[str]:
    """The files of the first release of a year."""
    return {
        *(f"{table}.{ending}" for table in TABLES for ending in ("csv", "json")),
        *(f"plan-{subject}-{year}.json" for subject in SUBJECTS),
        *(f"cells-{subject}-{year}.csv" for subject in SUBJECTS),
        "release.json",
        "words.json",
    }


@contextmanager
def opened(site: Settings) -> Iterator[Session]:
    database = Database(site.database_url)
    with database.unit_of_work() as session:
        yield session
    database.close()


@pytest.fixture
def empty(settings: Settings, tmp_path: Path) -> Settings:
    """A site with two members and no incidents."""
    site = replace(settings, database_url=f"sqlite:///{tmp_path / 'site.sqlite'}")
    databases.at(site.database_url).close()
    with opened(site) as session:
        builders.a_desk(session, site, now=NOW)
    return site


@pytest.fixture
def site(empty: Settings) -> Settings:
    """Eleven accepted incidents, of which two are in Belgrade."""
    settle(empty, 2, place="00")
    settle(empty, 9, place="80438")
    return empty


def settle(site: Settings, number: int, *, place: str) -> None:
    with opened(site) as session:
        session.add_all(
            Incident(
                id=uuid4(),
                decision=Decision.ACCEPTED,
                verification=Verification.PLAUSIBLE,
                bias_strength=BiasStrength.PERCEIVED,
                year=2020,
                month=6,
                place=place,
                setting="street",
                vocabulary_version=data_files.vocabulary().version,
                accepted_on=date(2020, 7, 1),
                codes=[
                    IncidentCode(vocabulary=name, code=code)
                    for name, code in (("act_type", "threat"), ("ground", "race"))
                ],
            )
            for _ in range(number)
        )


def run(site: Settings, *arguments: str) -> Result:
    return CliRunner().invoke(release, arguments, obj=site)


def sign(site: Settings, *, names: int) -> None:
    """So many members sign the first release."""
    with opened(site) as session:
        digest = session.get_one(Release, 1).digest.hex()
        for member in session.scalars(sa.select(Member.id).order_by(Member.name).limit(names)):
            releases.sign_release(session, 1, digest=digest, member=MemberId(member), today=NOW.date(), now=NOW)


@pytest.fixture
def built(site: Settings, once: Once[None]) -> Settings:
    """The site with a draft of a quarter long ago, so that no clock matters."""
    once("built", lambda: build(site))
    return site


def build(site: Settings) -> None:
    with opened(site) as session:
        releases.build_release(
            session,
            today=date(2020, 9, 30),
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            label=catalogues.label,
            pepper=builders.PEPPER,
            actor="operator",
            now=NOW,
        )


@pytest.fixture
def published(built: Settings) -> Settings:
    sign(built, names=2)
    return built


def said(result: Result) -> tuple[int, str]:
    return result.exit_code, result.output


# Building: of the quarter in which the test runs.


def test_building_says_what_was_built(site: Settings) -> None:
    code, output = said(run(site, "build"))
    assert code == 0
    assert re.fullmatch(r"release 1  \d{4}-Q[1-4]  11 incidents  0 of 2 signatures\n", output)


def test_the_draft_is_stored_for_the_desk_to_sign(site: Settings) -> None:
    run(site, "build")
    with opened(site) as session:
        [draft] = list_releases(session)
        [entry] = [entry for entry, _ in entries(session, subject="release:1")]
    assert (draft.state.value, set(draft.file_names)) == ("built", names(int(draft.quarter[:4])))
    assert (entry.actor, entry.action) == ("operator", "build_release")


def test_building_again_replaces_the_draft(built: Settings) -> None:
    settle(built, 5, place="80438")
    code, output = said(run(built, "build"))
    assert (code, " 16 incidents " in output) == (0, True)
    assert len(run(built, "list").output.splitlines()) == 1


def test_a_site_without_incidents_has_a_release_of_zeros(empty: Settings) -> None:
    code, output = said(run(empty, "build"))
    assert (code, " 0 incidents " in output) == (0, True)


def test_the_same_quarter_is_not_published_twice(site: Settings) -> None:
    run(site, "build")
    sign(site, names=2)
    code, output = said(run(site, "build"))
    assert code == 2
    assert re.fullmatch(r"Error: Release 1 of \d{4}-Q[1-4] is published: wait for the next quarter\.\n", output)


def already_said(site: Settings, *, area: str, count: int) -> None:
    """The published release has a figure of the quarter in which the test runs."""
    today = datetime.now(ZoneInfo("Europe/Belgrade")).date()
    with opened(site) as session:
        cell = f"area={area},time={Quarter.of(today)}"
        session.add(ReleaseCell(release_number=1, subject="incidents", cell=cell, count=count, is_withheld=False))


def test_counts_that_cannot_be_protected_are_not_built(published: Settings) -> None:
    settle(published, 2, place="00")
    already_said(published, area="00", count=2)
    code, output = said(run(published, "build"))
    sentence = r"area=00,time=\d{4}-Q[1-4] cannot be kept from being computed \(threshold 5\)\."
    assert code == 2
    assert re.fullmatch(rf"Error: These counts cannot be published safely: {sentence}\n", output)
    assert len(run(published, "list").output.splitlines()) == 1


def test_nothing_is_built_where_what_is_published_would_be_counted_otherwise(published: Settings) -> None:
    already_said(published, area="RS12", count=7)
    code, output = said(run(published, "build"))
    sentence = r"area=RS12,time=\d{4}-Q[1-4] was counted otherwise\."
    assert code == 2
    assert re.fullmatch(rf"Error: What is published would now be counted otherwise: {sentence}\n", output)


# Going over one again.


def test_a_release_that_holds_is_said_to_hold(built: Settings) -> None:
    assert said(run(built, "check", "1")) == (
        0,
        "157 figures, 4 of them withheld.\n"
        "Every figure is as it was counted, and no small count can be computed from them.\n",
    )


def test_a_published_release_can_be_gone_over_too(published: Settings) -> None:
    assert run(published, "check", "1").exit_code == 0


def test_a_figure_that_is_not_the_count_is_named(built: Settings) -> None:
    with opened(built) as session:
        session.get_one(ReleaseCell, (1, "incidents", "time=2020-Q3,verification=2")).count = 12
    checked = run(built, "check", "1")
    assert checked.exit_code == 2
    assert checked.stderr.startswith("not the count that was stored: time=2020-Q3,verification=2\n")
    assert checked.stderr.endswith("Error: The release does not hold.\n")


def rewrite(site: Settings, name: str, line: bytes, by: bytes) -> None:
    """As if a file had been built otherwise and signed so."""
    with opened(site) as session:
        file = session.get_one(ReleaseFile, (1, name))
        file.content, found = re.subn(line, by, file.content)
        assert found == 1
        session.flush()
        contents = session.execute(sa.select(ReleaseFile.name, ReleaseFile.content)).all()
        session.get_one(Release, 1).digest = digest({row.name: row.content for row in contents})


@pytest.mark.parametrize(
    ("name", "line", "by", "told"),
    [
        ("cells-incidents-2020.csv", rb"(,RS12,[^\r\n]*),\[c\],suppressed,0,11", rb"\1,9,published,,", "00"),
        ("district.csv", rb"(,RS12,[^\r\n]*),\[c\],Q,0,11", rb"\1,9,A,,", "RS12"),
    ],
)
def test_what_a_file_gives_away_is_named(built: Settings, name: str, line: bytes, by: bytes, told: str) -> None:
    rewrite(built, name, line, by)
    checked = run(built, "check", "1")
    assert checked.exit_code == 2
    assert f"can be computed: area={told},time=2020-Q3" in checked.stderr.splitlines()
    assert checked.stderr.endswith("Error: The release does not hold.\n")


def test_files_that_were_not_built_are_one_clear_line(built: Settings) -> None:
    with opened(built) as session:
        session.get_one(ReleaseFile, (1, "act.csv")).content = b""
    line = "Error: The files of release 1 are not those that were built.\n"
    assert said(run(built, "check", "1")) == (2, line)


def test_a_release_that_is_not_there_cannot_be_gone_over(built: Settings) -> None:
    assert said(run(built, "check", "2")) == (2, "Error: There is no release 2.\n")


# Listing.


def test_nothing_is_listed_where_nothing_was_built(site: Settings) -> None:
    assert said(run(site, "list")) == (0, "")


@pytest.mark.parametrize("names", [0, 1])
def test_a_draft_is_listed_with_its_signatures(built: Settings, names: int) -> None:
    sign(built, names=names)
    line = f"release 1  2020-Q3  11 incidents  {names} of 2 signatures\n"
    assert said(run(built, "list")) == (0, line)


def test_releases_are_listed_with_the_day_they_were_published_on(published: Settings) -> None:
    run(published, "build")
    draft, first = run(published, "list").output.splitlines()
    assert first == "release 1  2020-Q3  11 incidents  published 2026-11-24"
    assert draft.startswith("release 2  ")


# Writing the files out.


def test_the_files_are_written_as_they_were_published(published: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "release-1"
    assert said(run(published, "export", "1", "--to", str(folder))) == (0, f"Wrote 46 files into {folder}.\n")
    with opened(published) as session:
        files = release_by_number(session, 1, Sight(datetime.now(UTC))).files
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert files.keys() == names(2020)


def test_files_are_written_over_those_of_before(published: Settings, tmp_path: Path) -> None:
    (tmp_path / "act.csv").write_text("old")
    assert run(published, "export", "1", "--to", str(tmp_path)).exit_code == 0
    assert (tmp_path / "act.csv").read_bytes().startswith(b"time,act,act_en,act_sr,obs_value,")


def audited(folder: Path) -> Result:
    """What anybody does with the files, without the site."""
    files = [str(folder / "cells-incidents-2020.csv"), "--spec", str(folder / "plan-incidents-2020.json")]
    return CliRunner().invoke(release, ["audit", *files])


def test_who_has_the_files_can_attack_them_and_learns_nothing(published: Settings, tmp_path: Path) -> None:
    run(published, "export", "1", "--to", str(tmp_path))
    found = audited(tmp_path)
    assert found.exit_code == 0
    assert found.stderr.startswith("Safe: each of 4 withheld cells ")
    assert {line.rpartition(",")[2] for line in found.stdout.splitlines()[1:]} == {"yes"}


def test_one_figure_more_gives_a_small_count_away_and_the_attack_says_so(published: Settings, tmp_path: Path) -> None:
    run(published, "export", "1", "--to", str(tmp_path))
    cells = tmp_path / "cells-incidents-2020.csv"
    filled = re.sub(r"(,RS12,.*),\[c\],suppressed,0,11", r"\1,9,published,,", cells.read_text(encoding="utf-8"))
    cells.write_text(filled, encoding="utf-8")
    found = audited(tmp_path)
    assert found.exit_code == 1
    assert "NOT SAFE" in found.stderr
    assert "is known to lie between 0 and 2." in found.stderr


def test_a_draft_is_not_written_out(built: Settings, tmp_path: Path) -> None:
    sign(built, names=1)
    folder = tmp_path / "release-1"
    refused = run(built, "export", "1", "--to", str(folder))
    assert said(refused) == (2, "Error: There is no published release 1.\n")
    assert not folder.exists()


def test_a_release_that_is_not_there_is_not_written_out(published: Settings, tmp_path: Path) -> None:
    refused = run(published, "export", "2", "--to", str(tmp_path / "release-2"))
    assert said(refused) == (2, "Error: There is no published release 2.\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["export", "1"], "Missing option '--to'."),
        (["export", "1", "--to", __file__], "is a file."),
        (["check", "one"], "'one' is not a valid integer."),
        (["check"], "Missing argument 'NUMBER'."),
    ],
)
def test_a_command_that_is_not_understood_says_why(empty: Settings, arguments: list[str], sentence: str) -> None:
    refused = run(empty, *arguments)
    assert refused.exit_code == 2
    assert refused.output.splitlines()[-1].endswith(sentence)


@pytest.mark.parametrize("arguments", [["build"], ["check", "1"], ["list"], ["export", "1", "--to", "out"]])
def test_a_database_without_tables_is_one_clear_line(settings: Settings, tmp_path: Path, arguments: list[str]) -> None:
    bare = replace(settings, database_url=f"sqlite:///{tmp_path / 'bare.sqlite'}")
    line = "Error: The database does not answer as it should: OperationalError.\n"
    assert said(run(bare, *arguments)) == (2, line)


# Free tables.


@pytest.fixture
def out(built: Settings) -> Settings:
    """The first release, public."""
    sign(built, names=2)
    return built


def test_a_table_is_built_as_a_draft_that_two_have_to_sign(out: Settings) -> None:
    answer = run(out, "tabulate", "time", "ground@group", "reported", "--year", "2020")
    assert said(answer) == (0, "release 2  2020-Q3  0 incidents  0 of 2 signatures\n")
    with opened(out) as session:
        added = session.get_one(Release, 2).added_table
        assert added is not None
        assert (
            f"{added}.csv" in session.scalars(sa.select(ReleaseFile.name).where(ReleaseFile.release_number == 2)).all()
        )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("ground", "--year", "1999"), "No release counts 1999."),
        (("ground", "ground", "--year", "2020"), "A dimension is named twice."),
        (("time", "--year", "2020"), "Name at least one dimension besides the time."),
        (("act", "reported", "--year", "2020"), "The year is not over: add `time` for figures by quarter."),
        (("time", "area", "gender", "age", "--year", "2020"), "This table would tell too much about single people"),
    ],
)
def test_a_table_that_cannot_be_is_refused_in_one_line(out: Settings, arguments: tuple[str, ...], told: str) -> None:
    answer = run(out, "tabulate", *arguments)
    assert answer.exit_code == 2
    assert told in answer.output
    with opened(out) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Release)) == 1


def test_a_release_that_waits_for_its_day_is_not_exported(built: Settings, tmp_path: Path) -> None:
    with opened(built) as session:
        session.add(
            Announcement(
                quarter="2020-Q3",
                public_at=datetime(2999, 1, 1, tzinfo=UTC),
                announced_on=date(2020, 9, 1),
                moved=0,
            )
        )
    sign(built, names=2)
    answer = run(built, "export", "1", "--to", str(tmp_path / "out"))
    assert answer.exit_code == 2
    assert not (tmp_path / "out").exists()
