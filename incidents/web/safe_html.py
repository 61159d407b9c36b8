"""The one door for markup: texts that the desk writes (notices, help) and our drawings. Reports are never markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import bleach
from bleach.linkifier import LinkifyFilter
from markupsafe import Markup

from incidents.core.script import to_latin

_TAGS = frozenset({"a", "abbr", "b", "br", "em", "h2", "h3", "i", "li", "ol", "p", "strong", "ul"})
_ATTRIBUTES = {"a": ["href"], "abbr": ["title"]}
_PROTOCOLS = frozenset({"http", "https", "mailto", "tel"})


def _guard_links(attributes: dict[Any, str], _new: bool = False) -> dict[Any, str]:
    attributes[(None, "rel")] = "noopener noreferrer nofollow"
    return attributes


def _filter(source: Any) -> LinkifyFilter:
    callbacks: list[Callable[..., Any]] = [_guard_links]
    return LinkifyFilter(source, callbacks=callbacks, skip_tags={"pre"})


_cleaner = bleach.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    protocols=_PROTOCOLS,
    strip=True,
    strip_comments=True,
    filters=[_filter],
)


def safe_html(written: str) -> Markup:
    """What a member wrote, with a few harmless tags kept and everything else taken out."""
    return Markup(_cleaner.clean(written))  # noqa: S704 (this is the door)


def drawing(svg: str) -> Markup:
    """A drawing of `core`, which escapes every text that it puts in."""
    return Markup(svg)  # noqa: S704 (made by us)


def to_latin_html(html: Markup) -> Markup:
    """Clean markup with its Serbian Cyrillic words in Latin letters; tags and the addresses in them stay."""
    parts = re.split(r"(<[^>]*>)", html)
    return Markup("".join(part if part.startswith("<") else to_latin(part) for part in parts))  # noqa: S704 (was clean)
