"""A site with figures: four releases that two have signed, and a draft that one has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
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
from tests.conftest import NOW


@contextmanager
def published_site(database: Database, folder: Path) -> Iterator[Flask]:
    settings = Settings(
        instance=folder,
        database_url="",
        pepper=bytes(range(32)),
        token_key=bytes(range(1, 33)),
        https=False,
        exit_url="https://neutral.example/",
        hosts=("localhost",),
        seal_memory_mib=1,
    )
    with database.rolled_back():
        _publish(database, settings)
        yield create_app(settings, now=lambda: NOW, database=database)


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
