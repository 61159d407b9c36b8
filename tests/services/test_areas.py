"""Areas of desks: given, refused, taken away; and which desk a report is sealed to by its place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.periods import Quarter
from incidents.core.report import IN_BATCH
from incidents.db.audit import entries
from incidents.db.desk import DeskArea, areas
from incidents.db.key import DeskKey
from incidents.db.release import ReceivedReports
from incidents.db.report import Report, arrived_on
from incidents.services import counting, desks, keys, receipts, reporting
from incidents.services.accounts import Member
from tests import builders
from tests.conftest import NOW

NORTH_BACKA, SUBOTICA, PIROT_DISTRICT = "01", "80438", "22"
TOWN = {"place": "Суботица", "place_code": "804614", "area": SUBOTICA}
CITY = {"place": "Београд", "place_code": "GRAD:BEOGRAD", "area": ""}
ELSEWHERE = {"place": "Бор", "place_code": "706060", "area": "70424"}


def sealed_to(session: Session, **place: str) -> int:
    report = builders.a_report(**{"place_code": "", "area": "", **place})
    return reporting.sealing_keys(session).of(report, data_files.places()).epoch


def told(session: Session) -> list[tuple[str, str, str, str]]:
    found = [entry for entry, _ in entries(session, action="change_area")]
    return [(one.actor, one.subject, one.before, one.after) for one in found]


def test_a_report_from_the_area_is_sealed_to_its_desk_and_any_other_to_the_national_one(
    session: Session, sever: int
) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    assert sealed_to(session, **TOWN) == sever
    assert sealed_to(session, area=NORTH_BACKA) == sever
    for place in (ELSEWHERE, CITY, {"area": "KM"}, {"area": ""}, {"area": "02"}):
        assert sealed_to(session, **place) == 1, place


def test_a_district_of_which_only_a_part_lies_in_the_area_is_of_the_national_desk(session: Session, sever: int) -> None:
    builders.gives_area(session, "Суботица", now=NOW)
    assert (sealed_to(session, **TOWN), sealed_to(session, area=NORTH_BACKA)) == (sever, 1)


def test_of_a_city_alone_its_desk_is_that_of_all_its_municipalities(session: Session, sever: int) -> None:
    builders.gives_area(session, "Београд", now=NOW)
    assert sealed_to(session, **CITY) == sever
    builders.gives_area(session, "Zemun", now=NOW)
    assert sealed_to(session, **CITY) == 1


def test_a_place_of_two_desks_is_of_the_national_one(session: Session, ana: Member, sever: int) -> None:
    builders.a_further_desk(session, ana, code="jug", now=NOW)
    builders.gives_area(session, "Суботица", now=NOW)
    with pytest.raises(desks.TooFew):
        builders.gives_area(session, "Бачка Топола", desk="jug", now=NOW)
    builders.gives_area(session, "Бачка Топола", "Мали Иђош", "02", desk="jug", now=NOW)
    assert sealed_to(session, area=NORTH_BACKA) == 1
    assert sealed_to(session, area="02") == 3


def test_a_desk_that_takes_no_report_yet_gets_none_of_its_area(session: Session, ana: Member) -> None:
    desks.add_desk(session, "sever", "Север", first=ana.id, actor=ana.name, now=NOW)
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    assert sealed_to(session, **TOWN) == 1
    assert reporting.sealing_keys(session).regional == {}


def test_after_a_rotation_the_area_goes_on_under_the_new_key(session: Session, ana: Member, sever: int) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    epoch = keys.rotate(session, actor=ana.name, now=NOW, reason="yearly", desk="sever")
    assert sealed_to(session, **TOWN) == epoch


def test_only_members_of_that_desk_open_it_and_what_its_reporter_adds(
    session: Session, settings: Settings, ana: Member, boris: Member, vesna: Member, sever: int
) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    key = reporting.sealing_keys(session).of(builders.a_report(**TOWN), data_files.places())
    code = builders.send(session, builders.a_report(**TOWN), settings, now=NOW, epoch=key.epoch)
    receipts.say(
        session,
        code,
        receipts.MessageKind.ADDITION,
        "Било је у уторак.",
        nonce=builders.a_nonce(),
        today=NOW.date(),
        pepper=settings.pepper,
    )
    waiting = [len(builders.queue_of(session, one, now=NOW)) for one in (ana, boris, vesna)]
    assert waiting == [1, 0, 1]
    assert session.scalars(sa.select(receipts.Message.epoch)).all() == [sever]


def test_what_is_given_is_told_and_stands_in_the_trail_place_by_place(session: Session, sever: int) -> None:
    found = builders.gives_area(session, NORTH_BACKA, now=NOW)
    assert found == desks.Area([NORTH_BACKA], 160_163)
    builders.gives_area(session, "Суботица", "02", now=NOW)
    assert builders.gives_area(session, now=NOW) is None
    sever_told = [(one[2], one[3]) for one in told(session)]
    assert sever_told == [
        ("", "01"),
        ("", "02"),
        ("80071", ""),
        ("80241", ""),
        ("02", ""),
        ("80438", ""),
    ]
    assert {one[:2] for one in told(session)} == {("Ана", "desk:sever")}
    assert areas(session) == {}


def test_an_area_without_enough_people_is_refused_and_changes_nothing(session: Session, sever: int) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    with pytest.raises(desks.TooFew) as refused:
        builders.gives_area(session, PIROT_DISTRICT, now=NOW)
    assert (refused.value.inhabitants, refused.value.is_rest) == (76_700, False)
    assert desks.area_of(session, "sever", data_files.places()) == desks.Area([NORTH_BACKA], 160_163)


def test_what_is_left_without_a_desk_must_have_as_many(session: Session, sever: int) -> None:
    """Else a place that was named could be told from a report's lying at the national desk."""
    places = data_files.places()
    all_but_pirot = [one for one in places.districts if one != PIROT_DISTRICT and places.districts[one].population]
    with pytest.raises(desks.TooFew) as refused:
        builders.gives_area(session, *all_but_pirot, now=NOW)
    assert (refused.value.inhabitants, refused.value.is_rest) == (76_700, True)
    with pytest.raises(desks.TooFew):
        builders.gives_area(session, *all_but_pirot, PIROT_DISTRICT, now=NOW)


def test_no_place_lies_in_two_areas(session: Session, ana: Member, sever: int) -> None:
    builders.a_further_desk(session, ana, code="jug", now=NOW)
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    with pytest.raises(desks.Overlap) as refused:
        builders.gives_area(session, "Суботица", "02", desk="jug", now=NOW)
    assert (refused.value.desk, refused.value.shared) == ("sever", [SUBOTICA])
    with pytest.raises(sa.exc.IntegrityError), session.begin_nested():
        session.execute(sa.insert(DeskArea).values(municipality=SUBOTICA, desk="jug"))


@pytest.mark.parametrize(
    ("code", "places", "refused"),
    [
        ("national", [NORTH_BACKA], desks.ReadsAllElse),
        ("jug", [NORTH_BACKA], desks.NoSuchDesk),
        ("sever", ["Нигде"], desks.NoSuchPlace),
        ("sever", [NORTH_BACKA, "KM"], desks.NoFigures),
        ("sever", [NORTH_BACKA, "25"], desks.NoFigures),
    ],
)
def test_what_can_be_no_area(session: Session, sever: int, code: str, places: list[str], refused: type) -> None:
    with pytest.raises(refused):
        builders.gives_area(session, *places, desk=code, now=NOW)
    assert areas(session) == {}


def test_each_report_of_a_table_goes_to_its_desk(session: Session, settings: Settings, sever: int) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    places = (TOWN, ELSEWHERE, TOWN)
    reports = [builders.a_report(origin=IN_BATCH, partner="praxis", **place) for place in places]
    ready = builders.sealed_batch(session, settings, reports, now=NOW)
    assert [one.row["epoch"] for one in ready] == [sever, 1, sever]


def test_beside_its_desk_nothing_about_a_report_differs(session: Session, settings: Settings, sever: int) -> None:
    """Which desk it is stands in the number of the key; no length and no other value tells more."""
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    for epoch in (1, sever):
        builders.send(session, builders.a_report(**TOWN), settings, now=NOW, epoch=epoch)
    here, there = session.execute(sa.select(Report.__table__)).mappings().all()

    def shape(row: Any) -> dict[str, object]:
        drawn = {"id", "epoch"}
        return {name: len(one) if isinstance(one, bytes) else one for name, one in row.items() if name not in drawn}

    assert shape(here) == shape(there)
    assert {here["epoch"], there["epoch"]} == {1, sever}


def test_counts_of_what_came_do_not_depend_on_desks(session: Session, settings: Settings, sever: int) -> None:
    for epoch in (1, sever, sever):
        builders.send(session, builders.a_report(**TOWN), settings, now=NOW, epoch=epoch)
    assert arrived_on(session, NOW.date()) == 3
    tomorrow = NOW.date() + timedelta(days=1)
    counting.take_batch(session, Quarter(2026, 4), tomorrow, data_files.vocabulary(), data_files.places())
    received = session.execute(sa.select(ReceivedReports.standing, ReceivedReports.reports)).all()
    assert [tuple(row) for row in received] == [("open", 3)]


def test_a_key_that_is_gone_takes_its_desk_out_of_what_is_sealed_to(session: Session, sever: int) -> None:
    builders.gives_area(session, NORTH_BACKA, now=NOW)
    session.get_one(DeskKey, sever).retired_on = NOW.date()
    session.flush()
    assert sealed_to(session, **TOWN) == 1
