"""What one release says otherwise than an earlier one, figure by figure, out of the frozen files of both.

A withheld figure stays a mark on both sides: nothing is told here that the two releases do not tell already.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from incidents.core.release import WITHHELD, Row, as_text, from_csv, tables_in
from incidents.publishing.words import Words

NEW, SAME, CHANGED, GONE = "new", "unchanged", "changed", "gone"


@dataclass(frozen=True)
class Change:
    table: str
    dimensions: tuple[str, ...]
    time: str
    codes: tuple[str, ...]
    before: Row | None
    """None where the earlier release has no such line."""
    after: Row | None

    @property
    def state(self) -> str:
        if self.before is None:
            return NEW
        if self.after is None:
            return GONE
        return SAME if self.before.value == self.after.value else CHANGED


def compared(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[Change]:
    """Every line of either, in the order of the newer release."""
    tables = {table.name: table for files in (after, before) for table in tables_in(files)}
    for name, table in tables.items():
        old, new = _lines(before, name), _lines(after, name)
        for key in {**new, **old}:
            yield Change(name, table.dimensions, *key, old.get(key), new.get(key))


def to_csv(changes: Sequence[Change], said: Words) -> bytes:
    """All lines but those that are the same."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["table", "time", "codes", "labels", "before", "now", "state"])
    for change in changes:
        if change.state != SAME:
            labels = [said.label(*pair) for pair in zip(change.dimensions, change.codes, strict=True)]
            figures = [_shown(change.before), _shown(change.after)]
            codes = " ".join(change.codes)
            writer.writerow([change.table, change.time, codes, as_text(" · ".join(labels)), *figures, change.state])
    return text.getvalue().encode()


def _lines(files: Mapping[str, bytes], name: str) -> dict[tuple[str, tuple[str, ...]], Row]:
    content = files.get(f"{name}.csv")
    return {(row.time, row.codes): row for row in from_csv(content)} if content else {}


def _shown(row: Row | None) -> str | int:
    if row is None:
        return ""
    return WITHHELD if row.value is None else row.value
