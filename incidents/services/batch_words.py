"""What is said about a table of reports and its rows, and the table that partners fill in.

`say` puts a text into the reader's language; a command leaves it in English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incidents.adapters import catalogues, data_files
from incidents.core.batch import columns
from incidents.core.batch.cells import letters_of
from incidents.core.batch.columns import LISTS, Header, NoHeader, TwoAlike, Unread
from incidents.core.batch.rows import EXAMPLE, Refusal
from incidents.core.batch.said import Say
from incidents.core.batch.said import marked as _
from incidents.core.report import EARLIEST_YEAR, LONGEST_LINES, LONGEST_PLACE, MOST_WORDS

_SENTENCES = {
    "example": _("this is the example of the template: delete the row."),
    "formula": _("holds a formula. Copy the column and paste it as values."),
    "broken": _("shows the error %(value)s. Mend it in the table."),
    "missing": _("is empty. %(accepted)s"),
    "unknown_code": _("“%(value)s” is no code and no label here. %(accepted)s"),
    "several_meant": _("“%(value)s” may be several codes. Write the code: %(nearest)s."),
    "only_one": _("“%(value)s” names several, and only one may stand here: %(nearest)s."),
    "not_a_date": _("“%(value)s” is no date: write 15.3.2026, 3.2026 (month only) or 2026 (year only)."),
    "missing_date": _(
        "has no date that is as precise as the row says: write 15.3.2026, 3.2026 (month only) or 2026 (year only), "
        "or leave the precision empty."
    ),
    "in_future": _("“%(value)s” is still to come."),
    "too_early": _("“%(value)s” is too long ago: %(earliest)s is the earliest year."),
    "not_asked": _("“%(value)s” goes only with the wish pass_on."),
    "unknown_language": _("“%(value)s” is no language of the site: %(nearest)s."),
    "unknown_place": _(
        "“%(value)s” is no place in Serbia that we know. Write a town or village, “online”, or nothing."
    ),
    "unsure_place": _("“%(value)s” may mean %(nearest)s. Write that if it does."),
    "ambiguous_place": _("“%(value)s” may be several places. Write one of: %(nearest)s."),
}
_TOO_LONG = {
    "words": (_("is over %(most)s characters. Shorten it."), MOST_WORDS),
    "place": (_("is over %(most)s characters. Write the town or village only."), LONGEST_PLACE),
    **{
        column: (_("is over %(most)s characters. Shorten it."), LONGEST_LINES[column])
        for column in ("organisation", "when_words", "link")
    },
}
_HEADER = {
    NoHeader: _("no row names the columns %(names)s."),
    TwoAlike: _("it has two columns for %(column)s: %(names)s. Leave one."),
}


def wrong_header(error: NoHeader | TwoAlike, say: Say) -> str:
    """Goes on after the name of the file."""
    if isinstance(error, NoHeader):
        return say(_HEADER[NoHeader]) % {"names": ", ".join(error.missing)}
    return say(_HEADER[TwoAlike]) % {"column": error.column, "names": ", ".join(error.names)}


def unread(one: Unread, say: Say) -> str:
    meant = " " + say(_("Did you mean %(name)s?")) % {"name": one.nearest} if one.nearest else ""
    return say(_("The column “%(name)s” is not read.")) % {"name": one.name} + meant


def alike(later: int, earlier: int, say: Say) -> str:
    """Of two rows, by their numbers."""
    text = _("Row %(row)s says the same as row %(other)s. Both would be taken: is it one incident?")
    return say(text) % {"row": later, "other": earlier}


def in_a_sentence(refusal: Refusal, header: Header, tag: str, say: Say) -> str:
    """Labels come in the language with this tag."""
    text, most = _TOO_LONG[refusal.column] if refusal.reason == "too_long" else (_SENTENCES[refusal.reason], 0)
    told = say(text) % {
        "value": refusal.value,
        "nearest": _nearest(refusal),
        "accepted": _accepted(refusal, tag, say),
        "earliest": EARLIEST_YEAR,
        "most": most,
    }
    return f"{_where(refusal, header, say)}: {told}"


def taken_as_written(unsure: Refusal, header: Header, say: Say) -> str:
    """Of a place that is not clear: what the desk will read, and have to settle."""
    may_be = " " + say(_("It may be %(nearest)s.")) % {"nearest": _nearest(unsure)} if unsure.nearest else ""
    text = _("“%(value)s” is not one place that we know, and is taken as it is written.")
    return f"{_where(unsure, header, say)}: {say(text) % {'value': unsure.value}}{may_be}"


def _where(refusal: Refusal, header: Header, say: Say) -> str:
    return say(_("Row %(row)s, %(column)s")) % {"row": refusal.row, "column": _column(refusal.column, header, say)}


def _column(column: str, header: Header, say: Say) -> str:
    """As the spreadsheet and the partner call it."""
    place = header.columns.get(column)
    if place is None:
        return say(_("column %(name)s")) % {"name": column}
    return say(_("column %(letters)s (%(name)s)")) % {"letters": letters_of(place), "name": header.names[column]}


def _nearest(refusal: Refusal) -> str:
    return "; ".join(refusal.nearest)


def _accepted(refusal: Refusal, tag: str, say: Say) -> str:
    """The nearest codes with what they are called; where none is near, they are listed below all sentences."""
    listed = LISTS.get(refusal.column)
    if listed is None or not refusal.nearest:
        return say(_("What may stand here is listed below."))
    return say(_("Nearest: %(codes)s.")) % {"codes": _labelled(listed, refusal.nearest, tag)}


def lists_for(refusals: Iterable[Refusal], header: Header, tag: str, say: Say) -> Iterator[str]:
    """Every list of codes that a sentence leads to, once."""
    columns_left = {one.column for one in refusals if one.reason in {"missing", "unknown_code"} and not one.nearest}
    for column, listed in LISTS.items():
        if column in columns_left:
            codes = _labelled(listed, tuple(data_files.vocabulary().terms[listed]), tag)
            text = _("In %(column)s may stand: %(codes)s.")
            yield say(text) % {"column": _column(column, header, say), "codes": codes}


def _labelled(listed: str, codes: Iterable[str], tag: str) -> str:
    return "; ".join(f"{code} ({label_of(listed, code, tag)})" for code in codes)


def label_of(listed: str, code: str, tag: str) -> str:
    return catalogues.label(data_files.vocabulary().terms[listed][code], tag)


def template_rows(tag: str) -> list[list[str]]:
    """The header in one language, and a row that shows how to fill it in; nobody takes that for a report."""
    example = {
        "reference": EXAMPLE,
        "role": label_of("reporter_role", "organisation", tag),
        "acts": "; ".join(label_of("act_type", code, tag) for code in ("verbal_insult", "threat")),
        "grounds": label_of("ground", "national_ethnic", tag),
        "targets": label_of("target_group", "roma", tag),
        "date": "15.3.2026.",
        "setting": label_of("setting", "public_transport", tag),
        "place": "Novi Sad",
        "wish": label_of("wish", "count_only", tag),
    }
    header = columns.template(tag)
    by_name = {columns.column_of(name): name for name in header}
    return [header, [example.get(column, "") for column in by_name]]
