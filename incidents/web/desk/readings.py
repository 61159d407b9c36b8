"""How ODIHR and the Commissioner read an incident as it is coded, in words."""

from __future__ import annotations

from typing import Any

from incidents.core.readings import Line, Readings, is_counting, readings
from incidents.web.desk.forms import SettleForm
from incidents.web.desk.shown import term
from incidents.web.platform import platform
from incidents.web.texts import gettext as _


def context() -> dict[str, Any]:
    return {
        "readings_of": readings_of,
        "reading_text": reading_text,
        "reason_of": reason_of,
        "is_counting": is_counting,
        "mapping_version": lambda: platform().vocabulary.version,
        "commissioner_name": lambda: term("referral_body", "commissioner_equality"),
    }


def readings_of(form: SettleForm) -> Readings:
    return readings(form.chosen(), platform().vocabulary)


def reading_text(line: Line) -> str:
    """What a line says before the choices that lead to it."""
    kind, _dot, which = line.key.partition(".")
    if kind == "area" and which != "none":
        return _("Area “%(area)s”, because of the kind of place:", area=term("social_area", which))
    if kind == "bias" and platform().vocabulary.has("odihr_bias", which):
        return _("%(bias)s, because of:", bias=term("odihr_bias", which))
    return {
        "type.violent": _("Violent attack against people, because of:"),
        "type.threat": _("Threat, because of:"),
        "type.property": _("Attack against property, because of:"),
        "type.out": _("Left out, since ODIHR counts neither hate speech nor unequal treatment:"),
        "type.unless_threat": _("Does not count by itself, since ODIHR leaves insults without a threat out:"),
        "type.undecided": _("Left out for now, since it may be a crime or not:"),
        "bias.by_target": _("The group decides which bias it is, and none is ticked for it:"),
        "bias.by_group": _("It takes the bias of the group that they stand for. Tick that group too:"),
        "bias.none": _("Left out, since ODIHR has no kind of bias for it:"),
        "stop.no_sign": _("Left out, since a hate crime needs a sign of bias:"),
        "stop.did_not_happen": _("Left out, since only what happened is counted:"),
        "law.named": _("Named in Article 2 of the Law on the Prohibition of Discrimination:"),
        "law.open": _("Not named in Article 2, but its list is open for other personal characteristics:"),
        "area.none": _("No area of social life, since the kind of place is not known:"),
    }[line.key]


def reason_of(line: Line) -> str:
    """The choices that lead to a line."""
    return "; ".join(term(listed, code) for listed, code in line.because)
