"""The figures of a quarter in sentences, out of its published tables alone: what is withheld is not spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from incidents.web.published.shown import Line, TableAt
from incidents.web.texts import gettext as _
from incidents.web.texts import ngettext

_EARLIER = ("earlier_quarter", "earlier_year")


def headlines(tables: Sequence[TableAt], before: int | None) -> list[str]:
    """`tables` are those of one quarter, `before` is the published total of the one before it."""
    return list(_sentences({table.name: table for table in tables}, before))


def _sentences(tables: dict[str, TableAt], before: int | None) -> Iterator[str]:
    if before is not None:
        yield ngettext("In the quarter before there was %(num)s.", "In the quarter before there were %(num)s.", before)
    if ground := _most(tables["ground"]):
        yield _("The most frequent ground: %(name)s (%(number)s).", name=ground.text, number=ground.value)
    if untold := _value(tables, "reported", "no_authority"):
        yield ngettext("Of %(num)s of them no authority was told.", "Of %(num)s of them no authority was told.", untold)
    late = [_value(tables, "delay", code) for code in _EARLIER]
    if None not in late and (number := sum(value or 0 for value in late)):
        yield ngettext(
            "%(num)s of them happened in an earlier quarter.", "%(num)s of them happened in earlier quarters.", number
        )
    if received := _total(tables, "received"):
        yield ngettext(
            "%(num)s report was received since the release before.",
            "%(num)s reports were received since the release before.",
            received,
        )
    if aside := _total(tables, "set_aside"):
        yield ngettext(
            "%(num)s report was read and set aside: it cannot be counted here.",
            "%(num)s reports were read and set aside: they cannot be counted here.",
            aside,
        )
    if corrected := _total(tables, "corrections"):
        yield ngettext(
            "%(num)s incident of an earlier release turned out otherwise.",
            "%(num)s incidents of earlier releases turned out otherwise.",
            corrected,
        )


def _most(table: TableAt) -> Line | None:
    """The greatest of the outermost lines, if it is published and no other can be as great."""
    outermost = [line for line in table.lines if line.depth == 1]
    greatest = max((line for line in outermost if line.value), key=lambda line: line.value or 0, default=None)
    if greatest is None:
        return None
    others = (line.value if line.value is not None else line.upper for line in outermost if line is not greatest)
    return greatest if all(most is not None and most < (greatest.value or 0) for most in others) else None


def _value(tables: dict[str, TableAt], table: str, code: str) -> int | None:
    lines = tables[table].lines if table in tables else ()
    return next((line.value for line in lines if line.code == code), None)


def _total(tables: dict[str, TableAt], table: str) -> int | None:
    return tables[table].total.value if table in tables else None
