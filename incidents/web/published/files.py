"""Published files on their way out: the same bytes for everybody, open to every other site, and known by checksums."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, request

from incidents.core.release import CSV_TYPE, LICENCE_ADDRESS
from incidents.web.headers import PUBLIC
from incidents.web.kept import Ready
from incidents.web.platform import platform

FOREVER = "public, max-age=31536000, immutable"
"""Of what was frozen and signed."""
A_DAY = "public, max-age=86400"
"""Of what is made of it: a newer writer may one day write the same figures in other bytes."""
CSV = f"{CSV_TYPE}; charset=utf-8; header=present"


def sent(ready: Ready, *, keep: str, save_as: str = "", links: Sequence[str] = ()) -> Response:
    """The file with its checksum as ETag; 304 for a reader who has it already."""
    is_packed = ready.packed is not None and request.accept_encodings.quality("gzip") > 0
    response = Response(ready.packed if is_packed else ready.content, content_type=ready.kind)
    if ready.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Cache-Control"] = keep
    response.headers["Link"] = ", ".join([f'<{LICENCE_ADDRESS}>; rel="license"', *links])
    if save_as:
        response.headers["Content-Disposition"] = f'attachment; filename="{save_as}"'
    response.set_etag(ready.mark, weak=True)  # the same whether compressed or not (RFC 9110, section 8.8.1)
    response.make_conditional(request)
    return response


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
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match, Accept-Language"
        response.headers["Access-Control-Max-Age"] = "86400"
    else:
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Content-Disposition, Content-Location"
    return response


def site_address() -> str:
    """The site's own name, for addresses that are written into files; on a trial, as it was asked for."""
    settings = platform().settings
    return f"https://{settings.hosts[0]}" if settings.https else request.host_url.rstrip("/")
