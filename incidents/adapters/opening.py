"""Keys of the desk and what they open. Never imported by the reporter's side (a contract holds this)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from nacl import bindings, pwhash, utils
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import SecretBox

from incidents.adapters import sealing
from incidents.adapters.sealing import KEY_BYTES, PADDING, CannotOpen
from incidents.core.files import FilePart, unpadded
from incidents.core.recovery import RecoveryCode, recovery_code_from

_ARGON2_PASSES = 3
_RECOVERY_SALT_BYTES = 16


@dataclass(frozen=True)
class KeyPair:
    public: bytes
    private: bytes


@dataclass(frozen=True)
class LockedKey:
    """A member's key pair as it is stored: the private half under a password."""

    public: bytes
    salt: bytes
    under_password: bytes


def new_key_pair() -> KeyPair:
    private = PrivateKey.generate()
    return KeyPair(bytes(private.public_key), bytes(private))


def lock_key(pair: KeyPair, password: str, *, memory_mib: int) -> LockedKey:
    salt = utils.random(pwhash.argon2id.SALTBYTES)
    sealed = SecretBox(_key_of_password(password, salt, memory_mib)).encrypt(pair.private)
    return LockedKey(pair.public, salt, sealed)


def unlock_key(locked: LockedKey, password: str, *, memory_mib: int) -> KeyPair:
    """The key pair. Raises CannotOpen for a wrong password."""
    try:
        private = SecretBox(_key_of_password(password, locked.salt, memory_mib)).decrypt(locked.under_password)
    except CryptoError as error:
        raise CannotOpen from error
    return KeyPair(locked.public, private)


@dataclass(frozen=True)
class RecoveryLock:
    """What is stored of a recovery code: the private half of a key under it."""

    salt: bytes
    sealed: bytes


def new_recovery_code() -> RecoveryCode:
    return recovery_code_from(utils.random(32))


def lock_for_recovery(pair: KeyPair, code: RecoveryCode) -> RecoveryLock:
    salt = utils.random(_RECOVERY_SALT_BYTES)
    return RecoveryLock(salt, SecretBox(_key_of_recovery_code(code, salt)).encrypt(pair.private))


def unlock_by_recovery(public: bytes, lock: RecoveryLock, code: RecoveryCode) -> KeyPair:
    """Raises CannotOpen for a wrong code."""
    try:
        return KeyPair(public, SecretBox(_key_of_recovery_code(code, lock.salt)).decrypt(lock.sealed))
    except CryptoError as error:
        raise CannotOpen from error


def key_pair_of(private: bytes) -> KeyPair:
    return KeyPair(bytes(PrivateKey(private).public_key), private)


def grant(private: bytes, holder_public: bytes) -> bytes:
    """The private half of a key, sealed to another key."""
    return SealedBox(PublicKey(holder_public)).encrypt(private)


def open_grant(sealed: bytes, holder: KeyPair) -> bytes:
    """Raises CannotOpen."""
    try:
        return SealedBox(PrivateKey(holder.private)).decrypt(sealed)
    except CryptoError as error:
        raise CannotOpen from error


def sealed_anew(sealed: bytes, desk_private: bytes, desk_public: bytes) -> bytes:
    """What was sealed to one desk key, sealed to another; a padded text stays padded. Raises CannotOpen."""
    return SealedBox(PublicKey(desk_public)).encrypt(open_key(sealed, desk_private))


def open_report(blob: bytes, sealed_key: bytes, *, report: UUID, desk_private: bytes) -> bytes:
    """The content of a report. Raises CannotOpen, also for a blob that was moved to another row."""
    return open_under(open_key(sealed_key, desk_private), blob, bound_to=report.bytes)


def open_key(sealed_key: bytes, desk_private: bytes) -> bytes:
    """The key of a report or a file. Raises CannotOpen."""
    try:
        return SealedBox(PrivateKey(desk_private)).decrypt(sealed_key)
    except CryptoError as error:
        raise CannotOpen from error


def open_under(key: bytes, blob: bytes, *, bound_to: bytes) -> bytes:
    """What `sealing.seal_under` sealed. Raises CannotOpen."""
    try:
        return bindings.sodium_unpad(_decrypt(key, blob, bound_to), PADDING)
    except ValueError as error:
        raise CannotOpen from error


def open_pieces(key: bytes, pieces: list[bytes], *, file: UUID, part: FilePart) -> bytes:
    """A part of a file. Raises CannotOpen, also where a piece is missing or stands in another's place."""
    try:
        return unpadded(
            [
                _decrypt(key, piece, sealing.binding_of_piece(file, part, number, len(pieces)))
                for number, piece in enumerate(pieces)
            ]
        )
    except ValueError as error:
        raise CannotOpen from error


def open_message(sealed: bytes, desk_private: bytes) -> str:
    """Raises CannotOpen."""
    try:
        return bindings.sodium_unpad(SealedBox(PrivateKey(desk_private)).decrypt(sealed), PADDING).decode()
    except (CryptoError, ValueError) as error:
        raise CannotOpen from error


def seal_for_session(private: bytes, cookie: bytes) -> bytes:
    """A member's private key while logged in, under the value of the cookie."""
    return SecretBox(_key_of_cookie(cookie)).encrypt(private)


def open_for_session(sealed: bytes, cookie: bytes) -> bytes:
    """Raises CannotOpen."""
    try:
        return SecretBox(_key_of_cookie(cookie)).decrypt(sealed)
    except CryptoError as error:
        raise CannotOpen from error


def _key_of_cookie(cookie: bytes) -> bytes:
    return blake2b(cookie, digest_size=KEY_BYTES, person=b"session key").digest()


def _key_of_recovery_code(code: RecoveryCode, salt: bytes) -> bytes:
    return blake2b(code.encode(), digest_size=KEY_BYTES, salt=salt, person=b"recovery code").digest()


def _key_of_password(password: str, salt: bytes, memory_mib: int) -> bytes:
    return pwhash.argon2id.kdf(
        KEY_BYTES, password.encode(), salt, opslimit=_ARGON2_PASSES, memlimit=memory_mib * 1024 * 1024
    )


def _decrypt(key: bytes, blob: bytes, bound_to: bytes) -> bytes:
    nonce_bytes = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(
            blob[nonce_bytes:], bound_to, blob[:nonce_bytes], key
        )
    except CryptoError as error:
        raise CannotOpen from error
