"""damage and plain files of recordings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("recordings", sa.Column("lost_ms", sa.BigInteger(), nullable=True))
    op.add_column(
        "recordings",
        sa.Column("contents_lost", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.alter_column("recordings", "contents_lost", server_default=None)
    op.add_column("renditions", sa.Column("whole", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("renditions", "whole")
    op.drop_column("recordings", "contents_lost")
    op.drop_column("recordings", "lost_ms")
