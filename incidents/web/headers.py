"""Headers of every answer, and compression of public pages. One table, so that a test can compare whole strings."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Flask, Response, g, request
from werkzeug.http import parse_accept_header

from incidents.web.platform import platform

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_POLICY = (
    "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": (
        "camera=(), microphone=(), geolocation=(), clipboard-read=(), display-capture=(), payment=(), usb=(), "
        "serial=(), hid=(), midi=(), idle-detection=(), local-fonts=(), browsing-topics=(), storage-access=(), "
        "unload=()"
    ),
}
PRIVATE = "no-store"
PUBLIC = "public, max-age=300"
_WORTH_COMPRESSING = 600


def policy(*, with_script: bool) -> str:
    return _POLICY.format(script="'self'" if with_script else "'none'")


_ALWAYS = {**FIXED, "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": PRIVATE}
_SECURE = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}
Laid = tuple[tuple[str, tuple[str, str]], ...]
"""Headers, each with its name in small letters."""


def _laid(is_page: bool, with_script: bool, is_secure: bool) -> Laid:
    own = {"Content-Security-Policy": policy(with_script=with_script)} if is_page else {}
    headers = {**_ALWAYS, **own, **(_SECURE if is_secure else {})}
    return tuple((name.lower(), (name, value)) for name, value in headers.items())


_LAID = {kind: _laid(*kind) for kind in product((False, True), repeat=3)}
"""By whether it is a page, whether that loads our script, and whether it goes over TLS."""


class GuardedResponse(Response):
    """An answer with the headers that all of its kind have, laid under its own as it goes out.

    What is there stays, as on pages that the desk passes on from the public site (releases looked at ahead): a header
    twice may count for nothing. Werkzeug reads every header of its own three times over, an eighth of a form's page.
    """

    laid: Laid = _laid(is_page=True, with_script=False, is_secure=False)

    def get_wsgi_response(self, environ: WSGIEnvironment) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        content, status, own = super().get_wsgi_response(environ)
        there = {name.lower() for name, _value in own}
        return content, status, [*own, *(header for name, header in self.laid if name not in there)]


def allow_script() -> None:
    """This page loads our script; all others are sent with a policy that runs none."""
    g.with_script = True


def refuse_script() -> None:
    """Another page is sent in place of the one that would have loaded it."""
    g.with_script = False


def takes_gzip() -> bool:
    """Whether whoever asks reads compressed answers."""
    return _allows_gzip(request.headers.get("Accept-Encoding", ""))


@lru_cache(64)
def _allows_gzip(accepted: str) -> bool:
    return parse_accept_header(accepted).quality("gzip") > 0


def init_app(app: Flask) -> None:
    app.response_class = GuardedResponse

    @app.after_request
    def _add(response: Response) -> Response:
        return _compressed(with_headers(response))


def with_headers(response: Response) -> Response:
    """All that an answer of its kind has to have."""
    assert isinstance(response, GuardedResponse)  # noqa: S101 (tells mypy what Flask makes of every answer)
    settings = platform().settings
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    # Not `request.host`: it refuses foreign hosts, and their refusal is what is being answered here.
    is_onion = request.headers.get("Host", "").partition(":")[0].endswith(".onion")
    is_secure = settings.https and not is_onion
    response.laid = _LAID[is_page, is_page and bool(g.get("with_script")), is_secure]
    if is_secure and settings.onion and _has_onion_twin(response):
        response.headers["Onion-Location"] = f"http://{settings.onion}{quote(request.path)}"
    return response


def _has_onion_twin(response: Response) -> bool:
    """Whether Tor Browser is told that this page stands at the onion address too: public pages that are shown."""
    return (
        request.method == "GET"
        and response.status_code == 200
        and response.mimetype == "text/html"
        and not request.path.startswith("/desk")
    )


def _compressed(response: Response) -> Response:
    """Public pages only: the desk shows text of others beside its tokens, and is never compressed."""
    if (
        request.path.startswith("/desk")
        or response.direct_passthrough
        or "Content-Encoding" in response.headers
        or not (response.mimetype or "").startswith(("text/", "application/json", "image/svg"))
    ):
        return response
    response.vary.add("Accept-Encoding")
    if response.status_code in {204, 304}:
        return response
    body = response.get_data()
    if len(body) > _WORTH_COMPRESSING and takes_gzip():
        # No time in the stream: equal pages give equal bytes.
        response.set_data(gzip.compress(body, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
