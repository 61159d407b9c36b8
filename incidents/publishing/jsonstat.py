"""JSON-stat 2.0: one table as a cube of all its codes, with what it says of itself."""

from __future__ import annotations

import json
from typing import Any

from incidents.core.release import LICENCE, LICENCE_ADDRESS, NORMAL_STATUS, WITHHELD_STATUS, Row, sha256
from incidents.publishing.citation import citation
from incidents.publishing.edition import TIME, Dimension, Edition, Figures

_NOT_THERE = "O"
"""SDMX CL_OBS_STATUS, missing value: a combination that the release does not break down."""
_METRIC = "measure"


def write(edition: Edition, figures: Figures) -> bytes:
    cells = dict(figures.cells())
    keys: list[tuple[str, ...]] = [()]
    for one in figures.dimensions:
        keys = [(*key, code) for key in keys for code in one.labels]
    found = [cells.get(key) for key in keys]
    text = figures.words.text
    dataset = {
        "version": "2.0",
        "class": "dataset",
        "href": f"{edition.address}/tables/{figures.name}.{figures.words.tag}.jsonstat",
        "label": figures.title,
        "source": citation(edition, figures.words.tag),
        "updated": edition.published_on.isoformat(),
        "note": list(figures.notes),
        "id": [*(one.name for one in figures.dimensions), _METRIC],
        "size": [*(len(one.labels) for one in figures.dimensions), 1],
        "role": {
            "time": [TIME],
            "geo": [one.name for one in figures.dimensions if one.name == "area"],
            "metric": [_METRIC],
        },
        "dimension": {
            **{one.name: _dimension(one) for one in figures.dimensions},
            _METRIC: {"label": text("value"), "category": {"index": ["n"], "label": {"n": text("value")}}},
        },
        "value": [row.value if row else None for row in found],
        "status": {str(place): _status(row) for place, row in enumerate(found) if row is None or row.value is None},
        "link": {
            "license": [{"href": LICENCE_ADDRESS}],
            "describedby": [{"href": edition.address, "type": "application/json"}],
        },
        "extension": {
            "release": edition.number,
            "licence": LICENCE,
            "method": edition.method(figures.words.tag),
            "status": {NORMAL_STATUS: text("normal"), WITHHELD_STATUS: text("withheld")},
            "bounds": {
                str(place): [row.lower, row.upper] for place, row in enumerate(found) if row and row.value is None
            },
            "sha256": {
                f"{figures.name}.csv": sha256(edition.files[f"{figures.name}.csv"]),
                "SHA256SUMS": edition.digest,
            },
        },
    }
    return (json.dumps(dataset, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _status(row: Row | None) -> str:
    return WITHHELD_STATUS if row else _NOT_THERE


def _dimension(one: Dimension) -> dict[str, Any]:
    children: dict[str, list[str]] = {}
    for code, parent in one.parents.items():
        children.setdefault(parent, []).append(code)
    category: dict[str, Any] = {"index": list(one.labels), "label": dict(one.labels)}
    return {"label": one.label, "category": {**category, **({"child": children} if children else {})}}
