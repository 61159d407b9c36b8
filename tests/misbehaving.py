"""A server on this machine that answers each connection just as a test wants: rightly, wrongly, slowly, not at all."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

Act = Callable[[socket.socket, Event], None]
"""What the server does when a question has come; the event says that the test is over."""


@dataclass
class Stub:
    act: Act
    port: int = 0
    asked: list[str] = field(default_factory=list)
    """The first line and headers of every question."""
    connections: int = 0
    is_over: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def stub(act: Act, *, tls: ssl.SSLContext | None = None) -> Iterator[Stub]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        served = Stub(act, listening.getsockname()[1])
        thread = Thread(target=_serve, args=(listening, served, tls))
        thread.start()
        try:
            yield served
        finally:
            served.is_over.set()
            # Wakes the thread that waits for a connection.
            with suppress(OSError), socket.create_connection(("127.0.0.1", served.port), timeout=1):
                pass
            thread.join(10)
            assert not thread.is_alive()


def _serve(listening: socket.socket, served: Stub, tls: ssl.SSLContext | None) -> None:
    while True:
        connection, _address = listening.accept()
        if served.is_over.is_set():
            connection.close()
            return
        served.connections += 1
        connection.settimeout(5)
        with suppress(OSError):
            if tls:
                connection = tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
                connection.do_handshake()
            asked = b""
            while b"\r\n\r\n" not in asked and (part := connection.recv(65_536)):
                asked += part
            served.asked.append(asked.decode(errors="replace"))
            served.act(connection, served.is_over)
        connection.close()


def says(raw: bytes) -> Act:
    """These very bytes, then the end."""
    return lambda connection, _over: connection.sendall(raw)


def answers(
    body: bytes, *, status: str = "200 OK", kind: str = "application/json; charset=utf-8", length: int | None = None
) -> Act:
    said = len(body) if length is None else length
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {said}\r\nConnection: close\r\n\r\n"
    return says(head.encode() + body)


def places(*found: object) -> Act:
    return answers(json.dumps(found).encode())


def drips(raw: bytes, *, every_s: float = 0.05) -> Act:
    """Byte after byte, each soon enough for a time limit that begins anew with each."""

    def drip(connection: socket.socket, over: Event) -> None:
        for at in range(len(raw)):
            if over.wait(every_s):
                return
            connection.sendall(raw[at : at + 1])

    return drip


def keeps_silent(_connection: socket.socket, over: Event) -> None:
    over.wait(5)


def resets(connection: socket.socket, _over: Event) -> None:
    """RST instead of an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
