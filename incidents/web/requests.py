"""What every request must keep: our host, our own origin, a bounded size."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, abort, request

LARGEST_BODY = 64 * 1024
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


def init_app(app: Flask) -> None:
    settings = app.extensions["incidents"].settings
    app.config["TRUSTED_HOSTS"] = list(settings.hosts)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_BODY
    # One part a ticked box: somebody may tick everything, and must not lose the text for it.
    app.config["MAX_FORM_PARTS"] = 200

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
