"""Pages for what goes wrong: ours, in the reader's language, without a word about the machine."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import (
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
    TimeoutError,
)
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from incidents.adapters.log_lines import told
from incidents.core.languages import LANGUAGES, Language
from incidents.services.reporting import NoDeskKey
from incidents.services.sources import NotKnownNow
from incidents.web.headers import GuardedResponse, refuse_script, with_headers
from incidents.web.languages import current_language, speak
from incidents.web.problems import problem
from incidents.web.texts import gettext as _

_log = logging.getLogger(__name__)


class Site(Flask):
    """Flask, of which no fault gets further than to a page of ours and a line of the program's own words.

    Flask itself logs what goes wrong while a page is sent off or an error page is made, with the message and where it
    came from, and answers without our headers or not at all.
    """

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._last: dict[tuple[Language, bool], Response] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing here is a coroutine, and Flask would ask eight functions for it at each request."""
        return func

    def prepare(self) -> None:
        """Draw the page of a fault in each language for people and for programs, to have it where none can be drawn."""
        for language in LANGUAGES:
            for is_for_programs, path in ((False, "/"), (True, "/api/v1/")):
                with self.test_request_context(path):
                    speak(language)
                    self._last[language, is_for_programs] = make_response(error_page(500))

    def handle_exception(self, e: Exception) -> Response:
        if self.testing or self.debug:
            return super().handle_exception(e)
        try:
            return self.process_response(make_response(_unknown(e)))
        except Exception as again:
            error, place = told(again)
            facts = {"route": request.endpoint or "none", "status": "5xx", "error": error, "place": place}
            _log.error("%s at %s", error, place, extra=facts)
        refuse_script()
        prepared = self._last[current_language(), request.path.startswith("/api/")]
        return with_headers(GuardedResponse(prepared.get_data(), 500, content_type=prepared.content_type))


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(NoDeskKey, _closed)
    app.register_error_handler(NotKnownNow, _closed)
    for kind in (OperationalError, InterfaceError, InternalError, ProgrammingError, TimeoutError):
        app.register_error_handler(kind, _no_database)
    app.register_error_handler(Exception, _unknown)


def error_page(code: int) -> ResponseReturnValue:
    refuse_script()
    title, text = _texts(code)
    if request.path.startswith("/api/"):
        return problem(code, title, text)
    return render_template("errors/error.html", title=title, text=text, code=code), code


def _texts(code: int) -> tuple[str, str]:
    match code:
        case 400:
            return _("That did not work"), _(
                "Your browser sent something we could not read. Please go back and try again."
            )
        case 401 | 403:
            return _("This page is not open to you"), _(
                "You may need to log in, or to ask a colleague who may do this."
            )
        case 404:
            return _("There is no such page"), _("The address may be mistyped, or the page has moved.")
        case 405:
            return _("That did not work"), _("This address cannot be used in that way.")
        case 413:
            return _("That was too much at once"), _("Please go back, shorten the text and send it again.")
        case 429:
            return _("Many people are writing to us just now"), _("Please wait a minute and try again.")
        case 503:
            return _("We cannot take reports just now"), _(
                "Please try again later. In danger call the police, 192, or an ambulance, 194."
            )
        case _:
            return _("Something went wrong on our side"), _(
                "Please try again in a few minutes. Nothing you did was wrong."
            )


def _known(error: HTTPException) -> ResponseReturnValue:
    if isinstance(error.response, Response):
        return error.response
    response = make_response(error_page(error.code or 500))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))  # RFC 9110, section 15.5.6
    return response


def _closed(_error: NoDeskKey | NotKnownNow) -> ResponseReturnValue:
    return error_page(503)


def _no_database(error: SQLAlchemyError) -> ResponseReturnValue:
    """It went away, its disk is full, or its tables are those of a version that this process does not know."""
    g.fault = told(error)
    return _fault_page(503)


def _unknown(error: Exception) -> ResponseReturnValue:
    g.fault = told(error)
    return _fault_page(500)


@dataclass(frozen=True)
class _Field:
    name: str
    value: str

    @property
    def is_text(self) -> bool:
        """Somebody wrote it, and may want to copy it."""
        return len(self.value) > _SHORT and " " in self.value


_SHORT = 40


def _fault_page(code: int) -> ResponseReturnValue:
    """What went wrong is ours: whoever sent something on a public page has it still, to send again with one button."""
    if request.method == "POST" and not request.path.startswith(("/api/", "/desk/")):
        fields = [_Field(name, value) for name, values in request.form.lists() for value in values]
        refuse_script()
        page = render_template(
            "errors/again.html",
            title=_texts(500)[0],
            action=request.path,
            fields=fields,
            with_files=bool(request.files),
        )
        response = make_response(page, code)
    elif request.path.startswith("/desk/"):
        refuse_script()
        title, text = _texts(500)
        response = make_response(render_template("errors/error.html", title=title, text=text, code=code), code)
    else:
        response = make_response(error_page(code))
    response.headers["Retry-After"] = "60"
    return response
