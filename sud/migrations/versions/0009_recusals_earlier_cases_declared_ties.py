"""Recusals and their grounds, earlier cases, declared ties; a ruling is never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


KEEP_RULING = """
CREATE FUNCTION keep_ruling() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a ruling is never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_ruling BEFORE UPDATE OR DELETE ON recusals
  FOR EACH ROW WHEN (OLD.state IN ('granted', 'refused')) EXECUTE FUNCTION keep_ruling();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON redistributions
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON redistributions
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON redistributions FROM sud_web;
"""


def upgrade() -> None:
    op.create_table(
        "recusal_grounds",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("drop", sa.Text(), nullable=False),
        sa.Column("by_party", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("by_judge", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
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
        sa.PrimaryKeyConstraint("code", name=op.f("pk_recusal_grounds")),
    )
    op.create_table(
        "recusal_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kind_code", sa.Text(), nullable=False),
        sa.Column(
            "initiative",
            sa.Enum("party", "judge", "system", name="initiative", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("panel", sa.Boolean(), nullable=False),
        sa.Column(
            "ruled_by",
            sa.Enum("judge", "chair", "panel", name="ruledby", native_enum=False, length=40),
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
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal_rules")),
        sa.UniqueConstraint(
            "kind_code",
            "initiative",
            "panel",
            "valid_from",
            name=op.f("uq_recusal_rules_kind_code_initiative_panel_valid_from"),
        ),
    )
    op.create_table(
        "declared_ties",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("pin_mac", sa.LargeBinary(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "spouse",
                "parent",
                "child",
                "sibling",
                "in_law",
                "other_kin",
                "former_client",
                "property",
                "other",
                name="tiekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("colleague_id", sa.BigInteger(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["colleague_id"], ["judges.id"], name=op.f("fk_declared_ties_colleague_id_judges")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_declared_ties_judge_id_judges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_ties")),
        sa.UniqueConstraint("key", name=op.f("uq_declared_ties_key")),
    )
    op.create_index(
        op.f("ix_declared_ties_colleague_id"), "declared_ties", ["colleague_id"], unique=False
    )
    op.create_index(op.f("ix_declared_ties_judge_id"), "declared_ties", ["judge_id"], unique=False)
    op.create_index("ix_declared_ties_name_key", "declared_ties", ["name_key"], unique=False)
    op.create_index(op.f("ix_declared_ties_pin_mac"), "declared_ties", ["pin_mac"], unique=False)
    op.create_table(
        "redistributions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum("absence", "left", name="portfolioground", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("order_name", sa.Text(), nullable=False),
        sa.Column("order_size", sa.BigInteger(), nullable=False),
        sa.Column("order_sha256", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_redistributions_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_redistributions_judge_id_judges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_redistributions")),
        sa.UniqueConstraint("key", name=op.f("uq_redistributions_key")),
        sa.UniqueConstraint("order_key", name=op.f("uq_redistributions_order_key")),
    )
    op.create_index(
        op.f("ix_redistributions_judge_id"), "redistributions", ["judge_id"], unique=False
    )
    op.create_table(
        "case_relations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("earlier_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "appeal_of",
                "cassation_of",
                "remanded_from",
                "control_of",
                "related",
                name="relationkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("stated_by_id", sa.BigInteger(), nullable=True),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("case_id <> earlier_id", name=op.f("ck_case_relations_two_cases")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_relations_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["cases.id"], name=op.f("fk_case_relations_earlier_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"], ["users.id"], name=op.f("fk_case_relations_stated_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_relations")),
        sa.UniqueConstraint(
            "case_id", "earlier_id", name=op.f("uq_case_relations_case_id_earlier_id")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_case_relations_key")),
    )
    op.create_index(op.f("ix_case_relations_case_id"), "case_relations", ["case_id"], unique=False)
    op.create_index(
        op.f("ix_case_relations_earlier_id"), "case_relations", ["earlier_id"], unique=False
    )
    op.create_table(
        "tie_questions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("tie_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("certain", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "answer",
            sa.Enum("other_person", "same_person", name="tieanswer", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_tie_questions_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_tie_questions_judge_id_judges")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_tie_questions_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["tie_id"], ["declared_ties.id"], name=op.f("fk_tie_questions_tie_id_declared_ties")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tie_questions")),
        sa.UniqueConstraint(
            "tie_id", "participant_id", name=op.f("uq_tie_questions_tie_id_participant_id")
        ),
    )
    op.create_index(op.f("ix_tie_questions_case_id"), "tie_questions", ["case_id"], unique=False)
    op.create_index(op.f("ix_tie_questions_judge_id"), "tie_questions", ["judge_id"], unique=False)
    op.create_table(
        "recusals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column(
            "initiative",
            sa.Enum("party", "judge", "system", name="initiative", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("ground_code", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("paper_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column(
            "ruled_by",
            sa.Enum("judge", "chair", "panel", name="ruledby", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "granted",
                "refused",
                "lapsed",
                name="recusalstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ruling", sa.Text(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state NOT IN ('granted', 'refused') OR ruled_at IS NOT NULL",
            name=op.f("ck_recusals_ruled_time"),
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_recusals_asked_by_id_users")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_recusals_case_id_cases")),
        sa.ForeignKeyConstraint(
            ["ground_code"],
            ["recusal_grounds.code"],
            name=op.f("fk_recusals_ground_code_recusal_grounds"),
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_recusals_judge_id_judges")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["documents.id"], name=op.f("fk_recusals_order_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["documents.id"], name=op.f("fk_recusals_paper_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["users.id"], name=op.f("fk_recusals_ruled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusals")),
        sa.UniqueConstraint("key", name=op.f("uq_recusals_key")),
    )
    op.create_index(op.f("ix_recusals_case_id"), "recusals", ["case_id"], unique=False)
    op.create_index(op.f("ix_recusals_judge_id"), "recusals", ["judge_id"], unique=False)
    op.create_index(op.f("ix_recusals_state"), "recusals", ["state"], unique=False)
    op.create_index(
        "uq_recusals_asked",
        "recusals",
        ["case_id", "judge_id", "ground_code", "asked_by_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state <> 'lapsed'"),
    )
    op.get_bind().connection.driver_connection.execute(KEEP_RULING)


def downgrade() -> None:
    op.drop_index(
        "uq_recusals_asked",
        table_name="recusals",
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("state <> 'lapsed'"),
    )
    op.drop_index(op.f("ix_recusals_state"), table_name="recusals")
    op.drop_index(op.f("ix_recusals_judge_id"), table_name="recusals")
    op.drop_index(op.f("ix_recusals_case_id"), table_name="recusals")
    op.drop_table("recusals")
    op.drop_index(op.f("ix_tie_questions_judge_id"), table_name="tie_questions")
    op.drop_index(op.f("ix_tie_questions_case_id"), table_name="tie_questions")
    op.drop_table("tie_questions")
    op.drop_index(op.f("ix_case_relations_earlier_id"), table_name="case_relations")
    op.drop_index(op.f("ix_case_relations_case_id"), table_name="case_relations")
    op.drop_table("case_relations")
    op.drop_index(op.f("ix_redistributions_judge_id"), table_name="redistributions")
    op.drop_table("redistributions")
    op.drop_index(op.f("ix_declared_ties_pin_mac"), table_name="declared_ties")
    op.drop_index("ix_declared_ties_name_key", table_name="declared_ties")
    op.drop_index(op.f("ix_declared_ties_judge_id"), table_name="declared_ties")
    op.drop_index(op.f("ix_declared_ties_colleague_id"), table_name="declared_ties")
    op.drop_table("declared_ties")
    op.drop_table("recusal_rules")
    op.drop_table("recusal_grounds")
    op.get_bind().connection.driver_connection.execute("DROP FUNCTION keep_ruling()")
