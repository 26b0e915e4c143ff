"""no more waiting items of the drop folder."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("drop_items")


def downgrade() -> None:
    op.create_table(
        "drop_items",
        sa.Column("id", sa.BIGINT(), autoincrement=True, nullable=False),
        sa.Column("key", sa.UUID(), autoincrement=False, nullable=False),
        sa.Column("name", sa.TEXT(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BIGINT(), autoincrement=False, nullable=False),
        sa.Column("state", sa.VARCHAR(length=40), autoincrement=False, nullable=False),
        sa.Column("problem", sa.VARCHAR(length=40), autoincrement=False, nullable=True),
        sa.Column("recording_id", sa.BIGINT(), autoincrement=False, nullable=True),
        sa.Column(
            "seen_at", postgresql.TIMESTAMP(timezone=True), autoincrement=False, nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_drop_items_recording_id_recordings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drop_items")),
        sa.UniqueConstraint(
            "key",
            name=op.f("uq_drop_items_key"),
            postgresql_include=[],
            postgresql_nulls_not_distinct=False,
        ),
        sa.UniqueConstraint(
            "name",
            name=op.f("uq_drop_items_name"),
            postgresql_include=[],
            postgresql_nulls_not_distinct=False,
        ),
    )
