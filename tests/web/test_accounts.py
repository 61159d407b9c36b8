import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.database import Database
from incidents.web.tokens import new_token
from tests import builders
from tests.builders import PASSWORD
from tests.conftest import NOW

NAME = "Ана"


@pytest.fixture(autouse=True)
def ana(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        builders.a_member(session, settings, *Role, name=NAME, now=NOW)


def log_in(app: Flask, client: FlaskClient, database: Database, settings: Settings, **changes: str):
    with app.test_request_context():
        token = new_token(opened_at=NOW - timedelta(minutes=1))
    with database.reader() as session:
        code = builders.current_code(session, NAME, settings, NOW)
    data = {"token": token, "name": NAME, "password": PASSWORD, "code": code, **changes}
    return client.post("/desk/login", data=data)


def test_logging_in_gives_one_guarded_cookie_and_nothing_else(app, client, database, settings) -> None:
    answer = log_in(app, client, database, settings)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"desk=[\w=-]{44}; HttpOnly; Path=/; SameSite=Strict", cookie)
    assert client.get("/desk/").status_code == 200


def test_over_https_the_cookie_is_bound_to_the_host(database, settings) -> None:
    from dataclasses import replace

    from incidents.app import create_app

    secure = replace(settings, https=True)
    app = create_app(secure, now=lambda: NOW, database=database)
    answer = log_in(app, app.test_client(), database, settings)
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-desk=")
    assert "; Secure; HttpOnly; Path=/; SameSite=Strict" in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("wrong", [{"password": "x" * 20}, {"code": "000000"}, {"name": "Нико"}])
def test_whatever_is_wrong_the_answer_is_the_same(app, client, database, settings, wrong) -> None:
    answer = log_in(app, client, database, settings, **wrong)
    assert answer.status_code == 422
    assert "Set-Cookie" not in answer.headers
    bare = re.sub(r'(value|data-challenge)="[^"]*"', "", answer.text)
    other = re.sub(r'(value|data-challenge)="[^"]*"', "", log_in(app, client, database, settings, name="Други").text)
    assert bare == other


def test_nobody_logs_in_without_a_token(app, client, database, settings) -> None:
    assert log_in(app, client, database, settings, token="").status_code == 422


def test_nobody_enters_without_logging_in(client) -> None:
    answer = client.get("/desk/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/login")
    client.set_cookie("desk", "AAAA")
    assert client.get("/desk/").status_code == 303


def desk_token_on(client: FlaskClient) -> str:
    found = re.search(r'name="token" value="([0-9a-f]{32})"', client.get("/desk/").text)
    assert found is not None
    return found[1]


def test_logging_out_needs_the_token_and_ends_everything(app, client, database, settings) -> None:
    log_in(app, client, database, settings)
    assert client.post("/desk/logout", data={"token": "0" * 32}).status_code == 303
    assert client.get("/desk/").status_code == 200
    answer = client.post("/desk/logout", data={"token": desk_token_on(client)})
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert client.get("/desk/").status_code == 303


def test_a_member_chooses_the_language_of_the_desk(app, client, database, settings) -> None:
    log_in(app, client, database, settings)
    client.post("/desk/language", data={"token": desk_token_on(client), "language": "hu"})
    assert '<html lang="hu">' in client.get("/desk/").text
