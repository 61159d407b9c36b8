from incidents.core.accounts import Role
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import a_desk


def test_the_wall_shows_targets_and_what_they_came_to(app, database, settings) -> None:
    [ana] = a_desk(app, database, settings, (Role.MODERATOR,))
    with database.unit_of_work() as session:
        builders.send(session, a_report(), settings, now=NOW)
        report = builders.only_report(session)
    ana.press(f"/desk/reports/{report}", "/take")
    table = pages.rows(ana.open("/desk/times/"))
    assert [row[2:] for row in table[1:]] == [
        ["1", "100%", "0", "0", "0", "0"],
        ["0", "–", "–", "–", "0", "0"],
        ["0", "–", "–", "–", "1", "0"],
        ["0", "–", "–", "–", "0", "0"],
    ]


def test_no_member_is_named_on_the_wall(app, database, settings) -> None:
    ana, boris = a_desk(app, database, settings, (Role.MODERATOR,), (Role.MODERATOR,))
    with database.unit_of_work() as session:
        builders.send(session, a_report(), settings, now=NOW)
        report = builders.only_report(session)
    ana.press(f"/desk/reports/{report}", "/take")
    assert ana.member.name not in pages.text_of(boris.open("/desk/times/"))
