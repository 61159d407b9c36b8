"""What is told of opened reports, plain lists, and kept for a session's next pages (services.memory)."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from incidents.adapters.sealing import CannotOpen
from incidents.core.report import Report
from incidents.db import report as stored
from incidents.services import keys
from incidents.services.memory import Id, Recall
from incidents.services.moderation import content_of

_AT_ONCE = 500
"""Sealed reports that are read together."""


class Plain(Protocol):
    """What has to be known of a report before it is opened."""

    @property
    def id(self) -> Id: ...

    @property
    def version(self) -> int: ...

    @property
    def epoch(self) -> int: ...


def told_of(
    session: Session,
    rows: Sequence[Plain],
    private: Callable[[int], bytes],
    *,
    shelf: str,
    recall: Recall,
    tell: Callable[[Id, Report], Sequence[Any]],
    by: Hashable = (),
) -> dict[Id, list[Any]]:
    """What `tell` says of each of these reports that the member's keys open just now; the order says nothing.

    It is said anew when the report changes, or `by`: all else that it is said by and that can change while the process
    runs. Of lists and texts only. On one shelf there is what was asked for last: each who asks uses one of their own.
    """
    opens = {epoch: _may_open(private, epoch) for epoch in {row.epoch for row in rows}}
    current = {row.id: (row.version, by) for row in rows if opens[row.epoch]}

    def open_(missing: Sequence[Id]) -> Iterator[tuple[Id, str]]:
        for start in range(0, len(missing), _AT_ONCE):
            some = {UUID(one): one for one in missing[start : start + _AT_ONCE]}
            for sealed in stored.sealed_reports(session, some):
                content = content_of(sealed, private)
                if content is not None:
                    told = tell(some[sealed.id], content)
                    yield some[sealed.id], json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    lines = recall.lines(shelf, current, open_)
    # Read at once: a call for each would take three times as long.
    return dict(zip(lines, json.loads(f"[{','.join(lines.values())}]"), strict=True))


def _may_open(private: Callable[[int], bytes], epoch: int) -> bool:
    try:
        private(epoch)
    except (keys.NoGrant, CannotOpen):
        return False
    return True
