"""notices of the desk to reporters; referrals of reports to bodies"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('question', 'notice', 'answer', 'addition', 'correction')"
_KINDS_BEFORE = "kind IN ('question', 'answer', 'addition', 'correction')"


def _allow(kinds: str) -> None:
    with op.batch_alter_table("message", table_kwargs={"sqlite_with_rowid": False}) as batch_op:
        batch_op.drop_constraint(op.f("ck_message_kind_messagekind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_message_kind_messagekind"), sa.text(kinds))


def upgrade() -> None:
    _allow(_KINDS)
    op.create_table(
        "referral",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "consent_checked",
                "sent",
                "acknowledged",
                "outcome",
                "revoked",
                name="referral",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "basis",
            sa.Enum(
                "form", "answer", "override", name="basis", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "confirmed",
                "not_confirmed",
                "proceedings",
                "dismissed",
                "not_competent",
                "no_answer",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("fk_referral_report_id_report"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["member.id"], name=op.f("fk_referral_proposed_by_member")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    op.create_index(op.f("ix_referral_report_id"), "referral", ["report_id"])
    op.create_index(op.f("ix_referral_state"), "referral", ["state"])


def downgrade() -> None:
    op.drop_table("referral")
    # What the desk told stays readable: as a question that nobody has to answer.
    op.execute(sa.text("UPDATE message SET kind = 'question' WHERE kind = 'notice'"))
    _allow(_KINDS_BEFORE)
