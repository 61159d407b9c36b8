"""the targets of an incident as it was counted; exports to ODIHR that two members let out"""

from collections import defaultdict

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_COUNTED = sa.table("counted_incident", sa.column("incident_id", sa.Uuid()), sa.column("target", sa.Text()))
_CODES = sa.table(
    "incident_code",
    sa.column("incident_id", sa.Uuid()),
    sa.column("vocabulary", sa.String()),
    sa.column("code", sa.String()),
)


def upgrade() -> None:
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.add_column(sa.Column("target", sa.Text(), nullable=False, server_default="unknown"))
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.alter_column("target", server_default=None, existing_type=sa.Text())
    # What was counted before keeps the targets that are still known; no release counts them yet.
    targets: dict[object, list[str]] = defaultdict(list)
    connection = op.get_bind()
    query = sa.select(_CODES.c.incident_id, _CODES.c.code).where(_CODES.c.vocabulary == "target_group")
    for incident, code in connection.execute(query):
        targets[incident].append(code)
    for incident, codes in targets.items():
        connection.execute(
            sa.update(_COUNTED).where(_COUNTED.c.incident_id == incident).values(target="|".join(sorted(codes)))
        )
    op.create_table(
        "odihr_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["member.id"], name=op.f("fk_odihr_export_asked_by_member")),
        sa.ForeignKeyConstraint(["approved_by"], ["member.id"], name=op.f("fk_odihr_export_approved_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odihr_export")),
    )


def downgrade() -> None:
    op.drop_table("odihr_export")
    with op.batch_alter_table("counted_incident") as batch_op:
        batch_op.drop_column("target")
