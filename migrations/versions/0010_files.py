"""files of reporters; messages numbered for good, with what reporters add and correct; news for the desk"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('question', 'answer', 'addition', 'correction')"
_DIRECTIONS = "direction IN ('question', 'answer')"


def upgrade() -> None:
    op.create_index(op.f("ix_audit_entry_action"), "audit_entry", ["action"], unique=False)
    op.add_column("report", sa.Column("has_news", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Two answers in one moment could get one number: each keeps its place, and a number of its own.
    op.execute(
        sa.text(
            "UPDATE message SET number = ranked.place FROM (SELECT id, row_number() OVER "
            "(PARTITION BY report_id ORDER BY number, id) AS place FROM message) AS ranked WHERE ranked.id = message.id"
        )
    )
    with op.batch_alter_table("message", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_direction_direction"), type_="check")
        batch_op.alter_column("direction", new_column_name="kind", existing_type=sa.String(length=40))
        batch_op.drop_index(op.f("ix_message_report_id"))
        batch_op.create_unique_constraint(op.f("uq_message_report_id"), ["report_id", "number"])
    with op.batch_alter_table("message", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.create_check_constraint(op.f("ck_message_kind_messagekind"), sa.text(_KINDS))
    op.create_table(
        "sent_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_facts", sa.LargeBinary(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("content_tag", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["epoch"], ["desk_key.epoch"], name=op.f("fk_sent_file_epoch_desk_key")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_sent_file_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_file")),
        sa.UniqueConstraint("report_id", "content_tag", name=op.f("uq_sent_file_report_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "file_piece",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column(
            "part",
            sa.Enum("original", "copy", "preview", name="filepart", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["sent_file.id"], name=op.f("fk_file_piece_file_id_sent_file"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("file_id", "part", "number", name=op.f("pk_file_piece")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_entry_action"), "audit_entry")
    op.drop_table("file_piece")
    op.drop_table("sent_file")
    op.execute(sa.text("UPDATE message SET kind = 'answer' WHERE kind IN ('addition', 'correction')"))
    with op.batch_alter_table("message", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_kind_messagekind"), type_="check")
        batch_op.alter_column("kind", new_column_name="direction", existing_type=sa.String(length=40))
        batch_op.drop_constraint(op.f("uq_message_report_id"), type_="unique")
        batch_op.create_index(op.f("ix_message_report_id"), ["report_id"], unique=False)
    with op.batch_alter_table("message", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.create_check_constraint(op.f("ck_message_direction_direction"), sa.text(_DIRECTIONS))
    # Not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.drop_column("report", "has_news")
