"""A search for words in whatever a site has written, in every way in which a program may have written them down."""

from __future__ import annotations

import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

import numpy as np

_PIECE = 8
_PACKED = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
"""Where something packed by gzip or zlib may begin."""
_MOST_UNPACKED = 1_000_000
_CHARACTER_SETS = ("utf-8", "utf-16-le", "utf-16-be", "cp1251", "cp1250")


def forms(marker: str) -> dict[str, bytes]:
    """The bytes that a marker may stand in as, by the name of each way."""
    found: dict[str, bytes] = {}
    for name in _CHARACTER_SETS:
        try:
            found[name] = marker.encode(name)
        except UnicodeEncodeError:
            continue
    plain = found["utf-8"]
    found |= {f"base64 from byte {shift}": _inside_base64(plain, shift) for shift in range(3)}
    found |= {"hex": plain.hex().encode(), "hex in capitals": plain.hex().upper().encode()}
    percent = "".join(f"%{byte:02X}" for byte in plain)
    found |= {"percent": quote(marker, safe="").encode(), "percent throughout": percent.encode()}
    found |= {"percent in small letters": percent.lower().encode()}
    found |= {"escapes": marker.encode("unicode_escape"), "references": marker.encode("ascii", "xmlcharrefreplace")}
    return found


def pieces(marker: str) -> set[bytes]:
    """Any eight bytes of it: PostgreSQL packs long values so that at most eight stand together as they were."""
    plain = marker.encode()
    return {plain[start : start + _PIECE] for start in range(len(plain) - _PIECE + 1)}


def found_in(content: bytes, markers: Mapping[str, str]) -> set[tuple[str, str]]:
    """Which markers, by their names, stand in these bytes or in what is packed in them, and in which form.

    Markers have eight letters or more.
    """
    searched = [
        *((name, form, written) for name, marker in markers.items() for form, written in forms(marker).items()),
        *((name, "pieces", piece) for name, marker in markers.items() for piece in pieces(marker)),
    ]
    starts = {written[:_PIECE] for _, _, written in searched}
    found = set()
    for layer, text in (("", content), *(("packed ", unpacked) for unpacked in _unpacked(content))):
        there = _standing_in(text, starts)
        for name, form, written in searched:
            if written[:_PIECE] in there and written in text:
                found.add((name, f"{layer}{form}"))
    return found


def _standing_in(text: bytes, starts: set[bytes]) -> set[bytes]:
    """Which of these eight bytes are in the text: all at once, as one after another takes minutes in a database."""
    wanted = np.frombuffer(b"".join(starts), "<u8")
    may_begin = np.zeros(1 << 16, dtype=bool)
    may_begin[wanted & 0xFFFF] = True
    found: set[int] = set()
    for shift in range(min(_PIECE, len(text) - _PIECE + 1)):
        words = np.frombuffer(text, "<u8", offset=shift, count=(len(text) - shift) // _PIECE)
        found.update(words[may_begin[words & 0xFFFF]].tolist())
    return {start for start in starts if int.from_bytes(start, "little") in found}


def found_under(folders: Iterable[Path], markers: Mapping[str, str]) -> set[tuple[str, str, str]]:
    """As `found_in`, of every file under the folders, its own name too; with the name of the file."""
    return {(path.name, *one) for path, content in written(folders) for one in found_in(content, markers)}


def written(folders: Iterable[Path]) -> Iterator[tuple[Path, bytes]]:
    """Every file, its name before what it holds."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path, path.name.encode() + b"\n" + path.read_bytes()


def _inside_base64(plain: bytes, shift: int) -> bytes:
    """The letters that only these bytes decide, where they begin at this place of a group of three."""
    start = -shift % 3
    return b64encode(plain[start : start + (len(plain) - start) // 3 * 3])


def _unpacked(content: bytes) -> Iterator[bytes]:
    for begin in _PACKED.finditer(content):
        kind = 31 if begin[0].startswith(b"\x1f") else 15
        try:
            yield zlib.decompressobj(kind).decompress(memoryview(content)[begin.start() :], _MOST_UNPACKED)
        except zlib.error:
            continue
