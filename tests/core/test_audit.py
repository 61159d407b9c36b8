import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

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


def tampered(chance: random.Random) -> tuple[list[tuple[Entry, bytes]], int]:
    """A chain that somebody without care for the hashes has been at, and the number at which it breaks."""
    chain = a_chain(40)
    at = chance.randrange(39)
    entry, digest = chain[at]
    match chance.choice(("removed", "changed", "inserted", "moved", "hash")):
        case "removed":
            return chain[:at] + chain[at + 1 :], at + 1
        case "changed":
            field = chance.choice(["actor", "action", "subject", "before", "after", "reason", "at"])
            value = entry.at + timedelta(minutes=chance.randint(1, 9_999)) if field == "at" else f"x{chance.random()}"
            return [*chain[:at], (replace(entry, **{field: value}), digest), *chain[at + 1 :]], at + 1
        case "inserted":
            new = replace(entry, action=f"x{chance.random()}")
            later = [(replace(one, number=one.number + 1), kept) for one, kept in chain[at:]]
            return [*chain[:at], (new, chance.randbytes(32)), *later], at + 1
        case "moved":
            other = chance.randrange(at + 1, 40)
            chain[at], chain[other] = chain[other], chain[at]
            return chain, at + 1
        case _:
            return [*chain[:at], (entry, chance.randbytes(32)), *chain[at + 1 :]], at + 1


def test_each_of_a_thousand_tamperings_is_found_where_it_was_done() -> None:
    chance = random.Random(18)
    many = [tampered(chance) for _ in range(1_000)]
    assert [first_break(chain) for chain, _ in many] == [place for _, place in many]
