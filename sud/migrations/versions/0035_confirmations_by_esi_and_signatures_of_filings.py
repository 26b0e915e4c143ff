"""Confirmations by ESI, the ways there, and signatures under filings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

INSERT_ONLY = ("esi_confirmations", "filing_signatures")


def upgrade() -> None:
    op.create_table(
        "esi_visits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum("sign_in", "confirm", name="esipurpose", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("verifier", sa.Text(), nullable=False),
        sa.Column("browser", sa.LargeBinary(), nullable=True),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("back", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(purpose = 'confirm') = (sha256 IS NOT NULL)", name=op.f("ck_esi_visits_document")
        ),
        sa.CheckConstraint(
            "purpose <> 'confirm' OR user_id IS NOT NULL", name=op.f("ck_esi_visits_whose")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_esi_visits_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esi_visits")),
        sa.UniqueConstraint("state", name=op.f("uq_esi_visits_state")),
    )
    op.create_index(op.f("ix_esi_visits_begun_at"), "esi_visits", ["begun_at"])
    op.create_table(
        "esi_confirmations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.LargeBinary(), nullable=False),
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("moment", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signing_key", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_esi_confirmations_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_esi_confirmations")),
        sa.UniqueConstraint("code", name=op.f("uq_esi_confirmations_code")),
    )
    op.create_index(
        "ix_esi_confirmations_user_id_sha256", "esi_confirmations", ["user_id", "sha256"]
    )
    op.create_table(
        "filing_signatures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("filing_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "way",
            sa.Enum(
                "digital", "esi", "handwritten", name="signingway", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("facts_sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped", sa.Boolean(), nullable=False),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("beside_key", sa.Text(), nullable=True),
        sa.Column("confirmation_id", sa.BigInteger(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(way = 'esi') = (confirmation_id IS NOT NULL)",
            name=op.f("ck_filing_signatures_confirmation"),
        ),
        sa.CheckConstraint(
            "(way = 'digital') = (certificate IS NOT NULL)",
            name=op.f("ck_filing_signatures_certificate"),
        ),
        sa.CheckConstraint(
            "way = 'digital' OR beside_key IS NULL", name=op.f("ck_filing_signatures_beside")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_filing_signatures_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_filing_signatures_user_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["confirmation_id"],
            ["esi_confirmations.id"],
            name=op.f("fk_filing_signatures_confirmation_id_esi_confirmations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_signatures")),
        sa.UniqueConstraint("beside_key", name=op.f("uq_filing_signatures_beside_key")),
    )
    op.create_index(op.f("ix_filing_signatures_filing_id"), "filing_signatures", ["filing_id"])
    for table in INSERT_ONLY:
        op.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM sud_web;"
        )


def downgrade() -> None:
    for table in ("filing_signatures", "esi_confirmations", "esi_visits"):
        op.drop_table(table)
