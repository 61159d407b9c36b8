from itertools import islice
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from benchmarks.junk import REAL, junk
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.likeness.groups import Kind
from incidents.core.report import Report
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.services import clusters, moderation
from incidents.services.accounts import Member
from incidents.services.moderation import NoSuchReport
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW
from tests.core.likeness.test_groups import a_report_of

COPY = "Затворите ову канцеларију одмах, доста је било лажи и превара у овој земљи."


@pytest.fixture
def arrive(session: Session, settings: Settings, desk: list[Member]):
    def one(report: Report, *, held: bool = True) -> UUID:
        before = set(session.scalars(sa.select(stored.Report.id)))
        builders.send(session, report, settings, now=NOW, trap_is_filled=held)
        [new] = set(session.scalars(sa.select(stored.Report.id))) - before
        return new

    return one


def test_copies_are_one_cluster_with_their_exact_count_and_what_they_share(session, arrive, ana) -> None:
    for number in range(7):
        arrive(a_report(words=f"{COPY} {number}"), held=number > 2)
    other = arrive(a_report(words="Газда нас је избацио усред зиме јер смо Роми."))
    found = clusters.open_clusters(session, ana)
    [cluster] = found.clusters
    assert (cluster.kind, len(cluster.reports), cluster.held) == (Kind.COPIES, 7, 4)
    assert cluster.shared.words == (COPY,)
    assert cluster.shared.codes["acts"] == {"threat", "verbal_insult"}
    assert cluster.days == (NOW.date(), NOW.date())
    assert [one.id for one in found.single] == [other]


def test_the_real_report_in_a_flood_stands_alone(session, arrive, ana) -> None:
    for answers in islice(junk(6), 400):
        arrive(a_report_of(answers))
    real = arrive(a_report_of(REAL))
    found = clusters.open_clusters(session, ana)
    assert real in {one.id for one in found.single}
    assert len(found.clusters) + len(found.few) + len(found.single) - 1 <= 100


def test_what_a_colleague_has_taken_is_in_no_cluster(session, arrive, ana, boris) -> None:
    ids = [arrive(a_report(words=COPY)) for _ in range(6)]
    moderation.take_report(session, ids[0], member=boris, now=NOW)
    [cluster] = clusters.open_clusters(session, ana).clusters
    assert {one.id for one in cluster.reports} == set(ids[1:])


def test_ordinary_reports_without_words_are_not_lumped_together(session, arrive, ana) -> None:
    for place in ("Ниш", "Бор", "Шид", "Рума", "Ужице", "Чачак"):
        arrive(a_report(words="", place=place), held=False)
    assert clusters.open_clusters(session, ana).clusters == []


def test_a_key_that_opens_nothing_sees_nothing(session, arrive, settings, ana) -> None:
    arrive(a_report(words=COPY))
    stranger = builders.a_member_without_a_grant(session, settings, now=NOW)
    found = clusters.open_clusters(session, stranger)
    assert (found.clusters, found.few, found.single, found.unopened) == ([], [], [], 1)


def test_the_cluster_around_a_report_is_found_again(session, arrive, ana) -> None:
    ids = {arrive(a_report(words=COPY)) for _ in range(5)}
    alone = arrive(a_report(words="Нешто сасвим друго, о послу и шефу."))
    assert {one.id for one in clusters.cluster_around(session, ana, min(ids)).reports} == ids
    for nowhere in (alone, uuid4()):
        with pytest.raises(NoSuchReport):
            clusters.cluster_around(session, ana, nowhere)


def test_a_list_is_shown_again_in_its_order_without_what_was_not_in_it(session, arrive, ana) -> None:
    for _ in range(6):
        arrive(a_report(words=COPY))
    listed = clusters.open_clusters(session, ana).clusters[0].listed()[:4]
    again = clusters.cluster_listed(session, ana, Kind.COPIES, listed)
    assert again is not None
    assert again.listed() == listed
    assert clusters.cluster_listed(session, ana, Kind.COPIES, []) is None


def test_samples_say_different_things_and_the_least_typical_come_last_first(session, arrive, ana) -> None:
    for number in range(20):
        arrive(a_report(words=COPY if number < 15 else f"{COPY} Додајем и ово, пети пут: {'ај ' * number}"))
    [cluster] = clusters.open_clusters(session, ana).clusters
    assert len({one.content.words for one in cluster.typical(3)}) == len(cluster.typical(3))
    odd = cluster.least_typical(3)
    assert [one.likeness for one in odd] == sorted(one.likeness for one in cluster.reports)[:3]


def test_opening_is_in_the_audit_trail_without_a_word(session, arrive, ana) -> None:
    one = arrive(a_report(words=COPY))
    clusters.note_looking(session, ana, now=NOW)
    clusters.note_looking(session, ana, now=NOW, around=one)
    looked = [entry for entry, _ in entries(session) if entry.action == "open_clusters"]
    assert [(entry.actor, entry.subject) for entry in looked] == [(ana.name, "reports"), (ana.name, f"report:{one}")]


def test_looking_leaves_no_trace_of_likeness(session, arrive, ana) -> None:
    for _ in range(6):
        arrive(a_report(words=COPY))

    def everything() -> str:
        tables = stored.Report.metadata.sorted_tables
        return repr([list(session.execute(sa.select(table))) for table in tables])

    before = everything()
    clusters.open_clusters(session, ana)
    assert everything() == before
    assert {row.handling for row in session.scalars(sa.select(stored.Report))} == {Handling.QUARANTINED}
