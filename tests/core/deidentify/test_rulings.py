import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.deidentify import rulings as rules
from incidents.core.deidentify.mark import Kind, Mark
from incidents.core.deidentify.rulings import NotInText, Ruling, Rulings, State, redacted, stretches

TEXT = "Зовем се Ана Кнежевић, 064/123-4567, из Јамене."
NAMES = {kind: kind.value for kind in Kind}


def mark(text: str, piece: str, kind: Kind = Kind.NAME) -> Mark:
    start = text.index(piece)
    return Mark(start, start + len(piece), kind, piece)


def ruled(found: Mark, state: State) -> Ruling:
    return Ruling(found.start, found.end, found.kind, state)


ANA = mark(TEXT, "Ана Кнежевић")
PHONE = mark(TEXT, "064/123-4567", Kind.PHONE)
PLACE = mark(TEXT, "Јамене", Kind.PLACE)
MARKS = [ANA, PHONE, PLACE]


def test_what_is_struck_stays_and_all_else_goes_out() -> None:
    parts = stretches(TEXT, MARKS, [ruled(PLACE, State.STRUCK), ruled(ANA, State.ACCEPTED)])
    assert redacted(parts, NAMES) == "Зовем се [name], [phone], из Јамене."


def test_words_taken_out_by_hand_go_out_everywhere() -> None:
    text = "Мики је викао, па је Мики побегао."
    parts = stretches(text, [], rules.all_of(text, "Мики"))
    assert redacted(parts, NAMES) == "[other] је викао, па је [other] побегао."


@pytest.mark.parametrize("typed", ["", "Миле", "мики"])
def test_words_that_the_text_does_not_have_cannot_be_taken_out(typed: str) -> None:
    with pytest.raises(NotInText):
        rules.all_of("Мики је викао.", typed)


def test_what_was_accepted_stays_out_when_the_machine_marks_it_no_more() -> None:
    parts = stretches(TEXT, [PHONE], [ruled(ANA, State.ACCEPTED)])
    assert redacted(parts, NAMES) == "Зовем се [name], [phone], из Јамене."


def test_what_was_struck_needs_no_place_when_the_machine_marks_it_no_more() -> None:
    parts = stretches(TEXT, [PHONE], [ruled(PLACE, State.STRUCK)])
    assert [part.text for part in parts if part.kind] == [PHONE.text]


def test_a_mark_that_reaches_further_than_the_decision_is_open_again() -> None:
    only_first = mark(TEXT, "Ана")
    parts = stretches(TEXT, [ANA], [ruled(only_first, State.ACCEPTED)])
    assert [(part.text, part.state) for part in parts if part.kind] == [(ANA.text, State.OPEN)]


def test_a_part_of_a_struck_mark_can_be_taken_out() -> None:
    surname = Ruling(13, 21, Kind.OTHER, State.ACCEPTED)
    parts = stretches(TEXT, MARKS, [ruled(ANA, State.STRUCK), surname])
    assert redacted(parts, NAMES).startswith("Зовем се Ана [other], ")


def test_each_step_can_be_undone_and_a_step_that_changes_nothing_is_none() -> None:
    first = Rulings.of(TEXT).changed([ruled(ANA, State.ACCEPTED)])
    second = first.changed([ruled(ANA, State.ACCEPTED), ruled(PHONE, State.STRUCK), ruled(PLACE, State.OPEN)])
    assert second.changed(second.current) == second
    assert second.undone() == first
    assert first.undone() == Rulings.of(TEXT)
    assert first.undone().undone() == Rulings.of(TEXT)


def test_what_is_kept_has_offsets_and_kinds_and_no_word() -> None:
    stored = rules.to_bytes(Rulings.of(TEXT).changed([ruled(ANA, State.ACCEPTED)]))
    assert json.loads(stored)["states"] == [[[9, 21, "name", "accepted"]]]
    assert "Ана" not in json.dumps(json.loads(stored), ensure_ascii=False)


def test_what_is_kept_comes_back_and_says_nothing_about_another_text() -> None:
    kept = Rulings.of(TEXT).changed([ruled(ANA, State.ACCEPTED)]).changed([ruled(PHONE, State.STRUCK)])
    assert rules.from_bytes(rules.to_bytes(kept), TEXT) == kept
    assert rules.from_bytes(rules.to_bytes(kept), TEXT + "!") == Rulings.of(TEXT + "!")


SPANS = st.tuples(st.integers(0, 30), st.integers(1, 6), st.sampled_from(Kind), st.sampled_from(State))


@given(st.text(max_size=25), st.lists(SPANS, max_size=8), st.lists(SPANS, max_size=8))
def test_the_parts_are_always_the_whole_text(text: str, marked: list, decided: list) -> None:
    marks, at = [], 0
    for start, length, kind, _ in marked:
        if at <= start and start + length <= len(text):
            marks.append(Mark(start, start + length, kind, text[start : start + length]))
            at = start + length
    parts = stretches(
        text, marks, [Ruling(start, start + length, kind, state) for start, length, kind, state in decided]
    )
    assert "".join(part.text for part in parts) == text
    assert all(text[part.start : part.end] == part.text for part in parts)
