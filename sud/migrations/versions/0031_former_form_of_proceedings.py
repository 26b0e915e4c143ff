"""A change of the form of proceedings names the form before it."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "form_changes",
        sa.Column(
            "former",
            sa.Enum("digital", "paper", "mixed", name="caseform", native_enum=False, length=40),
            server_default="digital",
            nullable=False,
        ),
    )
    op.alter_column("form_changes", "former", server_default=None)


def downgrade() -> None:
    op.drop_column("form_changes", "former")
