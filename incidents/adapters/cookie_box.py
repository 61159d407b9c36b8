"""What stays in the process between two requests, sealed under a key that is made from a session's cookie."""

from __future__ import annotations

from hashlib import blake2b

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from incidents.adapters.sealing import KEY_BYTES, CannotOpen


def key_of(cookie: bytes) -> bytes:
    """Another key than the one that the member's own key is sealed under."""
    return blake2b(cookie, digest_size=KEY_BYTES, person=b"session memory").digest()


def seal(key: bytes, text: str) -> bytes:
    return SecretBox(key).encrypt(text.encode())


def open_(key: bytes, sealed: bytes) -> str:
    """Raises CannotOpen."""
    try:
        return SecretBox(key).decrypt(sealed).decode()
    except CryptoError as error:
        raise CannotOpen from error
