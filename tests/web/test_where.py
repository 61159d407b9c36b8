"""The typed place: taken where it is clear, asked about once where it is not, never a reason to refuse a report."""

from typing import Any
from xml.etree.ElementTree import Element

import pytest

from tests import pages
from tests.web.test_reporting import a_token, code_on, desk, send, stored_reports

__all__ = ["desk"]

BOR = "706523"
"""Slatina near Bor."""


def choices(page: str) -> dict[str, Element]:
    fields = pages.parsed(page).iter("input")
    return {str(one.get("value")): one for one in fields if one.get("name") == "place_code"}


def labels(page: str) -> list[str]:
    [group] = [part for part in pages.parsed(page).iter("fieldset") if part.get("id") == "place_code"]
    return ["".join(label.itertext()).strip() for label in group.iter("label")]


@pytest.mark.parametrize(
    ("typed", "code", "area"),
    [
        ("Нови Пазар", "730602", "70874"),
        ("u Kovačici", "802255", "80217"),
        ("Szabadkán", "804614", "80438"),
        ("Kraguevac", "718980", "70645"),
        ("Zemun", "70157", "70157"),
        ("Rasinski okrug", "19", "19"),
        ("Београд", "GRAD:BEOGRAD", ""),
        ("Prishtinë", "KM", "KM"),
    ],
)
def test_a_clear_place_is_taken_without_a_question(
    app, client, database, desk, typed: str, code: str, area: str
) -> None:
    assert send(client, a_token(app), place=typed).status_code == 200
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == (typed, code, area)


@pytest.mark.parametrize("typed", ["", "kod bake", "Сарајево", "иза школе", "<b>Бор</b>?", "ж" * 200])
def test_words_that_name_no_place_here_are_kept_as_they_are(app, client, database, desk, typed: str) -> None:
    assert send(client, a_token(app), place=typed).status_code == 200
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == (typed, "", "")


def test_a_name_of_several_places_brings_the_page_back_with_all_of_them_and_stores_nothing(
    app, client, database, desk
) -> None:
    answer = send(client, a_token(app), place="Слатина")
    assert answer.status_code == 422
    assert labels(answer.text)[0] == "Слатина (Бор)"
    assert labels(answer.text)[-1] == "Ниједно од ових: оставите како је написано"
    assert [value for value, field in choices(answer.text).items() if field.get("checked") is not None] == [""]
    assert len(set(labels(answer.text))) == len(labels(answer.text)) > 10
    assert 'value="muslim" checked' in answer.text
    assert stored_reports(database, desk) == []


def again(client: Any, first_token: str, typed: str, **changes: Any) -> Any:
    """What is sent from the page that asks which place is meant."""
    page = send(client, first_token, place=typed).text
    return client.post("/sr-Cyrl/report", data=pages.form(page, "/report", own="/report").sent(**changes))


def test_the_place_that_is_chosen_is_sealed_beside_the_typed_words(app, client, database, desk) -> None:
    assert len(code_on(again(client, a_token(app), "slatina", place_code=BOR).text)) == 28
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == ("slatina", BOR, "70327")


def test_whoever_leaves_it_as_it_is_is_not_asked_again(app, client, database, desk) -> None:
    assert again(client, a_token(app), "Слатина").status_code == 200
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code, report.area) == ("Слатина", "", "")


def test_another_place_typed_meanwhile_makes_the_choice_void(app, client, database, desk) -> None:
    assert again(client, a_token(app), "Слатина", place="Ruma", place_code=BOR).status_code == 200
    [report] = stored_reports(database, desk)
    assert (report.place, report.place_code) == ("Ruma", "803634")


@pytest.mark.parametrize("code", ["999999", "70246", "<script>", "x" * 5000])
def test_a_code_that_was_not_offered_is_no_choice(app, client, database, desk, code: str) -> None:
    assert again(client, a_token(app), "Слатина", place_code=code).status_code == 200
    [report] = stored_reports(database, desk)
    assert (report.place_code, report.area) == ("", "")


@pytest.mark.parametrize("changes", [{"speak": "hu"}, {"role": []}, {"token": "x"}], ids=["language", "422", "token"])
def test_a_choice_outlives_whatever_brings_the_page_back(app, client, desk, changes: dict[str, Any]) -> None:
    page = again(client, a_token(app), "Слатина", place_code=BOR, **changes)
    assert page.status_code in {200, 422}
    assert choices(page.text)[BOR].get("checked") is not None
    assert labels(page.text)[0] == ("Slatina (Bor)" if "speak" in changes else "Слатина (Бор)")


def test_other_mistakes_are_told_together_with_the_question(app, client, desk) -> None:
    page = send(client, a_token(app), place="Слатина", role=None).text
    links = [link.get("href") for link in pages.parsed(page).iter("a") if (link.get("href") or "").startswith("#")]
    assert {"#role", "#place_code"} <= set(links)


def test_two_parts_of_one_name_in_two_cities_are_told_apart(app, client, desk) -> None:
    assert labels(send(client, a_token(app), tag="hu", tongue="hu", place="Palilula").text)[:2] == [
        "Palilula (Beograd)",
        "Palilula (Niš)",
    ]


def test_a_namesake_in_kosovo_says_so(app, client, desk) -> None:
    assert "Обилић (Косово*)" in labels(send(client, a_token(app), place="Обилић").text)
