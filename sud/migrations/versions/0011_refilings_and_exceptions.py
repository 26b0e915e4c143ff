"""Marks of filings, links with earlier cases, and what bypasses the draw, by two persons."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSERT_ONLY = ("filing_marks", "quota_alarms")

KEEP_DECIDED = """
CREATE FUNCTION keep_decided_proposal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state <> 'proposed' THEN
    RAISE EXCEPTION 'a decided proposal is never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep_decided_proposal BEFORE UPDATE OR DELETE ON exception_proposals
  FOR EACH ROW EXECUTE FUNCTION keep_decided_proposal();
REVOKE DELETE, TRUNCATE ON exception_proposals, refilings, refiling_alarms FROM sud_web;
"""


def upgrade() -> None:
    op.create_table(
        "quota_alarms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "period",
            sa.Enum("month", "year", name="quotaperiod", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_quota_alarms_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota_alarms")),
        sa.UniqueConstraint(
            "court_id", "period", "named", name=op.f("uq_quota_alarms_court_id_period_named")
        ),
    )
    op.create_index(op.f("ix_quota_alarms_court_id"), "quota_alarms", ["court_id"], unique=False)
    op.create_table(
        "exception_proposals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("manual", "correction", name="exceptionkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "refused",
                "expired",
                name="proposalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "statute", "no-judge", "outage", name="manualground", native_enum=False, length=40
            ),
            nullable=True,
        ),
        sa.Column("judges", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("former_code", sa.Text(), nullable=True),
        sa.Column("category_code", sa.Text(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_name", sa.Text(), nullable=False),
        sa.Column("order_size", sa.BigInteger(), nullable=True),
        sa.Column("order_sha256", sa.Text(), nullable=True),
        sa.Column("order_key", sa.Text(), nullable=True),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("redrawn", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('approved', 'refused')) = (decided_by_id IS NOT NULL)",
            name=op.f("ck_exception_proposals_decided"),
        ),
        sa.CheckConstraint(
            "kind = 'manual' AND ground IS NOT NULL AND judges <> '{}' AND order_key IS NOT NULL AND category_code IS NULL OR kind = 'correction' AND ground IS NULL AND judges = '{}' AND category_code IS NOT NULL AND former_code IS NOT NULL",
            name=op.f("ck_exception_proposals_whole"),
        ),
        sa.CheckConstraint(
            "decided_by_id <> proposed_by_id", name=op.f("ck_exception_proposals_two_persons")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_exception_proposals_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["category_code"],
            ["categories.code"],
            name=op.f("fk_exception_proposals_category_code_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_exception_proposals_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_exception_proposals_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["former_code"],
            ["categories.code"],
            name=op.f("fk_exception_proposals_former_code_categories"),
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"],
            ["users.id"],
            name=op.f("fk_exception_proposals_proposed_by_id_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception_proposals")),
        sa.UniqueConstraint("key", name=op.f("uq_exception_proposals_key")),
        sa.UniqueConstraint("order_key", name=op.f("uq_exception_proposals_order_key")),
    )
    op.create_index(
        op.f("ix_exception_proposals_case_id"), "exception_proposals", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_exception_proposals_court_id"), "exception_proposals", ["court_id"], unique=False
    )
    op.create_index(
        op.f("ix_exception_proposals_decided_by_id"),
        "exception_proposals",
        ["decided_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exception_proposals_proposed_by_id"),
        "exception_proposals",
        ["proposed_by_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_exception_proposals_state"), "exception_proposals", ["state"], unique=False
    )
    op.create_index(
        "uq_exception_proposals_open",
        "exception_proposals",
        ["case_id", "kind"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "refilings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("earlier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "linked",
                "waiting",
                "separate",
                "unlinked",
                "judge_gone",
                name="refilingstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "ground",
            sa.Enum("refiled", "related", name="linkground", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "namesake",
                "other_contract",
                "other_period",
                "other_claim",
                name="separatereason",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("by_system", sa.Boolean(), nullable=False),
        sa.Column("signs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by_id", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'separate') = (ground IS NULL) AND (state IN ('separate', 'unlinked')) = (reason IS NOT NULL)",
            name=op.f("ck_refilings_reasoned"),
        ),
        sa.CheckConstraint(
            "(state = 'unlinked') = (undone_at IS NOT NULL)", name=op.f("ck_refilings_undone")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_refilings_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_refilings_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["cases.id"], name=op.f("fk_refilings_earlier_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["undone_by_id"], ["users.id"], name=op.f("fk_refilings_undone_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refilings")),
        sa.UniqueConstraint("case_id", name=op.f("uq_refilings_case_id")),
        sa.UniqueConstraint("key", name=op.f("uq_refilings_key")),
    )
    op.create_index(
        op.f("ix_refilings_decided_by_id"), "refilings", ["decided_by_id"], unique=False
    )
    op.create_index(op.f("ix_refilings_earlier_id"), "refilings", ["earlier_id"], unique=False)
    op.create_index(op.f("ix_refilings_state"), "refilings", ["state"], unique=False)
    op.create_table(
        "filing_marks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("filing_id", sa.BigInteger(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("category_code", sa.Text(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("parties", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("marks", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("words", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_filing_marks_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_filing_marks_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["filings.id"], name=op.f("fk_filing_marks_first_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filing_marks")),
        sa.UniqueConstraint(
            "filing_id", "submission", name=op.f("uq_filing_marks_filing_id_submission")
        ),
    )
    op.create_index(op.f("ix_filing_marks_court_id"), "filing_marks", ["court_id"], unique=False)
    op.create_index(op.f("ix_filing_marks_filing_id"), "filing_marks", ["filing_id"], unique=False)
    op.create_index(op.f("ix_filing_marks_first_id"), "filing_marks", ["first_id"], unique=False)
    op.create_index(
        "ix_filing_marks_marks", "filing_marks", ["marks"], unique=False, postgresql_using="gin"
    )
    op.create_table(
        "refiling_alarms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_refiling_alarms_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["first_id"], ["filings.id"], name=op.f("fk_refiling_alarms_first_id_filings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refiling_alarms")),
        sa.UniqueConstraint("first_id", "day", name=op.f("uq_refiling_alarms_first_id_day")),
        sa.UniqueConstraint("key", name=op.f("uq_refiling_alarms_key")),
    )
    op.create_index(
        op.f("ix_refiling_alarms_court_id"), "refiling_alarms", ["court_id"], unique=False
    )
    connection = op.get_bind().connection.driver_connection
    for table in INSERT_ONLY:
        connection.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM sud_web;"
        )
    connection.execute(KEEP_DECIDED)


def downgrade() -> None:
    op.drop_index(op.f("ix_refiling_alarms_court_id"), table_name="refiling_alarms")
    op.drop_table("refiling_alarms")
    op.drop_index("ix_filing_marks_marks", table_name="filing_marks", postgresql_using="gin")
    op.drop_index(op.f("ix_filing_marks_first_id"), table_name="filing_marks")
    op.drop_index(op.f("ix_filing_marks_filing_id"), table_name="filing_marks")
    op.drop_index(op.f("ix_filing_marks_court_id"), table_name="filing_marks")
    op.drop_table("filing_marks")
    op.drop_index(op.f("ix_refilings_state"), table_name="refilings")
    op.drop_index(op.f("ix_refilings_earlier_id"), table_name="refilings")
    op.drop_index(op.f("ix_refilings_decided_by_id"), table_name="refilings")
    op.drop_table("refilings")
    op.drop_index(
        "uq_exception_proposals_open",
        table_name="exception_proposals",
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.drop_index(op.f("ix_exception_proposals_state"), table_name="exception_proposals")
    op.drop_index(op.f("ix_exception_proposals_proposed_by_id"), table_name="exception_proposals")
    op.drop_index(op.f("ix_exception_proposals_decided_by_id"), table_name="exception_proposals")
    op.drop_index(op.f("ix_exception_proposals_court_id"), table_name="exception_proposals")
    op.drop_index(op.f("ix_exception_proposals_case_id"), table_name="exception_proposals")
    op.drop_table("exception_proposals")
    op.drop_index(op.f("ix_quota_alarms_court_id"), table_name="quota_alarms")
    op.drop_table("quota_alarms")
    connection = op.get_bind().connection.driver_connection
    connection.execute("DROP FUNCTION keep_decided_proposal();")
