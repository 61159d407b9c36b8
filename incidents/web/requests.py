"""What every request must keep: our host, our own origin, a bounded size."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from flask import Flask, Response, abort, request
from werkzeug.routing import BaseConverter, IntegerConverter, Map, RequestRedirect, ValidationError

from incidents.core.tables import is_name

LARGEST_BODY = 64 * 1024
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


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
    app.url_map.converters |= {"release": ReleaseConverter, "table": TableConverter}
    settings = app.extensions["incidents"].settings
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    # One part a ticked box: somebody may tick everything, and must not lose the text for it.
    app.config["MAX_FORM_PARTS"] = 300

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
