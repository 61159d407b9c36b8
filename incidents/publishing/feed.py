"""The feed of releases (Atom, RFC 4287), newest first, page by page (RFC 5005, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from incidents.core.release import LICENCE, LICENCE_ADDRESS
from incidents.publishing.letters import xml

TYPE = "application/atom+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True)
class Entry:
    key: str
    """Names the entry for good."""
    published_on: date
    title: str
    summary: str
    page: str
    """Addresses with their host, like all here."""
    zip: str = ""
    updated_on: date | None = None
    """None where nothing was said of it later."""
    kind: str = ""
    """A word for programs: withdrawn, announced."""

    @property
    def newest(self) -> date:
        return self.updated_on or self.published_on


@dataclass(frozen=True, kw_only=True)
class Feed:
    host: str
    """Names the feed for good, with the date of the first release: addresses may move (RFC 4151)."""
    tag: str
    title: str
    own: str
    page: str
    following: str = ""
    entries: Sequence[Entry] = ()


def write(feed: Feed) -> bytes:
    newest = max((entry.newest for entry in feed.entries), default=date(1970, 1, 1))
    links = [_link("self", feed.own, TYPE), _link("alternate", feed.page, "text/html")]
    if feed.following:
        links.append(_link("next", feed.following, TYPE))
    return (
        f'{_HEAD}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{feed.tag}">\n'
        f"<id>{_id(feed.host, f'releases:{feed.tag}')}</id>\n<title>{xml(feed.title)}</title>\n"
        f"<updated>{_moment(newest)}</updated>\n<author><name>{xml(feed.host)}</name></author>\n"
        f"<rights>{LICENCE}: {LICENCE_ADDRESS}</rights>\n{''.join(links)}"
        f"{''.join(_entry(feed, entry) for entry in feed.entries)}</feed>\n"
    ).encode()


def _entry(feed: Feed, entry: Entry) -> str:
    kind = f'<category term="{xml(entry.kind)}"/>\n' if entry.kind else ""
    zipped = _link("enclosure", entry.zip, "application/zip") if entry.zip else ""
    return (
        f"<entry>\n<id>{_id(feed.host, entry.key)}</id>\n<title>{xml(entry.title)}</title>\n"
        f"<published>{_moment(entry.published_on)}</published>\n<updated>{_moment(entry.newest)}</updated>\n{kind}"
        f'<summary type="text">{xml(entry.summary)}</summary>\n'
        f"{_link('alternate', entry.page, 'text/html')}{zipped}</entry>\n"
    )


def _id(host: str, what: str) -> str:
    return f"tag:{xml(host)},2026:{what}"


def _moment(day: date) -> str:
    return f"{day}T00:00:00Z"


def _link(rel: str, address: str, kind: str) -> str:
    return f'<link rel="{rel}" type="{kind}" href="{xml(address)}"/>\n'
