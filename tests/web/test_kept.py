"""Published files that are made once and kept, as far as there is room."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from threading import Barrier, Thread

import pytest

from incidents.web.kept import Kept, ready

TEXT = "text/csv; charset=utf-8"


def counting(content: bytes, made: list[str], name: str = "x") -> Callable[[], tuple[bytes, str]]:
    def make() -> tuple[bytes, str]:
        made.append(name)
        return content, "application/zip"

    return make


def test_a_file_is_made_once() -> None:
    kept, made = Kept(), list[str]()
    first, second = (kept.ready("a", counting(b"x", made)) for _ in range(2))
    assert first is second
    assert made == ["x"]


def test_what_was_not_asked_for_longest_goes_when_room_is_short() -> None:
    kept, made = Kept(room=25), list[str]()
    for name in ("a", "b", "a", "c", "a", "b"):
        kept.ready(name, counting(b"0123456789", made, name))
    assert made == ["a", "b", "c", "b"]


def test_a_file_larger_than_the_room_is_given_all_the_same() -> None:
    kept, made = Kept(room=5), list[str]()
    assert kept.ready("a", counting(b"0123456789", made)).content == b"0123456789"
    assert kept.ready("b", counting(b"x", made)).content == b"x"


def test_what_cannot_be_made_is_not_kept() -> None:
    def fails() -> tuple[bytes, str]:
        raise LookupError

    kept, made = Kept(), list[str]()
    with pytest.raises(LookupError):
        kept.ready("a", fails)
    assert kept.ready("a", counting(b"x", made)).content == b"x"


def test_a_crowd_waits_for_one_that_makes_it() -> None:
    kept, made, start = Kept(), list[str](), Barrier(8)

    def ask() -> None:
        start.wait()
        kept.ready("a", counting(b"x", made))

    crowd = [Thread(target=ask) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert made == ["x"]


@pytest.mark.parametrize(
    "kind", [TEXT, "application/json", "image/svg+xml", "application/vnd.sdmx.data+csv; version=2"]
)
def test_text_is_kept_compressed_too_and_always_in_the_same_bytes(kind: str) -> None:
    one, other = ready(b"2026-Q1," * 200, kind), ready(b"2026-Q1," * 200, kind)
    assert one.packed is not None
    assert gzip.decompress(one.packed) == one.content
    assert one == other


@pytest.mark.parametrize(("content", "kind"), [(b"x", TEXT), (b"x" * 2000, "application/zip")])
def test_what_is_short_or_compressed_already_is_left_alone(content: bytes, kind: str) -> None:
    assert ready(content, kind).packed is None
