"""saved filters, single keys that can be turned off, indexes that the queue needs"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("view", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("held", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_saved_filter_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("member_id", "name", name=op.f("uq_saved_filter_member_id")),
    )
    # Not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.add_column("member", sa.Column("has_single_keys", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.create_index(
        "ix_report_news",
        "report",
        ["id"],
        unique=False,
        sqlite_where=sa.text("has_news = 1"),
        postgresql_where=sa.text("has_news"),
    )
    op.create_index("ix_incident_place", "incident", ["place", "year"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_incident_place", "incident")
    op.drop_index("ix_report_news", "report")
    op.drop_column("member", "has_single_keys")
    op.drop_table("saved_filter")
