"""notices on public pages"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("page", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.CheckConstraint("page IN ('start', 'help')", name=op.f("ck_notice_page_page")),
        sa.PrimaryKeyConstraint("page", "language", name=op.f("pk_notice")),
    )


def downgrade() -> None:
    op.drop_table("notice")
