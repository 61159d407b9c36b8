from __future__ import annotations

import zlib
from io import BytesIO

import pytest
from PIL import ImageFont

from incidents.adapters.typeface import Typeface, read_typeface
from incidents.resources import data_file

_UNITS = 2048
FILES = ["help/DejaVuSans.ttf", "help/DejaVuSans-Bold.ttf"]


@pytest.fixture(params=FILES)
def font(request: pytest.FixtureRequest) -> tuple[Typeface, ImageFont.FreeTypeFont]:
    """The same font as we and as FreeType read it."""
    path = data_file(request.param)
    return read_typeface(path), ImageFont.truetype(path, _UNITS, layout_engine=ImageFont.Layout.BASIC)


def test_every_letter_is_as_wide_as_others_read_it(font: tuple[Typeface, ImageFont.FreeTypeFont]) -> None:
    face, other = font
    assert len(face.glyphs) > 1000
    for code in face.glyphs:
        assert face.width(chr(code)) == pytest.approx(other.getlength(chr(code)) * 1000 / _UNITS, abs=1), hex(code)


def test_a_letter_that_the_font_lacks_is_not_named(font: tuple[Typeface, ImageFont.FreeTypeFont]) -> None:
    face, _ = font
    assert not {ord("\n"), 0x05D0, 0x1F642, 0xFFFF} & face.glyphs.keys()
    assert 0 not in face.glyphs.values()


@pytest.mark.parametrize("letters", ["Љубица Őt žđČ ўй", "a", ""])
def test_a_font_of_some_letters_draws_them_as_before_and_no_others(
    font: tuple[Typeface, ImageFont.FreeTypeFont], letters: str
) -> None:
    face, other = font
    some = ImageFont.truetype(BytesIO(face.only(letters)), _UNITS, layout_engine=ImageFont.Layout.BASIC)
    for letter in letters:
        assert bytes(some.getmask(letter)) == bytes(other.getmask(letter))
    assert (any(some.getmask("Ж")), any(other.getmask("Ж"))) == (False, True)
    assert len(zlib.compress(face.only(letters))) < len(zlib.compress(face.content)) / 2
