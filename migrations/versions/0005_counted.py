"""incidents as they were counted, corrections of them, and cells by what they count"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "counted_incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("batch", sa.String(length=7), nullable=False),
        sa.Column("area", sa.String(length=10), nullable=False),
        sa.Column("ground", sa.Text(), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("setting", sa.String(length=40), nullable=False),
        sa.Column("verification", sa.String(length=40), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("age", sa.Text(), nullable=False),
        sa.Column("reported", sa.String(length=40), nullable=False),
        sa.Column("delay", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incident.id"],
            name=op.f("fk_counted_incident_incident_id_incident"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_counted_incident")),
        sa.UniqueConstraint("incident_id", name=op.f("uq_counted_incident_incident_id")),
    )
    op.create_index(op.f("ix_counted_incident_batch"), "counted_incident", ["batch"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("quarter", sa.String(length=7), nullable=False),
        sa.Column("batch", sa.String(length=7), nullable=True),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_correction_incident_id_incident"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    for column in ("incident_id", "quarter", "batch"):
        op.create_index(op.f(f"ix_correction_{column}"), "correction", [column], unique=False)
    with op.batch_alter_table("release") as batch_op:
        batch_op.add_column(sa.Column("added_table", sa.String(length=80), nullable=True))
        batch_op.drop_constraint(op.f("uq_release_quarter"), type_="unique")
        batch_op.create_index(op.f("ix_release_quarter"), ["quarter"], unique=False)
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.add_column(sa.Column("subject", sa.String(length=20), nullable=False, server_default="incidents"))
    op.execute(sa.text("UPDATE release_cell SET subject = 'set_aside' WHERE cell LIKE '%report=set_aside%'"))
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.alter_column("subject", server_default=None, existing_type=sa.String(length=20))
        batch_op.drop_constraint(op.f("pk_release_cell"), type_="primary")
        batch_op.create_primary_key(op.f("pk_release_cell"), ["release_number", "subject", "cell"])


def downgrade() -> None:
    with op.batch_alter_table("release_cell") as batch_op:
        batch_op.drop_constraint(op.f("pk_release_cell"), type_="primary")
        batch_op.create_primary_key(op.f("pk_release_cell"), ["release_number", "cell"])
        batch_op.drop_column("subject")
    with op.batch_alter_table("release") as batch_op:
        batch_op.drop_index(op.f("ix_release_quarter"))
        batch_op.create_unique_constraint(op.f("uq_release_quarter"), ["quarter"])
        batch_op.drop_column("added_table")
    op.drop_table("correction")
    op.drop_table("counted_incident")
