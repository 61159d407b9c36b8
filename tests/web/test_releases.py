import json
from datetime import date
from typing import Any

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incidents.adapters import catalogues, data_files
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.config import Settings
from incidents.core.accounts import MemberId, Role
from incidents.core.incident import is_counted
from incidents.core.synthesis.samples import samples
from incidents.core.synthesis.world import seeded
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.db.incident import Incident
from incidents.db.release import (
    CountedIncident,
    CountedLine,
    Release,
    ReleaseCell,
    ReleaseFile,
    ReleaseSignature,
    ReleaseState,
)
from incidents.services import releases, trial
from tests import builders, pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

HERE = "/desk/releases/"
PUBLISHER = (Role.PUBLISHER,)
INCIDENTS = 8
TABLES = {
    *("ground", "act", "district", "verification", "reported", "gender", "age", "delay", "setting"),
    *("received", "set_aside", "corrections"),
    *("region_ground", "ground_act", "ground_social_area", "ground_gender", "ground_age", "target"),
}
SUBJECTS = ("incidents", "received", "set_aside", "corrections")
FILES = {
    *(f"{name}.{form}" for name in TABLES for form in ("csv", "json")),
    *(f"plan-{subject}-2026.json" for subject in SUBJECTS),
    *(f"cells-{subject}-2026.csv" for subject in SUBJECTS),
    "words.json",
}


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    """Two publishers, and incidents that no release counts yet."""
    people = a_desk(app, database, settings, PUBLISHER, PUBLISHER)
    accept(INCIDENTS, people, database, settings)
    return people


@pytest.fixture
def drafted(two: list[AtDesk]) -> list[AtDesk]:
    """The two, and a draft that waits for their names."""
    assert two[0].press(HERE, "/build").status_code == 303
    return two


def accept(count: int, people: list[AtDesk], database: Database, settings: Settings) -> None:
    """Store this many accepted incidents that a release counts, all of one kind: five or more give nobody away."""
    invented = samples(
        100,
        random=seeded(1),
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        today=NOW.date(),
        texts=synthetic_texts(),
    )
    counted = next(one for one in invented if one.settlement and is_counted(one.settlement.verification))
    with database.unit_of_work() as session:
        trial.fill(
            session,
            [counted] * count,
            members=[who.member.id for who in people],
            random=seeded(1),
            pepper=settings.pepper,
            vocabulary=data_files.vocabulary(),
            now=NOW,
        )


def publish_last_quarter(people: list[AtDesk], database: Database) -> None:
    """What waits becomes the release of the third quarter; two of its incidents are in Belgrade."""
    with database.unit_of_work() as session:
        session.execute(sa.update(Incident).values(accepted_on=date(2026, 9, 1), place="80438"))
        few = session.scalars(sa.select(Incident.id).limit(2)).all()
        session.execute(sa.update(Incident).where(Incident.id.in_(few)).values(place="00"))
        built = releases.build_release(
            session,
            today=date(2026, 9, 30),
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            label=catalogues.label,
            pepper=builders.PEPPER,
            actor="system",
            now=NOW,
        )
        for who in people:
            member = MemberId(who.member.id)
            releases.sign_release(session, 1, digest=built.digest, member=member, today=NOW.date(), now=NOW)


def sign(who: AtDesk) -> TestResponse:
    return who.press(HERE, "/1/sign")


def sign_unasked(who: AtDesk, number: int = 1) -> TestResponse:
    """Send a signature for which the page has no button."""
    token = pages.form(who.open(HERE), "/build").sent(version=only_release_digest(who))
    return who.client.post(f"{HERE}{number}/sign", data=token)


def only_release_digest(who: AtDesk) -> str:
    with who.client.application.extensions["incidents"].database.reader() as session:
        digest = session.scalar(sa.select(Release.digest))
    return digest.hex() if digest else ""


def how_many(database: Database, table: type[Any]) -> int:
    with database.reader() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def only_release(database: Database) -> Release:
    with database.reader() as session:
        return session.scalars(sa.select(Release)).one()


def stored(database: Database, name: str) -> bytes:
    with database.reader() as session:
        return session.get_one(ReleaseFile, (1, name)).content


# Building.


def test_at_first_there_is_no_release_and_a_way_to_build_one(two: list[AtDesk]) -> None:
    page = two[0].open(HERE)
    assert pages.has_form(page, "/releases/build")
    assert not pages.has_form(page, "/sign")
    assert "Издање 1" not in pages.text_of(page)


def test_a_draft_counts_what_is_accepted_and_waits_for_two_names(drafted: list[AtDesk], database: Database) -> None:
    words = pages.text_of(drafted[1].open(HERE))
    assert "Издање 1 · 2026-Q4" in words
    assert f"{INCIDENTS} инцидената први пут пребројано." in words
    assert "0 од 2 потписа" in words
    assert only_release(database).state is ReleaseState.BUILT


def test_who_builds_a_draft_has_not_signed_it(drafted: list[AtDesk], database: Database) -> None:
    assert how_many(database, ReleaseSignature) == 0
    assert all(pages.has_form(who.open(HERE), "/1/sign") for who in drafted)


def test_a_draft_built_again_counts_what_was_accepted_since_and_loses_its_signatures(
    drafted: list[AtDesk], database: Database, settings: Settings
) -> None:
    assert sign(drafted[0]).status_code == 303
    accept(13, drafted, database, settings)
    assert drafted[1].press(HERE, "/build").status_code == 303
    words = pages.text_of(drafted[0].open(HERE))
    assert "21 инцидент први пут пребројан." in words
    assert "0 од 2 потписа" in words
    assert (how_many(database, Release), how_many(database, ReleaseSignature)) == (1, 0)


def test_a_few_incidents_are_published_with_what_would_tell_about_them_withheld(
    app: Flask, database: Database, settings: Settings
) -> None:
    people = a_desk(app, database, settings, PUBLISHER, PUBLISHER)
    accept(2, people, database, settings)
    assert people[0].press(HERE, "/build").status_code == 303
    with database.reader() as session:
        shown = session.execute(sa.select(ReleaseCell.cell, ReleaseCell.is_withheld).where(ReleaseCell.count > 0)).all()
    assert {cell for cell, is_withheld in shown if not is_withheld} == {"time=2026", "time=2026-Q4"}
    assert len(shown) > 10


def test_what_cannot_be_protected_is_not_built_and_the_page_says_why(two: list[AtDesk], database: Database) -> None:
    publish_last_quarter(two, database)
    with database.unit_of_work() as session:
        session.get_one(ReleaseCell, (1, "incidents", "area=00,time=2026-Q3")).is_withheld = False
    answer = two[0].press(HERE, "/build")
    assert answer.status_code == 409
    assert "Инцидената је још премало" in pages.text_of(answer.text)
    assert how_many(database, Release) == 1


def test_nothing_is_built_where_what_is_published_would_be_counted_otherwise(
    two: list[AtDesk], database: Database
) -> None:
    publish_last_quarter(two, database)
    with database.unit_of_work() as session:
        session.execute(sa.update(CountedLine).values(area="70092"))
    answer = two[0].press(HERE, "/build")
    assert answer.status_code == 409
    assert "Оно што је већ објављено сада би се бројало другачије" in pages.text_of(answer.text)
    assert (how_many(database, Release), how_many(database, CountedIncident)) == (1, INCIDENTS)


def test_the_next_quarter_is_built_on_the_last(two: list[AtDesk], database: Database) -> None:
    publish_last_quarter(two, database)
    assert two[0].press(HERE, "/build").status_code == 303
    assert "Издање 2 · 2026-Q4" in pages.text_of(two[1].open(HERE))


def test_a_published_quarter_is_not_built_again(drafted: list[AtDesk], database: Database) -> None:
    sign(drafted[0])
    sign(drafted[1])
    answer = drafted[0].press(HERE, "/build")
    assert answer.status_code == 409
    assert "Издање за овај квартал већ је објављено." in pages.text_of(answer.text)
    assert only_release(database).state is ReleaseState.PUBLISHED


# Reading before signing.


def test_a_draft_offers_all_its_files_to_whoever_is_about_to_sign(drafted: list[AtDesk], database: Database) -> None:
    links = [link.get("href") or "" for link in pages.parsed(drafted[1].open(HERE)).findall(".//main//li//ul//a")]
    assert {link.removeprefix(f"{HERE}1/") for link in links} == {*FILES, "release.json"}
    for link in links:
        assert drafted[1].client.get(link).data == stored(database, link.rsplit("/", 1)[1])


def test_a_file_of_a_draft_is_shown_as_text_and_kept_by_nobody(drafted: list[AtDesk]) -> None:
    for name in ("ground.csv", "ground.json"):
        answer = drafted[1].client.get(f"{HERE}1/{name}")
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_description_of_a_draft_says_what_the_page_says(drafted: list[AtDesk]) -> None:
    described = json.loads(drafted[1].open(f"{HERE}1/release.json"))
    assert (described["release"], described["quarter"]) == (1, "2026-Q4")
    assert described["incidents_counted"] == INCIDENTS
    assert described["files"].keys() == FILES


def test_a_file_that_no_release_has_is_not_found(drafted: list[AtDesk]) -> None:
    absent = ["1/nothing.csv", "1/ground", "2/ground.csv", "0/ground.csv", "1/..%2fground.csv"]
    assert [path for path in absent if drafted[0].client.get(HERE + path).status_code != 404] == []


# Signing.


def test_one_name_is_shown_and_does_not_publish(drafted: list[AtDesk], database: Database, client: FlaskClient) -> None:
    assert sign(drafted[0]).status_code == 303
    words = pages.text_of(drafted[1].open(HERE))
    assert "1 од 2 потписа" in words
    assert f"Потписи: {drafted[0].member.name}" in words
    assert only_release(database).state is ReleaseState.BUILT
    assert client.get("/sr-Cyrl/statistics/1/").status_code == 404


def test_who_has_signed_is_not_asked_again_and_the_other_is(drafted: list[AtDesk]) -> None:
    sign(drafted[0])
    assert [pages.has_form(who.open(HERE), "/1/sign") for who in drafted] == [False, True]


def test_the_second_name_publishes(drafted: list[AtDesk], database: Database, client: FlaskClient) -> None:
    assert [sign(who).status_code for who in drafted] == [303, 303]
    release = only_release(database)
    assert (release.state, release.published_on) == (ReleaseState.PUBLISHED, NOW.date())
    words = pages.text_of(drafted[0].open(HERE))
    assert "објављено 24. 11. 2026." in words
    assert all(who.member.name in words.partition("Потписи: ")[2] for who in drafted)
    assert f"{INCIDENTS} инцидената" in pages.text_of(client.get("/sr-Cyrl/statistics/").text)


def test_what_is_published_is_what_was_read_before_signing(drafted: list[AtDesk], client: FlaskClient) -> None:
    read = {name: drafted[1].client.get(f"{HERE}1/{name}").data for name in FILES}
    for who in drafted:
        sign(who)
    assert {name: client.get(f"/api/v1/releases/1/files/{name}").data for name in FILES} == read


def test_the_same_member_cannot_be_the_second(drafted: list[AtDesk], database: Database) -> None:
    sent_twice = pages.form(drafted[0].open(HERE), "/1/sign")
    assert drafted[0].client.post(sent_twice.action, data=sent_twice.sent()).status_code == 303
    answer = drafted[0].client.post(sent_twice.action, data=sent_twice.sent())
    assert answer.status_code == 409
    assert "Ви сте већ потписали ово издање. Потребна је друга особа." in pages.text_of(answer.text)
    assert how_many(database, ReleaseSignature) == 1
    assert only_release(database).state is ReleaseState.BUILT


def test_a_published_release_takes_no_third_name(drafted: list[AtDesk], database: Database) -> None:
    for who in drafted:
        sign(who)
    assert not pages.has_form(drafted[0].open(HERE), "/sign")
    answer = sign_unasked(drafted[0])
    assert answer.status_code == 409
    assert "Ово издање је већ објављено." in pages.text_of(answer.text)
    assert how_many(database, ReleaseSignature) == 2


def test_files_that_were_changed_after_building_are_not_signed(drafted: list[AtDesk], database: Database) -> None:
    with database.unit_of_work() as session:
        session.get_one(ReleaseFile, (1, "ground.csv")).content += b"2026-Q4,race,Race,x,5,A\r\n"
    answer = sign(drafted[0])
    assert answer.status_code == 409
    assert "Датотеке нису оне које су састављене." in pages.text_of(answer.text)
    assert how_many(database, ReleaseSignature) == 0


def test_a_release_that_is_not_there_cannot_be_signed(drafted: list[AtDesk]) -> None:
    assert sign_unasked(drafted[0], number=2).status_code == 404


def test_the_trail_names_who_built_and_who_signed_which_files(drafted: list[AtDesk], database: Database) -> None:
    for who in drafted:
        sign(who)
    with database.reader() as session:
        rows = session.scalars(
            sa.select(AuditEntry).where(AuditEntry.subject == "release:1").order_by(AuditEntry.number)
        ).all()
    one, other = (who.member.name for who in drafted)
    assert [(row.action, row.actor) for row in rows] == [
        ("build_release", one),
        ("sign_release", one),
        ("sign_release", other),
        ("publish_release", other),
    ]
    assert {row.after for row in rows} == {only_release(database).digest.hex()}


# Who may.


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLISHER])
def test_whoever_is_no_publisher_neither_reads_nor_builds_nor_signs(
    app: Flask, database: Database, settings: Settings, role: Role
) -> None:
    [other] = a_desk(app, database, settings, (role,))
    assert {other.client.get(HERE + path).status_code for path in ("", "1/ground.csv", "1/release.json")} == {403}
    assert {other.client.post(HERE + path).status_code for path in ("build", "1/sign")} == {403}
    assert how_many(database, Release) == 0


def test_another_role_does_not_sign_a_draft_that_waits(
    drafted: list[AtDesk], app: Flask, database: Database, settings: Settings
) -> None:
    [reviewer] = a_desk(app, database, settings, (Role.MODERATOR, Role.REVIEWER, Role.AUDITOR, Role.ADMINISTRATOR))
    token = pages.form(reviewer.open("/desk/"), "/desk/logout").sent()
    assert reviewer.client.post(f"{HERE}1/sign", data=token).status_code == 403
    assert reviewer.client.get(f"{HERE}1/ground.csv").status_code == 403
    assert how_many(database, ReleaseSignature) == 0


def test_nobody_gets_in_without_logging_in(drafted: list[AtDesk], client: FlaskClient, database: Database) -> None:
    answers = [client.get(HERE), client.get(f"{HERE}1/ground.csv"), client.post(f"{HERE}1/sign")]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/desk/login")}
    assert how_many(database, ReleaseSignature) == 0


def test_a_draft_built_anew_since_it_was_read_is_not_signed(
    drafted: list[AtDesk], database: Database, settings: Settings
) -> None:
    read = pages.form(drafted[0].open(HERE), "/1/sign")
    accept(INCIDENTS, drafted, database, settings)
    drafted[1].press(HERE, "/build")
    answer = drafted[0].client.post(read.action, data=read.sent())
    assert answer.status_code == 409
    assert "Нацрт је у међувремену поново направљен" in pages.text_of(answer.text)
    assert how_many(database, ReleaseSignature) == 0


@pytest.mark.parametrize("path", ["build", "1/sign"])
def test_an_act_with_the_token_of_another_session_changes_nothing(
    drafted: list[AtDesk], database: Database, path: str
) -> None:
    built = only_release(database)
    foreign = pages.form(drafted[1].open(HERE), "/1/sign").sent()
    assert drafted[0].client.post(HERE + path, data=foreign).status_code == 422
    refused = drafted[0].client.post(HERE + path)
    assert refused.status_code == 422
    assert "Ова страница је застарела" in pages.text_of(refused.text)
    assert (how_many(database, ReleaseSignature), only_release(database).digest) == (0, built.digest)


# The page itself.


def test_the_page_is_valid_html_with_a_draft_signed_published_and_refused(drafted: list[AtDesk]) -> None:
    seen = [drafted[0].open(HERE)]
    for who in drafted:
        sign(who)
        seen.append(drafted[0].open(HERE))
    seen.append(drafted[0].press(HERE, "/build").text)
    for page in seen:
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(page)
        assert [error for _, error, _ in parser.errors] == []


def test_the_public_sees_nothing_of_a_draft(drafted: list[AtDesk], client: FlaskClient) -> None:
    assert "Још ништа није објављено." in client.get("/sr-Cyrl/statistics/").text
    assert client.get("/api/v1/releases").json == {"releases": []}
    hidden = ["/en/statistics/1/", "/api/v1/releases/1", *(f"/api/v1/releases/1/files/{name}" for name in FILES)]
    assert {client.get(path).status_code for path in hidden} == {404}
