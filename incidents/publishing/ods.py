"""ODS (OpenDocument 1.3): a small writer of our own, because those there are stamp the time into every file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from incidents.core.release import LICENCE, LICENCE_ADDRESS
from incidents.publishing.archive import zipped
from incidents.publishing.letters import xml
from incidents.publishing.sheets import Cell, Sheet

TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACES = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
        "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
        "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
        "config": "urn:oasis:names:tc:opendocument:xmlns:config:1.0",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)
_MANIFEST = (
    f'{_HEAD}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" '
    'manifest:version="1.3">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="{TYPE}"/>'
    + "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>'
        for name in ("content.xml", "styles.xml", "meta.xml", "settings.xml")
    )
    + "</manifest:manifest>"
)


def write(sheets: Sequence[Sheet], *, title: str, made_on: date) -> bytes:
    files = {
        "mimetype": TYPE.encode(),  # first and not compressed (OpenDocument 1.3, part 2, section 3.3)
        "META-INF/manifest.xml": _MANIFEST.encode(),
        "content.xml": _content(sheets).encode(),
        "styles.xml": _document("styles", "<office:styles/>").encode(),
        "meta.xml": _document("meta", _meta(title, made_on)).encode(),
        "settings.xml": _document("settings", _settings(sheets)).encode(),
    }
    return zipped(files, stored={"mimetype"})


def _document(kind: str, inside: str) -> str:
    return f'{_HEAD}<office:document-{kind} {_SPACES} office:version="1.3">{inside}</office:document-{kind}>'


def _meta(title: str, made_on: date) -> str:
    return (
        f"<office:meta><dc:title>{xml(title)}</dc:title><dc:description>{LICENCE}: {LICENCE_ADDRESS}</dc:description>"
        f"<meta:creation-date>{made_on}T00:00:00</meta:creation-date><dc:date>{made_on}T00:00:00</dc:date></office:meta>"
    )


def _settings(sheets: Sequence[Sheet]) -> str:
    """The first line of every sheet stays in sight."""
    frozen = "".join(
        f'<config:config-item config:name="{name}" config:type="{kind}">{value}</config:config-item>'
        for name, kind, value in (
            ("HorizontalSplitMode", "short", 0),
            ("VerticalSplitMode", "short", 2),
            ("VerticalSplitPosition", "int", 1),
            ("ActiveSplitRange", "short", 2),
            ("PositionTop", "int", 0),
            ("PositionBottom", "int", 1),
        )
    )
    pages = "".join(
        f'<config:config-item-map-entry config:name="{xml(sheet.name)}">{frozen}</config:config-item-map-entry>'
        for sheet in sheets
    )
    return (
        '<office:settings><config:config-item-set config:name="ooo:view-settings">'
        '<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>'
        '<config:config-item config:name="ViewId" config:type="string">view1</config:config-item>'
        f'<config:config-item-map-named config:name="Tables">{pages}</config:config-item-map-named>'
        "</config:config-item-map-entry></config:config-item-map-indexed></config:config-item-set></office:settings>"
    )


def _content(sheets: Sequence[Sheet]) -> str:
    widths = sorted({width for sheet in sheets for width in sheet.widths()})
    styles = "".join(
        f'<style:style style:name="w{width}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{width * 0.21:.2f}cm"/></style:style>'
        for width in widths
    )
    styles += (
        '<style:style style:name="bold" style:family="table-cell">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="prose" style:family="table-cell">'
        '<style:table-cell-properties fo:wrap-option="wrap" style:vertical-align="top"/></style:style>'
    )
    pages = "".join(part for sheet in sheets for part in _page(sheet))
    return _document(
        "content",
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{pages}</office:spreadsheet></office:body>",
    )


def _page(sheet: Sheet) -> Iterator[str]:
    yield f'<table:table table:name="{xml(sheet.name)}">'
    for width in sheet.widths():
        yield f'<table:table-column table:style-name="w{width}"/>'
    header, *rows = sheet.rows
    yield f"<table:table-header-rows>{_row(header, 'bold')}</table:table-header-rows>"
    for row in rows:
        yield _row(row, "prose" if sheet.is_prose else "")
    yield "</table:table>"


def _row(row: Sequence[Cell], style: str) -> str:
    return f"<table:table-row>{''.join(_cell(cell, style) for cell in row)}</table:table-row>"


def _cell(cell: Cell, style: str) -> str:
    dressed = f' table:style-name="{style}"' if style else ""
    if isinstance(cell, int):
        return (
            f'<table:table-cell{dressed} office:value-type="float" office:value="{cell}">'
            f"<text:p>{cell}</text:p></table:table-cell>"
        )
    if not cell:
        return f"<table:table-cell{dressed}/>"
    return f'<table:table-cell{dressed} office:value-type="string">{_paragraph(cell)}</table:table-cell>'


def _paragraph(text: str) -> str:
    """Tabs, ends of lines and runs of spaces are elements: a reader would fold them into one space."""
    found = xml(text).replace("&#9;", "<text:tab/>").replace("&#13;&#10;", "<text:line-break/>")
    found = found.replace("&#10;", "<text:line-break/>").replace("&#13;", "<text:line-break/>")
    while "  " in found:
        found = found.replace("  ", " <text:s/>", 1)
    if found.startswith(" "):
        found = f"<text:s/>{found[1:]}"
    return f"<text:p>{found}</text:p>"
