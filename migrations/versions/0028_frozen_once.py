"""a draft is built anew of what has changed: frozen incidents say of what they were made"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # What a draft has frozen before is frozen anew by the next: no version is 0.
    op.add_column("counted_incident", sa.Column("incident_version", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("counted_incident", sa.Column("rules", sa.LargeBinary(8), nullable=False, server_default=""))
    with op.batch_alter_table("counted_incident") as batch:
        batch.alter_column("incident_version", server_default=None)
        batch.alter_column("rules", server_default=None)
    op.drop_index(op.f("ix_incident_batch"), table_name="incident")
    op.drop_column("incident", "batch")


def downgrade() -> None:
    op.add_column("incident", sa.Column("batch", sa.String(length=7), nullable=True))
    op.create_index(op.f("ix_incident_batch"), "incident", ["batch"])
    incident = sa.table("incident", sa.column("id"), sa.column("batch"))
    counted = sa.table("counted_incident", sa.column("incident_id"), sa.column("batch"))
    release = sa.table("release", sa.column("quarter"))
    op.execute(sa.delete(counted).where(counted.c.batch.not_in(sa.select(release.c.quarter))))
    batch = sa.select(counted.c.batch).where(counted.c.incident_id == incident.c.id)
    op.execute(sa.update(incident).values(batch=batch.scalar_subquery()))
    op.drop_column("counted_incident", "rules")
    op.drop_column("counted_incident", "incident_version")
