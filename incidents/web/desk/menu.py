"""The desk's menu: its parts in groups, those only that the member's roles open, and which of them one is in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request, url_for

from incidents.core.accounts import Role
from incidents.web.texts import gettext as _

_SETTLERS = frozenset({Role.MODERATOR, Role.REVIEWER})
_REPORTS = ("/desk/reports/", "/desk/rules/", "/desk/filters/")
"""Under these the queue goes on, which has an address above all parts."""


@dataclass(frozen=True)
class Way:
    """One part of the desk."""

    address: str
    text: str
    current: str
    """As aria-current has it: "page" on the part's first page, "true" on pages under it, "" elsewhere."""
    key: str
    """Goes there after g."""


@dataclass(frozen=True)
class WayGroup:
    text: str
    ways: list[Way]


def menu() -> list[WayGroup]:
    """Groups of which the member may open something."""
    groups: dict[str, list[tuple[str, str, str, frozenset[Role]]]] = {
        _("Work"): [
            ("desk.queue", _("Reports"), "q", frozenset({Role.MODERATOR})),
            ("desk.search.ask", _("Search"), "f", frozenset({Role.MODERATOR})),
            ("desk.clusters.front", _("Look-alikes"), "l", frozenset({Role.MODERATOR})),
            ("desk.intake.begin", _("Take a report"), "r", frozenset({Role.MODERATOR})),
            ("desk.incidents.listed", _("Incidents"), "i", _SETTLERS),
            ("desk.referrals.listed", _("Passed on"), "h", frozenset({Role.MODERATOR})),
            ("desk.times.wall", _("Times"), "t", frozenset({Role.MODERATOR})),
        ],
        _("Tables"): [("desk.batches.front", _("Tables of reports"), "b", frozenset({Role.PARTNER}))],
        _("Learning"): [
            ("desk.codings.train", _("Practice"), "c", _SETTLERS),
            ("desk.codings.agreement", _("Agreement"), "g", frozenset({Role.REVIEWER})),
        ],
        _("Publishing"): [
            ("desk.releases.listed", _("Releases"), "p", frozenset({Role.PUBLISHER})),
            ("desk.odihr.listed", "ODIHR", "o", frozenset({Role.PUBLISHER})),
            ("desk.notices.listed", _("Notices"), "n", frozenset({Role.PUBLISHER})),
        ],
        _("Upkeep"): [
            ("accounts.colleagues.listed", _("Members"), "m", _SETTLERS | {Role.ADMINISTRATOR}),
            ("desk.retention.listed", _("Retention"), "d", _SETTLERS | {Role.AUDITOR}),
            ("desk.trail", _("Audit trail"), "a", frozenset({Role.AUDITOR})),
        ],
    }
    found = [
        WayGroup(
            name,
            [
                Way(url_for(endpoint), text, _current(endpoint), key)
                for endpoint, text, key, open_to in parts
                if open_to & g.member.roles
            ],
        )
        for name, parts in groups.items()
    ]
    return [group for group in found if group.ways]


def ways() -> list[Way]:
    """All parts that are open to the member, in the order of the menu."""
    return [way for group in menu() for way in group.ways]


def here() -> str:
    """The name of the part one is in, empty on pages that are in none."""
    return next((way.text for way in ways() if way.current), "")


def _current(endpoint: str) -> str:
    address = url_for(endpoint)
    if request.path == address:
        return "page"
    under = _REPORTS if endpoint == "desk.queue" else (address.rstrip("/") + "/",)
    return "true" if request.path.startswith(under) else ""
