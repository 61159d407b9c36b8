"""The trial site: three members, sealed reports that wait for them, and incidents of the past two years.

All of it is invented (`core.synthesis`). Nothing here may ever touch a site that takes real reports.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import sealing
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core import report as rules
from incidents.core.accounts import MemberId, Role
from incidents.core.incident import Decision, Handling, Settlement, codes_by_list
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.synthesis.samples import Sample, samples
from incidents.core.synthesis.world import seeded
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.audit import record
from incidents.db.incident import Incident, IncidentCode, SetAside
from incidents.db.key import DeskKey, current_desk_key
from incidents.db.release import ReceivedReports, Release
from incidents.services import accounts, keys, releases
from incidents.services.reporting import NoDeskKey
from incidents.services.wording import Label

_DESK = frozenset({Role.MODERATOR, Role.REVIEWER, Role.PUBLISHER})
_MEMBERS = (
    ("Ana", "plava kruska tiha reka", _DESK),
    ("Boris", "stari most bela lopta", _DESK),
    ("Vesna", "mirna suma zlatna cigla", _DESK | {Role.AUDITOR, Role.ADMINISTRATOR}),
)
"""Known to everybody who reads this: a trial holds nothing worth a secret."""
_AT_ONCE = 500
_PAST_QUARTERS = 4


class TooFewMembers(Exception):
    """What one member proposes another has to accept, so two are needed."""


@dataclass(frozen=True)
class TrialMember:
    id: UUID
    name: str
    password: str
    roles: frozenset[Role]
    totp_secret: str
    """For an app that makes second-factor codes."""


@dataclass(frozen=True)
class Filled:
    """How much was added."""

    open_reports: int
    incidents: int
    set_aside: int


def make_trial(
    session: Session,
    *,
    pepper: bytes,
    token_key: bytes,
    memory_mib: int,
    vocabulary: Vocabulary,
    places: Places,
    now: datetime,
    seed: int = 1,
    open_reports: int = 60,
    incidents: int = 900,
) -> list[TrialMember]:
    """Members who hold the desk key, open reports of the last five weeks, and accepted incidents up to today.

    Some incidents are accepted in the quarter of `now`; no release counts any yet.
    """
    members = [
        _enrol(session, name, password, roles, token_key=token_key, memory_mib=memory_mib, now=now)
        for name, password, roles in _MEMBERS
    ]
    keys.make_desk_key(session, [member.id for member in members], today=now.date())
    random = seeded(seed)
    endless = samples(
        20 * (open_reports + incidents) + 1000,
        random=random,
        vocabulary=vocabulary,
        places=places,
        today=now.date(),
        texts=synthetic_texts(),
    )
    fill(
        session,
        _until_enough(endless, open_reports=open_reports, incidents=incidents),
        members=[member.id for member in members],
        random=random,
        pepper=pepper,
        vocabulary=vocabulary,
        now=now,
    )
    return members


def publish_past_quarters(
    session: Session,
    members: Sequence[UUID],
    *,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    pepper: bytes,
    now: datetime,
) -> None:
    """A release for each of the past quarters, signed by two. The quarter of `now` is left for whoever tries the desk.

    Raises TooFewMembers, disclosure.protection.CannotProtect.
    """
    if len(members) < releases.SIGNATURES:
        raise TooFewMembers
    for day in reversed(_last_days_before(now.date(), _PAST_QUARTERS)):
        _receive(session, day)
        built = releases.build_release(
            session,
            today=day,
            vocabulary=vocabulary,
            places=places,
            label=label,
            pepper=pepper,
            actor="system",
            now=now,
        )
        for member in members[: releases.SIGNATURES]:
            signed_at = datetime.combine(day, now.timetz())
            releases.sign_release(
                session, built.number, digest=built.digest, member=MemberId(member), today=day, now=signed_at
            )


def _receive(session: Session, day: date) -> None:
    """Reports that are destroyed by now: as many as it takes for what was settled since the release before."""
    quarter, before = Quarter.of(day), session.scalar(sa.select(sa.func.max(Release.built_on))) or date.min
    settled = sa.and_(Incident.accepted_on > before, Incident.accepted_on <= day)
    aside = sa.and_(SetAside.batch.is_(None), SetAside.quarter <= str(quarter))
    for standing, condition in (("linked", settled), ("set_aside", aside)):
        reports = session.scalars(sa.select(sa.func.count()).where(condition)).one()
        session.add(ReceivedReports(id=uuid4(), batch=str(quarter), standing=standing, reports=reports))
    session.flush()


def _last_days_before(today: date, quarters: int) -> list[date]:
    """The last days of the quarters before the one of `today`, newest first."""
    days: list[date] = []
    for _ in range(quarters):
        quarter = Quarter.of(days[-1] if days else today)
        days.append(date(quarter.year, quarter.number * 3 - 2, 1) - timedelta(days=1))
    return days


def fill(
    session: Session,
    invented: Iterable[Sample],
    *,
    members: Sequence[UUID],
    random: Random,
    pepper: bytes,
    vocabulary: Vocabulary,
    now: datetime,
) -> Filled:
    """Store samples: open ones as sealed reports, settled ones as accepted incidents, the others as set aside.

    Of settled reports only the incident is kept, as after their destruction. Raises NoDeskKey, TooFewMembers.
    """
    desk_key = current_desk_key(session)
    if desk_key is None:
        raise NoDeskKey
    if len(members) < 2:
        raise TooFewMembers
    open_reports = accepted = set_aside = 0
    for some in _in_turns(invented):
        open_ones = [sample for sample in some if sample.is_open]
        _add(session, stored.Report, [report_row(sample, desk_key, random, pepper) for sample in open_ones])
        settled = [(sample, sample.settlement) for sample in some if sample.settlement is not None]
        add_incidents(session, settled, members, random, vocabulary.version, now.date())
        aside = [_set_aside_row(sample, random, now.date()) for sample in some if sample.set_aside_reason]
        _add(session, SetAside, aside)
        open_reports, accepted = open_reports + len(open_ones), accepted + len(settled)
        set_aside += len(aside)
    record(
        session,
        at=now,
        actor="system",
        action="synthesise",
        subject="site",
        after=f"{open_reports} reports, {accepted} incidents, {set_aside} set aside",
        reason="invented, for a trial",
    )
    return Filled(open_reports, accepted, set_aside)


def _enrol(
    session: Session,
    name: str,
    password: str,
    roles: frozenset[Role],
    *,
    token_key: bytes,
    memory_mib: int,
    now: datetime,
) -> TrialMember:
    enrolled = accounts.add_member(
        session,
        name,
        password,
        roles,
        language="sr-Latn",
        token_key=token_key,
        memory_mib=memory_mib,
        now=now,
    )
    return TrialMember(enrolled.id, name, password, roles, enrolled.totp_secret)


def _until_enough(invented: Iterable[Sample], *, open_reports: int, incidents: int) -> Iterator[Sample]:
    """The samples in order, open and settled ones up to these numbers; ends when both are reached."""
    for sample in invented:
        if sample.is_open and open_reports > 0:
            open_reports -= 1
        elif sample.settlement is not None and incidents > 0:
            incidents -= 1
        elif sample.set_aside_reason is None:
            continue
        yield sample
        if open_reports == incidents == 0:
            return


def _in_turns(invented: Iterable[Sample]) -> Iterator[list[Sample]]:
    remaining = iter(invented)
    while some := list(islice(remaining, _AT_ONCE)):
        yield some


def _add(session: Session, table: type[Any], rows: list[dict[str, Any]]) -> None:
    if rows:
        session.execute(sa.insert(table), rows)


def report_row(sample: Sample, desk_key: DeskKey, random: Random, pepper: bytes) -> dict[str, Any]:
    """As `reporting.make_ready` makes it; who invented it keeps no receipt code."""
    content = rules.to_bytes(sample.report)
    report, nonce = uuid4(), secrets.token_bytes(16)
    sealed = sealing.seal_report(content, report=report, desk_public=desk_key.public)
    lock = sealing.lock_for_reporter(sealing.code_of_token(nonce), pepper)
    return {
        "id": report,
        "received_on": sample.received_on,
        "handling": Handling.QUARANTINED if random.random() < 0.07 else Handling.RECEIVED,
        "version": 1,
        "sealed": sealed.blob,
        "epoch": desk_key.epoch,
        "sealed_key": sealed.sealed_key,
        "verifier": lock.verifier,
        "reporter_public": lock.public,
        "reporter_private_sealed": lock.private_sealed,
        "token_digest": sealing.digest_of_token(nonce, pepper),
        "content_tag": sealing.tag_of_content(content, nonce),
    }


def add_incidents(
    session: Session,
    settled: list[tuple[Sample, Settlement]],
    members: Sequence[UUID],
    random: Random,
    vocabulary_version: str,
    today: date,
) -> list[UUID]:
    """Their ids, in the order of `settled`."""
    rows: list[dict[str, Any]] = []
    codes: list[dict[str, Any]] = []
    for sample, settlement in settled:
        incident = uuid4()
        proposed_by, decided_by = random.sample(list(members), 2)
        rows.append(
            {
                "id": incident,
                "version": 1,
                "decision": Decision.ACCEPTED,
                "verification": settlement.verification,
                "bias_strength": settlement.bias_strength,
                "year": settlement.year,
                "month": settlement.month,
                "place": settlement.place,
                "setting": settlement.setting,
                "vocabulary_version": vocabulary_version,
                "proposed_by": proposed_by,
                "decided_by": decided_by,
                "accepted_on": _decided_on(sample.received_on, random, today),
            }
        )
        codes += _code_rows(incident, settlement)
    _add(session, Incident, rows)
    _add(session, IncidentCode, codes)
    return [row["id"] for row in rows]


def _code_rows(incident: UUID, settlement: Settlement) -> list[dict[str, Any]]:
    return [
        {"incident_id": incident, "vocabulary": vocabulary, "code": code}
        for vocabulary, codes in codes_by_list(settlement).items()
        for code in sorted(codes)
    ]


def _set_aside_row(sample: Sample, random: Random, today: date) -> dict[str, Any]:
    decided_on = _decided_on(sample.received_on, random, today)
    return {"id": uuid4(), "quarter": str(Quarter.of(decided_on)), "reason": sample.set_aside_reason}


def _decided_on(received_on: date, random: Random, today: date) -> date:
    """Some days to two months after the report came; what would lie ahead was decided in this quarter."""
    due = received_on + timedelta(days=min(60, 4 + int(random.expovariate(1 / 18))))
    if due <= today:
        return due
    first = max(received_on, date(today.year, today.month - (today.month - 1) % 3, 1))
    return first + timedelta(days=random.randint(0, (today - first).days))
