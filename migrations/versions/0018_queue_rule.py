"""rules of the queue"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "queue_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "effect",
            sa.Enum(
                "flag", "tag", "route", "apart", name="effect", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("tag", sa.String(length=30), nullable=False),
        sa.Column("route_to", sa.Uuid(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("place", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("tried_version", sa.Integer(), nullable=True),
        sa.Column("tried_on", sa.Date(), nullable=True),
        sa.Column("tried_hits", sa.Integer(), nullable=True),
        sa.Column("tried_of", sa.Integer(), nullable=True),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["route_to"], ["member.id"], name=op.f("fk_queue_rule_route_to_member")),
        sa.ForeignKeyConstraint(["written_by"], ["member.id"], name=op.f("fk_queue_rule_written_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_rule")),
        sa.UniqueConstraint("name", name=op.f("uq_queue_rule_name")),
    )
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.add_column(sa.Column("rule", sa.String(length=36), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("saved_filter") as batch_op:
        batch_op.drop_column("rule")
    op.drop_table("queue_rule")
