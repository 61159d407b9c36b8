"""A device with passkeys, written from the standard: what a browser would hand over for it."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40
"""Flags of authenticator data (section 6.1)."""
HOST = "localhost"
ORIGIN = "http://localhost"
"""Where the client of Flask's tests believes to be."""


def text(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


@dataclass
class Device:
    """One passkey on P-256. Each answer can be made wrong in one way."""

    host: str = HOST
    origin: str = ORIGIN
    counter: int = 0
    counts: bool = True
    flags: int = PRESENT | VERIFIED
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, challenge: bytes, **changes: Any) -> str:
        """The answer to `navigator.credentials.create`."""
        point = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + public
        data = self._data(changes.pop("flags", self.flags) | HAS_KEY, changes.pop("host", self.host)) + attested
        statement = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", challenge, **changes)
        return self._answer(clientDataJSON=client, attestationObject=statement)

    def show(self, challenge: bytes, *, tampered: bool = False, **changes: Any) -> str:
        """The answer to `navigator.credentials.get`."""
        if self.counts:
            self.counter += 1
        data = self._data(changes.pop("flags", self.flags), changes.pop("host", self.host))
        client = self._client("webauthn.get", challenge, **changes)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        if tampered:
            signature = signature[:-1] + bytes([signature[-1] ^ 1])
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int, host: str) -> bytes:
        return hashlib.sha256(host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: bytes, **changes: Any) -> bytes:
        said = {"type": kind, "challenge": text(challenge), "origin": self.origin, "crossOrigin": False, **changes}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> str:
        own = text(self.credential_id)
        parts = {name: text(value) for name, value in response.items()}
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": parts})
