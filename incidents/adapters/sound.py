"""Re-wraps sound without its notes: WAV, MP3, Ogg Opus. Parsed strictly, the sound itself copied as it is."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from incidents.adapters.remaking import Refused

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


def wav(content: bytes) -> bytes:
    """Only the format and the samples (Microsoft RIFF, WAVE form); anything but plain samples is unknown."""
    shape = samples = None
    for name, body in _chunks(content):
        if name == b"fmt " and shape is None:
            shape = body
        elif name == b"data" and samples is None:
            samples = body
    if shape is None or samples is None or len(shape) < 16:
        raise Refused("broken")
    coding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", shape)
    if coding == _EXTENSIBLE and len(shape) >= 26:
        (coding,) = struct.unpack_from("<H", shape, 24)
    if coding not in (_PCM, _FLOAT):
        raise Refused("unknown_kind")
    allowed_bits = (8, 16, 24, 32) if coding == _PCM else (32, 64)
    if channels not in (1, 2) or not 4_000 <= rate <= 192_000 or bits not in allowed_bits:
        raise Refused("broken")
    block = channels * bits // 8
    samples = samples[: len(samples) // block * block]
    if not samples:
        raise Refused("broken")
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, coding, channels, rate, rate * block, block, bits)
    padding = b"\0" * (len(samples) % 2)
    body = b"WAVE" + head + struct.pack("<4sI", b"data", len(samples)) + samples + padding
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Those within the form's own length; what follows it is not read."""
    end = 8 + struct.unpack_from("<I", content, 4)[0]
    if end > len(content):
        raise Refused("broken")
    position = 12
    while position + 8 <= end:
        name, length = struct.unpack_from("<4sI", content, position)
        if position + 8 + length > end:
            raise Refused("broken")
        yield name, content[position + 8 : position + 8 + length]
        position += 8 + length + length % 2


# MPEG audio frame header, ISO/IEC 11172-3, 2.4.1.3 and 13818-3: layer III only.
_BIT_RATES = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_SAMPLE_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}


def _mp3_frame_length(head: bytes) -> int:
    """Bytes of the frame that starts with these four, 0 if none does."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return 0
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate, padding = head[2] >> 4, head[2] >> 2 & 3, head[2] >> 1 & 1
    if version == 1 or layer != 1 or bit_rate in (0, 15) or sample_rate == 3:
        return 0
    newest = version == 3
    return (144 if newest else 72) * _BIT_RATES[1 if newest else 2][bit_rate] * 1000 // _SAMPLE_RATES[version][
        sample_rate
    ] + padding


def starts_as_mp3(content: bytes) -> bool:
    """Two frames in a row: one alone is found in many files."""
    length = _mp3_frame_length(content[:4])
    return bool(length) and bool(_mp3_frame_length(content[length : length + 4]))


def mp3(content: bytes) -> bytes:
    """Its frames alone, without ID3, APE and Lyrics tags and the encoder's own frame."""
    position = 0
    while content[position : position + 3] == b"ID3":
        size = content[position + 6 : position + 10]
        if len(size) < 4 or any(byte & 0x80 for byte in size):
            raise Refused("broken")
        footer = 10 if content[position + 5] & 0x10 else 0
        position += 10 + footer + (size[0] << 21 | size[1] << 14 | size[2] << 7 | size[3])
    frames = []
    while length := _mp3_frame_length(content[position : position + 4]):
        frame = content[position : position + length]
        if len(frame) == length and not any(mark in frame[:44] for mark in (b"Xing", b"Info", b"VBRI")):
            frames.append(frame)
        position += length
    rest = content[position:]
    if rest.strip(b"\0") and not rest.startswith((b"TAG", b"APETAGEX", b"LYRICSBEGIN")):
        raise Refused("broken")
    if len(frames) < 2:
        raise Refused("broken")
    return b"".join(frames)


def _crc_table() -> list[int]:
    table = []
    for byte in range(256):
        rest = byte << 24
        for _ in range(8):
            rest = (rest << 1 ^ (0x04C11DB7 if rest & 0x80000000 else 0)) & 0xFFFFFFFF
        table.append(rest)
    return table


_CRC = _crc_table()


def _checksum(page: bytes) -> int:
    rest = 0
    for byte in page:
        rest = (rest << 8 & 0xFFFFFFFF) ^ _CRC[rest >> 24 ^ byte]
    return rest


def ogg(content: bytes) -> bytes:
    """One Opus stream (RFC 3533, RFC 7845): its head, empty tags, its packets on the pages they came on, one number."""
    pages = list(_pages(content))
    if len(pages) < 3 or any(serial != pages[0][2] for _, _, serial, _, _ in pages):
        raise Refused("broken")
    head = pages[0][4]
    if not head.startswith(b"OpusHead"):
        raise Refused("unknown_kind")
    if len(head) != 19 or head[8] != 1 or head[9] not in (1, 2) or head[18] != 0:
        raise Refused("broken")
    if not pages[1][4].startswith(b"OpusTags"):
        raise Refused("broken")
    sounds = 1
    while sounds < len(pages) and pages[sounds][3][-1] == 255:  # Tags may run over pages, and end with one.
        sounds += 1
    kept = pages[sounds + 1 :]
    if not kept or kept[0][0] & 1:  # Nothing may go on from the tags.
        raise Refused("broken")
    tags = b"OpusTags" + bytes(8)
    out = [_page(2, 0, 0, bytes([len(head)]), head), _page(0, 0, 1, bytes([len(tags)]), tags)]
    for number, (flags, granule, _, lacing, body) in enumerate(kept, start=2):
        last = 4 if number == len(kept) + 1 else 0
        out.append(_page(flags & 1 | last, granule, number, lacing, body))
    return b"".join(out)


def _page(flags: int, granule: int, number: int, lacing: bytes, body: bytes) -> bytes:
    start = struct.pack("<4sBBQII", b"OggS", 0, flags, granule, 1, number)
    end = bytes([len(lacing)]) + lacing + body
    return start + struct.pack("<I", _checksum(start + bytes(4) + end)) + end


def _pages(content: bytes) -> Iterator[tuple[int, int, int, bytes, bytes]]:
    """Flags, granule position, stream, lacing and body of each; every byte must belong to a whole page."""
    position = 0
    while position < len(content):
        head = content[position : position + 27]
        if len(head) < 27 or head[:5] != b"OggS\0":
            raise Refused("broken")
        _, _, flags, granule, serial, _, checksum, segments = struct.unpack("<4sBBQIIIB", head)
        lacing = content[position + 27 : position + 27 + segments]
        end = position + 27 + segments + sum(lacing)
        if not lacing or len(lacing) < segments or end > len(content):
            raise Refused("broken")
        page = content[position:end]
        if _checksum(page[:22] + bytes(4) + page[26:]) != checksum:
            raise Refused("broken")
        yield flags, granule, serial, lacing, page[27 + segments :]
        position = end
