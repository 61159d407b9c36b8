"""Members about members: who holds the key, letting in again, new passwords, shutting out."""

import re
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.services import keys
from tests import builders, pages
from tests.builders import PASSWORD
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

WORDS = "Pljunuli su me u autobusu broj 53"


@pytest.fixture
def people(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    """Two moderators and an administrator; all three were given the key at the start."""
    roles = ((Role.MODERATOR,), (Role.MODERATOR, Role.REVIEWER), (Role.ADMINISTRATOR,))
    found = a_desk(app, database, settings, *roles)
    with database.unit_of_work() as session:
        keys.take_grants(session, found[2].member.id)
        builders.send(session, builders.a_report(words=WORDS), settings, now=NOW)
    return found


def page_of(member: AtDesk) -> str:
    return f"/desk/members/{member.member.id}"


def epochs_of(database: Database, who: AtDesk, password: str, settings: Settings) -> list[int]:
    with database.reader() as session:
        key = keys.unlock_member_key(session, who.member.id, password, memory_mib=settings.seal_memory_mib)
        return keys.held_epochs(session, who.member.id, key)


def reset(database: Database, settings: Settings, people: list[AtDesk]) -> str:
    """The password that the administrator draws for the first moderator."""
    ana, _, admin = people
    answer = admin.press(page_of(ana), "/reset", **admin.proof())
    found = re.search(r"<span>((?:[0-9a-f]{4}-){5}[0-9a-f]{4})</span>", answer.text)
    assert found is not None
    return found[1]


def test_an_administrator_draws_a_password_that_opens_nothing(people, database, settings) -> None:
    password = reset(database, settings, people)
    assert epochs_of(database, people[0], password, settings) == []
    assert people[0].client.get("/desk/").status_code == 303


def test_a_colleague_lets_them_in_again(people, database, settings) -> None:
    password = reset(database, settings, people)
    ana, boris, admin = people
    assert not pages.has_form(admin.open(page_of(ana)), "/readmit")
    assert boris.press(page_of(ana), "/readmit", **boris.proof()).status_code == 303
    assert epochs_of(database, ana, password, settings) == [1]
    with database.reader() as session:
        done = dict(session.execute(sa.select(AuditEntry.action, AuditEntry.actor)).all())
    assert (done["reset_password"], done["readmit_member"]) == (admin.member.name, boris.member.name)


def test_an_administrator_shuts_a_member_out(people, database, settings) -> None:
    ana, boris, admin = people
    answer = admin.press(page_of(ana), "/revoke", reason="otišla", **admin.proof())
    assert answer.status_code == 303
    assert ana.client.get("/desk/").status_code == 303
    assert epochs_of(database, ana, PASSWORD, settings) == []
    assert epochs_of(database, boris, PASSWORD, settings) == [1, 2]
    assert not pages.has_form(admin.open(page_of(ana)), "/revoke")


def test_the_last_who_opens_reports_is_not_shut_out(people, database, settings) -> None:
    ana, boris, admin = people
    admin.press(page_of(ana), "/revoke", reason="otišla", **admin.proof())
    last = admin.press(page_of(boris), "/revoke", reason="otišao", **admin.proof())
    assert last.status_code == 409
    assert boris.client.get("/desk/").status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "x" * 20}, {"code": "000000"}])
@pytest.mark.parametrize("ending", ["/reset", "/revoke"])
def test_nothing_is_done_without_both_factors(people, database, settings, ending: str, wrong) -> None:
    ana, _, admin = people
    sent = {**admin.proof(), **wrong}
    if ending == "/revoke":
        sent["reason"] = "otišla"
    assert admin.press(page_of(ana), ending, **sent).status_code == 422
    assert ana.client.get("/desk/").status_code == 200
    with database.reader() as session:
        last = session.scalars(sa.select(AuditEntry).order_by(AuditEntry.number.desc()).limit(1)).one()
    assert (last.action, last.actor) == ("login_refused", admin.member.name)


def test_moderators_reset_nobody_and_an_administrator_does_not_let_in(people, database, settings) -> None:
    ana, boris, admin = people
    token = pages.form(boris.open(page_of(ana)), "/language").sent()["token"]
    data = {**boris.proof(), "token": token, "reason": "x"}
    for act in ("reset", "revoke"):
        assert boris.client.post(f"{page_of(ana)}/{act}", data=data).status_code == 403
    assert admin.client.post(f"{page_of(ana)}/readmit", data=data).status_code == 403


def test_nobody_does_this_to_themselves_or_to_nobody(people, database, settings) -> None:
    admin = people[2]
    assert not pages.has_form(admin.open(page_of(admin)), "/reset")
    token = pages.form(admin.open(page_of(admin)), "/language").sent()["token"]
    own = admin.client.post(f"{page_of(admin)}/reset", data={**admin.proof(), "token": token})
    assert own.status_code == 409
    nobody = {**admin.proof(), "token": token}
    assert admin.client.post(f"/desk/members/{uuid4()}/reset", data=nobody).status_code == 404
    assert admin.client.get(f"/desk/members/{uuid4()}").status_code == 404


def test_the_list_says_who_opens_reports(people) -> None:
    listed = pages.text_of(people[0].open("/desk/members/"))
    assert (listed.count("не отвара пријаве"), listed.count("отвара пријаве")) == (1, 3)


def test_ids_on_the_page_of_a_member_are_its_own(people) -> None:
    page = people[2].open(page_of(people[0]))
    found = [one.get("id") for one in pages.parsed(page).iter() if one.get("id")]
    assert len(found) == len(set(found))


def test_where_there_is_one_desk_nobody_is_asked_at_which(people, database, settings) -> None:
    reset(database, settings, people)
    assert "У којим тимовима" not in people[1].open(page_of(people[0]))


@pytest.fixture
def sever(people: list[AtDesk], database: Database, settings: Settings) -> list[AtDesk]:
    """The first moderator had both desks and lost her password; the second holds the keys of both."""
    ana, boris, _ = people
    with database.unit_of_work() as session:
        builders.a_further_desk(session, boris.member, ana.member, now=NOW)
    return people


def ticked(page: str) -> dict[str, bool]:
    boxes = [one for one in pages.parsed(page).iter("input") if one.get("name") == "desks"]
    return {str(one.get("value")): one.get("checked") is not None for one in boxes}


@pytest.mark.parametrize(
    ("chosen", "epochs"),
    [(["national", "sever"], [1, 2]), (["national"], [1]), (["sever"], [2]), (["sever", "jug"], [2])],
)
def test_who_lets_in_chooses_the_desks(sever, database, settings, chosen: list[str], epochs: list[int]) -> None:
    password = reset(database, settings, sever)
    ana, boris, _ = sever
    assert ticked(boris.open(page_of(ana))) == {"national": True, "sever": True}
    assert boris.press(page_of(ana), "/readmit", desks=chosen, **boris.proof()).status_code == 303
    assert epochs_of(database, ana, password, settings) == epochs


@pytest.mark.parametrize("chosen", [[], ["jug"]])
def test_without_a_desk_nobody_is_let_in(sever, database, settings, chosen: list[str]) -> None:
    password = reset(database, settings, sever)
    ana, boris, _ = sever
    answer = boris.press(page_of(ana), "/readmit", desks=chosen, **boris.proof())
    assert (answer.status_code, "Изаберите тим." in answer.text) == (422, True)
    assert epochs_of(database, ana, password, settings) == []


def test_only_desks_whose_keys_one_holds_are_on_offer(sever, database, settings) -> None:
    password = reset(database, settings, sever)
    ana, boris, _ = sever
    with database.unit_of_work() as session:
        keys.take_grants_of(session, "national", boris.member.id)
    assert ticked(boris.open(page_of(ana))) == {"sever": True}
    assert boris.press(page_of(ana), "/readmit", desks=["national"], **boris.proof()).status_code == 422
    assert boris.press(page_of(ana), "/readmit", **boris.proof()).status_code == 303
    assert epochs_of(database, ana, password, settings) == [2]
