"""A whole release in one ZIP archive, which can be checked without a network: `sha256sum -c SHA256SUMS`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incidents.core.release import DESCRIPTION, sha256
from incidents.publishing import citation, jsonstat, ods, schemas, sdmx, sheets, tidy, xlsx
from incidents.publishing.archive import zipped
from incidents.publishing.edition import CHECKSUMS, Edition, Figures, figures

README = "README.txt"


def all_tables(edition: Edition, tag: str) -> list[Figures]:
    return [figures(edition, name, tag) for name in edition.tables]


def write(edition: Edition, tag: str, tags: Sequence[str]) -> bytes:
    """Everything in one language, and what has none. Under `files/` lies what two people signed, with its checksums."""
    files = dict(sorted(_files(edition, tag, tags)))
    sums = "".join(f"{sha256(content)}  {name}\n" for name, content in files.items()).encode()
    folder = f"release-{edition.number}/"
    return zipped({folder + name: content for name, content in {CHECKSUMS: sums, **files}.items()})


def _files(edition: Edition, tag: str, tags: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    tables = all_tables(edition, tag)
    yield README, _readme(edition, tables, tag)
    yield f"files/{CHECKSUMS}", edition.checksums
    for name, content in edition.files.items():
        yield f"files/{name}", content
    yield DESCRIPTION, edition.files[DESCRIPTION]
    yield "datapackage.json", schemas.package(edition, all_tables(edition, "en"))
    yield "structure.xml", sdmx.structure(edition, tables, {one: edition.words(one) for one in tags})
    yield f"citation.{tag}.txt", citation.text(edition, tag)
    yield f"citation.{tag}.bib", citation.bibtex(edition, tag)
    book, title = sheets.sheets(edition, tables, tag), edition.words(tag).text("title")
    yield f"release.{tag}.xlsx", xlsx.write(book, title=title, made_on=edition.published_on)
    yield f"release.{tag}.ods", ods.write(book, title=title, made_on=edition.published_on)
    for one in tables:
        yield f"tables/{one.name}.{tag}.csv", tidy.write(edition, one)
        yield f"tables/{one.name}.{tag}.csv-metadata.json", schemas.csvw(edition, one)
        yield f"tables/{one.name}.{tag}.jsonstat", jsonstat.write(edition, one)
        yield f"tables/{one.name}.sdmx.csv", sdmx.write(edition, one)


def _readme(edition: Edition, tables: Sequence[Figures], tag: str) -> bytes:
    text = edition.words(tag).text
    told = [f"{name}: {what}" if name else what for name, what in sheets.notes(edition, tables, tag)]
    return "\n\n".join([text("title"), text("check", command=f"sha256sum -c {CHECKSUMS}"), *told, ""]).encode()
