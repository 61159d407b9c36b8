from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.queue_rules import BadRule, Condition, Effect, Rule, hits
from incidents.db import report as stored
from incidents.db.audit import entries
from incidents.services import moderation, queue, queue_rules
from incidents.services.accounts import Member
from incidents.services.memory import Memory, Recall
from incidents.services.queue import Filter, Held, View, Waiting, chosen
from incidents.services.queue_rules import DryRun, NoSuchRule, NotTried, SamePerson, StaleRule
from tests import builders
from tests.builders import a_report
from tests.conftest import NOW

CALM = frozenset({"verbal_insult"})
GRAVE = frozenset({"physical_attack"})
JUNK = "KUPITE POVOLJNO kredit odmah, bez žiranata"
STORY = "Vikali su na mene u autobusu da idem odakle sam došla."


@pytest.fixture
def recall() -> Recall:
    return Memory().of(b"c" * 32, now=NOW)


def arrived(session: Session, settings: Settings, words: str = STORY, *, days_ago: int = 0, **changes: object) -> UUID:
    before = set(session.scalars(sa.select(stored.Report.id)))
    sent = a_report(**{"month": "2026-06", "acts": CALM, "words": words, **changes})
    builders.send(session, sent, settings, now=NOW - timedelta(days=days_ago))
    [report] = set(session.scalars(sa.select(stored.Report.id))) - before
    return report


def a_rule(effect: Effect = Effect.FLAG, **changes: object) -> Rule:
    values = {"name": "Реклама", "tag": "", "route_to": None, "condition": Condition(words="kredit"), **changes}
    return Rule(uuid4(), 0, effect=effect, **values)


def write(session: Session, rule: Rule, member: Member) -> UUID:
    return queue_rules.save_rule(session, rule, known=data_files.known_names(), member=member, now=NOW)


def try_it(session: Session, rule: UUID, member: Member, version: int = 1) -> DryRun:
    grave = queue.grave_acts(data_files.vocabulary())
    return queue_rules.try_rule(
        session,
        rule,
        version=version,
        member=member,
        area_of=lambda _place: "",
        grave=grave,
        today=NOW.date(),
        now=NOW,
    )


def switch(session: Session, rule: UUID, member: Member, *, on: bool = True, version: int = 1) -> None:
    queue_rules.switch_rule(session, rule, on=on, version=version, member=member, now=NOW)


def in_force(session: Session, rule: Rule, ana: Member, boris: Member) -> UUID:
    number = write(session, rule, ana)
    try_it(session, number, boris)
    switch(session, number, boris)
    return number


def lines(session: Session, member: Member, recall: Recall) -> list[Waiting]:
    return queue.open_queue(
        session,
        member,
        recall=recall,
        vocabulary=data_files.vocabulary(),
        area_of=lambda _place: "",
        now=NOW,
        rules=queue_rules.rules_in_force(session),
    )


def test_a_flag_brings_a_report_before_the_others_but_not_before_somebody_at_risk(
    session: Session, settings: Settings, ana: Member, boris: Member, recall: Recall
) -> None:
    old = arrived(session, settings, days_ago=3)
    flagged = arrived(session, settings, "Pretili su mi kreditom u banci.")
    grave = arrived(session, settings, acts=GRAVE)
    in_force(session, a_rule(), ana, boris)
    shown = lines(session, ana, recall)
    assert [line.id for line in shown] == [grave, flagged, old]
    assert [line.is_flagged for line in shown] == [False, True, False]


def test_tags_stand_on_what_they_hit_and_can_be_filtered_by(
    session: Session, settings: Settings, ana: Member, boris: Member, recall: Recall
) -> None:
    hit, other = arrived(session, settings, "Комшија ми прети због вере."), arrived(session, settings)
    rule = in_force(session, a_rule(Effect.TAG, tag="комшије", condition=Condition(words="komšija")), ana, boris)
    shown = lines(session, ana, recall)
    assert {line.id: line.tags for line in shown} == {hit: ["комшије"], other: []}
    assert [line.id for line in chosen(shown, Filter(rule=str(rule))).lines] == [hit]


def test_what_is_routed_is_among_a_colleagues_work_until_somebody_takes_it(
    session: Session, settings: Settings, ana: Member, boris: Member, recall: Recall
) -> None:
    hungarian = arrived(session, settings, "A buszon kiabáltak velem.", language="hu")
    rule = a_rule(Effect.ROUTE, name="Мађарски", route_to=boris.id, condition=Condition(language="hu"))
    in_force(session, rule, ana, boris)
    mine = Filter(view=View.MINE)
    assert [line.id for line in chosen(lines(session, boris, recall), mine).lines] == [hungarian]
    assert chosen(lines(session, ana, Memory().of(b"a" * 32, now=NOW)), mine).lines == []
    moderation.take_report(session, hungarian, member=ana, now=NOW)
    assert chosen(lines(session, boris, recall), mine).lines == []


def test_what_is_set_apart_stands_behind_all_others_with_those_that_are_held(
    session: Session, settings: Settings, ana: Member, boris: Member, recall: Recall
) -> None:
    junk, story = arrived(session, settings, JUNK, days_ago=5), arrived(session, settings)
    at_risk = arrived(session, settings, JUNK, acts=GRAVE)
    in_force(session, a_rule(Effect.APART), ana, boris)
    shown = lines(session, ana, recall)
    assert [line.id for line in shown] == [at_risk, story, junk]
    assert [line.id for line in chosen(shown, Filter(held=Held.ONLY)).lines] == [junk]
    assert {line.id for line in chosen(shown, Filter(held=Held.NOT)).lines} == {story, at_risk}
    assert session.get_one(stored.Report, junk).handling.value == "received"


def test_a_rule_that_is_changed_or_switched_off_leaves_no_trace(
    session: Session, settings: Settings, ana: Member, boris: Member, recall: Recall
) -> None:
    junk = arrived(session, settings, JUNK)
    rule = in_force(session, a_rule(), ana, boris)
    before = session.get_one(stored.Report, junk).version
    assert lines(session, ana, recall)[0].is_flagged
    switch(session, rule, ana, on=False)
    assert not lines(session, ana, recall)[0].is_flagged
    switch(session, rule, boris)
    changed = Rule(rule, 1, "Реклама", Effect.FLAG, "", None, Condition(words="autobus"))
    write(session, changed, ana)
    assert queue_rules.rules_in_force(session) == []
    try_it(session, rule, ana, version=2)
    switch(session, rule, boris, version=2)
    assert not lines(session, ana, recall)[0].is_flagged
    assert session.get_one(stored.Report, junk).version == before


def test_the_dry_run_counts_ninety_days_and_keeps_two_numbers(
    session: Session, settings: Settings, ana: Member
) -> None:
    new = arrived(session, settings, JUNK)
    arrived(session, settings, JUNK, days_ago=90, acts=GRAVE)
    arrived(session, settings, JUNK, days_ago=91)
    arrived(session, settings)
    rule = write(session, a_rule(), ana)
    found = try_it(session, rule, ana)
    assert (found.hits, found.of, found.closed, found.at_risk) == (2, 3, 0, 1)
    assert found.lines[0].id == new
    [written] = queue_rules.all_rules(session)
    assert (written.is_tried, written.tried_hits, written.tried_of, written.tried_on) == (True, 2, 3, NOW.date())


def test_a_rule_is_switched_on_only_after_it_was_tried_as_it_is(session: Session, ana: Member, boris: Member) -> None:
    rule = write(session, a_rule(), ana)
    with pytest.raises(NotTried):
        switch(session, rule, boris)
    try_it(session, rule, ana)
    write(session, Rule(rule, 1, "Реклама", Effect.FLAG, "", None, Condition(words="zajam")), ana)
    with pytest.raises(NotTried):
        switch(session, rule, boris, version=2)
    try_it(session, rule, ana, version=2)
    switch(session, rule, ana, version=2)
    assert [one.version for one in queue_rules.rules_in_force(session)] == [2]


def test_who_wrote_what_sets_apart_does_not_switch_it_on(session: Session, ana: Member, boris: Member) -> None:
    rule = write(session, a_rule(Effect.APART), ana)
    try_it(session, rule, ana)
    with pytest.raises(SamePerson):
        switch(session, rule, ana)
    switch(session, rule, boris)
    switch(session, rule, ana, on=False)
    assert queue_rules.rules_in_force(session) == []


def test_a_stale_change_is_refused_and_changes_nothing(session: Session, ana: Member, boris: Member) -> None:
    rule = write(session, a_rule(), ana)
    write(session, Rule(rule, 1, "Реклама", Effect.FLAG, "", None, Condition(words="zajam")), boris)
    with pytest.raises(StaleRule):
        write(session, Rule(rule, 1, "Друго", Effect.FLAG, "", None, Condition(words="banka")), ana)
    with pytest.raises(StaleRule):
        try_it(session, rule, ana)
    with pytest.raises(StaleRule):
        queue_rules.delete_rule(session, rule, version=1, member=ana, now=NOW)
    assert queue_rules.one_rule(session, rule).rule.condition.words == "zajam"
    queue_rules.delete_rule(session, rule, version=2, member=ana, now=NOW)
    with pytest.raises(NoSuchRule):
        queue_rules.one_rule(session, rule)


@pytest.mark.parametrize(
    ("rule", "field", "reason"),
    [
        (a_rule(name="  "), "name", "missing"),
        (a_rule(name="р" * 61), "name", "too_long"),
        (a_rule(name="Од Милана Петровића"), "name", "names_somebody"),
        (a_rule(condition=Condition(words="064 123 4567")), "words", "names_somebody"),
        (a_rule(condition=Condition(words="jovanka jovanović")), "words", "names_somebody"),
        (a_rule(condition=Condition()), "condition", "missing"),
        (a_rule(condition=Condition(words="-kredit")), "words", "only_without"),
        (a_rule(condition=Condition(words="place:Subotica kredit")), "words", "fields"),
        (a_rule(Effect.TAG), "tag", "missing"),
        (a_rule(Effect.ROUTE), "route_to", "missing"),
        (a_rule(Effect.ROUTE, route_to=uuid4()), "route_to", "missing"),
    ],
)
def test_what_cannot_be_a_rule_is_refused(session: Session, ana: Member, rule: Rule, field: str, reason: str) -> None:
    with pytest.raises(BadRule) as wrong:
        write(session, rule, ana)
    assert (wrong.value.field, wrong.value.reason) == (field, reason)
    assert queue_rules.all_rules(session) == []


def test_two_rules_have_two_names(session: Session, ana: Member) -> None:
    write(session, a_rule(), ana)
    with pytest.raises(BadRule, match="name: taken"):
        write(session, a_rule(), ana)


def test_the_trail_tells_who_did_what_with_a_rule_and_no_word_of_it(
    session: Session, ana: Member, boris: Member
) -> None:
    rule = in_force(session, a_rule(Effect.APART), ana, boris)
    told = [entry for entry, _ in entries(session) if entry.subject == f"rule:{rule}"]
    assert [(entry.actor, entry.action) for entry in told] == [
        (ana.name, "write_rule"),
        (boris.name, "try_rule"),
        (boris.name, "switch_rule"),
    ]
    assert "kredit" not in "".join(map(str, told))


_codes = st.sampled_from(["", "verbal_insult", "threat"])


@given(act=_codes, language=st.sampled_from(["", "hu", "sr-Latn"]), place=st.sampled_from(["", "80438"]))
def test_every_thing_that_is_set_must_be_so(act: str, language: str, place: str) -> None:
    report = a_report(acts=CALM, language="hu")
    condition = Condition(language=language, place=place, act=act)
    if condition == Condition():
        with pytest.raises(BadRule):
            hits(condition)
        return
    fits = (not act or act in report.acts) and language in {"", "hu"}
    assert hits(condition)(report, "80438") == fits
    assert hits(condition)(report, "") == (fits and not place)
