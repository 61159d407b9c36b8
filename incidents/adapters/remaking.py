"""Makes a clean file out of bytes a stranger sent, or refuses them. They are only ever opened in a process apart."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from signal import SIGXCPU
from typing import IO

from incidents.core.files import LARGEST_FILE, Kind
from incidents.core.redaction import Box

MAX_ANSWER_BYTES = 40_000_000
MAX_SECONDS = 30
MAX_SECONDS_IN_LINE = 60
AT_ONCE = 2

READY = b"ready\n"
"""What the decoder says before it opens the file."""

_ROOT = Path(__file__).resolve().parents[2]
_slots = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Remade:
    """`preview` is a small blurred JPEG of a picture or of a document's first page."""

    kind: Kind
    media_type: str
    content: bytes
    preview: bytes | None


REASONS = frozenset(
    {
        "empty",
        "too_large",
        "too_many_pixels",
        "too_many_pages",
        "unknown_kind",
        "broken",
        "encrypted",
        "took_too_long",
    }
)


class Refused(Exception):
    """`reason` is one of REASONS. What the file held is never part of it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unavailable(Exception):
    """The file could not be looked at just now; nothing is known about it."""


def remake(content: bytes) -> Remade:
    """A new file that shows or sounds as the one sent, with nothing else of it. Raises Refused, Unavailable.

    Nothing touches the disk. At most two run at once in one server process, others wait in line.
    """
    if not content:
        raise Refused("empty")
    if len(content) > LARGEST_FILE:
        raise Refused("too_large")
    return _remade(_in_line(content))


def redact(copy: bytes, boxes: Sequence[Box]) -> Remade:
    """A copy that `remake` made, made anew with the boxes black. Of what they cover nothing is left.

    Raises Refused, Unavailable.
    """
    typed = json.dumps([asdict(box) for box in boxes]).encode()
    return _remade(_in_line(typed + b"\n" + copy, "redact"))


def _in_line(content: bytes, *how: str) -> bytes:
    if not _slots.acquire(timeout=MAX_SECONDS_IN_LINE):
        raise Unavailable
    try:
        return _ask_decoder(content, *how)
    except OSError:  # The machine has no room for another process.
        raise Unavailable from None
    finally:
        _slots.release()


def _ask_decoder(content: bytes, *how: str) -> bytes:
    """The decoder's answer. It inherits no variables, so none of our secrets."""
    out_of_time = threading.Event()
    with subprocess.Popen(  # noqa: S603 (our own program, and words of ours)
        [sys.executable, "-E", "-s", "-m", "incidents.adapters.decoder", *how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={},
        start_new_session=True,
    ) as decoder:
        assert decoder.stdin is not None  # noqa: S101 (it was started with pipes)
        assert decoder.stdout is not None  # noqa: S101 (likewise)

        def stop() -> None:
            out_of_time.set()
            decoder.kill()

        timer = threading.Timer(MAX_SECONDS, stop)
        feeder = threading.Thread(target=_feed, args=(decoder.stdin, content))
        timer.start()
        feeder.start()
        try:
            answer = decoder.stdout.read(MAX_ANSWER_BYTES + 1)
            if len(answer) > MAX_ANSWER_BYTES:
                decoder.kill()
            code = decoder.wait()
        finally:
            timer.cancel()
            decoder.kill()
            feeder.join()
    if not answer.startswith(READY):
        raise Unavailable  # It never got as far as the file.
    if out_of_time.is_set() or code == -SIGXCPU:
        raise Refused("took_too_long")
    if code != 0:
        raise Refused("broken")
    return answer.removeprefix(READY)


def _feed(pipe: IO[bytes], content: bytes) -> None:
    try:
        pipe.write(content)
        pipe.close()
    except OSError:
        pass  # It ended before it had read everything; its exit tells why.


def _remade(answer: bytes) -> Remade:
    """Read with distrust: a hostile file may have taken the decoder over."""
    head, _, body = answer.partition(b"\n")
    try:
        facts = json.loads(head)
        if "refused" in facts:
            raise Refused(facts["refused"] if facts["refused"] in REASONS else "broken")
        kind, media_type, length = Kind(facts["kind"]), facts["media_type"], int(facts["length"])
    except (ValueError, KeyError, TypeError) as wrong:
        raise Refused("broken") from wrong
    content, preview = body[:length], body[length:]
    if (kind, media_type) not in _STARTS or not content.startswith(_STARTS[kind, media_type]):
        raise Refused("broken")
    if preview and not preview.startswith(_JPEG):
        raise Refused("broken")
    return Remade(kind, media_type, content, preview or None)


_JPEG = b"\xff\xd8\xff"
_STARTS: dict[tuple[Kind, str], bytes] = {
    (Kind.PICTURE, "image/jpeg"): _JPEG,
    (Kind.DOCUMENT, "application/pdf"): b"%PDF-",
    (Kind.SOUND, "audio/wav"): b"RIFF",
    (Kind.SOUND, "audio/mpeg"): b"\xff",
    (Kind.SOUND, "audio/ogg"): b"OggS",
}
