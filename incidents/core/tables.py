"""What a release counts: its tables, their cells, and how cells hang together. Not which of them may be published.

Method: the cell is one however many tables it stands in, and everything published is one linear system
(Fischetti & Salazar-González 2001, Management Science 47(7)).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log1p

from incidents.core.incident import NO_PLACE, ONLINE, Verification, is_counted
from incidents.core.periods import Quarter
from incidents.core.places import KOSOVO, Places
from incidents.core.vocabulary import Vocabulary

PLAN_VERSION = "2026-A"

_KOSOVO_REGION = "RS-KM"
_WITHOUT = "without"
_REPEATED = "repeated"

Path = tuple[str, ...]
"""Codes of one line of a table, from the outermost level in; the empty path is the total."""


@dataclass(frozen=True, order=True)
class Cell:
    """One count: a quarter or a year, and a code for every dimension that is not a total."""

    time: str
    codes: tuple[tuple[str, str], ...] = ()
    """Pairs of dimension and code, sorted."""

    def __str__(self) -> str:
        return ",".join(f"{dimension}={code}" for dimension, code in sorted((*self.codes, ("time", self.time))))

    @classmethod
    def parse(cls, text: str) -> Cell:
        """The cell that `str` wrote."""
        codes = dict(pair.split("=", 1) for pair in text.split(","))
        time = codes.pop("time")
        return cls(time, tuple(sorted(codes.items())))

    def at(self, time: str) -> Cell:
        return Cell(time, self.codes)


@dataclass(frozen=True)
class Table:
    """Counts by time and by one dimension of one or more levels."""

    name: str
    levels: tuple[str, ...]
    threshold: int
    """Counts from 1 to `threshold` - 1 are too small to publish."""
    is_multiple: bool = False
    """Whether an incident may stand in several rows (any mention); the total still counts it once."""
    root: tuple[tuple[str, str], ...] = ()
    """The codes of its total; none where the total is all incidents counted."""

    def cell(self, time: str, path: Path = ()) -> Cell:
        return Cell(time, tuple(sorted((*self.root, *zip(self.levels, path, strict=False)))))

    def path(self, cell: Cell) -> Path | None:
        """Where the cell stands in this table; None if it does not."""
        codes = dict(cell.codes)
        if any(codes.pop(dimension, None) != code for dimension, code in self.root):
            return None
        path = tuple(codes.pop(level) for level in self.levels if level in codes)
        return path if not codes and self.cell(cell.time, path) == cell else None


# Thresholds by the finest geography: a district 5, the whole country 3, which also covers the sensitive
# grounds (sexual orientation, gender identity, health) as long as no ground goes deeper than the country.
PLAN: tuple[Table, ...] = (
    Table("district", ("area",), threshold=5),
    Table("ground", ("ground",), threshold=3, is_multiple=True),
    Table("act", ("act_group", "act_type"), threshold=3),
    Table("verification", ("verification",), threshold=3),
    Table("set_aside", ("set_aside_reason",), threshold=5, root=(("report", "set_aside"),)),
)
TABLES: Mapping[str, Table] = {table.name: table for table in PLAN}


@dataclass(frozen=True, kw_only=True)
class CountedIncident:
    """What the tables need to know of one incident."""

    area: str
    """A district's code, or one of the words for no district."""
    grounds: frozenset[str]
    act: tuple[str, str]
    """The group and the type that stand for it."""
    verification: str

    def __post_init__(self) -> None:
        if not self.grounds:
            raise ValueError("a counted incident has at least one ground")

    def paths(self) -> dict[str, list[Path]]:
        """Its rows in each table."""
        return {
            "district": [(self.area,)],
            "ground": [(ground,) for ground in sorted(self.grounds)],
            "act": [self.act],
            "verification": [(self.verification,)],
        }


def area_of(place: str, places: Places) -> str:
    """The line of the district table for an incident's place."""
    if place in {KOSOVO, ONLINE, NO_PLACE}:
        return place
    district = places.districts[place if place in places.districts else places.district_of(place)]
    return KOSOVO if district.region_code == _KOSOVO_REGION else district.code


def act_of(acts: Collection[str], vocabulary: Vocabulary) -> tuple[str, str]:
    """The one group and type that stand for an incident with these act types."""
    gravest = vocabulary.gravest_act(acts)
    return vocabulary.terms["act_type"][gravest].parents[0], gravest


def rows_of(vocabulary: Vocabulary, places: Places) -> dict[str, list[Path]]:
    """The innermost lines of every table, in the order they are published in."""
    districts = [district.code for district in places.districts.values() if district.region_code != _KOSOVO_REGION]
    groups = {term.code: term.order for term in vocabulary.of("act_group")}
    acts = sorted(vocabulary.of("act_type"), key=lambda term: (groups[term.parents[0]], term.order))
    return {
        "district": [(area,) for area in (*districts, KOSOVO, ONLINE, NO_PLACE)],
        "ground": [(term.code,) for term in vocabulary.of("ground")],
        "act": [(term.parents[0], term.code) for term in acts],
        "verification": [(level.value,) for level in Verification if is_counted(level)],
        "set_aside": [(term.code,) for term in vocabulary.of("set_aside_reason")],
    }


def with_totals(paths: Iterable[Path]) -> list[Path]:
    """The paths with every level above them, each before its parts and once."""
    return list(dict.fromkeys(path[:depth] for path in paths for depth in range(len(path) + 1)))


def count_quarter(
    quarter: Quarter,
    incidents: Iterable[CountedIncident],
    set_aside: Mapping[str, int],
    rows: Mapping[str, Sequence[Path]],
) -> dict[Cell, int]:
    """Every cell of one quarter with its true count, zeros too. `set_aside` is reports by reason.

    Raises KeyError for a code that `rows` does not hold.
    """
    time = str(quarter)
    counts = {table.cell(time, path): 0 for table in PLAN for path in with_totals(rows[table.name])}
    for incident in incidents:
        counts[Cell(time)] += 1
        for name, paths in incident.paths().items():
            for path in with_totals(paths):
                if path:
                    counts[TABLES[name].cell(time, path)] += 1
    for reason, number in set_aside.items():
        for path in with_totals([(reason,)]):
            counts[TABLES["set_aside"].cell(time, path)] += number
    return counts


def count_year(year: str, counts: Mapping[Cell, int]) -> dict[Cell, int]:
    """The cells of a year: sums of its quarters, which count no incident twice."""
    sums: dict[Cell, int] = defaultdict(int)
    for cell, count in counts.items():
        if is_quarter_of(cell.time, year):
            sums[cell.at(year)] += count
    return dict(sums)


def year_of(time: str) -> str:
    return time[:4]


def is_quarter_of(time: str, year: str) -> bool:
    return time != year and year_of(time) == year


Relation = Mapping[Cell, int]
"""Coefficients of cells whose weighted sum is zero."""


@dataclass(frozen=True)
class System:
    """All cells that hang together, and what protecting them has to know."""

    counts: Mapping[Cell, int]
    relations: Sequence[Relation]
    thresholds: Mapping[Cell, int]
    """Cells without one need no protection of their own."""
    weights: Mapping[Cell, float]
    """What withholding a cell costs its readers."""
    slacks: frozenset[Cell]
    """Differences that readers can compute and that are never published."""
    never_withheld: frozenset[Cell]


def system(counts: Mapping[Cell, int]) -> System:
    """The linear system of the cells of one year, with the slacks of tables of several answers."""
    slack_relations = list(_slack_relations(counts))
    slacks = {slack: _slack_count(slack, relation, counts) for slack, _, relation in slack_relations}
    sums = [*_table_sums(counts), *_year_sums(counts)]
    thresholds = {cell: max(table.threshold for table in _tables_with(cell)) for cell in counts}
    thresholds |= {slack: threshold for slack, threshold, _ in slack_relations if threshold}
    parents = {cell for relation in sums for cell, sign in relation.items() if sign > 0}
    return System(
        counts={**counts, **slacks},
        relations=[*sums, *(relation for _, _, relation in slack_relations)],
        thresholds=thresholds,
        weights={cell: _weight(cell, count, is_sum=cell in parents) for cell, count in counts.items()},
        slacks=frozenset(slacks),
        never_withheld=frozenset(cell for cell in counts if not cell.codes),
    )


def _tables_with(cell: Cell) -> list[Table]:
    return [table for table in PLAN if table.path(cell) is not None]


def _families(counts: Mapping[Cell, int]) -> Iterator[tuple[Table, Cell, list[Cell]]]:
    """Every cell that has parts in a table, with those parts."""
    for table in PLAN:
        parts: dict[Cell, list[Cell]] = defaultdict(list)
        for cell in counts:
            path = table.path(cell)
            if path:
                parts[table.cell(cell.time, path[:-1])].append(cell)
        for whole, cells in parts.items():
            yield table, whole, cells


def _table_sums(counts: Mapping[Cell, int]) -> Iterator[Relation]:
    for table, whole, parts in _families(counts):
        if not table.is_multiple:
            yield {whole: 1, **dict.fromkeys(parts, -1)}


def _year_sums(counts: Mapping[Cell, int]) -> Iterator[Relation]:
    quarters: dict[Cell, list[Cell]] = defaultdict(list)
    for cell in counts:
        year = cell.at(year_of(cell.time))
        if year != cell and year in counts:
            quarters[year].append(cell)
    for year, cells in quarters.items():
        yield {year: 1, **dict.fromkeys(cells, -1)}


def _slack_relations(counts: Mapping[Cell, int]) -> Iterator[tuple[Cell, int, Relation]]:
    """Slack, its threshold, and the relation that defines it.

    With N incidents and c_j that mention j: d_j = N - c_j lack j, and e = sum c_j - N are mentions beyond the first.
    A small d_j can be computed when N and c_j are published, so it is protected like a count; e is one only where
    there are two answers, as it then counts the incidents with both.
    """
    for table, whole, parts in _families(counts):
        if not table.is_multiple:
            continue
        for part in parts:
            code = dict(part.codes)[table.levels[-1]]
            lacking = Cell(whole.time, (*whole.codes, (_WITHOUT, code)))
            yield lacking, table.threshold, {whole: 1, part: -1, lacking: -1}
        beyond = Cell(whole.time, (*whole.codes, (_REPEATED, table.levels[-1])))
        yield beyond, table.threshold if len(parts) == 2 else 0, {whole: -1, **dict.fromkeys(parts, 1), beyond: -1}


def _slack_count(slack: Cell, relation: Relation, counts: Mapping[Cell, int]) -> int:
    return sum(sign * counts[cell] for cell, sign in relation.items() if cell != slack)


def _weight(cell: Cell, count: int, *, is_sum: bool) -> float:
    is_unknown = any(code == NO_PLACE for _, code in cell.codes)
    return (1 + log1p(count)) * (3 if is_sum else 1) * (0.5 if is_unknown else 1)
