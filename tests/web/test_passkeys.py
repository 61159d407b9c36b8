"""Passkeys on pages: added and removed under "Your account", shown wherever a code is asked for."""

import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.recovery import in_groups
from incidents.db.account import LoginSession, Passkey
from incidents.db.database import Database
from incidents.services import keys, passkeys
from tests import pages
from tests.authenticator import Device
from tests.builders import PASSWORD
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk
from tests.web.test_account import english, fresh_code

PAGE = "/desk/account"


@pytest.fixture
def people(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    roles = (Role.MODERATOR, Role.ADMINISTRATOR)
    return a_desk(app, database, settings, roles, roles)


@pytest.fixture
def ana(people: list[AtDesk]) -> AtDesk:
    return people[0]


def challenge_on(page: str, act: str = "show") -> bytes:
    found = re.search(rf'data-passkey="{act}" data-host="localhost" data-challenge="([\w-]+)"', page)
    assert found is not None
    return urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4))


def begin(database: Database, settings: Settings, who: AtDesk, **changes: str) -> TestResponse:
    sent = {"name": "Телефон", "password": PASSWORD, "code": fresh_code(database, settings, who.member.name), **changes}
    return who.press(PAGE, "/account/passkeys", **sent)


def finish(who: AtDesk, page: str, answer: str, **changes: str) -> TestResponse:
    form = pages.form(page, "/passkeys/add")
    return who.client.post(form.action, data=form.sent(passkey=answer, **changes))


@pytest.fixture
def device(database: Database, settings: Settings, ana: AtDesk) -> Device:
    """A passkey of Ana's."""
    device = Device()
    page = begin(database, settings, ana).text
    assert finish(ana, page, device.make(challenge_on(page, "make"))).status_code == 303
    return device


def come_by(client: FlaskClient, device: Device, name: str, *, password: str = PASSWORD) -> TestResponse:
    page = client.get("/desk/login").text
    form = pages.form(page, "/desk/login", own="/desk/login")
    return client.post(
        form.action, data=form.sent(name=name, password=password, passkey=device.show(challenge_on(page)))
    )


def names_of(database: Database, who: AtDesk) -> list[str]:
    with database.reader() as session:
        return [one.name for one in passkeys.listed(session, who.member.id)]


def test_a_member_adds_a_passkey_and_logs_in_with_it(database, client, ana: AtDesk, device: Device) -> None:
    assert names_of(database, ana) == ["Телефон"]
    assert "Телефон" in english(ana, PAGE)
    answer = come_by(client, device, ana.member.name)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")
    assert client.get("/desk/").status_code == 200


def test_the_answer_of_a_log_in_serves_once(client, ana: AtDesk, device: Device) -> None:
    page = client.get("/desk/login").text
    form = pages.form(page, "/desk/login", own="/desk/login")
    sent = form.sent(name=ana.member.name, password=PASSWORD, passkey=device.show(challenge_on(page)))
    assert [client.post("/desk/login", data=sent).status_code for _ in range(2)] == [303, 422]


@pytest.mark.parametrize("wrong", [{"password": "x" * 15}, {"code": "000000"}, {"name": " "}, {"password": ""}])
def test_nothing_is_made_before_both_factors(database, settings, ana: AtDesk, wrong: dict[str, str]) -> None:
    answer = begin(database, settings, ana, **wrong)
    assert answer.status_code == 422
    assert 'data-passkey="make"' not in answer.text


def test_the_second_one_can_be_added_by_the_first(database, ana: AtDesk, device: Device) -> None:
    form = pages.form(ana.open(PAGE), "/account/passkeys")
    answer = device.show(challenge_on(ana.open(PAGE)))
    page = ana.client.post(form.action, data=form.sent(name="Кључ", password=PASSWORD, passkey=answer)).text
    new = Device()
    assert finish(ana, page, new.make(challenge_on(page, "make"))).status_code == 303
    assert names_of(database, ana) == ["Кључ", "Телефон"]


def test_the_device_is_told_which_it_has(database, settings, ana: AtDesk, device: Device) -> None:
    page = begin(database, settings, ana).text
    [known] = re.findall(r'data-known="([\w -]*)"', page)
    assert urlsafe_b64decode(known + "=" * (-len(known) % 4)) == device.credential_id


@pytest.mark.parametrize("wrong", [{"origin": "http://127.0.0.1"}, {"host": "example.org"}, {"flags": 4}])
def test_what_is_made_elsewhere_is_not_added(database, settings, ana: AtDesk, wrong: dict[str, object]) -> None:
    page = begin(database, settings, ana).text
    assert finish(ana, page, Device().make(challenge_on(page, "make"), **wrong)).status_code == 422
    assert names_of(database, ana) == []


def test_a_passkey_is_not_made_by_what_was_asked_of_another(database, settings, people: list[AtDesk]) -> None:
    """Of a form that asks to show one, and of a colleague's page."""
    ana, boris = people
    page, other = begin(database, settings, ana).text, begin(database, settings, boris).text
    for challenge in (challenge_on(other, "make"), challenge_on(ana.client.get("/desk/login").text)):
        assert finish(ana, page, Device().make(challenge)).status_code == 422
    assert names_of(database, ana) == []


def test_what_was_made_is_added_once(database, settings, ana: AtDesk) -> None:
    page = begin(database, settings, ana).text
    answer = Device().make(challenge_on(page, "make"))
    assert [finish(ana, page, answer).status_code for _ in range(2)] == [303, 422]
    assert len(names_of(database, ana)) == 1


def test_an_eleventh_is_told(database, settings, ana: AtDesk, device: Device) -> None:
    page = begin(database, settings, ana).text
    with database.unit_of_work() as session:
        row = session.scalars(sa.select(Passkey)).one()
        kept = {"member_id": row.member_id, "public_key": row.public_key, "counter": 0, "added_on": row.added_on}
        for number in range(9):
            session.add(Passkey(id=UUID(int=number), name=f"{number}", credential_id=bytes([number]), **kept))
    assert finish(ana, page, Device().make(challenge_on(page, "make"))).status_code == 409
    assert not pages.has_form(ana.open(PAGE), "/account/passkeys")


def test_removing_takes_which_and_both_factors(database, settings, ana: AtDesk, device: Device) -> None:
    which = re.findall(r'name="which" value="([^"]+)"', ana.open(PAGE))[0]
    right = {"which": which, "password": PASSWORD, "code": "000000"}
    for wrong in ({}, {"which": ""}, {"which": "x"}, {"password": "x" * 15}):
        assert ana.press(PAGE, "/passkeys/remove", **{**right, **wrong}).status_code == 422
    assert len(names_of(database, ana)) == 1
    later = fresh_code(database, settings, ana.member.name)
    assert ana.press(PAGE, "/passkeys/remove", **{**right, "code": later}).status_code == 303
    assert names_of(database, ana) == []
    assert not pages.has_form(ana.open(PAGE), "/passkeys/remove")


def test_a_passkey_serves_for_acts_on_colleagues(people: list[AtDesk], device: Device) -> None:
    ana, boris = people
    path = f"/desk/members/{boris.member.id}"
    page = ana.open(path)
    form = pages.form(page, "/reset")
    sent = form.sent(password=PASSWORD, passkey=device.show(challenge_on(page)))
    answer = ana.client.post(form.action, data=sent)
    assert (answer.status_code, boris.client.get("/desk/").status_code) == (200, 303)


def test_an_answer_for_the_log_in_is_none_at_the_desk(people: list[AtDesk], device: Device) -> None:
    ana, boris = people
    form = pages.form(ana.open(f"/desk/members/{boris.member.id}"), "/reset")
    foreign = challenge_on(ana.client.get("/desk/login").text)
    sent = form.sent(password=PASSWORD, passkey=device.show(foreign))
    assert ana.client.post(form.action, data=sent).status_code == 422
    assert boris.client.get("/desk/").status_code == 200


def test_who_has_none_is_not_asked_for_one_at_the_desk(people: list[AtDesk], device: Device) -> None:
    ana, boris = people
    assert 'data-passkey="show"' in ana.open(PAGE)
    assert 'data-passkey="show"' not in boris.open(PAGE)


def bare(answer: TestResponse, name: str) -> tuple[int, list[tuple[str, str]], str]:
    """The answer without what is drawn anew for everybody, of which the length stays, and without what was typed."""
    drawn = re.compile(r'(?<=name="token" value=")[^"]+|(?<=data-challenge=")[^"]+')
    told = drawn.sub(lambda found: "*" * len(found[0]), answer.text)
    headers = [(one, value) for one, value in answer.headers if one != "Content-Length"]  # the name counts in it
    return answer.status_code, headers, told.replace(f'value="{name}"', "")


def test_before_the_right_password_nothing_tells_who_has_passkeys(
    client: FlaskClient, people: list[AtDesk], device: Device
) -> None:
    """Not for Ana, who has one, for Boris, who has none, and for a name that nobody has."""
    stranger, shown = Device(), []
    names = [*(one.member.name for one in people), "Нико"]
    for name in names:
        answers = [client.get("/desk/login")]
        page = answers[0].text
        form = pages.form(page, "/desk/login", own="/desk/login")
        for passkey in ("", "nonsense", stranger.show(challenge_on(page)), device.show(challenge_on(page))):
            for password in ("x" * 20, ""):
                sent = form.sent(name=name, password=password, code="", passkey=passkey)
                answers.append(client.post("/desk/login", data=sent))
            sent = form.sent(name=name, password="x" * 20, code="000000", passkey=passkey)
            answers.append(client.post("/desk/login", data=sent))
        shown.append([bare(answer, name) for answer in answers])
    assert shown[0] == shown[1] == shown[2]
    assert {status for status, _headers, _text in shown[0]} == {200, 422}


def test_a_refused_answer_does_not_come_back_on_the_page(client, ana: AtDesk, device: Device) -> None:
    answer = come_by(client, device, ana.member.name, password="x" * 20)
    assert answer.status_code == 422
    assert pages.form(answer.text, "/desk/login", own="/desk/login").sent()["passkey"] == [""]


def test_a_passkey_whose_counter_fell_back_is_told_on_every_page(client, ana: AtDesk, device: Device) -> None:
    english(ana, PAGE)
    assert 'id="told"' not in ana.open("/desk/")
    assert come_by(client, device, ana.member.name).status_code == 303
    device.counter = 0
    assert come_by(client, device, ana.member.name).status_code == 422
    assert "One of your passkeys is refused" in ana.open("/desk/")
    assert "there may be a copy of it" in pages.text_of(ana.open(PAGE))
    device.counter = 40
    assert come_by(client, device, ana.member.name).status_code == 422


HOSTS = ("pult.example", "localhost", "127.0.0.1", "b3" * 28 + ".onion")


@pytest.mark.parametrize(
    ("https", "host", "asked"),
    [
        (True, "pult.example", "pult.example"),
        (True, "localhost", "localhost"),
        (True, "pult.example:8443", None),
        (True, "127.0.0.1", None),
        (True, HOSTS[3], None),
        (False, "localhost:8000", "localhost"),
        (False, "pult.example", None),
        (False, "127.0.0.1:8000", None),
    ],
)
def test_passkeys_are_asked_for_where_browsers_know_them(
    settings: Settings, database: Database, https: bool, host: str, asked: str | None
) -> None:
    with_hosts = replace(settings, https=https, hosts=HOSTS, onion=HOSTS[3])
    client = create_app(with_hosts, now=lambda: NOW, database=database).test_client()
    page = client.get("/desk/login", headers={"Host": host}).text
    found = re.search(r'data-host="([^"]+)"', page)
    assert (found and found[1]) == asked


def test_the_origin_is_that_of_the_settings(
    settings: Settings, database: Database, ana: AtDesk, device: Device
) -> None:
    """Over HTTPS the answer of a page without it is refused, although it names the same host."""
    secure = create_app(replace(settings, https=True), now=lambda: NOW, database=database).test_client()
    with database.unit_of_work() as session:
        session.execute(sa.delete(LoginSession))
    device.origin = "http://localhost"
    assert come_by(secure, device, ana.member.name).status_code == 422
    device.origin = "https://localhost"
    assert come_by(secure, device, ana.member.name).status_code == 303


def test_a_page_that_was_open_too_long_is_refused(settings, database, ana: AtDesk, device: Device) -> None:
    clock = [NOW]
    client = create_app(settings, now=lambda: clock[0], database=database).test_client()
    page = client.get("/desk/login").text
    form = pages.form(page, "/desk/login", own="/desk/login")
    clock[0] += timedelta(minutes=5, seconds=1)
    sent = form.sent(name=ana.member.name, password=PASSWORD, passkey=device.show(challenge_on(page)))
    assert client.post("/desk/login", data=sent).status_code == 422


def test_who_lost_the_password_comes_back_by_paper_and_passkey(
    database, settings, client, ana: AtDesk, device: Device
) -> None:
    with database.unit_of_work() as session:
        code = keys.new_recovery_code(session, ana.member.id, ana.member.key)
        keys.confirm_recovery_code(session, ana.member.id, code, actor=ana.member.name, now=NOW)
    page = client.get("/desk/recover").text
    form = pages.form(page, "/desk/recover", own="/desk/recover")
    sent = form.sent(
        name=ana.member.name,
        recovery_code=in_groups(code),
        new_password="sedam plavih kofera",
        passkey=device.show(challenge_on(page)),
    )
    assert client.post("/desk/recover", data=sent).status_code == 200


def test_at_ten_passkeys_the_page_says_why_no_more_can_be_added(database, ana: AtDesk) -> None:
    with database.unit_of_work() as session:
        for number in range(passkeys.MOST):
            session.add(
                Passkey(
                    id=uuid4(),
                    member_id=ana.member.id,
                    name=f"Кључ {number}",
                    credential_id=bytes([number]) * 16,
                    public_key=b"public",
                    counter=0,
                    added_on=NOW.date(),
                )
            )
    page = ana.open(PAGE)
    assert "Имате десет приступних кључева. Прво уклоните неки од њих." in page
    assert not pages.has_form(page, "/account/passkeys")
    with database.unit_of_work() as session:
        session.delete(session.scalars(sa.select(Passkey).limit(1)).one())
    page = ana.open(PAGE)
    assert "Имате десет" not in page
    assert pages.has_form(page, "/account/passkeys")


def test_a_refusal_names_the_passkey_too(app: Flask, client: FlaskClient) -> None:
    form = pages.form(client.get("/desk/login").text, "/desk/login", own="/desk/login")
    answer = client.post("/desk/login", data=form.sent(name="Ana", password="ovo nije lozinka", code="123456"))
    assert "Проверите име, лозинку и код или приступни кључ." in pages.text_of(answer.text)
