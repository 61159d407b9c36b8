"""Of what a box covers nothing is left: read back by Pillow and by PDFium, and compared byte by byte."""

import io
import re
from random import Random

import pypdfium2 as pdfium
import pytest
from PIL import Image
from pypdfium2 import raw

from incidents.adapters.remaking import Refused, redact, remake
from incidents.core.files import Kind, pages_of
from incidents.core.redaction import Box
from tests.adapters.test_remaking import SECRET, complaint, with_notes

pytestmark = pytest.mark.site  # each starts the decoder, a program of its own


def street(secret: int, box: Box, size: tuple[int, int] = (400, 300)) -> bytes:
    """A noisy picture; within the box it differs with `secret`, outside it is always the same."""
    random = Random(7)
    picture = Image.new("RGB", size)
    noise = iter(random.randbytes(3 * size[0] * size[1]))
    picture.putdata(list(zip(noise, noise, noise, strict=True)))
    inside = Random(secret)
    left, top = int(box.left * size[0] / 100), int(box.top * size[1] / 100)
    wide, high = int(box.width * size[0] / 100), int(box.height * size[1] / 100)
    hidden = Image.new("RGB", (wide, high))
    hidden.putdata([(inside.randrange(256), 0, inside.randrange(256)) for _ in range(wide * high)])
    picture.paste(hidden, (left, top))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "box",
    [
        Box(1, 25, 20, 30, 40),
        Box(1, 26.75, 23.3, 11.5, 7.7),
        Box(1, 0, 0, 10, 10),
        Box(1, 91, 92, 9, 8),
        Box(1, 0, 40, 100, 3),
    ],
    ids=str,
)
def test_pictures_that_differ_under_the_box_alone_give_the_same_bytes(box: Box) -> None:
    copies = [remake(street(secret, box)).content for secret in (1, 2)]
    assert copies[0] != copies[1]
    first, second = (redact(copy, [box]) for copy in copies)
    assert (first.content, first.preview) == (second.content, second.preview)


@pytest.mark.parametrize("size", [(2900, 700), (5300, 400)], ids=str)
def test_of_a_picture_that_was_made_smaller_nothing_is_left_beside_the_box_either(size: tuple[int, int]) -> None:
    box = Box(1, 30.5, 26.3, 20.2, 31.7)
    copies = [remake(street(secret, box, size)).content for secret in (1, 2)]
    assert copies[0] != copies[1]
    first, second = (redact(copy, [box]) for copy in copies)
    assert first.content == second.content


def test_every_pixel_under_the_box_is_black_and_the_rest_is_as_it_was() -> None:
    box = Box(1, 25, 20, 30, 40)
    copy = remake(street(1, box)).content
    shown = Image.open(io.BytesIO(redact(copy, [box]).content)).convert("RGB")
    before = Image.open(io.BytesIO(copy)).convert("RGB")
    assert shown.size == before.size
    inside = shown.crop((100, 60, 220, 180))
    assert max(top for _, top in inside.getextrema()) <= 2
    far = (300, 230, 400, 300)
    mean = sum(abs(a - b) for a, b in zip(shown.crop(far).tobytes(), before.crop(far).tobytes(), strict=True)) / 21_000
    assert mean < 12


def test_nothing_but_pixels_is_in_a_redacted_picture() -> None:
    found = redact(remake(with_notes()).content, [Box(1, 10, 10, 20, 20)])
    picture = Image.open(io.BytesIO(found.content))
    assert (found.kind, picture.format, dict(picture.getexif())) == (Kind.PICTURE, "JPEG", {})
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert SECRET not in found.content
    markers = re.findall(rb"\xff([\xe1-\xef\xfe])", found.content[: found.content.index(b"\xff\xda")])
    assert markers == []


def test_a_page_of_a_document_is_black_under_its_boxes_and_has_no_text() -> None:
    copy = remake(complaint(3)).content
    found = redact(copy, [Box(2, 0, 0, 100, 100), Box(3, 50, 0, 50, 100)])
    document = pdfium.PdfDocument(found.content)
    assert (found.kind, len(document), document.get_metadata_dict(skip_empty=True)) == (Kind.DOCUMENT, 3, {})
    assert raw.FPDFDoc_GetAttachmentCount(document.raw) == 0
    assert [page.get_textpage().get_text_range() for page in document] == [""] * 3
    assert [raw.FPDFPage_GetAnnotCount(page.raw) for page in document] == [0] * 3
    first, second, third = (Image.open(io.BytesIO(page)).convert("L") for page in pages_of(found.content))
    assert first.getextrema()[1] > 200
    assert second.getextrema()[1] <= 2
    half = third.width // 2
    assert third.crop((half, 0, third.width, third.height)).getextrema()[1] <= 2
    assert third.crop((0, 0, half - 20, third.height)).getextrema()[1] > 200
    assert SECRET not in found.content


def test_what_is_no_copy_of_ours_is_refused() -> None:
    for content in (b"%PDF-1.4 nothing", b"\xff\xd8\xff nothing", b""):
        with pytest.raises(Refused):
            redact(content, [Box(1, 0, 0, 10, 10)])
