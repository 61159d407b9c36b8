"""How a release is cited: as a sentence, and for reference managers (BibTeX, RIS)."""

from __future__ import annotations

from incidents.publishing.edition import Edition


def citation(edition: Edition, tag: str) -> str:
    return edition.words(tag).text(
        "citation",
        number=edition.number,
        quarter=edition.quarter,
        day=edition.published_on.isoformat(),
        address=edition.address,
    )


def text(edition: Edition, tag: str) -> bytes:
    return f"{citation(edition, tag)}\n".encode()


def bibtex(edition: Edition, tag: str) -> bytes:
    """An entry of type `misc`, which every style knows."""
    lines = [
        f"@misc{{release-{edition.number},",
        f"  title = {{{{{_title(edition, tag)}}}}},",
        f"  year = {{{edition.published_on.year}}},",
        f"  month = {{{edition.published_on.month}}},",
        f"  version = {{{edition.number}}},",
        f"  url = {{{edition.address}}},",
        f"  note = {{SHA-256 {edition.digest}}}",
        "}",
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def ris(edition: Edition, tag: str) -> bytes:
    lines = [
        "TY  - DATA",
        f"TI  - {_title(edition, tag)}",
        f"DA  - {edition.published_on:%Y/%m/%d}",
        f"PY  - {edition.published_on.year}",
        f"ET  - {edition.number}",
        f"UR  - {edition.address}",
        f"N1  - SHA-256 {edition.digest}",
        "ER  - ",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode()


def _title(edition: Edition, tag: str) -> str:
    return f"{edition.words(tag).text('title')}: {edition.quarter}"
