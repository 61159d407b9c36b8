"""Six-digit codes by time (TOTP, RFC 6238). Secrets are stored only under the server's token key."""

from __future__ import annotations

import secrets
from datetime import datetime

import pyotp
from nacl.secret import SecretBox

_STEP_SECONDS = 30


def new_secret(token_key: bytes) -> tuple[str, bytes]:
    """A secret to show once, and the same sealed for storing."""
    secret = pyotp.random_base32()
    return secret, SecretBox(token_key).encrypt(secret.encode())


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
