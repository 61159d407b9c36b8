"""nginx with the settings of the examples beside one of Debian's; ports, certificates and sockets are a test's."""

from __future__ import annotations

import os
import pwd
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tests.programs import needed
from tests.serving import free_port

_OWN_NAME = pwd.getpwuid(os.getuid()).pw_name
_PATIENCE_S = 10


@contextmanager
def proxied(examples: Path, folder: Path, site_port: int) -> Iterator[str]:
    """The address of nginx as it answers for the onion host; all that it writes lies in `folder`."""
    program = needed("nginx", package="nginx-light")
    folder.mkdir()
    making = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=prijavi.example"]
    subprocess.run(
        [*making, "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"], check=True, capture_output=True
    )
    port = free_port()
    (folder / "site.conf").write_text(_settings(examples, folder, port, site_port), encoding="utf-8")
    user = f"user {_OWN_NAME};" if os.getuid() == 0 else ""
    whole = f"{user} pid {folder}/pid; daemon off;\nevents {{}}\nhttp {{ gzip on; include {folder}/site.conf; }}\n"
    (folder / "nginx.conf").write_text(whole, encoding="utf-8")
    command = [program, "-p", str(folder), "-e", str(folder / "first.log"), "-c", str(folder / "nginx.conf")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(address)
        yield address
    finally:
        process.terminate()
        process.wait()


def _settings(examples: Path, folder: Path, port: int, site_port: int) -> str:
    text = (examples / "nginx.conf").read_text(encoding="utf-8")
    text = re.sub(r"listen \[::\]:.*\n", "", text)
    text = text.replace("listen 80;", f"listen 127.0.0.1:{free_port()};")
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{free_port()} ssl")
    text = text.replace("127.0.0.1:8081", f"127.0.0.1:{port}")
    text = text.replace("unix:/run/incidents-public/socket", f"127.0.0.1:{site_port}")
    text = text.replace("/etc/letsencrypt/live/prijavi.example", str(folder))
    return text.replace("/run/incidents-bodies", str(folder / "bodies"))


def _wait_for(address: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310 (our own server)
                answer.read()
        except HTTPError:
            return
        except URLError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nothing answers at {address}")
