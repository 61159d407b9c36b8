from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from incidents.config import Settings
from incidents.db.database import Database
from incidents.db.filter import SavedFilter
from incidents.web.desk.queue import ON_A_PAGE
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk

CALM = frozenset({"verbal_insult"})


@pytest.fixture
def ana(two: list[AtDesk]) -> AtDesk:
    return two[0]


def file(database: Database, settings: Settings, number: int = 1, **changes: object) -> None:
    with database.unit_of_work() as session:
        for _ in range(number):
            builders.send(session, a_report(**{"acts": CALM, **changes}), settings, now=NOW)


def lines(page: str) -> list[str]:
    """The addresses of the reports that a page lists."""
    queue = next(one for one in pages.parsed(page).iter("ol") if one.get("class") == "queue")
    return [link.get("href") or "" for link in queue.iter("a")]


def links(page: str, name: str) -> dict[str, str]:
    """Addresses by text, of the part of the page with this class."""
    part = next(one for one in pages.parsed(page).iter() if one.get("class") == name)
    return {" ".join("".join(link.itertext()).split()): link.get("href") or "" for link in part.iter("a")}


def test_views_say_how_many_there_are_and_lead_there(ana, database, settings) -> None:
    file(database, settings, 2)
    file(database, settings, acts=frozenset({"physical_attack"}))
    views = links(ana.open("/desk/"), "views")
    assert [text.rsplit(" ", 1)[1] for text in views] == ["3", "0", "3", "0", "0", "1"]
    assert [len(lines(ana.open(there))) for there in views.values()] == [3, 0, 3, 0, 0, 1]


def test_a_long_queue_has_pages_and_each_report_stands_on_one(ana, database, settings) -> None:
    file(database, settings, ON_A_PAGE + 3)
    first = ana.open("/desk/")
    [later] = links(first, "pager").values()
    second = ana.open(later)
    assert (len(lines(first)), len(lines(second))) == (ON_A_PAGE, 3)
    assert not set(lines(first)) & set(lines(second))
    assert lines(ana.open("/desk/?page=99")) == lines(second)


@pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=²", "view=x&ground=x&place=x&held=x&act=%00"])
def test_an_address_that_means_nothing_shows_the_whole_queue(ana, database, settings, query) -> None:
    file(database, settings)
    assert len(lines(ana.open(f"/desk/?{query}"))) == 1


def test_a_filter_shows_what_fits_and_its_address_holds_codes_only(ana, database, settings) -> None:
    file(database, settings, 2)
    file(database, settings, language="hu", place="Újvidéken", grounds=frozenset({"sex"}))
    form = pages.form(ana.open("/desk/"), "/desk/")
    answer = ana.client.get("/desk/", query_string=form.sent(language="hu", place="80284", ground="sex"))
    assert len(lines(answer.text)) == 1
    for there in (*links(answer.text, "views").values(), *links(answer.text, "counts").values()):
        for values in parse_qs(urlsplit(there).query).values():
            assert all(value.isascii() and value.replace("_", "").replace("-", "").isalnum() for value in values)


def test_counts_by_language_lead_to_the_reports_of_it(ana, database, settings) -> None:
    file(database, settings, 2)
    file(database, settings, language="hu")
    counts = links(ana.open("/desk/"), "counts")
    assert list(counts) == ["2 српски (ћирилица)", "1 magyar"]
    assert len(lines(ana.open(counts["1 magyar"]))) == 1


def test_a_filter_is_saved_found_by_a_colleague_and_deleted_by_its_owner_only(two, database, settings) -> None:
    file(database, settings)
    ana, boris = two
    here = "/desk/?view=unclaimed&ground=national_ethnic"
    assert ana.press(here, "/filters/", name="Ново, порекло", is_shared="y").status_code == 303
    page = boris.open("/desk/")
    [there] = links(page, "saved").values()
    assert dict(parse_qs(urlsplit(there).query)) == {"view": ["unclaimed"], "ground": ["national_ethnic"]}
    assert not pages.has_form(page, "/delete")
    own = pages.form(ana.open("/desk/"), "/delete")
    assert boris.client.post(own.action, data=pages.form(page, "/logout").sent()).status_code == 404
    assert ana.client.post(own.action, data=own.sent()).status_code == 303
    with database.reader() as session:
        assert session.scalars(sa.select(SavedFilter)).all() == []


def test_a_private_filter_is_not_shown_to_others(two, database, settings) -> None:
    file(database, settings)
    two[0].press("/desk/?view=risk", "/filters/", name="Моје")
    assert "Моје" in two[0].open("/desk/")
    assert "Моје" not in two[1].open("/desk/")


def test_a_filter_without_a_name_is_asked_for_one_and_keeps_its_codes(ana, database, settings) -> None:
    file(database, settings)
    answer = ana.press("/desk/?ground=national_ethnic", "/filters/", name=" ")
    assert answer.status_code == 422
    assert ("ground", "national_ethnic") in pages.form(answer.text, "/filters/").fields


def test_a_saved_name_is_never_markup(ana) -> None:
    ana.press("/desk/?view=risk", "/filters/", name="<b>x</b>")
    assert "<b>x</b>" not in ana.open("/desk/")


def test_without_the_sessions_token_nothing_is_saved_or_deleted(ana, database) -> None:
    ana.press("/desk/?view=risk", "/filters/", name="Моје")
    own = pages.form(ana.open("/desk/"), "/delete")
    assert ana.client.post(own.action).status_code == 422
    assert ana.client.post("/desk/filters/", data={"name": "Још", "view": "risk"}).status_code == 422
    with database.reader() as session:
        assert [row.name for row in session.scalars(sa.select(SavedFilter))] == ["Моје"]


def test_log_out_empties_the_memory(ana, app, database, settings) -> None:
    file(database, settings)
    page = ana.open("/desk/")
    memory = app.extensions["incidents"].memory
    assert memory.size > 0
    form = pages.form(page, "/logout")
    ana.client.post(form.action, data=form.sent())
    assert memory.size == 0


def test_the_next_report_is_the_first_that_nobody_has_and_else_the_queue(two, database, settings) -> None:
    file(database, settings, 2)
    first, second = lines(two[0].open("/desk/"))
    two[0].press(first, "/take")
    assert two[1].client.get("/desk/next").location.endswith(second)
    two[1].press(second, "/take")
    assert two[0].client.get("/desk/next").location.endswith("/desk/")


def test_what_is_done_with_leads_on_by_a_key(two, database, settings) -> None:
    file(database, settings, 1)
    [report] = lines(two[0].open("/desk/"))
    two[0].press(report, "/take")
    assert 'data-key="y"' not in two[0].open(report)
    two[0].press(report, "/set-aside", reason="out_of_scope")
    assert 'href="/desk/next" data-key="y"' in two[0].open(report)
