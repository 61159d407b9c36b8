"""Passkeys (Web Authentication, level 3): challenges, new passkeys, and what they sign.

A challenge says itself that it is ours, for what and since when, so that nothing has to be kept for a page that is only
looked at. That it is answered once, its caller sees to: what was answered comes back from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import compare_digest, token_bytes
from typing import TypeVar

import webauthn
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)

CHALLENGE_LIFE = timedelta(minutes=5)
LONGEST_ANSWER = 16_000
"""Characters. Usual ones have about a thousand."""
_LONGEST_ID = 1023
"""Bytes (section 5.1 of the standard)."""
_NONCE_BYTES = 16
_TIME_BYTES = 8
_SEAL_BYTES = 32

Answer = TypeVar("Answer")


class NotShown(Exception):
    """This is not the answer of a passkey to a fresh challenge of ours."""


@dataclass(frozen=True)
class Asked:
    """Who asks for a passkey, and for what."""

    host: str
    """The name that passkeys are bound to (RP ID)."""
    origin: str
    """Where the browser must have been: scheme, host, and port if it is not the usual one."""
    purpose: bytes
    """An answer to what was asked for another purpose is none."""


@dataclass(frozen=True)
class Assertion:
    """What a browser handed over from a passkey, not judged yet."""

    answer: str
    """JSON."""
    asked: Asked


@dataclass(frozen=True)
class Made:
    """A new passkey."""

    challenge: bytes
    credential_id: bytes
    public_key: bytes
    counter: int


@dataclass(frozen=True)
class Shown:
    """A passkey that was shown."""

    challenge: bytes
    counter: int


def new_challenge(asked: Asked, token_key: bytes, now: datetime) -> bytes:
    """56 bytes: random ones, the second, and a seal over both and over who asks for what."""
    drawn = token_bytes(_NONCE_BYTES) + int(now.timestamp()).to_bytes(_TIME_BYTES, "big")
    return drawn + _seal(drawn, asked, token_key)


def made(assertion: Assertion, token_key: bytes, now: datetime) -> Made:
    """The passkey that a browser made. Nobody vouches for the kind of device. Raises NotShown."""

    def judge() -> Made:
        credential = parse_registration_credential_json(assertion.answer)
        challenge = _own_challenge(credential.response.client_data_json, assertion.asked, token_key, now)
        verified = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=assertion.asked.host,
            expected_origin=assertion.asked.origin,
        )
        if len(verified.credential_id) > _LONGEST_ID:
            raise NotShown
        return Made(challenge, verified.credential_id, verified.credential_public_key, verified.sign_count)

    return _or_refused(judge)


def credential_of(assertion: Assertion) -> bytes:
    """Which passkey is said to have answered. Raises NotShown."""
    return _or_refused(lambda: parse_authentication_credential_json(assertion.answer).raw_id)


def shown(assertion: Assertion, public_key: bytes, token_key: bytes, now: datetime) -> Shown:
    """What the passkey with this public key signed. Whether its counter is ahead the caller judges. Raises NotShown."""

    def judge() -> Shown:
        credential = parse_authentication_credential_json(assertion.answer)
        challenge = _own_challenge(credential.response.client_data_json, assertion.asked, token_key, now)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=assertion.asked.host,
            expected_origin=assertion.asked.origin,
            credential_public_key=public_key,
            # The library would refuse a counter before it looks at the signature: anybody could raise the alarm.
            credential_current_sign_count=0,
        )
        return Shown(challenge, verified.new_sign_count)

    return _or_refused(judge)


def has_fallen_back(counter: int, last: int) -> bool:
    """Whether a counter is not ahead of the last one (section 7.2 of the standard); devices that do not count say 0."""
    return (counter > 0 or last > 0) and counter <= last


def _own_challenge(client_data: bytes, asked: Asked, token_key: bytes, now: datetime) -> bytes:
    collected = parse_client_data_json(client_data)
    drawn, seal = collected.challenge[:-_SEAL_BYTES], collected.challenge[-_SEAL_BYTES:]
    if not compare_digest(seal, _seal(drawn, asked, token_key)) or collected.cross_origin:
        raise NotShown
    asked_at = datetime.fromtimestamp(int.from_bytes(drawn[_NONCE_BYTES:], "big"), UTC)
    if not timedelta(0) <= now - asked_at <= CHALLENGE_LIFE:
        raise NotShown
    return collected.challenge


def _seal(drawn: bytes, asked: Asked, token_key: bytes) -> bytes:
    about = b"\0".join((asked.purpose, asked.origin.encode(), drawn))
    return blake2b(about, key=token_key, digest_size=_SEAL_BYTES, person=b"passkey asked").digest()


def _or_refused(judge: Callable[[], Answer]) -> Answer:
    """Strangers choose what is read here, and the library fails at nonsense in more ways than it names."""
    try:
        return judge()
    except Exception as error:
        raise NotShown from error
