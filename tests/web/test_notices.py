import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.database import Database
from incidents.db.notice import Notice, Page
from tests import pages
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

HERE = "/desk/notices/start/sr-Cyrl"


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, (Role.PUBLISHER,), (Role.PUBLISHER,))


def stands(database: Database, text: str, *, page: Page = Page.START, language: str = "sr-Cyrl") -> None:
    with database.unit_of_work() as session:
        session.add(Notice(page=page, language=language, written=text, changed_on=NOW.date()))


def test_what_the_desk_writes_stands_on_the_public_page(two, client: FlaskClient) -> None:
    written = "<p>Пишите нам и <strong>викендом</strong>.</p>"
    assert two[0].press(HERE, HERE, text=written).status_code == 303
    assert written in client.get("/sr-Cyrl/").text
    assert "викендом" not in client.get("/sr-Cyrl/help").text


def test_in_latin_script_the_words_change_and_the_addresses_stay(database, client: FlaskClient) -> None:
    stands(database, '<p>Види <a href="https://примери.срб/њ">Његов сајт</a></p>')
    shown = client.get("/sr-Latn/").text
    assert ">Njegov sajt</a>" in shown
    assert 'href="https://примери.срб/њ"' in shown
    assert '<div class="notice" lang="sr-Latn">' in shown


def test_a_notice_in_another_language_says_which(database, client: FlaskClient) -> None:
    stands(database, "<p>Само на српском.</p>")
    assert '<div class="notice" lang="sr-Latn"><p>Samo na srpskom.</p>' in client.get("/hu/").text
    assert '<div class="notice" lang="sr-Cyrl"><p>Само на српском.</p>' in client.get("/mk/").text


@pytest.mark.parametrize("page", ["", "help"])
def test_a_notice_can_do_no_harm_whoever_put_it_there(database, client: FlaskClient, page: str) -> None:
    place = Page.HELP if page else Page.START
    stands(database, "<script>alert(1)</script><img src=x onerror=alert(1)><p onclick=x>мирно", page=place)
    tree = pages.parsed(client.get(f"/sr-Cyrl/{page}").text)
    [notice] = [element for element in tree.iter("div") if element.get("class") == "notice"]
    assert [(element.tag, element.attrib) for element in notice.iter()][1:] == [("p", {})]


def test_a_look_at_it_stores_nothing_and_shows_it_clean(two, database) -> None:
    answer = two[0].press(HERE, HERE, text="<b>Проба</b><script>x</script>", look="yes")
    assert answer.status_code == 200
    assert '<div class="notice" lang="sr-Cyrl"><b>Проба</b>' in answer.text
    assert pages.form(answer.text, HERE).sent()["text"] == ["<b>Проба</b><script>x</script>"]
    with database.reader() as session:
        assert session.scalars(sa.select(Notice)).all() == []


def test_a_stale_save_is_refused_and_shows_both(two) -> None:
    seen_early = pages.form(two[1].open(HERE), HERE)
    two[0].press(HERE, HERE, text="Моје.")
    answer = two[1].client.post(HERE, data=seen_early.sent(text="Твоје."))
    assert answer.status_code == 409
    assert "Моје." in pages.text_of(answer.text)
    again = pages.form(answer.text, HERE)
    assert again.sent()["text"] == ["Твоје."]
    assert two[1].client.post(HERE, data=again.sent()).status_code == 303


def test_too_long_a_notice_is_kept_and_said(two) -> None:
    answer = two[0].press(HERE, HERE, text="а" * 4001)
    assert answer.status_code == 422
    assert "Скратите на мање од 4.000 знакова" in pages.text_of(answer.text)
    assert len(pages.form(answer.text, HERE).sent()["text"][0]) == 4001


@pytest.mark.parametrize("path", ["/desk/notices/start/sr-Latnn", "/desk/notices/report/hu"])
def test_there_are_notices_for_known_pages_and_languages_only(two, path: str) -> None:
    assert two[0].client.get(path).status_code == 404


def test_only_who_publishes_writes_notices(app, database, settings) -> None:
    [moderator] = a_desk(app, database, settings, (Role.MODERATOR,))
    assert moderator.client.get(HERE).status_code == 403
    assert moderator.client.get("/desk/notices/").status_code == 403
