"""Where pages ask for passkeys, and what they ask: bound to this host, and to the session where there is one."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import partial
from hashlib import blake2b
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import g, request

from incidents.adapters.passkeys import Asked, new_challenge
from incidents.services import passkeys
from incidents.web.platform import platform

SECOND_FACTOR = b"second factor"
ENROLMENT = b"enrolment"
_HTTPS_PORT = 443


def asked(act: bytes) -> Asked | None:
    """What may be asked here. None where no browser takes part: away from HTTPS at its usual port, but for localhost,
    at an address in digits, and at the onion address, whose browser knows no passkeys."""
    settings, here = platform().settings, urlsplit(f"//{request.host}")
    name = here.hostname or ""
    if name not in settings.hosts or name == settings.onion or _is_in_digits(name):
        return None
    purpose = act + b" " + _of_session()
    if settings.https:
        return Asked(name, f"https://{name}", purpose) if here.port in {None, _HTTPS_PORT} else None
    return Asked(name, f"http://{request.host}", purpose) if name == "localhost" else None


def context() -> dict[str, Any]:
    return {
        "has_passkeys_here": lambda: asked(SECOND_FACTOR) is not None,
        "passkey_to_show": passkey_to_show,
        "passkey_to_make": partial(_question, ENROLMENT),
    }


def passkey_to_show() -> dict[str, str] | None:
    """What a form asks for in place of a code. At the log-in of everybody, later of those who have a passkey."""
    if "member" in g:
        with platform().database.reader() as session:
            if not passkeys.has_any(session, g.member.id):
                return None
    return _question(SECOND_FACTOR)


def as_text(value: bytes) -> str:
    """As browsers' answers have it: without padding."""
    return urlsafe_b64encode(value).decode().rstrip("=")


def _question(act: bytes) -> dict[str, str] | None:
    site, here = platform(), asked(act)
    if here is None:
        return None
    return {"host": here.host, "challenge": as_text(new_challenge(here, site.settings.token_key, site.now()))}


def _of_session() -> bytes:
    cookie = g.get("cookie")
    return blake2b(cookie, digest_size=16, person=b"passkey session").digest() if cookie else b""


def _is_in_digits(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
