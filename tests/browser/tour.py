"""Ways through all pages of a site: those for everybody in a language, and those of the desk."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from tests.browser.conftest import Site
from tests.browser.watched import Watched

_ID = re.compile(r"[0-9a-f]{8}-[-0-9a-f]{27}")
ARGUMENTS = (
    "q",
    "page",
    "view",
    "language",
    "place",
    "ground",
    "act",
    "held",
    "rule",
    "before",
    "limit",
    "area",
    "time",
)
"""What addresses may ask."""


@dataclass
class Tour:
    """Goes where pages lead, and keeps in mind where it was."""

    one: Watched
    site: Site
    most: dict[str, int] = field(default_factory=dict)
    """How many addresses of a route are opened in each language, where not one."""
    shunned: frozenset[str] = frozenset()
    """Routes that are not followed."""
    been: set[str] = field(default_factory=set)
    endpoints: Counter[str] = field(default_factory=Counter)

    def route_of(self, path: str) -> str:
        """The endpoint of an address; empty for none of ours."""
        assert self.site.app is not None
        try:
            endpoint, _values = self.site.app.url_map.bind("127.0.0.1").match(path.partition("?")[0])
        except (HTTPException, RequestRedirect):
            return ""
        return str(endpoint)

    def follow(self, start: str, within: str) -> None:
        """Open what is led to under an address, of each route so many, new ones before those seen in another round."""
        waiting, here = [start], Counter[str]()
        known = {start}
        while waiting:
            path = waiting.pop(0)
            endpoint = self.route_of(path)
            if not endpoint or endpoint in self.shunned or here[endpoint] >= self.most.get(endpoint, 1):
                continue
            here[endpoint] += 1
            self.open(path)
            led_to = [one for one in self.one.links() if one.startswith(within) and one not in known]
            known.update(led_to)
            waiting = sorted([*waiting, *led_to], key=lambda one: one in self.been)

    def open(self, path: str) -> None:
        self.one.open(path)
        self.been.add(path)
        self.endpoints[self.route_of(path)] += 1

    def ask_strangely(self, within: str, texts: Sequence[str]) -> None:
        """Addresses that hold texts, where there is a page and where there is none."""
        for text in texts:
            self.one.open(f"{within}{quote(text, safe='')}")
            self.one.open(f"{within}?{urlencode(dict.fromkeys(ARGUMENTS, text))}")

    def type_into_all(self, paths: Sequence[str], texts: Sequence[str], also: Sequence[str] = ()) -> int:
        """Type the texts into every form of these pages and press each of its buttons; how many there were."""
        done: set[tuple[str, str]] = set()
        for path in paths:
            while True:
                self.one.open(path)
                again = [
                    (form, button)
                    for form in self.one.forms()
                    if form.is_typed_into or also
                    for button in form.buttons or [""]
                    if self._kind(form.action, button) not in done
                ]
                if not again:
                    break
                form, button = again[0]
                done.add(self._kind(form.action, button))
                self.one.send(form, button, texts, also)
        return len(done)

    def _kind(self, action: str, button: str) -> tuple[str, str]:
        """One of a language's buttons stands for all."""
        name = button.partition("=")[0]
        return _ID.sub("", action), name if name in {"speak", "tongue"} else button
