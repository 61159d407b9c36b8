"""A site with figures: four releases that two have signed, and a draft that one has."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask

from incidents.adapters import catalogues, data_files
from incidents.app import create_app
from incidents.config import Settings
from incidents.core.accounts import MemberId
from incidents.db.database import Database
from incidents.db.release import Correction, ReleaseFile
from incidents.services import releases, trial
from tests import databases
from tests.conftest import NOW, settings_in


@cache
def published_site(url: str) -> Flask:
    """The site at this address. It is made once in each process; tests only read it."""
    database = databases.at(url)
    settings = settings_in(Path())
    _publish(database, settings)
    return create_app(settings, now=lambda: NOW, database=database)


def _publish(database: Database, settings: Settings) -> None:
    vocabulary, places, label = data_files.vocabulary(), data_files.places(), catalogues.label
    with database.unit_of_work() as session:
        members = trial.make_trial(
            session,
            pepper=settings.pepper,
            token_key=settings.token_key,
            memory_mib=settings.seal_memory_mib,
            vocabulary=vocabulary,
            places=places,
            now=NOW,
            seed=1,
            open_reports=0,
            incidents=200,
        )
        session.add_all(Correction(id=uuid4(), kind="place", quarter="2026-Q2") for _ in range(4))
        ids = [member.id for member in members]
        trial.publish_past_quarters(
            session, ids, vocabulary=vocabulary, places=places, label=label, pepper=settings.pepper, now=NOW
        )
        draft = releases.build_release(
            session,
            today=date(2027, 1, 4),  # the next quarter of another year: quicker to protect
            vocabulary=vocabulary,
            places=places,
            label=label,
            pepper=settings.pepper,
            actor="system",
            now=NOW,
        )
        releases.sign_release(
            session, draft.number, digest=draft.digest, member=MemberId(ids[0]), today=NOW.date(), now=NOW
        )


def stored(site: Flask, number: int) -> dict[str, bytes]:
    """The files of a release as they lie in the database."""
    with site.extensions["incidents"].database.reader() as session:
        rows = session.scalars(sa.select(ReleaseFile).where(ReleaseFile.release_number == number))
        return {row.name: row.content for row in rows}
