"""A trial has something to practise on, to search, and to agree about."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.incident import Incident
from incidents.services import coding, deidentify, practised, training
from incidents.services.accounts import Member
from incidents.services.reporting import NoDeskKey
from tests import builders
from tests.conftest import NOW

NUMBER = 60
KNOWN = data_files.known_names()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.unit_of_work() as session:
        yield session


def add(session: Session, settings: Settings, members: list[Member]) -> None:
    practised.add_practice(
        session,
        [member.id for member in members],
        number=NUMBER,
        pepper=settings.pepper,
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        known=KNOWN,
        now=NOW,
    )


@pytest.fixture
def desk(session: Session, settings: Settings) -> list[Member]:
    desk = builders.a_desk(session, settings, now=NOW)
    add(session, settings, desk)
    return desk


def test_every_summary_opens_and_nothing_is_left_in_it(session: Session, desk: list[Member]) -> None:
    reports = session.scalars(sa.select(stored.Report.id)).all()
    read = [deidentify.read(session, report, member=desk[0], known=KNOWN) for report in reports]
    assert len(read) == NUMBER
    assert all(one.summary and not one.left_in_summary for one in read)


def test_summaries_are_of_several_lengths_and_in_both_scripts_and_hungarian(
    session: Session, desk: list[Member]
) -> None:
    reports = session.scalars(sa.select(stored.Report.id)).all()
    texts = [deidentify.read(session, one, member=desk[0], known=KNOWN).summary or "" for one in reports]
    assert max(map(len, texts)) > 2 * min(map(len, texts))
    assert {any("а" <= letter <= "я" for letter in text) for text in texts} == {True, False}
    assert any(letter in text for text in texts for letter in "őűáé")


def test_members_have_something_to_practise_on(session: Session, desk: list[Member]) -> None:
    for member in desk:
        incident = training.any_exercise(session, member, known=KNOWN)
        assert incident is not None
        assert training.exercise(session, incident, member, known=KNOWN).summaries


def test_second_codings_agree_mostly_and_not_always(session: Session, desk: list[Member]) -> None:
    months = coding.agreement_by_month(session)
    assert 20 < sum(month.incidents for month in months) < NUMBER
    assert max(month.incidents for month in months) > 5
    both = [coding.both_codings(session, one) for one in session.scalars(sa.select(Incident.id))]
    assert {pair.first == pair.second for pair in both if pair} == {True, False}


def test_without_a_desk_key_nothing_is_made(session: Session, settings: Settings) -> None:
    with pytest.raises(NoDeskKey):
        add(session, settings, [])
