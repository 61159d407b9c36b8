"""XLSX: every text cell of type text, no formulas, no links, the header frozen; equal figures give equal bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from incidents.core.release import LICENCE, LICENCE_ADDRESS
from incidents.publishing.letters import plain
from incidents.publishing.sheets import Sheet

# What a cell says must never be guessed: words that look like formulas, numbers or addresses stay words.
_AS_TYPED = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(sheets: Sequence[Sheet], *, title: str, made_on: date) -> bytes:
    import xlsxwriter  # only processes that are asked for such a file carry its writer

    content = io.BytesIO()
    with xlsxwriter.Workbook(content, _AS_TYPED) as book:
        created = datetime.combine(made_on, time(), UTC).replace(tzinfo=None)  # as the format has it: in UTC, unsaid
        book.set_properties({"title": plain(title), "comments": f"{LICENCE}: {LICENCE_ADDRESS}", "created": created})
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            for column, width in enumerate(sheet.widths()):
                page.set_column(column, column, width, wrapped if sheet.is_prose else None)
            for line, row in enumerate(sheet.rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, int):
                        page.write_number(line, column, cell)
                    elif cell:
                        page.write_string(line, column, plain(cell), bold if line == 0 else None)
            page.freeze_panes(1, 0)
    return content.getvalue()
