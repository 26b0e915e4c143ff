"""marks in recordings, openings of the player and copies for parties."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "recording_copies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("picture", "sound", name="copyform", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_recording_copies_taken")),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["users.id"], name=op.f("fk_recording_copies_issued_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_recording_copies_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_copies_recording_id_recordings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recording_copies_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_copies")),
        sa.UniqueConstraint("key", name=op.f("uq_recording_copies_key")),
    )
    op.create_index(
        op.f("ix_recording_copies_participant_id"),
        "recording_copies",
        ["participant_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_recording_copies_recording_id"), "recording_copies", ["recording_id"], unique=False
    )
    op.create_index(
        op.f("ix_recording_copies_user_id"), "recording_copies", ["user_id"], unique=False
    )
    op.create_table(
        "recording_marks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "speaker",
                "event",
                "evidence",
                "remark",
                name="markkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("words <> ''", name=op.f("ck_recording_marks_words")),
        sa.CheckConstraint("at_ms >= 0", name=op.f("ck_recording_marks_at_ms")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_recording_marks_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_marks_recording_id_recordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_marks")),
        sa.UniqueConstraint("key", name=op.f("uq_recording_marks_key")),
    )
    op.create_index(
        "ix_recording_marks_place", "recording_marks", ["recording_id", "at_ms"], unique=False
    )
    op.create_table(
        "recording_openings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("session", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("played_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_openings_recording_id_recordings"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_recording_openings_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_openings")),
        sa.UniqueConstraint("name", name=op.f("uq_recording_openings_name")),
    )
    op.create_index(
        "ix_recording_openings_session",
        "recording_openings",
        ["session", "recording_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_recording_openings_session", table_name="recording_openings")
    op.drop_table("recording_openings")
    op.drop_index("ix_recording_marks_place", table_name="recording_marks")
    op.drop_table("recording_marks")
    op.drop_index(op.f("ix_recording_copies_user_id"), table_name="recording_copies")
    op.drop_index(op.f("ix_recording_copies_recording_id"), table_name="recording_copies")
    op.drop_index(op.f("ix_recording_copies_participant_id"), table_name="recording_copies")
    op.drop_table("recording_copies")
