"""A real Chromium and a real Firefox against a real server on this machine; nothing else can be reached."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug import Response
from werkzeug.serving import make_server

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.database import Database
from incidents.services.accounts import Member
from incidents.web.platform import utc_now
from tests import builders, databases
from tests.browser.firefox import SAFEST, Firefox, launched
from tests.programs import needed

FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PHONE = {"width": 360, "height": 740}
LONGEST_MS = 30_000
"""Until another page is there: some are made of all incidents, on a machine that has other work too."""


@dataclass(frozen=True)
class Certificate:
    """Made for one run of the tests, for the names of this machine."""

    certificate: Path
    key: Path

    def fingerprint(self) -> str:
        """By this Chromium takes the certificate for a good one: with an error in it pages are not kept as usual."""
        public = subprocess.run(
            ["openssl", "x509", "-in", self.certificate, "-pubkey", "-noout"], capture_output=True, check=True
        ).stdout
        der = subprocess.run(
            ["openssl", "pkey", "-pubin", "-outform", "der"], input=public, capture_output=True, check=True
        ).stdout
        return base64.b64encode(hashlib.sha256(der).digest()).decode()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    folder = tmp_path_factory.mktemp("tls")
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        [*command, "-addext", names, "-out", made.certificate, "-keyout", made.key], capture_output=True, check=True
    )
    return made


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest, certificate: Certificate) -> Iterator[Browser]:
    """Chromium. Where tests go back (mark `history`), as people have it: it keeps the pages one came from.

    Elsewhere without its windows, if that is installed: the same engine opens a page in a third of the time then.
    """
    whole = ("chromium", "chromium-browser")
    is_whole = request.node.get_closest_marker("history") is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needed(*whole) if is_whole else needed("chromium-headless-shell", *whole),
            chromium_sandbox=False,
            args=[*FLAGS, f"--ignore-certificate-errors-spki-list={certificate.fingerprint()}"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox as anybody has it."""
    with launched(tmp_path_factory.mktemp("firefox"), {}) as tab:
        yield tab


@pytest.fixture(scope="module")
def safest_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Firefox without scripts, drawings and fonts of a page."""
    with launched(tmp_path_factory.mktemp("safest"), SAFEST) as tab:
        yield tab


@dataclass
class Site:
    """A running site with a desk of two."""

    address: str
    settings: Settings
    database: Database
    members: list[Member]
    neutral: str = ""
    late: timedelta = timedelta(0)
    app: Flask | None = None

    def now(self) -> datetime:
        return utc_now() + self.late

    def code_of(self, member: Member) -> str:
        """A fresh second-factor code: the site's clock moves on, because each code works once."""
        self.late += timedelta(seconds=30)
        with self.database.reader() as session:
            return builders.current_code(session, member.name, self.settings, self.now())


@contextmanager
def served(settings: Settings, folder: Path, certificate: Certificate | None = None) -> Iterator[Site]:
    """The site in a thread of its own, over TLS if there is a certificate. The exit ends at a page of another host."""
    tls = (str(certificate.certificate), str(certificate.key)) if certificate else None
    settings = replace(
        settings,
        database_url=f"sqlite:///{folder / 'site.sqlite'}",
        shortest_honest_seconds=0,
        https=certificate is not None,
    )
    database = databases.at(settings.database_url)
    site = Site("", settings, database, [])
    app = site.app = create_app(settings, now=site.now, database=database)
    ours = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    neutral = make_server("127.0.0.1", 0, _neutral_page, threaded=True, ssl_context=tls)
    scheme = "https" if certificate else "http"
    site.address = f"{scheme}://127.0.0.1:{ours.server_port}"
    site.neutral = f"{scheme}://localhost:{neutral.server_port}/weather"
    object.__setattr__(settings, "exit_url", site.neutral)
    with database.unit_of_work() as session:
        site.members = builders.a_desk(session, settings, *Role, now=site.now())
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in (ours, neutral)]
    for thread in threads:
        thread.start()
    yield site
    for server, thread in zip((ours, neutral), threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()
    database.close()


def _neutral_page(environ: Any, start_response: Any) -> Any:
    page = (
        '<!doctype html><html lang="sr"><title>Време</title><link rel="icon" href="data:,"><p>Сунчано, 21 степен.</p>'
    )
    return Response(page, mimetype="text/html")(environ, start_response)


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    with served(settings, tmp_path) as site:
        yield site


@pytest.fixture
def open_phone(browser: Browser, site: Site) -> Iterator[Callable[..., BrowserContext]]:
    """New browsers on a phone's screen; every request to another host is a failure."""
    opened: list[BrowserContext] = []
    foreign: list[str] = []

    def open_one(*, with_script: bool = True, width: int = 360) -> BrowserContext:
        context = browser.new_context(
            base_url=site.address,
            viewport={**PHONE, "width": width},
            java_script_enabled=with_script,
            reduced_motion="reduce",
        )
        context.set_default_timeout(8000)
        context.set_default_navigation_timeout(LONGEST_MS)
        ours = (site.address, site.neutral, "data:,")
        context.on("request", lambda request: None if request.url.startswith(ours) else foreign.append(request.url))
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert foreign == []
