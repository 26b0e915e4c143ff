"""One draft of a kind of act in a case; in which kinds of case an act is given."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "act_kinds",
        sa.Column("case_kinds", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
    op.create_index(
        "uq_acts_draft",
        "acts",
        ["case_id", "kind_code"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )


def downgrade() -> None:
    op.drop_index("uq_acts_draft", table_name="acts", postgresql_where=sa.text("state = 'draft'"))
    op.drop_column("act_kinds", "case_kinds")
