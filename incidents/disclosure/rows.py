"""Reads rows to be counted: from a CSV file, gzipped or not, or from values. Judges every code and every number."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import IO, cast

import numpy as np

from incidents.disclosure.counts import Data, Ints
from incidents.disclosure.spec import TOTAL, Spec
from incidents.disclosure.trees import BadSpec, Tree, tree_from_pairs

INCIDENT = "incident"
"""Column whose equal values make several rows one incident, where one incident may have several codes."""
_SEPARATOR = re.compile(r"\s*[;|]\s*")
"""Between several codes in one field."""


def read_data(path: Path, spec: Spec) -> Data:
    """The rows of a CSV file, gzipped or not. Raises BadSpec, naming file and line."""
    try:
        with _text(path) as file:
            rows = csv.reader(file)
            header = next(rows, None)
            if header is None:
                raise BadSpec(f"{path.name} is empty.")
            return data_of(path.name, header, list(rows), spec)
    except (OSError, EOFError) as error:
        raise BadSpec(f"{path} cannot be read: {getattr(error, 'strerror', None) or 'it is damaged'}.") from None
    except UnicodeDecodeError:
        raise BadSpec(f"{path.name} is not UTF-8.") from None
    except csv.Error as error:
        raise BadSpec(f"{path.name} is not CSV: {error}.") from None


def _text(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return cast(IO[str], gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def data_of(name: str, header: Sequence[str], rows: Sequence[Sequence[str]], spec: Spec) -> Data:
    """Rows of texts under a header. `name` is what faults are said to be in. Raises BadSpec."""
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise BadSpec(f"{name}, line {number}: {len(row)} fields where the first line has {len(header)}.")
    columns = {title: place for place, title in enumerate(header)}
    lines, incidents = np.arange(len(rows), dtype=np.int64), None
    if spec.multi_response:
        rows, lines, incidents = _one_a_code(name, rows, columns, spec)

    def column(title: str) -> list[str]:
        if title not in columns:
            raise BadSpec(f"{name} has no column {title!r}; it has {', '.join(header)}.")
        place = columns[title]
        return [row[place] for row in rows]

    trees = tuple(
        spec.trees.get(each) or _tree_from_columns(each, [column(title) for title in spec.ladders[each]], spec)
        for each in spec.names
    )
    cuts = {word for table in spec.tables for cut in table for word in cut.at if cut.name in spec.trees}
    weights = np.ones(len(rows), dtype=np.int64)
    if spec.count_column:
        weights = _weights(name, column(spec.count_column), lines)
    return Data(
        trees,
        [_leaves(name, tree, column(tree.column), lines) for tree in trees],
        weights,
        incidents,
        {title: frozenset(column(title)) for title in cuts if title in columns},
        _numbered(column(spec.dominance.column)) if spec.dominance else None,
    )


def _one_a_code(
    name: str, rows: Sequence[Sequence[str]], columns: Mapping[str, int], spec: Spec
) -> tuple[list[Sequence[str]], Ints, Ints]:
    """Rows with one code each of the dimensions that may have several; the line and the incident of each row."""
    titles = [
        spec.trees[each].column if each in spec.trees else spec.ladders[each][0]
        for each in spec.names
        if each in spec.multi_response
    ]
    if missing := [title for title in titles if title not in columns]:
        raise BadSpec(f"{name} has no column {missing[0]!r}; it has {', '.join(columns)}.")
    places, own = [columns[title] for title in titles], columns.get(INCIDENT)
    found: list[Sequence[str]] = []
    lines, incidents, numbers = [], [], dict[str, int]()
    for line, row in enumerate(rows):
        incident = line if own is None else numbers.setdefault(row[own], len(numbers))
        for codes in product(*(dict.fromkeys(_SEPARATOR.split(row[place].strip())) for place in places)):
            one = list(row)
            for place, code in zip(places, codes, strict=True):
                one[place] = code
            found.append(one)
            lines.append(line)
            incidents.append(incident)
    return found, np.array(lines, dtype=np.int64), np.array(incidents, dtype=np.int64)


def _tree_from_columns(name: str, columns: list[list[str]], spec: Spec) -> Tree:
    """The tree of a ladder of columns, the finest first, as the rows have it."""
    pairs: dict[str, str] = {}
    tops = [TOTAL] * len(columns[0]) if columns else []
    for lower, upper in zip(columns, [*columns[1:], tops], strict=True):
        for code, parent in sorted(set(zip(lower, upper, strict=True))):
            if pairs.setdefault(code, parent) != parent:
                raise BadSpec(f"Dimension {name}: {code!r} stands under two parents, {pairs[code]!r} and {parent!r}.")
    return tree_from_pairs(name, spec.ladders[name][0], dict(sorted(pairs.items())))


def _leaves(name: str, tree: Tree, values: list[str], lines: Ints) -> Ints:
    known, inner = tree.places, {tree.codes[place] for place in tree.children()}
    places = {code: place for code, place in known.items() if code not in inner}
    try:
        return np.array([places[value] for value in values], dtype=np.int64)
    except KeyError:
        row, value = next((row, value) for row, value in enumerate(values) if value not in places)
    where = f"{name}, line {lines[row] + 2}: {value!r}"
    if value in known:
        raise BadSpec(f"{where} of dimension {tree.name} has codes below it; give one of those.")
    raise BadSpec(f"{where} is no code of dimension {tree.name}.")


def _weights(name: str, values: list[str], lines: Ints) -> Ints:
    return np.array(list(_whole(name, values, lines)), dtype=np.int64)


def _whole(name: str, values: list[str], lines: Ints) -> Iterator[int]:
    for row, value in enumerate(values):
        text = value.strip()
        if not (text.isascii() and text.isdigit()) or len(text) > 12:
            what = "is negative" if text.startswith("-") else "is no whole number"
            raise BadSpec(f"{name}, line {lines[row] + 2}: the count {value!r} {what}.")
        yield int(text)


def _numbered(values: list[str]) -> Ints:
    """A number for every source; 0 for the empty one."""
    numbers = {"": 0}
    return np.array([numbers.setdefault(value.strip(), len(numbers)) for value in values], dtype=np.int64)
