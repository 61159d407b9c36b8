"""What places are called on pages, in the reader's language where the name is known."""

from __future__ import annotations

from incidents.publishing.words import area_label
from incidents.services.wording import name_of
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


def place_name(code: str) -> str:
    """Of a region, a district, a municipality, or of what stands for none."""
    tag = current_language().tag
    return area_label(code, lambda known: name_of(known, platform().places, tag), _)
