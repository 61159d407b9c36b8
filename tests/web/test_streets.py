"""The desk asks the operator's address service for a street, if there is one; nobody else does, and nothing waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from incidents.app import create_app
from incidents.config import Door, Settings, own_host
from incidents.core.accounts import Role
from incidents.db.database import Database
from tests import pages
from tests.adapters.test_nominatim import IN_STARI_GRAD, IN_VRACAR, a_place
from tests.conftest import NOW
from tests.misbehaving import Stub, answers, places, stub
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import ASSESSED, file, only_incident, propose

SETTLERS = (Role.MODERATOR, Role.REVIEWER)
ADDRESS = "Кнеза Милоша 7, Београд"
BUTTON = "Потражи улицу"
NOT_NOW = "Служба за адресе тренутно није доступна."


@pytest.fixture
def served() -> Iterator[Stub]:
    with stub(places(IN_STARI_GRAD)) as one:
        yield one


@pytest.fixture
def settings(settings: Settings, served: Stub) -> Settings:
    return replace(settings, nominatim=own_host(served.url))


@pytest.fixture
def desk(app: Flask, database: Database, settings: Settings) -> AtDesk:
    [one] = a_desk(app, database, settings, SETTLERS)
    return one


@pytest.fixture
def taken(desk: AtDesk, database: Database, settings: Settings) -> str:
    report = file(database, settings, place=ADDRESS)
    desk.press(report, "/take")
    return report


def look_up(who: AtDesk, path: str, **changes: str) -> str:
    form = pages.form(who.open(path), ("/propose", "/revise")[path.startswith("/desk/incidents/")])
    answer = who.client.post(f"{path}/look-up", data=form.sent(**changes))
    assert answer.status_code == 200
    return answer.text


def settled(page: str) -> dict[str, list[str]]:
    return pages.form(page, "/propose").sent()


def test_opening_a_report_asks_nobody(desk: AtDesk, taken: str, served: Stub) -> None:
    assert BUTTON in desk.open(taken)
    assert served.connections == 0


def test_the_municipality_of_the_street_comes_into_the_form_and_all_else_stays(desk, taken, database) -> None:
    page = look_up(desk, taken, year="2025", **ASSESSED)
    assert settled(page)["place"] == ["Стари Град"]
    assert settled(page)["year"] == ["2025"]
    assert "Проверите место пре него што наставите." in page
    desk.client.post(f"{taken}/propose", data=settled(page))
    assert only_incident(database).place == "70246"


def test_only_the_street_and_the_town_go_out(desk: AtDesk, taken: str, served: Stub) -> None:
    look_up(desk, taken)
    [asked] = served.asked
    line = asked.split("\r\n")[0]
    assert "street=%D0%9A%D0%BD%D0%B5%D0%B7%D0%B0+%D0%9C%D0%B8%D0%BB%D0%BE%D1%88%D0%B0+7&city=Beograd" in line
    assert taken.rsplit("/", 1)[1] not in asked


def test_several_municipalities_with_the_street_are_offered(desk: AtDesk, taken: str, served: Stub) -> None:
    served.act = places(IN_STARI_GRAD, IN_VRACAR)
    page = look_up(desk, taken)
    assert page.count('name="place_code"') == 2
    again = desk.client.post(f"{taken}/propose", data=pages.form(page, "/propose").sent(place_code="70114", **ASSESSED))
    assert again.status_code == 303


def test_a_street_tells_villages_of_one_name_apart(desk: AtDesk, taken: str, served: Stub) -> None:
    served.act = places(a_place("43.6480", "20.8790", road="Glavna", village="Novo Selo"))
    page = look_up(desk, taken, place="Главна 3, Ново Село")
    assert settled(page)["place"] == ["Врњачка Бања"]
    assert "city=Novo+Selo" in served.asked[0]


def test_a_street_that_is_not_there_is_said(desk: AtDesk, taken: str, served: Stub) -> None:
    served.act = places()
    page = look_up(desk, taken)
    assert "Служба за адресе тамо не зна за такву улицу." in page
    assert NOT_NOW not in page
    assert settled(page)["place"] == [ADDRESS]


def test_an_outage_is_said_and_blocks_nothing(desk: AtDesk, taken: str, served: Stub) -> None:
    served.act = answers(b"[]", status="503 Service Unavailable")
    page = look_up(desk, taken)
    assert NOT_NOW in page
    assert "не зна за такву улицу" not in page
    answer = desk.client.post(f"{taken}/propose", data=settled(page) | {"place": ["Врачар"], **ASSESSED})
    assert answer.status_code == 303


@pytest.mark.parametrize("place", ["", "Немањина 3, Суботица", "Београд", "Кнеза Милоша 7", "код пекаре, не знам где"])
def test_what_a_street_cannot_decide_is_not_asked(desk: AtDesk, taken: str, served: Stub, place: str) -> None:
    assert "Нема шта да се потражи." in look_up(desk, taken, place=place)
    assert served.connections == 0


def test_a_story_typed_as_a_place_is_not_sent(desk: AtDesk, taken: str, served: Stub) -> None:
    story = "Čekao sam na stanici kad su mi prišla dvojica i rekla da se vratim kući, Beograd"
    assert "Нема шта да се потражи." in look_up(desk, taken, place=story)
    assert served.connections == 0


def test_an_incident_is_looked_up_the_same_way(desk: AtDesk, database: Database, settings: Settings) -> None:
    incident = propose(desk, file(database, settings, place=ADDRESS), place="Врачар")
    page = look_up(desk, incident, place=ADDRESS)
    assert pages.form(page, "/revise").sent()["place"] == ["Стари Град"]


def test_a_page_that_is_out_of_date_asks_nothing(desk: AtDesk, taken: str, served: Stub) -> None:
    assert desk.client.post(f"{taken}/look-up", data={"token": "x", "place": ADDRESS}).status_code == 422
    assert served.connections == 0


def test_nobody_but_the_desk_asks_the_service(app: Flask, database, desk, served: Stub) -> None:
    """The first page, the form, help and the interface, each with an address as place."""
    client = app.test_client()
    assert client.get("/api/v1/places", query_string={"q": ADDRESS}).status_code == 200
    assert client.get("/sr-Cyrl/help", query_string={"place": ADDRESS}).status_code == 200
    form = pages.form(client.get("/sr-Cyrl/report").text, "/report", own="/sr-Cyrl/report")
    client.post(form.action, data=form.sent(place=ADDRESS, acts="threat", grounds="age", setting="street"))
    sent = {"language": "sr-Latn", "role": "witness", "acts": ["threat"], "grounds": ["age"], "when": "unknown"}
    report = {**sent, "setting": "street", "wish": "count_only", "place": ADDRESS}
    answer = client.post("/api/v1/reports", json=report, headers={"Idempotency-Key": "a-key-of-twenty-letters"})
    assert answer.status_code == 201
    desk.open("/desk/")
    assert served.connections == 0


def test_a_process_for_the_public_has_no_such_service(settings: Settings, database: Database) -> None:
    app = create_app(replace(settings, door=Door.PUBLIC), now=lambda: NOW, database=database)
    assert app.extensions["incidents"].streets is None


def test_where_none_is_set_no_socket_is_opened(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(replace(settings, nominatim=None), now=lambda: NOW, database=database)
    app.testing = False
    [member] = a_desk(app, database, settings, SETTLERS)
    report = file(database, settings, place=ADDRESS)

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("the network was reached")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, opened)
    for name in ("getaddrinfo", "create_connection"):
        monkeypatch.setattr(socket, name, opened)
    member.press(report, "/take")
    page = member.open(report)
    assert BUTTON not in page
    assert NOT_NOW in look_up(member, report)
    assert member.press(report, "/propose", place="Врачар", **ASSESSED).status_code == 303


def test_a_stranger_looks_nothing_up(client: FlaskClient, taken: str, served: Stub) -> None:
    assert client.post(f"{taken}/look-up", data={"place": ADDRESS}).status_code in {302, 303, 403}
    assert served.connections == 0
