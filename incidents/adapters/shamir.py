"""Shamir's sharing of a secret over GF(256), with the check value of SLIP-39 (section "Sharing a secret").

Written here because no kept library was fit: the reference implementation itself says that it is not for secrets.
Nothing is hardened against somebody who measures this machine while a command runs; the running site never imports it.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import reduce
from operator import xor

from nacl import utils

_SECRET_AT, _DIGEST_AT = 255, 254
_DIGEST_BYTES = 4


class NotTogether(Exception):
    """The shares do not belong together, or one was changed."""


def split(secret: bytes, *, threshold: int, count: int) -> list[bytes]:
    """The values of shares 0 to `count` - 1, of which any `threshold` give the secret back and fewer say nothing."""
    if threshold == 1:
        return [secret] * count
    drawn = {number: utils.random(len(secret)) for number in range(threshold - 2)}
    key = utils.random(len(secret) - _DIGEST_BYTES)
    points = {**drawn, _DIGEST_AT: _digest(key, secret) + key, _SECRET_AT: secret}
    return [drawn[number] if number in drawn else _value_at(number, points) for number in range(count)]


def joined(shares: Mapping[int, bytes], *, threshold: int) -> bytes:
    """The secret from exactly `threshold` shares, by their numbers. Raises NotTogether."""
    if len(shares) != threshold or len({len(share) for share in shares.values()}) != 1:
        raise NotTogether
    if threshold == 1:
        return next(iter(shares.values()))
    secret, check = _value_at(_SECRET_AT, shares), _value_at(_DIGEST_AT, shares)
    if not hmac.compare_digest(check[:_DIGEST_BYTES], _digest(check[_DIGEST_BYTES:], secret)):
        raise NotTogether
    return secret


def _digest(key: bytes, secret: bytes) -> bytes:
    return hmac.digest(key, secret, "sha256")[:_DIGEST_BYTES]


def _value_at(x: int, points: Mapping[int, bytes]) -> bytes:
    """Of the one polynomial of lowest degree that goes through the points, byte by byte (Lagrange)."""
    value = bytes(len(next(iter(points.values()))))
    for own, share in points.items():
        above = reduce(_times, (x ^ other for other in points if other != own), 1)
        below = reduce(_times, (own ^ other for other in points if other != own), 1)
        factor = _times(above, _inverse(below))
        value = bytes(map(xor, value, (_times(factor, byte) for byte in share)))
    return value


def _times(left: int, right: int) -> int:
    """In GF(256) modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while right:
        product ^= left * (right & 1)
        left = (left << 1) ^ (0x11B * (left >> 7))
        right >>= 1
    return product


def _inverse(value: int) -> int:
    """value ** 254, because value ** 255 is 1."""
    square, product = value, 1
    for _ in range(7):
        square = _times(square, square)
        product = _times(product, square)
    return product
