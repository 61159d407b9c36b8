"""Believable values with good defaults; each test says only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files, second_factor
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.agreement import Draw
from incidents.core.desks import NATIONAL
from incidents.core.incident import BiasStrength, Settlement, Verification
from incidents.core.receipt import ReceiptCode
from incidents.core.report import Report
from incidents.db import account
from incidents.db import report as stored
from incidents.db.desk import add_to_desk
from incidents.db.key import DeskKey
from incidents.services import accounts, batches, desks, geocoding, keys, queue, reporting, settlement
from incidents.services.accounts import Member
from incidents.services.memory import Memory, Recall
from incidents.services.queue import Waiting
from incidents.services.reporting import Ready

PEPPER = bytes(range(2, 34))
NO_DRAW = Draw(b"", 0)
"""No incident is coded twice but the gravest."""
PASSWORD = "tri zelene kruške na stolu"


def a_report(**changes: Any) -> Report:
    values: dict[str, Any] = {
        "language": "sr-Cyrl",
        "role": "victim",
        "acts": frozenset({"verbal_insult", "threat"}),
        "grounds": frozenset({"national_ethnic"}),
        "when": "month",
        "month": "2026-10",
        "setting": "street",
        "place": "у Суботици",
        "words": "Викали су ми да идем одакле сам дошао и да ћу видети шта ме чека.",
        "wish": "count_only",
    }
    return Report(**{**values, **changes})


_count = iter(range(10**9))


def a_settlement(**changes: Any) -> Settlement:
    values: dict[str, Any] = {
        "year": 2026,
        "month": 10,
        "place": "80438",
        "acts": frozenset({"threat"}),
        "grounds": frozenset({"national_ethnic"}),
        "targets": frozenset(),
        "setting": "street",
        "verification": Verification.PLAUSIBLE,
        "bias_strength": BiasStrength.PERCEIVED,
    }
    return Settlement(**{**values, **changes})


def a_nonce() -> bytes:
    return next(_count).to_bytes(16, "big")


def send(session: Session, report: Report, settings: Settings, *, now: datetime, **changes: Any) -> ReceiptCode:
    """File a report as the journey does, or as one of `epoch`, of another desk."""
    key = (
        session.get_one(DeskKey, changes.pop("epoch"))
        if "epoch" in changes
        else reporting.sealing_keys(session).national
    )
    values: dict[str, Any] = {
        "nonce": a_nonce(),
        "opened_at": now - timedelta(minutes=5),
        "trap_is_filled": False,
        **changes,
    }
    ready = reporting.make_ready(
        report,
        reporting.Sending(**values),
        desk_key=reporting.SealingKey(key.epoch, key.public),
        vocabulary=data_files.vocabulary(),
        today=now.date(),
        now=now,
        shortest=timedelta(seconds=settings.shortest_honest_seconds),
        pepper=settings.pepper,
    )
    return reporting.keep(session, ready)


def only_report(session: Session) -> UUID:
    """The id of the one report there is."""
    return session.scalars(sa.select(stored.Report.id)).one()


ORGANISATION = "udruzenje-x"
"""That every partner here sends for."""


def a_member(session: Session, settings: Settings, *roles: Role, name: str = "", now: datetime) -> Member:
    """A member with an unlocked key, who holds the desk key if there is one or makes it."""
    name = name or f"Чланица {next(_count)}"
    enrolled = accounts.add_member(
        session,
        name,
        PASSWORD,
        roles or (Role.MODERATOR,),
        language="sr-Cyrl",
        token_key=settings.token_key,
        memory_mib=settings.seal_memory_mib,
        now=now,
        partner=ORGANISATION if set(roles) == {Role.PARTNER} else None,
    )
    key = keys.unlock_member_key(session, enrolled.id, PASSWORD, memory_mib=settings.seal_memory_mib)
    return Member(enrolled.id, name, "sr-Cyrl", frozenset(roles or (Role.MODERATOR,)), key, now)


def a_member_without_a_grant(session: Session, settings: Settings, *, now: datetime) -> Member:
    """At the national desk, where their key opens nothing: as after a new password."""
    member = a_member(session, settings, now=now)
    add_to_desk(session, NATIONAL, member.id)
    return member


def a_desk(session: Session, settings: Settings, *roles: Role, now: datetime, members: int = 2) -> list[Member]:
    """Members who all hold the desk key. With it intake is open."""
    people = [a_member(session, settings, *roles, now=now) for _ in range(members)]
    keys.make_desk_key(session, [member.id for member in people], today=now.date())
    return people


def current_code(session: Session, name: str, settings: Settings, now: datetime) -> str:
    """What the member's second factor shows."""
    member = account.member_by_name(session, name)
    assert member is not None
    return second_factor.current_code(member.sealed_totp_secret, settings.token_key, now)


def queue_of(
    session: Session, member: Member, *, recall: Recall | None = None, now: datetime, with_held: bool = True
) -> list[Waiting]:
    """The queue as a page shows it; opened anew unless a memory is given."""
    return queue.open_queue(
        session,
        member,
        recall=recall or Memory().of(b"a cookie", now=now),
        vocabulary=data_files.vocabulary(),
        area_of=partial(geocoding.area_meant, geocoder=data_files.geocoder(), places=data_files.places()),
        now=now,
        with_held=with_held,
    )


def send_back(
    session: Session,
    incident: UUID,
    member: Member,
    typed: str = "",
    *,
    version: int,
    now: datetime,
    draw: Draw = NO_DRAW,
    **parts: str,
) -> None:
    """The parts that the member does not share, each with why."""
    settlement.return_incident(
        session,
        incident,
        parts,
        typed,
        version=version,
        member=member,
        vocabulary=data_files.vocabulary(),
        draw=draw,
        now=now,
    )


def a_further_desk(session: Session, *members: Member, code: str = "sever", now: datetime) -> int:
    """A desk of these members that takes reports; its epoch."""
    first, *others = members
    epoch = desks.add_desk(session, code, "Север", first=first.id, actor=first.name, now=now)
    for other in others:
        desks.let_in(session, code, other.id, by=first.id, by_key=first.key, actor=first.name, now=now)
    session.get_one(DeskKey, epoch).opened_on = now.date()
    session.flush()
    return epoch


def sealed_batch(session: Session, settings: Settings, reports: Iterable[Report], *, now: datetime) -> list[Ready]:
    """The reports of a table, as the desk gets them."""
    vocabulary, places = data_files.vocabulary(), data_files.places()
    return batches.seal_batch(
        session, reports, vocabulary=vocabulary, places=places, today=now.date(), now=now, pepper=settings.pepper
    )


def gives_area(session: Session, *places: str, desk: str = "sever", now: datetime) -> desks.Area | None:
    """The desk reads these places from now on, and no others."""
    return desks.give_area(session, desk, places, places=data_files.places(), actor="Ана", now=now)
