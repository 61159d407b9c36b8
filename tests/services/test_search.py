from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.config import Settings
from incidents.core.incident import BiasStrength, Decision, Handling, Verification
from incidents.core.receipt import ReceiptCode
from incidents.core.search.finding import Labelled, line_of
from incidents.core.search.query import parse
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.incident import Incident, IncidentCode
from incidents.db.key import KeyGrant
from incidents.db.report import MessageKind
from incidents.services import deidentify, moderation, receipts, search
from incidents.services.accounts import Member
from incidents.services.memory import Memory, Recall
from incidents.services.search import Found, Source
from incidents.services.withdrawal import withdraw_report
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

LABELS = [
    Labelled("ground", frozenset({"religious_belief"}), line_of(["верско уверење"], {})),
    Labelled("ground", frozenset({"national_ethnic"}), line_of(["национална припадност"], {})),
    Labelled("act", frozenset({"threat"}), line_of(["претња"], {})),
    Labelled("place", frozenset({"80438"}), line_of(["Суботица"], {})),
    Labelled("state", frozenset({"accepted"}), line_of(["прихваћено"], {})),
    Labelled("state", frozenset({"received"}), line_of(["чека"], {})),
    Labelled("language", frozenset({"sr-Cyrl"}), line_of(["српски"], {})),
]


@pytest.fixture
def recall() -> Recall:
    return Memory().of(b"c" * 32, now=NOW)


@pytest.fixture
def code(session: Session, settings: Settings, desk: list[Member]) -> ReceiptCode:
    return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(session: Session, code: ReceiptCode) -> UUID:
    return builders.only_report(session)


def find(session: Session, member: Member, typed: str, recall: Recall | None = None) -> Found:
    return search.search(
        session,
        member,
        parse(typed),
        recall=recall or Memory().of(b"c" * 32, now=NOW),
        labels=LABELS,
        area_of=lambda place: "80438" if "Суботи" in place else "",
    )


def ids(found: Found) -> set[UUID]:
    return {hit.id for hit in found.hits}


def summarise(session: Session, report: UUID, member: Member, summary: str) -> int:
    version = moderation.take_report(session, report, member=member, now=NOW)
    deidentify.save(session, report, [], also="", summary=summary, version=version, member=member, now=NOW)
    return session.get_one(stored.Report, report).version


def an_incident(session: Session, *, ground: str = "religious_belief", place: str = "80438") -> UUID:
    row = Incident(
        id=uuid4(),
        decision=Decision.ACCEPTED,
        verification=Verification.PLAUSIBLE,
        bias_strength=BiasStrength.PERCEIVED,
        year=2026,
        month=3,
        place=place,
        setting="street",
        vocabulary_version="2026-1",
    )
    row.codes = [IncidentCode(vocabulary="ground", code=ground), IncidentCode(vocabulary="act_type", code="threat")]
    session.add(row)
    session.flush()
    return row.id


@pytest.mark.parametrize(
    "typed",
    ["дошао", "dosao", "VIKALI одакле", '"idem odakle"', "place:subotica", "ground:национална -act:robbery", "чека*"],
)
def test_an_open_report_is_found_by_its_words_and_codes(session, ana, report, typed) -> None:
    assert ids(find(session, ana, typed)) == {report}


@pytest.mark.parametrize("typed", ["школа", "дошао -викао", "ground:верско", "place:80284", "state:linked"])
def test_what_it_does_not_say_does_not_find_it(session, ana, report, typed) -> None:
    assert ids(find(session, ana, typed)) == set()


def test_the_place_as_it_was_typed_is_found_too_and_the_hit_says_where(session, ana, report) -> None:
    [hit] = find(session, ana, "subotici").hits
    assert (hit.source, [piece.text for piece in hit.pieces if piece.is_hit]) == (Source.SHORT, ["Суботици"])
    [hit] = find(session, ana, "vikali").hits
    assert (hit.source, [piece.text for piece in hit.pieces if piece.is_hit]) == (Source.WORDS, ["Викали"])
    [hit] = find(session, ana, "act:претња").hits
    assert (hit.source, hit.pieces) == (Source.CODES, [])


def test_what_reporters_add_is_found_at_once(session, settings, ana, report, code, recall) -> None:
    assert ids(find(session, ana, "кишобран", recall)) == set()
    for number, text in enumerate(("Имао је кишобран.", "И црвену капу.")):
        receipts.say(
            session,
            code,
            MessageKind.ADDITION,
            text,
            nonce=builders.a_nonce(),
            today=NOW.date(),
            pepper=settings.pepper,
        )
        assert ids(find(session, ana, ("kisobran", "crvena kapa")[number], recall)) == {report}
    assert find(session, ana, "kisobrani", recall).hits[0].source is Source.TALK


def test_of_a_settled_report_only_the_summary_is_searched(session, ana, report, recall) -> None:
    version = summarise(session, report, ana, "Група је вређала мушкарца испред продавнице.")
    assert ids(find(session, ana, "prodavnica одакле", recall)) == {report}
    moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
    assert ids(find(session, ana, "одакле", recall)) == set()
    [hit] = find(session, ana, "prodavnica", recall).hits
    assert (hit.id, hit.source, hit.handling) == (report, Source.SUMMARY, Handling.SET_ASIDE)
    assert ids(find(session, ana, "prodavnica ground:national_ethnic", recall)) == {report}


def test_a_settled_report_without_a_summary_is_not_opened(session, ana, report) -> None:
    session.execute(sa.update(stored.Report).values(handling=Handling.SET_ASIDE))
    assert find(session, ana, "дошао").looked_through == 0


def test_a_withdrawn_report_is_found_no_more(session, settings, ana, code, recall) -> None:
    assert find(session, ana, "дошао", recall).number == 1
    withdraw_report(session, code, pepper=settings.pepper, today=NOW.date())
    assert find(session, ana, "дошао", recall).number == 0


def test_a_member_without_the_key_finds_nothing_also_not_from_memory(session, settings, ana, report, recall) -> None:
    assert find(session, ana, "дошао", recall).number == 1
    session.execute(sa.delete(KeyGrant).where(KeyGrant.member_id == ana.id))
    assert find(session, ana, "дошао", recall).number == 0


def test_the_newest_are_shown_first_and_all_are_counted(session, settings, ana, monkeypatch) -> None:
    monkeypatch.setattr(search, "SHOWN", 2)
    for days_ago in (3, 1, 2):
        builders.send(session, a_report(month="2026-06"), settings, now=NOW - timedelta(days=days_ago))
    found = find(session, ana, "дошао")
    assert found.number == 3
    assert [(NOW.date() - hit.received_on).days for hit in found.hits] == [1, 2]


def test_beyond_the_most_that_is_looked_through_it_is_said(session, settings, ana, monkeypatch) -> None:
    for text in ("Прва прича о сведоку.", "Друга прича о сведоку."):
        builders.send(session, a_report(), settings, now=NOW)
        [report] = session.scalars(sa.select(stored.Report.id).where(stored.Report.handling == Handling.RECEIVED))
        version = summarise(session, report, ana, text)
        moderation.set_aside(session, report, "abuse", version=version, member=ana, now=NOW)
    assert (find(session, ana, "сведок").number, find(session, ana, "сведок").is_all) == (2, True)
    monkeypatch.setattr(search, "MOST", 1)
    assert (find(session, ana, "сведок").number, find(session, ana, "сведок").is_all) == (1, False)


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("verska", True),
        ("ground:religious_belief", True),
        ("верско претња", True),
        ("верско -претња", False),
        ("ground:religious_belief place:Суботица state:accepted", True),
        ("ground:religious_belief -place:80438", False),
        ("национална OR верска", True),
        ("национална", False),
        ("language:sr-cyrl", False),
        ("state:received", False),
        ("нешто", False),
        ("id:zz", False),
    ],
)
def test_incidents_are_found_by_what_their_codes_are_called(session, ana, typed, finds) -> None:
    incident = an_incident(session)
    assert [one.id for one in find(session, ana, typed).incidents] == ([incident] if finds else [])


def test_an_incident_is_found_by_how_its_number_begins(session, ana) -> None:
    incident = an_incident(session)
    an_incident(session, place="80284")
    assert [one.id for one in find(session, ana, f"id:{incident.hex[:12]}").incidents] == [incident]
    assert [one.id for one in find(session, ana, f"id:{incident}").incidents] == [incident]


def test_that_somebody_searched_is_in_the_trail_and_not_what_for(session, ana) -> None:
    search.note_searching(session, ana, now=NOW)
    [entry] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "search"))
    assert (entry.actor, entry.subject, entry.before, entry.after, entry.reason) == (ana.name, "reports", "", "", "")
