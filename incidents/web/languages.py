"""Which language a page speaks, and its texts. The tag is in the address; no cookie remembers it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from babel import support
from flask import Flask, g, request, url_for
from flask_babel import Babel, Domain, refresh
from werkzeug.routing import BaseConverter

from incidents.adapters import catalogues
from incidents.core.definitions import Definition
from incidents.core.languages import BY_TAG, DEFAULT, LANGUAGES, Language, at_desk, negotiate
from incidents.core.vocabulary import Term


class _Catalogues(Domain):
    """Finds the catalogue by our language tag; Babel's locale serves dates and numbers only."""

    def get_translations(self) -> support.NullTranslations:
        return catalogues.catalogue(current_language().tag, "messages")


class _Languages(Babel):
    @cached_property
    def domain_instance(self) -> Domain:
        return _Catalogues()


class LanguageConverter(BaseConverter):
    """A language of the site as the first part of an address; any other tag is not found."""

    regex = "|".join(BY_TAG)

    def to_python(self, value: str) -> Language:
        return BY_TAG[value]

    def to_url(self, value: Language) -> str:
        return value.tag


def current_language() -> Language:
    language = g.get("language")
    return language if isinstance(language, Language) else DEFAULT


def wanted_language() -> Language:
    """What the browser asks for, of what we have; what it gives no quality it refuses (RFC 9110, section 12.4.2)."""
    return negotiate([tag for tag, quality in request.accept_languages if quality > 0])


def speak(language: Language) -> None:
    """Go on in another language for the rest of this request."""
    g.language = language
    refresh()


def speak_as_sent() -> None:
    """Go on in the language that a form asks for with a button, or that it was shown in: its address may name another.

    Forms are sent to the address that they stand at, because browsers then bring no answer back.
    """
    tag = request.form.get("speak") or request.form.get("tongue") or ""
    if tag in BY_TAG:
        speak(BY_TAG[tag])


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Speak another language for a while."""
    before = current_language()
    speak(language)
    try:
        yield
    finally:
        speak(before)


def label(term: Term) -> str:
    return catalogues.label(term, current_language().tag)


def meaning(definition: Definition) -> tuple[str, ...]:
    """Definition, example, example near the border."""
    return catalogues.meaning(definition, current_language().tag)


def init_app(app: Flask) -> None:
    app.url_map.converters["language"] = LanguageConverter
    _Languages(app, locale_selector=lambda: current_language().formats)

    @app.url_value_preprocessor
    def _take_language(_endpoint: str | None, values: dict[str, Any] | None) -> None:
        language = (values or {}).pop("language", None)
        if language is not None:
            g.language = language

    @app.url_defaults
    def _keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if "language" not in values and app.url_map.is_endpoint_expecting(endpoint, "language"):
            values["language"] = current_language()

    @app.before_request
    def _listen() -> None:
        if "language" not in g:
            g.language = BY_TAG.get(request.path.split("/")[1]) or wanted_language()
        if request.path.startswith("/desk/"):
            g.language = at_desk(g.language)

    @app.context_processor
    def _texts() -> dict[str, Any]:
        return {"language": current_language(), "languages": LANGUAGES, "label": label, "same_page": _same_page}


def _same_page(language: Language) -> str:
    """The address of this page in another language; the start page where this page has none."""
    endpoint = request.endpoint
    if endpoint and request.url_rule and "language" in request.url_rule.arguments:
        return url_for(endpoint, **(request.view_args or {}), language=language)
    return url_for("pages.start", language=language)
