"""Files of any length sealed to a public key, written and read piece by piece.

libsodium's secretstream: a piece that was changed, moved, left out or put in is noticed, and so is a missing end.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import IO

from nacl import bindings, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

_MAGIC = b"incidents sealed file 1\n"
_PIECE = 64 * 1024
_MORE = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES
_LAST = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_NEXT = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE


class NoSealedFile(Exception):
    """Something else than a sealed file, or one that was changed or cut off."""


class WrongKey(Exception):
    """The file was sealed to another key."""


def new_key_pair() -> tuple[bytes, bytes]:
    """A private and a public key of 32 bytes each."""
    private = PrivateKey.generate()
    return bytes(private), bytes(private.public_key)


class Sealer:
    """Takes bytes and writes them sealed and compressed. The file is whole only when the block ended without fault."""

    def __init__(self, file: IO[bytes], public: bytes) -> None:
        key = utils.random(bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES)
        self._file, self._state = file, bindings.crypto_secretstream_xchacha20poly1305_state()
        header = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        file.write(_MAGIC + SealedBox(PublicKey(public)).encrypt(key) + header)
        self._packed, self._waiting = zlib.compressobj(1), bytearray()

    def write(self, content: bytes) -> None:
        self._waiting += self._packed.compress(content)
        while len(self._waiting) > _PIECE:
            self._push(_PIECE, _NEXT)

    def __enter__(self) -> Sealer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._waiting += self._packed.flush()
            while len(self._waiting) > _PIECE:
                self._push(_PIECE, _NEXT)
            self._push(len(self._waiting), _LAST)

    def _push(self, size: int, tag: int) -> None:
        piece = bytes(self._waiting[:size])
        del self._waiting[:size]
        self._file.write(bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, tag=tag))


def opened(file: IO[bytes], private: bytes) -> Iterator[bytes]:
    """The lines of a sealed file, each with its end. Raises NoSealedFile, WrongKey, also after some lines."""
    rest = b""
    for content in contents(file, private):
        *lines, rest = (rest + content).split(b"\n")
        yield from (line + b"\n" for line in lines)
    if rest:
        raise NoSealedFile


def contents(file: IO[bytes], private: bytes) -> Iterator[bytes]:
    """What was sealed, in parts of any length. Raises NoSealedFile, WrongKey, also after some of it."""
    state = _begun(file, private)
    unpacked = zlib.decompressobj()
    try:
        for piece in _pieces(file, state):
            yield unpacked.decompress(piece)
    except zlib.error as error:
        raise NoSealedFile from error
    if not unpacked.eof:
        raise NoSealedFile


def _begun(file: IO[bytes], private: bytes) -> bindings.crypto_secretstream_xchacha20poly1305_state:
    if file.read(len(_MAGIC)) != _MAGIC:
        raise NoSealedFile
    sealed = file.read(bindings.crypto_secretstream_xchacha20poly1305_KEYBYTES + bindings.crypto_box_SEALBYTES)
    try:
        key = SealedBox(PrivateKey(private)).decrypt(sealed)
    except CryptoError as error:
        raise WrongKey from error
    state = bindings.crypto_secretstream_xchacha20poly1305_state()
    header = file.read(_HEADER)
    if len(header) != _HEADER:
        raise NoSealedFile
    bindings.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    return state


def _pieces(file: IO[bytes], state: bindings.crypto_secretstream_xchacha20poly1305_state) -> Iterator[bytes]:
    tag = _NEXT
    while piece := file.read(_PIECE + _MORE):
        if tag == _LAST or len(piece) < _MORE:
            raise NoSealedFile
        try:
            content, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, piece)
        except (CryptoError, RuntimeError) as error:
            raise NoSealedFile from error
        yield content
    if tag != _LAST:
        raise NoSealedFile
