"""announced days of releases, embargo until then, and withdrawal"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("release") as batch_op:
        batch_op.add_column(sa.Column("embargoed_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "announcement",
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("quarter", name=op.f("pk_announcement")),
    )
    with op.batch_alter_table("announcement") as batch_op:
        batch_op.create_index(batch_op.f("ix_announcement_public_at"), ["public_at"])
    op.create_table(
        "release_withdrawal",
        sa.Column("release_number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("english", sa.Text(), nullable=False),
        sa.Column("serbian", sa.Text(), nullable=False),
        sa.Column("replaced_by", sa.Integer(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_number"], ["release.number"], name=op.f("fk_release_withdrawal_release_number_release")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"], ["release.number"], name=op.f("fk_release_withdrawal_replaced_by_release")
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["member.id"], name=op.f("fk_release_withdrawal_asked_by_member")),
        sa.ForeignKeyConstraint(["approved_by"], ["member.id"], name=op.f("fk_release_withdrawal_approved_by_member")),
        sa.PrimaryKeyConstraint("release_number", name=op.f("pk_release_withdrawal")),
    )


def downgrade() -> None:
    op.drop_table("release_withdrawal")
    op.drop_table("announcement")
    with op.batch_alter_table("release") as batch_op:
        batch_op.drop_column("embargoed_until")
