"""What is sent to exhaust the server: fields of megabytes, ten thousand parts, a body that never ends, bombs."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.reporting import a_form, opens, sent
from tests.serving import Served, served

_MOST_MB = 512
_PATIENCE_S = 40
FORM = "application/x-www-form-urlencoded"
PATH = "/sr-Cyrl/report"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("large"), "--workers", "1") as site:
        yield site


def peak_mb(site: Served) -> float:
    """The most that any process of the site ever had in memory."""
    assert site.process is not None
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text(encoding="ascii").split()
    peaks = []
    for number in (str(site.process.pid), *children):
        lines = Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines()
        peaks += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
    return max(peaks)


def status_of(site: Served, body: bytes, kind: str, *more: str, path: str = PATH) -> int:
    """What is answered to a body; 0 where the connection is shut instead."""
    head = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{site.port}", f"Content-Length: {len(body)}"]
    head += [f"Content-Type: {kind}", *more, "Connection: close", "", ""]
    with socket.create_connection(("127.0.0.1", site.port), timeout=_PATIENCE_S) as connection:
        try:
            connection.sendall("\r\n".join(head).encode() + body)
            answer = connection.recv(65_536)
        except (ConnectionResetError, BrokenPipeError):
            return 0
    return int(answer.split()[1]) if answer else 0


def parts(number: int, *, size: int = 1, name: str = "words") -> bytes:
    """A body of so many parts, each with its own boundary line."""
    one = f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + b"a" * size + b"\r\n"
    return one * number + b"--x--\r\n"


MULTIPART = "multipart/form-data; boundary=x"
LARGE = {
    "a field of a megabyte": (b"words=" + b"%D0%B0" * 170_000, FORM),
    "a field of eight megabytes": (b"words=" + b"a" * 8_000_000, FORM),
    "ten thousand fields": (b"&".join(b"acts=threat" for _ in range(10_000)), FORM),
    "a hundred thousand empty fields": (b"&" * 100_000, FORM),
    "ten thousand parts": (parts(10_000), MULTIPART),
    "a part of a megabyte": (parts(1, size=1_000_000), MULTIPART),
    "a part with a name of a megabyte": (parts(1, name="n" * 1_000_000), MULTIPART),
    "a boundary that never ends": (b"--" * 500_000, MULTIPART),
    "no boundary": (parts(100), "multipart/form-data"),
}


@pytest.mark.parametrize("what", LARGE)
def test_what_is_too_large_is_refused_and_costs_little_memory(site: Served, what: str) -> None:
    body, kind = LARGE[what]
    for path in (PATH, "/sr-Cyrl/receipt", "/sr-Cyrl/receipt/files"):
        assert status_of(site, body, kind, path=path) in {0, 400, 413, 422}, path
    assert peak_mb(site) < _MOST_MB


def test_a_packed_body_is_not_unpacked(site: Served) -> None:
    bomb = gzip.compress(b"words=" + b"a" * 50_000_000)
    assert status_of(site, bomb, FORM, "Content-Encoding: gzip") in {0, 400, 413, 415, 422}
    assert peak_mb(site) < _MOST_MB


@pytest.mark.parametrize("nesting", [b'{"a":' * 200_000, b"[" * 200_000, b'{"words":"' + b"a" * 5_000_000 + b'"}'])
def test_what_programs_send_too_deep_or_too_long_is_refused(site: Served, nesting: bytes) -> None:
    assert status_of(site, nesting, "application/json", path="/api/v1/reports") in {0, 400, 413, 422}
    assert peak_mb(site) < _MOST_MB


def test_while_many_send_bodies_that_never_end_others_are_served(site: Served) -> None:
    """All threads of the worker but one wait; a proxy, as in the examples, passes on whole bodies only."""
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1:{site.port}\r\nContent-Type: {FORM}\r\nContent-Length: 50000\r\n\r\nw"
    )
    slow = [socket.create_connection(("127.0.0.1", site.port), timeout=_PATIENCE_S) for _ in range(3)]
    try:
        for one in slow:
            one.sendall(head.encode())
        began = time.monotonic()
        code = sent(site, a_form(site))
        assert opens(site, code)
        assert time.monotonic() - began < 20
    finally:
        for one in slow:
            one.close()
    assert opens(site, code)
    assert peak_mb(site) < _MOST_MB
