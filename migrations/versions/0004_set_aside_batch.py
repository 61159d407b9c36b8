"""reports set aside belong to the release that counts them, as incidents do"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("set_aside") as batch_op:
        batch_op.add_column(sa.Column("batch", sa.String(length=7), nullable=True))
        batch_op.create_index(batch_op.f("ix_set_aside_batch"), ["batch"], unique=False)
    # Releases before this counted everything up to their quarter.
    op.execute(
        sa.text(
            "UPDATE set_aside SET batch = (SELECT min(release.quarter) FROM release "
            "WHERE release.quarter >= set_aside.quarter)"
        )
    )


def downgrade() -> None:
    with op.batch_alter_table("set_aside") as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_batch"))
        batch_op.drop_column("batch")
