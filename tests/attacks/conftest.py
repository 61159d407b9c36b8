"""A site on PostgreSQL whose two doors run under roles of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.app import create_app
from incidents.config import Door, Settings
from incidents.db.database import Database
from incidents.db.grants import DESK, PUBLIC, grant
from incidents.services.accounts import Member
from tests import builders, databases
from tests.conftest import NOW


@dataclass(frozen=True)
class Doors:
    owner: Database
    public: Database
    desk: Database
    settings: Settings
    members: list[Member]

    def site(self, door: Door) -> Flask:
        database = self.public if door is Door.PUBLIC else self.desk
        app = create_app(replace(self.settings, door=door), now=lambda: NOW, database=database)
        app.testing = False
        return app


@pytest.fixture
def doors(postgres: str, settings: Settings) -> Iterator[Doors]:
    url = databases.beside(postgres, "doors")
    owner = databases.at(url)
    with owner.engine.begin() as connection:
        grant(connection, "door_public", PUBLIC)
        grant(connection, "door_desk", DESK)
    opened = [Database(sa.make_url(url).set(username=name).render_as_string()) for name in ("door_public", "door_desk")]
    with owner.unit_of_work() as session:
        members = builders.a_desk(session, settings, now=NOW)
    yield Doors(owner, *opened, settings, members)
    for database in (owner, *opened):
        database.close()
