"""The submission to ODIHR: single incidents whose reporters agreed, and protected numbers of all others.

A member whose key opens the reports asks for it, another approves what they read, and it can be fetched for seven days.
It is made anew each time, so what was withdrawn meanwhile is gone, and the approval with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from incidents.adapters import sealing
from incidents.core import counting, odihr
from incidents.core.deidentify.known import Known
from incidents.core.incident import BiasStrength, Decision, is_counted
from incidents.core.odihr import COARSE, PROPERTY, Case
from incidents.core.places import Places
from incidents.core.tables import COUNT, SEVERAL, TOTAL
from incidents.core.vocabulary import Vocabulary
from incidents.db import report as stored
from incidents.db.account import member_names
from incidents.db.incident import Incident, codes_of
from incidents.db.odihr import OdihrExport
from incidents.disclosure.protection import CannotProtect
from incidents.disclosure.releasing import protected
from incidents.services import deidentify
from incidents.services.accounts import Member
from incidents.services.audit import note
from incidents.services.moderation import content_of, private_keys

CONSENT = "share_odihr"
INCIDENTS, NUMBERS = "incidents.csv", "numbers.csv"


class NoSuchExport(Exception):
    """Nobody asked for it."""


class KeyDoesNotOpen(Exception):
    """The member's key does not open the reports that the submission rests on."""


class NothingEligible(Exception):
    """No incident of the year is a hate crime by ODIHR's definition."""


class TooFew(Exception):
    """The numbers cannot be protected."""


class OwnRequest(Exception):
    """The member asked for it; it takes another to approve it."""


class NotApproved(Exception):
    """No second member has approved it."""


class AlreadyApproved(Exception):
    """A second member has approved it."""


class Expired(Exception):
    """Its seven days are over."""


class ContentChanged(Exception):
    """The submission would now say something else than what was asked for."""


@dataclass(frozen=True)
class Sources:
    """What a submission is made with besides the incidents."""

    vocabulary: Vocabulary
    places: Places
    known: Known
    pepper: bytes


@dataclass(frozen=True)
class Submission:
    files: Mapping[str, bytes]
    rows: int
    """Incidents that are described one by one."""
    counted: int
    """Eligible incidents that are in the numbers only."""
    left_out: Mapping[str, int]
    """Why eligible incidents are not described, by reason: property, no_consent, no_summary, identifies, too_long."""

    @property
    def digest(self) -> bytes:
        return sha256(b"".join(sha256(content).digest() for _name, content in sorted(self.files.items()))).digest()


@dataclass(frozen=True)
class Export:
    id: UUID
    year: int
    digest: str
    asked_by: UUID
    asker: str
    approver: str | None
    expires_at: datetime
    is_expired: bool


def exports(session: Session, *, now: datetime) -> list[Export]:
    """What was asked for, the newest first."""
    names = member_names(session)
    rows = session.scalars(sa.select(OdihrExport).order_by(OdihrExport.expires_at.desc(), OdihrExport.id))
    return [_export(row, names, now) for row in rows]


def submission(session: Session, year: int, *, member: Member, sources: Sources) -> Submission:
    """Raises KeyDoesNotOpen, NothingEligible, TooFew."""
    described, others, left_out = list[Case](), list[Case](), Counter[str]()
    for incident, case in _eligible(session, year, sources):
        reason, text = ("property", "") if case.coarse == PROPERTY else _description(session, incident, member, sources)
        if reason:
            left_out[reason] += 1
            others.append(case)
        else:
            described.append(replace(case, description=text))
    if not described and not others:
        raise NothingEligible
    rows = odihr.coarsened(described, sources.places)
    files = {
        INCIDENTS: odihr.incidents_csv(rows, sources.vocabulary, sources.places),
        NUMBERS: _numbers(year, others, sources.vocabulary),
    }
    return Submission(files, len(described), len(others), dict(left_out))


def ask(session: Session, year: int, *, member: Member, sources: Sources, now: datetime) -> UUID:
    """Raises as `submission` does."""
    found = submission(session, year, member=member, sources=sources)
    row = OdihrExport(
        id=uuid4(), year=year, digest=found.digest, asked_by=member.id, approved_by=None, expires_at=now + odihr.LIVES
    )
    session.add(row)
    session.flush()
    note(session, "ask_odihr", f"odihr:{row.id}", member, now, after=row.digest.hex())
    return row.id


def read(
    session: Session, export: UUID, *, member: Member, sources: Sources, now: datetime
) -> tuple[Export, Submission]:
    """What is to be approved. Raises NoSuchExport, Expired, ContentChanged, and as `submission` does."""
    row, found = _as_asked(session, export, member, sources, now)
    return _export(row, member_names(session), now), found


def approve(session: Session, export: UUID, *, digest: str, member: Member, sources: Sources, now: datetime) -> None:
    """`digest` is of what the member has read. Raises OwnRequest, AlreadyApproved, and as `read` does."""
    row, _found = _as_asked(session, export, member, sources, now)
    if row.approved_by is not None:
        raise AlreadyApproved
    if row.asked_by == member.id:
        raise OwnRequest
    if row.digest.hex() != digest:
        raise ContentChanged
    row.approved_by = member.id
    session.flush()
    note(session, "approve_odihr", f"odihr:{row.id}", member, now, after=digest)


def fetch(
    session: Session, export: UUID, *, member: Member, sources: Sources, now: datetime
) -> tuple[Export, Submission]:
    """To be taken away; that it was is in the trail. Raises NotApproved, and as `read` does."""
    row, found = _as_asked(session, export, member, sources, now)
    if row.approved_by is None:
        raise NotApproved
    note(session, "fetch_odihr", f"odihr:{row.id}", member, now, after=", ".join(found.files))
    return _export(row, member_names(session), now), found


def _as_asked(
    session: Session, export: UUID, member: Member, sources: Sources, now: datetime
) -> tuple[OdihrExport, Submission]:
    row = session.get(OdihrExport, export, with_for_update=True)
    if row is None:
        raise NoSuchExport
    if row.expires_at <= now:
        raise Expired
    found = submission(session, row.year, member=member, sources=sources)
    if found.digest != row.digest:
        raise ContentChanged
    return row, found


def _eligible(session: Session, year: int, sources: Sources) -> Iterator[tuple[UUID, Case]]:
    """Accepted incidents of a calendar year that are an offence with a bias motive."""
    rows = session.scalars(
        sa.select(Incident)
        .where(Incident.decision == Decision.ACCEPTED, Incident.year == year)
        .options(selectinload(Incident.codes))
        .order_by(Incident.id)
    )
    for row in rows:
        coarse = odihr.coarse_type(codes_of(row, "act_type"), sources.vocabulary)
        found = odihr.biases(codes_of(row, "ground"), codes_of(row, "target_group"), sources.vocabulary)
        if coarse and found and is_counted(row.verification) and row.bias_strength is not BiasStrength.NONE:
            case = Case(
                reference=sealing.reference_of(row.id, sources.pepper),
                year=row.year,
                month=row.month,
                area=counting.area_of(row.place, sources.places),
                setting=row.setting,
                biases=found,
                coarse=coarse,
                strength=row.bias_strength,
                verification=row.verification.value,
                told=counting.authority_told(codes_of(row, "reported_to")),
            )
            yield row.id, case


def _description(session: Session, incident: UUID, member: Member, sources: Sources) -> tuple[str, str]:
    """Why an incident is not described, or its summary.

    Everybody who told of it has to agree: what one said may stand in the summary of another's report.
    """
    rows = session.scalars(
        sa.select(stored.Report).where(stored.Report.incident_id == incident).order_by(stored.Report.id)
    ).all()
    private = private_keys(session, member)
    contents = [content_of(row, private) for row in rows]
    if any(content is None for content in contents):
        raise KeyDoesNotOpen
    if not rows or not all(content is not None and CONSENT in content.consents for content in contents):
        return "no_consent", ""
    why = "no_summary"
    for row in rows:
        found = deidentify.read(session, row.id, member=member, known=sources.known)
        text = " ".join((found.summary or "").split())
        if text and found.left_in_summary:
            why = "identifies"
        elif len(text) > odihr.LONGEST_SUMMARY:
            why = "too_long"
        elif text:
            return "", text
    return why, ""


def _numbers(year: int, cases: Sequence[Case], vocabulary: Vocabulary) -> bytes:
    """Bias by type of the incidents that are not described, protected like figures that everybody may read."""
    plan: dict[str, Any] = {
        "dims": {
            "time": {"total": "years", "rel": {"years": [str(year)]}, "column": "time"},
            "bias": {"total": TOTAL, "rel": {TOTAL: list(vocabulary.terms["odihr_bias"])}, "column": "bias"},
            "type": {"total": TOTAL, "rel": {TOTAL: list(COARSE)}, "column": "type"},
        },
        "tables": [["time", "bias", "type"]],
        "count_column": COUNT,
        "threshold": 3,
        "multi_response": ["bias"],
        "protects_differences": True,
    }
    rows = [[str(year), SEVERAL.join(case.biases), case.coarse, "1"] for case in cases]
    try:
        found = protected(
            plan, ["time", "bias", "type", COUNT], rows, is_released=lambda time: time == str(year), earlier={}
        )
    except CannotProtect:
        raise TooFew from None
    values = (
        (found.codes[cell], None if found.withheld[cell] else int(found.cells.counts[cell])) for cell in found.table(0)
    )
    return odihr.numbers_csv(values, vocabulary)


def _export(row: OdihrExport, names: Mapping[UUID, str], now: datetime) -> Export:
    return Export(
        row.id,
        row.year,
        row.digest.hex(),
        row.asked_by,
        names[row.asked_by],
        names[row.approved_by] if row.approved_by else None,
        row.expires_at,
        row.expires_at <= now,
    )
