"""Papers that the public writes, and what the law says of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "form_grounds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("name_ky", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source_ky", sa.Text(), nullable=False),
        sa.Column("source_ru", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("H", "M", "L", name="confidence", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("edited_by_hand", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_grounds")),
        sa.UniqueConstraint("form", "valid_from", name=op.f("uq_form_grounds_form_valid_from")),
    )
    op.create_table(
        "blank_drafts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("again", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_blank_drafts_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blank_drafts")),
        sa.UniqueConstraint("key", name=op.f("uq_blank_drafts_key")),
    )
    op.create_index(
        op.f("ix_blank_drafts_changed_at"), "blank_drafts", ["changed_at"], unique=False
    )
    op.create_index(op.f("ix_blank_drafts_user_id"), "blank_drafts", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_blank_drafts_user_id"), table_name="blank_drafts")
    op.drop_index(op.f("ix_blank_drafts_changed_at"), table_name="blank_drafts")
    op.drop_table("blank_drafts")
    op.drop_table("form_grounds")
