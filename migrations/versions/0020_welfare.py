"""members who want no announcements, and what one member did lately"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_audit_entry_actor_at"), "audit_entry", ["actor", "at"], unique=False)
    # Added, not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.add_column("member", sa.Column("is_warned", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_entry_actor_at"), table_name="audit_entry")
    op.drop_column("member", "is_warned")
