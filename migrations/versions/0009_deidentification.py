"""what members decided on marks, and the summary of a report, both sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deidentification",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_rulings", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_summary", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["report.id"],
            name=op.f("fk_deidentification_report_id_report"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("pk_deidentification")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("deidentification")
