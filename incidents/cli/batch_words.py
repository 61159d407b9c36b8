"""What is said about the rows of a batch, and the table that partners fill in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from incidents.adapters import catalogues, data_files
from incidents.core.batch import columns
from incidents.core.batch.cells import letters_of
from incidents.core.batch.columns import LISTS, Header
from incidents.core.batch.rows import EXAMPLE, Refusal
from incidents.core.report import EARLIEST_YEAR, LONGEST_LINES, LONGEST_PLACE, MOST_WORDS

_DATES = "write 15.3.2026, 3.2026 (month only) or 2026 (year only)"
_SENTENCES = {
    "example": "this is the example of the template: delete the row.",
    "formula": "holds a formula. Copy the column and paste it as values.",
    "broken": "shows the error {value}. Mend it in the table.",
    "missing": "is empty. {accepted}",
    "unknown_code": "“{value}” is no code and no label here. {accepted}",
    "several_meant": "“{value}” may be several codes. Write the code: {nearest}.",
    "only_one": "“{value}” names several, and only one may stand here: {nearest}.",
    "not_a_date": f"“{{value}}” is no date: {_DATES}.",
    "missing_date": f"has no date that is as precise as the row says: {_DATES}, or leave the precision empty.",
    "in_future": "“{value}” is still to come.",
    "too_early": f"“{{value}}” is too long ago: {EARLIEST_YEAR} is the earliest year.",
    "not_asked": "“{value}” goes only with the wish pass_on.",
    "unknown_language": "“{value}” is no language of the site: {nearest}.",
    "unknown_place": "“{value}” is no place in Serbia that we know. Write a town or village, “online”, or nothing.",
    "unsure_place": "“{value}” may mean {nearest}. Write that if it does.",
    "ambiguous_place": "“{value}” may be several places. Write one of: {nearest}.",
}
_TOO_LONG = {
    "words": f"is over {MOST_WORDS} characters. Shorten it.",
    "place": f"is over {LONGEST_PLACE} characters. Write the town or village only.",
    **{
        column: f"is over {LONGEST_LINES[column]} characters. Shorten it."
        for column in ("organisation", "when_words", "link")
    },
}


def in_a_sentence(refusal: Refusal, header: Header, tag: str) -> str:
    """Labels come in the language of the batch."""
    sentence = _TOO_LONG[refusal.column] if refusal.reason == "too_long" else _SENTENCES[refusal.reason]
    told = sentence.format(value=refusal.value, nearest=_nearest(refusal), accepted=_accepted(refusal, tag))
    return f"Row {refusal.row}, {_column(refusal.column, header)}: {told}"


def taken_as_written(unsure: Refusal, header: Header) -> str:
    """Of a place that is not clear: what the desk will read, and have to settle."""
    may_be = f" It may be {_nearest(unsure)}." if unsure.nearest else ""
    return (
        f"Row {unsure.row}, {_column(unsure.column, header)}: “{unsure.value}” is not one place that we know, "
        f"and is taken as it is written.{may_be}"
    )


def _column(column: str, header: Header) -> str:
    """As the spreadsheet and the partner call it."""
    place = header.columns.get(column)
    return f"column {column}" if place is None else f"column {letters_of(place)} ({header.names[column]})"


def _nearest(refusal: Refusal) -> str:
    return "; ".join(refusal.nearest)


def _accepted(refusal: Refusal, tag: str) -> str:
    """The nearest codes with what they are called; where none is near, they are listed below all sentences."""
    listed = LISTS.get(refusal.column)
    if listed is None or not refusal.nearest:
        return "What may stand here is listed below."
    return f"Nearest: {_labelled(listed, refusal.nearest, tag)}."


def lists_for(refusals: Iterable[Refusal], header: Header, tag: str) -> Iterator[str]:
    """Every list of codes that a sentence leads to, once."""
    columns_left = {one.column for one in refusals if one.reason in {"missing", "unknown_code"} and not one.nearest}
    for column, listed in LISTS.items():
        if column in columns_left:
            codes = tuple(data_files.vocabulary().terms[listed])
            yield f"In {_column(column, header)} may stand: {_labelled(listed, codes, tag)}."


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
