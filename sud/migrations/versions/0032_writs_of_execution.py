"""Writs of execution, one for each claimant of a decision in force."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "writs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("claimant_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("in_force", sa.Date(), nullable=False),
        sa.Column("issued_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["acts.id"], name=op.f("fk_writs_act_id_acts")),
        sa.ForeignKeyConstraint(
            ["claimant_id"], ["participants.id"], name=op.f("fk_writs_claimant_id_participants")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["users.id"], name=op.f("fk_writs_issued_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["issued_id"], ["issued_papers.id"], name=op.f("fk_writs_issued_id_issued_papers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writs")),
        sa.UniqueConstraint("act_id", "claimant_id", name=op.f("uq_writs_act_id_claimant_id")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_writs_issued_id")),
        sa.UniqueConstraint("key", name=op.f("uq_writs_key")),
        sa.UniqueConstraint("number", name=op.f("uq_writs_number")),
    )
    op.create_index(op.f("ix_writs_act_id"), "writs", ["act_id"], unique=False)
    op.create_index(op.f("ix_writs_claimant_id"), "writs", ["claimant_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_writs_claimant_id"), table_name="writs")
    op.drop_index(op.f("ix_writs_act_id"), table_name="writs")
    op.drop_table("writs")
