"""A site on which hostile texts stand wherever people write: who reports, who works at the desk, who runs it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.adapters.help_files import OWN_COLUMNS
from incidents.adapters.remaking import remake
from incidents.config import Settings
from incidents.core.accounts import MemberId, Role
from incidents.core.deidentify.marks import marks
from incidents.core.languages import LANGUAGES
from incidents.core.queue_rules import LONGEST_NAME as LONGEST_RULE
from incidents.core.queue_rules import LONGEST_TAG, Effect
from incidents.core.receipt import ReceiptCode
from incidents.core.report import LONGEST_LINES, LONGEST_PLACE, MOST_WORDS, plain_text
from incidents.core.search.query import LONGEST as LONGEST_QUERY
from incidents.db import report as stored
from incidents.db.account import Passkey
from incidents.db.bulk import BulkKind
from incidents.db.database import Database
from incidents.db.incident import Incident
from incidents.db.notice import Page
from incidents.db.queue_rule import QueueRule
from incidents.db.release import Release, ReleaseState
from incidents.db.report import MessageKind
from incidents.services import (
    bulk,
    colleagues,
    deidentify,
    desks,
    files,
    filters,
    invitations,
    moderation,
    notices,
    receipts,
    referral,
    settlement,
    withdrawn_releases,
)
from incidents.services.accounts import Member
from incidents.services.clusters import Listed
from incidents.services.filters import LONGEST_NAME as LONGEST_FILTER
from incidents.services.queue import Filter
from tests import builders
from tests.adapters.test_remaking import complaint
from tests.attacks.payloads import AROUND, packed, short_texts, texts

LONGEST_PERSON = 80
"""Characters of the name of a member or a passkey."""
_LONGEST_REASON = 200


@dataclass
class Planted:
    """Where something was written."""

    code: ReceiptCode
    """Of a report that the desk has asked and told everything."""
    talked: list[UUID]
    """Reports with all payloads of a script each. Their reporters and the desk have talked."""
    referral: UUID
    incidents: list[UUID]
    """That a second member returned with a note."""
    proposed: UUID
    """One that the second member proposed."""
    invitation: str
    """The secret of a link for somebody with such a name."""
    bulks: list[UUID]


def help_file(folder: Path) -> Path:
    """The operator's file of local organisations, with a payload in every cell that takes words."""
    path = folder / "help.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, OWN_COLUMNS, restval="")
        rows.writeheader()
        told = [one.replace("\n", " ").replace("\r", " ").replace("\x00", "") for one in texts("Latin")]
        for place, text in enumerate(told):
            tag = LANGUAGES[place % len(LANGUAGES)].tag
            words = {"name": text, "about": told[place - 1], "address": told[place - 2]}
            rows.writerow({**words, "tag": tag, "need": "support", "checked_on": "2026-11-01"})
    return path


def a_picture() -> bytes:
    """A photograph with payloads in its notes and a page after its end."""
    notes, everywhere = Image.Exif(), "".join(texts("Latin"))
    notes[0x010E] = everywhere
    out = io.BytesIO()
    Image.new("RGB", (60, 40), (140, 10, 10)).save(out, "JPEG", exif=notes, comment=everywhere.encode())
    return out.getvalue() + everywhere.encode()


def a_document() -> bytes:
    """A PDF with a script, and a page after its end."""
    return complaint() + "".join(texts("Cyrillic")).encode()


def plant(database: Database, settings: Settings, members: Sequence[Member], *, now: datetime) -> Planted:
    """`members` are two with all roles, who hold the desk key."""
    ana, boris = members
    with database.unit_of_work() as session:
        codes = _reports(session, settings, now)
        people = _members(session, settings, now)
        invitation = _names(session, ana, people, now)
        _rules(session, ana, people, now)
    reports = list(codes)
    with database.unit_of_work() as session:
        _talks(session, settings, {one: codes[one] for one in reports[: len(AROUND)]}, ana, now)
        referral = _passed_on(session, reports[len(AROUND)], ana, now)
        incidents = _returned(session, reports[len(AROUND) + 1 :], ana, boris, now)
        proposed = _proposed(session, reports[-1], boris, now)
        bulks = _bulks(session, reports, ana, now)
        _held_by_others(session, people, now)
        _withdrawn(session, ana, boris, now)
        _public(session, ana, now)
    talked = reports[: len(AROUND)]
    return Planted(codes[talked[0]], talked, referral, incidents, proposed, invitation, bulks)


def _reports(session: Session, settings: Settings, now: datetime) -> dict[UUID, ReceiptCode]:
    """One for each script that tells everything, and as many as it takes to have everything in the short fields too."""
    short = packed(short_texts(LONGEST_PLACE), LONGEST_PLACE)
    links = packed(short_texts(LONGEST_LINES["link"]), LONGEST_LINES["link"])
    words = [packed(texts(script), MOST_WORDS)[0] for script in AROUND]
    before = set(session.scalars(sa.select(stored.Report.id)))
    codes: dict[UUID, ReceiptCode] = {}
    for place, text in enumerate(short):
        report = builders.a_report(
            role="organisation",
            organisation=text,
            place=short[place - 1],
            when_words=short[place - 2],
            link=links[place % len(links)],
            words=words[place] if place < len(words) else f"{_SAME} {short[place - 3]}",
            wish="pass_on",
            consents=frozenset({"refer_police"}),
        )
        is_held = place > len(short) // 2
        code = builders.send(session, report, settings, now=now, trap_is_filled=is_held)
        [new] = set(session.scalars(sa.select(stored.Report.id))) - before - codes.keys()
        codes[new] = code
    return codes


_SAME = "Исте речи стоје у свим овим пријавама, да би се нашле једна поред друге и гледале заједно. " * 4


def _members(session: Session, settings: Settings, now: datetime) -> list[Member]:
    """One for each payload, called like it."""
    names = dict.fromkeys(short_texts(LONGEST_PERSON))
    return [builders.a_member(session, settings, Role.MODERATOR, name=name, now=now) for name in names]


def _names(session: Session, ana: Member, people: Sequence[Member], now: datetime) -> str:
    """What invitations, passkeys, desks and filters are called, and why somebody was shut out; a link to enrol."""
    link = ""
    for place, name in enumerate(short_texts(LONGEST_PERSON - 1)):
        link = invitations.invite(session, f"{name}.", [Role.REVIEWER], language="hu", by=ana, now=now)
        key = uuid4().bytes
        values = {"credential_id": key, "public_key": key, "counter": place, "added_on": now.date()}
        session.add(Passkey(id=uuid4(), member_id=ana.id, name=name, **values))
    for place, (member, name) in enumerate(zip(people, short_texts(LONGEST_FILTER), strict=False)):
        desks.add_desk(session, f"desk-{place}", name, first=ana.id, actor=member.name, now=now)
        filters.save_filter(session, name, Filter(), is_shared=True, member=member)
    for member, reason in zip(people, packed(short_texts(_LONGEST_REASON), _LONGEST_REASON), strict=False):
        colleagues.revoke_member(session, member.id, actor=member.name, now=now, reason=reason)
    return link


def _rules(session: Session, ana: Member, people: Sequence[Member], now: datetime) -> None:
    """Rules that put a tag on every report, and rules that look for words; rows, as many would be refused as typed."""
    named = zip(people, short_texts(LONGEST_RULE), short_texts(LONGEST_TAG), short_texts(LONGEST_QUERY), strict=False)
    for member, name, tag, words in named:
        empty = {"language": "", "place": "", "ground": "", "written_by": member.id, "version": 1}
        tagging = {"effect": Effect.TAG, "tag": tag, "act": "threat", "words": "", "is_on": True}
        asking = {"effect": Effect.ROUTE, "tag": "", "act": "", "words": words, "is_on": False, "route_to": member.id}
        session.add(QueueRule(id=uuid4(), name=name, **empty, **tagging))
        session.add(QueueRule(id=uuid4(), name=f"{name[:-1]}*", **empty, **asking))
    session.flush()


def _talks(session: Session, settings: Settings, codes: Mapping[UUID, ReceiptCode], ana: Member, now: datetime) -> None:
    """Both sides say everything, the desk sums it up, and files come."""
    for (report, code), script in zip(codes.items(), AROUND, strict=True):
        for kind in (MessageKind.ANSWER, MessageKind.ADDITION, MessageKind.CORRECTION):
            for text in packed(texts(script), receipts.LONGEST_MESSAGE):
                values = {"nonce": builders.a_nonce(), "today": now.date(), "pepper": settings.pepper}
                receipts.say(session, code, kind, text, **values)
        for content in (a_picture(), a_document()):
            files.add_file(session, code, content, remake(content), today=now.date(), pepper=settings.pepper)
        moderation.take_report(session, report, member=ana, now=now)
        for act in (moderation.ask, moderation.tell):
            for text in packed(texts(script), moderation.LONGEST_QUESTION):
                act(session, report, text, version=_version(session, report), member=ana, now=now)
        summary = packed(texts(script), deidentify.LONGEST_SUMMARY)[0]
        _summed_up(session, report, summary, ana, now, also=plain_text(texts(script)[0]))


def _version(session: Session, report: UUID) -> int:
    return session.get_one(stored.Report, report).version


def _summed_up(session: Session, report: UUID, summary: str, ana: Member, now: datetime, *, also: str = "") -> None:
    version = _version(session, report)
    deidentify.save(session, report, [], also=also, summary=summary, version=version, member=ana, now=now)


def _passed_on(session: Session, report: UUID, ana: Member, now: datetime) -> UUID:
    """A report that goes to the police, with a summary of all in which nothing looks like a name or an address."""
    moderation.take_report(session, report, member=ana, now=now)
    harmless = [text for text in texts("Cyrillic") if not marks(plain_text(text), data_files.known_names())]
    _summed_up(session, report, " ".join(harmless), ana, now)
    version = _version(session, report)
    return referral.propose(session, report, "police", version=version, member=ana, now=now)


def _returned(session: Session, reports: Iterable[UUID], ana: Member, boris: Member, now: datetime) -> list[UUID]:
    """Incidents that the other member sent back, saying more."""
    found = []
    for report, note in zip(reports, packed(texts("Latin"), settlement.LONGEST_NOTE), strict=False):
        incident = _proposed(session, report, ana, now)
        version = session.get_one(Incident, incident).version
        builders.send_back(session, incident, boris, note, version=version, now=now, place="reads_otherwise")
        found.append(incident)
    return found


def _proposed(session: Session, report: UUID, member: Member, now: datetime) -> UUID:
    return settlement.propose_incident(
        session,
        report,
        builders.a_settlement(),
        version=moderation.take_report(session, report, member=member, now=now),
        member=member,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        now=now,
    )


def _bulks(session: Session, reports: Sequence[UUID], ana: Member, now: datetime) -> list[UUID]:
    """What was done with some reports at once, and why."""
    listed = [Listed(one, _version(session, one)) for one in reports[-4:-1]]
    return [
        bulk.begin(session, BulkKind.RELEASE, text, reason=None, listed=listed, member=ana, now=now)
        for text in packed(texts("Latin"), bulk.LONGEST_COMMENT)
    ]


def _held_by_others(session: Session, people: Sequence[Member], now: datetime) -> None:
    """Every report that nobody has is in the hands of somebody with such a name, for hours."""
    free = session.scalars(sa.select(stored.Report).where(stored.Report.lease_member_id.is_(None)))
    for row, member in zip(free, people, strict=False):
        row.lease_member_id, row.lease_until = member.id, now + timedelta(hours=3)
    session.flush()


def _withdrawn(session: Session, ana: Member, boris: Member, now: datetime) -> None:
    """Of the releases that are published one is asked to be withdrawn, the others are."""
    numbers = session.scalars(sa.select(Release.number).where(Release.state == ReleaseState.PUBLISHED)).all()
    for number, english, serbian in zip(numbers, _sentences("Latin"), _sentences("Cyrillic"), strict=False):
        reason = withdrawn_releases.Reason("other", english, serbian)
        withdrawn_releases.ask(session, number, reason, member=MemberId(ana.id), now=now)
        if number != max(numbers):
            digest = withdrawn_releases.requests(session)[number].digest
            withdrawn_releases.approve(session, number, digest=digest, member=MemberId(boris.id), now=now)


def _sentences(script: str) -> list[str]:
    return packed(texts(script), withdrawn_releases.LONGEST)


def _public(session: Session, ana: Member, now: datetime) -> None:
    """Notices on both pages in every language: on the second in the other order, as one may hide what follows it."""
    script = cycle(AROUND)
    for page in Page:
        packs = packed(texts(next(script))[:: 1 if page is Page.START else -1], notices.LONGEST)
        for language, pack in zip(LANGUAGES, cycle(packs), strict=False):
            notices.write_notice(session, page, language.tag, pack, version=0, member=ana, now=now)
