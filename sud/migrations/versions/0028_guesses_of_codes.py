"""Guesses of codes are counted."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_misses",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_misses")),
    )
    op.create_index("ix_code_misses_place_at", "code_misses", ["place", "at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_code_misses_place_at", table_name="code_misses")
    op.drop_table("code_misses")
