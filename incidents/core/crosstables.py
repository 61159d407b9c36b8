"""Free cross-tables: which may be asked for, judged without any figure, and how one joins the plan of its year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from incidents.core.tables import TABLES, Table, rules_about

_SCORES: Mapping[str, int] = {
    "area@region": 1,
    "area@district": 2,
    "area": 3,
    "ground@group": 1,
    "ground": 2,
    "act@group": 0,
    "act": 1,
    "setting@group": 1,
    "setting": 1,
    "gender": 2,
    "age@group": 1,
    "age": 2,
    "reported": 1,
    "verification": 0,
    "delay": 0,
}
"""How much each dimension of a free cross-table can tell about one person: ours, higher for finer places and traits."""
_MOST_DIMENSIONS, _HIGHEST_SCORE = 3, 5
CUTS = tuple(_SCORES)
"""All that a free cross-table can be made of, besides the time."""


def problem_of(cuts: Sequence[str], plan: Mapping[str, Any], *, is_whole_year: bool) -> str:
    """Why a free cross-table cannot be asked for; empty if it can. Judged without any figure."""
    own = [cut for cut in cuts if cut != "time"]
    dimensions = [cut.partition("@")[0] for cut in own]
    if not own or any(cut not in _SCORES or not _is_level(cut, plan) for cut in own):
        return "unknown"
    if len(set(dimensions)) < len(dimensions):
        return "twice"
    if len(own) > _MOST_DIMENSIONS:
        return "too_many"
    if sum(_SCORES[cut] for cut in own) > _HIGHEST_SCORE:
        return "too_telling"
    if "time" not in cuts and not is_whole_year:
        return "year_not_over"
    stands = any(set(cuts) == set(table) for table in plan["tables"])
    return "there_already" if stands else ""


def _is_level(cut: str, plan: Mapping[str, Any]) -> bool:
    """Whether the plan of the year can be cut so; one of before a level was thought of cannot."""
    name, _, level = cut.partition("@")
    return not level or name not in plan["dims"] or level in plan["dims"][name].get("levels", ())


def table_for(cuts: Sequence[str]) -> Table:
    """The table of these cuts under a name made of them."""
    return Table("-".join(cut.replace("@", "_") for cut in cuts), tuple(cuts))


def is_name(name: str) -> bool:
    """Whether a table can be called so: one that is planned, or a free one, by the cuts that its name is made of."""
    return name in TABLES or set(name.split("-")) <= {cut.replace("@", "_") for cut in ("time", *CUTS)}


def with_table(plan: Mapping[str, Any], table: Table, dimensions: Mapping[str, Any]) -> dict[str, Any]:
    """A year's plan with one more table. Dimensions that the plan has stay as they are."""
    dims = {**plan["dims"], **{name: dimensions[name] for name in table.dimensions if name not in plan["dims"]}}
    return {
        **plan,
        "dims": dims,
        "table_names": [*plan["table_names"], table.name],
        "tables": [*plan["tables"], list(table.cuts)],
        **rules_about(dims),
    }
