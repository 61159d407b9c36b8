"""Sealing with public keys only. Nothing in this module can open a report again; see `opening` for that.

XChaCha20-Poly1305 and X25519 sealed boxes of libsodium, through PyNaCl. What the reporter's own code opens
(questions of the desk) is here too: it opens no report.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from nacl import bindings, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from incidents.core.files import FilePart, padded
from incidents.core.receipt import ReceiptCode, code_from_random

PADDING = 4096
"""Sealed texts differ in length only by whole steps of so many bytes."""
KEY_BYTES = 32


class CannotOpen(Exception):
    """The key does not fit, or the sealed bytes were changed."""


@dataclass(frozen=True)
class SealedReport:
    blob: bytes
    sealed_key: bytes
    """The report key, sealed to the desk key."""


@dataclass(frozen=True)
class ReporterLock:
    """What is stored of a receipt code: enough to find a row and to answer, not to learn the code."""

    verifier: bytes
    public: bytes
    private_sealed: bytes


def seal_report(content: bytes, *, report: UUID, desk_public: bytes) -> SealedReport:
    """Seal under a fresh key that only holders of the desk key can recover; bound to the report's id."""
    key = utils.random(KEY_BYTES)
    blob = seal_under(key, content, bound_to=report.bytes)
    return SealedReport(blob, SealedBox(PublicKey(desk_public)).encrypt(key))


def new_file_key(desk_public: bytes) -> tuple[bytes, bytes]:
    """A key for one file, and the same sealed so that only holders of the desk key recover it."""
    key = utils.random(KEY_BYTES)
    return key, SealedBox(PublicKey(desk_public)).encrypt(key)


def seal_pieces(key: bytes, content: bytes, *, file: UUID, part: FilePart) -> list[bytes]:
    """The content in pieces of one length, each bound to its file, its part, its place and how many there are."""
    pieces = padded(content)
    return [
        _encrypt(key, piece, binding_of_piece(file, part, number, len(pieces))) for number, piece in enumerate(pieces)
    ]


def binding_of_piece(file: UUID, part: FilePart, number: int, of: int) -> bytes:
    return file.bytes + f"{part.value}:{number}:{of}".encode()


def seal_to(public: bytes, content: bytes) -> bytes:
    """Seal a short text to a public key, padded; for messages."""
    return SealedBox(PublicKey(public)).encrypt(bindings.sodium_pad(content, PADDING))


def seal_under(key: bytes, content: bytes, *, bound_to: bytes = b"") -> bytes:
    """Seal padded content under a symmetric key; it opens only together with the same `bound_to`."""
    return _encrypt(key, bindings.sodium_pad(content, PADDING), bound_to)


def code_of_token(nonce: bytes) -> ReceiptCode:
    """The receipt code that belongs to one form token: the same again when a form is sent twice.

    `nonce` is random and never stored, so nobody can go this way from the database.
    """
    return code_from_random(blake2b(nonce, digest_size=32, person=b"receipt code").digest())


def nonce_of_key(key: str, pepper: bytes) -> bytes:
    """What stands for a form token where a program sends: from its own key, which it may have chosen badly.

    Keyed, because a receipt code follows from it: without the pepper nobody goes that way, however weak the key.
    """
    return blake2b(key.encode(), digest_size=32, key=pepper, person=b"idempotency key").digest()


def digest_of_file(content: bytes, pepper: bytes) -> bytes:
    return blake2b(content, digest_size=32, key=pepper, person=b"batch").digest()


def digest_of_token(nonce: bytes, pepper: bytes) -> bytes:
    return blake2b(nonce, digest_size=32, key=pepper, person=b"token").digest()


def tag_of_content(content: bytes, nonce: bytes) -> bytes:
    """Equal for equal content sent with the same token; says nothing without the token."""
    return blake2b(content, digest_size=32, key=nonce, person=b"content").digest()


def tag_of_file(content: bytes, code: ReceiptCode, pepper: bytes) -> bytes:
    """Equal for a file sent twice to one report, by whatever form; says nothing without the receipt code."""
    return blake2b(content, digest_size=32, key=_key_of_code(code, pepper), person=b"file").digest()


def tag_of_pair(report: UUID, other: UUID, pepper: bytes) -> bytes:
    """Stands for a report and another record beside it; without the pepper nobody tells which the other one is."""
    return blake2b(report.bytes + other.bytes, digest_size=32, key=pepper, person=b"pair").digest()


def tag_of_erased(kind: str, report: UUID, pepper: bytes) -> str:
    """Stands for a report that is gone, or its files, on a list outside the database; 64 hexadecimal digits."""
    return blake2b(kind.encode() + report.bytes, digest_size=32, key=pepper, person=b"erased").hexdigest()


def secret_of_decoys(pepper: bytes) -> bytes:
    """What draws the decoys of releases (disclosure.decoys): the same for the same site, and in no database."""
    return blake2b(digest_size=32, key=pepper, person=b"decoys").digest()


def secret_of_draw(pepper: bytes) -> bytes:
    """What draws the incidents that are coded twice (core.agreement): nobody at the desk can tell which it will be."""
    return blake2b(digest_size=32, key=pepper, person=b"draw").digest()


def reference_of(incident: UUID, pepper: bytes) -> str:
    """What an incident is called outside: the same every time, and nothing that leads back without the pepper."""
    return blake2b(incident.bytes, digest_size=8, key=pepper, person=b"odihr").hexdigest()


def verifier_of(code: ReceiptCode, pepper: bytes) -> bytes:
    return blake2b(code.encode(), digest_size=32, key=pepper, person=b"verifier").digest()


def lock_for_reporter(code: ReceiptCode, pepper: bytes) -> ReporterLock:
    private = PrivateKey.generate()
    box = SecretBox(_key_of_code(code, pepper))
    return ReporterLock(verifier_of(code, pepper), bytes(private.public_key), box.encrypt(bytes(private)))


def open_question(code: ReceiptCode, pepper: bytes, private_sealed: bytes, sealed: bytes) -> str:
    """A question of the desk, for the one who holds the receipt code. Raises CannotOpen."""
    try:
        private = PrivateKey(SecretBox(_key_of_code(code, pepper)).decrypt(private_sealed))
        return bindings.sodium_unpad(SealedBox(private).decrypt(sealed), PADDING).decode()
    except (CryptoError, ValueError) as error:
        raise CannotOpen from error


def _key_of_code(code: ReceiptCode, pepper: bytes) -> bytes:
    return blake2b(code.encode(), digest_size=32, key=pepper, person=b"reporter key").digest()


def _encrypt(key: bytes, content: bytes, bound_to: bytes) -> bytes:
    nonce = utils.random(bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(content, bound_to, nonce, key)
