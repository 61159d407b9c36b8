"""What the interface's description says of downloads and of the catalogue; `openapi` joins it to the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from incidents.core.release import WITHHELD
from incidents.publishing import chart, ods, schemas
from incidents.publishing.catalogue import JSON_LD, TURTLE
from incidents.web.published.downloads import SDMX_CSV, SDMX_ML, XLSX, ZIP

Schema = dict[str, Any]

_PROBLEM: Schema = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_SAME: Schema = {"description": "What you have (ETag) is still the same."}
_NOT_THERE: Schema = {"description": "There is no such thing, or it is not published.", "content": _PROBLEM}
_CLOSED: Schema = {"description": "The database is not there. Try again later.", "content": _PROBLEM}
_NOT_SO: Schema = {"description": "It comes in none of the types that you accept.", "content": _PROBLEM}
_FROZEN = "As it was frozen and signed; it never changes."
_MADE = "Made of the frozen files: the same bytes each time."
_TEXT: Schema = {"schema": {"type": "string"}}
_OBJECT: Schema = {"schema": {"type": "object"}}
_BYTES: Schema = {}
"""Of a file that is no text (OpenAPI 3.1, section 4.8.14.2)."""
_JSON = "application/json"


def _answers(told: str, content: Mapping[str, Schema], *others: tuple[str, Schema]) -> Schema:
    found = {"200": {"description": told, "content": dict(content)}, "304": _SAME}
    return {"responses": {**found, **dict(others), "404": _NOT_THERE, "503": _CLOSED}}


def _of(kinds: Iterable[str], schema: Schema) -> dict[str, Schema]:
    return {kind.partition(";")[0]: schema for kind in kinds}


_CSV = _of(["text/csv"], _TEXT)
_BOOKS = _of([XLSX, ods.TYPE], _BYTES)
_ACCEPTED: Schema = {
    "name": "Accept-Language",
    "in": "header",
    "description": "Which language to take, where the type that is chosen has words.",
    "schema": {"type": "string"},
}

DOWNLOADS: Mapping[str, Schema] = {
    "api.downloads.negotiated": {
        "summary": "One table of a release, as you accept it",
        "description": "By Accept and Accept-Language; Content-Location names the address of what was chosen.",
        "parameters": [_ACCEPTED],
        **_answers(
            _MADE,
            {
                **_CSV,
                **_of([_JSON], _OBJECT),
                **_BOOKS,
                **_of([SDMX_CSV, chart.TYPE], _TEXT),
            },
            ("406", _NOT_SO),
        ),
    },
    "api.downloads.frozen_table": {
        "summary": "One table of a release, as it was signed",
        "description": f"With labels in English and Serbian. {WITHHELD} (CSV) and null (JSON) stand for withheld "
        "figures, which `obs_status` Q marks too; zeros are zeros. A small release has fewer tables.",
        **_answers(_FROZEN, {**_CSV, **_of([_JSON], _OBJECT)}),
    },
    "api.downloads.in_language": {
        "summary": "One table of a release in one language",
        "description": "Tidy CSV, XLSX, ODS, JSON-stat 2.0; and an SVG chart for tables of one dimension, which any "
        "page may embed.",
        **_answers(_MADE, {**_CSV, **_BOOKS, **_of([_JSON], _OBJECT), **_of([chart.TYPE], _TEXT)}),
    },
    "api.downloads.csv_metadata": {
        "summary": "What the columns of a CSV file hold (CSVW)",
        **_answers(_MADE, _of([schemas.CSVW_TYPE], _OBJECT)),
    },
    "api.downloads.frozen_csv_metadata": {
        "summary": "What the columns of the signed CSV file hold (CSVW)",
        **_answers(_MADE, _of([schemas.CSVW_TYPE], _OBJECT)),
    },
    "api.downloads.as_sdmx": {
        "summary": "One table of a release as SDMX-CSV 2.0.0",
        "description": "NaN with OBS_STATUS Q and CONF_STATUS C stands for a withheld figure.",
        **_answers(_MADE, _of([SDMX_CSV], _TEXT)),
    },
    "api.downloads.structure": {
        "summary": "Code lists and structures of all tables of a release (SDMX-ML 2.1)",
        **_answers(_MADE, _of([SDMX_ML], _TEXT)),
    },
    "api.downloads.package": {
        "summary": "The signed tables of a release as a Frictionless Data Package",
        **_answers(_MADE, _of([_JSON], _OBJECT)),
    },
    "api.downloads.all_of_it": {
        "summary": "A whole release in one language",
        "description": "As a workbook, or a ZIP archive of everything, to be checked with `sha256sum -c SHA256SUMS`.",
        **_answers(_MADE, {**_of([ZIP], _BYTES), **_BOOKS}),
    },
    "api.downloads.cited": {
        "summary": "How to cite a release: a sentence, BibTeX, RIS",
        **_answers(_MADE, _of(["text/plain", "application/x-bibtex", "application/x-research-info-systems"], _TEXT)),
    },
    "api.downloads.checksums": {
        "summary": "Checksums of all signed files of a release",
        "description": "The SHA-256 of this list is what the two signatures stand for.",
        **_answers(_MADE, _of(["text/plain"], _TEXT)),
    },
    "api.downloads.file": {
        "summary": "Any signed file of a release, plans, cells and words too",
        **_answers(_FROZEN, {**_CSV, **_of([_JSON], _OBJECT)}),
    },
    "api.catalogue.negotiated": {
        "summary": "The catalogue of releases after DCAT-AP 3, as you accept it",
        "responses": {
            "200": {
                "description": "Newest first.",
                "content": {**_of([JSON_LD], _OBJECT), **_of([TURTLE], _TEXT)},
            },
            "304": _SAME,
            "406": _NOT_SO,
            "503": _CLOSED,
        },
    },
    "api.catalogue.written": {
        "summary": "The catalogue of releases after DCAT-AP 3",
        "responses": {
            "200": {
                "description": "Newest first.",
                "content": {**_of([JSON_LD], _OBJECT), **_of([TURTLE], _TEXT)},
            },
            "304": _SAME,
            "404": _NOT_THERE,
            "503": _CLOSED,
        },
    },
}
