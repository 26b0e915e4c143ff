"""view copies of papers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Papers that are here already wait, as new ones do: the clock has their copies made.
    states = sa.Enum(
        "waiting", "made", "impossible", name="viewstate", native_enum=False, length=40
    )
    found: sa.Column[list[object]] = sa.Column(
        "found", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"
    )
    state: sa.Column[str] = sa.Column(
        "view_state", states, nullable=False, server_default="waiting"
    )
    op.add_column("documents", found)
    op.add_column("documents", state)
    op.alter_column("documents", "found", server_default=None)
    op.alter_column("documents", "view_state", server_default=None)
    op.add_column("documents", sa.Column("view_key", sa.Text(), nullable=True))
    op.add_column("documents", sa.Column("view_media_type", sa.Text(), nullable=True))
    op.add_column("documents", sa.Column("view_size", sa.BigInteger(), nullable=True))
    op.add_column("documents", sa.Column("view_sha256", sa.Text(), nullable=True))
    op.create_unique_constraint(op.f("uq_documents_view_key"), "documents", ["view_key"])
    op.create_check_constraint(
        op.f("ck_documents_view_made"),
        "documents",
        "(view_state = 'made') = (view_key IS NOT NULL)",
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_documents_view_made"), "documents", type_="check")
    op.drop_constraint(op.f("uq_documents_view_key"), "documents", type_="unique")
    op.drop_column("documents", "view_sha256")
    op.drop_column("documents", "view_size")
    op.drop_column("documents", "view_media_type")
    op.drop_column("documents", "view_key")
    op.drop_column("documents", "view_state")
    op.drop_column("documents", "found")
