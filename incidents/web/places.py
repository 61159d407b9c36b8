"""What places are called on pages, in the reader's language where the name is known."""

from __future__ import annotations

from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.places import KOSOVO
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


def place_name(code: str) -> str:
    """Of a municipality, a district, or where there is neither."""
    if code in (ONLINE, NO_PLACE, KOSOVO):
        return {ONLINE: _("On the internet"), NO_PLACE: _("Place not known"), KOSOVO: _("Kosovo*")}[code]
    places, tag = platform().places, current_language().tag
    names = places.districts[code].names if code in places.districts else places.municipalities[code].names
    return names.get(tag) or names["sr-Latn"]
