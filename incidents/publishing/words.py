"""The words of a release in every language: labels of codes, titles, notes. Frozen with it, so that downloads stay.

What is made of them later says for ever what it said on the first day, however catalogues are mended since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from incidents.core.counting import OTHERS
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.places import KOSOVO
from incidents.core.release import Row, to_json_file
from incidents.core.tables import Table

WORDS = "words.json"

Say = Callable[[str], str]
"""A message of a catalogue in one language."""
Call = Callable[[str, str], str]
"""What a code of a dimension is called in one language."""

_SEVERAL = {"ground", "target", "gender", "age"}


@dataclass(frozen=True)
class Words:
    """Those of one language."""

    tag: str
    texts: Mapping[str, str]
    labels: Mapping[str, Mapping[str, str]]
    """By dimension and code."""

    def text(self, key: str, **values: object) -> str:
        return self.texts[key] % values if values else self.texts[key]

    def label(self, dimension: str, code: str) -> str:
        return self.labels.get(dimension, {}).get(code, code)

    def dimension(self, name: str) -> str:
        return self.texts[f"dimension.{name}"]

    def title(self, table: Table) -> str:
        """A planned table's own, or the dimensions of a free one."""
        own = self.texts.get(f"table.{table.name}")
        return own or " × ".join(self.dimension(name) for name in table.dimensions)

    def notes(self, table: Table) -> list[str]:
        """What must be known to read a table."""
        names = table.dimensions
        keys = ["several"] if _SEVERAL & set(names) else []
        keys += [
            name
            for name in (
                "act",
                "setting",
                "verification",
                "reported",
                "delay",
                "standing",
                "set_aside",
                "correction",
                "area",
            )
            if name in names
        ]
        return [self.texts[f"note.{key}"] for key in keys]


def frozen(rows: Mapping[Table, Sequence[Row]], say: Mapping[str, Say], call: Mapping[str, Call]) -> bytes:
    """The words of all tables with these rows, by language tag."""
    codes = _codes(rows)
    return to_json_file(
        {
            "texts": {tag: _texts(own) for tag, own in say.items()},
            "labels": {
                name: {code: {tag: own(name, code) for tag, own in call.items()} for code in sorted(known)}
                for name, known in sorted(codes.items())
            },
        },
        levels=3,
    )


def read(content: Mapping[str, Any], tag: str) -> Words:
    """One language of what `frozen` wrote."""
    labels = {name: {code: by_tag[tag] for code, by_tag in codes.items()} for name, codes in content["labels"].items()}
    return Words(tag, content["texts"][tag], labels)


def _codes(rows: Mapping[Table, Sequence[Row]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, own in rows.items():
        for row in own:
            for name, code in zip(table.dimensions, row.codes, strict=True):
                found.setdefault(name, set()).add(code)
    return found


def area_label(code: str, name: Callable[[str], str], _: Say) -> str:
    """An area in words; `name` knows regions, districts and municipalities."""
    if code == KOSOVO:
        return _("Kosovo*")
    if code == ONLINE:
        return _("On the internet")
    if code == NO_PLACE:
        return _("Place not known")
    district, _dash, rest = code.partition("-")
    if not rest:
        return name(code)
    if rest == OTHERS:
        return _("%(district)s: smaller municipalities together") % {"district": name(district)}
    return _("%(district)s: municipality not known") % {"district": name(district)}


def _texts(_: Say) -> dict[str, str]:
    several = _("One incident can stand in several rows, so the rows do not add up to the total.")
    return {
        "table.ground": _("By what people were attacked or treated worse for"),
        "table.act": _("By what happened"),
        "table.district": _("By place"),
        "table.verification": _("By how far it could be checked"),
        "table.reported": _("By whether an authority was told"),
        "table.gender": _("By gender of the people attacked"),
        "table.age": _("By age of the people attacked"),
        "table.setting": _("By kind of place"),
        "table.delay": _("By when it happened"),
        "table.received": _("Reports that were received, by where they stand"),
        "table.set_aside": _("Reports that were set aside, by reason"),
        "table.corrections": _("Corrections of earlier figures, by what was wrong"),
        "table.municipality": _("By municipality"),
        "table.region_ground": _("By region and ground"),
        "table.district_ground": _("By district and ground"),
        "table.ground_act": _("By ground and what happened"),
        "table.ground_victim": _("By ground, gender and age"),
        "table.ground_reported": _("By ground and whether an authority was told"),
        "table.region_act_setting": _("By region, what happened and kind of place"),
        "table.ground_social_area": _("Grounds of the law by area of social life"),
        "table.ground_gender": _("By ground and gender"),
        "table.ground_age": _("By ground and age"),
        "table.target": _("By the group of people that was the target"),
        "dimension.time": _("Quarter or year"),
        "dimension.area": _("Place"),
        "dimension.ground": _("Ground"),
        "dimension.target": _("Group of people that was the target"),
        "dimension.act": _("What happened"),
        "dimension.setting": _("Kind of place"),
        "dimension.verification": _("How far it could be checked"),
        "dimension.gender": _("Gender of the people attacked"),
        "dimension.age": _("Age of the people attacked"),
        "dimension.reported": _("Whether an authority was told"),
        "dimension.delay": _("When it happened"),
        "dimension.standing": _("Where they stand"),
        "dimension.set_aside": _("Reason"),
        "dimension.correction": _("What was wrong"),
        "note.several": several,
        "note.act": _("An incident with several acts stands under the gravest one only."),
        "note.setting": _("The area of social life is read from the kind of place where it happened."),
        "note.verification": _("What turned out not to have happened is not counted."),
        "note.reported": _(
            "One incident stands in one row: with the police, if it was told the police and others too."
        ),
        "note.delay": _(
            "Many people report late. An incident is counted when it is settled, and this table says when it happened."
        ),
        "note.standing": _(
            "These are reports, not incidents: all that came since the release before, and where they stood on the "
            "day before this one was built. Those that were taken back are not among them."
        ),
        "note.set_aside": _("These are reports, not incidents. They were read, but cannot be counted here."),
        "note.correction": _(
            "Incidents of earlier releases that turned out otherwise. Figures once published stay as they are; "
            "this table says what was wrong with them."
        ),
        "note.area": _(
            "* This designation is without prejudice to positions on status, and is in line with UNSCR 1244/1999 "
            "and the ICJ Opinion on the Kosovo declaration of independence."
        ),
        "code": _("Code: %(name)s"),
        "value": _("How many"),
        "status": _("Published or withheld"),
        "lower": _("At least"),
        "upper": _("At most"),
        "normal": _("published"),
        "withheld": _("withheld"),
        "title": _("Figures on hate crime and discrimination in Serbia"),
        "about": _("About these figures"),
        "release": _("Release %(number)s"),
        "quarter": _("Newest quarter"),
        "published_on": _("Published on"),
        "source": _("Source"),
        "licence": _("Licence"),
        "licence_terms": _("You may use, share and change these figures as long as you name the source."),
        "cite": _("How to cite"),
        "citation": _(
            "Figures on hate crime and discrimination in Serbia, release %(number)s (%(quarter)s), "
            "published on %(day)s, %(address)s"
        ),
        "checksum": _("Checksum (SHA-256)"),
        "check": _("To see that every file is as we published it, run: %(command)s"),
        "method": _("How we count"),
        "agreed": _(
            "Two people have to agree on every incident. It is counted in the quarter of the release that counts it "
            "first, whenever it happened. What is once published never changes."
        ),
        "own_accord": _(
            "People report here of their own accord. These are not all incidents, and the figures cannot be compared "
            "with those of the police."
        ),
        "why_withheld": _(
            "“Withheld” stands where a figure is so small that somebody might be recognised, or where it would give "
            "such a figure away. A withheld figure can be any number, zero too."
        ),
        "mark": _(
            "%(mark)s stands for a withheld figure; “At least” and “At most” say what it can be. "
            "0 means that nothing was counted."
        ),
        "bars": _("Bars, the most frequent first. The same figures as a table: %(address)s"),
    }  # fmt: skip
