import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from incidents.core.audit import START, Entry, Tampering, first_break, link, tampering_at


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


def numbered(chain: list[tuple[Entry, bytes]]) -> list[tuple[Entry, bytes]]:
    """As a table gives them, after somebody gave them new numbers."""
    return [(replace(entry, number=number), digest) for number, (entry, digest) in enumerate(chain, 1)]


def tampered(chance: random.Random) -> tuple[list[tuple[Entry, bytes]], int, Tampering]:
    """A chain that somebody has been at, the number at which it breaks, and what was done."""
    chain = a_chain(40)
    at = chance.randrange(38)
    entry, digest = chain[at]
    match chance.choice(("removed", "closed up", "changed", "hash", "inserted", "copied", "swapped", "moved")):
        case "removed":
            return chain[:at] + chain[at + 1 :], at + 1, Tampering.REMOVED
        case "closed up":
            return numbered(chain[:at] + chain[at + chance.randint(1, 37 - at or 1) :]), at + 1, Tampering.REMOVED
        case "changed":
            field = chance.choice(["actor", "action", "subject", "before", "after", "reason", "at"])
            value = entry.at + timedelta(minutes=chance.randint(1, 9_999)) if field == "at" else f"x{chance.random()}"
            return (
                [*chain[:at], (replace(entry, **{field: value}), digest), *chain[at + 1 :]],
                at + 1,
                Tampering.CHANGED,
            )
        case "hash":
            return [*chain[:at], (entry, chance.randbytes(32)), *chain[at + 1 :]], at + 1, Tampering.CHANGED
        case "inserted":
            new = (replace(entry, action=f"x{chance.random()}"), chance.randbytes(32))
            return numbered([*chain[:at], new, *chain[at:]]), at + 1, Tampering.INSERTED
        case "copied":
            other = chance.randrange(at + 1, 40)
            return numbered([*chain[:at], chain[other], *chain[at:]]), at + 1, Tampering.INSERTED
        case "swapped":
            other = chance.randrange(at + 1, 40)
            chain[at], chain[other] = chain[other], chain[at]
            return numbered(chain), at + 1, Tampering.MOVED
        case _:
            other = chance.randrange(at + 1, 40)
            return numbered([*chain[:at], chain[other], *chain[at:other], *chain[other + 1 :]]), at + 1, Tampering.MOVED


def test_each_of_a_thousand_tamperings_is_found_where_it_was_done_and_told_from_others() -> None:
    chance = random.Random(18)
    for _ in range(1_000):
        chain, place, what = tampered(chance)
        assert first_break(chain) == place
        assert tampering_at(chain, place) is what
