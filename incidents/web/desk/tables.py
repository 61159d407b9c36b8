"""The form that asks for a free cross-table, and what its refusals are in words."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, StringField

from incidents.core.crosstables import CUTS
from incidents.services.crosstables import NothingPublished, Refused, TooFine, TooMany
from incidents.web.desk.forms import ActForm
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

Refusal = NothingPublished | Refused | TooFine | TooMany
REFUSALS = (NothingPublished, Refused, TooFine, TooMany)


class TableForm(ActForm):
    year = StringField(_("Year"))
    first = SelectField(_("First"), validate_choice=False)
    second = SelectField(_("Second"), validate_choice=False)
    third = SelectField(_("Third"), validate_choice=False)
    by_quarter = BooleanField(_("By quarter"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = _words()
        choices = [("", gettext("Nothing more")), *((cut, words[cut]) for cut in CUTS)]
        self.first.choices = self.second.choices = self.third.choices = choices

    def cuts(self) -> list[str]:
        chosen = [field.data for field in (self.first, self.second, self.third) if field.data]
        return [*(["time"] if self.by_quarter.data else []), *chosen]

    def typed_year(self) -> int:
        """The year, or 0, which no release counts, if none was typed."""
        typed = (self.year.data or "").strip().rstrip(".")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0


def _words() -> dict[str, str]:
    return {
        "area@region": gettext("Region"),
        "area@district": gettext("District"),
        "area": gettext("Municipality"),
        "ground@group": gettext("Group of grounds"),
        "ground": gettext("Ground"),
        "act@group": gettext("Group of acts"),
        "act": gettext("Act"),
        "setting@group": gettext("Area of social life"),
        "setting": gettext("Kind of place"),
        "gender": gettext("Gender of the people attacked"),
        "age@group": gettext("Under 18, or 18 and over"),
        "age": gettext("Age of the people attacked"),
        "reported": gettext("Whether an authority was told"),
        "verification": gettext("How far it could be checked"),
        "delay": gettext("When it happened"),
    }


def why_not(refusal: Refusal) -> str:
    """What the member can do instead. It tells no figure."""
    match refusal:
        case NothingPublished():
            return gettext("No release counts this year.")
        case TooMany():
            return gettext("Ten tables were added to these figures already. Wait for the next quarter.")
        case TooFine():
            return gettext("This table cannot be published without giving somebody away. Choose a coarser one.")
        case Refused(why="twice"):
            return gettext("The same thing is chosen twice.")
        case Refused(why="year_not_over"):
            return gettext("The year is not over: choose figures by quarter.")
        case Refused(why="there_already"):
            return gettext("This table is published already.")
        case Refused(why="unknown"):
            return gettext("Choose at least one thing to break the figures down by.")
        case _:
            return gettext("This table would tell too much about single people. Choose coarser places or fewer traits.")
