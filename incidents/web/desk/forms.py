"""What members type at the desk: forms check shape and give core values; the rules stand in core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import request
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import InputRequired

from incidents.core.incident import ALONE, NO_PLACE, ONLINE, SEVERAL, BiasStrength, Settlement, Verification
from incidents.core.places import KOSOVO
from incidents.core.readings import Chosen
from incidents.core.report import NOT_SURE, Problem, Report
from incidents.services.geocoding import NothingToAsk, StreetsUnavailable
from incidents.services.settlement import RETURN_PARTS, RETURN_WHYS
from incidents.services.twins import Seen
from incidents.web.desk.choices import Pick, Ticks
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm

NO_DISTRICT = (ONLINE, NO_PLACE, KOSOVO)
_ALWAYS_ONLINE = {"social_network", "private_message"}
"""Kinds of place that are nowhere else, so that the place need not be typed."""


class ActForm(DeskForm):
    """A button that acts on what its page showed."""

    version = HiddenField()

    def seen(self) -> int:
        """The version that the page showed; 0, which none has, if that was not a number."""
        typed = self.version.data or ""
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


class AskForm(ActForm):
    question = TextAreaField(_("What you write to the reporter"))
    situation = Pick(_("Begin with a ready text"))
    filled = HiddenField()
    """The ready text as it was put into the box: as long as nobody changed it, another one takes its place."""

    def offer(self, situations: Iterable[tuple[str, str]]) -> None:
        self.situation.choices = [("", "–"), *situations]

    def begin_with(self, text: str) -> None:
        """Put a ready text into the box, after what was typed there."""
        typed, before = (self.question.data or "").strip(), (self.filled.data or "").strip()
        self.question.data = text if typed in {"", before} else f"{typed}\n\n{text}"
        self.filled.data = text


class AsideForm(ActForm):
    reason = Pick(_("Reason"), [InputRequired(_("Choose a reason."))], id="aside-reason")
    """Its id is its own: the same page asks for the reason of a hold."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reason.offer("set_aside_reason")

    def is_known(self) -> bool:
        return platform().vocabulary.has("set_aside_reason", self.reason.data or "")


class OriginalForm(ActForm):
    reason = HiddenField()


class NoticeForm(ActForm):
    text = TextAreaField(_("What everybody shall read"))


class LinkForm(ActForm):
    incident = HiddenField()

    def chosen(self) -> UUID | None:
        return _id(self.incident.data or "")


class TwinForm(ActForm):
    other = HiddenField()

    def chosen(self) -> UUID | None:
        return _id(self.other.data or "")


def ticked_twins(ticked: Iterable[str]) -> list[Seen]:
    """The reports that were ticked, with the versions that the page showed; what is no such thing is left out."""
    found = []
    for value in ticked:
        report, _colon, version = value.partition(":")
        other = _id(report)
        if other is not None and version.isascii() and version.isdigit() and len(version) < 10:
            found.append(Seen(other, int(version)))
    return found


def _id(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None


class ReturnForm(ActForm):
    note = TextAreaField(_("Say more, if that helps"))

    def disagreements(self) -> dict[str, str]:
        """Why, by part; what is shared is left out."""
        typed = {part: request.form.get(f"why_{part}", "") for part in RETURN_PARTS}
        return {part: why for part, why in typed.items() if why in RETURN_WHYS}


class SettleForm(ActForm):
    place = StringField(_("Place"))
    place_code = RadioField(_("Which one is meant?"), validate_choice=False)
    place_asked = HiddenField()
    """The words that `place_code` answers; another place typed since makes the answer void."""
    year = StringField(_("Year"))
    month = Pick(_("Month"))
    acts = Ticks(_("What happened"))
    grounds = Ticks(_("Grounds"))
    targets = Ticks(_("Target groups"))
    genders = Ticks(_("Gender of those targeted"))
    ages = Ticks(_("Age of those targeted"))
    reported_to = Ticks(_("Who it was reported to"))
    setting = Pick(_("Kind of place"))
    verification = Pick(_("How far it could be checked"))
    bias_strength = Pick(_("Signs of bias"))
    note = ""
    """What came of looking the street up, or which places the story names."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place_code.choices = []
        self.month.choices = [("", gettext("Not known")), *((str(month), str(month)) for month in range(1, 13))]
        for name, listed in SEVERAL.items():
            self[name].offer(listed)
        self.setting.offer("setting")
        self.verification.offer("verification", without=Verification.NOT_ASSESSED.value)
        self.bias_strength.offer("bias_strength")

    def chosen(self) -> Chosen:
        """The codes that are chosen, by list; what the vocabulary does not know is passed over."""
        several = {listed: self[name].data or () for name, listed in SEVERAL.items()}
        single = {name: {self[name].data or ""} for name in ("setting", "verification", "bias_strength")}
        return {**several, **single}

    def suggest(self, codes: Iterable[str]) -> None:
        """Say in which municipalities the story names places, but for the one that stands in the form."""
        if names := [name for code in codes if (name := place_name(code)) != self.place.data]:
            self.note = gettext("The story names places in: %(places)s.", places=", ".join(names))

    def ask_which(self, codes: Iterable[str]) -> None:
        """Offer the places that the typed words may mean."""
        self.place_code.choices = [(code, place_name(code)) for code in codes]
        self.place_asked.data = self.place.data

    def look_up(self, find_street: Callable[[str], list[str]]) -> None:
        """Put the municipality of the typed street into the form, or say why that cannot be done."""
        try:
            codes = find_street(self.place.data or "")
        except NothingToAsk:
            self.note = gettext(
                "There is nothing to look up. Write a street and a town of which it is not clear in which municipality "
                "it lies, for example Beograd."
            )
        except StreetsUnavailable:
            self.note = gettext("The address service is not available just now. Choose the municipality yourself.")
        else:
            self._take_street(codes)

    def _take_street(self, codes: list[str]) -> None:
        if len(codes) == 1:
            self.place.data = place_name(codes[0])
            self.note = gettext("The address service found the street there. Check the place before you go on.")
        elif codes:
            self.ask_which(codes)
            self.note = gettext("There are several streets of this name. Choose the place that is meant.")
        else:
            self.note = gettext("The address service knows no such street there.")

    def settlement(self, find: Callable[[str], list[str]]) -> Settlement | None:
        """What was settled, as typed; not yet judged by the rules. None with errors at fields that cannot be read.

        `find` gives the codes that a typed place may mean.
        """
        place = self._place(find)
        year = (self.year.data or "").strip().rstrip(".")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            self.year.errors = [gettext("Write the year with four digits, for example 2025.")]
        if (self.verification.data or "") not in {level.value for level in Verification}:
            self.verification.errors = [gettext("Say how far it could be checked.")]
        if (self.bias_strength.data or "") not in {level.value for level in BiasStrength}:
            self.bias_strength.errors = [gettext("Say what signs of bias there are.")]
        if self.year.errors or self.verification.errors or self.bias_strength.errors or not place:
            return None
        month = self.month.data or ""
        return Settlement(
            year=int(year),
            month=int(month) if month.isascii() and month.isdigit() else None,
            place=place,
            setting=self.setting.data or "",
            verification=Verification(self.verification.data),
            bias_strength=BiasStrength(self.bias_strength.data),
            **{name: frozenset(self[name].data or ()) for name in SEVERAL},
        )

    def _place(self, find: Callable[[str], list[str]]) -> str:
        typed = (self.place.data or "").strip()
        for code in NO_DISTRICT:
            if typed == place_name(code):
                return code
        found = find(typed) if typed else []
        if self.place_asked.data == self.place.data and self.place_code.data in found:
            return str(self.place_code.data)
        if len(found) == 1:
            return found[0]
        if found:
            self.ask_which(found)
            self.place_code.errors = [gettext("Several places have this name. Choose the one that is meant.")]
        else:
            self.place.errors = [gettext("We know no municipality of this name. Choose one from the list.")]
        return ""

    def show_disagreements(self, disagreements: Mapping[str, str]) -> None:
        """Put what the second person did not share at its fields."""
        words = why_words()
        for part, why in disagreements.items():
            text = gettext("Not shared: %(why)s.", why=words[why])
            for name in ("year", "month") if part == "time" else (part,):
                if name in self:
                    self[name].errors = [text]

    def show(self, problems: Iterable[Problem]) -> None:
        """Put what has to be mended at its fields, in words."""
        for problem in problems:
            field = self[problem.field]
            field.errors = [*field.errors, _message(problem)]


def settle_form_for(report: Report | None, version: int, find: Callable[[str], list[str]]) -> SettleForm:
    """The form filled with what the reporter said, for the member to confirm or change."""
    if report is None:
        return SettleForm(formdata=None, data={"version": version})
    year, _dash, month = (report.day or report.month or report.year).partition("-")
    found = find(report.place) if report.place else []
    if platform().places.has_area(report.area):
        found = [report.area]
    place = place_name(found[0]) if len(found) == 1 else report.place
    if report.setting in _ALWAYS_ONLINE:
        place = place_name(ONLINE)
    return SettleForm(
        formdata=None,
        data={
            "version": version,
            "place": place or place_name(NO_PLACE),
            "year": year,
            "month": month[:2].lstrip("0"),
            "acts": sorted(report.acts - {NOT_SURE}),
            "grounds": sorted(report.grounds - {NOT_SURE}),
            "targets": sorted(report.targets),
            "reported_to": sorted(_told(report.told)),
            "setting": report.setting,
        },
    )


def blind_form_for(reports: Sequence[Report], version: int, find: Callable[[str], list[str]]) -> SettleForm:
    """The form of the second coder: with place and time as the first report gives them, and nothing ticked."""
    form = settle_form_for(reports[0] if reports else None, version, find)
    for name in SEVERAL:
        form[name].data = []
    form.setting.data = ""
    return form


def _told(codes: frozenset[str]) -> frozenset[str]:
    """Who was told; that nobody was, or that it is not known, only where nothing else was ticked."""
    return codes - ALONE or codes


def settle_form_of(settlement: Settlement, version: int) -> SettleForm:
    """The form filled with what stands in an incident."""
    return SettleForm(
        formdata=None,
        data={
            "version": version,
            "place": place_name(settlement.place),
            "year": str(settlement.year),
            "month": str(settlement.month or ""),
            "setting": settlement.setting,
            "verification": settlement.verification.value,
            "bias_strength": settlement.bias_strength.value,
            **{name: sorted(getattr(settlement, name)) for name in SEVERAL},
        },
    )


def place_names() -> list[str]:
    """What the field for the place offers: no district, the municipalities, the districts."""
    places = platform().places
    return [place_name(code) for code in (*NO_DISTRICT, *places.municipalities, *places.districts)]


def original_words() -> dict[str, str]:
    """Why an original may be opened."""
    return {
        "copy_unclear": gettext("The copy is not clear enough"),
        "copy_incomplete": gettext("Something is missing in the copy"),
        "for_authority": gettext("An authority asks for it"),
        "for_reporter": gettext("The reporter asks for it"),
    }


def return_words() -> dict[str, str]:
    return {
        "place": gettext("The place"),
        "time": gettext("The time"),
        "acts": gettext("What happened"),
        "grounds": gettext("The grounds"),
        "targets": gettext("The target groups"),
        "genders": gettext("The gender of those targeted"),
        "ages": gettext("The age of those targeted"),
        "reported_to": gettext("Who it was reported to"),
        "setting": gettext("The kind of place"),
        "verification": gettext("How far it could be checked"),
        "bias_strength": gettext("The signs of bias"),
        "not_one_incident": gettext("It is not one incident"),
    }


def why_words() -> dict[str, str]:
    """Why a part is not shared."""
    return {
        "reads_otherwise": gettext("the report reads otherwise"),
        "not_said": gettext("the report does not say so"),
        "more_is_said": gettext("the report says more"),
        "other_code": gettext("another choice fits better"),
        "to_be_asked": gettext("the reporter has to be asked"),
    }


def _message(problem: Problem) -> str:
    match (problem.field, problem.message):
        case ("year", _):
            return gettext("This year cannot be right.")
        case ("month", "in_future"):
            return gettext("This date is still to come. Please check it.")
        case ("acts", "missing"):
            return gettext("Tick what happened.")
        case ("grounds", "missing"):
            return gettext("Tick at least one ground. If there is none, set the report aside.")
        case ("reported_to", "not_alone"):
            return gettext("“Nobody” and “Not known” each stand alone. Untick them or all the others.")
        case ("setting", "missing"):
            return gettext("Choose a kind of place.")
        case ("setting", "not_online"):
            return gettext(
                "This kind of place is not on the internet. Choose another, for example a social network, "
                "or change the place."
            )
        case ("verification", _):
            return gettext("Say how far it could be checked.")
        case _:
            return gettext("One of these choices has changed meanwhile. Please choose again.")
