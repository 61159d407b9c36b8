import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import catalogues, data_files
from incidents.config import Settings
from incidents.core import release as files_of_release
from incidents.core.accounts import MemberId
from incidents.core.audit import first_break
from incidents.core.incident import ONLINE, BiasStrength, Decision, Handling, Verification
from incidents.core.release import Row, cells_file, plan_file
from incidents.core.tables import CORRECTIONS, INCIDENTS, RECEIVED, SET_ASIDE, SUBJECTS, Subject
from incidents.db import account, key
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.release import (
    Correction,
    CountedIncident,
    CountedLine,
    Release,
    ReleaseCell,
    ReleaseFile,
    ReleaseSignature,
    ReleaseState,
    batches_of,
)
from incidents.disclosure import files as cells_files
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.released import shown_in
from incidents.disclosure.releasing import CountsChanged
from incidents.disclosure.spec import spec_of
from incidents.disclosure.verdict import verdict
from incidents.services import drafts, intake, keys, moderation, releases, settlement, trustees
from incidents.services import published as public
from incidents.services.accounts import Member
from incidents.services.published import NotFound, ReleaseSummary, Sight
from incidents.services.releases import AlreadyPublished, AlreadySigned, Changed, Tampered
from tests import builders
from tests.builders import NO_DRAW, a_report
from tests.conftest import NOW

VOCABULARY = data_files.vocabulary()
PLACES = data_files.places()
SUBOTICA, BELGRADE = "80438", "00"
SUMMER, AUTUMN, WINTER, SPRING = date(2026, 7, 1), date(2026, 9, 30), date(2026, 12, 31), date(2027, 3, 31)
"""The first day of a quarter, and the days that releases are built on."""
SIGHT = Sight(datetime(2030, 1, 1, tzinfo=UTC))


@pytest.fixture
def draft(session: Session, desk: list[Member]) -> ReleaseSummary:
    """Of the third quarter, with six incidents; nobody has signed it."""
    settled(session, 6)
    return build(session)


@pytest.fixture
def published(session: Session, draft: ReleaseSummary, ana: Member, boris: Member) -> ReleaseSummary:
    """The draft, signed by two."""
    return sign_both(session, draft.number, ana, boris)


def settled(session: Session, number: int = 1, **changes: Any) -> list[Incident]:
    """So many incidents, all alike; accepted in the third quarter unless the test says something else."""
    codes = {"act_type": {"threat"}, "ground": {"national_ethnic"}, "target_group": {"roma"}}
    codes |= {name: changes.pop(name) for name in list(codes) if name in changes}
    values: dict[str, Any] = {
        "decision": Decision.ACCEPTED,
        "verification": Verification.PLAUSIBLE,
        "bias_strength": BiasStrength.PERCEIVED,
        "year": 2026,
        "month": 6,
        "place": SUBOTICA,
        "setting": "street",
        "vocabulary_version": VOCABULARY.version,
        "accepted_on": SUMMER,
    }
    rows = [
        Incident(
            id=uuid4(),
            codes=[IncidentCode(vocabulary=name, code=code) for name in codes for code in codes[name]],
            **{**values, **changes},
        )
        for _ in range(number)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def set_aside(session: Session, reason: str, number: int, quarter: str = "2026-Q3") -> None:
    session.add_all(SetAside(id=uuid4(), quarter=quarter, reason=reason) for _ in range(number))
    session.flush()


def corrected(session: Session, kind: str, number: int, quarter: str = "2026-Q3") -> None:
    session.add_all(Correction(id=uuid4(), quarter=quarter, kind=kind) for _ in range(number))
    session.flush()


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def build(session: Session, today: date = AUTUMN) -> ReleaseSummary:
    return releases.build_release(
        session,
        today=today,
        vocabulary=VOCABULARY,
        places=PLACES,
        label=catalogues.label,
        pepper=builders.PEPPER,
        actor="operator",
        now=at(today),
    )


def sign(session: Session, number: int, member: Member, day: date = AUTUMN) -> ReleaseSummary:
    release = session.get(Release, number)
    digest = release.digest.hex() if release else ""
    return releases.sign_release(session, number, digest=digest, member=MemberId(member.id), today=day, now=at(day))


def sign_both(session: Session, number: int, ana: Member, boris: Member, day: date = AUTUMN) -> ReleaseSummary:
    sign(session, number, ana, day)
    return sign(session, number, boris, day)


def publish(session: Session, desk: list[Member], day: date) -> ReleaseSummary:
    return sign_both(session, build(session, day).number, *desk, day)


def contents(session: Session, number: int = 1) -> dict[str, bytes]:
    rows = session.execute(sa.select(ReleaseFile.name, ReleaseFile.content).where(ReleaseFile.release_number == number))
    return {row.name: row.content for row in rows}


def shown(session: Session, number: int = 1, subject: Subject = INCIDENTS) -> dict[str, int | None]:
    """What the files say of a subject, zeros left out."""
    return {key: value for key, value in shown_in(contents(session, number), subject) if value != 0}


def rows_in(session: Session, table: str, number: int = 1) -> list[Row]:
    return files_of_release.from_csv(contents(session, number)[f"{table}.csv"])


def newest_number(session: Session) -> int | None:
    newest = public.shelf(session, SIGHT).newest
    return newest.number if newest else None


def how_many(session: Session, table: type[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


# Building.


def test_a_draft_says_what_it_is(draft: ReleaseSummary) -> None:
    assert (draft.number, draft.quarter, draft.state) == (1, "2026-Q3", ReleaseState.BUILT)
    assert (draft.built_on, draft.published_on, draft.signed_by, draft.signers) == (AUTUMN, None, [], [])
    assert (draft.counted, draft.added_table) == (6, None)


def test_a_draft_has_files_of_every_table_and_for_every_subject_its_cells_and_its_plan(draft: ReleaseSummary) -> None:
    first_tables = [table.name for subject in SUBJECTS for table in subject.rungs[0].tables]
    names = {f"{table}.{ending}" for table in first_tables for ending in ("csv", "json")}
    names |= {name for subject in SUBJECTS for name in (cells_file(subject.name, 2026), plan_file(subject.name, 2026))}
    assert set(draft.file_names) == names | {"release.json", "words.json"}


def test_a_draft_counts_what_is_accepted(session: Session, draft: ReleaseSummary) -> None:
    codes = {
        *("area=RS12", "area=01", "ground=origin", "ground=national_ethnic", "act=threats", "act=threat"),
        *("gender=unknown", "age=unknown"),
    }
    behind = {"verification=2", "reported=unknown", "setting=public_sphere"}
    assert shown(session) == {
        "time=2026-Q3": 6,
        "delay=earlier_quarter,time=2026-Q3": 6,
        **{f"{code},time=2026-Q3": 6 for code in codes},
        **{",".join(sorted([code, "time=2026-Q3"])): 6 for code in behind},
    }


def test_an_incident_stands_in_its_area_with_all_its_grounds_and_its_gravest_act(session: Session) -> None:
    settled(session, 7, place="25", ground={"race", "sex"}, act_type={"verbal_insult", "arson"})
    build(session)
    values = shown(session)
    codes = ("area=KM", "ground=race", "ground=sex", "ground=origin", "act=property", "act=arson")
    assert [values[f"{code},time=2026-Q3"] for code in codes] == [7] * len(codes)
    assert not {"act=speech,time=2026-Q3", "area=RS12,time=2026-Q3"} & values.keys()


@pytest.mark.parametrize(
    "changes",
    [
        {"decision": Decision.PROPOSED, "accepted_on": None},
        {"decision": Decision.RETURNED, "accepted_on": None},
        {"decision": Decision.OPEN, "accepted_on": None},
        {"decision": Decision.WITHDRAWN},
        {"verification": Verification.DID_NOT_HAPPEN},
        {"accepted_on": date(2026, 10, 1)},
    ],
    ids=["proposed", "returned", "open", "withdrawn", "did not happen", "accepted later"],
)
def test_nothing_else_is_counted(session: Session, changes: dict[str, Any]) -> None:
    [other] = settled(session, **changes)
    settled(session, 6)
    assert build(session).counted == 6
    assert batches_of(session, [other.id]) == {}


def test_what_cannot_be_assessed_is_counted(session: Session) -> None:
    settled(session, 6, verification=Verification.CANNOT_BE_ASSESSED)
    assert build(session).counted == 6


def test_an_incident_knows_the_quarter_that_counts_it(session: Session) -> None:
    incidents = settled(session, 6, accepted_on=AUTUMN)
    build(session)
    assert batches_of(session, [one.id for one in incidents]) == {one.id: "2026-Q3" for one in incidents}


def test_a_quarter_without_incidents_is_a_release_of_zeros(session: Session) -> None:
    assert build(session).counted == 0
    assert shown(session) == {}


def test_reports_set_aside_are_counted_by_reason(session: Session) -> None:
    set_aside(session, "test", 6)
    set_aside(session, "abuse", 7)
    build(session)
    assert shown(session, subject=SET_ASIDE) == {
        "time=2026-Q3": 13,
        "set_aside=test,time=2026-Q3": 6,
        "set_aside=abuse,time=2026-Q3": 7,
    }


def received(session: Session, number: int, handling: Handling, on: date, incident: UUID | None = None) -> None:
    """So many reports of that day, where they stand now."""
    key_of_desk = session.scalars(sa.select(key.DeskKey.epoch)).first()
    for _ in range(number):
        session.add(
            stored.Report(
                id=uuid4(),
                received_on=on,
                handling=handling,
                sealed=b"",
                epoch=key_of_desk,
                sealed_key=b"",
                verifier=uuid4().bytes * 2,
                reporter_public=bytes(32),
                reporter_private_sealed=b"",
                token_digest=uuid4().bytes * 2,
                content_tag=bytes(32),
                incident_id=incident,
            )
        )
    session.flush()


def test_reports_are_counted_by_where_they_stand(session: Session, desk: list[Member]) -> None:
    [incident] = settled(session)
    received(session, 6, Handling.LINKED, SUMMER, incident.id)
    received(session, 1, Handling.CLOSED, SUMMER, incident.id)
    received(session, 5, Handling.SET_ASIDE, SUMMER)
    received(session, 2, Handling.CLOSED, SUMMER)
    for handling in (Handling.RECEIVED, Handling.QUARANTINED, Handling.IN_TRIAGE, Handling.AWAITING_REPORTER):
        received(session, 2, handling, SUMMER)
    build(session)
    assert shown(session, subject=RECEIVED) == {
        "time=2026-Q3": 22,
        "standing=linked,time=2026-Q3": 7,
        "standing=set_aside,time=2026-Q3": 7,
        "standing=open,time=2026-Q3": 8,
    }


def test_every_report_is_counted_as_received_in_one_release(session: Session, desk: list[Member]) -> None:
    received(session, 6, Handling.RECEIVED, AUTUMN - timedelta(days=1))
    received(session, 7, Handling.RECEIVED, AUTUMN)  # the day is not over when the release is built
    publish(session, desk, AUTUMN)
    received(session, 9, Handling.RECEIVED, WINTER)
    publish(session, desk, WINTER)
    build(session, SPRING)
    totals = [shown(session, number, RECEIVED) for number in (1, 2, 3)]
    assert [values[f"time={time}"] for values, time in zip(totals, ("2026-Q3", "2026-Q4", "2027-Q1"), strict=True)] == [
        *(6, 7, 9)
    ]
    assert totals[1]["time=2026"] == 13


def test_what_was_received_stays_as_it_was_counted(session: Session, desk: list[Member]) -> None:
    received(session, 6, Handling.RECEIVED, SUMMER)
    publish(session, desk, AUTUMN)
    session.execute(sa.delete(stored.Report))  # destroyed, or taken back
    build(session, WINTER)
    assert shown(session, 2, RECEIVED)["standing=open,time=2026-Q3"] == 6


def test_a_draft_built_anew_counts_what_was_received_once(session: Session, desk: list[Member]) -> None:
    received(session, 6, Handling.RECEIVED, SUMMER)
    build(session)
    build(session)
    assert shown(session, subject=RECEIVED)["time=2026-Q3"] == 6


def test_all_that_was_received_is_told_however_few(session: Session, desk: list[Member]) -> None:
    received(session, 2, Handling.RECEIVED, SUMMER)
    received(session, 1, Handling.SET_ASIDE, SUMMER)
    build(session)
    assert shown(session, subject=RECEIVED)["time=2026-Q3"] == 3
    assert shown(session, subject=RECEIVED)["standing=open,time=2026-Q3"] is None


def test_corrections_are_counted_by_what_was_wrong(session: Session) -> None:
    corrected(session, "place", 4)
    corrected(session, "withdrawn", 5)
    assert build(session).counted == 0
    assert shown(session, subject=CORRECTIONS) == {
        "time=2026-Q3": 9,
        "correction=place,time=2026-Q3": 4,
        "correction=withdrawn,time=2026-Q3": 5,
    }


def test_what_is_counted_is_stored_with_the_release(session: Session, desk: list[Member]) -> None:
    settled(session, 2, place=BELGRADE)
    settled(session, 9)
    build(session)
    cells = [session.get_one(ReleaseCell, (1, "incidents", f"area={area},time=2026-Q3")) for area in ("00", "01")]
    assert [(cell.count, cell.is_withheld) for cell in cells] == [(2, True), (9, True)]
    assert shown(session)["area=00,time=2026-Q3"] is None


@pytest.mark.parametrize(("of_one", "is_withheld"), [(17, False), (18, True)])
def test_a_cell_most_of_which_one_organisation_sent_is_withheld(
    session: Session, desk: list[Member], of_one: int, is_withheld: bool
) -> None:
    """More than 85 in 100: 17 of 20 are not, 18 are."""
    settled(session, of_one, place=BELGRADE, source="praxis")
    settled(session, 20 - of_one, place=BELGRADE)
    settled(session, 20)
    publish(session, desk, AUTUMN)
    cell = session.get_one(ReleaseCell, (1, "incidents", "area=00,time=2026-Q3"))
    assert (cell.count, cell.is_withheld, cell.is_dominated) == (20, is_withheld, is_withheld)
    assert shown(session)["area=00,time=2026-Q3"] == (None if is_withheld else 20)
    assert shown(session)["time=2026-Q3"] == 40
    assert b"praxis" not in b"".join(contents(session).values())


def test_what_one_organisation_sent_may_be_nothing_for_all_that_is_published(session: Session) -> None:
    settled(session, 18, place=BELGRADE, source="praxis")
    settled(session, 30)
    build(session)
    [row] = [row for row in rows_in(session, "district") if row.codes == ("00",) and row.time == "2026-Q3"]
    assert (row.value, row.lower) == (None, 0)
    assert row.upper is None or row.upper >= 5


def test_a_year_that_becomes_one_organisations_after_a_published_quarter_is_withheld_and_built(
    session: Session, desk: list[Member]
) -> None:
    """17 of 20 are published in the third quarter; with 10 of 10 in the fourth the year has 27 of 30."""
    settled(session, 17, place=BELGRADE, source="praxis")
    settled(session, 3, place=BELGRADE)
    settled(session, 20)
    publish(session, desk, AUTUMN)
    settled(session, 10, place=BELGRADE, source="praxis", accepted_on=WINTER)
    settled(session, 20, accepted_on=WINTER)
    build(session, WINTER)
    values = shown(session, 2)
    assert [values[f"area=00,time={time}"] for time in ("2026-Q3", "2026-Q4", "2026")] == [20, None, None]
    assert releases.check_release(session, 2).given_away == []


def test_reports_of_many_people_are_no_organisations(session: Session) -> None:
    settled(session, 20, place=BELGRADE)
    settled(session, 20)
    build(session)
    assert shown(session)["area=00,time=2026-Q3"] == 20


def test_going_over_a_release_finds_that_a_dominated_cell_was_given_away(session: Session) -> None:
    settled(session, 18, place=BELGRADE, source="praxis")
    settled(session, 30)
    build(session)
    assert releases.check_release(session, 1).given_away == []
    release, name = session.get_one(Release, 1), cells_file(INCIDENTS.name, 2026)
    told = session.get_one(ReleaseFile, (1, name))
    lines = told.content.decode().splitlines()
    at = next(number for number, line in enumerate(lines) if ",01," in line and ",suppressed," in line)
    before, _, _ = lines[at].partition(",[c],suppressed,")
    lines[at] = f"{before},30,published,,"
    told.content = ("\r\n".join(lines) + "\r\n").encode()
    release.digest = files_of_release.digest(contents(session))
    session.flush()
    given = releases.check_release(session, 1).given_away
    assert "area=00,time=2026-Q3" in given


def test_what_cannot_be_protected_is_not_built(session: Session, desk: list[Member]) -> None:
    settled(session, 2, place=BELGRADE)
    settled(session, 9)
    publish(session, desk, AUTUMN)
    session.get_one(ReleaseCell, (1, "incidents", "area=00,time=2026-Q3")).is_withheld = False
    [incident] = settled(session, accepted_on=WINTER)
    with pytest.raises(CannotProtect), session.begin_nested():
        build(session, WINTER)
    session.expire_all()
    assert (how_many(session, Release), how_many(session, CountedIncident)) == (1, 11)
    assert batches_of(session, [incident.id]) == {}


@pytest.mark.parametrize("undo", ["reopened", "withdrawn"])
def test_what_the_desk_takes_back_is_not_counted(
    session: Session, settings: Settings, ana: Member, boris: Member, undo: str
) -> None:
    builders.send(session, a_report(), settings, now=NOW)
    report = builders.only_report(session)
    incident = accepted(session, report, ana, boris)
    settled(session, 6)
    if undo == "reopened":
        settlement.reopen_incident(session, incident, version=2, member=boris, now=NOW)
    else:
        version = moderation.take_report(session, report, member=ana, now=NOW)
        settlement.unlink_report(session, report, version=version, member=ana, now=NOW)
    assert build(session, NOW.date()).counted == 6


def accepted(session: Session, report: UUID, ana: Member, boris: Member) -> UUID:
    """The way of a report that two members settle."""
    settled_as = builders.a_settlement(place=SUBOTICA)
    version = moderation.take_report(session, report, member=ana, now=NOW)
    incident = settlement.propose_incident(
        session, report, settled_as, version=version, member=ana, vocabulary=VOCABULARY, places=PLACES, now=NOW
    )
    settlement.accept_incident(
        session,
        incident,
        version=1,
        member=boris,
        vocabulary=VOCABULARY,
        places=PLACES,
        draw=NO_DRAW,
        today=NOW.date(),
        now=NOW,
    )
    return incident


def test_what_the_desk_accepts_is_counted(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    builders.send(session, a_report(), settings, now=NOW)
    accepted(session, builders.only_report(session), ana, boris)
    settled(session, 6)
    assert build(session, NOW.date()).counted == 7


# Building again.


def test_a_draft_is_replaced_by_the_next(session: Session, draft: ReleaseSummary) -> None:
    settled(session, 3)
    again = build(session)
    assert (again.number, again.counted) == (1, 9)
    assert how_many(session, Release) == 1
    assert shown(session)["area=01,time=2026-Q3"] == 9


def test_a_draft_that_is_built_again_loses_its_signatures(session: Session, draft: ReleaseSummary, ana: Member) -> None:
    assert sign(session, 1, ana).signed_by == [ana.id]
    assert build(session).signed_by == []
    assert sign(session, 1, ana).state is ReleaseState.BUILT


def test_a_draft_that_was_not_signed_in_time_goes_into_the_next_quarter(session: Session, desk: list[Member]) -> None:
    settled(session, 6)
    build(session)
    settled(session, 2, accepted_on=WINTER)
    later = build(session, WINTER)
    assert (later.number, later.quarter, later.counted) == (1, "2026-Q4", 8)
    assert session.scalars(sa.select(CountedIncident.batch)).all() == ["2026-Q4"] * 8


def test_the_same_incidents_give_the_same_bytes(session: Session, draft: ReleaseSummary) -> None:
    before = contents(session)
    build(session)
    assert contents(session) == before


def test_a_published_release_is_not_built_again(session: Session, published: ReleaseSummary) -> None:
    before = contents(session)
    with pytest.raises(AlreadyPublished) as refused:
        build(session)
    assert (refused.value.number, refused.value.quarter) == (1, "2026-Q3")
    assert contents(session) == before


def test_no_release_comes_before_one_that_is_published(session: Session, published: ReleaseSummary) -> None:
    with pytest.raises(AlreadyPublished, match=r"release 1 of 2026-Q3 is published"):
        build(session, date(2026, 6, 30))


def test_a_draft_leaves_the_published_release_as_it_is(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    before = contents(session)
    for _ in range(2):
        assert build(session, WINTER).number == 2
    assert contents(session) == before
    assert newest_number(session) == 1


def delete_all_that_is_sealed(session: Session) -> None:
    for table in (
        stored.Message,
        stored.Report,
        key.KeyGrant,
        key.RecoveryShare,
        key.RecoveryKey,
        key.DeskKey,
        key.MemberKey,
        account.LoginSession,
    ):
        session.execute(sa.delete(table))
    session.expire_all()


def test_a_release_needs_no_report_and_no_key(session: Session, settings: Settings, ana: Member, boris: Member) -> None:
    builders.send(session, a_report(), settings, now=NOW)
    report = builders.only_report(session)
    accepted(session, report, ana, boris)
    version = moderation.take_report(session, report, member=ana, now=NOW)
    moderation.ask(session, report, "Када?", version=version, member=ana, now=NOW)
    settled(session, 30)
    settled(session, 6, place=BELGRADE, act_type={"arson"}, ground={"sexual_orientation"})
    build(session, NOW.date())
    before, digest = contents(session), session.get_one(Release, 1).digest
    delete_all_that_is_sealed(session)
    build(session, NOW.date())
    assert (how_many(session, stored.Report), how_many(session, key.DeskKey)) == (0, 0)
    assert (contents(session), session.get_one(Release, 1).digest) == (before, digest)


def test_when_all_keys_are_lost_figures_stay_the_same_and_intake_goes_on(
    session: Session, settings: Settings, ana: Member, boris: Member
) -> None:
    builders.send(session, a_report(), settings, now=NOW)
    accepted(session, builders.only_report(session), ana, boris)
    settled(session, 30)
    settled(session, 6, place=BELGRADE, act_type={"arson"}, ground={"sexual_orientation"})
    build(session, NOW.date())
    before, digest = contents(session), session.get_one(Release, 1).digest
    for table in (key.KeyGrant, key.MemberKey, account.LoginSession):
        session.execute(sa.delete(table))
    session.expire_all()
    people = [builders.a_member(session, settings, now=NOW) for _ in range(2)]
    assert keys.prepare_desk_key(session, [member.id for member in people], today=NOW.date()) == 2
    for member in people:
        code = keys.new_recovery_code(session, member.id, member.key)
        keys.confirm_recovery_code(session, member.id, code, actor=member.name, now=NOW)
    for text in trustees.make_shares(session, by=people[0].id, by_key=people[0].key, actor="x", now=NOW):
        trustees.read_back(session, text, actor="x", now=NOW)
    intake.open_intake(session, actor="x", now=NOW)
    builders.send(session, a_report(), settings, now=NOW)
    epochs = session.scalars(sa.select(stored.Report.epoch).order_by(stored.Report.epoch)).all()
    build(session, NOW.date())
    assert (epochs, contents(session), session.get_one(Release, 1).digest) == ([1, 2], before, digest)


# Quarter after quarter.


def test_what_is_counted_once_is_never_counted_again(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    settled(session, 7, accepted_on=WINTER)
    assert build(session, WINTER).counted == 7


def test_what_was_accepted_late_goes_into_the_next_release(session: Session, published: ReleaseSummary) -> None:
    late = settled(session, 8, accepted_on=SUMMER)
    assert build(session, WINTER).counted == 8
    assert batches_of(session, [one.id for one in late]) == {one.id: "2026-Q4" for one in late}


def test_a_report_set_aside_in_a_later_quarter_is_not_counted_yet(session: Session) -> None:
    set_aside(session, "test", 6)
    set_aside(session, "test", 9, "2026-Q4")
    build(session)
    assert shown(session, subject=SET_ASIDE)["time=2026-Q3"] == 6


def test_reports_set_aside_are_counted_once(session: Session, desk: list[Member]) -> None:
    set_aside(session, "test", 6)
    publish(session, desk, AUTUMN)
    set_aside(session, "test", 8, "2026-Q4")
    set_aside(session, "abuse", 5, "2026-Q4")
    build(session, WINTER)
    values = shown(session, 2, SET_ASIDE)
    assert [values[f"{code}time=2026-Q3"] for code in ("", "set_aside=test,")] == [6, 6]
    assert [values[f"{code}time=2026-Q4"] for code in ("", "set_aside=test,")] == [13, 8]


def test_a_report_set_aside_that_is_counted_no_more_is_found(session: Session, desk: list[Member]) -> None:
    set_aside(session, "test", 6)
    publish(session, desk, AUTUMN)
    session.delete(session.scalars(sa.select(SetAside)).first())
    set_aside(session, "test", 7, "2026-Q4")
    with pytest.raises(CountsChanged, match="time=2026-Q3"):
        build(session, WINTER)


def test_reports_set_aside_are_counted_once_after_a_year_too(session: Session, desk: list[Member]) -> None:
    set_aside(session, "test", 6)
    publish(session, desk, AUTUMN)
    publish(session, desk, WINTER)
    set_aside(session, "test", 5, "2027-Q1")
    build(session, SPRING)
    assert shown(session, 3, SET_ASIDE)["set_aside=test,time=2027-Q1"] == 5


def test_corrections_are_counted_once(session: Session, desk: list[Member]) -> None:
    corrected(session, "place", 4)
    corrected(session, "ground", 3, "2026-Q4")
    publish(session, desk, AUTUMN)
    build(session, WINTER)
    values = shown(session, 2, CORRECTIONS)
    assert [values[f"time={time}"] for time in ("2026-Q3", "2026-Q4", "2026")] == [4, 3, 7]


def test_a_later_release_begins_with_the_bytes_of_the_earlier(session: Session, published: ReleaseSummary) -> None:
    settled(session, 9, accepted_on=WINTER, place=BELGRADE)
    build(session, WINTER)
    before, after = contents(session, 1), contents(session, 2)
    names = [name for name in before if name.endswith(".csv") and not name.startswith("cells-")]
    assert names
    assert all(after[name].startswith(before[name]) for name in names)


def test_a_fourth_quarter_adds_its_year(session: Session, published: ReleaseSummary) -> None:
    settled(session, 9, accepted_on=WINTER, place=ONLINE)
    build(session, WINTER)
    values = shown(session, 2)
    assert [values[f"time={time}"] for time in ("2026-Q3", "2026-Q4", "2026")] == [6, 9, 15]
    assert [values[f"area={area},time=2026"] for area in ("RS12", "online")] == [6, 9]
    assert values["ground=national_ethnic,time=2026"] == 15


def test_tables_of_the_year_alone_appear_with_the_fourth_quarter(session: Session, published: ReleaseSummary) -> None:
    settled(session, 9, accepted_on=WINTER, place=ONLINE)
    build(session, WINTER)
    assert [rows_in(session, table, 1) for table in ("region_ground", "ground_act")] == [[], []]
    assert {row.time for row in rows_in(session, "ground_act", 2)} == {"2026"}
    assert shown(session, 2)["act=threats,ground=origin,time=2026"] == 15


def test_a_quarter_stands_before_its_year(session: Session, published: ReleaseSummary) -> None:
    build(session, WINTER)
    times = [row.time for row in rows_in(session, "district", 2)]
    assert list(dict.fromkeys(times)) == ["2026-Q3", "2026-Q4", "2026"]


def test_no_other_quarter_adds_a_year(session: Session, published: ReleaseSummary, desk: list[Member]) -> None:
    publish(session, desk, WINTER)
    settled(session, 5, accepted_on=SPRING)
    build(session, SPRING)
    assert {row.time for row in rows_in(session, "district", 3)} == {"2026-Q3", "2026-Q4", "2026", "2027-Q1"}
    assert shown(session, 3)["time=2027-Q1"] == 5


def test_a_quarter_may_be_left_out(session: Session, published: ReleaseSummary) -> None:
    settled(session, 5, accepted_on=WINTER)
    assert build(session, SPRING).counted == 5
    assert set(shown(session, 2)) & {"time=2026", "time=2026-Q4"} == set()


def test_what_was_withheld_stays_withheld(session: Session, desk: list[Member]) -> None:
    settled(session, 2, place=BELGRADE)
    settled(session, 9)
    publish(session, desk, AUTUMN)
    settled(session, 20, place=BELGRADE, accepted_on=WINTER)
    publish(session, desk, WINTER)
    before, after = shown(session, 1), shown(session, 2)
    assert {cell: after[cell] for cell in before} == before
    assert before["area=00,time=2026-Q3"] is None


def plan_of(session: Session, number: int, year: int) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(contents(session, number)[plan_file("incidents", year)])
    return plan


def test_a_year_keeps_the_plan_of_its_first_release(session: Session, published: ReleaseSummary) -> None:
    build(session, WINTER)
    first, second = plan_of(session, 1, 2026), plan_of(session, 2, 2026)
    assert second["dims"]["time"]["rel"] == {"2026": ["2026-Q3", "2026-Q4"]}
    first["dims"]["time"]["rel"]["2026"].append("2026-Q4")
    assert first == second


def test_a_code_that_is_new_in_mid_year_is_counted_from_then_on(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    grounds = VOCABULARY.terms["ground"]
    added = replace(grounds["sexual_orientation"], code="homelessness", label_en="Homelessness")
    wider = replace(VOCABULARY, version="next", terms={**VOCABULARY.terms, "ground": {**grounds, added.code: added}})
    settled(session, 7, accepted_on=WINTER, ground={added.code})
    releases.build_release(
        session,
        today=WINTER,
        vocabulary=wider,
        places=PLACES,
        label=lambda term, _tag: term.label_en,
        pepper=builders.PEPPER,
        actor="operator",
        now=at(WINTER),
    )
    lines = {row.time: row.value for row in rows_in(session, "ground", 2) if row.codes == (added.code,)}
    assert lines["2026-Q4"] == 7
    assert lines["2026-Q3"] == 0
    sign_both(session, 2, desk[0], desk[1], WINTER)
    assert releases.check_release(session, 2).wrong == []


@pytest.mark.parametrize(("last_year", "rung"), [(1_999, "small"), (2_000, "middle"), (8_000, "full")])
def test_the_published_total_of_last_year_chooses_the_tables(
    session: Session, published: ReleaseSummary, desk: list[Member], last_year: int, rung: str
) -> None:
    publish(session, desk, WINTER)
    session.get_one(ReleaseCell, (2, "incidents", "time=2026")).count = last_year
    build(session, SPRING)
    assert plan_of(session, 3, 2027)["plan"].endswith(f"incidents {rung}")
    assert plan_of(session, 3, 2026)["plan"].endswith("incidents small")


# What was counted stays counted.


def change(session: Session, incident: Incident, **changes: Any) -> None:
    """As if the desk had settled it anew."""
    for name, value in changes.items():
        setattr(incident, name, value)
    code = session.get_one(IncidentCode, (incident.id, "ground", "national_ethnic"))
    code.code = "disability"
    session.flush()


def test_an_incident_that_changes_after_publication_changes_nothing(
    session: Session, desk: list[Member], ana: Member
) -> None:
    incident, *_ = settled(session, 6)
    publish(session, desk, AUTUMN)
    change(session, incident, place=BELGRADE, setting="home", verification=Verification.DID_NOT_HAPPEN)
    build(session, WINTER)
    assert shown(session, 2).items() >= shown(session, 1).items()
    assert [shown(session, 2)[f"{code}time=2026"] for code in ("", "area=01,", "ground=national_ethnic,")] == [6, 6, 6]


def test_an_incident_that_changes_before_publication_is_counted_as_it_is(session: Session) -> None:
    incidents = settled(session, 6)
    build(session)
    for incident in incidents:
        change(session, incident, place=BELGRADE)
    build(session)
    assert shown(session)["ground=disability,time=2026-Q3"] == 6
    assert "area=01,time=2026-Q3" not in shown(session)


def test_an_incident_that_is_deleted_stays_counted(session: Session, desk: list[Member]) -> None:
    settled(session, 6)
    publish(session, desk, AUTUMN)
    session.execute(sa.delete(Incident))
    build(session, WINTER)
    assert shown(session, 2)["area=01,time=2026"] == 6


@pytest.mark.parametrize(
    ("name", "code"), [("area", "00-U"), ("ground", "race"), ("act", "arson"), ("verification", "3")]
)
def test_a_counted_row_that_was_changed_is_found(
    session: Session, published: ReleaseSummary, name: str, code: str
) -> None:
    setattr(session.scalars(sa.select(CountedLine)).first(), name, code)
    session.flush()
    with pytest.raises(CountsChanged, match="was counted otherwise"):
        build(session, WINTER)


def test_a_counted_row_that_was_deleted_is_found(session: Session, published: ReleaseSummary) -> None:
    session.delete(session.scalars(sa.select(CountedIncident)).first())
    session.flush()
    with pytest.raises(CountsChanged):
        build(session, WINTER)


# Taking a draft back.


def test_a_draft_that_is_dropped_leaves_nothing(session: Session, draft: ReleaseSummary, ana: Member) -> None:
    set_aside(session, "test", 6)
    build(session)
    sign(session, 1, ana)
    assert drafts.drop_draft(session, "2026-Q3", actor="operator", now=at(AUTUMN))
    tables = (Release, ReleaseFile, ReleaseCell, ReleaseSignature)
    assert [how_many(session, table) for table in tables] == [0] * 4
    assert batches_of(session, session.scalars(sa.select(Incident.id)).all()) == {}
    assert set(session.scalars(sa.select(SetAside.batch))) == {None}


def test_what_a_dropped_draft_counted_is_counted_by_the_next(session: Session, draft: ReleaseSummary) -> None:
    drafts.drop_draft(session, "2026-Q3", actor="operator", now=at(AUTUMN))
    later = build(session, WINTER)
    assert (later.number, later.counted) == (1, 6)


def test_a_draft_that_is_dropped_stays_in_the_audit_trail(session: Session, draft: ReleaseSummary) -> None:
    drafts.drop_draft(session, "2026-Q3", actor="operator", now=at(AUTUMN))
    steps = [(entry.action, entry.after) for entry, _ in entries(session, subject="release:1")]
    assert steps == [("build_release", draft.digest), ("drop_release", draft.digest)]


def test_there_is_no_draft_of_another_quarter_to_drop(session: Session, draft: ReleaseSummary) -> None:
    assert not drafts.drop_draft(session, "2026-Q4", actor="operator", now=at(AUTUMN))
    assert how_many(session, Release) == 1


def test_what_is_published_is_not_dropped(session: Session, published: ReleaseSummary) -> None:
    assert not drafts.drop_draft(session, "2026-Q3", actor="operator", now=at(AUTUMN))
    assert newest_number(session) == 1


# Signing.


def test_one_signature_publishes_nothing(session: Session, draft: ReleaseSummary, ana: Member) -> None:
    signed = sign(session, 1, ana)
    assert (signed.state, signed.published_on) == (ReleaseState.BUILT, None)
    assert (signed.signed_by, signed.signers) == ([ana.id], [ana.name])
    assert public.published(session, SIGHT) == []


def test_two_members_publish(session: Session, draft: ReleaseSummary, ana: Member, boris: Member) -> None:
    sign(session, 1, boris, date(2026, 10, 1))
    signed = sign(session, 1, ana, date(2026, 10, 2))
    assert (signed.state, signed.published_on) == (ReleaseState.PUBLISHED, date(2026, 10, 2))
    assert signed.signers == [boris.name, ana.name]
    assert public.published(session, SIGHT) == [replace(signed, signers=[])]  # how many signed, not who


def test_a_release_is_published_on_the_day_that_it_is_here(
    session: Session, draft: ReleaseSummary, desk: list[Member]
) -> None:
    late_in_the_evening = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)
    for member in desk:
        signed = releases.sign_release(
            session,
            1,
            digest=draft.digest,
            member=MemberId(member.id),
            today=date(2026, 10, 1),
            now=late_in_the_evening,
        )
    assert signed.published_on == date(2026, 10, 1)


def test_nobody_signs_what_they_have_not_read(
    session: Session, draft: ReleaseSummary, desk: list[Member], ana: Member
) -> None:
    set_aside(session, "abuse", 9)
    build(session, AUTUMN)
    with pytest.raises(Changed):
        releases.sign_release(session, 1, digest=draft.digest, member=MemberId(ana.id), today=AUTUMN, now=at(AUTUMN))


def test_nothing_is_built_on_files_that_were_changed(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    file = session.get_one(ReleaseFile, (1, "district.csv"))
    file.content = file.content.replace(b"District", b"FORGED")
    session.flush()
    with pytest.raises(Tampered):
        build(session, WINTER)


def test_nobody_signs_twice(session: Session, draft: ReleaseSummary, ana: Member) -> None:
    sign(session, 1, ana)
    with pytest.raises(AlreadySigned):
        sign(session, 1, ana)
    assert public.published(session, SIGHT) == []


def test_a_third_signature_is_not_taken(session: Session, settings: Settings, published: ReleaseSummary) -> None:
    vesna = builders.a_member(session, settings, now=NOW)
    with pytest.raises(AlreadyPublished):
        sign(session, 1, vesna)
    assert how_many(session, ReleaseSignature) == 2


def test_signing_changes_no_byte(session: Session, draft: ReleaseSummary, ana: Member, boris: Member) -> None:
    before = contents(session)
    sign_both(session, 1, ana, boris)
    assert public.release_by_number(session, 1, SIGHT).files == before


def change_a_byte(session: Session) -> None:
    file = session.get_one(ReleaseFile, (1, "district.csv"))
    file.content = file.content.replace(b",6,A", b",7,A")
    session.flush()


def drop_a_file(session: Session) -> None:
    session.delete(session.get_one(ReleaseFile, (1, "act.json")))
    session.flush()


def add_a_file(session: Session) -> None:
    session.add(ReleaseFile(release_number=1, name="more.csv", media_type="text/csv", content=b""))
    session.flush()


@pytest.mark.parametrize("tamper", [change_a_byte, drop_a_file, add_a_file])
def test_nobody_signs_what_was_not_built(session: Session, draft: ReleaseSummary, ana: Member, tamper) -> None:
    tamper(session)
    with pytest.raises(Tampered) as refused:
        sign(session, 1, ana)
    assert refused.value.number == 1
    assert how_many(session, ReleaseSignature) == 0


def test_a_file_that_changes_between_two_signatures_is_not_published(
    session: Session, draft: ReleaseSummary, ana: Member, boris: Member
) -> None:
    sign(session, 1, ana)
    change_a_byte(session)
    with pytest.raises(Tampered):
        sign(session, 1, boris)
    assert public.published(session, SIGHT) == []


# Reading.


def test_readers_find_no_draft(session: Session, draft: ReleaseSummary, ana: Member) -> None:
    sign(session, 1, ana)
    with pytest.raises(NotFound):
        public.release_by_number(session, 1, SIGHT)
    with pytest.raises(NotFound):
        public.file_of(session, 1, "district.csv", SIGHT)
    assert (public.published(session, SIGHT), newest_number(session)) == ([], None)


def test_who_signs_reads_the_draft_first(session: Session, draft: ReleaseSummary) -> None:
    assert [one.number for one in public.list_releases(session)] == [1]
    file = public.file_to_sign(session, 1, "district.csv")
    assert file.content == contents(session)["district.csv"]
    assert file.sha256 == hashlib.sha256(file.content).hexdigest()


def test_readers_find_what_is_published(session: Session, published: ReleaseSummary) -> None:
    found = public.release_by_number(session, 1, SIGHT)
    assert (found.number, found.quarter, found.published_on) == (1, "2026-Q3", AUTUMN)
    assert found.files == contents(session)
    assert newest_number(session) == 1


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("ground.csv", "text/csv"), ("ground.json", "application/json"), ("release.json", "application/json")],
)
def test_a_file_comes_with_its_media_type(
    session: Session, published: ReleaseSummary, name: str, media_type: str
) -> None:
    file = public.file_of(session, 1, name, SIGHT)
    assert (file.name, file.media_type, file.content) == (name, media_type, contents(session)[name])


@pytest.mark.parametrize(("number", "name"), [(1, "secret.csv"), (2, "district.csv"), (0, "district.csv")])
def test_what_is_not_there_is_not_found(session: Session, published: ReleaseSummary, number: int, name: str) -> None:
    with pytest.raises(NotFound):
        public.file_of(session, number, name, SIGHT)
    with pytest.raises(NotFound):
        public.file_to_sign(session, number, name)


def test_a_release_that_is_not_there_is_not_found(session: Session, published: ReleaseSummary, ana: Member) -> None:
    with pytest.raises(NotFound):
        sign(session, 2, ana)
    with pytest.raises(NotFound):
        releases.check_release(session, 2)
    with pytest.raises(NotFound):
        public.release_by_number(session, 2, SIGHT)


def test_releases_are_listed_newest_first(session: Session, published: ReleaseSummary, desk: list[Member]) -> None:
    publish(session, desk, WINTER)
    build(session, SPRING)
    assert [one.number for one in public.list_releases(session)] == [3, 2, 1]
    assert [one.number for one in public.published(session, SIGHT)] == [2, 1]
    assert newest_number(session) == 2


# Going over a release again.


def test_a_release_holds(session: Session, desk: list[Member]) -> None:
    settled(session, 2, place=BELGRADE)
    settled(session, 9)
    build(session)
    found = releases.check_release(session, 1)
    withheld = sum(value is None for value in shown(session).values())
    assert (found.wrong, found.given_away, found.withheld) == ([], [], withheld)
    assert found.cells == how_many(session, ReleaseCell)


def test_an_earlier_release_holds_after_a_later_one(session: Session, desk: list[Member]) -> None:
    for day in (AUTUMN, WINTER):
        settled(session, 2, place=BELGRADE, accepted_on=day)
        settled(session, 9, accepted_on=day)
        publish(session, desk, day)
    for number in (1, 2):
        found = releases.check_release(session, number)
        assert (found.wrong, found.given_away) == ([], [])


def test_a_release_after_the_turn_of_the_year_holds_with_both_years(session: Session, desk: list[Member]) -> None:
    for day in (AUTUMN, WINTER, SPRING):
        settled(session, 9, accepted_on=day)
        settled(session, 2, place=BELGRADE, accepted_on=day)
        publish(session, desk, day)
    found = releases.check_release(session, 3)
    assert (found.wrong, found.given_away) == ([], [])
    assert found.cells == how_many(session, ReleaseCell)


def test_a_figure_that_is_published_already_hides_nothing(
    session: Session, published: ReleaseSummary, desk: list[Member]
) -> None:
    settled(session, 2, accepted_on=WINTER)
    settled(session, 6, accepted_on=WINTER, place=BELGRADE)
    publish(session, desk, WINTER)
    assert shown(session, 2)["area=01,time=2026-Q4"] is None
    assert releases.check_release(session, 2).given_away == []


def test_a_figure_that_is_not_the_count_is_found(session: Session, draft: ReleaseSummary) -> None:
    session.get_one(ReleaseCell, (1, "incidents", "area=01,time=2026-Q3")).count = 8
    session.flush()
    assert releases.check_release(session, 1).wrong == ["area=01,time=2026-Q3"]


def test_a_count_without_a_figure_is_found(session: Session, draft: ReleaseSummary) -> None:
    session.delete(session.get_one(ReleaseCell, (1, "incidents", "ground=race,time=2026-Q3")))
    session.flush()
    assert releases.check_release(session, 1).wrong == ["ground=race,time=2026-Q3"]


@pytest.mark.parametrize("tamper", [change_a_byte, drop_a_file, add_a_file])
def test_files_that_were_not_built_are_not_gone_over(session: Session, draft: ReleaseSummary, tamper) -> None:
    tamper(session)
    with pytest.raises(Tampered):
        releases.check_release(session, 1)


def rewrite(session: Session, name: str, before: bytes, after: bytes) -> None:
    """Change a file as one who can also change the digest."""
    file = session.get_one(ReleaseFile, (1, name))
    assert file.content.count(before) == 1
    file.content = file.content.replace(before, after)
    session.get_one(Release, 1).digest = files_of_release.digest(contents(session) | {name: file.content})
    session.flush()


def cell_line(session: Session, code: str) -> bytes:
    """The one line of the file of cells in which this code stands."""
    content = contents(session)[cells_file("incidents", 2026)]
    [line] = [line for line in content.splitlines() if f",{code},".encode() in line]
    return line


def test_a_small_count_that_the_files_give_away_is_found(session: Session, desk: list[Member]) -> None:
    settled(session, 2, place=BELGRADE)
    settled(session, 9)
    build(session)
    for code in ("RS12", "01"):
        line = cell_line(session, code)
        shown_line = line[: line.index(b",[c],suppressed")] + b",9,published,,"
        rewrite(session, cells_file("incidents", 2026), line, shown_line)
    found = releases.check_release(session, 1)
    assert (found.wrong, found.given_away) == ([], ["area=00,time=2026-Q3"])


def test_a_wrong_figure_among_the_cells_is_found(session: Session, draft: ReleaseSummary) -> None:
    line = cell_line(session, "01")
    rewrite(session, cells_file("incidents", 2026), line, line.replace(b",6,published", b",7,published"))
    assert releases.check_release(session, 1).wrong == ["area=01,time=2026-Q3"]


# Whoever has the files of all quarters.


GROUNDS = ("national_ethnic", "sexual_orientation", "disability", "race", "age")
ACTS = ("threat", "verbal_insult", "physical_attack", "graffiti_symbols")
TOWNS = ("80438", "70092", "70114", "80128", "71161", "online", "KM")


def settle_some(session: Session, number: int, day: date) -> None:
    """Incidents of which no two follow each other alike; the first of each list are the most."""
    for one in range(number):
        grounds = {GROUNDS[one * one % 7 % len(GROUNDS)], GROUNDS[one % 2 * (one % 5)]}
        act, place = ACTS[one * one % 5 % len(ACTS)], TOWNS[one * one % 11 % len(TOWNS)]
        settled(session, ground=grounds, act_type={act}, place=place, accepted_on=day)


def test_nobody_finds_a_small_count_from_the_files_of_all_quarters(session: Session, desk: list[Member]) -> None:
    for number, day in ((30, AUTUMN), (45, WINTER), (12, SPRING)):
        settle_some(session, number, day)
        publish(session, desk, day)
    files = contents(session, 3)
    for year in (2026, 2027):
        spec, name = spec_of(json.loads(files[plan_file("incidents", year)])), cells_file("incidents", year)
        told = cells_files.cells_of(name, files[name].decode().splitlines(), spec)
        found = verdict(told.cells, told.withheld, spec)
        assert (told.withheld.any(), found.groups) == (True, [])
        assert all(found.may_be_enough(cell) for cell in found.bounds)


# What stays on record.


def test_every_step_of_a_release_is_in_the_audit_trail(
    session: Session, published: ReleaseSummary, ana: Member, boris: Member
) -> None:
    digest = session.get_one(Release, 1).digest.hex()
    steps = [(entry.actor, entry.action, entry.after) for entry, _ in entries(session, subject="release:1")]
    assert steps == [
        ("operator", "build_release", digest),
        (ana.name, "sign_release", digest),
        (boris.name, "sign_release", digest),
        (boris.name, "publish_release", digest),
    ]


def test_the_chain_is_whole_after_a_release(session: Session, published: ReleaseSummary) -> None:
    build(session, WINTER)
    assert first_break(list(entries(session))) is None


def test_a_draft_that_was_replaced_stays_in_the_audit_trail(session: Session, draft: ReleaseSummary) -> None:
    before = session.get_one(Release, 1).digest
    settled(session, 1)
    build(session)
    digests = [entry.after for entry, _ in entries(session, subject="release:1")]
    assert digests == [before.hex(), session.get_one(Release, 1).digest.hex()]
    assert digests[0] != digests[1]
