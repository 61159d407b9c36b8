"""What each column of the CSV files holds, said in the two ways that tools read: Frictionless and CSVW."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incidents.core.places import ATTRIBUTION
from incidents.core.release import (
    CSV_TYPE,
    LICENCE,
    LICENCE_ADDRESS,
    NORMAL_STATUS,
    WITHHELD,
    WITHHELD_STATUS,
    sha256,
)
from incidents.publishing.citation import citation
from incidents.publishing.edition import TIME, Edition, Figures
from incidents.publishing.tidy import CONFIDENTIAL, FREE, columns

CSVW_TYPE = "application/csvm+json"
_TIME_PATTERN = "[0-9]{4}(-Q[1-4])?"


@dataclass(frozen=True)
class _Column:
    name: str
    title: str
    kind: str = "string"
    is_needed: bool = True
    codes: Sequence[str] = ()
    pattern: str = ""


def package(edition: Edition, tables: Sequence[Figures]) -> bytes:
    """A Frictionless Data Package (version 2) of the frozen tables; `tables` are in English."""
    text = edition.words("en").text
    return _json(
        {
            "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
            "name": f"release-{edition.number}",
            "id": edition.address,
            "title": f"{text('title')}: {edition.quarter}",
            "description": edition.method("en"),
            "homepage": edition.address,
            "version": f"{edition.number}.0.0",
            "created": f"{edition.published_on}T00:00:00Z",
            "licenses": [{"name": "CC-BY-4.0", "title": LICENCE, "path": LICENCE_ADDRESS}],
            "sources": [{"title": ATTRIBUTION}],
            "sha256": edition.digest,
            "citation": citation(edition, "en"),
            "resources": [_resource(edition, one) for one in tables],
        }
    )


def _resource(edition: Edition, figures: Figures) -> dict[str, Any]:
    name = f"{figures.name}.csv"
    content = edition.files[name]
    return {
        "name": figures.name,
        "type": "table",
        "path": f"files/{name}",
        "title": figures.title,
        "description": " ".join(figures.notes),
        "format": "csv",
        "mediatype": CSV_TYPE,
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{sha256(content)}",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column) for column in _frozen_columns(figures)],
            "primaryKey": [one.name for one in figures.dimensions],
            "missingValues": ["", WITHHELD],
        },
    }


def _field(column: _Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {"required": True} if column.is_needed and column.name != "obs_value" else {}
    if column.codes:
        constraints["enum"] = list(column.codes)
    if column.pattern:
        constraints["pattern"] = column.pattern
    if column.kind == "integer":
        constraints["minimum"] = 0
    return {"name": column.name, "title": column.title, "type": column.kind, "constraints": constraints}


def csvw_of_frozen(edition: Edition, figures: Figures) -> bytes:
    """Metadata of the frozen CSV of a table, which has labels in English and Serbian; `figures` are in English."""
    return _csvw(edition, figures, f"{figures.name}.csv", list(_frozen_columns(figures)))


def csvw(edition: Edition, figures: Figures) -> bytes:
    """Metadata of the CSV in the language of `figures`."""
    return _csvw(edition, figures, f"{figures.name}.{figures.words.tag}.csv", list(_own_columns(figures)))


def _csvw(edition: Edition, figures: Figures, name: str, found: Sequence[_Column]) -> bytes:
    tag = figures.words.tag
    return _json(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": tag}],
            "url": name,
            "dc:title": figures.title,
            "dc:description": " ".join([*figures.notes, edition.method(tag)]),
            "dc:identifier": f"{edition.address}/tables/{name}",
            "dc:license": {"@id": LICENCE_ADDRESS},
            "dc:issued": {"@value": edition.published_on.isoformat(), "@type": "xsd:date"},
            "dc:source": {"@id": edition.address},
            "dc:bibliographicCitation": citation(edition, tag),
            "schema:version": str(edition.number),
            "schema:sha256": sha256(edition.files[f"{figures.name}.csv"]),
            "dialect": {"encoding": "utf-8", "header": True, "delimiter": ",", "doubleQuote": True},
            "tableSchema": {
                "columns": [_described(column) for column in found],
                "primaryKey": [one.name for one in figures.dimensions],
            },
        }
    )


def _described(column: _Column) -> dict[str, Any]:
    datatype: dict[str, Any] = {"base": column.kind}
    if column.kind == "integer":
        datatype["minimum"] = 0
    if column.codes or column.pattern:
        datatype["format"] = column.pattern or "|".join(column.codes)
    return {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.title,
        "datatype": datatype,
        "required": column.is_needed and column.name != "obs_value",
        "null": [WITHHELD] if column.name == "obs_value" else [""],
    }


def _frozen_columns(figures: Figures) -> Iterator[_Column]:
    dimensions = [one for one in figures.dimensions if one.name != TIME]
    yield _time(figures)
    for one in dimensions:
        yield _Column(one.name, one.label, codes=list(one.labels))
    for short in ("en", "sr"):
        for one in dimensions:
            yield _Column(f"{one.name}_{short}", one.label)
    yield from (column for column in _measured(figures) if column.name != "conf_status")


def _own_columns(figures: Figures) -> Iterator[_Column]:
    text = figures.words.text
    known = {
        "release": _Column("release", text("release", number="n"), "integer"),
        TIME: _time(figures),
        **{one.name: _Column(one.name, one.label, codes=list(one.labels)) for one in figures.dimensions[1:]},
        **{f"{one.name}_label": _Column(f"{one.name}_label", one.label) for one in figures.dimensions[1:]},
        **{column.name: column for column in _measured(figures)},
        "obs_status_label": _Column("obs_status_label", text("status")),
    }
    return (known[name] for name in columns(figures))


def _time(figures: Figures) -> _Column:
    return _Column(TIME, figures.dimensions[0].label, pattern=_TIME_PATTERN)


def _measured(figures: Figures) -> Iterator[_Column]:
    text = figures.words.text
    yield _Column("obs_value", f"{text('value')} ({WITHHELD}: {text('withheld')})", "integer")
    yield _Column("obs_status", text("status"), codes=[NORMAL_STATUS, WITHHELD_STATUS])
    yield _Column("conf_status", text("status"), codes=[FREE, CONFIDENTIAL])
    yield _Column("obs_lower", text("lower"), "integer", is_needed=False)
    yield _Column("obs_upper", text("upper"), "integer", is_needed=False)


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
