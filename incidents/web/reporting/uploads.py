"""Files that come with a request: each is looked at, sealed and stored by itself, or refused with a sentence."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from flask import request
from werkzeug.datastructures import FileStorage

from incidents.adapters.remaking import Refused, Unavailable, remake
from incidents.core.receipt import ReceiptCode
from incidents.services.files import NoRoom, TooManyFiles, add_file, may_add
from incidents.web.platform import platform
from incidents.web.requests import SentBytes
from incidents.web.texts import gettext as _

_LONGEST_NAME = 60


@dataclass(frozen=True)
class Outcome:
    """What became of one file, as a sentence that names it."""

    is_taken: bool
    text: str


def take_files(code: ReceiptCode) -> list[Outcome]:
    """Take the files of this request. Each is let go before the next is looked at.

    Raises services.receipts.UnknownCode, services.reporting.NoDeskKey.
    """
    outcomes: list[Outcome] = []
    is_busy = False
    for sent in request.files.getlist("files"):
        if not sent.filename:
            continue  # Browsers send an empty part where nothing was chosen.
        # Whoever has waited in vain for one file does not wait for each of the others.
        reason = "unavailable" if is_busy else _take(code, sent)
        is_busy = is_busy or reason == "unavailable"
        sent.close()
        outcomes.append(Outcome(not reason, _sentence(reason, _shown(sent.filename))))
    return outcomes


def _take(code: ReceiptCode, sent: FileStorage) -> str:
    """Why the file was not taken; empty if it was."""
    assert isinstance(sent.stream, SentBytes)  # noqa: S101 (tells mypy what web.requests put there)
    if sent.stream.is_too_large:
        return "too_large"
    if sent.stream.is_over_all:
        return "over_all"
    site, content = platform(), sent.stream.getvalue()
    try:
        with site.database.reader() as session:
            if not may_add(
                session, code, content, pepper=site.settings.pepper, most_bytes=site.settings.most_file_bytes
            ):
                return ""
        # Outside of any unit of work: others write while a picture is made anew.
        remade = remake(content)
        with site.database.unit_of_work() as session:
            add_file(session, code, content, remade, today=site.today(), pepper=site.settings.pepper)
    except Refused as refused:
        return refused.reason
    except TooManyFiles:
        return "too_many"
    except (Unavailable, NoRoom):
        return "unavailable"
    return ""


def _shown(name: str) -> str:
    """The sender's name for the file, which is shown once and kept nowhere: on one line, not turned around."""
    plain = "".join(c for c in unicodedata.normalize("NFC", name) if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    short = plain if len(plain) <= _LONGEST_NAME else f"{plain[:40]}…{plain[-15:]}"
    return f"\u2068{short}\u2069"


def _sentence(reason: str, name: str) -> str:
    match reason:
        case "":
            return _("“%(name)s” is with us.", name=name)
        case "empty":
            return _("“%(name)s” is empty.", name=name)
        case "too_large":
            return _("“%(name)s” is larger than 10 MB. Please send a smaller one.", name=name)
        case "over_all":
            return _("“%(name)s” was left out: together it was over 25 MB. Please send it by itself.", name=name)
        case "too_many":
            return _("“%(name)s” was left out: a report can have five files.", name=name)
        case "too_many_pixels":
            return _("“%(name)s” has too many pixels. Please send a smaller picture.", name=name)
        case "too_many_pages":
            return _("“%(name)s” has more than 20 pages. Please send the ones that matter.", name=name)
        case "unknown_kind":
            return _("“%(name)s” is of a kind that we cannot take. Of a video you can send a screenshot.", name=name)
        case "encrypted":
            return _("“%(name)s” is locked with a password. Please send it without one.", name=name)
        case "took_too_long":
            return _("“%(name)s” took too long to open. Please send a smaller or simpler file.", name=name)
        case "unavailable":
            return _("“%(name)s” could not be opened just now. Your report is safe. Please try again later.", name=name)
        case _:
            return _("“%(name)s” is damaged and cannot be opened.", name=name)
