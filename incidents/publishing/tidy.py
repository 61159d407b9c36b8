"""CSV in one language: one line a figure, codes and labels side by side, every line with its release."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from incidents.core.release import NORMAL_STATUS, WITHHELD, WITHHELD_STATUS, Row, as_text
from incidents.publishing.edition import TIME, Edition, Figures

CONFIDENTIAL, FREE = "C", "F"
"""SDMX CL_CONF_STATUS, of which both say no more than that a figure is withheld or not."""


def write(edition: Edition, figures: Figures) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns(figures))
    for codes, row in figures.cells():
        pairs = zip(figures.dimensions[1:], codes[1:], strict=True)
        named = [cell for one, code in pairs for cell in (code, as_text(one.labels[code]))]
        writer.writerow([edition.number, row.time, *named, *shown(row), as_text(status_word(figures, row))])
    return text.getvalue().encode()


def columns(figures: Figures) -> list[str]:
    """Machine names, the same in every language."""
    named = [title for one in figures.dimensions if one.name != TIME for title in (one.name, f"{one.name}_label")]
    measured = ["obs_value", "obs_status", "conf_status", "obs_lower", "obs_upper", "obs_status_label"]
    return ["release", TIME, *named, *measured]


def shown(row: Row) -> Sequence[str | int]:
    """A figure with its status and its bounds, as cells of CSV."""
    if row.value is None:
        upper = "" if row.upper is None else row.upper
        return [WITHHELD, WITHHELD_STATUS, CONFIDENTIAL, "" if row.lower is None else row.lower, upper]
    return [row.value, NORMAL_STATUS, FREE, "", ""]


def status_word(figures: Figures, row: Row) -> str:
    return figures.words.text("withheld" if row.value is None else "normal")
