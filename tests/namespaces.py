"""Several hosts on one machine: network namespaces of our own that reach one another, and nothing else."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from tests.programs import needed

_NETWORK = 0x40000000
"""CLONE_NEWNET, see setns(2)."""
NETWORK = "192.0.2.0/24"
"""An address of it exists nowhere else (RFC 5737)."""


@dataclass(frozen=True)
class Host:
    space: str
    address: str

    @contextmanager
    def inside(self) -> Iterator[None]:
        """This thread, and what it starts, is on this host; what it opened before stays where it is."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        there = os.open(f"/run/netns/{self.space}", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _move(there)
            yield
        finally:
            _move(own)
            os.close(own)
            os.close(there)


@contextmanager
def hosts(number: int) -> Iterator[list[Host]]:
    """So many hosts on one wire, which is a namespace too. Without the right to make them the test is skipped.

    In CI it fails then.
    """
    program, mark = needed("ip", package="iproute2"), f"incidents-{token_hex(3)}"
    wire, found = f"{mark}-wire", [Host(f"{mark}-{at}", f"192.0.2.{at}") for at in range(1, number + 1)]
    spaces = [wire, *(host.space for host in found)]
    try:
        for space in spaces:
            _made(program, "netns", "add", space)
            _run(program, "-n", space, "link", "set", "lo", "up")
        _run(program, "-n", wire, "link", "add", "bridge", "type", "bridge")
        _run(program, "-n", wire, "link", "set", "bridge", "up")
        for at, host in enumerate(found):
            own = ("-n", host.space)
            _run(program, "-n", wire, "link", "add", f"host{at}", "type", "veth", "peer", "wire", "netns", host.space)
            _run(program, "-n", wire, "link", "set", f"host{at}", "master", "bridge", "up")
            _run(program, *own, "address", "add", f"{host.address}/24", "dev", "wire")
            _run(program, *own, "link", "set", "wire", "up")
        yield found
    finally:
        for space in spaces:
            if Path("/run/netns", space).exists():
                _run(program, "netns", "delete", space)


def _made(program: str, *arguments: str) -> None:
    try:
        _run(program, *arguments)
    except subprocess.CalledProcessError as error:
        said = f"no network namespace can be made here: {error.stderr.strip()}"
        pytest.fail(said) if os.environ.get("CI") else pytest.skip(said)


def _run(program: str, *arguments: str) -> None:
    subprocess.run([program, *arguments], check=True, capture_output=True, text=True)


def _move(space: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(space, _NETWORK):
        raise OSError(ctypes.get_errno(), "this thread stays where it is")
