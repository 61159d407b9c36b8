"""redacted copies of files"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def _allow(parts: str) -> None:
    with op.batch_alter_table("file_piece", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_constraint(op.f("ck_file_piece_part_filepart"), type_="check")
        batch_op.create_check_constraint(op.f("ck_file_piece_part_filepart"), sa.text(f"part IN ({parts})"))


def upgrade() -> None:
    _allow("'original', 'copy', 'preview', 'redacted'")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM file_piece WHERE part = 'redacted'"))
    _allow("'original', 'copy', 'preview'")
