"""A release in the formats that tools open. Made from its frozen files when first asked for, then kept in memory.

Not made when it is frozen: thirteen languages and all formats come to hundreds of files a release, which nobody could
read before signing and hardly anybody asks for. What is signed are the figures and the words; the rest follows from
them to the byte, and so have the releases of before a format was thought of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters import catalogues
from incidents.core.crosstables import is_name
from incidents.core.languages import BY_TAG
from incidents.core.release import JSON_TYPE
from incidents.publishing import chart, citation, jsonstat, ods, schemas, sdmx, sheets, tidy, whole, xlsx
from incidents.publishing.edition import CHECKSUMS, Edition, Figures, NoSuchTable, figures
from incidents.services import published
from incidents.services.downloads import edition_of
from incidents.services.published import File, Issue, NotFound
from incidents.web.kept import Ready
from incidents.web.languages import current_language, speak, wanted_language
from incidents.web.platform import platform
from incidents.web.problems import problem
from incidents.web.published.asking import ask
from incidents.web.published.files import A_DAY, CSV, FOREVER, address_of, links_of, mark_withdrawn, sent
from incidents.web.texts import gettext as _

downloads = Blueprint("downloads", __name__, url_prefix="/releases/<release:number>")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"
PLAIN = "text/plain; charset=utf-8"
SDMX_CSV = "application/vnd.sdmx.data+csv; version=2.0.0; charset=utf-8"
SDMX_ML = "application/vnd.sdmx.structure+xml; version=2.1; charset=utf-8"
SVG_POLICY = "default-src 'none'"

Make = Callable[[Edition], bytes]
OfTable = Callable[[Edition, Figures], bytes]


def _book(edition: Edition, tables: list[Figures], ending: str) -> bytes:
    """A workbook of these tables in the language of the request."""
    found = sheets.sheets(edition, tables, _tag())
    title = edition.words(_tag()).text("title")
    write = xlsx.write if ending == "xlsx" else ods.write
    return write(found, title=title, made_on=edition.published_on)


_OF_TABLE: Mapping[str, tuple[OfTable, str]] = {
    "csv": (tidy.write, CSV),
    "xlsx": (lambda edition, table: _book(edition, [table], "xlsx"), XLSX),
    "ods": (lambda edition, table: _book(edition, [table], "ods"), ods.TYPE),
    "jsonstat": (jsonstat.write, JSON_TYPE),
    "svg": (chart.write, chart.TYPE),
}
_WHOLE: Mapping[str, tuple[Make, str]] = {
    "zip": (lambda edition: whole.write(edition, _tag(), list(BY_TAG)), ZIP),
    "xlsx": (lambda edition: _book(edition, whole.all_tables(edition, _tag()), "xlsx"), XLSX),
    "ods": (lambda edition: _book(edition, whole.all_tables(edition, _tag()), "ods"), ods.TYPE),
}
_CITATIONS: Mapping[str, tuple[Callable[[Edition, str], bytes], str]] = {
    "txt": (citation.text, PLAIN),
    "bib": (citation.bibtex, "application/x-bibtex; charset=utf-8"),
    "ris": (citation.ris, "application/x-research-info-systems; charset=utf-8"),
}
_OFFERED = {
    "text/csv": "csv",
    JSON_TYPE: "json",
    XLSX: "xlsx",
    ods.TYPE: "ods",
    "application/vnd.sdmx.data+csv": "sdmx.csv",
    "application/vnd.sdmx.data+csv;version=2.0.0": "sdmx.csv",
    chart.TYPE: "svg",
}
"""What a table is given as, by what a reader accepts; the first for those who accept anything."""


@downloads.get("/tables/<table:table>")
def negotiated(number: int, table: str) -> ResponseReturnValue:
    """The table as the reader likes it best, in the language that is liked best (RFC 9110, section 12)."""
    speak(wanted_language())
    kind = request.accept_mimetypes.best_match(list(_OFFERED)) if request.accept_mimetypes else "text/csv"
    if kind is None:
        told = _("This table comes as %(types)s.", types=", ".join(_OFFERED))
        return problem(406, _("That did not work"), told)
    ending = _OFFERED[kind]
    if ending in _OF_TABLE:
        response, own = in_language(number, table, ending), f"{table}.{_tag()}.{ending}"
    else:
        response = _frozen(number, f"{table}.json") if ending == "json" else as_sdmx(number, table)
        own = f"{table}.{ending}"
    response.headers["Content-Location"] = f"{url_for('api.described', number=number)}/tables/{own}"
    if "Release-Withdrawn" not in response.headers:
        response.headers["Cache-Control"] = A_DAY
    response.vary.update(["Accept", "Accept-Language"])
    return response


@downloads.get("/tables/<table:table>.<any(csv, json):form>")
def frozen_table(number: int, table: str, form: str) -> ResponseReturnValue:
    return _frozen(number, f"{table}.{form}")


@downloads.get("/tables/<table:table>.<language:language>.<any(csv, xlsx, ods, jsonstat, svg):form>")
def in_language(number: int, table: str, form: str) -> Response:
    write, kind = _OF_TABLE[form]
    response = _made(
        number,
        f"{table}.{_tag()}.{form}",
        lambda edition: write(edition, figures(edition, table, _tag())),
        kind,
        links=_described_by(f"{table}.{_tag()}.csv") if form == "csv" else (),
    )
    if form == "svg":
        response.headers["Content-Security-Policy"] = SVG_POLICY
        del response.headers["Content-Disposition"]  # it is shown, on our pages and on others'
    return response


@downloads.get("/tables/<table:table>.<language:language>.csv-metadata.json")
def csv_metadata(number: int, table: str) -> ResponseReturnValue:
    return _made(
        number,
        f"{table}.{_tag()}.csv-metadata.json",
        lambda edition: schemas.csvw(edition, figures(edition, table, _tag())),
        schemas.CSVW_TYPE,
    )


@downloads.get("/tables/<table:table>.csv-metadata.json")
def frozen_csv_metadata(number: int, table: str) -> ResponseReturnValue:
    return _made(
        number,
        f"{table}.csv-metadata.json",
        lambda edition: schemas.csvw_of_frozen(edition, figures(edition, table, "en")),
        schemas.CSVW_TYPE,
    )


@downloads.get("/tables/<table:table>.sdmx.csv")
def as_sdmx(number: int, table: str) -> Response:
    return _made(
        number, f"{table}.sdmx.csv", lambda edition: sdmx.write(edition, figures(edition, table, "en")), SDMX_CSV
    )


@downloads.get("/structure.xml")
def structure(number: int) -> ResponseReturnValue:
    """The structures of all tables of the release, as SDMX has them."""

    def make(edition: Edition) -> bytes:
        said = {tag: edition.words(tag) for tag in BY_TAG}
        return sdmx.structure(edition, whole.all_tables(edition, "en"), said)

    return _made(number, "structure.xml", make, SDMX_ML)


@downloads.get("/datapackage.json")
def package(number: int) -> ResponseReturnValue:
    return _made(
        number,
        "datapackage.json",
        lambda edition: schemas.package(edition, whole.all_tables(edition, "en")),
        JSON_TYPE,
    )


@downloads.get("/release.<language:language>.<any(zip, xlsx, ods):form>")
def all_of_it(number: int, form: str) -> ResponseReturnValue:
    make, kind = _WHOLE[form]
    return _made(number, f"{_tag()}.{form}", make, kind)


@downloads.get("/citation.<language:language>.<any(txt, bib, ris):form>")
def cited(number: int, form: str) -> ResponseReturnValue:
    write, kind = _CITATIONS[form]
    return _made(number, f"citation.{_tag()}.{form}", lambda edition: write(edition, _tag()), kind)


@downloads.get(f"/files/{CHECKSUMS}")
def checksums(number: int) -> ResponseReturnValue:
    """Of all frozen files, as `sha256sum -c` reads them; its own checksum is what the signatures stand for."""
    return _made(number, CHECKSUMS, lambda edition: edition.checksums, PLAIN)


@downloads.get("/files/<name>")
def file(number: int, name: str) -> ResponseReturnValue:
    """Any file as it was frozen: plans and cells, for whoever goes over a release with `release audit`."""
    return _frozen(number, name)


def frozen_file(issue: Issue, name: str) -> Ready:
    """One file as it was signed."""

    def make() -> tuple[bytes, str]:
        found = _file(issue.number, name)
        return found.content, CSV if found.media_type == "text/csv" else found.media_type

    return platform().kept.ready((issue.digest, name), make)


def _frozen(number: int, name: str) -> Response:
    stem, _dot, ending = name.rpartition(".")
    links = _described_by(name) if ending == "csv" and is_name(stem) else []
    issue = issue_at(number)
    response = sent(
        frozen_file(issue, name), keep=FOREVER, save_as=f"release-{number}-{name}", links=[*links, *links_of(issue)]
    )
    return mark_withdrawn(response, issue.withdrawn)


def _described_by(csv: str) -> Sequence[str]:
    """Where the metadata of a CSV file is: beside it, or beside its like."""
    return [f'<../tables/{csv}-metadata.json>; rel="describedby"; type="{schemas.CSVW_TYPE}"']


def _made(number: int, name: str, make: Make, kind: str, *, links: Sequence[str] = ()) -> Response:
    """What is made of a release under this name."""
    issue, address = issue_at(number), address_of("api.described", number=number)

    def made() -> tuple[bytes, str]:
        try:
            return make(opened_at(issue, address)), kind
        except NoSuchTable:
            abort(404)

    ready = platform().kept.ready((issue.digest, issue.published_on, address, name), made)
    response = sent(ready, keep=A_DAY, save_as=f"release-{number}-{name}", links=[*links, *links_of(issue)])
    return mark_withdrawn(response, issue.withdrawn)


def opened_at(issue: Issue, address: str) -> Edition:
    site, label = platform(), catalogues.label
    return ask(
        lambda session: edition_of(
            session, issue, address=address, vocabulary=site.vocabulary, places=site.places, label=label
        )
    )


def issue_at(number: int) -> Issue:
    """The release of an address; what is not public is not found."""
    try:
        return ask(lambda session: published.issue(session, number, platform().sight()))
    except NotFound:
        abort(404)


def _file(number: int, name: str) -> File:
    try:
        return ask(lambda session: published.file_of(session, number, name, platform().sight()))
    except NotFound:
        abort(404)


def _tag() -> str:
    return current_language().tag
