"""Puts the parts together; the only module that knows them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import cache

from flask import Flask
from jinja2 import StrictUndefined

from incidents.adapters import data_files, help_files
from incidents.adapters.counters import Counters
from incidents.adapters.nominatim import StreetService
from incidents.config import Door, Settings
from incidents.core.help import Directory
from incidents.core.retention import Schedule
from incidents.db.database import Database
from incidents.resources import data_file, folder
from incidents.services.sources import sources_of
from incidents.web import assets, errors, headers, languages, requests, watching
from incidents.web.help.views import helping
from incidents.web.json import Json
from incidents.web.pages.views import pages
from incidents.web.platform import Platform, utc_now
from incidents.web.published import api, openapi
from incidents.web.published import views as published_views
from incidents.web.reporting.api import intake
from incidents.web.reporting.views import reporting

_PATIENCE_S = 20
"""Less than the server gives a worker for an answer, so that whoever waits reads that they should try again."""


def directory_of(settings: Settings) -> Directory:
    """Who can help with what, the operator's own organisations among them. Raises core.help.BadDirectory."""
    if settings.help_file is None:
        return data_files.directory()
    return help_files.read_directory(
        data_file("help"), data_files.vocabulary(), data_files.places(), own=settings.help_file
    )


def streets_of(settings: Settings) -> StreetService | None:
    """The operator's own address service, which the desk alone may ask."""
    if settings.nominatim is None or settings.door is Door.PUBLIC:
        return None
    return StreetService(settings.nominatim, data_files.gazetteer(), data_files.places())


def platform_of(
    settings: Settings, *, now: Callable[[], datetime], database: Database, is_preview: bool = False
) -> Platform:
    """What the pages of a site may use; raises like create_app."""
    return Platform(
        settings=settings,
        database=database,
        vocabulary=data_files.vocabulary(),
        definitions=data_files.definitions(),
        places=data_files.places(),
        shapes=data_files.shapes(settings.shapes),
        geocoder=data_files.geocoder(),
        streets=streets_of(settings),
        known_names=data_files.known_names,
        lexicon=data_files.lexicon,
        directory=directory_of(settings),
        schedule=Schedule(dict(settings.keep_days)),
        counters=Counters(settings.counters, watching.SIZE),
        sources=sources_of(replace(settings, replica_url="") if is_preview else settings, database, now=now),
        ahead=_ahead(settings, now, database) if settings.door is not Door.PUBLIC and not is_preview else None,
        now=now,
    )


def create_app(
    settings: Settings,
    *,
    now: Callable[[], datetime] = utc_now,
    database: Database | None = None,
    is_preview: bool = False,
) -> Flask:
    """The site with the doors that its settings open.

    `is_preview` makes the public pages once more: the desk shows members in them what is not public yet.
    Raises core.vocabulary.BadVocabulary, adapters.official_shapes.BadShapes, core.help.BadDirectory,
    core.retention.NotASchedule.
    """
    app = errors.Site("incidents", template_folder=str(folder("templates")), static_folder=None)
    app.json = Json(app)
    database = database or Database(settings.database_url, patience_s=_PATIENCE_S)
    app.extensions["incidents"] = platform_of(settings, now=now, database=database, is_preview=is_preview)
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.jinja_env.globals["is_trial"] = settings.trial
    app.jinja_env.globals["is_preview"] = is_preview
    app.url_map.strict_slashes = True
    for part in (watching, requests, languages, headers, errors, assets):
        part.init_app(app)
    app.register_blueprint(pages)
    if settings.door in {Door.BOTH, Door.PUBLIC}:
        app.register_blueprint(reporting)
        app.register_blueprint(intake)
        app.register_blueprint(helping)
        app.register_blueprint(published_views.published)
        app.register_blueprint(api.api)
        app.register_blueprint(openapi.openapi)
    if settings.door in {Door.BOTH, Door.DESK}:
        _add_desk(app)
    app.prepare()
    return app


def _add_desk(app: Flask) -> None:
    """Imported only here: a process of the public door never loads what opens reports (tests/attacks)."""
    from incidents.web.accounts.views import accounts
    from incidents.web.desk.views import desk

    app.register_blueprint(accounts)
    app.register_blueprint(desk)


def _ahead(settings: Settings, now: Callable[[], datetime], database: Database) -> Callable[[], Flask]:
    """The public pages for those who sign releases, made when somebody first looks ahead."""
    public = replace(settings, door=Door.PUBLIC)
    return cache(lambda: create_app(public, now=now, database=database, is_preview=True))
