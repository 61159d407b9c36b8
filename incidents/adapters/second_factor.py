"""Six-digit codes by time (TOTP, RFC 6238). Secrets are stored only under the server's token key."""

from __future__ import annotations

import secrets
from datetime import datetime
from hashlib import blake2b

import pyotp
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from incidents.adapters.sealing import CannotOpen

_STEP_SECONDS = 30


def new_secret(token_key: bytes) -> tuple[str, bytes]:
    """A secret to show once, and the same sealed for storing."""
    secret = pyotp.random_base32()
    return secret, sealed_secret(secret, token_key)


def offered_secret(token_key: bytes, invitation: bytes) -> tuple[str, bytes]:
    """As `new_secret`, for somebody who is no member yet: their page carries it sealed, to this invitation alone."""
    secret = pyotp.random_base32()
    return secret, _offer_box(token_key, invitation).encrypt(secret.encode())


def offered(sealed: bytes, token_key: bytes, invitation: bytes) -> str:
    """The secret that a page carried. Raises adapters.sealing.CannotOpen."""
    try:
        return _offer_box(token_key, invitation).decrypt(sealed).decode()
    except (CryptoError, ValueError):
        raise CannotOpen from None


def sealed_secret(secret: str, token_key: bytes) -> bytes:
    return SecretBox(token_key).encrypt(secret.encode())


def address_of(secret: str, name: str, host: str) -> str:
    """What an app for codes opens (otpauth:), so that nobody has to type the secret."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=host)


def current_code(sealed_secret: bytes, token_key: bytes, now: datetime) -> str:
    return _totp(sealed_secret, token_key).at(now)


def step_of(code: str, sealed_secret: bytes, token_key: bytes, now: datetime, *, after: int) -> int | None:
    """The step a code belongs to: the current one or a neighbour, later than `after`; None if it is wrong.

    Storing the step and asking for a later one makes every code work once.
    """
    totp = _totp(sealed_secret, token_key)
    current = int(now.timestamp()) // _STEP_SECONDS
    for step in (current, current - 1, current + 1):
        right = totp.at(step * _STEP_SECONDS)
        if secrets.compare_digest(code.encode(), right.encode()) and step > after:
            return step
    return None


def _totp(sealed_secret: bytes, token_key: bytes) -> pyotp.TOTP:
    return pyotp.TOTP(SecretBox(token_key).decrypt(sealed_secret).decode())


def _offer_box(token_key: bytes, invitation: bytes) -> SecretBox:
    return SecretBox(blake2b(invitation, key=token_key, digest_size=32, person=b"offered secret").digest())
