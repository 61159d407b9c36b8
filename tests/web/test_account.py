"""A member's own account, and the way back without a password, as pages."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.recovery import in_groups
from incidents.db.account import Member
from incidents.db.database import Database
from incidents.db.key import MemberKey
from incidents.services import colleagues, keys
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.builders import PASSWORD
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk, come_in

NEW = "šest malih vrabaca"


@pytest.fixture
def ana(app: Flask, database: Database, settings: Settings) -> AtDesk:
    return a_desk(app, database, settings, (Role.MODERATOR,), (Role.MODERATOR,))[0]


def fresh_code(database: Database, settings: Settings, name: str) -> str:
    """A code that was not used to log in a moment ago."""
    with database.unit_of_work() as session:
        session.execute(sa.update(Member).values(last_totp_step=0))
        return builders.current_code(session, name, settings, NOW)


def code_on(page: str) -> str:
    return " ".join(re.findall(r"<span>(\d{6})</span>", page))


def is_confirmed(database: Database, ana: AtDesk) -> bool:
    with database.reader() as session:
        return session.get_one(MemberKey, ana.member.id).recovery_confirmed_on is not None


def test_a_member_makes_and_confirms_a_recovery_code(database, settings, ana: AtDesk) -> None:
    assert "Yours is not confirmed yet" in english(ana, "/desk/account")
    code = fresh_code(database, settings, ana.member.name)
    page = ana.press("/desk/account", "/recovery", password=PASSWORD, code=code)
    assert len(code_on(page.text).replace(" ", "")) == 42
    slip = ana.press("/desk/account", "/confirm", recovery_code="1" * 42)
    assert (slip.status_code, is_confirmed(database, ana)) == (422, False)
    assert ana.press("/desk/account", "/confirm", recovery_code=code_on(page.text)).status_code == 303
    assert is_confirmed(database, ana)
    assert code_on(ana.open("/desk/account")) == ""


def english(ana: AtDesk, path: str) -> str:
    token = pages.form(ana.open(path), "/language").sent()["token"]
    ana.client.post("/desk/language", data={"token": token, "language": "en"})
    return pages.text_of(ana.open(path))


@pytest.mark.parametrize("wrong", [{"password": "x" * 15}, {"code": "000000"}, {"password": ""}])
@pytest.mark.parametrize("ending", ["/recovery", "/password", "/spare-codes"])
def test_weighty_acts_take_both_factors_again(database, settings, ana: AtDesk, ending: str, wrong) -> None:
    sent = {"password": PASSWORD, "code": fresh_code(database, settings, ana.member.name), **wrong}
    if ending == "/password":
        sent["new_password"] = NEW
    answer = ana.press("/desk/account", ending, **sent)
    assert answer.status_code == 422
    assert (code_on(answer.text), spare_codes_on(answer.text)) == ("", [])
    assert ana.client.get("/desk/account").status_code == 200


def test_a_new_password_logs_out_everywhere(app, database, settings, ana: AtDesk) -> None:
    code = fresh_code(database, settings, ana.member.name)
    answer = ana.press("/desk/account", "/password", password=PASSWORD, code=code, new_password=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/login")
    assert ana.client.get("/desk/account").status_code == 303


def test_a_short_new_password_is_told(database, settings, ana: AtDesk) -> None:
    code = fresh_code(database, settings, ana.member.name)
    answer = ana.press("/desk/account", "/password", password=PASSWORD, code=code, new_password="kratka")
    assert answer.status_code == 422


EASY = {"sr-Cyrl": "Ову лозинку је лако погодити", "hu": "Ezt a jelszót könnyű kitalálni"}


@pytest.mark.parametrize("easy", ["лозинкалозинка1!", "локализам Локализам", "qwertzuiopšđ123"])
def test_a_new_password_that_is_easy_to_guess_is_refused_with_a_reason(database, settings, ana: AtDesk, easy) -> None:
    code = fresh_code(database, settings, ana.member.name)
    answer = ana.press("/desk/account", "/password", password=PASSWORD, code=code, new_password=easy)
    assert answer.status_code == 422
    assert EASY["sr-Cyrl"] in pages.text_of(answer.text)
    assert ana.client.get("/desk/account").status_code == 200


def test_a_new_password_is_not_made_of_the_members_own_name_or_the_sites(database, settings, ana: AtDesk) -> None:
    for easy in (f"{ana.member.name} {ana.member.name} 2026", "localhost-localhost-2026"):
        code = fresh_code(database, settings, ana.member.name)
        answer = ana.press("/desk/account", "/password", password=PASSWORD, code=code, new_password=easy)
        assert EASY["sr-Cyrl"] in pages.text_of(answer.text), easy


def test_who_comes_back_by_paper_takes_no_easy_password_either(app, client, database, settings, ana, paper) -> None:
    code = fresh_code(database, settings, ana.member.name)
    answer = recover(
        app, client, name=ana.member.name, recovery_code=paper, code=code, new_password="password1password1"
    )
    assert (answer.status_code, EASY["sr-Cyrl"] in pages.text_of(answer.text)) == (422, True)
    again = recover(app, client, name=ana.member.name, recovery_code=paper, code=code, new_password=NEW)
    assert again.status_code == 200


def test_a_member_ends_another_session_of_theirs(app, database, settings, ana: AtDesk) -> None:
    fresh_code(database, settings, ana.member.name)
    elsewhere = come_in(app, database, settings, ana.member)
    assert ana.press("/desk/account", "/sessions/end").status_code == 303
    assert elsewhere.client.get("/desk/account").status_code == 303
    assert not pages.has_form(ana.open("/desk/account"), "/sessions/end")


def spare_codes_on(page: str) -> list[str]:
    return re.findall(r"<span>(\d{4} \d{4} \d{4})</span>", page)


def test_a_member_makes_spare_codes_that_are_shown_once(database, settings, ana: AtDesk) -> None:
    assert "You have no spare codes" in english(ana, "/desk/account")
    code = fresh_code(database, settings, ana.member.name)
    page = ana.press("/desk/account", "/spare-codes", password=PASSWORD, code=code)
    assert (len(spare_codes_on(page.text)), page.headers["Cache-Control"]) == (8, "no-store")
    again = ana.open("/desk/account")
    assert spare_codes_on(again) == []
    assert "8 spare codes left" in pages.text_of(again)


def test_who_came_in_by_a_spare_code_is_told_on_the_next_page(app, client, database, settings, ana: AtDesk) -> None:
    english(ana, "/desk/account")
    code = fresh_code(database, settings, ana.member.name)
    spare = spare_codes_on(ana.press("/desk/account", "/spare-codes", password=PASSWORD, code=code).text)[0]
    assert "spare code:" not in ana.open("/desk/")
    with app.test_request_context():
        token = new_token(opened_at=NOW - timedelta(minutes=1))
    data = {"token": token, "name": ana.member.name, "password": PASSWORD, "code": spare}
    assert client.post("/desk/login", data=data).status_code == 303
    assert "You used a spare code: 7 left." in client.get("/desk/").text
    assert "You used a spare code: 7 left." in client.get("/desk/account").text


def test_ids_on_the_page_are_its_own(ana: AtDesk) -> None:
    found = [one.get("id") for one in pages.parsed(ana.open("/desk/account")).iter() if one.get("id")]
    assert len(found) == len(set(found))


def recover(app: Flask, client: FlaskClient, **data: str):
    with app.test_request_context():
        token = new_token(opened_at=NOW - timedelta(minutes=1))
    return client.post("/desk/recover", data={"token": token, **data})


@pytest.fixture
def paper(database: Database, ana: AtDesk) -> str:
    with database.unit_of_work() as session:
        code = keys.new_recovery_code(session, ana.member.id, ana.member.key)
        keys.confirm_recovery_code(session, ana.member.id, code, actor=ana.member.name, now=NOW)
    return in_groups(code)


def test_who_forgot_the_password_comes_back_by_paper_and_opens_the_reports(
    app, client, database, settings, ana: AtDesk, paper: str
) -> None:
    code = fresh_code(database, settings, ana.member.name)
    assert client.get("/desk/recover").headers["Cache-Control"] == "no-store"
    answer = recover(app, client, name=ana.member.name, recovery_code=paper, code=code, new_password=NEW)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert code_on(answer.text).replace(" ", "") != paper.replace(" ", "")
    with database.reader() as session:
        key = keys.unlock_member_key(session, ana.member.id, NEW, memory_mib=settings.seal_memory_mib)
        assert len(keys.desk_private(session, 1, ana.member.id, key)) == 32


@pytest.mark.parametrize("wrong", [{"recovery_code": "1" * 42}, {"code": "000000"}, {"name": "Нико"}])
def test_whatever_is_wrong_the_answer_is_the_same(
    app, client, database, settings, ana: AtDesk, paper: str, wrong: dict[str, str]
) -> None:
    right = {
        "name": ana.member.name,
        "recovery_code": paper,
        "code": fresh_code(database, settings, ana.member.name),
        "new_password": NEW,
    }
    answer, other = (recover(app, client, **{**right, **one}) for one in (wrong, {"name": "Други"}))
    assert (answer.status_code, other.status_code) == (422, 422)
    assert re.sub(r'(value|data-challenge)="[^"]*"', "", answer.text) == re.sub(
        r'(value|data-challenge)="[^"]*"', "", other.text
    )


def test_after_a_reset_the_desk_shows_no_report_until_the_code_or_a_member_helps(
    app, database, settings, ana: AtDesk
) -> None:
    words = "Викали су ми да идем одакле сам дошао"
    with database.unit_of_work() as session:
        builders.send(session, builders.a_report(words=words), settings, now=NOW)
        report = builders.only_report(session)
    ana.press(f"/desk/reports/{report}", "/take")
    assert words in pages.text_of(ana.open(f"/desk/reports/{report}"))
    with database.unit_of_work() as session:
        colleagues.reset_password(
            session, ana.member.id, PASSWORD, memory_mib=settings.seal_memory_mib, actor="Админ", now=NOW
        )
    assert ana.client.get("/desk/").status_code == 303
    fresh_code(database, settings, ana.member.name)
    again = come_in(app, database, settings, ana.member)
    assert words not in pages.text_of(again.open(f"/desk/reports/{report}"))
    assert again.client.get("/desk/").status_code == 200


def test_a_prepared_site_says_kindly_that_it_takes_no_report_yet(app, client, database, settings, ana: AtDesk) -> None:
    from incidents.db.key import DeskKey

    with database.unit_of_work() as session:
        session.execute(sa.update(DeskKey).values(opened_on=None))
    answer = client.get("/sr-Cyrl/report")
    assert answer.status_code == 503
    assert "192" in answer.text
