"""Rows of any table as plain lines and back, the same for both databases."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from incidents.db.base import Instant

Value = str | int | float | bool | None


class NoSuchRow(Exception):
    """A line is no row of its table."""


def line_of(table: sa.Table, row: Sequence[Any]) -> bytes:
    """One row, its columns in the order of the table, as a line of JSON."""
    values = [None if value is None else _plain(value) for value in row]
    if len(values) != len(table.columns):
        raise NoSuchRow
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def row_of(table: sa.Table, line: bytes) -> dict[str, Any]:
    """What `line_of` wrote, by column. Raises NoSuchRow."""
    try:
        values = json.loads(line)
        return {
            column.name: None if value is None else _read(column)(value)
            for column, value in zip(table.columns, values, strict=True)
        }
    except (ValueError, TypeError, KeyError) as error:
        raise NoSuchRow from error


def _plain(value: Any) -> Value:
    match value:
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case UUID():
            return value.hex
        case date():  # a datetime is one too
            return value.isoformat()
        case bool() | int() | float() | str():
            return value
        case _:
            found = value.value  # of an enumeration
            if not isinstance(found, str | int):
                raise TypeError(type(value))
            return found


def _read(column: sa.Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, sa.Enum):
        assert kind.enum_class is not None  # noqa: S101 (all of ours are of classes)
        return kind.enum_class
    if isinstance(kind, Instant):
        return datetime.fromisoformat
    return next((read for types, read in _READERS.items() if isinstance(kind, types)), lambda value: value)


_READERS: Mapping[type[sa.types.TypeEngine[Any]], Callable[[Any], Any]] = {
    sa.LargeBinary: lambda value: base64.b64decode(value, validate=True),
    sa.Uuid: UUID,
    sa.Date: date.fromisoformat,
}
