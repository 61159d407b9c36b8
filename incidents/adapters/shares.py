"""Shares of a secret as words to print, by SLIP-39 (SatoshiLabs): 33 words each, the last three for slips.

Any tool that knows SLIP-39 gives the secret back from them, should this program be lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from operator import xor

from nacl import utils

from incidents.adapters import shamir
from incidents.adapters.shamir import NotTogether
from incidents.resources import data_file

_WORD_BITS = 10
_HEAD_WORDS, _CHECK_WORDS = 4, 3
_FEWEST_WORDS = 20
_ROUNDS = 4
_PASSES = 2500
"""Of PBKDF2 in each round; they slow nobody down here, where the secret is random and has no passphrase."""
_GENERATOR = (
    0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009, 0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120,
)  # fmt: skip


class NotAShare(Exception):
    """The words are no share: one is not in the list, some are missing, or they do not fit the check words."""


@dataclass(frozen=True, kw_only=True)
class _Set:
    """What all shares of one secret have in common."""

    identifier: int
    is_extendable: bool
    exponent: int
    groups_needed: int
    groups: int


@dataclass(frozen=True, kw_only=True)
class _Share:
    of: _Set
    group: int
    member: int
    members_needed: int
    value: bytes


def words_of_shares(secret: bytes, *, needed: int, count: int) -> list[str]:
    """`count` shares of a secret of 16 or 32 bytes, of which any `needed` give it back."""
    own = _Set(
        identifier=int.from_bytes(utils.random(2), "big") >> 1,
        is_extendable=True,
        exponent=0,
        groups_needed=1,
        groups=1,
    )
    values = shamir.split(_encrypted(secret, own), threshold=needed, count=count)
    return [
        _words(_Share(of=own, group=0, member=number, members_needed=needed, value=value))
        for number, value in enumerate(values)
    ]


def secret_of(texts: Iterable[str], passphrase: bytes = b"") -> bytes:
    """The secret that shares give together. Raises NotAShare, shamir.NotTogether."""
    shares = [_read(text) for text in texts]
    if len({share.of for share in shares}) != 1:
        raise NotTogether
    own = shares[0].of
    groups = {
        number: _value_of_group([share for share in shares if share.group == number])
        for number in {share.group for share in shares}
    }
    return _decrypted(shamir.joined(groups, threshold=own.groups_needed), own, passphrase)


def digest_of(text: str) -> bytes:
    """Equal for one share however it was typed; a share is random, so that this says nothing about it."""
    share = _read(text)
    return hashlib.blake2b(_words(share).encode(), digest_size=32, person=b"share").digest()


def _value_of_group(shares: Sequence[_Share]) -> bytes:
    needed = {share.members_needed for share in shares}
    values = {share.member: share.value for share in shares}
    if len(needed) != 1 or len(values) != len(shares):
        raise NotTogether
    return shamir.joined(values, threshold=needed.pop())


def _words(share: _Share) -> str:
    own = share.of
    head = 0
    for value, bits in (
        (own.identifier, 15),
        (int(own.is_extendable), 1),
        (own.exponent, 4),
        (share.group, 4),
        (own.groups_needed - 1, 4),
        (own.groups - 1, 4),
        (share.member, 4),
        (share.members_needed - 1, 4),
    ):
        head = head << bits | value
    value_words = -(-len(share.value) * 8 // _WORD_BITS)
    body = [*_numbers(head, _HEAD_WORDS), *_numbers(int.from_bytes(share.value, "big"), value_words)]
    check = _sum(_purpose(own.is_extendable), [*body, 0, 0, 0]) ^ 1
    return " ".join(_list()[number] for number in [*body, *_numbers(check, _CHECK_WORDS)])


def _read(text: str) -> _Share:
    """Raises NotAShare."""
    places = {word: number for number, word in enumerate(_list())}
    try:
        numbers = [places[word] for word in text.lower().split()]
    except KeyError as error:
        raise NotAShare from error
    body = numbers[_HEAD_WORDS:-_CHECK_WORDS]
    spare = len(body) * _WORD_BITS % 16
    if len(numbers) < _FEWEST_WORDS or spare > 8:
        raise NotAShare
    head, value = _number(numbers[:_HEAD_WORDS]), _number(body)
    own = _Set(
        identifier=head >> 25,
        is_extendable=bool(head >> 24 & 1),
        exponent=head >> 20 & 15,
        groups_needed=(head >> 12 & 15) + 1,
        groups=(head >> 8 & 15) + 1,
    )
    length = (len(body) * _WORD_BITS - spare) // 8
    if _sum(_purpose(own.is_extendable), numbers) != 1 or value >> length * 8 or own.groups_needed > own.groups:
        raise NotAShare
    return _Share(
        of=own,
        group=head >> 16 & 15,
        member=head >> 4 & 15,
        members_needed=(head & 15) + 1,
        value=value.to_bytes(length, "big"),
    )


def _numbers(value: int, words: int) -> list[int]:
    return [value >> _WORD_BITS * place & 1023 for place in reversed(range(words))]


def _number(words: Sequence[int]) -> int:
    number = 0
    for word in words:
        number = number << _WORD_BITS | word
    return number


def _purpose(is_extendable: bool) -> bytes:
    return b"shamir_extendable" if is_extendable else b"shamir"


def _sum(purpose: bytes, numbers: Sequence[int]) -> int:
    """The Reed-Solomon code over GF(1024) that tells any three wrong words."""
    total = 1
    for value in (*purpose, *numbers):
        high = total >> 20
        total = (total & 0xFFFFF) << 10 ^ value
        for bit, part in enumerate(_GENERATOR):
            total ^= part * (high >> bit & 1)
    return total


def _encrypted(secret: bytes, own: _Set) -> bytes:
    return _mixed(secret, own, b"", range(_ROUNDS))


def _decrypted(content: bytes, own: _Set, passphrase: bytes) -> bytes:
    return _mixed(content, own, passphrase, reversed(range(_ROUNDS)))


def _mixed(content: bytes, own: _Set, passphrase: bytes, rounds: Iterable[int]) -> bytes:
    """A Feistel network of four rounds; the same way back with its rounds reversed."""
    half = len(content) // 2
    left, right = content[:half], content[half:]
    salt = b"" if own.is_extendable else b"shamir" + own.identifier.to_bytes(2, "big")
    for number in rounds:
        key = hashlib.pbkdf2_hmac(
            "sha256", bytes([number]) + passphrase, salt + right, _PASSES << own.exponent, dklen=half
        )
        left, right = right, bytes(map(xor, left, key))
    return right + left


@cache
def _list() -> list[str]:
    return (data_file("shares") / "words.txt").read_text(encoding="ascii").split()
