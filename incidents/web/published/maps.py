"""The maps of a release: districts, and municipalities as far as they are published, drawn from its tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from incidents.core import choropleth
from incidents.core.choropleth import Missing, Words
from incidents.core.counting import OTHERS, small_municipalities
from incidents.core.map_layout import Inset, Spot, layout
from incidents.core.places import KOSOVO, MAP_ATTRIBUTION, Places
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.published.shown import TableAt, written
from incidents.web.safe_html import drawing
from incidents.web.texts import gettext as _

_BELGRADE, _NIS = "GRAD:BEOGRAD", "GRAD:NIS"
_WIDTHS = {_BELGRADE: 210, _NIS: 114}


@dataclass(frozen=True)
class Map:
    title: str
    svg: Markup
    is_together: bool
    """Whether some areas stand for several municipalities."""
    is_approximate: bool
    attribution: str


def map_of(table: TableAt) -> Map:
    """The map of the table of districts or of municipalities at its time."""
    places, shapes = platform().places, platform().shapes
    is_fine = table.name == "municipality"
    spots = _municipalities(places) if is_fine else _districts(places)
    insets = tuple(Inset(city, tuple(places.parts_of(city)), width) for city, width in _WIDTHS.items())
    words = _words(table)
    svg = choropleth.drawing(
        layout(shapes, spots, insets if is_fine else (), KOSOVO),
        {line.code: Missing.WITHHELD if line.value is None else line.value for line in table.lines},
        {spot.key: place_name(spot.key) for spot in spots} | {line.code: line.text for line in table.lines},
        words,
        name=table.name,
    )
    is_approximate = platform().settings.shapes is None
    attribution = MAP_ATTRIBUTION if is_approximate else ""
    return Map(
        words.title, drawing(svg), is_fine and any(len(spot.codes) > 1 for spot in spots), is_approximate, attribution
    )


def _words(table: TableAt) -> Words:
    title = (
        _("Map of incidents by municipality, %(time)s", time=written(table.time))
        if table.name == "municipality"
        else _("Map of incidents by district, %(time)s", time=written(table.time))
    )
    return Words(
        title=title,
        description=_("Shades and textures say how many. The table below has the same figures."),
        withheld=_("withheld"),
        not_reported=_("no figure in this release"),
        apart=place_name(KOSOVO),
        apart_in_words=_("Kosovo*: no figures on this map"),
        insets={_BELGRADE: _("Belgrade, enlarged"), _NIS: _("Niš, enlarged")},
    )


def _districts(places: Places) -> tuple[Spot, ...]:
    """Those that have municipalities; of Kosovo* there are none."""
    codes = {one.district_code for one in places.municipalities.values()}
    return tuple(Spot(code, tuple(_of_district(code, places))) for code in places.districts if code in codes)


def _municipalities(places: Places) -> tuple[Spot, ...]:
    """The areas that the table of municipalities has: small ones of a district are one."""
    spots = []
    for district in places.districts:
        small = small_municipalities(district, places)
        spots += [_spot(code, [code], places) for code in _of_district(district, places) if code not in small]
        spots += [_spot(f"{district}-{OTHERS}", sorted(small), places)] if small else []
    return tuple(spots)


def _spot(key: str, codes: Sequence[str], places: Places) -> Spot:
    first = places.municipalities[codes[0]]
    return Spot(key, tuple(codes), first.longitude, first.latitude)


def _of_district(district: str, places: Places) -> list[str]:
    return [code for code, one in places.municipalities.items() if one.district_code == district]
