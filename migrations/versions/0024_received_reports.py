"""reports received, as releases count them"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "received_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch", sa.String(length=7), nullable=False),
        sa.Column("standing", sa.String(length=40), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_received_reports")),
    )
    op.create_index(op.f("ix_received_reports_batch"), "received_reports", ["batch"])


def downgrade() -> None:
    op.drop_index(op.f("ix_received_reports_batch"), "received_reports")
    op.drop_table("received_reports")
