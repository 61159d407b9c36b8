"""the organisation that a partner sends for"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("member", "invitation"):
        op.add_column(table, sa.Column("partner", sa.String(length=40), nullable=True))


def downgrade() -> None:
    for table in ("invitation", "member"):
        op.drop_column(table, "partner")
