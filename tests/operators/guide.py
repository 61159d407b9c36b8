"""The commands of the operator's guide, as its pages have them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.test_house import ROOT

_WHO = {"root": re.compile(r"[Aa]s root"), "incidents": re.compile(r"[Aa]s that user|the site's user")}


@dataclass(frozen=True)
class Block:
    """Lines that stand together, to be typed as they are."""

    user: str
    """Who types them, as the words before or the heading say; where they do not, who typed before."""
    lines: tuple[str, ...]


def blocks(page: str) -> list[Block]:
    """All blocks of a page of the guide, like `machine`, in their order."""
    text = (ROOT / "docs" / "operators" / f"{page}.md").read_text(encoding="utf-8")
    found, user = [], ""
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if paragraph.startswith("    "):
            found.append(Block(user, tuple(line.strip() for line in paragraph.splitlines())))
        else:
            user = next((name for name, said in _WHO.items() if said.search(" ".join(paragraph.split()))), user)
    return found
