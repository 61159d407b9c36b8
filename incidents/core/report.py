"""What one person sent, and the rules that it must keep."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from incidents.core.vocabulary import Vocabulary

SCHEMA = 2
"""2 added relation, aware, organisation, platform, content, link, season, when_words, told, outcomes, untold, codes of
the place, and origin. What an earlier version wrote is read with these empty."""
MOST_WORDS = 10_000
"""Characters of free text. Longer accounts can be added later through the receipt."""
EARLIEST_YEAR = 1990
NOT_SURE = "not_sure"
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Unicode's categories Cc and Cs, but for the newline."""

SINGLE = {
    "role": "reporter_role",
    "setting": "setting",
    "when": "date_precision",
    "wish": "wish",
    "relation": "reporter_relation",
    "aware": "person_aware",
    "season": "season",
    "platform": "online_platform",
}
SEVERAL = {
    "acts": "act_type",
    "grounds": "ground",
    "targets": "target_group",
    "indicators": "bias_indicator",
    "consents": "consent",
    "content": "online_content",
    "told": "reported_to",
    "outcomes": "report_outcome",
    "untold": "not_reported_reason",
}
"""Fields of a report that hold codes, and the list that each takes them from."""
REQUIRED = ("role", "acts", "grounds", "when", "setting", "wish")
DATES = {
    "exact": "day",
    "approx_week": "day",
    "month": "month",
    "several": "month",
    "ongoing": "month",
    "season": "year",
    "year": "year",
}
"""The field that holds the date, by its precision."""
_MAY_BE_UNKNOWN = {"several", "ongoing"}
"""When it was last, or since when it goes on, may be unknown; the other precisions promise a date."""
LONGEST_PLACE = 200
LONGEST_LINES = {
    "place": LONGEST_PLACE,
    "organisation": 200,
    "when_words": 200,
    "link": 1000,
}
"""Characters of the short texts."""
NOBODY = "none"
"""Told nobody: stands alone."""
BY_PHONE, IN_PERSON = "telephone", "in_person"
BY_APP, IN_BATCH = "app", "batch"


@dataclass(frozen=True)
class Problem:
    """One thing that a person can mend: at which field, and which message says how."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """Codes are of the vocabulary; `day`, `month`, `year` hold what the precision `when` calls for."""

    language: str
    role: str
    acts: frozenset[str]
    grounds: frozenset[str]
    when: str
    setting: str
    wish: str
    targets: frozenset[str] = frozenset()
    indicators: frozenset[str] = frozenset()
    day: str = ""
    """ISO date, with precision `exact` or `approx_week`."""
    month: str = ""
    """`2026-03`, with precision `month`, `several` (the last time) or `ongoing` (since when)."""
    year: str = ""
    """With precision `year` or `season`."""
    season: str = ""
    when_words: str = ""
    """When it was, as the person says it: around Christmas, on the day of the match."""
    place: str = ""
    """As typed: a village, a quarter, a town."""
    place_code: str = ""
    """The place that the typed words mean, where it is clear or the reporter chose it: its code in the gazetteer."""
    area: str = ""
    """The municipality, the district or Kosovo* that an incident at this place would be counted in."""
    words: str = ""
    """As typed, in whatever language and script."""
    consents: frozenset[str] = frozenset()
    relation: str = ""
    """What the person who was hit is to a relative or friend who reports."""
    aware: str = ""
    """Whether that person knows of the report, and agrees."""
    organisation: str = ""
    """For which organisation somebody reports, as typed."""
    platform: str = ""
    content: frozenset[str] = frozenset()
    """Of what happened on the internet: which service, and what kind of things."""
    link: str = ""
    """The address of a page, as typed; nobody's machine opens it."""
    told: frozenset[str] = frozenset()
    """Whom the reporter or somebody else told of it before."""
    outcomes: frozenset[str] = frozenset()
    """How those who were told answered."""
    untold: frozenset[str] = frozenset()
    """Why nobody was told."""
    origin: str = ""
    """BY_PHONE or IN_PERSON where a member of the desk wrote it down, BY_APP, IN_BATCH; empty for the form."""
    partner: str = ""
    """The organisation whose batch it came in."""
    schema: int = field(default=SCHEMA)


def problems(report: Report, vocabulary: Vocabulary, *, today: date) -> list[Problem]:
    """What the reporter has to mend before the report can be taken; empty when nothing."""
    found: list[Problem] = []
    for name in REQUIRED:
        if not getattr(report, name):
            found.append(Problem(name, "missing"))
    for name, vocabulary_name in SINGLE.items():
        code = getattr(report, name)
        if code and not vocabulary.has(vocabulary_name, code):
            found.append(Problem(name, "unknown_code"))
    for name, vocabulary_name in SEVERAL.items():
        if any(not vocabulary.has(vocabulary_name, code) for code in getattr(report, name)):
            found.append(Problem(name, "unknown_code"))
    found.extend(_problems_of_time(report, today))
    if len(report.words) > MOST_WORDS:
        found.append(Problem("words", "too_long"))
    for name, longest in LONGEST_LINES.items():
        if len(getattr(report, name)) > longest:
            found.append(Problem(name, "too_long"))
    return found


def _problems_of_time(report: Report, today: date) -> list[Problem]:
    name = DATES.get(report.when)
    if name is None:
        return []
    given: str = getattr(report, name)
    latest = {"day": today.isoformat(), "month": f"{today:%Y-%m}", "year": f"{today:%Y}"}[name]
    if not given:
        return [] if report.when in _MAY_BE_UNKNOWN else [Problem(name, "missing_date")]
    if not _is_date(name, given):
        return [Problem(name, "not_a_date")]
    if given > latest:
        return [Problem(name, "in_future")]
    if int(given[:4]) < EARLIEST_YEAR:
        return [Problem(name, "too_early")]
    return []


def _is_date(name: str, given: str) -> bool:
    full = {"day": given, "month": f"{given}-01", "year": f"{given}-01-01"}[name]
    try:
        return date.fromisoformat(full).isoformat() == full
    except ValueError:
        return False


def plain_text(typed: str) -> str:
    """Typed text as it is kept: NFC, line ends as newlines, no control characters, nothing else changed.

    Marks of direction stay (they belong to right-to-left writing); the desk shows them isolated.
    """
    return without_controls(unicodedata.normalize("NFC", typed)).strip()


def without_controls(typed: str) -> str:
    """Typed text without what no page may hold. A tab parts words, as it does in a pasted table."""
    unified = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _CONTROLS.sub("", unified)


def to_bytes(report: Report) -> bytes:
    """The whole report as canonical JSON: equal reports give equal bytes."""
    values = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in vars(report).items()}
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_bytes(stored: bytes) -> Report:
    """The report that `to_bytes` wrote, also by an earlier version of this module."""
    values: dict[str, Any] = json.loads(stored)
    known = {f.name for f in fields(Report)}
    arguments: dict[str, Any] = {
        name: frozenset(value) if name in SEVERAL else value for name, value in values.items() if name in known
    }
    return Report(**arguments)
