"""Published files on their way out: the same bytes for everybody, open to every other site, and known by checksums."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from flask import Response, request, url_for

from incidents.core.release import CSV_TYPE, LICENCE_ADDRESS
from incidents.services.published import Issue, Withdrawn
from incidents.web.headers import PUBLIC, takes_gzip
from incidents.web.kept import Ready
from incidents.web.languages import current_language
from incidents.web.platform import platform

FOREVER = "public, max-age=31536000, immutable"
"""Of what was frozen and signed."""
A_DAY = "public, max-age=86400"
"""Of what is made of it: a newer writer may one day write the same figures in other bytes."""
HTML = "text/html; charset=utf-8"
CSV = f"{CSV_TYPE}; charset=utf-8; header=present"


def sent(ready: Ready, *, keep: str, save_as: str = "", links: Sequence[str] = ()) -> Response:
    """The file with its checksum as ETag; 304 for a reader who has it already."""
    is_packed = ready.packed is not None and takes_gzip()
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
        response.headers["Access-Control-Expose-Headers"] = (
            "ETag, Link, Content-Disposition, Content-Location, Release-Withdrawn"
        )
    return response


def drawn(make: Callable[[], str], *made_of: Hashable) -> Response:
    """The page at this address, drawn once and kept for as long as what it is made of stays."""
    site = platform()
    key = ("page", request.script_root, request.path, current_language().tag, site_address(), site.today(), *made_of)
    ready = site.kept.ready(key, lambda: (make().encode(), HTML))
    return sent(ready, keep=PUBLIC)


def links_of(issue: Issue) -> list[str]:
    """What is said beside the files of a release, whose bytes stay as they are (RFC 8631, RFC 5829)."""
    if issue.withdrawn is None:
        return []
    found = [f'<{url_for("api.status", number=issue.number)}>; rel="status"']
    if issue.withdrawn.replaced_by:
        successor = url_for("api.described", number=issue.withdrawn.replaced_by)
        found.append(f'<{successor}>; rel="successor-version"')
    return found


def mark_withdrawn(response: Response, withdrawn: Withdrawn | None) -> Response:
    """Say it in a header, for programs that keep the file alone."""
    if withdrawn:
        response.headers["Release-Withdrawn"] = f"{withdrawn.on.isoformat()}; reason={withdrawn.reason}"
        response.headers["Cache-Control"] = PUBLIC
    return response


def site_address() -> str:
    """The site's own name, for addresses that are written into files; on a trial, as it was asked for."""
    settings = platform().settings
    return f"https://{settings.hosts[0]}" if settings.https else f"{request.scheme}://{request.host}"


def address_of(endpoint: str, **values: Any) -> str:
    """A public address with its host: the same when the page is looked at ahead, from the desk."""
    return site_address() + url_for(endpoint, **values).removeprefix(request.script_root)
