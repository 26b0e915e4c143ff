"""A paper whose time stamp was renewed keeps the digests of before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "issued_papers",
        sa.Column("earlier", postgresql.JSONB(), server_default="[]", nullable=False),
    )
    op.alter_column("issued_papers", "earlier", server_default=None)


def downgrade() -> None:
    op.drop_column("issued_papers", "earlier")
