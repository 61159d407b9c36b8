"""Files of a release as tools read them that nobody here wrote, with the same figures."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import csvw
import feedparser
import pytest
from rdflib import DCAT, DCTERMS, RDF, Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from incidents.core.languages import BY_TAG
from incidents.core.release import from_csv
from incidents.publishing import catalogue, feed, schemas, sdmx, tidy, whole
from incidents.publishing.catalogue import Listed, Site
from incidents.publishing.edition import CHECKSUMS, Edition, figures
from incidents.publishing.feed import Entry, Feed
from tests.publishing import editions
from tests.publishing.editions import an_edition

Measured = list[tuple[int | None, int | None, int | None]]


def measured(edition: Edition, name: str) -> Measured:
    return [(row.value, row.lower, row.upper) for row in from_csv(edition.files[f"{name}.csv"])]


@pytest.fixture(scope="module")
def edition() -> Edition:
    return an_edition()


@pytest.fixture(scope="module")
def unpacked(edition: Edition, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    with zipfile.ZipFile(io.BytesIO(whole.write(edition, "hu", list(BY_TAG)))) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder / "release-7"


# The whole, unpacked.


def checked(folder: Path) -> str:
    found = subprocess.run(["sha256sum", "-c", CHECKSUMS], cwd=folder, capture_output=True, text=True, check=False)
    assert found.stderr == ""
    return found.stdout


def test_every_file_of_the_archive_is_as_its_checksum_says(unpacked: Path) -> None:
    lines = checked(unpacked).splitlines()
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert {line.removesuffix(": OK") for line in lines} == names - {CHECKSUMS}


def test_the_checksum_of_the_checksums_is_what_was_signed(edition: Edition, unpacked: Path) -> None:
    assert all(line.endswith(": OK") for line in checked(unpacked / "files").splitlines())
    told = subprocess.run(["sha256sum", CHECKSUMS], cwd=unpacked / "files", capture_output=True, text=True, check=True)
    assert told.stdout.split()[0] == edition.digest


def test_a_file_that_was_changed_is_found(unpacked: Path) -> None:
    changed = unpacked / "files" / "ground.csv"
    content = changed.read_bytes()
    changed.write_bytes(content.replace(b",12,", b",13,"))
    try:
        found = subprocess.run(
            ["sha256sum", "-c", CHECKSUMS], cwd=unpacked, capture_output=True, text=True, check=False
        )
        assert found.returncode == 1
        assert "files/ground.csv: FAILED" in found.stdout
    finally:
        changed.write_bytes(content)


def test_the_readme_says_how_to_check_and_what_may_be_done(unpacked: Path) -> None:
    told = (unpacked / "README.txt").read_text(encoding="utf-8")
    assert "sha256sum -c SHA256SUMS" in told
    assert "CC BY 4.0" in told
    assert editions.ADDRESS in told


# Frictionless.

_READ = """
import json, sys
from frictionless import Package
package = Package(sys.argv[1])
report = package.validate()
rows = {one.name: [[row[name] for name in ("obs_value", "obs_lower", "obs_upper")] for row in one.read_rows()]
        for one in package.resources}
print(json.dumps({"valid": report.valid, "errors": report.flatten(["type", "note"]), "rows": rows}))
"""


def frictionless(path: Path) -> dict[str, Any]:
    """In a process of its own: it has warnings of its own too."""
    command = [sys.executable, "-W", "ignore", "-c", _READ, str(path.name)]
    found = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(found.stdout)
    return told


def test_the_data_package_is_valid_and_has_the_same_figures(edition: Edition, unpacked: Path) -> None:
    found = frictionless(unpacked / "datapackage.json")
    assert (found["valid"], found["errors"]) == (True, [])
    assert found["rows"] == {name: [list(one) for one in measured(edition, name)] for name in edition.tables}


def test_the_data_package_tells_a_wrong_table(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    for name in ("ground.csv", "region_ground.csv"):
        content = (unpacked / "files" / name).read_bytes()
        (tmp_path / "files" / name).write_bytes(content.replace(b"2026-Q1,race", b"2026-Q9,nobody"))
    (tmp_path / "datapackage.json").write_bytes((unpacked / "datapackage.json").read_bytes())
    assert frictionless(tmp_path / "datapackage.json")["valid"] is False


# CSVW.


def read_csvw(folder: Path, name: str) -> Measured:
    found = csvw.CSVW(str(folder / f"{name}-metadata.json"), validate=True)
    assert (found.is_valid, found.warnings) == (True, [])
    table = csvw.Table.from_file(folder / f"{name}-metadata.json")
    return [(row["obs_value"], row["obs_lower"], row["obs_upper"]) for row in table]


@pytest.mark.parametrize("name", ["ground", "region_ground"])
@pytest.mark.parametrize("tag", ["hu", "sr-Cyrl", "rsk"])
def test_the_csv_of_a_language_is_as_its_metadata_says(edition: Edition, tmp_path: Path, name: str, tag: str) -> None:
    table = figures(edition, name, tag)
    (tmp_path / f"{name}.{tag}.csv").write_bytes(tidy.write(edition, table))
    (tmp_path / f"{name}.{tag}.csv-metadata.json").write_bytes(schemas.csvw(edition, table))
    assert read_csvw(tmp_path, f"{name}.{tag}.csv") == measured(edition, name)


@pytest.mark.parametrize("name", ["ground", "region_ground"])
def test_the_signed_csv_is_as_its_metadata_says(edition: Edition, tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.csv").write_bytes(edition.files[f"{name}.csv"])
    metadata = schemas.csvw_of_frozen(edition, figures(edition, name, "en"))
    (tmp_path / f"{name}.csv-metadata.json").write_bytes(metadata)
    assert read_csvw(tmp_path, f"{name}.csv") == measured(edition, name)


# SDMX: the structure against the figures; the schema of the standard was gone over apart.


def test_every_code_of_the_figures_is_in_the_code_list_of_its_column(edition: Edition) -> None:
    tables = whole.all_tables(edition, "en")
    content = sdmx.structure(edition, tables, {tag: edition.words(tag) for tag in BY_TAG})
    root = editions.parsed(content)
    lists = {
        one.get("id"): {code.get("id") for code in one if code.tag.endswith("}Code")}
        for one in root.iter()
        if one.tag.endswith("}Codelist")
    }
    for table in tables:
        for column in editions.columns(sdmx.write(edition, table)):
            if f"CL_{column[0]}" in lists:
                assert set(column[1:]) <= lists[f"CL_{column[0]}"], column[0]
    assert lists["CL_OBS_STATUS"] == {"A", "Q"}
    assert lists["CL_CONF_STATUS"] == {"C", "F"}


def test_a_code_stands_below_the_one_that_it_is_part_of(edition: Edition) -> None:
    root = editions.parsed(sdmx.structure(edition, whole.all_tables(edition, "en"), {"en": edition.words("en")}))
    [ground] = [one for one in root.iter() if one.tag.endswith("}Codelist") and one.get("id") == "CL_GROUND"]
    above = {
        code.get("id"): [ref.get("id") for part in code for ref in part if part.tag.endswith("}Parent")]
        for code in ground
        if code.tag.endswith("}Code")
    }
    assert above == {"_T": [], "origin": ["_T"], "race": ["origin"], "language": ["origin"], "age": ["_T"]}


# The catalogue.

ADMS = Namespace("http://www.w3.org/ns/adms#")
SITE = Site(
    "https://prijava.example",
    {tag: f"Title {tag}" for tag in BY_TAG},
    {tag: f'Text "{tag}"\n\\ больше' for tag in BY_TAG},
    "https://prijava.example/sr-Cyrl/statistics/#method",
)
PAGE = "https://prijava.example/sr-Cyrl/statistics"
LISTED = [
    Listed(2, "2026-Q2", date(2026, 6, 30), f"{editions.ADDRESS[:-1]}2", f"{PAGE}/2/", {}, None),
    Listed(1, "2026-Q1", date(2026, 3, 31), f"{editions.ADDRESS[:-1]}1", f"{PAGE}/1/", {}, None),
]


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph().parse(data=catalogue.to_turtle(catalogue.statements(SITE, LISTED)), format="turtle")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # the reader's own
def test_the_catalogue_says_the_same_in_both_forms(graph: Graph) -> None:
    other = Graph().parse(data=catalogue.to_json_ld(catalogue.statements(SITE, LISTED)), format="json-ld")
    assert len(graph) > 300
    assert isomorphic(graph, other)


def test_the_catalogue_names_every_release_with_its_files(graph: Graph) -> None:
    for one in LISTED:
        found = {
            str(graph.value(own, DCAT.downloadURL)) for own in graph.objects(URIRef(one.address), DCAT.distribution)
        }
        endings = ("release.en.zip", "release.en.xlsx", "release.en.ods", "datapackage.json", "structure.xml")
        assert found == {f"{one.address}/{ending}" for ending in endings}
    assert set(graph.subjects(RDF.type, DCAT.Dataset)) >= {URIRef(one.address) for one in LISTED}


def test_a_withdrawn_release_is_no_longer_complete_and_says_why_and_what_to_use() -> None:
    why = {"en": "Incidents of May were counted twice.", "sr-Cyrl": "Инциденти из маја бројани су двапут."}
    newest, oldest = LISTED
    listed = [newest, replace(oldest, withdrawn=why, replaced_by=newest.address)]
    found = Graph().parse(data=catalogue.to_turtle(catalogue.statements(SITE, listed)), format="turtle")
    standing = {
        one.address: {
            str(found.value(own, ADMS.status)).rpartition("/")[2]
            for own in found.objects(URIRef(one.address), DCAT.distribution)
        }
        for one in listed
    }
    assert standing == {newest.address: {"COMPLETED"}, oldest.address: {"WITHDRAWN"}}
    told = {note.language: str(note) for note in found.objects(URIRef(oldest.address), ADMS.versionNotes)}
    assert told == why
    assert list(found.subject_objects(DCTERMS.isReplacedBy)) == [(URIRef(oldest.address), URIRef(newest.address))]


def test_texts_of_the_catalogue_arrive_letter_by_letter(graph: Graph) -> None:
    told = {
        text.language: str(text)
        for text in graph.objects(URIRef(f"{SITE.address}/api/v1/catalog"), DCTERMS.description)
    }
    assert told == SITE.description


def test_an_empty_catalogue_is_one_too() -> None:
    found = Graph().parse(data=catalogue.to_turtle(catalogue.statements(SITE, [])), format="turtle")
    assert list(found.subjects(RDF.type, DCAT.Catalog)) == [URIRef(f"{SITE.address}/api/v1/catalog")]


# The feed.

ENTRIES = [
    Entry(
        f"release:{number}",
        date(2026, 3 * number, 28),
        f"Figures <{number}> & more",
        "Summary",
        f"https://a.example/{number}/",
        f"https://a.example/{number}.zip",
    )
    for number in (3, 2, 1)
]


def read_feed(**changes: Any) -> Any:
    values: dict[str, Any] = {
        "host": "a.example",
        "tag": "hu",
        "title": "Számok",
        "own": "https://a.example/hu/statistics/releases.atom",
        "page": "https://a.example/hu/statistics/",
        "entries": ENTRIES,
    }
    return feedparser.parse(feed.write(Feed(**{**values, **changes})))


def test_a_feed_reader_understands_every_word() -> None:
    found = read_feed()
    assert (found.bozo, found.version) == (False, "atom10")
    assert (found.feed.title, found.feed.updated, found.feed.language) == ("Számok", "2026-09-28T00:00:00Z", "hu")
    assert [entry.title for entry in found.entries] == [f"Figures <{number}> & more" for number in (3, 2, 1)]
    assert [entry.link for entry in found.entries] == [f"https://a.example/{number}/" for number in (3, 2, 1)]
    assert len({entry.id for entry in found.entries}) == 3


def test_a_longer_feed_leads_on_and_an_empty_one_is_a_feed_too() -> None:
    links = {link.rel: link.href for link in read_feed(following="https://a.example/x?before=1").feed.links}
    assert links["next"] == "https://a.example/x?before=1"
    assert "next" not in {link.rel for link in read_feed().feed.links}
    empty = read_feed(entries=[])
    assert (empty.bozo, empty.entries) == (False, [])
