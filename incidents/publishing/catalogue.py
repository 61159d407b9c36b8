"""The catalogue of releases after DCAT-AP 3: a series, a data set a release, and where its files are.

Written twice from the same statements, as JSON-LD and as Turtle, for data portals to harvest.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from incidents.core.periods import Quarter
from incidents.core.release import LICENCE_ADDRESS

JSON_LD, TURTLE = "application/ld+json", "text/turtle"
_PREFIXES: Mapping[str, str] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "dcatap": "http://data.europa.eu/r5r/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_LANGUAGE_CODES = {
    "sr-Cyrl": "SRP",
    "sr-Latn": "SRP",
    "hu": "HUN",
    "sq": "SQI",
    "bs": "BOS",
    "hr": "HRV",
    "rom": "ROM",
    "ro": "RON",
    "sk": "SLK",
    "bg": "BUL",
    "mk": "MKD",
    "en": "ENG",
}
"""Of the European Union's authority table, which has none for Rusyn of Vojvodina."""
_KEYWORDS = {
    "en": ("hate crime", "discrimination", "equality"),
    "sr-Cyrl": ("злочин из мржње", "дискриминација", "равноправност"),
    "sr-Latn": ("zločin iz mržnje", "diskriminacija", "ravnopravnost"),
}
_SERBIA = f"{_AUTHORITY}/country/SRB"
_BY_ATTRIBUTION = "http://purl.org/adms/licencetype/Attribution"
_COMPLETED, _WITHDRAWN = (f"{_AUTHORITY}/distribution-status/{code}" for code in ("COMPLETED", "WITHDRAWN"))
_STABLE = f"{_AUTHORITY}/planned-availability/STABLE"
_THEMES = f"{_AUTHORITY}/data-theme"
_CONCEPTS = {
    f"{_THEMES}/JUST": "Justice, legal system and public safety",
    f"{_THEMES}/SOCI": "Population and society",
    _COMPLETED: "completed",
    _WITHDRAWN: "withdrawn",
    _STABLE: "stable",
    _BY_ATTRIBUTION: "Attribution",
}
_TYPES = {
    "zip": ("ZIP", "application/zip"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
    "json": ("JSON", "application/json"),
    "xml": ("XML", "application/xml"),
}


@dataclass(frozen=True)
class Listed:
    """A release as the catalogue lists it."""

    number: int
    quarter: str
    published_on: date
    address: str
    page: str
    withdrawn: Mapping[str, str]
    """By language tag, why it is not to be used any more; empty while it is."""
    replaced_by: str | None
    """The address of the release to use instead."""


@dataclass(frozen=True)
class Site:
    address: str
    title: Mapping[str, str]
    """By language tag; the description as well."""
    description: Mapping[str, str]
    method: str
    """The page that tells it."""


@dataclass(frozen=True)
class Node:
    """Something with an address, or a word of a vocabulary."""

    address: str


@dataclass(frozen=True)
class Text:
    text: str
    tag: str = ""
    kind: str = ""
    """A data type of XML Schema."""


Statement = tuple[str, str, Node | Text]
"""Who, a word with its prefix, and what."""


def statements(site: Site, releases: Sequence[Listed]) -> list[Statement]:
    """`releases` newest first."""
    return list(_statements(site, releases))


def _statements(site: Site, releases: Sequence[Listed]) -> Iterator[Statement]:
    start = f"{site.address}/api/v1/catalog"
    catalogue, series, publisher, contact = (start + part for part in ("", "#series", "#publisher", "#contact"))
    yield from _typed(publisher, "foaf:Agent")
    yield publisher, "foaf:name", Text(site.address)
    yield publisher, "foaf:homepage", Node(site.address + "/")
    yield from _typed(site.address + "/", "foaf:Document")
    yield from _typed(contact, "vcard:Kind")
    yield contact, "vcard:fn", Text(site.address)
    yield contact, "vcard:hasURL", Node(site.address + "/")
    yield from _typed(catalogue, "dcat:Catalog")
    yield from _of(catalogue, "dcat:themeTaxonomy", _THEMES, "skos:ConceptScheme")
    yield _THEMES, "dct:title", Text("Data theme", "en")
    yield catalogue, "foaf:homepage", Node(site.address + "/")
    yield from _of(catalogue, "dct:spatial", _SERBIA, "dct:Location")
    for own in (catalogue, series):
        yield from _named(own, site.title, site.description)
        yield own, "dct:publisher", Node(publisher)
    yield catalogue, "dct:license", Node(LICENCE_ADDRESS)
    yield from _typed(LICENCE_ADDRESS, "dct:LicenseDocument")
    yield from _of(LICENCE_ADDRESS, "dct:type", _BY_ATTRIBUTION, "skos:Concept")
    yield catalogue, "dcat:dataset", Node(series)
    yield from _typed(series, "dcat:DatasetSeries")
    yield from _typed(series, "dcat:Dataset")  # of which it is a kind, but readers may not know
    yield from _of(series, "dct:accrualPeriodicity", f"{_AUTHORITY}/frequency/QUARTERLY", "dct:Frequency")
    yield from _about(series, contact)
    for code in sorted(set(_LANGUAGE_CODES.values())):
        yield from _of(catalogue, "dct:language", f"{_AUTHORITY}/language/{code}", "dct:LinguisticSystem")
    if releases:
        yield catalogue, "dct:issued", _day(releases[-1].published_on)
        yield catalogue, "dct:modified", _day(releases[0].published_on)
    for place, release in enumerate(releases):
        before = releases[place + 1] if place + 1 < len(releases) else None
        yield catalogue, "dcat:dataset", Node(release.address)
        yield from _dataset(site, release, before, series, publisher)
        yield from _about(release.address, contact)


def _dataset(site: Site, release: Listed, before: Listed | None, series: str, publisher: str) -> Iterator[Statement]:
    own = release.address
    yield from _typed(own, "dcat:Dataset")
    titles = {tag: f"{title}: {release.quarter}" for tag, title in site.title.items()}
    # The catalogue describes the series in every language; a line of a long list has fewer.
    yield from _named(own, titles, {tag: site.description[tag] for tag in _KEYWORDS})
    yield own, "dct:publisher", Node(publisher)
    yield own, "dct:identifier", Text(own)
    yield own, "dct:issued", _day(release.published_on)
    yield own, "dcat:version", Text(str(release.number))
    yield own, "dcat:inSeries", Node(series)
    if before:
        yield own, "dcat:prev", Node(before.address)
    yield own, "dcat:landingPage", Node(release.page)
    yield from _typed(release.page, "foaf:Document")
    yield own, "foaf:page", Node(site.method)
    yield from _typed(site.method, "foaf:Document")
    yield own, "dct:temporal", Node(f"{own}#quarter")
    yield from _typed(f"{own}#quarter", "dct:PeriodOfTime")
    quarter = Quarter.parse(release.quarter)
    yield f"{own}#quarter", "dcat:startDate", _day(quarter.first_day)
    yield f"{own}#quarter", "dcat:endDate", _day(quarter.following().first_day - timedelta(days=1))
    for tag, why in release.withdrawn.items():
        yield own, "adms:versionNotes", Text(why, tag)
    if release.replaced_by:
        yield own, "dct:isReplacedBy", Node(release.replaced_by)
    for ending in _TYPES:
        yield from _distribution(release, ending, site)


def _about(own: str, contact: str) -> Iterator[Statement]:
    """What is the same for every data set."""
    yield own, "dcat:contactPoint", Node(contact)
    for theme in ("JUST", "SOCI"):
        yield from _of(own, "dcat:theme", f"{_THEMES}/{theme}", "skos:Concept")
    yield from _of(own, "dct:spatial", _SERBIA, "dct:Location")
    yield from _of(own, "dct:accessRights", f"{_AUTHORITY}/access-right/PUBLIC", "dct:RightsStatement")
    for tag, words in _KEYWORDS.items():
        for word in words:
            yield own, "dcat:keyword", Text(word, tag)


def _distribution(release: Listed, ending: str, site: Site) -> Iterator[Statement]:
    name, kind = _TYPES[ending]
    address = {
        "json": f"{release.address}/datapackage.json",
        "xml": f"{release.address}/structure.xml",
    }.get(ending, f"{release.address}/release.en.{ending}")
    own = f"{release.address}#{ending}"
    yield release.address, "dcat:distribution", Node(own)
    yield from _typed(own, "dcat:Distribution")
    yield own, "dct:title", Text(f"{site.title['en']}: {release.quarter} ({name})", "en")
    yield own, "dcat:accessURL", Node(address)
    yield own, "dcat:downloadURL", Node(address)
    yield own, "dct:license", Node(LICENCE_ADDRESS)
    yield own, "dct:description", Text(site.description["en"], "en")
    yield from _of(own, "dct:format", f"{_AUTHORITY}/file-type/{name}", "dct:MediaTypeOrExtent")
    yield from _of(own, "dcat:mediaType", f"http://www.iana.org/assignments/media-types/{kind}", "dct:MediaType")
    yield own, "dct:issued", _day(release.published_on)
    yield from _of(own, "dcatap:availability", _STABLE, "skos:Concept")
    yield from _of(own, "adms:status", _WITHDRAWN if release.withdrawn else _COMPLETED, "skos:Concept")


def _named(own: str, title: Mapping[str, str], description: Mapping[str, str]) -> Iterator[Statement]:
    for tag, text in title.items():
        yield own, "dct:title", Text(text, tag)
    for tag, text in description.items():
        yield own, "dct:description", Text(text, tag)


def _typed(own: str, kind: str) -> Iterator[Statement]:
    yield own, "rdf:type", Node(_full(kind))


def _of(own: str, word: str, what: str, kind: str) -> Iterator[Statement]:
    """A word of somebody else's vocabulary, with its kind said, for readers who do not know that vocabulary."""
    yield own, word, Node(what)
    yield from _typed(what, kind)
    if kind == "skos:Concept":
        yield what, "skos:prefLabel", Text(_CONCEPTS[what], "en")


def _day(day: date) -> Text:
    return Text(day.isoformat(), kind="xsd:date")


def _full(word: str) -> str:
    prefix, _colon, name = word.partition(":")
    return _PREFIXES[prefix] + name


def to_json_ld(found: Iterable[Statement]) -> bytes:
    graph: dict[str, dict[str, object]] = {}
    for who, word, what in dict.fromkeys(found):
        node = graph.setdefault(who, {"@id": who})
        if word == "rdf:type":
            _put(node, "@type", what.address if isinstance(what, Node) else what.text)
        else:
            _put(node, word, _in_json(what))
    content = {"@context": dict(_PREFIXES), "@graph": list(graph.values())}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _put(node: dict[str, object], word: str, value: object) -> None:
    own = node.setdefault(word, [])
    assert isinstance(own, list)  # noqa: S101 (tells mypy what stands there)
    own.append(value)


def _in_json(what: Node | Text) -> dict[str, str]:
    if isinstance(what, Node):
        return {"@id": what.address}
    if what.kind:
        return {"@value": what.text, "@type": _full(what.kind)}
    return {"@value": what.text, **({"@language": what.tag} if what.tag else {})}


def to_turtle(found: Iterable[Statement]) -> bytes:
    lines = [f"@prefix {prefix}: <{address}> ." for prefix, address in _PREFIXES.items()]
    by_node: dict[str, list[str]] = {}
    for who, word, what in dict.fromkeys(found):
        by_node.setdefault(who, []).append(f"  {word} {_in_turtle(what)}")
    for who, own in by_node.items():
        lines += ["", f"<{who}>", " ;\n".join(own) + " ."]
    return ("\n".join(lines) + "\n").encode()


def _in_turtle(what: Node | Text) -> str:
    if isinstance(what, Node):
        return f"<{what.address}>"
    escaped = json.dumps(what.text, ensure_ascii=False)  # the escapes of JSON are among Turtle's
    return escaped + (f"^^{what.kind}" if what.kind else f"@{what.tag}" if what.tag else "")
