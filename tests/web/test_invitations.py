"""Invitations as pages: making the link, coming by it, and being let in."""

import re
from contextlib import suppress
from dataclasses import replace

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.account import LoginSession, Member, member_by_name
from incidents.db.database import Database
from incidents.db.invitation import Invitation
from incidents.services.invitations import NoSuchInvitation
from incidents.web.lookups import A_MINUTE, Lookups
from tests import pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

NAME, NEW = "Весна", "sedam plavih kofera"
NEW_PAGE = "/desk/members/invitations/new"


@pytest.fixture
def people(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    """A moderator and an administrator who reads reports as well."""
    return a_desk(app, database, settings, (Role.MODERATOR,), (Role.ADMINISTRATOR, Role.REVIEWER))


def invite(database: Database, settings: Settings, admin: AtDesk, **changes: str | list[str]):
    sent = {"name": NAME, "roles": ["moderator", "auditor"], **admin.proof(), **changes}
    return admin.press(NEW_PAGE, "/invitations/new", **sent)


def link(database: Database, settings: Settings, people: list[AtDesk]) -> str:
    """The path of a link that the administrator has made."""
    [found] = re.findall(r"http://localhost(/desk/invited/[\w-]{43})<", invite(database, settings, people[1]).text)
    return found


def begin(client: FlaskClient, path: str) -> tuple[pages.PageForm, str]:
    """The form to enrol with, and the secret that stands above it."""
    page = client.get(path)
    shown = client.post(path, data=pages.form(page.text, "", own=path).sent())
    assert (page.status_code, shown.status_code) == (200, 200)
    secret = "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", shown.text))
    return pages.form(shown.text, "/enrol"), secret


def enrol(client: FlaskClient, path: str, **changes: str):
    form, secret = begin(client, path)
    typed = {"code": pyotp.TOTP(secret).at(NOW), "new_password": NEW, "again": NEW, **changes}
    return client.post(form.action, data=form.sent(**typed))


def vesna(database: Database) -> Member:
    with database.reader() as session:
        row = member_by_name(session, NAME)
        assert row is not None
        return row


def test_the_link_is_shown_once_and_nowhere_again(database, settings, people) -> None:
    path = link(database, settings, people)
    listed = people[1].open("/desk/members/")
    assert path.rpartition("/")[2] not in listed
    assert NAME in pages.text_of(listed)
    assert NAME in pages.text_of(people[0].open("/desk/members/"))
    assert not pages.has_form(people[0].open("/desk/members/"), "/take-back")


def test_an_invited_person_enrols_and_opens_nothing_until_a_reader_lets_them_in(
    app, client, database, settings, people
) -> None:
    answer = enrol(client, link(database, settings, people))
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    code = " ".join(re.findall(r"<span>(\d{6})</span>", answer.text))
    assert len(code.replace(" ", "")) == 42
    assert len(re.findall(r"<span>\d{4} \d{4} \d{4}</span>", answer.text)) == 8
    confirm = pages.form(answer.text, "/account/recovery/confirm")
    assert client.post(confirm.action, data=confirm.sent(recovery_code=code)).status_code == 303
    assert client.get("/desk/account").status_code == 200
    page = f"/desk/members/{vesna(database).id}"
    for closed in ("/desk/incidents/", "/desk/members/", page, "/desk/search/", "/desk/audit", NEW_PAGE):
        assert client.get(closed).status_code == 403, closed
    nothing = client.get("/desk/").text
    assert "Чланови" in pages.text_of(nothing)
    assert [menu.get("class") for menu in pages.parsed(nothing).iter("nav")] == []
    boris = people[0]
    assert boris.press(page, "/readmit", **boris.proof()).status_code == 303
    assert client.get("/desk/incidents/").status_code == 200
    assert client.get("/desk/audit").status_code == 200
    assert client.get(NEW_PAGE).status_code == 403


@pytest.mark.parametrize(
    ("roles", "partner", "fits"),
    [
        (["partner"], "udruzenje-x", True),
        (["partner"], "", False),
        (["partner"], "Удружење", False),
        (["partner", "moderator"], "udruzenje-x", False),
        (["moderator"], "udruzenje-x", False),
    ],
)
def test_a_partner_sends_for_one_organisation_and_does_nothing_else(
    people, roles: list[str], partner: str, fits: bool
) -> None:
    admin = people[1]
    sent = {"name": NAME, "roles": roles, "partner": partner, **admin.proof()}
    answer = admin.press(NEW_PAGE, NEW_PAGE, **sent)
    assert (answer.status_code == 200) == fits
    assert ("/desk/invited/" in answer.text) == fits


def test_who_invited_lets_nobody_in(client, database, settings, people) -> None:
    enrol(client, link(database, settings, people))
    admin, page = people[1], f"/desk/members/{vesna(database).id}"
    assert not pages.has_form(admin.open(page), "/readmit")
    token = pages.form(admin.open(page), "/language").sent()["token"]
    data = {"token": token, **admin.proof()}
    assert admin.client.post(f"{page}/readmit", data=data).status_code == 409
    assert client.get("/desk/incidents/").status_code == 403


def test_looking_at_the_link_uses_nothing_up(client, database, settings, people) -> None:
    path = link(database, settings, people)
    with database.reader() as session:
        before = session.execute(sa.select(Invitation.__table__)).all()
    for _ in range(3):
        assert NAME in client.get(path).text
        begin(client, path)
    assert client.get(f"{path}/enrol").status_code == 405
    with database.reader() as session:
        assert session.execute(sa.select(Invitation.__table__)).all() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "000000"},
        {"new_password": "kratka", "again": "kratka"},
        {"new_password": "zvezda zvezda 1991", "again": "zvezda zvezda 1991"},
        {"new_password": f"{NAME}-{NAME}-{NAME}-2026", "again": f"{NAME}-{NAME}-{NAME}-2026"},
        {"again": "sedam plavih sveski"},
        {"new_password": "", "again": ""},
        {"code": ""},
    ],
)
def test_a_mistake_is_told_and_the_same_secret_stays(client, database, settings, people, wrong) -> None:
    form, secret = begin(client, link(database, settings, people))
    right = {"code": pyotp.TOTP(secret).at(NOW), "new_password": NEW, "again": NEW}
    slip = client.post(form.action, data=form.sent(**{**right, **wrong}))
    assert slip.status_code == 422
    assert NEW not in slip.text
    assert "".join(re.findall(r"<span>([A-Z2-7]{4})</span>", slip.text)) == secret
    assert client.post(form.action, data=pages.form(slip.text, "/enrol").sent(**right)).status_code == 200


def test_used_unknown_taken_back_and_throttled_links_get_the_same_bytes(
    app, client, database, settings, people
) -> None:
    used, unknown = link(database, settings, people), "/desk/invited/" + "A" * 43
    enrol(client, used)
    stranger = app.test_client()
    answers = [stranger.get(path) for path in (used, unknown)]
    other = invite(database, settings, people[1], name="Зора")
    [taken] = re.findall(r"http://localhost(/desk/invited/[\w-]{43})<", other.text)
    waits: list[float] = []
    lookups = Lookups(lambda: 0.0, waits.append)
    app.extensions["incidents"] = replace(app.extensions["incidents"], lookups=lookups)
    for _ in range(A_MINUTE // 60):
        with suppress(NoSuchInvitation), lookups.turn():
            raise NoSuchInvitation
    assert stranger.get(taken).status_code == 200, "a right link opens in a flood"
    people[1].press("/desk/members/", "/take-back")
    answers += [stranger.get(path) for path in (taken, unknown)]
    assert len(waits) == 3
    assert [answer.status_code for answer in answers] == [404] * 4
    assert len({answer.data for answer in answers}) == 1


def test_a_foreign_offer_enrols_nobody(client, database, settings, people) -> None:
    form, secret = begin(client, link(database, settings, people))
    for offer in ("", "AAAA", "č"):
        typed = {"offer": offer, "code": pyotp.TOTP(secret).at(NOW), "new_password": NEW, "again": NEW}
        assert client.post(form.action, data=form.sent(**typed)).status_code == 404
    with database.reader() as session:
        assert member_by_name(session, NAME) is None


@pytest.mark.parametrize("wrong", [{"password": "x" * 20}, {"code": "000000"}])
def test_no_link_without_both_factors(database, settings, people, wrong) -> None:
    assert invite(database, settings, people[1], **wrong).status_code == 422
    with database.reader() as session:
        assert session.scalars(sa.select(Invitation)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"name": "  "}, {"name": "x" * 81}, {"roles": []}, {"roles": ["partner"]}, {"language": "xx"}]
)
def test_a_link_is_for_somebody_and_for_something(database, settings, people, wrong) -> None:
    assert invite(database, settings, people[1], **wrong).status_code == 422


def test_a_taken_name_is_told(database, settings, people) -> None:
    assert invite(database, settings, people[1], name=f" {people[0].member.name} ").status_code == 409


def test_only_administrators_invite_and_take_back(client, database, settings, people) -> None:
    link(database, settings, people)
    with database.reader() as session:
        row = session.scalars(sa.select(Invitation.id)).one()
    token = pages.form(people[0].open("/desk/members/"), "/language").sent()["token"]
    sent = {"token": token, **people[0].proof(), "name": "x", "roles": "auditor", "language": "hu"}
    assert people[0].client.get(NEW_PAGE).status_code == 403
    assert people[0].client.post(NEW_PAGE, data=sent).status_code == 403
    taking = f"/desk/members/invitations/{row}/take-back"
    assert people[0].client.post(taking, data=sent).status_code == 403
    assert client.post(taking, data=sent).headers["Location"] == "/desk/login"
    people[1].client.post(taking, data={"token": "0" * 32})
    with database.reader() as session:
        assert session.scalars(sa.select(Invitation.id)).all() == [row]


def test_the_session_of_who_enrolled_is_guarded_like_any_other(client, database, settings, people) -> None:
    answer = enrol(client, link(database, settings, people))
    [cookie] = answer.headers.getlist("Set-Cookie")
    assert re.fullmatch(r"desk=[\w=-]{44}; HttpOnly; Path=/; SameSite=Strict", cookie)
    with database.reader() as session:
        rows = session.scalars(sa.select(LoginSession).where(LoginSession.member_id == vesna(database).id)).all()
    assert len(rows) == 1
