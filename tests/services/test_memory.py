from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from incidents.core.accounts import IDLE
from incidents.services.memory import Memory
from tests.conftest import NOW

COOKIE, OTHER = b"c" * 32, b"d" * 32
IDS = [str(uuid4()) for _ in range(5)]


class Source:
    """Rows with a version, and what was opened of them."""

    def __init__(self, rows: dict[str, int]) -> None:
        self.rows = rows
        self.opened: list[str] = []

    def open(self, missing: list[str]) -> Iterator[tuple[str, str]]:
        for one in missing:
            self.opened.append(one)
            yield one, self.line(one)

    def line(self, one: str) -> str:
        return f"Текст {one} {self.rows[one]}"

    def read(self, memory: Memory, cookie: bytes = COOKIE, now=NOW) -> dict[str, str]:
        self.opened = []
        return memory.of(cookie, now=now).lines("queue", self.rows, self.open)


def test_what_was_opened_is_not_opened_again() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    first = source.read(memory)
    assert source.opened == IDS
    assert source.read(memory) == first
    assert source.opened == []


def test_a_changed_row_is_opened_anew_and_only_that() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    source.rows[IDS[2]] = 2
    assert source.read(memory)[IDS[2]] == source.line(IDS[2])
    assert source.opened == [IDS[2]]


def test_what_is_gone_is_forgotten() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    before, version = memory.size, source.rows.pop(IDS[0])
    assert IDS[0] not in source.read(memory)
    assert memory.size < before
    source.rows[IDS[0]] = version
    source.read(memory)
    assert source.opened == [IDS[0]]


def test_one_session_does_not_get_what_another_opened() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    source.read(memory, OTHER)
    assert source.opened == IDS


def test_shelves_of_one_session_are_apart() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    assert memory.of(COOKIE, now=NOW).lines("search", source.rows, lambda _missing: []) == {}


def test_after_log_out_it_is_opened_again() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    source.read(memory, OTHER)
    memory.forget(COOKIE)
    source.read(memory)
    assert source.opened == IDS
    source.read(memory, OTHER)
    assert source.opened == []


def test_a_session_that_is_over_leaves_nothing() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    memory.of(OTHER, now=NOW + IDLE + timedelta(seconds=1))
    assert memory.size == 0


def test_what_is_read_after_log_out_in_the_same_moment_is_not_kept() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    recall = memory.of(COOKIE, now=NOW)
    memory.forget(COOKIE)
    assert len(recall.lines("queue", source.rows, source.open)) == len(IDS)
    assert memory.size == 0


def test_there_is_only_so_much_room_and_the_oldest_session_goes_first() -> None:
    source = Source(dict.fromkeys(IDS, 1))
    measured = Memory()
    source.read(measured)
    memory = Memory(room=measured.size * 2 + 10)
    for cookie in (b"1" * 32, b"2" * 32, b"3" * 32):
        source.read(memory, cookie)
    source.read(memory, b"3" * 32)
    assert source.opened == []
    source.read(memory, b"1" * 32)
    assert source.opened == IDS


def test_more_than_there_is_room_for_is_given_and_not_kept() -> None:
    memory, source = Memory(room=10), Source(dict.fromkeys(IDS, 1))
    assert len(source.read(memory)) == len(IDS)
    assert memory.size == 0


def test_nothing_of_it_stands_in_the_process_in_clear() -> None:
    memory, source = Memory(), Source(dict.fromkeys(IDS, 1))
    source.read(memory)
    kept = repr(list(vars(memory)["_sessions"].values())) + repr(list(vars(memory)["_sessions"]))
    assert IDS[0] in kept
    assert "Текст" not in kept
    assert repr("Текст".encode())[2:-1] not in kept
    assert repr(COOKIE)[2:-1] not in kept


@given(st.lists(st.dictionaries(st.integers(0, 2_500), st.integers(1, 3), max_size=60), max_size=6))
def test_whatever_changes_each_line_is_that_of_its_newest_version(steps: list[dict[int, int]]) -> None:
    memory = Memory()
    source = Source({str(number): 1 for number in range(1_200)})
    for step in steps:
        for number, version in step.items():
            if version == 3:
                source.rows.pop(str(number), None)
            else:
                source.rows[str(number)] = version
        assert source.read(memory) == {one: source.line(one) for one in source.rows}
