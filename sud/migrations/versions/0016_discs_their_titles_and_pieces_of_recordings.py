"""discs, their titles, and pieces of recordings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum("sent", "folder", "capture", name="discorigin", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "arrived",
                "kept",
                "read",
                "failed",
                "gone",
                name="discstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "problem",
            sa.Enum(
                "not_a_disc",
                "empty",
                "encrypted",
                "no_title",
                "unreadable",
                "store_failed",
                "reader_failed",
                name="discproblem",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("hearing_id", sa.BigInteger(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("prefix", sa.Text(), nullable=True),
        sa.Column("copy_of_id", sa.BigInteger(), nullable=True),
        sa.Column("report", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("shelf_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("seconds_left", sa.Integer(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("handed_in_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["copy_of_id"], ["discs.id"], name=op.f("fk_discs_copy_of_id_discs")
        ),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_discs_court_id_courts")),
        sa.ForeignKeyConstraint(
            ["handed_in_by_id"], ["users.id"], name=op.f("fk_discs_handed_in_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_discs_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discs")),
        sa.UniqueConstraint("key", name=op.f("uq_discs_key")),
    )
    op.create_index(op.f("ix_discs_copy_of_id"), "discs", ["copy_of_id"], unique=False)
    op.create_index(op.f("ix_discs_court_id"), "discs", ["court_id"], unique=False)
    op.create_index(op.f("ix_discs_hearing_id"), "discs", ["hearing_id"], unique=False)
    op.create_index(op.f("ix_discs_sha256"), "discs", ["sha256"], unique=False)
    op.create_table(
        "disc_titles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("disc_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "use",
            sa.Enum("open", "linked", "set_aside", name="titleuse", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("lost_s", sa.Float(), nullable=False),
        sa.Column("chapters", sa.Integer(), nullable=False),
        sa.Column("sounds", sa.Integer(), nullable=False),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_disc_titles_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["disc_id"], ["discs.id"], name=op.f("fk_disc_titles_disc_id_discs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disc_titles")),
        sa.UniqueConstraint("disc_id", "number", name=op.f("uq_disc_titles_disc_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_disc_titles_key")),
    )
    op.create_index(op.f("ix_disc_titles_disc_id"), "disc_titles", ["disc_id"], unique=False)
    op.create_table(
        "recording_pieces",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "doing", "done", name="piecestate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("share", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("beaten_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_pieces_recording_id_recordings"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_pieces")),
        sa.UniqueConstraint(
            "recording_id", "number", name=op.f("uq_recording_pieces_recording_id_number")
        ),
    )
    op.create_index(
        op.f("ix_recording_pieces_recording_id"), "recording_pieces", ["recording_id"], unique=False
    )
    op.add_column("recordings", sa.Column("disc_id", sa.BigInteger(), nullable=True))
    op.add_column("recordings", sa.Column("part", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("recordings", "part", server_default=None)
    op.add_column(
        "recordings",
        sa.Column(
            "verdict",
            sa.Enum(
                "good", "usable", "poor", "unusable", name="verdict", native_enum=False, length=40
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "recordings", sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "recordings", sa.Column("losses", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("recordings", sa.Column("prefix", sa.Text(), nullable=True))
    op.add_column(
        "recordings", sa.Column("sizes", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column(
        "recordings", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.alter_column("recordings", "urgent", server_default=None)
    op.add_column("recordings", sa.Column("seconds_left", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_recordings_disc_id"), "recordings", ["disc_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_recordings_disc_id_discs"), "recordings", "discs", ["disc_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_recordings_disc_id_discs"), "recordings", type_="foreignkey")
    op.drop_index(op.f("ix_recordings_disc_id"), table_name="recordings")
    op.drop_column("recordings", "seconds_left")
    op.drop_column("recordings", "urgent")
    op.drop_column("recordings", "sizes")
    op.drop_column("recordings", "prefix")
    op.drop_column("recordings", "losses")
    op.drop_column("recordings", "reasons")
    op.drop_column("recordings", "verdict")
    op.drop_column("recordings", "part")
    op.drop_column("recordings", "disc_id")
    op.drop_index(op.f("ix_recording_pieces_recording_id"), table_name="recording_pieces")
    op.drop_table("recording_pieces")
    op.drop_index(op.f("ix_disc_titles_disc_id"), table_name="disc_titles")
    op.drop_table("disc_titles")
    op.drop_index(op.f("ix_discs_sha256"), table_name="discs")
    op.drop_index(op.f("ix_discs_hearing_id"), table_name="discs")
    op.drop_index(op.f("ix_discs_court_id"), table_name="discs")
    op.drop_index(op.f("ix_discs_copy_of_id"), table_name="discs")
    op.drop_table("discs")
