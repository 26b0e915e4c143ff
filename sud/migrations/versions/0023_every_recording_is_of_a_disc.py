"""every recording is of a disc.

What was recorded of an original in the recording itself moves to a disc of its own. The renditions
of before had another form, which the player does not read: their recordings have to be made again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        INSERT INTO discs (key, origin, state, name, court_id, hearing_id, size, sha256, prefix,
                           urgent, progress, attempts, handed_in_by_id, handed_in_at)
        SELECT recordings.key, 'sent', 'kept', source_name, cases.court_id, hearing_id,
               source_bytes, source_sha256, source_prefix, false, 0, 0,
               recordings.handed_in_by_id, recordings.handed_in_at
        FROM recordings
        JOIN hearings ON hearings.id = recordings.hearing_id
        JOIN cases ON cases.id = hearings.case_id
        WHERE disc_id IS NULL
        """
    )
    op.execute(
        """
        UPDATE recordings
        SET disc_id = discs.id, state = 'failed', problem = 'store_failed', prefix = NULL
        FROM discs
        WHERE recordings.disc_id IS NULL AND discs.key = recordings.key
        """
    )
    op.execute("UPDATE recordings SET state = 'received' WHERE state = 'reading'")
    op.alter_column("recordings", "disc_id", existing_type=sa.BigInteger(), nullable=False)
    for column in (
        "source_name",
        "source_prefix",
        "source_sha256",
        "source_bytes",
        "contents_lost",
        "lost_sectors",
        "lease_holder",
        "lease_until",
    ):
        op.drop_column("recordings", column)
    op.drop_table("renditions")


def downgrade() -> None:
    op.create_table(
        "renditions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("recording_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("playlist", sa.Text(), nullable=False),
        sa.Column("whole", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("bandwidth", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("total_bytes", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_renditions_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renditions")),
        sa.UniqueConstraint("recording_id", "name", name=op.f("uq_renditions_recording_id_name")),
    )
    op.create_index(op.f("ix_renditions_recording_id"), "renditions", ["recording_id"])
    for column, kind in (
        ("source_name", sa.Text()),
        ("source_prefix", sa.Text()),
        ("source_sha256", sa.Text()),
        ("source_bytes", sa.BigInteger()),
        ("lost_sectors", sa.Integer()),
        ("lease_holder", sa.Text()),
        ("lease_until", sa.DateTime(timezone=True)),
    ):
        op.add_column("recordings", sa.Column(column, kind, nullable=True))
    op.add_column(
        "recordings",
        sa.Column("contents_lost", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("recordings", "contents_lost", server_default=None)
    op.execute(
        """
        UPDATE recordings
        SET source_name = discs.name, source_prefix = coalesce(discs.prefix, ''),
            source_sha256 = coalesce(discs.sha256, ''), source_bytes = discs.size
        FROM discs WHERE discs.id = recordings.disc_id
        """
    )
    for column, kind in (
        ("source_name", sa.Text()),
        ("source_prefix", sa.Text()),
        ("source_sha256", sa.Text()),
        ("source_bytes", sa.BigInteger()),
    ):
        op.alter_column("recordings", column, existing_type=kind, nullable=False)
    op.alter_column("recordings", "disc_id", existing_type=sa.BigInteger(), nullable=True)
