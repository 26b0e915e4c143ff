"""What became of a paper of the public."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("blank_drafts", sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("blank_drafts", sa.Column("filing_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_blank_drafts_filing_id_filings"), "blank_drafts", "filings", ["filing_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(
        op.f("fk_blank_drafts_filing_id_filings"), "blank_drafts", type_="foreignkey"
    )
    op.drop_column("blank_drafts", "filing_id")
    op.drop_column("blank_drafts", "handed_at")
