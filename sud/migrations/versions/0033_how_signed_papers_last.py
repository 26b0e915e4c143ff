"""how signed papers last."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issued_papers", sa.Column("checked_at", sa.DateTime(timezone=True)))
    op.add_column(
        "issued_papers",
        sa.Column(
            "findings",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'"),
        ),
    )
    op.alter_column("issued_papers", "findings", server_default=None)
    op.add_column("issued_papers", sa.Column("stamped_at", sa.DateTime(timezone=True)))
    op.add_column("issued_papers", sa.Column("lasts_until", sa.DateTime(timezone=True)))
    op.create_index(op.f("ix_issued_papers_checked_at"), "issued_papers", ["checked_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_issued_papers_checked_at"), table_name="issued_papers")
    for column in ("lasts_until", "stamped_at", "findings", "checked_at"):
        op.drop_column("issued_papers", column)
