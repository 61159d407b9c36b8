"""since when reports are unchanged, holds, and batches of destruction"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_HANDLING = (
    "received",
    "quarantined",
    "in_triage",
    "awaiting_reporter",
    "linked",
    "set_aside",
    "closed",
    "destroyed",
)


def _enum(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "unchanged",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("handling", _enum(*_HANDLING, name="handling"), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_unchanged_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_unchanged")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_unchanged_since"), "unchanged", ["since"])
    op.create_table(
        "hold",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("placed_by", sa.Uuid(), nullable=False),
        sa.Column("placed_on", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_hold_report_id_report"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["placed_by"], ["member.id"], name=op.f("fk_hold_placed_by_member")),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_hold")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "destruction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("cleaned_on", sa.Date(), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("files", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["proposed_by"], ["member.id"], name=op.f("fk_destruction_proposed_by_member")),
        sa.ForeignKeyConstraint(["signed_by"], ["member.id"], name=op.f("fk_destruction_signed_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_destruction")),
    )
    op.create_table(
        "destruction_line",
        sa.Column("destruction_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("part", _enum("report", "files", name="part"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("handling", _enum(*_HANDLING, name="handling"), nullable=False),
        sa.Column("fate", _enum("waiting", "destroyed", "changed", "kept", "gone", name="fate"), nullable=False),
        sa.ForeignKeyConstraint(
            ["destruction_id"],
            ["destruction.id"],
            name=op.f("fk_destruction_line_destruction_id_destruction"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("destruction_id", "report_id", name=op.f("pk_destruction_line")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("destruction_line")
    op.drop_table("destruction")
    op.drop_table("hold")
    op.drop_table("unchanged")
