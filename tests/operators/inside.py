"""The first process of a machine that lasts as long as a test: `python inside.py FOLDER PACKAGES` in new namespaces.

What the guide writes to lies in memory or in FOLDER, all else is read-only. Has only the loopback, with the host names
of the guide. Says `ready`, then buries processes until it is killed, and everything on the machine goes with it.
"""

from __future__ import annotations

import fcntl
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

HOSTS = "127.0.0.1 localhost prijavi.example pult.prijavi.example\n::1 localhost\n"
STAND_INS = Path("/mnt/stand-ins")
PACKAGES = Path("/mnt/packages")
_IN_MEMORY = ("/run", "/tmp", "/var/log", "/var/tmp", "/var/lib/nginx", "/var/lib/tor", "/var/lib/postgresql")  # noqa: S108
_OWNERS = {"/var/lib/tor": "debian-tor", "/var/lib/postgresql": "postgres", "/var/log/postgresql": "postgres"}
_IFF_UP, _SIOCSIFFLAGS = 0x1, 0x8914


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _in_memory(folder: Path | str) -> None:
    Path(folder).mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", folder)


def _bind(source: Path, target: Path | str) -> None:
    Path(target).mkdir(parents=True, exist_ok=True)
    _mount("--bind", source, target)


def _loopback_up() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


def _copied(folder: str) -> None:
    """A folder of the system, as it is and in memory."""
    copy = Path("/mnt/copy", Path(folder).name)
    copy.parent.mkdir(exist_ok=True)
    if Path(folder).is_dir():
        subprocess.run(["cp", "-a", folder, copy.parent], check=True)
    copy.mkdir(exist_ok=True)
    _mount("--bind", copy, folder)


def _let_all_reach(program: Path) -> None:
    """Lets a user of the guide reach the interpreter where it lies in a folder that others may not enter."""
    closed = [parent for parent in program.parents if not parent.stat().st_mode & 0o001]
    if closed:
        _bind(program, "/mnt/interpreter")
        _in_memory(closed[-1])
        _bind(Path("/mnt/interpreter"), program)


def main(folder: Path, packages: Path) -> None:
    _mount("--make-rprivate", "/")
    _loopback_up()
    _in_memory("/mnt")
    _bind(packages, PACKAGES)
    shutil.copytree(Path(__file__).parent, STAND_INS)
    folder.chmod(0o755)
    _bind(folder, "/srv")
    _copied("/etc")
    _copied("/var/www")
    shutil.rmtree("/etc/postgresql", ignore_errors=True)
    Path("/etc/hosts").write_text(HOSTS, encoding="ascii")
    _let_all_reach(Path(sys.base_prefix))
    for name in _IN_MEMORY:
        _in_memory(name)
    for name in ("/tmp", "/var/tmp"):  # noqa: S108
        Path(name).chmod(0o1777)
    for name in ("/var/log/nginx", "/var/log/postgresql", "/run/postgresql", "/etc/postgresql", "/var/www/html"):
        Path(name).mkdir(exist_ok=True)
    for name, owner in (*_OWNERS.items(), ("/run/postgresql", "postgres"), ("/etc/postgresql", "postgres")):
        shutil.chown(name, owner, owner)
    _mount("-o", "remount,bind,ro", "/")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        signal.pause()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
