"""Two to four members and the reporters act on the same reports in any order, often on pages that are out of date.

Nothing is lost: what is done on an old page is refused whole. Nothing comes to stand where no axis allows it. Fifty
sequences in the ordinary run; INTERLEAVINGS=1000 draws as many as it says.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, sealing
from incidents.config import Settings
from incidents.core.audit import Entry, first_break
from incidents.core.incident import (
    DECISION,
    HANDLING,
    Decision,
    Handling,
    NotAllowed,
    Settlement,
)
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.incident import Incident, SetAside
from incidents.db.report import MessageKind, report_by_verifier
from incidents.services import moderation, receipts, settlement, twins, withdrawal
from incidents.services.accounts import Member
from incidents.services.moderation import NoSuchReport, NotTaken, StaleReport
from incidents.services.receipts import UnknownCode
from incidents.services.settled import NoSuchIncident
from incidents.services.settlement import SamePerson, StaleIncident
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

SEQUENCES = int(os.environ.get("INTERLEAVINGS", "50"))
REFUSALS = (StaleReport, StaleIncident, NotTaken, NotAllowed, SamePerson, NoSuchReport, NoSuchIncident, UnknownCode)
ON_REPORTS = ("take", "put_back", "ask", "propose", "link", "unlink", "set_aside", "bring_back")
ON_INCIDENTS = ("revise", "accept", "return", "reopen")
BY_REPORTERS = ("answer", "withdraw")
HOW_OFTEN = {
    "take": 5,
    "propose": 4,
    "link": 3,
    "accept": 3,
    "revise": 2,
    "bring_back": 2,
    "unlink": 3,
    "withdraw": 0.3,
}
SURROUNDINGS = {"vocabulary": data_files.vocabulary(), "places": data_files.places()}


@dataclass(frozen=True)
class ReportState:
    version: int
    handling: Handling
    incident: UUID | None
    reason: str | None
    has_news: bool
    lease: tuple[UUID | None, datetime | None]


@dataclass(frozen=True)
class IncidentState:
    version: int
    decision: Decision
    proposed_by: UUID | None
    decided_by: UUID | None
    accepted_on: date | None
    settled_month: int | None


@dataclass(frozen=True)
class World:
    """All that can be lost."""

    reports: dict[UUID, ReportState]
    incidents: dict[UUID, IncidentState]
    aside: int

    def rows(self) -> dict[UUID, ReportState | IncidentState]:
        return {**self.reports, **self.incidents}


def world(session: Session) -> World:
    session.expire_all()
    return World(
        {
            row.id: ReportState(
                row.version,
                row.handling,
                row.incident_id,
                row.set_aside_reason,
                row.has_news,
                (row.lease_member_id, row.lease_until),
            )
            for row in session.scalars(sa.select(stored.Report))
        },
        {
            row.id: IncidentState(
                row.version, row.decision, row.proposed_by, row.decided_by, row.accepted_on, row.month
            )
            for row in session.scalars(sa.select(Incident))
        },
        session.scalars(sa.select(sa.func.count()).select_from(SetAside)).one(),
    )


def settled(month: int) -> Settlement:
    return builders.a_settlement(month=month)


@dataclass
class Person:
    """A member at the desk, and which version of each record their page shows."""

    member: Member
    pages: dict[UUID, int] = field(default_factory=dict)


@dataclass
class Play:
    """One sequence of acts. `codes` are the receipt codes of the reports, by report."""

    random: Random
    people: list[Person]
    codes: dict[UUID, ReceiptCode]
    pepper: bytes
    now: datetime = NOW
    incidents: list[UUID] = field(default_factory=list)
    """In the order in which they were made, so that a seed gives the same sequence each time."""
    done: Counter[str] = field(default_factory=Counter)
    withdrawn_aside: int = 0

    def draw(self, found: World) -> tuple[str, Person, UUID, UUID | None]:
        actions = [*ON_REPORTS, *ON_INCIDENTS, *BY_REPORTERS]
        action = self.random.choices(actions, [HOW_OFTEN.get(one, 1) for one in actions])[0]
        person, on = self.random.choice(self.people), self.random.choice(list(self.codes))
        holders = [one for one in self.people if on in found.reports and one.member.id == found.reports[on].lease[0]]
        if holders and action != "take" and self.random.random() < 0.6:
            person = holders[0]
        self.incidents += sorted(found.incidents.keys() - set(self.incidents))
        return action, person, on, self.random.choice(self.incidents) if self.incidents else None

    def act(self, session: Session, action: str, member: Member, on: UUID, incident: UUID | None, version: int) -> int:
        """Do it; the month that was settled, if one was."""
        now, month = self.now, self.random.randint(1, 10)
        by = {"version": version, "member": member, "now": now}
        at = incident or UUID(int=0)
        match action:
            case "take":
                moderation.take_report(session, on, member=member, now=now)
            case "put_back":
                moderation.put_back(session, on, **by)
            case "ask":
                moderation.ask(session, on, "Када је то било?", **by)
            case "propose":
                settlement.propose_incident(session, on, settled(month), **by, **SURROUNDINGS)
            case "link":
                settlement.link_report(session, on, at, **by)
            case "unlink":
                settlement.unlink_report(session, on, **by)
            case "set_aside":
                moderation.set_aside(session, on, "abuse", **by)
            case "bring_back":
                moderation.bring_back(session, on, **by)
            case "revise":
                settlement.revise_incident(session, at, settled(month), **by, **SURROUNDINGS)
            case "accept":
                settlement.accept_incident(session, at, **by, **SURROUNDINGS, draw=builders.NO_DRAW, today=now.date())
            case "return":
                builders.send_back(session, at, **by, grounds="not_said")
            case "reopen":
                settlement.reopen_incident(session, at, **by)
            case "answer":
                sent = {"nonce": builders.a_nonce(), "today": now.date(), "pepper": self.pepper}
                receipts.say(session, self.codes[on], MessageKind.ANSWER, "Јуче увече.", **sent)
            case "withdraw":
                withdrawal.withdraw_report(session, self.codes[on], today=now.date(), pepper=self.pepper)
        return month

    def step(self, session: Session, before: World) -> World:
        """One act, on a page that is out of date one time in three; what it may change, and nothing else, changes."""
        action, person, report, incident = self.draw(before)
        if self.random.random() < 0.05:
            self.now += timedelta(minutes=25)
        acted_on = incident if action in ON_INCIDENTS else report
        newest = {one: state.version for one, state in before.rows().items()}
        if self.random.random() < 0.67:
            person.pages |= newest
        seen = person.pages.get(acted_on, 1) if acted_on else 1
        is_out_of_date = action not in {"take", *BY_REPORTERS} and seen != newest.get(acted_on)
        refusal = None
        try:
            with session.begin_nested():
                month = self.act(session, action, person.member, report, incident, seen)
        except REFUSALS as refused:
            refusal = refused
        after = world(session)
        if refusal is not None:
            assert after == before, (action, refusal)
            self.done["out of date" if is_out_of_date else "refused"] += 1
            return after
        assert not is_out_of_date, (action, "was done on a page that was out of date")
        self.done[action] += 1
        if action == "withdraw":
            gone = before.reports[report]
            went_too = gone.incident is None or after.incidents[gone.incident].decision is Decision.WITHDRAWN
            self.withdrawn_aside += gone.handling is Handling.SET_ASIDE or went_too
        person.pages |= {one: state.version for one, state in after.rows().items() if one in {report, acted_on}}
        self.check_change(before, after, action, report, incident, month)
        return after

    def check_change(
        self, before: World, after: World, action: str, report: UUID, incident: UUID | None, month: int
    ) -> None:
        old, new = before.rows(), after.rows()
        changed = {one for one in new if one in old and new[one] != old[one]}
        assert all(new[one].version > old[one].version for one in changed), "a change that no page would notice"
        assert {one for one in changed if one in before.reports} <= {report}, "a report that nobody acted on"
        assert before.reports.keys() - after.reports.keys() == ({report} if action == "withdraw" else set())
        months = {
            one for one in changed & before.incidents.keys() if self.settled(before, one) != self.settled(after, one)
        }
        assert months <= ({incident} if action == "revise" else set()), "what was settled changed by itself"
        for one in new.keys() - old.keys():
            assert (action, self.settled(after, one)) == ("propose", month)
        if action == "revise" and incident is not None:
            assert self.settled(after, incident) == month
        for one in changed & before.reports.keys():
            _allowed(HANDLING, before.reports[one].handling, after.reports[one].handling)
        for one in changed & before.incidents.keys():
            _allowed(DECISION, before.incidents[one].decision, after.incidents[one].decision)

    @staticmethod
    def settled(found: World, incident: UUID) -> int | None:
        return found.incidents[incident].settled_month


def _allowed(table: Any, before: Any, after: Any) -> None:
    assert after is before or after in table[before], (before, after)


def check_states(found: World, *, withdrawn_aside: int | None = None) -> None:
    """No record stands where it cannot."""
    rests_on = Counter(report.incident for report in found.reports.values() if report.incident)
    for report in found.reports.values():
        assert (report.reason is not None) == (report.handling is Handling.SET_ASIDE)
        assert report.handling is not Handling.LINKED or report.incident is not None
        if report.incident is not None:
            assert report.handling in {Handling.LINKED, Handling.IN_TRIAGE, Handling.AWAITING_REPORTER}
            assert found.incidents[report.incident].decision is not Decision.WITHDRAWN
    for one, incident in found.incidents.items():
        assert (incident.decision is Decision.WITHDRAWN) == (rests_on[one] == 0)
        if incident.decision is not Decision.WITHDRAWN:
            assert (incident.accepted_on is not None) == (incident.decision is Decision.ACCEPTED)
        assert incident.decision is not Decision.ACCEPTED or incident.decided_by != incident.proposed_by
    if withdrawn_aside is not None:
        aside = sum(report.handling is Handling.SET_ASIDE for report in found.reports.values())
        assert found.aside == aside + withdrawn_aside


def check_trail(session: Session, found: World) -> None:
    """The trail is whole, and tells each record's states one after another, without a gap, up to where it stands."""
    chain = list(entries(session))
    assert first_break(chain) is None
    told: dict[str, list[Entry]] = defaultdict(list)
    for entry, _ in chain:
        if entry.subject.startswith(("report:", "incident:")):
            told[entry.subject].append(entry)
    for subject, story in told.items():
        for earlier, later in pairwise(story):
            assert later.before == earlier.after or later.before == _answered(earlier.after), (subject, story)
    for one, report in found.reports.items():
        assert (
            report.handling.value in {told[f"report:{one}"][-1].after, _answered(told[f"report:{one}"][-1].after)}
            if told[f"report:{one}"]
            else report.handling in {Handling.RECEIVED, Handling.QUARANTINED}
        )
    for one, incident in found.incidents.items():
        assert told[f"incident:{one}"][-1].after == incident.decision.value


def _answered(handling: str) -> str:
    """Reporters leave no entry when they answer what they were asked."""
    return Handling.IN_TRIAGE.value if handling == Handling.AWAITING_REPORTER.value else handling


def reports_arrive(session: Session, settings: Settings, number: int) -> dict[UUID, ReceiptCode]:
    codes = [builders.send(session, a_report(), settings, now=NOW) for _ in range(number)]
    rows = [report_by_verifier(session, sealing.verifier_of(code, settings.pepper)) for code in codes]
    return {row.id: code for row, code in zip(rows, codes, strict=True) if row is not None}


@pytest.fixture
def many(session: Session, settings: Settings) -> list[Member]:
    return builders.a_desk(session, settings, now=NOW, members=4)


def test_nothing_is_lost_and_no_state_is_illegal_in_any_order(
    session: Session, settings: Settings, many: list[Member]
) -> None:
    done: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        random = Random(seed)
        whole = session.begin_nested()
        codes = reports_arrive(session, settings, random.randint(1, 3))
        people = [Person(member) for member in many[: random.randint(2, 4)]]
        play = Play(random, people, codes, settings.pepper)
        found = world(session)
        for _ in range(random.randint(15, 40)):
            found = play.step(session, found)
            check_states(found, withdrawn_aside=play.withdrawn_aside)
        check_trail(session, found)
        done += play.done
        whole.rollback()
        session.expire_all()
    print(f"\n{SEQUENCES} sequences: {dict(done.most_common())}")
    assert done.keys() >= {*ON_REPORTS, *ON_INCIDENTS, *BY_REPORTERS, "out of date", "refused"}
    assert done["out of date"] > SEQUENCES


def test_four_members_at_the_same_moment_lose_nothing(own_database: Database, settings: Settings) -> None:
    with own_database.unit_of_work() as session:
        desk = builders.a_desk(session, settings, now=NOW, members=4)
        codes = reports_arrive(session, settings, 3)

    def work(number: int) -> Counter[str]:
        play = Play(Random(number), [Person(desk[number])], codes, settings.pepper)
        for _ in range(30):
            with own_database.reader() as session:
                newest = world(session)
            action, person, report, incident = play.draw(newest)
            if action == "withdraw":
                continue
            acted_on = incident if action in ON_INCIDENTS else report
            version = newest.rows()[acted_on].version if acted_on else 1
            try:
                with own_database.unit_of_work() as session:
                    play.act(session, action, person.member, report, incident, version)
                play.done[action] += 1
            except REFUSALS:
                play.done["refused"] += 1
        return play.done

    with ThreadPoolExecutor(4) as members:
        done = sum(members.map(work, range(4)), Counter[str]())
    with own_database.reader() as session:
        found = world(session)
        check_states(found, withdrawn_aside=0)
        check_trail(session, found)
    assert done["refused"] > 0
    assert done.total() - done["refused"] > 10


def test_members_who_tick_each_others_reports_never_wait_for_each_other(
    own_database: Database, settings: Settings
) -> None:
    with own_database.unit_of_work() as session:
        desk = builders.a_desk(session, settings, now=NOW, members=2)
        reports = list(reports_arrive(session, settings, 2))
    incidents: set[UUID] = set()

    def work(number: int) -> int:
        """How often both reports came to rest on one incident of this member."""
        own, done = desk[number], 0
        mine, other = reports[number], reports[1 - number]
        for _ in range(25):
            with own_database.unit_of_work() as session:
                version = moderation.take_report(session, mine, member=own, now=NOW)
            with own_database.reader() as session:
                seen = twins.Seen(other, session.get_one(stored.Report, other).version)
            try:
                with own_database.unit_of_work() as session:
                    incidents.add(
                        twins.propose_together(
                            session, mine, settled(9), [seen], version=version, member=own, now=NOW, **SURROUNDINGS
                        )
                    )
                done += 1
            except REFUSALS:
                pass
        return done

    with ThreadPoolExecutor(2) as members:
        done = list(members.map(work, range(2)))
    with own_database.reader() as session:
        found = world(session)
        check_states(found, withdrawn_aside=0)
        check_trail(session, found)
    assert sum(done) <= 1
    assert found.incidents.keys() == incidents
