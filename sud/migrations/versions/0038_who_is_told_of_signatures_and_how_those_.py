"""Who is told that he has to sign, how signatures of parties last, and which claims need one."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "filing_signature_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind_code", sa.Text(), nullable=False),
        sa.Column(
            "need",
            sa.Enum("required", "told", name="signatureneed", native_enum=False, length=40),
            nullable=False,
        ),
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
        sa.ForeignKeyConstraint(
            ["kind_code"],
            ["case_kinds.code"],
            name=op.f("fk_filing_signature_rules_kind_code_case_kinds"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_signature_rules")),
        sa.UniqueConstraint(
            "kind_code", "valid_from", name=op.f("uq_filing_signature_rules_kind_code_valid_from")
        ),
    )
    op.create_table(
        "signature_watches",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=True),
        sa.Column("filing_signature_id", sa.BigInteger(), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_key", sa.Text(), nullable=True),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lasts_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(seat_id, filing_signature_id) = 1",
            name=op.f("ck_signature_watches_of_one"),
        ),
        sa.CheckConstraint(
            "num_nulls(evidence_key, stamped_at, lasts_until) IN (0, 3)",
            name=op.f("ck_signature_watches_evidence"),
        ),
        sa.ForeignKeyConstraint(
            ["filing_signature_id"],
            ["filing_signatures.id"],
            name=op.f("fk_signature_watches_filing_signature_id_filing_signatures"),
        ),
        sa.ForeignKeyConstraint(
            ["seat_id"],
            ["signing_seats.id"],
            name=op.f("fk_signature_watches_seat_id_signing_seats"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_watches")),
        sa.UniqueConstraint("evidence_key", name=op.f("uq_signature_watches_evidence_key")),
        sa.UniqueConstraint(
            "filing_signature_id", name=op.f("uq_signature_watches_filing_signature_id")
        ),
        sa.UniqueConstraint("seat_id", name=op.f("uq_signature_watches_seat_id")),
    )
    op.add_column("notices", sa.Column("seat_id", sa.BigInteger(), nullable=True))
    op.create_unique_constraint(op.f("uq_notices_seat_id"), "notices", ["seat_id"])
    op.create_foreign_key(
        op.f("fk_notices_seat_id_signing_seats"), "notices", "signing_seats", ["seat_id"], ["id"]
    )


def downgrade() -> None:
    # Nobody before knows this kind of notice.
    op.execute("DELETE FROM notices WHERE kind = 'signing_due'")
    op.drop_constraint(op.f("fk_notices_seat_id_signing_seats"), "notices", type_="foreignkey")
    op.drop_constraint(op.f("uq_notices_seat_id"), "notices", type_="unique")
    op.drop_column("notices", "seat_id")
    op.drop_table("signature_watches")
    op.drop_table("filing_signature_rules")
