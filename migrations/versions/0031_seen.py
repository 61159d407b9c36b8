"""which incidents changed since releases were last counted"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

UNSEEN = "seen_version <> version"


def upgrade() -> None:
    op.add_column("incident", sa.Column("seen_version", sa.Integer(), nullable=False, server_default="0"))
    op.drop_column("counted_incident", "incident_version")
    op.create_index(
        "ix_incident_unseen", "incident", ["id"], sqlite_where=sa.text(UNSEEN), postgresql_where=sa.text(UNSEEN)
    )


def downgrade() -> None:
    op.drop_index("ix_incident_unseen", "incident")
    op.drop_column("incident", "seen_version")
    # What a draft has frozen before is frozen anew by the next: no version is 0.
    op.add_column("counted_incident", sa.Column("incident_version", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("counted_incident") as batch:
        batch.alter_column("incident_version", server_default=None)
