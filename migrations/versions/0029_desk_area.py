"""the part of the country that a desk reads"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_area",
        sa.Column("municipality", sa.String(length=5), nullable=False),
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["desk"], ["desk.code"], name=op.f("fk_desk_area_desk_desk")),
        sa.PrimaryKeyConstraint("municipality", name=op.f("pk_desk_area")),
    )
    op.create_index(op.f("ix_desk_area_desk"), "desk_area", ["desk"])


def downgrade() -> None:
    op.drop_index(op.f("ix_desk_area_desk"), table_name="desk_area")
    op.drop_table("desk_area")
