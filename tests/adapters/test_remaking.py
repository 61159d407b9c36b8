from __future__ import annotations

import io
import signal
import struct
import subprocess
import sys
import threading
import time
import wave
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from PIL import Image, PngImagePlugin

from incidents.adapters import remaking, sound
from incidents.adapters.remaking import REASONS, Refused, Remade, Unavailable, remake
from incidents.core.files import Kind

pytestmark = pytest.mark.site  # each starts the decoder, a program of its own
SECRET = b"Jelena Petrovic, Futoska 7"
SCRIPT = b"<script>alert(1)</script>"


def encoded(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def two_halves(mode: str = "RGB") -> Image.Image:
    """Left half dark red, right half light, 300 x 200."""
    picture = Image.new("RGB", (300, 200), (140, 10, 10))
    picture.paste((230, 230, 220), (150, 0, 300, 200))
    return picture.convert(mode)


def png(width: int, height: int, *, rows: bytes = b"", break_crc: bool = False) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body) ^ (1 if break_crc else 0)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(rows or bytes((width + 1) * height), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def with_notes() -> bytes:
    """A photograph with everything that could tell on its maker."""
    exif = Image.Exif()
    exif[0x010F] = exif[0x013B] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (45.0, 15.0, 7.0)
    jpeg = encoded(
        two_halves(),
        "JPEG",
        exif=exif,
        comment=SECRET,
        icc_profile=b"profile of " + SECRET,
        xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>",
    )
    iptc = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(SECRET)) + SECRET
    return jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + jpeg[2:] + b"PK\x03\x04" + SECRET


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, table)
    return bytes(out)


def one_page(box: bytes, drawing: bytes) -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[" + box + b"]/Contents 4 0 R>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing),
    )


def filled_in_form() -> bytes:
    """A field whose value is drawn black by its own appearance, as most programs save it."""
    drawing = b"0 0 0 rg 0 0 100 40 re f"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]>>>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Annots[4 0 R]>>",
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(ime)/V(Jelena)/F 4/Rect[100 100 200 140]/P 3 0 R/AP<</N 5 0 R>>>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 100 40]/Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing),
    )


def complaint(pages: int = 1, *, trailer: bytes = b"/Info 6 0 R") -> bytes:
    """A document with text, a script, an attachment, a link and notes on its writer."""
    kids = b" ".join([b"3 0 R"] * pages)
    drawing = b"BT /F1 24 Tf 20 100 Td (" + SECRET + b") Tj ET 0 0 0 rg 20 20 100 40 re f"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>"
        b"/Names<</EmbeddedFiles<</Names[(a.txt) 7 0 R]>>>>>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>"
        b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 90 90]/A<</S/URI/URI(http://example.org/)>>>>]>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Author(" + SECRET + b")/Title(Prijava)/CreationDate(D:20260101)>>",
        b"<</Type/Filespec/F(a.txt)/EF<</F 8 0 R>>>>",
        b"<</Type/EmbeddedFile/Length %d>>\nstream\n%s\nendstream" % (len(SECRET), SECRET),
        trailer=trailer,
    )


def encrypted() -> bytes:
    keys = b"/O<%s>/U<%s>" % (b"5a" * 32, b"a5" * 32)
    return complaint(trailer=b"/Encrypt<</Filter/Standard/V 1/R 2%s/P -44>>/ID[<01><01>]" % keys)


def spoken(seconds: float = 0.2) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * int(8000 * seconds // 128))
    return out.getvalue()


def tagged_wav() -> bytes:
    plain = spoken()
    note = b"LIST" + struct.pack("<I", len(SECRET) + 8) + b"INFOIART" + SECRET
    body = plain[8:] + note
    return b"RIFF" + struct.pack("<I", len(body)) + body + SECRET


def mp3_frames(number: int = 5) -> bytes:
    return (b"\xff\xfb\x90\x00" + b"\x55" * 413) * number


def tagged_mp3() -> bytes:
    id3 = b"ID3\x04\0\0" + bytes([0, 0, 0, len(SECRET)]) + SECRET
    encoder = b"\xff\xfb\x90\x00" + bytes(32) + b"Xing" + SECRET.ljust(377, b"\0")
    return id3 + encoder + mp3_frames() + b"TAG" + SECRET.ljust(125, b"\0")


def tagged_opus() -> bytes:
    head = b"OpusHead" + struct.pack("<BBHIHB", 1, 1, 312, 48_000, 0, 0)
    tags = b"OpusTags" + struct.pack("<I", len(SECRET)) + SECRET + struct.pack("<I", 0)
    pages = [(2, 0, head), (0, 0, tags), (0, 960, b"\x08" * 90), (4, 1920, b"\x08" * 80)]
    return b"".join(
        sound._page(flags, granule, number, bytes([len(body)]), body)
        for number, (flags, granule, body) in enumerate(pages)
    )


def word_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        file.writestr("word/document.xml", "<w:document/>")
    return out.getvalue()


def seen(remade: Remade) -> Image.Image:
    return Image.open(io.BytesIO(remade.content))


def is_close(colour: object, wanted: tuple[int, int, int], by: int = 16) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(one - other) <= by for one, other in zip(colour, wanted, strict=True))


def segments_of(jpeg: bytes) -> set[int]:
    """The markers before the picture's own data, and nothing may follow its end."""
    markers, position = set(), 2
    while jpeg[position + 1] != 0xDA:
        markers.add(jpeg[position + 1])
        position += 2 + struct.unpack_from(">H", jpeg, position + 2)[0]
    assert jpeg.index(b"\xff\xd9", position) == len(jpeg) - 2
    return markers


def test_nothing_of_a_photographs_notes_is_left() -> None:
    sent = with_notes()
    assert sent.count(SECRET) >= 6
    remade = remake(sent)
    assert remade.preview is not None
    for jpeg in (remade.content, remade.preview):
        assert SECRET not in jpeg
        # JFIF head, tables, frame; no other application segment (E1 to EF) and no comment (FE)
        assert segments_of(jpeg) == {0xE0, 0xDB, 0xC0, 0xC4}


def test_the_picture_itself_is_left() -> None:
    remade = remake(with_notes())
    assert (remade.kind, remade.media_type, seen(remade).size) == (Kind.PICTURE, "image/jpeg", (300, 200))
    assert is_close(seen(remade).getpixel((40, 100)), (140, 10, 10))
    assert is_close(seen(remade).getpixel((260, 100)), (230, 230, 220))


@pytest.mark.parametrize("turn", range(1, 9))
def test_every_orientation_is_applied(turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    shown = seen(remake(encoded(two_halves(), "JPEG", exif=exif)))
    assert shown.size == ((300, 200) if turn < 5 else (200, 300))
    dark = {1: (20, 100), 2: (280, 100), 3: (280, 100), 4: (20, 100)}
    dark |= {5: (100, 20), 6: (100, 20), 7: (100, 280), 8: (100, 280)}
    assert is_close(shown.getpixel(dark[turn]), (140, 10, 10))


MODES = {
    "JPEG": ("RGB", "L", "CMYK", "1"),
    "MPO": ("RGB", "L", "CMYK"),
    "PNG": ("RGB", "L", "RGBA", "LA", "P", "1"),
    "WEBP": ("RGB", "RGBA"),
}


@pytest.mark.parametrize(("form", "mode"), [(form, mode) for form, modes in MODES.items() for mode in modes])
def test_pictures_of_every_mode_keep_their_looks(form: str, mode: str) -> None:
    shown = seen(remake(encoded(two_halves(mode), form)))
    dark, light = (shown.convert("L").getpixel(at) for at in ((20, 100), (280, 100)))
    assert shown.mode == "RGB"
    assert isinstance(dark, int)
    assert isinstance(light, int)
    assert dark < 90
    assert light > 200


def test_sixteen_bits_of_grey_do_not_turn_white() -> None:
    grey = Image.new("I;16", (60, 40), 0x4000)
    assert is_close(seen(remake(encoded(grey, "PNG"))).getpixel((30, 20)), (64, 64, 64))


def test_what_is_transparent_is_white() -> None:
    assert is_close(seen(remake(encoded(Image.new("RGBA", (9, 9), (0, 0, 0, 0)), "PNG"))).getpixel((4, 4)), (255,) * 3)


def test_only_the_first_picture_of_an_animation_is_left() -> None:
    frames = [Image.new("RGB", (50, 50), colour) for colour in ("red", "blue", "green")]
    sent = encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    shown = seen(remake(sent))
    assert getattr(shown, "n_frames", 1) == 1
    assert is_close(shown.getpixel((25, 25)), (254, 0, 0))


def test_long_sides_are_shortened() -> None:
    assert seen(remake(encoded(Image.new("RGB", (5200, 2600)), "JPEG"))).size == (2560, 1280)
    assert seen(remake(png(1, 1_000_000))).size == (1, 2560)


def test_the_preview_is_small_and_blurred() -> None:
    stripes = Image.new("L", (640, 640))
    for x in range(0, 640, 8):
        stripes.paste(255, (x, 0, x + 4, 640))
    preview = remake(encoded(stripes, "PNG")).preview
    assert preview is not None
    small = Image.open(io.BytesIO(preview)).convert("L")
    darkest, lightest = small.crop((20, 20, 300, 300)).getextrema()
    assert small.size == (320, 320)
    assert isinstance(darkest, int)
    assert isinstance(lightest, int)
    assert lightest - darkest < 40


def test_a_document_becomes_pictures_only() -> None:
    sent = complaint(2)
    with pdfium.PdfDocument(sent) as before:
        assert SECRET.decode() in before[0].get_textpage().get_text_range()
        assert before.count_attachments() == 1
    remade = remake(sent)
    assert (remade.kind, remade.media_type) == (Kind.DOCUMENT, "application/pdf")
    with pdfium.PdfDocument(remade.content) as after:
        assert len(after) == 2
        assert after.count_attachments() == 0
        assert not any(after.get_metadata_dict().values())
        for page in after:
            assert page.get_textpage().count_chars() == 0
            assert [part.type for part in page.get_objects()] == [pdfium.raw.FPDF_PAGEOBJ_IMAGE]
            assert pdfium.raw.FPDFPage_GetAnnotCount(page) == 0
    for word in (SECRET, b"JavaScript", b"/JS", b"/OpenAction", b"/URI", b"/EmbeddedFile", b"/Info", b"/Font", b"/ID"):
        assert word not in remade.content


def test_a_document_looks_as_before() -> None:
    remade = remake(complaint())
    with pdfium.PdfDocument(remade.content) as after:
        width, height = after[0].get_size()
        page = after[0].render(scale=1).to_pil().convert("RGB")
    assert (round(width), round(height)) == (400, 200)
    assert is_close(page.getpixel((70, 160)), (0, 0, 0))
    assert is_close(page.getpixel((390, 10)), (255, 255, 255))
    assert remade.preview is not None
    assert remade.preview.startswith(b"\xff\xd8")


def shown_page(document: bytes) -> Image.Image:
    with pdfium.PdfDocument(document) as opened:
        return opened[0].render(scale=1).to_pil().convert("RGB")


def test_what_was_filled_into_a_form_is_seen_and_is_no_field() -> None:
    remade = remake(filled_in_form()).content
    assert is_close(shown_page(remade).getpixel((150, 80)), (0, 0, 0))
    assert b"AcroForm" not in remade
    assert b"Widget" not in remade


@pytest.mark.parametrize("box", [b"0 0 1000000 1000000", b"0 0 1 100000", b"0 0 0 0", b"0 0 -50 -50", b"9 9 a b"])
def test_pages_of_senseless_size_stay_within_bounds(box: bytes) -> None:
    remade = remake(one_page(box, b"0 0 9 9 re f"))
    assert remade.preview is not None
    with pdfium.PdfDocument(remade.content) as after:
        assert 0 < max(after[0].get_size()) <= 2200 * 72 / 150 + 1


def test_sound_is_left_and_its_notes_are_not() -> None:
    sent = tagged_wav()
    remade = remake(sent)
    assert (remade.kind, remade.media_type, remade.preview) == (Kind.SOUND, "audio/wav", None)
    assert SECRET in sent
    assert remade.content == spoken()


def test_an_mp3_keeps_its_frames_alone() -> None:
    sent = tagged_mp3()
    assert sent.count(SECRET) == 3
    assert remake(sent).content == mp3_frames()


def test_an_opus_recording_loses_its_tags() -> None:
    sent = tagged_opus()
    remade = remake(sent)
    assert SECRET in sent
    assert SECRET not in remade.content
    assert [page[4] for page in sound._pages(remade.content)][2:] == [b"\x08" * 90, b"\x08" * 80]


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (b"", "empty"),
        (bytes(100_000), "unknown_kind"),
        (bytes(10_000_001), "too_large"),
        (png(12_000, 12_000), "too_many_pixels"),
        (png(30, 30, break_crc=True), "broken"),
        (encoded(two_halves(), "JPEG")[:900], "broken"),
        (encoded(two_halves(), "PNG")[:200], "broken"),
        (b"\xff\xd8\xff" + SCRIPT * 50, "broken"),
        (b"RIFF\x00\x10\x00\x00WEBPVP8 " + SCRIPT, "broken"),
        (b"GIF89a/*" + SCRIPT, "unknown_kind"),
        (encoded(two_halves(), "GIF"), "unknown_kind"),
        (encoded(two_halves(), "TIFF"), "unknown_kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", "unknown_kind"),
        (b"<!doctype html>" + SCRIPT, "unknown_kind"),
        (word_document(), "unknown_kind"),
        (b"%PDF-1.7\n" + SCRIPT * 9, "broken"),
        (complaint()[:300], "broken"),
        (pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"), "broken"),
        (complaint(21), "too_many_pages"),
        (encrypted(), "encrypted"),
        (spoken()[:60], "broken"),
        (tagged_mp3()[:700] + SCRIPT, "broken"),
        (tagged_opus()[:-1], "broken"),
        (tagged_opus().replace(b"\x08\x08", b"\x08\x09", 1), "broken"),
        (tagged_opus() + SCRIPT, "broken"),
    ],
)
def test_hostile_files_are_refused_with_the_reason(sent: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        remake(sent)
    assert refused.value.reason == reason
    assert reason in REASONS


@pytest.mark.parametrize(
    "sent",
    [
        encoded(two_halves(), "JPEG") + word_document() + SCRIPT,
        encoded(two_halves(), "PNG") + SCRIPT,
        encoded(two_halves(), "PNG", pnginfo=PngImagePlugin.PngInfo()) + complaint(),
        encoded(two_halves(), "WEBP") + SCRIPT,
        complaint() + SCRIPT + word_document(),
    ],
)
def test_two_files_in_one_become_one(sent: bytes) -> None:
    remade = remake(sent)
    for other in (SCRIPT, b"PK\x03\x04", SECRET):
        assert other not in remade.content


def test_every_cut_and_every_wrong_byte_is_clean_or_refused() -> None:
    files = [with_notes(), encoded(two_halves(), "PNG"), encoded(two_halves(), "WEBP"), complaint(), tagged_opus()]
    reasons = set()
    for sent in files:
        for part in (3, 7):
            at = len(sent) * part // 10
            for hostile in (sent[:at], sent[:at] + bytes([sent[at] ^ 0xFF]) + sent[at + 1 :]):
                try:
                    content = remake(hostile).content
                except Refused as refused:
                    reasons.add(refused.reason)
                else:
                    assert SECRET not in content
    assert reasons <= {"broken", "encrypted"}


@pytest.fixture
def another_decoder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Lets another program stand where the decoder is."""

    def put(program: str) -> None:
        package = tmp_path / "incidents" / "adapters"
        package.mkdir(parents=True)
        (package.parent / "__init__.py").touch()
        (package / "__init__.py").touch()
        (package / "decoder.py").write_text(program)
        monkeypatch.setattr(remaking, "_ROOT", tmp_path)

    return put


def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch, another_decoder) -> None:
    another_decoder("import time; print('ready', flush=True); time.sleep(60)")
    monkeypatch.setattr(remaking, "MAX_SECONDS", 2)
    with pytest.raises(Refused, match="took_too_long"):
        remake(encoded(two_halves(), "PNG"))


def test_a_third_waits_for_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remaking, "_slots", threading.BoundedSemaphore(1))
    monkeypatch.setattr(remaking, "MAX_SECONDS_IN_LINE", 0.01)
    with remaking._slots, pytest.raises(Unavailable):
        remake(encoded(two_halves(), "PNG"))


def test_two_are_open_at_once_and_every_other_gets_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    at_once: list[int] = []
    inside = 0
    lock = threading.Lock()

    def ask(_content: bytes) -> bytes:
        nonlocal inside
        with lock:
            inside += 1
            at_once.append(inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return b'{"refused": "empty"}\n'

    monkeypatch.setattr(remaking, "_ask_decoder", ask)

    def turn(_number: int) -> str:
        with pytest.raises(Refused) as refused:
            remake(b"x")
        return refused.value.reason

    with ThreadPoolExecutor(7) as senders:
        assert set(senders.map(turn, range(7))) == {"empty"}
    assert max(at_once) == remaking.AT_ONCE == 2


def test_a_file_is_not_called_broken_where_no_process_can_start(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", full)
    with pytest.raises(Unavailable):
        remake(encoded(two_halves(), "PNG"))
    monkeypatch.undo()
    assert remake(encoded(two_halves(), "PNG")).kind is Kind.PICTURE


@pytest.mark.parametrize("program", ["raise MemoryError", "import no_such_library", "print('something else')"])
def test_a_file_is_not_called_broken_where_the_decoder_fails_before_it(another_decoder, program: str) -> None:
    another_decoder(program)
    with pytest.raises(Unavailable):
        remake(encoded(two_halves(), "PNG"))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"not json\n",
        b"[]\n",
        b'{"refused": ["x"]}\n',
        b'{"kind": "picture", "media_type": "text/html", "length": 4}\n<b>x',
        b'{"kind": "picture", "media_type": "image/jpeg", "length": 4}\n<b>x',
        b'{"kind": "picture", "media_type": "image/jpeg", "length": 3}\n\xff\xd8\xff<b>x',
    ],
)
def test_a_decoder_that_was_taken_over_is_not_believed(answer: bytes) -> None:
    with pytest.raises(Refused, match="broken"):
        remaking._remade(answer)


def test_a_decoder_that_crashes_is_a_refusal(another_decoder) -> None:
    another_decoder("import os, signal; print('ready', flush=True); os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(Refused, match="broken"):
        remake(encoded(two_halves(), "PNG"))


def in_the_decoder(attempt: str) -> subprocess.CompletedProcess[str]:
    program = f"import os, socket\nfrom incidents.adapters import decoder\n{attempt}"
    return subprocess.run([sys.executable, "-c", program], cwd=remaking._ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("attempt", "wrong"),
    [
        ("open('/etc/hostname')", "Too many open files"),
        ("os.close(0); open('/etc/hostname')", "Too many open files"),
        ("os.pipe()", "Too many open files"),
        ("socket.socket()", "Too many open files"),
        ("bytearray(1 << 30)", "MemoryError"),
    ],
)
def test_the_decoder_cannot_reach_anything(attempt: str, wrong: str) -> None:
    assert in_the_decoder(f"{attempt}\nprint('free')").stdout == "free\n"
    shut_in = in_the_decoder(f"decoder._shut_in()\n{attempt}\nprint('free')")
    assert shut_in.stdout == ""
    assert wrong in shut_in.stderr


def test_the_decoder_is_ended_when_it_has_used_up_its_time() -> None:
    ended = in_the_decoder("decoder._CPU_SECONDS = 1\ndecoder._shut_in()\nwhile True: pass")
    assert ended.returncode == -signal.SIGXCPU


def test_the_decoder_knows_none_of_our_variables(monkeypatch: pytest.MonkeyPatch, another_decoder) -> None:
    another_decoder("import os; print('ready'); print('INCIDENTS_PEPPER' in os.environ)")
    monkeypatch.setenv("INCIDENTS_PEPPER", "a secret")
    assert remaking._ask_decoder(b"anything") == b"False\n"
