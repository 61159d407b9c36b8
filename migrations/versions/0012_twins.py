"""pairs that are not the same, series, parts that were not shared, and codings of a second member"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ruled_out",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_ruled_out_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "tag", name=op.f("pk_ruled_out")),
        sqlite_with_rowid=False,
    )
    # Not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.add_column("incident", sa.Column("series", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_incident_series"), "incident", ["series"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_incident_series"), "incident")
    op.drop_column("incident", "series")
    op.drop_table("ruled_out")
