"""A real Chromium against a real server on this machine; nothing else can be reached."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db import migrations
from incidents.db.database import Database
from incidents.services.accounts import Member
from incidents.web.platform import utc_now
from tests import builders

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


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed")
        pytest.skip("Chromium is not installed (Debian: chromium)")
    return found


@contextmanager
def _launched(*, remembers_pages: bool) -> Iterator[Browser]:
    left_out = ["--disable-back-forward-cache"] if remembers_pages else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=_chromium(), chromium_sandbox=False, args=FLAGS, ignore_default_args=left_out
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with _launched(remembers_pages=True) as browser:
        yield browser


@dataclass
class Site:
    """A running site with a desk of two."""

    address: str
    settings: Settings
    database: Database
    members: list[Member]
    late: timedelta = timedelta(0)

    def now(self) -> datetime:
        return utc_now() + self.late

    def code_of(self, member: Member) -> str:
        """A fresh second-factor code: the site's clock moves on, because each code works once."""
        self.late += timedelta(seconds=30)
        with self.database.reader() as session:
            return builders.current_code(session, member.name, self.settings, self.now())


@pytest.fixture
def site(settings: Settings, tmp_path: Path) -> Iterator[Site]:
    settings = replace(settings, database_url=f"sqlite:///{tmp_path / 'site.sqlite'}", shortest_honest_seconds=0)
    database = Database(settings.database_url)
    migrations.upgrade(database)
    site = Site("", settings, database, [])
    server = make_server("127.0.0.1", 0, create_app(settings, now=site.now, database=database), threaded=True)
    site.address = f"http://127.0.0.1:{server.server_port}"
    object.__setattr__(settings, "exit_url", f"{site.address}/healthz")
    with database.unit_of_work() as session:
        site.members = builders.a_desk(session, settings, *Role, now=site.now())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    database.engine.dispose()


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
        context.on(
            "request", lambda request: None if request.url.startswith(site.address) else foreign.append(request.url)
        )
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()
    assert foreign == []
