import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.core.files import LARGEST_FILE, MOST_PAGES, PIECE, padded, pages_of, pieces_for, unpadded


@given(st.binary(max_size=3 * PIECE))
def test_padding_is_taken_off_again(content: bytes) -> None:
    assert unpadded(padded(content)) == content


@pytest.mark.parametrize("content", [b"", b"\x80", b"\x80\0\0", b"\0" * PIECE, b"x" * (PIECE - 1), b"x" * PIECE])
def test_what_looks_like_padding_stays(content: bytes) -> None:
    assert unpadded(padded(content)) == content


@pytest.mark.parametrize("pieces", [[], [b"\0" * 9], [b"text"], [b"\x80\0text"]])
def test_what_was_never_padded_is_refused(pieces: list[bytes]) -> None:
    with pytest.raises(ValueError, match="not padded"):
        unpadded(pieces)


def test_few_lengths_tell_little() -> None:
    """Of files up to 40 MB, what is made of a sent one at most: 20 lengths, and at most half as much again."""
    sizes = {pieces_for(length) for length in range(0, 4 * LARGEST_FILE, 1000)}
    assert sorted(sizes) == [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768]
    for length in range(2 * PIECE, 4 * LARGEST_FILE, 9973):
        assert length < pieces_for(length) * PIECE <= 1.5 * (length + PIECE)


def test_all_pieces_are_of_one_length() -> None:
    assert {len(piece) for size in (0, 1, PIECE, 5 * PIECE) for piece in padded(bytes(size))} == {PIECE}


def page(picture: bytes, length: int | None = None) -> bytes:
    size = len(picture) if length is None else length
    return b"<</Filter/DCTDecode/Length %d>>\nstream\n%s\nendstream\n" % (size, picture)


JPEG = b"\xff\xd8\xff picture"


def test_the_pages_of_a_copy_are_taken_out_of_it() -> None:
    inside = page(JPEG + b"/Filter/DCTDecode/Length 3>>\nstream\nabc")
    assert pages_of(b"%PDF-" + page(JPEG) + inside) == [JPEG, JPEG + b"/Filter/DCTDecode/Length 3>>\nstream\nabc"]


@pytest.mark.parametrize(
    "document", [b"", b"%PDF-", page(b"<html>"), page(JPEG) + page(b"<html>"), page(b"", 999_999_999)]
)
def test_a_document_that_was_not_made_here_has_no_pages(document: bytes) -> None:
    assert pages_of(document) == []


def test_no_more_pages_are_shown_than_a_document_may_have() -> None:
    assert len(pages_of(page(JPEG) * 50)) == MOST_PAGES
