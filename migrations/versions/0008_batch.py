"""files that organisations sent, the organisation that alone told of an incident, and cells that one told of"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("file_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("partner", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_index(op.f("ix_batch_file_digest"), "batch", ["file_digest"], unique=False)
    with op.batch_alter_table("incident") as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=40), nullable=True))
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.add_column(sa.Column("source", sa.String(length=40), nullable=True))
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.add_column(sa.Column("is_dominated", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.alter_column("is_dominated", server_default=None, existing_type=sa.Boolean())


def downgrade() -> None:
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.drop_column("is_dominated")
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.drop_column("source")
    with op.batch_alter_table("incident") as batch_op:
        batch_op.drop_column("source")
    op.drop_index(op.f("ix_batch_file_digest"), "batch")
    op.drop_table("batch")
