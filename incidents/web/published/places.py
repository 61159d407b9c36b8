"""Places as the interface gives them: what typed words may mean, with the codes of the official register."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from incidents.core.places import ATTRIBUTION
from incidents.core.script import to_latin
from incidents.services import geocoding
from incidents.services.geocoding import Found
from incidents.web.platform import platform
from incidents.web.problems import problem
from incidents.web.published.files import current
from incidents.web.texts import gettext as _

places = Blueprint("places", __name__, url_prefix="/places")

LONGEST = 200
MOST, USUAL = 20, 10


@places.get("")
def found() -> ResponseReturnValue:
    """Likeliest first. What was asked is neither answered back nor written anywhere."""
    typed, most = request.args.get("q", "").strip(), request.args.get("limit", str(USUAL))
    if not typed or len(typed) > LONGEST:
        return _refused(_("Write the place into q, with at most %(number)s characters.", number=LONGEST))
    if not (most.isascii() and most.isdecimal() and len(most) <= 2 and 1 <= int(most) <= MOST):
        return _refused(_("The limit is a whole number from 1 to %(number)s.", number=MOST))
    likely = geocoding.places_like(typed, geocoder=platform().geocoder)[: int(most)]
    return current(jsonify({"places": [_described(one) for one in likely], "attribution": ATTRIBUTION}))


def _refused(what_to_do: str) -> Response:
    return problem(400, _("That did not work"), what_to_do)


def _described(one: Found) -> dict[str, object]:
    municipality = platform().places.municipalities.get(one.municipality_code)
    return {
        "level": one.level,
        "code": one.code,
        "name": _in_both_scripts(one.name),
        "quarter": _in_both_scripts(one.quarter) if one.quarter else None,
        "settlement_code": one.settlement_code or None,
        "municipality_code": one.municipality_code or None,
        "municipality": _in_both_scripts(municipality.names["sr-Cyrl"]) if municipality else None,
        "district_code": one.district_code or None,
        "latitude": round(one.latitude, 5),
        "longitude": round(one.longitude, 5),
        "score": one.score,
        "ambiguous": one.is_ambiguous,
    }


def _in_both_scripts(name: str) -> dict[str, str]:
    return {"sr-Cyrl": name, "sr-Latn": to_latin(name)}
