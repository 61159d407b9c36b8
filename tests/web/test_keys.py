from incidents.core.accounts import Role
from tests import pages
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
