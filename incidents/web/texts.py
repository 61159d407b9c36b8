"""Flask-Babel's functions with the types it does not state. Messages are found by these names (see translations/)."""

from __future__ import annotations

from typing import cast

import flask_babel


def gettext(message: str, **values: object) -> str:
    return str(flask_babel.gettext(message, **values))


def lazy_gettext(message: str) -> str:
    """A text that is looked up when it is shown: for what stands at the top of a module."""
    return cast(str, flask_babel.lazy_gettext(message))


def ngettext(one: str, several: str, number: int) -> str:
    return str(flask_babel.ngettext(one, several, number))
