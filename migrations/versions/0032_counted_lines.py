"""incidents that are counted alike share one line"""

from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_CODES = {
    "area": sa.String(10),
    "ground": sa.Text(),
    "target": sa.Text(),
    "act": sa.String(40),
    "setting": sa.String(40),
    "verification": sa.String(40),
    "gender": sa.Text(),
    "age": sa.Text(),
    "reported": sa.String(40),
    "delay": sa.String(40),
}
_SOURCE = sa.String(40)
_LINE = sa.table("counted_line", sa.column("key"), *(sa.column(name) for name in (*_CODES, "source")))
_COUNTED = sa.table(
    "counted_incident", sa.column("line_key"), *(sa.column(name) for name in (*_CODES, "source"))
)


def upgrade() -> None:
    op.create_table(
        "counted_line",
        sa.Column("key", sa.LargeBinary(16), nullable=False),
        *(sa.Column(name, kind, nullable=False) for name, kind in _CODES.items()),
        sa.Column("source", _SOURCE, nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_counted_line")),
    )
    # First, because on PostgreSQL it keeps everybody else out until the end.
    op.add_column("counted_incident", sa.Column("line_key", sa.LargeBinary(16), nullable=True))
    connection = op.get_bind()
    found = connection.execute(sa.select(*(_COUNTED.c[name] for name in (*_CODES, "source"))).distinct())
    lines = {_key(row): {**row, "source": row["source"] or None} for row in found.mappings()}
    if lines:
        connection.execute(sa.insert(_LINE), [{"key": key, **line} for key, line in lines.items()])
    op.create_index("ix_counted_line_alike", "counted_line", list(_CODES))
    is_own = [_LINE.c[name] == _COUNTED.c[name] for name in _CODES]
    is_own.append(sa.func.coalesce(_LINE.c.source, "") == sa.func.coalesce(_COUNTED.c.source, ""))
    connection.execute(
        sa.update(_COUNTED).values(line_key=sa.select(_LINE.c.key).where(*is_own).scalar_subquery())
    )
    op.drop_index("ix_counted_line_alike", "counted_line")
    op.drop_index("ix_counted_incident_batch", "counted_incident")
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.alter_column("line_key", existing_type=sa.LargeBinary(16), nullable=False)
        batch_op.create_foreign_key(
            op.f("fk_counted_incident_line_key_counted_line"), "counted_line", ["line_key"], ["key"]
        )
        for name in (*_CODES, "source"):
            batch_op.drop_column(name)
    op.create_index("ix_counted_incident_batch", "counted_incident", ["batch", "line_key"])
    op.create_index(op.f("ix_counted_incident_line_key"), "counted_incident", ["line_key"])


def downgrade() -> None:
    for name, kind in {**_CODES, "source": _SOURCE}.items():
        op.add_column("counted_incident", sa.Column(name, kind, nullable=True))
    own = {
        name: sa.select(_LINE.c[name]).where(_LINE.c.key == _COUNTED.c.line_key).scalar_subquery()
        for name in (*_CODES, "source")
    }
    op.get_bind().execute(sa.update(_COUNTED).values(own))
    op.drop_index(op.f("ix_counted_incident_line_key"), "counted_incident")
    op.drop_index("ix_counted_incident_batch", "counted_incident")
    with op.batch_alter_table("counted_incident") as batch_op:
        for name, kind in _CODES.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.drop_constraint(op.f("fk_counted_incident_line_key_counted_line"), type_="foreignkey")
        batch_op.drop_column("line_key")
    op.create_index("ix_counted_incident_batch", "counted_incident", ["batch"])
    op.drop_table("counted_line")


def _key(row: sa.RowMapping) -> bytes:
    texts = [*(row[name] for name in _CODES), row["source"] or ""]
    return blake2b("\0".join(texts).encode(), digest_size=16).digest()
