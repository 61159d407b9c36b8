"""spare codes of the second factor"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spare_code",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_spare_code_member_id_member")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_spare_code")),
    )
    op.create_index(op.f("ix_spare_code_member_id"), "spare_code", ["member_id"])
    # Added, not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.add_column("member", sa.Column("spare_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("member", "spare_used_at")
    op.drop_index(op.f("ix_spare_code_member_id"), "spare_code")
    op.drop_table("spare_code")
