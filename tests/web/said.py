"""One known sentence of each kind of page in each language, as it is to be read there."""

from __future__ import annotations

import csv
from pathlib import Path


def said(page: str) -> dict[str, str]:
    """The sentence of this kind of page, by the tag of its language."""
    with (Path(__file__).parent / "known_sentences.csv").open(encoding="utf-8", newline="") as file:
        return {row["language"]: row["sentence"] for row in csv.DictReader(file) if row["page"] == page}
