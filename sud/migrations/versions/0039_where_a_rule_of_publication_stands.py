"""Where a rule of publication stands in the law, and how sure that is."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

SOURCES = ("source_ky", "source_ru", "source_en")


def upgrade() -> None:
    for name in SOURCES:
        op.add_column(
            "publication_rules", sa.Column(name, sa.Text(), nullable=False, server_default="")
        )
        op.alter_column("publication_rules", name, server_default=None)
    op.add_column(
        "publication_rules",
        sa.Column(
            "confidence",
            sa.Enum("H", "M", "L", name="confidence", native_enum=False, length=40),
            nullable=False,
            server_default="M",
        ),
    )
    op.alter_column("publication_rules", "confidence", server_default=None)


def downgrade() -> None:
    for name in ("confidence", *reversed(SOURCES)):
        op.drop_column("publication_rules", name)
