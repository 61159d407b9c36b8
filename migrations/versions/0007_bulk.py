"""acts on many reports at once"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

HANDLING = (
    "received",
    "quarantined",
    "in_triage",
    "awaiting_reporter",
    "linked",
    "set_aside",
    "closed",
    "destroyed",
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "bulk",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", _one_of("bulkkind", "set_aside", "release"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed_comment", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["epoch"], ["desk_key.epoch"], name=op.f("fk_bulk_epoch_desk_key")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_bulk_member_id_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk")),
    )
    op.create_table(
        "bulk_row",
        sa.Column("bulk_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("before", _one_of("handling", *HANDLING), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            _one_of("outcome", "done", "nothing_to_do", "moved_on", "undone", "not_undone"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["bulk_id"], ["bulk.id"], name=op.f("fk_bulk_row_bulk_id_bulk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_bulk_row_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("bulk_id", "report_id", name=op.f("pk_bulk_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("bulk_row")
    op.drop_table("bulk")
