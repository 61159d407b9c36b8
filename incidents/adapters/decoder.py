"""The process apart in which strangers' bytes are opened: they come in by one pipe, a clean file goes out by the other.

Run by `remaking` as `python -m incidents.adapters.decoder`, and imported by nothing.
"""

from __future__ import annotations

import io
import json
import resource
import sys

import pypdfium2 as pdfium
from PIL import Image, ImageFilter
from pypdfium2 import raw

from incidents.adapters import sound
from incidents.adapters.remaking import MAX_ANSWER_BYTES, READY, Refused
from incidents.core.files import LARGEST_FILE, MOST_PAGES, Kind, pages_of
from incidents.core.redaction import Box

MAX_PIXELS = 40_000_000
LONGEST_SIDE = 2560
LONGEST_SIDE_OF_PAGE = 2200
DOTS_PER_INCH = 150
POINTS_PER_INCH = 72

_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 15
_PREVIEW_SIDE = 320
_QUALITY = 85
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def main() -> None:
    is_redacting = sys.argv[1:] == ["redact"]
    content = sys.stdin.buffer.read(MAX_ANSWER_BYTES if is_redacting else LARGEST_FILE + 1)
    _warm_up()
    _shut_in()
    sys.stdout.buffer.write(READY)
    sys.stdout.buffer.flush()
    try:
        kind, media_type, remade, preview = _redacted(content) if is_redacting else _open(content)
    except Refused as refused:
        answer = json.dumps({"refused": refused.reason}).encode() + b"\n"
    except Exception:  # Whatever a library says about hostile bytes, they are broken.
        answer = json.dumps({"refused": "broken"}).encode() + b"\n"
    else:
        head = {"kind": kind.value, "media_type": media_type, "length": len(remade)}
        answer = json.dumps(head).encode() + b"\n" + remade + preview
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _warm_up() -> None:
    """Open one file of ours of each kind: libraries load parts of themselves at first use, and soon nothing loads."""
    ours = Image.new("RGB", (2, 2))
    exif = Image.Exif()
    exif[_ORIENTATION] = 1
    for form in ("JPEG", "PNG", "WEBP", "MPO"):
        out = io.BytesIO()
        ours.save(out, form, exif=exif)
        _open(out.getvalue())
    _document(_pdf([(_jpeg(ours, quality=_QUALITY), *ours.size)]))


def _shut_in() -> None:
    """From here on: no new file, no socket, no process, little memory and time.

    With a limit of no descriptors the two open pipes go on working and nothing else can be opened.
    """
    for limit, value in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    # One second between the two, or the signal would be a plain kill and not tell why.
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))


def _open(content: bytes) -> tuple[Kind, str, bytes, bytes]:
    """The first bytes decide what a file is, never its name or what the sender calls it."""
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or _is_riff(content, b"WEBP"):
        picture = _picture(content)
        return Kind.PICTURE, "image/jpeg", _jpeg(picture, quality=_QUALITY), _preview(picture)
    if content.startswith(b"%PDF-"):
        document, preview = _document(content)
        return Kind.DOCUMENT, "application/pdf", document, preview
    if _is_riff(content, b"WAVE"):
        return Kind.SOUND, "audio/wav", sound.wav(content), b""
    if content.startswith(b"OggS"):
        return Kind.SOUND, "audio/ogg", sound.ogg(content), b""
    if content.startswith(b"ID3") or sound.starts_as_mp3(content):
        return Kind.SOUND, "audio/mpeg", sound.mp3(content), b""
    raise Refused("unknown_kind")


def _redacted(content: bytes) -> tuple[Kind, str, bytes, bytes]:
    """A copy of ours with boxes, which stand in a line before it, in black."""
    typed, _, copy = content.partition(b"\n")
    boxes = [Box(**box) for box in json.loads(typed)]
    if not copy.startswith(b"%PDF-"):
        picture = _blackened(copy, boxes, 1)
        return Kind.PICTURE, "image/jpeg", _jpeg(picture, quality=_QUALITY), _preview(picture)
    pages: list[tuple[bytes, int, int]] = []
    preview = b""
    for number, page in enumerate(pages_of(copy), start=1):
        picture = _blackened(page, boxes, number)
        pages.append((_jpeg(picture, quality=_QUALITY), *picture.size))
        preview = preview or _preview(picture)
    if not pages:
        raise Refused("broken")
    return Kind.DOCUMENT, "application/pdf", _pdf(pages), preview


def _blackened(page: bytes, boxes: list[Box], number: int) -> Image.Image:
    picture = _picture(page)
    for box in boxes:
        if box.page == number:
            picture.paste("black", box.pixels(*picture.size))
    return picture


def _is_riff(content: bytes, form: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == form


def _picture(content: bytes) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = None  # It warns only at 89 megapixels; ours is checked below, before anything is decoded.
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as sent:
        if sent.width * sent.height > MAX_PIXELS:
            raise Refused("too_many_pixels")
        sent.load()
        turn = _TURNS.get(_orientation(sent))
        picture = _fresh(sent)
    return picture.transpose(turn) if turn is not None else picture


def _orientation(sent: Image.Image) -> int:
    """1 to 8; a picture with unreadable notes is taken as it lies."""
    try:
        return int(sent.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1


def _fresh(sent: Image.Image) -> Image.Image:
    """Its pixels alone, on white, within LONGEST_SIDE."""
    if sent.mode.startswith("I"):
        # 16 bits of grey: converted as they are, all but the darkest would turn white.
        pixels = sent.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    else:
        pixels = sent.convert("RGBA" if sent.has_transparency_data else "RGB")
    factor = min(1, LONGEST_SIDE / max(pixels.size))
    size = max(1, round(pixels.width * factor)), max(1, round(pixels.height * factor))
    if size != pixels.size:
        pixels = pixels.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    fresh = Image.new("RGB", size, "white")
    fresh.paste(pixels, mask=pixels if pixels.mode == "RGBA" else None)
    return fresh


def _jpeg(picture: Image.Image, *, quality: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _preview(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE))
    return _jpeg(small.filter(ImageFilter.GaussianBlur(10)), quality=60)


def _document(content: bytes) -> tuple[bytes, bytes]:
    """Pictures of the pages as a new document, and the preview of the first."""
    try:
        sent = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as wrong:
        raise Refused("encrypted" if wrong.err_code == raw.FPDF_ERR_PASSWORD else "broken") from wrong
    if len(sent) > MOST_PAGES:
        raise Refused("too_many_pages")
    if not len(sent):
        raise Refused("broken")
    if sent.get_formtype() != raw.FORMTYPE_NONE:
        sent.init_forms()  # Shows what was filled in. The library is built without scripts.
    pages: list[tuple[bytes, int, int]] = []
    preview = b""
    for page in sent:
        scale = min(DOTS_PER_INCH / POINTS_PER_INCH, LONGEST_SIDE_OF_PAGE / max(page.get_size()))
        picture = _fresh(page.render(scale=scale).to_pil())
        pages.append((_jpeg(picture, quality=_QUALITY), *picture.size))
        preview = preview or _preview(picture)
        page.close()
    return _pdf(pages), preview


def _pdf(pages: list[tuple[bytes, int, int]]) -> bytes:
    """One full-page JPEG a page: no text, no notes on who made it or when (ISO 32000-1, 7.5 and 8.9.5)."""
    first = 3
    kids = " ".join(f"{first + 3 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
    ]
    for number, (jpeg, width, height) in enumerate(pages):
        own = first + 3 * number
        wide, high = (round(side * POINTS_PER_INCH / DOTS_PER_INCH, 2) for side in (width, height))
        drawing = f"{wide} 0 0 {high} 0 0 cm /P Do".encode()
        objects += [
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide} {high}]/Resources<</XObject<</P {own + 1} 0 R>>>>"
            f"/Contents {own + 2} 0 R>>".encode(),
            f"<</Type/XObject/Subtype/Image/Width {width}/Height {height}/ColorSpace/DeviceRGB/BitsPerComponent 8"
            f"/Filter/DCTDecode/Length {len(jpeg)}>>".encode()
            + b"\nstream\n"
            + jpeg
            + b"\nendstream",
            f"<</Length {len(drawing)}>>".encode() + b"\nstream\n" + drawing + b"\nendstream",
        ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = len(out)
    rows = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode()
    out += f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n".encode()
    return bytes(out)


if __name__ == "__main__":
    main()
