"""Pages drawn once for each language while the program runs; only what is new each time is put into them.

Compressed pages are put together from pieces as well: each piece is compressed once, knowing what stands before it, and
what is new goes between them uncompressed (RFC 1951, 3.2.4), which also keeps a secret out of what is compressed.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Hashable, Mapping

from flask import Response, render_template

from incidents.core.languages import Language
from incidents.core.receipt import ReceiptCode, grouped
from incidents.web.headers import takes_gzip
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.reporting.forms import ALL, ReportForm

_NOT_PACKED = {"Vary": "Accept-Encoding"}
_PACKED = {**_NOT_PACKED, "Content-Encoding": "gzip"}
_WINDOW = 1 << 15
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""Of a gzip stream without a name and a time (RFC 1952)."""
_GROUPS = tuple(f"group-{number}-goes-here" for number in range(7))
CODE = " ".join(_GROUPS)
"""What to draw where a receipt code stands, whole or by groups."""
TOKEN, TODAY, DAY, ANSWERS = "token-goes-here", "today-goes-here", "received-goes-here", "answers-go-here"
_MARKS = re.compile("|".join((*_GROUPS, TOKEN, TODAY, DAY, ANSWERS)))
_shells: dict[tuple[Language, bool, Hashable], Shell] = {}


class _Checksum:
    """CRC-32 of what ends with a fixed piece, from that of what stands before it, without reading the piece again.

    Each bit of the one before changes the one after in its own way, whatever the other bits are: what each of the four
    bytes comes to is looked up.
    """

    def __init__(self, piece: bytes) -> None:
        self._of_none = zlib.crc32(piece, 0)
        bits = [zlib.crc32(piece, 1 << bit) ^ self._of_none for bit in range(32)]
        self._tables = [_sums(bits[start : start + 8]) for start in range(0, 32, 8)]

    def after(self, before: int) -> int:
        first, second, third, fourth = self._tables
        return (
            self._of_none
            ^ first[before & 255]
            ^ second[before >> 8 & 255]
            ^ third[before >> 16 & 255]
            ^ fourth[before >> 24]
        )


def _sums(bits: list[int]) -> list[int]:
    """For each byte, the sum without carry of what its bits come to."""
    sums = [0]
    for bit in bits:
        sums += [bit ^ earlier for earlier in sums]
    return sums


class Shell:
    """A page with gaps, named by what was drawn there."""

    def __init__(self, page: str) -> None:
        self._pieces = [piece.encode() for piece in _MARKS.split(page)]
        self._gaps = _MARKS.findall(page)
        self._checksums = [_Checksum(piece) for piece in self._pieces]
        self._length = sum(map(len, self._pieces))
        self._packed: dict[tuple[int, ...], list[bytes]] = {}
        """By the lengths of what fills the gaps: what stands how far back is part of what is compressed."""

    def filled(self, values: Mapping[str, str]) -> Response:
        """The answer to a request, compressed if its sender takes that."""
        filling = [values[gap].encode() for gap in self._gaps]
        is_packed = takes_gzip()
        response = Response(self._gzip(filling) if is_packed else self._plain(filling), mimetype="text/html")
        response.headers.extend(_PACKED if is_packed else _NOT_PACKED)
        return response

    def _plain(self, filling: list[bytes]) -> bytes:
        return b"".join(self._between(self._pieces, filling))

    def _gzip(self, filling: list[bytes]) -> bytes:
        lengths = tuple(map(len, filling))
        packed = self._packed.get(lengths)
        if packed is None:
            packed = self._pack(lengths)
            if len(self._packed) < 64:
                self._packed[lengths] = packed
        checksum, total = 0, self._length + sum(lengths)
        for piece, part in zip(self._checksums, [*filling, b""], strict=True):
            checksum = zlib.crc32(part, piece.after(checksum))
        stored = [struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF) + part for part in filling]
        return b"".join((_HEAD, *self._between(packed, stored), struct.pack("<LL", checksum, total)))

    def _pack(self, lengths: tuple[int, ...]) -> list[bytes]:
        """No piece holds a zero byte, so none is ever found again in a gap."""
        before, packed = b"", []
        for piece, gap in zip(self._pieces, (*lengths, None), strict=True):
            stream = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=before[-_WINDOW:])
            is_last = gap is None
            packed.append(stream.compress(piece) + stream.flush(zlib.Z_FINISH if is_last else zlib.Z_SYNC_FLUSH))
            before += piece + bytes(gap or 0)
        return packed

    @staticmethod
    def _between(pieces: list[bytes], filling: list[bytes]) -> list[bytes]:
        return [part for pair in zip(pieces, [*filling, b""], strict=True) for part in pair]


def shell(key: Hashable, draw: Callable[[], str]) -> Shell:
    """The page of this name in the language of the request, drawn when it is first asked for."""
    whole = current_language(), platform().settings.trial, key
    if whole not in _shells:
        _shells[whole] = Shell(draw())
    return _shells[whole]


def groups_of(code: ReceiptCode) -> dict[str, str]:
    """What fills the gaps of a receipt code."""
    return dict(zip(_GROUPS, grouped(code).split(), strict=True))


def empty_form(kind: type[ReportForm], token: str, more: str = "", *, regional: bool) -> Response:
    """`more` is FURTHER, ALL or empty, as in the form; `regional` whether regional desks read some reports."""
    key = kind, more, regional
    page = shell(key, lambda: drawn(kind(formdata=None, data={"more": more}), TOKEN, TODAY, regional=regional))
    return page.filled({TOKEN: token, TODAY: platform().today().isoformat()})


def drawn(form: ReportForm, token: str, today: str, *, regional: bool) -> str:
    """The page of a form as it is filled in."""
    first = None if form.more.data == ALL else form.most_in_sight
    return render_template(form.page, form=form, token=token, first=first, today=today, regional=regional)
