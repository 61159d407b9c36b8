"""Hard stories are announced before they open, and a pause is suggested to the one who opened many."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db import report as stored
from incidents.db.database import Database
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

WORDS = "Тројица су ме ударала палицама док нисам пао, а један је снимао телефоном."
BEATEN = {"acts": frozenset({"armed_attack"}), "words": WORDS}
SHOUTED_AT = {"acts": frozenset({"verbal_insult"}), "words": "Vikali su za mnom na pijaci."}


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    people = a_desk(app, database, settings, (Role.MODERATOR,), (Role.MODERATOR,))
    for who in people:
        speak = pages.form(who.open("/desk/account"), "/language")
        who.client.post(speak.action, data=speak.sent(language="en"))
    return people


def filed(database: Database, settings: Settings, **changes: object) -> str:
    with database.unit_of_work() as session:
        known = set(session.scalars(sa.select(stored.Report.id)))
        builders.send(session, a_report(**changes), settings, now=NOW)
        [new] = set(session.scalars(sa.select(stored.Report.id))) - known
    return f"/desk/reports/{new}"


def fold_of(page: str) -> Element | None:
    return next((box for box in pages.parsed(page).iter("details") if "fold" in (box.get("class") or "").split()), None)


def test_a_hard_story_is_announced_in_the_queue_and_folded_on_its_page(two, database, settings) -> None:
    hard, light = filed(database, settings, **BEATEN), filed(database, settings, **SHOUTED_AT)
    lines = [
        line for line in pages.parsed(two[0].open("/desk/")).iter("li") if "queue__line" in (line.get("class") or "")
    ]
    marked = {"".join(line.itertext()).count("hard to read"): line.find("a").get("href") for line in lines}
    assert marked == {1: hard, 0: light}
    two[0].press(hard, "/take")
    page = two[0].open(hard)
    fold = fold_of(page)
    assert fold is not None
    assert fold.get("open") is None
    assert WORDS in "".join(fold.itertext())
    outside = pages.text_of(page).replace("".join(fold.itertext()), "")
    assert "This story is hard to read. It stays folded until you open it." in outside
    assert "палицама" not in outside
    two[0].press(light, "/take")
    assert fold_of(two[0].open(light)) is None


def test_where_there_are_no_words_nothing_is_folded(two, database, settings) -> None:
    report = filed(database, settings, **BEATEN | {"words": ""})
    two[0].press(report, "/take")
    assert fold_of(two[0].open(report)) is None


def test_that_it_is_about_children_is_said(two, database, settings) -> None:
    report = filed(database, settings, **SHOUTED_AT, targets=frozenset({"children_youth"}))
    two[0].press(report, "/take")
    assert "it is about children" in pages.text_of(two[0].open(report))


def _folded_and_outside(page: str) -> tuple[str, str]:
    """What stands in folds, and what is read without opening one."""
    folds = [box for box in pages.parsed(page).iter("details") if "fold" in (box.get("class") or "").split()]
    outside = pages.text_of(page)
    folded = ["".join(fold.itertext()) for fold in folds]
    for text in folded:
        outside = outside.replace(text, "")
    return " ".join(folded), outside


def test_a_search_and_a_comparison_keep_hard_stories_folded(two, database, settings) -> None:
    filed(database, settings, **BEATEN)
    filed(database, settings, **SHOUTED_AT)
    folded, outside = _folded_and_outside(two[0].press("/desk/search/", "/search/", words="palicama OR pijaci").text)
    assert "палицама" in folded
    assert "палицама" not in outside
    assert "pijaci" in outside
    assert "pijaci" not in folded


def test_samples_of_a_group_keep_hard_stories_folded(two, database, settings) -> None:
    for _ in range(12):
        filed(database, settings, **BEATEN)
    folded, outside = _folded_and_outside(two[0].press("/desk/clusters/", "/clusters/").text)
    assert "палицама" in folded
    assert "палицама" not in outside


def test_of_a_likely_twin_the_words_are_folded_too(two, database, settings) -> None:
    mine, other = filed(database, settings, **BEATEN), filed(database, settings, **BEATEN)
    two[0].press(mine, "/take")
    page = two[0].press(mine, "/compare", other=other.rpartition("/")[2])
    folded, outside = _folded_and_outside(page.text)
    assert folded.count("палицама") >= 2
    assert "палицама" not in outside


def test_who_works_on_the_story_does_not_open_it_again_each_time(two, database, settings) -> None:
    report = filed(database, settings, **BEATEN)
    two[0].press(report, "/take")
    two[0].press(report, "/summary#marks", summary="A man was beaten by three.")
    fold = fold_of(two[0].open(report))
    assert fold is not None
    assert fold.get("open") is not None


def test_a_member_can_do_without_announcements_and_a_colleague_still_has_them(two, database, settings) -> None:
    report = filed(database, settings, **BEATEN)
    assert two[0].press("/desk/account", "/announcements", is_warned=[]).status_code == 303
    assert "hard to read" not in pages.text_of(two[0].open("/desk/"))
    assert "hard to read" in pages.text_of(two[1].open("/desk/"))
    two[0].press(report, "/take")
    assert fold_of(two[0].open(report)) is None
    two[0].press("/desk/account", "/announcements", is_warned="yes")
    assert fold_of(two[0].open(report)) is not None


def test_without_a_token_no_setting_changes(two) -> None:
    assert two[0].client.post("/desk/account/announcements", data={"token": "x"}).status_code == 422
    box = next(
        box for box in pages.parsed(two[0].open("/desk/account")).iter("input") if box.get("name") == "is_warned"
    )
    assert box.get("checked") is not None


def test_a_pause_is_suggested_to_the_member_alone_and_nothing_is_blocked(app, two, database, settings) -> None:
    object.__setattr__(app.extensions["incidents"].settings, "hard_a_day", 2)
    sentence = "You have opened 2 hard reports today. Take a break, or hand some over."
    reports = [filed(database, settings, **BEATEN) for _ in range(3)]
    two[0].press(reports[0], "/take")
    assert "Take a break" not in pages.text_of(two[0].open("/desk/"))
    two[0].press(reports[1], "/take")
    for path in ("/desk/", reports[1]):
        assert sentence in pages.text_of(two[0].open(path)), path
        assert "Take a break" not in pages.text_of(two[1].open(path)), path
    assert two[0].press(reports[2], "/take").status_code == 303
    assert WORDS in two[0].open(reports[2])


def test_the_week_has_a_limit_of_its_own(app, two, database, settings) -> None:
    object.__setattr__(app.extensions["incidents"].settings, "hard_a_week", 1)
    two[0].press(filed(database, settings, **BEATEN), "/take")
    page = two[0].open("/desk/")
    assert "You have opened 1 hard report this week. Take a break, or hand some over." in pages.text_of(page)
    assert '/desk/account#support">' in page
    assert 'id="support"' in two[0].open("/desk/account")
