"""Frozen files on their way out: the same bytes for everybody, for good."""

from __future__ import annotations

from flask import Response, request

from incidents.services.published import File
from incidents.web.headers import PUBLIC

FOREVER = "public, max-age=31536000, immutable"


def frozen(file: File, *, save_as: str = "") -> Response:
    """The file with its checksum as ETag; 304 for a reader who has it already."""
    response = Response(file.content, mimetype=file.media_type)
    if file.media_type == "text/csv":
        response.headers["Content-Type"] = "text/csv; charset=utf-8; header=present"
    response.headers["Cache-Control"] = FOREVER
    if save_as:
        response.headers["Content-Disposition"] = f'attachment; filename="{save_as}"'
    response.set_etag(file.sha256, weak=True)  # the same whether compressed or not (RFC 9110, section 8.8.1)
    response.make_conditional(request)
    return opened(response)


def current(response: Response) -> Response:
    """What may change: kept a while, and 304 for a reader whose copy is still the same."""
    response.headers["Cache-Control"] = PUBLIC
    response.add_etag(weak=True)
    response.make_conditional(request)
    return opened(response)


def opened(response: Response) -> Response:
    """Published figures may be read from any other site's pages."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
