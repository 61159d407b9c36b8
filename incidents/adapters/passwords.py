"""Hashes of log-in passwords (Argon2id)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_hasher = PasswordHasher()
# Checked against when there is no such member, so that both answers take the same time: its m, t and p are those of the
# hasher. Written down, because to make it takes as long as a fifth of starting a command.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$LDtX73empqdGTYfVzajF9w$x0CYc5Sanp/h0p6EzEtW7VC31Pg33xwdVXgG8QMtC5A"


def hash_password(password: str) -> str:
    return _hasher.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether the password fits; None stands for a member that does not exist and takes as long."""
    try:
        return _hasher.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False
