"""Alembic's entry: works on the connection it is handed, else on INCIDENTS_DATABASE_URL."""

import os

import sqlalchemy as sa
from alembic import context

from incidents.db.base import Instant
from incidents.db.database import Database
from incidents.db.tables import METADATA


def _as_plain_sql(kind: str, item: object, _context: object) -> str | bool:
    # Migrations shall run long after our own column types were renamed.
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_item=_as_plain_sql,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


if (handed := context.config.attributes.get("connection")) is not None:
    run(handed)
else:
    with Database(os.environ["INCIDENTS_DATABASE_URL"]).engine.begin() as opened:
        run(opened)
