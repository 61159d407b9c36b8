"""the queue reads open reports in an index of their own"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

IS_OPEN = "handling IN ('awaiting_reporter', 'in_triage', 'quarantined', 'received')"


def upgrade() -> None:
    op.create_index(
        "ix_report_open",
        "report",
        ["handling", "received_on", "version", "epoch", "has_news", "lease_member_id", "lease_until", "id"],
        sqlite_where=sa.text(IS_OPEN),
        postgresql_where=sa.text(IS_OPEN),
    )


def downgrade() -> None:
    op.drop_index("ix_report_open", "report")
