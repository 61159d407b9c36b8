"""What places are called on pages, in the reader's language where the name is known."""

from __future__ import annotations

from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.places import KOSOVO
from incidents.core.tables import OTHERS
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


def place_name(code: str) -> str:
    """Of a region, a district, a municipality, or of what stands for none."""
    if code in (ONLINE, NO_PLACE, KOSOVO):
        return {ONLINE: _("On the internet"), NO_PLACE: _("Place not known"), KOSOVO: _("Kosovo*")}[code]
    tag = current_language().tag
    district, _dash, rest = code.partition("-")
    name = _known_name(district, tag)
    if not rest:
        return name
    if rest == OTHERS:
        return _("%(district)s: smaller municipalities together", district=name)
    return _("%(district)s: municipality not known", district=name)


def _known_name(code: str, tag: str) -> str:
    places = platform().places
    known = places.districts.get(code) or places.municipalities.get(code) or places.regions[code]
    return known.names.get(tag) or known.names["sr-Latn"]
