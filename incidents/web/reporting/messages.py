"""What is wrong with a report, in sentences.

What a reporter can mend comes in their language; what only the maker of an app can, in English.
"""

from __future__ import annotations

from incidents.core.languages import BY_TAG
from incidents.core.report import Problem
from incidents.web.texts import gettext as _


def sentence(problem: Problem) -> str:
    """How to mend it, in the reader's language."""
    match (problem.field, problem.message):
        case ("role", "missing"):
            return _("Say who you are in this, or choose “Prefer not to say”.")
        case ("acts", "missing"):
            return _("Tick what happened, or “I am not sure”.")
        case ("grounds", "missing"):
            return _("Tick why you think it happened, or “I am not sure”.")
        case ("when", "missing"):
            return _("Say when it was, as well as you know.")
        case ("setting", "missing"):
            return _("Choose a kind of place, or “Not known”.")
        case ("wish", "missing"):
            return _("Choose what we should do.")
        case (_field, "missing_date"):
            return _("Give the date that goes with your choice, or choose “I do not know”.")
        case ("day", "not_a_date"):
            return _("Write the date as year-month-day, for example 2026-03-15.")
        case ("month", "not_a_date"):
            return _("Write the month as year-month, for example 2026-03.")
        case ("year", "not_a_date"):
            return _("Write the year with four digits, for example 2025.")
        case (_field, "in_future"):
            return _("This date is still to come. Please check it.")
        case (_field, "too_early"):
            return _("This is too long ago for us to count. The earliest year is 1990.")
        case ("link", "too_long"):
            return _("This address is too long. Its first part is enough.")
        case ("words", "too_long"):
            return _("This is over 10,000 characters. Please shorten it; you can add more later with your code.")
        case (_field, "too_long"):
            return _("This is too long. Please shorten it.")
        case (_field, "not_asked"):
            return _("This does not go with the other answers. Please leave it out.")
        case ("language", _message):
            return f"Say which language the reporter reads: one of {', '.join(BY_TAG)}."
        case (name, "unknown_member"):
            return f"A report has nothing called “{name}”. Leave it out."
        case (_field, "not_a_text"):
            return "A text must stand here."
        case (_field, "not_a_list"):
            return "A list of codes must stand here."
        case (_field, "twice"):
            return "This code stands in the list already."
        case _:
            return _("One of these choices has changed meanwhile. Please choose again.")
