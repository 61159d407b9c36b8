"""What is logged: one line of JSON for each thing that went wrong, of words that the program itself has.

Not the message: one of ours, or of a library, may hold words of a report or an address. Nothing that worked is logged,
because the moment of a line is the moment of a request.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime

_WORD = re.compile(r"[A-Za-z0-9_.:<>]{1,100}", re.ASCII)
ALLOWED = ("route", "status", "took", "error", "place")
"""What a record may carry besides its level: a route's name, 5xx, up to how many seconds, a class, a line of code."""


class Lines(logging.Formatter):
    """Level, day, and what of `ALLOWED` is there. Everything else that a record holds is left out."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"level": record.levelname, "day": datetime.fromtimestamp(record.created, UTC).date().isoformat()}
        found = {name: getattr(record, name, None) for name in ALLOWED}
        if record.exc_info and record.exc_info[1] is not None:
            found["error"], found["place"] = told(record.exc_info[1])
        if found["place"] is None:
            found["place"] = f"{record.name}:{record.lineno}"
        line |= {name: value for name, value in found.items() if isinstance(value, str) and _WORD.fullmatch(value)}
        return json.dumps(line)


def told(error: BaseException) -> tuple[str, str]:
    """The kind and the place only: a message or a local variable could hold words of a report."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
    return type(error).__name__, place


def log_in_lines() -> None:
    """Let everything that this process logs be lines, on standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines())
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)
