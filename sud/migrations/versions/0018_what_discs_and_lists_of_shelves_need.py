"""what discs and lists of shelves need."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shelf_lists",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("faults", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("handed_in_by_id", sa.BigInteger(), nullable=True),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_shelf_lists_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["handed_in_by_id"], ["users.id"], name=op.f("fk_shelf_lists_handed_in_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shelf_lists")),
        sa.UniqueConstraint(
            "court_id",
            "sha256",
            name=op.f("uq_shelf_lists_court_id_sha256"),
            postgresql_nulls_not_distinct=True,
        ),
        sa.UniqueConstraint("key", name=op.f("uq_shelf_lists_key")),
    )
    op.create_index(op.f("ix_shelf_lists_court_id"), "shelf_lists", ["court_id"], unique=False)
    op.add_column(
        "disc_titles",
        sa.Column(
            "reason",
            sa.Enum(
                "menu",
                "test",
                "duplicate",
                "no_hearing",
                "nothing_recorded",
                "another_court",
                name="asidereason",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column("disc_titles", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.alter_column("disc_titles", "name", server_default=None)
    op.add_column("disc_titles", sa.Column("preview", sa.LargeBinary(), nullable=True))
    op.add_column("discs", sa.Column("place", sa.Text(), nullable=True))
    op.add_column(
        "discs", sa.Column("urgent", sa.Boolean(), server_default="false", nullable=False)
    )
    op.alter_column("discs", "urgent", server_default=None)
    op.create_unique_constraint(op.f("uq_discs_place"), "discs", ["place"])


def downgrade() -> None:
    op.drop_constraint(op.f("uq_discs_place"), "discs", type_="unique")
    op.drop_column("discs", "urgent")
    op.drop_column("discs", "place")
    op.drop_column("disc_titles", "preview")
    op.drop_column("disc_titles", "name")
    op.drop_column("disc_titles", "reason")
    op.drop_index(op.f("ix_shelf_lists_court_id"), table_name="shelf_lists")
    op.drop_table("shelf_lists")
