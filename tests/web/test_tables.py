"""Free tables asked for at the desk: built from published quarters, protected with them, signed by two."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.release import from_csv
from incidents.db.database import Database
from incidents.db.release import Release
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_releases import HERE, INCIDENTS, how_many, publish_last_quarter, two

__all__ = ["two"]

ASKED = {"year": "2026", "first": "ground@group", "second": "reported", "third": "", "by_quarter": "y"}


@pytest.fixture
def published(two: list[AtDesk], database: Database) -> list[AtDesk]:
    publish_last_quarter(two, database)
    return two


def test_a_table_is_asked_for_signed_by_two_and_then_everybodys(published: list[AtDesk], client: FlaskClient) -> None:
    assert published[0].press(HERE, "/table", **ASKED).status_code == 303
    assert client.get("/en/statistics/2/").status_code == 404
    for who in published:
        assert who.press(HERE, "/2/sign").status_code == 303
    [name] = [
        address.rpartition("/")[2].removesuffix(".csv")
        for address in client.get("/api/v1/releases/2").json["files"]
        if "reported" in address and "ground" in address and address.endswith(".csv")
    ]
    rows = from_csv(client.get(f"/api/v1/releases/2/tables/{name}.csv").data)
    assert {row.time for row in rows} == {"2026-Q3"}
    assert {row.value for row in rows} <= {0, INCIDENTS, None}
    assert max(row.value or 0 for row in rows) == INCIDENTS


@pytest.mark.parametrize(
    "changes",
    [
        {"year": "1999"},
        {"first": "", "second": ""},
        {"second": "ground@group"},
        {"by_quarter": ""},
        {"first": "area", "second": "gender", "third": "age"},
    ],
    ids=["no such year", "nothing", "twice", "year not over", "too telling"],
)
def test_a_refusal_says_what_to_do_and_no_figure(
    published: list[AtDesk], database: Database, changes: dict[str, str]
) -> None:
    form = pages.form(published[0].open(HERE), "/table")
    sent = {name: value for name, value in {**form.sent(), **ASKED, **changes}.items() if value != ""}
    answer = published[0].client.post(form.action, data=sent)
    assert answer.status_code == 409
    [alert] = pages.parsed(answer.text).findall(".//div[@role='alert']")
    words = "".join(alert.itertext())
    assert words.strip()
    assert not [letter for letter in words if letter.isdigit()]
    assert how_many(database, Release) == 1


def test_before_anything_is_published_nothing_can_be_asked_for(two: list[AtDesk], database: Database) -> None:
    assert two[0].press(HERE, "/table", **ASKED).status_code == 409
    assert how_many(database, Release) == 0


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.PUBLISHER])
def test_nobody_else_asks_for_tables(app: Flask, database: Database, settings: Settings, role: Role) -> None:
    [other] = a_desk(app, database, settings, (role,))
    assert other.client.post(f"{HERE}table").status_code == 403
