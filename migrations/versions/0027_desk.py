"""several desks, and who works at each"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    desk = op.create_table(
        "desk",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_desk")),
    )
    member = op.create_table(
        "desk_member",
        sa.Column("desk", sa.String(length=40), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["desk"], ["desk.code"], name=op.f("fk_desk_member_desk_desk")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_desk_member_member_id_member")),
        sa.PrimaryKeyConstraint("desk", "member_id", name=op.f("pk_desk_member")),
    )
    op.create_index(op.f("ix_desk_member_member_id"), "desk_member", ["member_id"])
    key = sa.table("desk_key", sa.column("epoch"), sa.column("desk"), sa.column("created_on"))
    grant = sa.table("key_grant", sa.column("epoch"), sa.column("member_id"))
    op.execute(
        desk.insert().from_select(
            ["code", "name", "created_on"],
            sa.select(key.c.desk, sa.literal(""), sa.func.min(key.c.created_on)).group_by(key.c.desk),
        )
    )
    op.execute(
        member.insert().from_select(
            ["desk", "member_id"],
            sa.select(key.c.desk, grant.c.member_id)
            .join_from(grant, key, grant.c.epoch == key.c.epoch)
            .where(grant.c.member_id.is_not(None))
            .distinct(),
        )
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_desk_member_member_id"), table_name="desk_member")
    op.drop_table("desk_member")
    op.drop_table("desk")
