from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import BadSetting, Settings, read_settings
from incidents.db.database import Database
from tests import builders
from tests.conftest import NOW

ONION = "b3" * 28 + ".onion"


@pytest.fixture
def doors(settings: Settings, database: Database) -> Iterator[FlaskClient]:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
    hosts = ("prijavi.example", ONION)
    settings = replace(settings, https=True, hosts=hosts, onion=ONION)
    return create_app(settings, now=lambda: NOW, database=database).test_client()


def get(client: FlaskClient, path: str, host: str = "prijavi.example"):
    return client.get(path, headers={"Host": host})


@pytest.mark.parametrize("path", ["/hu/", "/sr-Cyrl/report", "/en/receipt", "/en/statistics/"])
def test_public_pages_say_where_else_they_stand(doors: FlaskClient, path: str) -> None:
    assert get(doors, path).headers["Onion-Location"] == f"http://{ONION}{path}"


@pytest.mark.parametrize("path", ["/desk/login", "/", "/en/nothing", "/healthz", "/robots.txt", "/sweep.css"])
def test_nothing_else_does(doors: FlaskClient, path: str) -> None:
    assert "Onion-Location" not in get(doors, path).headers


def test_at_the_onion_address_nothing_leads_out_of_it(doors: FlaskClient) -> None:
    answer = get(doors, "/en/", ONION)
    assert answer.status_code == 200
    assert not {"Onion-Location", "Strict-Transport-Security"} & set(answer.headers.keys())
    assert "prijavi.example" not in answer.text


def test_a_foreign_host_is_refused_over_https_too(doors: FlaskClient) -> None:
    assert get(doors, "/en/", "drugi.example").status_code == 400


def test_without_an_onion_address_there_is_no_header(settings: Settings, database: Database) -> None:
    app = create_app(replace(settings, https=True), now=lambda: NOW, database=database)
    assert "Onion-Location" not in app.test_client().get("/en/").headers


def test_the_onion_address_is_a_host_of_the_site(tmp_path: Path) -> None:
    for name, key in (("pepper", range(32)), ("token-key", range(1, 33))):
        (tmp_path / name).write_text(bytes(key).hex(), encoding="ascii")
    variables = {"INCIDENTS_INSTANCE": str(tmp_path), "INCIDENTS_HOSTS": "prijavi.example", "INCIDENTS_ONION": ONION}
    assert read_settings(variables).hosts == ("prijavi.example", ONION)
    with pytest.raises(BadSetting, match="INCIDENTS_ONION"):
        read_settings({**variables, "INCIDENTS_ONION": "kratko.onion"})
