"""Asks one host for JSON and no other: what geopy sends its questions through when an operator has set a service.

Nothing of what is asked or answered is ever logged, printed or put into the text of an exception.
"""

from __future__ import annotations

import http.client
import io
import json
import socket
import ssl
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from typing import Any, NoReturn

from geopy.adapters import BaseSyncAdapter
from geopy.exc import GeocoderUnavailable

from incidents.config import OwnHost

MOST_BYTES = 1_000_000
"""Of an answer."""
_AT_ONCE = 65_536


@dataclass(frozen=True)
class Question:
    """A path with its query. It says nothing of itself, so that no log can have it: geopy writes addresses down."""

    path: str = field(repr=False)


class OneHost(BaseSyncAdapter):
    """Whatever goes wrong is GeocoderUnavailable: an answer that cannot be trusted is no answer.

    No redirect is followed, no proxy asked, also none that the environment names; `seconds` are for everything
    together, from the first packet to the last byte, but for what the system's resolver takes to look up a name.
    """

    def __init__(self, host: OwnHost, *, seconds: float) -> None:
        super().__init__(proxies={}, ssl_context=None)
        self._host = host
        self._seconds = seconds
        self._tls = ssl.create_default_context(cafile=host.authority) if host.is_secure else None

    def get_json(self, url: Question, *, timeout: float, headers: dict[str, str]) -> Any:
        """The JSON that answers a question. `timeout` is geopy's, for each packet; ours holds for all together."""
        try:
            body = self._body(url.path, min(timeout, self._seconds), headers)
            return json.loads(body, parse_constant=_no_number)
        except (OSError, http.client.HTTPException, ValueError, RecursionError):
            pass
        # Outside of the handler, so that no cause hangs on it: http.client names addresses in its own texts.
        raise GeocoderUnavailable("the address service gave no answer that can be used")

    def get_text(self, url: Question, *, timeout: float, headers: dict[str, str]) -> NoReturn:
        raise GeocoderUnavailable("only JSON is read")

    def _body(self, path: str, seconds: float, headers: dict[str, str]) -> bytes:
        host, ends_at = self._host, time.monotonic() + seconds
        connection = http.client.HTTPConnection(host.name, host.port)
        connection.default_port = 443 if host.is_secure else 80
        connection.set_debuglevel(0)
        with _connected(host, self._tls, ends_at) as reached:
            connection.sock = _Bounded(reached, ends_at)
            connection.request("GET", host.base + path, headers={**headers, "Accept": "application/json"})
            with connection.getresponse() as response:
                return _read(response)


def _read(response: http.client.HTTPResponse) -> bytes:
    if response.status != HTTPStatus.OK:
        raise http.client.HTTPException("not 200; redirects are answers like any other")
    if response.headers.get_content_type() != "application/json" or "Content-Encoding" in response.headers:
        raise http.client.HTTPException("not JSON as it is")
    body = b""
    while part := response.read(_AT_ONCE):
        body += part
        if len(body) > MOST_BYTES:
            raise http.client.HTTPException("too much")
    if response.length:
        raise http.client.HTTPException("cut short")
    return body


def _no_number(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _connected(host: OwnHost, tls: ssl.SSLContext | None, ends_at: float) -> socket.socket:
    """A socket to the first of the host's addresses that takes one; over TLS if there is any."""
    failure = OSError("no address")
    for family, kind, protocol, _name, address in socket.getaddrinfo(host.name, host.port, type=socket.SOCK_STREAM):
        if tls is None and not ip_address(address[0]).is_loopback:
            continue
        reached = socket.socket(family, kind, protocol)
        try:
            reached.settimeout(_left(ends_at))
            reached.connect(address)
            reached.settimeout(_left(ends_at))
            return tls.wrap_socket(reached, server_hostname=host.name) if tls else reached
        except OSError as error:
            reached.close()
            failure = error
    raise failure


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Bounded:
    """What http.client needs of a socket, ending at one moment for all: a drip of bytes does not begin it anew."""

    def __init__(self, reached: socket.socket, ends_at: float) -> None:
        self._reached = reached
        self._ends_at = ends_at

    def sendall(self, content: bytes) -> None:
        self._reached.settimeout(_left(self._ends_at))
        self._reached.sendall(content)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Incoming(self._reached, self._ends_at))

    def close(self) -> None:
        self._reached.close()


class _Incoming(io.RawIOBase):
    def __init__(self, reached: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._reached = reached
        self._ends_at = ends_at

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._reached.settimeout(_left(self._ends_at))
        return self._reached.recv_into(buffer)
