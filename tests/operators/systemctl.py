"""In the place of systemctl where no systemd runs: reads the units that lie there and does as they say.

Of a unit it knows whom it runs as, where, with which variables, where it may write, what it does not see, its folder in
/run, its file for faults, and how it is started, reloaded and stopped. All else that holds a unit back is left out.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

_FOLDERS = (Path("/etc/systemd/system"), Path("/lib/systemd/system"), Path("/usr/lib/systemd/system"))
_STATE = Path("/run/units")
_PATIENCE_S = 30


class Unit:
    def __init__(self, name: str) -> None:
        self.name = name if name.endswith((".service", ".timer")) else f"{name}.service"
        path = next((folder / self.name for folder in _FOLDERS if (folder / self.name).is_file()), None)
        if path is None:
            raise SystemExit(f"Unit {self.name} not found.")
        self._lines = [line.partition("=") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line]

    def all(self, key: str) -> list[str]:
        return [value.strip() for name, _, value in self._lines if name == key]

    def one(self, key: str, usual: str = "") -> str:
        return (self.all(key) or [usual])[-1]

    @property
    def pid_file(self) -> Path:
        return _STATE / self.name

    def variables(self) -> dict[str, str]:
        found = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}
        for path in self.all("EnvironmentFile"):
            file = Path(path.removeprefix("-"))
            if path.startswith("-") and not file.exists():
                continue
            lines = file.read_text(encoding="utf-8").splitlines()
            found |= dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        # What Environment says is overruled by files (systemd.exec, "EnvironmentFile").
        return dict(line.split("=", 1) for line in self.all("Environment")) | found

    def run(self, command: str, **more: str) -> subprocess.Popen[bytes]:
        """Starts a command of the unit, with variables besides its own."""
        faults = self.one("StandardError").partition("append:")[2]
        with open(faults or "/dev/null", "ab") as errors:
            return subprocess.Popen(
                [*self._kept_in(), *shlex.split(command.lstrip("-").replace("%%", "%"))],
                cwd=self.one("WorkingDirectory", "/"),
                umask=int(self.one("UMask", "0022"), 8),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors if faults else None,
                start_new_session=True,
                env=self.variables() | more,
            )

    def _kept_in(self) -> list[str]:
        """What comes before a command, so that it runs as the unit's user and writes only where the unit lets it."""
        if self.one("ProtectSystem") != "strict":
            return []
        user = self.one("User", "root")
        writable = [path for line in self.all("ReadWritePaths") for path in line.split()]
        hidden = [path.lstrip("-") for line in self.all("InaccessiblePaths") for path in line.split()]
        script = [f"mount --bind {path} {path}" for path in writable]
        script += ["mount -o remount,bind,ro /srv"]
        script += [f"mount -t tmpfs -o mode=0000 tmpfs {path}" for path in hidden if Path(path).is_dir()]
        script += [f'exec setpriv --reuid {user} --regid {user} --init-groups -- "$@"']
        return ["unshare", "--mount", "sh", "-c", " && ".join(script), "sh"]

    def finish(self, command: str) -> None:
        code = self.run(command).wait()
        if code and not command.startswith("-"):
            raise SystemExit(f"Job for {self.name} failed with {code}.")

    def start(self) -> None:
        folder = self.one("RuntimeDirectory")
        if folder:
            path, user = Path("/run", folder), self.one("User")
            path.mkdir(exist_ok=True)
            shutil.chown(path, user, self.one("Group"))
            path.chmod(int(self.one("RuntimeDirectoryMode", "0755"), 8))
        for command in self.all("ExecStartPre"):
            self.finish(command)
        kind, command = self.one("Type", "simple"), self.one("ExecStart")
        if kind in {"oneshot", "forking"}:
            self.finish(command)
            main = Path(self.one("PIDFile") or "/nowhere")
            number = main.read_text(encoding="ascii").strip() if main.exists() else ""
        else:
            number = str(self._ready(command) if kind == "notify" else self.run(command).pid)
        if number:
            self.pid_file.write_text(number, encoding="ascii")

    def _ready(self, command: str) -> int:
        """Starts one that says so when it is ready (sd_notify)."""
        address = f"/run/units/{self.name}.notify"
        Path(address).unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            told.bind(address)
            Path(address).chmod(0o666)
            told.settimeout(0.2)
            process = self.run(command, NOTIFY_SOCKET=address)
            until = time.monotonic() + _PATIENCE_S
            while not _says_ready(told):
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(f"Job for {self.name} failed.")
        return process.pid

    def stop(self) -> None:
        if not self.pid_file.exists():
            return
        number = int(self.pid_file.read_text(encoding="ascii"))
        self.pid_file.unlink()
        os.kill(number, getattr(signal, self.one("KillSignal", "SIGTERM")))
        until = time.monotonic() + _PATIENCE_S
        while _is_running(number):
            if time.monotonic() > until:
                raise SystemExit(f"{self.name} does not stop.")
            time.sleep(0.02)
        folder = self.one("RuntimeDirectory")
        if folder:
            shutil.rmtree(Path("/run", folder))


def _says_ready(told: socket.socket) -> bool:
    try:
        return b"READY=1" in told.recv(4096).split(b"\n")
    except TimeoutError:
        return False


def _is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def main(what: str, *arguments: str) -> None:
    _STATE.mkdir(exist_ok=True)
    units = [Unit(name) for name in arguments if not name.startswith("--")]
    services = [unit for unit in units if not unit.name.endswith(".timer")]
    if what == "enable":
        with (_STATE / "enabled").open("a", encoding="utf-8") as file:
            file.writelines(f"{unit.name}\n" for unit in units)
    with ThreadPoolExecutor() as together:  # as systemd does: all at once
        if what in {"stop", "restart"}:
            list(together.map(Unit.stop, services))
        if what in {"start", "restart"} or "--now" in arguments:
            list(together.map(Unit.start, services))
    if what == "reload":
        for unit in services:
            unit.finish(unit.one("ExecReload"))


if __name__ == "__main__":
    main(*sys.argv[1:])
