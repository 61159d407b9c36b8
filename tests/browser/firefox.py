"""A real Firefox, driven by its own Marionette protocol; it answers to the few words of Playwright that walks use.

Playwright drives only a Firefox of its own making. People have this one, and Tor Browser is built on it.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.programs import needed

_PATIENCE_S = 60
_GLIDES_S = 5
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
_CALM = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "marionette.port": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.proxy.type": 0,
}
SAFEST = {
    "gfx.downloadable_fonts.enabled": False,
    "javascript.enabled": False,
    "privacy.resistFingerprinting": True,
    "svg.disabled": True,
}
"""As near as stock Firefox comes to Tor Browser's level “Safest”."""


class Refused(Exception):
    """What Firefox says when it cannot do what it was told."""


class Firefox:
    """One open tab."""

    base = ""
    """The address that paths belong to."""

    def __init__(self, port: int) -> None:
        self._wire = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
        self._count = 0
        self._heard()
        self.tell("WebDriver:NewSession", acceptInsecureCerts=True)
        self.tell("WebDriver:SetTimeouts", pageLoad=20_000, implicit=0)

    def tell(self, command: str, **values: Any) -> Any:
        """What Firefox answers to a command. Raises Refused."""
        self._count += 1
        message = json.dumps([0, self._count, command, values]).encode()
        self._wire.sendall(f"{len(message)}:".encode() + message)
        _, _, error, answer = self._heard()
        if error:
            raise Refused(f"{command}: {error['error']}: {error['message']}")
        return answer["value"] if isinstance(answer, dict) and "value" in answer else answer

    def _heard(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        return json.loads(self._read(int(length[:-1])))

    def _read(self, size: int) -> bytes:
        got = b""
        while len(got) < size:
            more = self._wire.recv(size - len(got))
            if not more:
                raise Refused("Firefox is gone")
            got += more
        return got

    def close(self) -> None:
        self._wire.close()

    def goto(self, address: str) -> None:
        self.tell("WebDriver:Navigate", url=f"{self.base}{address}" if address.startswith("/") else address)

    def expect_navigation(self, *, timeout: float = 0) -> AbstractContextManager[None]:
        """A click is over when the page is there that it leads to (WebDriver, 12.5.1): nothing is left to wait for."""
        return nullcontext()

    def go_back(self) -> None:
        self.tell("WebDriver:Back")

    def reload(self) -> None:
        self.tell("WebDriver:Refresh")

    @property
    def url(self) -> str:
        return str(self.tell("WebDriver:GetCurrentURL"))

    def title(self) -> str:
        return str(self.tell("WebDriver:GetTitle"))

    def content(self) -> str:
        return str(self.tell("WebDriver:GetPageSource"))

    def cookies(self) -> list[object]:
        return list(self.tell("WebDriver:GetCookies"))

    def evaluate(self, script: str) -> Any:
        """What an expression is on this page; only with scripts switched on."""
        return self.tell("WebDriver:ExecuteScript", script=f"return {script}", args=[])

    def wait_for_url(self, ending: str) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not self.url.endswith(ending):
            assert time.monotonic() < until, (self.url, ending)
            time.sleep(0.05)

    def locator(self, selector: str) -> Found:
        return Found(self, selector)


@dataclass(frozen=True)
class Found:
    """What a CSS selector finds on the page that is open then."""

    tab: Firefox
    selector: str

    @property
    def first(self) -> Found:
        return self

    def count(self) -> int:
        return len(self._elements())

    def wait_for(self) -> None:
        until = time.monotonic() + _PATIENCE_S
        while not self._elements():
            assert time.monotonic() < until, (self.selector, self.tab.url)
            time.sleep(0.05)

    def click(self, *, timeout: float = 0) -> None:
        """Firefox has a patience of its own; that of Chromium is given by the steps which both walk."""
        self._tell("ElementClick")

    def check(self) -> None:
        if not self.is_checked():
            self.click()

    def fill(self, text: str) -> None:
        self._tell("ElementClear")
        self._tell("ElementSendKeys", text=text)

    def is_checked(self) -> bool:
        return bool(self._tell("IsElementSelected"))

    def is_visible(self) -> bool:
        return bool(self._tell("IsElementDisplayed"))

    def inner_text(self) -> str:
        return str(self._tell("GetElementText"))

    def input_value(self) -> str:
        return str(self._tell("GetElementProperty", name="value"))

    def _elements(self) -> list[str]:
        found = self.tab.tell("WebDriver:FindElements", using="css selector", value=self.selector)
        return [element[_ELEMENT] for element in found]

    def _tell(self, command: str, **values: str) -> Any:
        """Where motion is not unwanted, a page glides to what is clicked, and Firefox does not wait for that."""
        elements = self._elements()
        assert elements, (self.selector, self.tab.url)
        until = time.monotonic() + _GLIDES_S
        while True:
            try:
                return self.tab.tell(f"WebDriver:{command}", id=elements[0], **values)
            except Refused as refused:
                if "scrolled into view" not in str(refused) or time.monotonic() > until:
                    raise
            time.sleep(0.1)


@contextmanager
def launched(profile: Path, preferences: dict[str, bool]) -> Iterator[Firefox]:
    """Firefox with a fresh profile in this empty folder."""
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in (_CALM | preferences).items()]
    (profile / "user.js").write_text("\n".join(lines), encoding="utf-8")
    process = subprocess.Popen(
        [
            needed("firefox-esr", "firefox"),
            "--marionette",
            "--headless",
            "--no-remote",
            "--profile",
            profile,
            "about:blank",
        ],
        env={**os.environ, "HOME": str(profile), "TMPDIR": str(profile)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        tab = Firefox(_port(profile / "MarionetteActivePort"))
        yield tab
        tab.close()
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_S)


def _port(written: Path) -> int:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        if written.exists() and (port := written.read_text(encoding="ascii").strip()):
            return int(port)
        time.sleep(0.05)
    raise AssertionError("Firefox did not start")
