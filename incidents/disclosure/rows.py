"""Reads rows to be counted: from a CSV file, gzipped or not, or from values. Judges every code and every number."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    places = {title: place for place, title in enumerate(header)}

    def as_written(title: str) -> list[str]:
        if title not in places:
            raise BadSpec(f"{name} has no column {title!r}; it has {', '.join(places)}.")
        return [row[places[title]] for row in rows]

    several = {title: as_written(title) for title in _of_several_codes(spec)}
    lines, one_a_row = _one_a_code(several) if several else (np.arange(len(rows), dtype=np.int64), {})
    of_line = lines.tolist()

    def column(title: str) -> list[str]:
        if title in one_a_row:
            return one_a_row[title]
        written = as_written(title)
        return [written[line] for line in of_line] if several else written

    incidents = None
    if several:
        incidents = _numbered(column(INCIDENT)) if INCIDENT in places else lines
    trees = tuple(
        spec.trees.get(each) or _tree_from_columns(each, [column(title) for title in spec.ladders[each]], spec)
        for each in spec.names
    )
    cuts = {word for table in spec.tables for cut in table for word in cut.at if cut.name in spec.trees}
    weights = np.ones(len(lines), dtype=np.int64)
    if spec.count_column:
        weights = _weights(name, column(spec.count_column), lines)
    return Data(
        trees,
        [_leaves(name, tree, column(tree.column), lines) for tree in trees],
        weights,
        incidents,
        {title: frozenset(column(title)) for title in cuts if title in places},
        _numbered(map(str.strip, column(spec.dominance.column)), "") if spec.dominance else None,
    )


def _of_several_codes(spec: Spec) -> list[str]:
    """The columns in which one field may have several codes."""
    return [
        spec.trees[each].column if each in spec.trees else spec.ladders[each][0]
        for each in spec.names
        if each in spec.multi_response
    ]


def _one_a_code(several: Mapping[str, list[str]]) -> tuple[Ints, dict[str, list[str]]]:
    """A row for every choice of one code from each of these columns: the line that it is from, and its codes."""
    lines = np.arange(len(next(iter(several.values()))), dtype=np.int64)
    codes, chosen = dict[str, list[str]](), dict[str, Ints]()
    for title, texts in several.items():
        known = {text: list(dict.fromkeys(_SEPARATOR.split(text.strip()))) for text in set(texts)}
        codes[title] = [code for text in texts for code in known[text]]
        numbers = np.array([len(known[text]) for text in texts], dtype=np.int64)
        first = np.cumsum(numbers) - numbers
        before = np.repeat(np.arange(len(lines)), numbers[lines])
        chosen = {other: places[before] for other, places in chosen.items()}
        lines = lines[before]
        chosen[title] = first[lines] + _since_change(before)
    return lines, {title: [codes[title][place] for place in places.tolist()] for title, places in chosen.items()}


def _since_change(values: Ints) -> Ints:
    """How many of the same value stand right before each one."""
    places = np.arange(len(values), dtype=np.int64)
    is_first = np.append(True, values[1:] != values[:-1])[: len(values)]
    return places - np.maximum.accumulate(np.where(is_first, places, 0))


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
    known, inner = tree.places, {tree.codes[place] for place in tree.children}
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


def _numbered(values: Iterable[str], *known: str) -> Ints:
    """A number for every text in the order in which they come up, after the known ones."""
    numbers = {text: number for number, text in enumerate(known)}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)
