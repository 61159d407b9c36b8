"""pairs that are not the same, series, parts that were not shared, and codings of a second member"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ruled_out",
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_ruled_out_report_id_report"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", "tag", name=op.f("pk_ruled_out")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "second_coding",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("coder_id", sa.Uuid(), nullable=False),
        sa.Column("coded_in", sa.String(length=7), nullable=False),
        sa.ForeignKeyConstraint(["coder_id"], ["member.id"], name=op.f("fk_second_coding_coder_id_member")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_second_coding_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_second_coding")),
    )
    op.create_index(op.f("ix_second_coding_coded_in"), "second_coding", ["coded_in"], unique=False)
    op.create_table(
        "coded_as",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("is_second", sa.Boolean(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["second_coding.incident_id"],
            name=op.f("fk_coded_as_incident_id_second_coding"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("incident_id", "is_second", "field", "code", name=op.f("pk_coded_as")),
    )
    op.create_table(
        "disagreement",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("why", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_disagreement_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "part", name=op.f("pk_disagreement")),
    )
    op.create_table(
        "return_note",
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["epoch"], ["desk_key.epoch"], name=op.f("fk_return_note_epoch_desk_key")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_return_note_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_return_note")),
    )
    op.execute(
        sa.text(
            "INSERT INTO disagreement (incident_id, part, why) "
            "SELECT id, return_reason, 'reads_otherwise' FROM incident WHERE return_reason IS NOT NULL"
        )
    )
    # Not in a batch: a table that is made anew takes the rows with it that refer to it.
    op.add_column("incident", sa.Column("series", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_incident_series"), "incident", ["series"], unique=False)
    op.drop_column("incident", "return_reason")


def downgrade() -> None:
    op.add_column("incident", sa.Column("return_reason", sa.String(length=40), nullable=True))
    op.execute(
        sa.text(
            "UPDATE incident SET return_reason = (SELECT min(part) FROM disagreement "
            "WHERE disagreement.incident_id = incident.id)"
        )
    )
    op.drop_table("return_note")
    op.drop_table("disagreement")
    op.drop_table("coded_as")
    op.drop_table("second_coding")
    op.drop_index(op.f("ix_incident_series"), "incident")
    op.drop_column("incident", "series")
    op.drop_table("ruled_out")
