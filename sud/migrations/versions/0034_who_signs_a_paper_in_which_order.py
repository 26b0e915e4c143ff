"""Who signs a paper in which order; dissenting opinions of judges."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

NAMED = """
UPDATE issued_papers SET kind = 'joint_paper' WHERE subject LIKE 'documents/%/joint'
"""
UNNAMED = """
UPDATE issued_papers SET kind = 'certified_copy' WHERE subject LIKE 'documents/%/joint'
"""
GUARDS = """
CREATE FUNCTION keep_settled_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'waits' THEN
    RAISE EXCEPTION 'a signature that was given or refused is never changed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER keep_settled_seat BEFORE UPDATE OR DELETE ON signing_seats
  FOR EACH ROW EXECUTE FUNCTION keep_settled_seat();
CREATE FUNCTION keep_closed_sheet() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'open' THEN
    RAISE EXCEPTION 'a sheet that was signed by all or stopped is never changed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER keep_closed_sheet BEFORE UPDATE OR DELETE ON signing_sheets
  FOR EACH ROW EXECUTE FUNCTION keep_closed_sheet();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON dissents
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON dissents
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON dissents FROM sud_web;
"""


def upgrade() -> None:
    op.create_table(
        "signing_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "act",
                "joint_paper",
                "minutes",
                "certified_copy",
                name="sheetkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "role",
            sa.Enum(
                "party",
                "secretary",
                "clerk",
                "judge",
                "presiding",
                name="seatrole",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("ways", postgresql.ARRAY(sa.Text()), nullable=False),
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
        sa.CheckConstraint("step > 0", name=op.f("ck_signing_rules_step")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_rules")),
        sa.UniqueConstraint(
            "kind", "role", "valid_from", name=op.f("uq_signing_rules_kind_role_valid_from")
        ),
    )
    op.create_table(
        "signing_sheets",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "act",
                "joint_paper",
                "minutes",
                "certified_copy",
                name="sheetkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "paper_kind",
            sa.Enum(
                "act",
                "notice",
                "summons",
                "minutes",
                "receipt",
                "duty_receipt",
                "draw_protocol",
                "writ",
                "cover_letter",
                "certified_copy",
                "certified_scan",
                "inventory",
                "joint_paper",
                name="paperkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("filing_id", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("revisions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum("open", "finished", "stopped", name="sheetstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("issued_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_signing_sheets_closed")
        ),
        sa.CheckConstraint(
            "num_nonnulls(case_id, filing_id) = 1", name=op.f("ck_signing_sheets_belongs")
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_signing_sheets_size")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_signing_sheets_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_signing_sheets_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["issued_id"],
            ["issued_papers.id"],
            name=op.f("fk_signing_sheets_issued_id_issued_papers"),
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["users.id"], name=op.f("fk_signing_sheets_opened_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["documents.id"], name=op.f("fk_signing_sheets_source_id_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_sheets")),
        sa.UniqueConstraint("code", name=op.f("uq_signing_sheets_code")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_signing_sheets_issued_id")),
        sa.UniqueConstraint("key", name=op.f("uq_signing_sheets_key")),
        sa.UniqueConstraint("object_key", name=op.f("uq_signing_sheets_object_key")),
    )
    op.create_index(op.f("ix_signing_sheets_case_id"), "signing_sheets", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_signing_sheets_filing_id"), "signing_sheets", ["filing_id"], unique=False
    )
    op.create_index(
        "uq_signing_sheets_open",
        "signing_sheets",
        ["subject"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "signing_seats",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "party",
                "secretary",
                "clerk",
                "judge",
                "presiding",
                name="seatrole",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("signatory", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waits", "signed", "refused", name="seatstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "way",
            sa.Enum(
                "digital", "esi", "handwritten", name="signingway", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_sha256", sa.Text(), nullable=True),
        sa.Column("certificate", sa.Text(), nullable=True),
        sa.Column("beside_key", sa.Text(), nullable=True),
        sa.Column("confirmation", sa.Text(), nullable=True),
        sa.Column("scan_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'refused') = (reason <> '')", name=op.f("ck_signing_seats_reason")
        ),
        sa.CheckConstraint(
            "(state = 'signed') = (way IS NOT NULL)", name=op.f("ck_signing_seats_way")
        ),
        sa.CheckConstraint(
            "(state = 'waits') = (settled_at IS NULL)", name=op.f("ck_signing_seats_settled")
        ),
        sa.CheckConstraint(
            "(way = 'esi') = (confirmation IS NOT NULL)", name=op.f("ck_signing_seats_confirmation")
        ),
        sa.CheckConstraint(
            "(way = 'handwritten') = (scan_id IS NOT NULL)", name=op.f("ck_signing_seats_scan")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_signing_seats_judge_id_judges")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_signing_seats_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["signing_rules.id"], name=op.f("fk_signing_seats_rule_id_signing_rules")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["documents.id"], name=op.f("fk_signing_seats_scan_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_signing_seats_settled_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"],
            ["signing_sheets.id"],
            name=op.f("fk_signing_seats_sheet_id_signing_sheets"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_signing_seats_user_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_seats")),
        sa.UniqueConstraint("beside_key", name=op.f("uq_signing_seats_beside_key")),
        sa.UniqueConstraint("key", name=op.f("uq_signing_seats_key")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_signing_seats_sheet_id_number")),
    )
    op.create_index(op.f("ix_signing_seats_sheet_id"), "signing_seats", ["sheet_id"], unique=False)
    op.create_index(
        "ix_signing_seats_user_waits",
        "signing_seats",
        ["user_id"],
        unique=False,
        postgresql_where=sa.text("state = 'waits'"),
    )
    op.create_table(
        "dissents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("seat_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["seat_id"], ["signing_seats.id"], name=op.f("fk_dissents_seat_id_signing_seats")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dissents")),
        sa.UniqueConstraint("key", name=op.f("uq_dissents_key")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_dissents_seat_id")),
    )
    op.execute(GUARDS)
    op.execute(NAMED)


def downgrade() -> None:
    # The house before has no word for a paper of both parties: its code must still answer.
    op.execute(UNNAMED)
    op.drop_table("dissents")
    op.drop_index(
        "ix_signing_seats_user_waits",
        table_name="signing_seats",
        postgresql_where=sa.text("state = 'waits'"),
    )
    op.drop_index(op.f("ix_signing_seats_sheet_id"), table_name="signing_seats")
    op.drop_table("signing_seats")
    op.drop_index(
        "uq_signing_sheets_open",
        table_name="signing_sheets",
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(op.f("ix_signing_sheets_filing_id"), table_name="signing_sheets")
    op.drop_index(op.f("ix_signing_sheets_case_id"), table_name="signing_sheets")
    op.drop_table("signing_sheets")
    op.drop_table("signing_rules")
    op.execute("DROP FUNCTION keep_settled_seat")
    op.execute("DROP FUNCTION keep_closed_sheet")
