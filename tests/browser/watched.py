"""A browser that notices when a text acts: runs, asks for something elsewhere, or waits for a click to do so."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Response

from tests.browser.conftest import PHONE, Site

_PATIENCE_S = 30
_TELLS = """
    document.addEventListener("securitypolicyviolation", event => {
        refused(`${event.effectiveDirective} ${event.blockedURI} ${event.lineNumber} ${event.sample}`);
    });
"""
# Numbers of payloads that are read on the page, and what would run or lead elsewhere at a click.
_FINDS = r"""() => {
    const fields = [...document.querySelectorAll("input")].map(one => one.value).join(" ");
    const read = `${document.documentElement.textContent} ${document.title} ${fields}`;
    const addresses = ["href", "src", "action", "formaction", "xlink:href", "data", "background", "poster", "ping"];
    const followed = ["http:", "https:", "mailto:", "tel:", "sms:", "otpauth:"];
    const leads = (one, value) => {
        const url = new URL(value, document.baseURI);
        if (url.origin === location.origin) return false;
        if (one.localName === "a" && followed.includes(url.protocol)) return false;
        return !(one.localName === "a" && one.download && value.startsWith("data:text/csv;base64,"));
    };
    const armed = [];
    // What a browser makes of a file that is no page, it dresses up itself.
    for (const one of document.contentType === "text/html" ? document.querySelectorAll("*") : []) {
        for (const {name, value} of one.attributes) {
            if (name.startsWith("on") || ["style", "srcdoc"].includes(name)
                || addresses.includes(name) && leads(one, value)) {
                armed.push(`${one.localName} ${name}=${value.slice(0, 80)}`);
            }
        }
    }
    return {numbers: [...new Set([...read.matchAll(/ran\((\d+)\)/g)].map(found => found[1]))], armed};
}"""
_FORMS = """() => [...document.forms].map((form, place) => ({
    place,
    action: new URL(form.getAttribute("action") || location.href, location.href).pathname,
    buttons: [...form.elements].filter(one => one.localName === "button" && one.type === "submit")
        .map(one => one.name + "=" + one.value),
    typed: [...form.elements].some(one => one.localName === "textarea" || one.localName === "input"
        && !["hidden", "checkbox", "radio", "submit", "file"].includes(one.type)),
}))"""
# As a form sends it: the value of its button, at the button's own address. No script of the page stands between.
_SENDS = """([place, button, texts, also]) => {
    const form = document.forms[place], filled = [];
    for (const one of [...form.elements]) {
        const isTyped = one.localName === "textarea" || one.localName === "input"
            && !["hidden", "checkbox", "radio", "submit", "file"].includes(one.type);
        if (isTyped || also.includes(one.name)) {
            if (one.localName === "input" && one.type !== "hidden") one.type = "text";
            one.value = texts[filled.length % texts.length];
            filled.push(one.name);
        }
    }
    const pressed = [...form.elements].find(one => one.localName === "button" && one.name + "=" + one.value === button);
    if (pressed && pressed.name) {
        const carried = document.createElement("input");
        carried.type = "hidden";
        carried.name = pressed.name;
        carried.value = pressed.value;
        form.append(carried);
    }
    if (pressed && pressed.hasAttribute("formaction")) form.setAttribute("action", pressed.getAttribute("formaction"));
    form.removeAttribute("target");
    HTMLFormElement.prototype.submit.call(form);
    return filled;
}"""

_PRESSES = """([ending, typed]) => {
    const leads = (one) => new URL(one.getAttribute("action") || location.href, location.href).pathname;
    const form = [...document.forms].find(one => leads(one).endsWith(ending));
    if (!form) throw new Error(`no form for ${ending} on ${location.pathname}`);
    for (const [name, value] of Object.entries(typed)) {
        const field = form.elements[name] || form.appendChild(document.createElement("input"));
        field.name = name;
        field.value = value;
    }
    form.removeAttribute("target");
    HTMLFormElement.prototype.submit.call(form);
}"""
_LINKS = """() => [...document.querySelectorAll("a[href]")].map(one => new URL(one.href))
    .filter(url => url.origin === location.origin).map(url => url.pathname + url.search)"""


@dataclass(frozen=True)
class Form:
    """One form of a page."""

    place: int
    action: str
    buttons: Sequence[str]
    is_typed_into: bool


@dataclass
class Watched:
    """One tab, and what was seen in it."""

    context: BrowserContext
    page: Page
    address: str
    executed: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """What was asked of other hosts."""
    reports: list[str] = field(default_factory=list)
    """Of the policy: what it has refused."""
    armed: list[str] = field(default_factory=list)
    """What would act at a click."""
    unguarded: list[str] = field(default_factory=list)
    """Pages without a policy."""
    opened: list[str] = field(default_factory=list)
    """Addresses with the query cut off."""
    sightings: set[tuple[str, str]] = field(default_factory=set)
    """Page and number of each payload that was read on it."""
    filled: set[str] = field(default_factory=set)
    """Names of the fields that something was typed into."""
    downloads: int = 0
    _loads: int = 0

    def __post_init__(self) -> None:
        self.page.on("load", lambda _page: self._count(loads=1))
        self.page.on("download", lambda _file: self._count(downloads=1))

    def _count(self, loads: int = 0, downloads: int = 0) -> None:
        self._loads += loads
        self.downloads += downloads

    def open(self, path: str) -> None:
        try:
            self.page.goto(path)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            self.opened.append(path.partition("?")[0])
        else:
            self.look()

    def look(self) -> None:
        """Read the page that is open, or the one that is on its way."""
        self.page.wait_for_load_state()
        path = self.page.url.removeprefix(self.address).partition("?")[0].partition("#")[0]
        found = self.page.evaluate(_FINDS)
        self.opened.append(path)
        self.sightings |= {(path, number) for number in found["numbers"]}
        self.armed += [f"{path}: {one}" for one in found["armed"]]

    def forms(self) -> list[Form]:
        return [
            Form(one["place"], one["action"], list(dict.fromkeys(one["buttons"])), one["typed"])
            for one in self.page.evaluate(_FORMS)
        ]

    def links(self) -> list[str]:
        """Addresses of this site that the page leads to."""
        return list(dict.fromkeys(self.page.evaluate(_LINKS)))

    def press(self, ending: str, **typed: str) -> None:
        """Send the first form whose action ends like this, with these values and all others as they are."""
        self.filled |= typed.keys()
        self._go(_PRESSES, [ending, typed])

    def send(self, form: Form, button: str, texts: Sequence[str], also: Iterable[str] = ()) -> None:
        """Type the texts into all fields of the form, the hidden ones of these names too, and press a button."""
        self.filled |= set(self._go(_SENDS, [form.place, button, list(texts), list(also)]) or ())

    def _go(self, script: str, values: list[Any]) -> Any:
        """What the script gives; the page that it leads to is read, or a file has come."""
        before = self._loads, self.downloads
        given = self.page.evaluate(script, values)
        until = time.monotonic() + _PATIENCE_S
        while (self._loads, self.downloads) == before:
            assert time.monotonic() < until, f"nothing came after {self.page.url}"
            self.page.wait_for_timeout(5)
        if self._loads > before[0]:
            self.look()
        return given

    def acted(self) -> list[str]:
        return self.executed + self.elsewhere + self.armed


@contextmanager
def watched(browser: Browser, site: Site, *, with_policy: bool = True) -> Iterator[Watched]:
    """Without policy nothing but escaping stands between a text and its running."""
    context = browser.new_context(
        base_url=site.address, viewport=PHONE, bypass_csp=not with_policy, reduced_motion="reduce"
    )
    context.set_default_timeout(20_000)
    one = Watched(context, context.new_page(), site.address)
    context.expose_binding("ran", lambda source, number=None: one.executed.append(f"{source['page'].url} {number}"))
    context.expose_binding("refused", lambda source, what: one.reports.append(f"{source['page'].url}: {what}"))
    context.add_init_script(_TELLS)
    ours = (site.address, site.neutral, "data:,")

    def asked(request: Request) -> None:
        if not request.url.startswith(ours):
            one.elsewhere.append(f"{request.frame.url if request.frame else ''} asks for {request.url[:200]}")

    def answered(response: Response) -> None:
        headers = response.headers
        if "text/html" in headers.get("content-type", "") and "content-security-policy" not in headers:
            one.unguarded.append(response.url)

    def logged(said: ConsoleMessage) -> None:
        if "Security Policy" in said.text:
            one.reports.append(f"{said.location['url']}: {said.text}")

    context.on("request", asked)
    context.on("response", answered)
    context.on("dialog", lambda dialog: (one.executed.append(f"{dialog.type}: {dialog.message}"), dialog.dismiss()))
    context.on("console", logged)
    yield one
    context.close()
