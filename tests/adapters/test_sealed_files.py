from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters.sealed_files import NoSealedFile, Sealer, WrongKey, new_key_pair, opened
from incidents.core.synthesis.world import seeded

PRIVATE, PUBLIC = new_key_pair()
NOISE = [seeded(number).randbytes(3_000).hex().encode() + b"\n" for number in range(100)]
"""Does not compress below several pieces."""


def sealed(lines: list[bytes], public: bytes = PUBLIC) -> bytes:
    file = BytesIO()
    with Sealer(file, public) as sealer:
        for line in lines:
            sealer.write(line)
    return file.getvalue()


def read(content: bytes, private: bytes = PRIVATE) -> list[bytes]:
    return list(opened(BytesIO(content), private))


LINES = st.lists(st.binary(max_size=200).map(lambda line: line.replace(b"\n", b"") + b"\n"), max_size=30)


@given(LINES)
def test_what_was_written_is_read(lines: list[bytes]) -> None:
    assert read(sealed(lines)) == lines


def test_a_long_file_is_read_as_it_was() -> None:
    assert read(sealed(NOISE)) == NOISE


def test_nothing_of_the_content_stands_in_the_file() -> None:
    lines = [b"Zovem se Marko, zivim u Subotici.\n"] * 50
    assert b"Subotici" not in sealed(lines)
    assert sealed(lines) != sealed(lines)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(WrongKey):
        read(sealed(NOISE), new_key_pair()[0])


@pytest.mark.parametrize("place", [0, 10, 60, 110, 140, 70_000, -1, -20])
def test_one_changed_byte_is_noticed(place: int) -> None:
    content = bytearray(sealed(NOISE))
    content[place] ^= 1
    with pytest.raises((NoSealedFile, WrongKey)):
        read(bytes(content))


@pytest.mark.parametrize("size", [0, 5, 30, 100, 110, 140, 65_536 + 17 + 128, -1, -16, -17, -40_000])
def test_a_file_that_was_cut_off_is_noticed(size: int) -> None:
    with pytest.raises((NoSealedFile, WrongKey)):
        read(sealed(NOISE)[:size])


def test_pieces_that_changed_places_are_noticed() -> None:
    content = sealed(NOISE)
    start, size = len(content) % (65_536 + 17), 65_536 + 17
    head = content[: 24 + 80 + 24]
    pieces = [content[at : at + size] for at in range(len(head), len(content), size)]
    assert len(pieces) > 3, start
    for other in ([pieces[1], pieces[0], *pieces[2:]], [pieces[0], *pieces[2:]], [*pieces[:2], *pieces[1:]]):
        with pytest.raises(NoSealedFile):
            read(head + b"".join(other))


def test_something_behind_the_end_is_noticed() -> None:
    with pytest.raises(NoSealedFile):
        read(sealed(NOISE) + b"more")
    with pytest.raises(NoSealedFile):
        read(sealed([b"short\n"]) + b"more than an empty piece can be, for it is long")


def test_a_file_whose_writer_failed_is_no_file() -> None:
    file = BytesIO()

    def write_and_fail() -> None:
        with Sealer(file, PUBLIC) as sealer:
            sealer.write(b"".join(NOISE))
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        write_and_fail()
    with pytest.raises(NoSealedFile):
        read(file.getvalue())
