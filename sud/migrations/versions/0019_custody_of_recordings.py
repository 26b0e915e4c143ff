"""custody of recordings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "force_notes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "entered", "appealed", "upheld", name="forcestep", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_force_notes_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["users.id"], name=op.f("fk_force_notes_noted_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_force_notes")),
    )
    op.create_index(op.f("ix_force_notes_case_id"), "force_notes", ["case_id"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "retention_over",
                "wrong_hearing",
                "court_order",
                name="erasureground",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("prefixes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "expired",
                name="proposalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_erasures_decided"),
        ),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_erasures_two_persons")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_erasures_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_erasures_proposed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_erasures_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("key", name=op.f("uq_erasures_key")),
    )
    op.create_index(op.f("ix_erasures_decided_by_id"), "erasures", ["decided_by_id"], unique=False)
    op.create_index(
        op.f("ix_erasures_proposed_by_id"), "erasures", ["proposed_by_id"], unique=False
    )
    op.create_index(op.f("ix_erasures_recording_id"), "erasures", ["recording_id"], unique=False)
    op.create_index(op.f("ix_erasures_state"), "erasures", ["state"], unique=False)
    op.create_index(
        "uq_erasures_open",
        "erasures",
        ["recording_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "maskings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("stretches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("sizes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "expired",
                name="proposalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_maskings_decided"),
        ),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_maskings_two_persons")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_maskings_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_maskings_proposed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_maskings_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maskings")),
        sa.UniqueConstraint("key", name=op.f("uq_maskings_key")),
    )
    op.create_index(op.f("ix_maskings_decided_by_id"), "maskings", ["decided_by_id"], unique=False)
    op.create_index(
        op.f("ix_maskings_proposed_by_id"), "maskings", ["proposed_by_id"], unique=False
    )
    op.create_index(op.f("ix_maskings_recording_id"), "maskings", ["recording_id"], unique=False)
    op.create_index(op.f("ix_maskings_state"), "maskings", ["state"], unique=False)
    op.create_index(
        "uq_maskings_open",
        "maskings",
        ["recording_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    op.drop_index(
        "uq_maskings_open", table_name="maskings", postgresql_where=sa.text("state = 'proposed'")
    )
    op.drop_index(op.f("ix_maskings_state"), table_name="maskings")
    op.drop_index(op.f("ix_maskings_recording_id"), table_name="maskings")
    op.drop_index(op.f("ix_maskings_proposed_by_id"), table_name="maskings")
    op.drop_index(op.f("ix_maskings_decided_by_id"), table_name="maskings")
    op.drop_table("maskings")
    op.drop_index(
        "uq_erasures_open", table_name="erasures", postgresql_where=sa.text("state = 'proposed'")
    )
    op.drop_index(op.f("ix_erasures_state"), table_name="erasures")
    op.drop_index(op.f("ix_erasures_recording_id"), table_name="erasures")
    op.drop_index(op.f("ix_erasures_proposed_by_id"), table_name="erasures")
    op.drop_index(op.f("ix_erasures_decided_by_id"), table_name="erasures")
    op.drop_table("erasures")
    op.drop_index(op.f("ix_force_notes_case_id"), table_name="force_notes")
    op.drop_table("force_notes")
