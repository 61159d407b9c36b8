"""keys in full: intake that waits to be opened, what a grant is sealed to, recovery codes, shares"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Added, not in batches: a table that is made anew takes the rows with it that refer to it.
    op.add_column("desk_key", sa.Column("opened_on", sa.Date(), nullable=True))
    op.execute(sa.text("UPDATE desk_key SET opened_on = created_on"))
    op.add_column("member_key", sa.Column("recovery_public", sa.LargeBinary(length=32), nullable=True))
    op.add_column("member_key", sa.Column("recovery_confirmed_on", sa.Date(), nullable=True))
    with op.batch_alter_table("key_grant") as batch_op:
        batch_op.add_column(sa.Column("sealed_to", sa.LargeBinary(length=32), nullable=True))
    op.execute(
        sa.text(
            "UPDATE key_grant SET sealed_to = coalesce("
            "(SELECT public FROM member_key WHERE member_key.member_id = key_grant.member_id), "
            "(SELECT public FROM recovery_key WHERE recovery_key.number = key_grant.recovery_number))"
        )
    )
    with op.batch_alter_table("key_grant") as batch_op:
        batch_op.alter_column("sealed_to", existing_type=sa.LargeBinary(length=32), nullable=False)
        batch_op.create_unique_constraint("uq_key_grant_recovery", ["epoch", "recovery_number"])
    op.create_table(
        "recovery_share",
        sa.Column("recovery_number", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("read_back_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["recovery_number"], ["recovery_key.number"], name=op.f("fk_recovery_share_recovery_number_recovery_key")
        ),
        sa.PrimaryKeyConstraint("recovery_number", "number", name=op.f("pk_recovery_share")),
    )


def downgrade() -> None:
    op.drop_table("recovery_share")
    with op.batch_alter_table("key_grant") as batch_op:
        batch_op.drop_constraint("uq_key_grant_recovery", type_="unique")
        batch_op.drop_column("sealed_to")
    op.drop_column("member_key", "recovery_confirmed_on")
    op.drop_column("member_key", "recovery_public")
    op.drop_column("desk_key", "opened_on")
