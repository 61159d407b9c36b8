"""A rule from the first word to the queue, as two moderators make it; and what is typed wrong."""

import re

import pytest

from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk

JUNK = "KUPITE POVOLJNO kredit odmah, bez žiranata"
TYPED = {"name": "Реклама", "words": "kredit", "effect": "apart"}


def write(who: AtDesk, **typed: str) -> str:
    """The address of the rule that was written."""
    answer = who.press("/desk/rules/new", "/desk/rules/new", **{**TYPED, **typed})
    assert answer.status_code == 303, pages.text_of(answer.text)
    return str(answer.headers["Location"])


def test_a_rule_is_written_tried_and_switched_on_by_two(two, database, settings) -> None:
    with database.unit_of_work() as session:
        for words in (JUNK, "Vikali su na mene u autobusu."):
            sent = a_report(acts=frozenset({"verbal_insult"}), words=words)
            builders.send(session, sent, settings, now=NOW)
    ana, boris = two
    there = write(ana)
    page = ana.press(there, "/try").text
    assert "Пријава из последњих 90 дана: 1 од 2." in pages.text_of(page)
    assert "Мора да га укључи други модератор." in pages.text_of(page)
    assert ana.client.post(f"{there}/on", data=pages.form(page, "/try").sent()).status_code == 409
    assert boris.press(there, "/on").status_code == 303
    queue = ana.open("/desk/")
    assert queue.count("издвојило правило") == 1
    [number] = re.findall(r"/desk/rules/([0-9a-f-]{36})", there)
    assert "издвојило правило" in ana.open(f"/desk/?rule={number}")
    assert "издвојило правило" not in ana.open("/desk/?held=not")
    assert boris.press(there, "/off").status_code == 303
    assert "издвојило правило" not in ana.open("/desk/")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": ""}, "Дајте правилу назив."),
        ({"words": ""}, "Реците на које пријаве се мисли"),
        ({"words": "jovanka jovanović"}, "Ово би могло да укаже на неку особу."),
        ({"effect": "delete"}, "Изаберите шта ред уради."),
        ({"effect": "tag"}, "Напишите ознаку"),
        ({"effect": "route"}, "Изаберите колегу."),
        ({"place": "Недођија"}, "Не знамо која је то општина"),
        ({"ground": "no_such"}, "То не може да се изабере."),
        ({"words": "place:Niš kredit"}, "Овде упишите само речи."),
        ({"words": "а" * 201}, "Нека буде краће од 200 знакова."),
    ],
)
def test_what_is_typed_wrong_is_told_and_kept(two, typed: dict[str, str], told: str) -> None:
    answer = two[0].press("/desk/rules/new", "/desk/rules/new", **{**TYPED, **typed})
    assert answer.status_code == 422
    assert told in pages.text_of(answer.text)
    kept, sent = pages.form(answer.text, "/desk/rules/new").sent(), {**TYPED, **typed}
    assert (kept["name"], kept["words"]) == ([sent["name"]], [sent["words"]])
    assert "Још нема правила." in two[0].open("/desk/rules/")


def test_a_place_is_typed_in_any_form(two) -> None:
    there = write(two[0], place="u Čačku", words="")
    assert "Чачак" in two[0].open(there)
    assert "Општина: <bdi" in " ".join(two[0].open("/desk/rules/").split())


def test_who_is_too_late_sees_what_they_typed_and_the_rule_stays(two) -> None:
    ana, boris = two
    there = write(ana)
    form = pages.form(ana.open(there), there)
    assert boris.press(there, there, name="Реклама за кредите").status_code == 303
    answer = ana.client.post(there, data=form.sent(name="Нешто друго"))
    assert answer.status_code == 409
    assert "Нешто друго" in answer.text
    assert "Реклама за кредите" in ana.open("/desk/rules/")


def test_a_rule_that_is_not_there_is_not_found(two) -> None:
    there = "/desk/rules/00000000-0000-0000-0000-000000000000"
    assert two[0].client.get(there).status_code == 404
    gone = write(two[0])
    assert two[0].press(gone, "/delete").status_code == 303
    assert two[0].client.get(gone).status_code == 404
