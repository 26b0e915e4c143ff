"""One proof, one signature: who has shown by ESI that it is he, and what he did with it."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("proved_at", "spent_at"):
        op.add_column("esi_visits", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(
        op.f("ck_esi_visits_proof"), "esi_visits", "spent_at IS NULL OR proved_at IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_esi_visits_proof"), "esi_visits", type_="check")
    for name in ("spent_at", "proved_at"):
        op.drop_column("esi_visits", name)
