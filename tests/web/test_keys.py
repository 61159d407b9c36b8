from incidents.core.accounts import Role
from tests import builders, pages
from tests.conftest import NOW
from tests.web.desk import a_desk


def test_single_keys_are_turned_off_and_on_for_one_member(app, database, settings) -> None:
    ana, boris = a_desk(app, database, settings, (Role.REVIEWER,), (Role.REVIEWER,))
    assert 'data-single-keys="on"' in ana.open("/desk/incidents/")
    assert ana.press("/desk/keys/", "/desk/keys/", single_keys=[]).status_code == 303
    assert 'data-single-keys="off"' in ana.open("/desk/incidents/")
    assert 'data-single-keys="on"' in boris.open("/desk/incidents/")
    ana.press("/desk/keys/", "/desk/keys/", single_keys="yes")
    assert 'data-single-keys="on"' in ana.open("/desk/incidents/")


def test_without_the_sessions_token_nothing_changes(app, database, settings) -> None:
    [ana] = a_desk(app, database, settings, (Role.MODERATOR,))
    assert ana.client.post("/desk/keys/").status_code == 422
    assert 'data-single-keys="on"' in ana.open("/desk/")


def test_keys_lead_to_the_parts_that_are_open_to_the_member(app, database, settings) -> None:
    everything, little = a_desk(app, database, settings, Role, (Role.AUDITOR,))
    ways = [way.get("data-go") for way in pages.parsed(everything.open("/desk/")).iter("a") if way.get("data-go")]
    assert len(ways) == len(set(ways)) > 8
    little_ways = pages.parsed(little.open("/desk/audit")).iter("a")
    assert [way.get("data-go") for way in little_ways if way.get("data-go")] == ["d", "a"]


def marked(page: str) -> list[tuple[str | None, str | None]]:
    """Where the menu says that one is, by its open copy."""
    return [
        (way.get("href"), way.get("aria-current"))
        for way in pages.parsed(page).iter("a")
        if way.get("data-go") and way.get("aria-current")
    ]


def test_the_menu_marks_the_page_and_the_part_that_a_page_is_under(app, database, settings) -> None:
    [ana] = a_desk(app, database, settings, Role)
    with database.unit_of_work() as session:
        builders.send(session, builders.a_report(), settings, now=NOW)
    queue = ana.open("/desk/")
    assert marked(queue) == [("/desk/", "page")]
    report = next(way.get("href") for way in pages.parsed(queue).iter("a") if "/desk/reports/" in way.get("href", ""))
    assert marked(ana.open(report)) == [("/desk/", "true")]
    assert marked(ana.open("/desk/keys/")) == []


def test_the_folded_menu_names_the_part_one_is_in(app, database, settings) -> None:
    [ana] = a_desk(app, database, settings, (Role.MODERATOR,))
    named = '<span class="menu__here">'
    assert f"{named}Претрага</span>" in ana.open("/desk/search/")
    assert named not in ana.open("/desk/keys/")


def test_both_copies_of_the_menu_hold_the_same_and_no_empty_group(app, database, settings) -> None:
    [ana] = a_desk(app, database, settings, (Role.AUDITOR,))
    page = pages.parsed(ana.open("/desk/audit"))
    [menu] = [each for each in page.iter("nav") if each.get("class") == "menu"]
    assert [way.get("href") for way in menu.iter("a")] == ["/desk/retention/", "/desk/audit"] * 2
    assert len([each for each in menu.iter("span") if each.get("class") == "menu__name"]) == 2
