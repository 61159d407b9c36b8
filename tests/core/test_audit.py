from dataclasses import replace
from datetime import UTC, datetime

import pytest

from incidents.core.audit import START, Entry, first_break, link


def a_chain(length: int = 5) -> list[tuple[Entry, bytes]]:
    chain, previous = [], START
    for number in range(1, length + 1):
        entry = Entry(
            number=number, at=datetime(2026, 11, 24, tzinfo=UTC), actor="a", action="link", subject=f"report:{number}"
        )
        previous = link(entry, previous)
        chain.append((entry, previous))
    return chain


def test_a_whole_chain_has_no_break() -> None:
    assert first_break(a_chain()) is None
    assert first_break([]) is None


@pytest.mark.parametrize(
    ("tamper", "place"),
    [
        (lambda chain: chain[:2] + chain[3:], 3),
        (lambda chain: [chain[1], chain[0], *chain[2:]], 1),
        (lambda chain: [*chain[:2], (replace(chain[2][0], actor="b"), chain[2][1]), *chain[3:]], 3),
        (lambda chain: [*chain[:2], (replace(chain[1][0], number=3), chain[1][1]), *chain[2:]], 3),
    ],
    ids=["removed", "moved", "changed", "inserted"],
)
def test_a_break_is_found_where_it_is(tamper, place: int) -> None:
    assert first_break(tamper(a_chain())) == place
