"""Pages put together from pieces are those that would have been drawn, in either form."""

import gzip
import zlib

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.receipt import code_from_random, grouped
from incidents.web.reporting.shell import ANSWERS, CODE, DAY, TODAY, TOKEN, Shell, groups_of

_MARKS = (TOKEN, TODAY, DAY, ANSWERS)
_APP = Flask("shell")
_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=200)


def asked(shell: Shell, values: dict[str, str], accept: str = "gzip"):
    with _APP.test_request_context(headers={"Accept-Encoding": accept}):
        return shell.filled(values)


@given(pieces=st.lists(_text, min_size=1, max_size=6), filling=st.lists(_text, min_size=6, max_size=6))
def test_what_is_unpacked_is_the_page_with_its_gaps_filled(pieces: list[str], filling: list[str]) -> None:
    marks = [_MARKS[number % len(_MARKS)] for number in range(len(pieces) - 1)]
    page = "".join(a + b for a, b in zip(pieces, [*marks, ""], strict=True))
    values = dict(zip(_MARKS, filling, strict=False))
    expected = "".join(a + b for a, b in zip(pieces, [*(values[mark] for mark in marks), ""], strict=True))
    shell = Shell(page)
    for _again in range(2):
        assert gzip.decompress(asked(shell, values).get_data()).decode() == expected
    assert asked(shell, values, "identity").get_data(as_text=True) == expected


def test_an_answer_says_how_it_is_packed() -> None:
    shell = Shell(f"<p>{TOKEN}</p>")
    packed, plain = asked(shell, {TOKEN: "a"}), asked(shell, {TOKEN: "a"}, "identity")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"


def test_pieces_know_what_stands_before_them() -> None:
    """A page with gaps is hardly longer than the same page packed whole."""
    page = "".join(f'<li class="choice"><label>{number * 7919}</label></li>' for number in range(400))
    whole = zlib.compress(page.encode(), 6)
    in_pieces = asked(Shell(page[:9000] + TOKEN + page[9000:]), {TOKEN: "x" * 100}).get_data()
    assert len(in_pieces) < len(whole) + 250


def test_what_fills_a_gap_is_not_compressed() -> None:
    """Its length would tell how much of it stands on the page as well."""
    page = f"<p>{'secret ' * 20}</p>{TOKEN}"
    alike = len(asked(Shell(page), {TOKEN: "secret secret"}).get_data())
    unlike = len(asked(Shell(page), {TOKEN: "qwdxzp kvbnmj"}).get_data())
    assert alike == unlike


def test_a_code_is_put_in_group_by_group() -> None:
    code = code_from_random(bytes(range(32)))
    assert asked(Shell(f"<b>{CODE}</b>"), groups_of(code), "").get_data(as_text=True) == f"<b>{grouped(code)}</b>"


@pytest.mark.parametrize("mark", _MARKS)
def test_a_gap_that_nothing_fills_is_a_fault(mark: str) -> None:
    with pytest.raises(KeyError):
        asked(Shell(mark), {})
