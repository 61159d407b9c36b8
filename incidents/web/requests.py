"""What every request must keep: our host, our own origin, a bounded size, and nothing of it on the disk."""

from __future__ import annotations

import io
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Request, Response, abort, request
from werkzeug.routing import BaseConverter, IntegerConverter, Map, RequestRedirect, ValidationError

from incidents.core.crosstables import is_name
from incidents.core.files import LARGEST_FILE, MOST_AT_ONCE

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

LARGEST_BODY = 64 * 1024
LARGEST_UPLOAD = 60_000_000
"""More than is taken, so that whoever sends too much still reads which file it was."""
_FIELDS_OF_UPLOAD = 500_000
"""The parser counts what it reads ahead of a file as well."""
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


class SentBytes(io.BytesIO):
    """One file of a request, in memory: Flask's own streams go to a plain file on the disk above 500 kB.

    What is over the limits is counted and let go.
    """

    def __init__(self, sending: Sending) -> None:
        super().__init__()
        self._sending = sending
        self.is_too_large = False
        self.is_over_all = False
        """It would fit, but not together with the files before it."""

    def write(self, part: Any) -> int:
        length = len(part)
        if self.is_too_large or self.is_over_all:
            return length
        self._sending.kept_bytes += length
        self.is_too_large = self.tell() + length > LARGEST_FILE
        self.is_over_all = self._sending.kept_bytes > MOST_AT_ONCE
        if not (self.is_too_large or self.is_over_all):
            return super().write(part)
        self._sending.kept_bytes -= self.tell() + length
        self.truncate(0)
        return length


class Sending(Request):
    """A request whose files stay in memory, and that came whole."""

    kept_bytes = 0

    def __init__(self, environ: WSGIEnvironment, populate_request: bool = True, shallow: bool = False) -> None:
        # gunicorn says that its stream ends by itself. It does so too when a connection breaks: half a report would
        # be taken for a whole one. Without that word what is missing from the length announced is noticed.
        if environ.get("CONTENT_LENGTH") and "HTTP_TRANSFER_ENCODING" not in environ:
            environ.pop("wsgi.input_terminated", None)
        super().__init__(environ, populate_request, shallow)

    def takes_files(self) -> None:
        """Let this one be larger; to be called before its form is read."""
        self.max_content_length = LARGEST_UPLOAD
        self.max_form_memory_size = _FIELDS_OF_UPLOAD

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return SentBytes(self)


class ReleaseConverter(IntegerConverter):
    """The number of a release in an address; one that no database column holds is not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, min=1, max=1_000_000)


class TableConverter(BaseConverter):
    """The name of a table in an address, free ones too; anything else is not found."""

    regex = "[a-z_-]+"

    def to_python(self, value: str) -> str:
        if not is_name(value):
            raise ValidationError
        return value


def init_app(app: Flask) -> None:
    app.request_class = Sending
    app.url_map.converters |= {"release": ReleaseConverter, "table": TableConverter}
    settings = app.extensions["incidents"].settings
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    # One part a ticked box: somebody may tick everything, and must not lose the text for it.
    app.config["MAX_FORM_PARTS"] = 300

    @app.before_request
    def _names_a_host() -> None:
        """As RFC 9112 (section 3.2) asks; without one the framework would take the server's own name."""
        if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.1" and "Host" not in request.headers:
            abort(400)

    @app.before_request
    def _same_origin() -> None:
        if request.method not in _WRITES:
            return
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            abort(400)
        # Our own pages send "null": they are told to send no referrer.
        origin = request.headers.get("Origin", "null")
        if origin != "null" and urlsplit(origin).netloc != request.host:
            abort(400)

    @app.after_request
    def _without_host(response: Response) -> Response:
        # A slash was missing. Which host this is only the proxy knows for sure, and the text would be in English.
        if isinstance(request.routing_exception, RequestRedirect):
            response.location = urlunsplit(("", "", *urlsplit(request.routing_exception.new_url)[2:]))
            response.set_data(b"")
        return response
