"""Policies of publication, readings by two persons, holds, reports, grounds never to publish."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


# Published before every doubt had to be answered by name: whoever published answered for them.
SETTLE_PUBLISHED = """
UPDATE publications SET proposed = spans;
UPDATE publications SET spans = (
  SELECT jsonb_agg(place || '{"decided": true}' ORDER BY number)
  FROM jsonb_array_elements(spans) WITH ORDINALITY AS places(place, number)
) WHERE state = 'published' AND spans <> '[]';
"""

PUBLISHED_TIME = "state = 'prepared' OR published_at IS NOT NULL"
CHECKS = {
    "published_time": "state IN ('prepared', 'confirming') OR published_at IS NOT NULL",
    "no_open_doubt": "state <> 'published' OR NOT jsonb_path_exists(spans,"
    " '$[*] ? (@.doubt != null && @.decided == false)')",
    "card_without_text": "form <> 'card' OR (parts = '{}' AND spans = '[]' AND pdf_key IS NULL"
    " AND search IS NULL)",
}

# Why a text of a case is never published, or nothing: sealed cases, closed categories and closed
# hearings always; else what the policy in force says of the grounds that were noted.
BAR = """
CREATE FUNCTION publication_handling(policy bigint, about text, kind text) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT handling FROM publication_rules
  WHERE policy_id = policy AND category = about AND role = '*' AND case_kind IN ('*', kind)
  ORDER BY case_kind = '*' LIMIT 1
$$;
CREATE FUNCTION publication_bar(which bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
  it record;
  policy record;
BEGIN
  SELECT cases.sealed, cases.kind_code, cases.category_code, categories.closed INTO it
  FROM cases JOIN categories ON categories.code = cases.category_code WHERE cases.id = which;
  IF it.sealed THEN RETURN 'sealed'; END IF;
  IF it.closed THEN RETURN 'closed_category'; END IF;
  IF EXISTS (SELECT FROM hearings WHERE case_id = which AND NOT open AND state <> 'cancelled') THEN
    RETURN 'closed_hearing';
  END IF;
  SELECT id, subjects INTO policy FROM publication_policies WHERE state = 'in_force';
  RETURN (
    SELECT min(said.ground) FROM (
      SELECT ground FROM case_grounds WHERE case_id = which AND lifted_at IS NULL
      UNION SELECT policy.subjects ->> it.category_code
    ) AS said
    WHERE said.ground IS NOT NULL
      AND COALESCE(publication_handling(policy.id, said.ground, it.kind_code), 'never') = 'never'
  );
END $$;
CREATE FUNCTION guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  bar text;
BEGIN
  IF NEW.state <> 'published' THEN RETURN NEW; END IF;
  IF NEW.form = 'text' THEN
    bar := publication_bar((SELECT case_id FROM acts WHERE id = NEW.act_id));
    IF bar IS NOT NULL THEN
      RAISE EXCEPTION 'never published: %', bar USING ERRCODE = 'insufficient_privilege';
    END IF;
  END IF;
  IF NEW.second_because IS NOT NULL AND NOT EXISTS (
    SELECT FROM publication_readings WHERE publication_id = NEW.id AND round = NEW.round
      AND number = 2 AND finished_at IS NOT NULL AND left_at IS NULL
  ) THEN
    RAISE EXCEPTION 'not published: nobody read it a second time'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER guard_publication BEFORE INSERT OR UPDATE ON publications
  FOR EACH ROW EXECUTE FUNCTION guard_publication();
"""

# A version that was in force once is cited by published texts: neither it nor its rows change.
KEEP_POLICY = """
CREATE FUNCTION keep_policy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state <> 'draft' AND (TG_OP = 'DELETE'
    OR to_jsonb(NEW) - '{state,valid_to,version}'::text[]
      <> to_jsonb(OLD) - '{state,valid_to,version}'::text[] OR NEW.state = 'draft') THEN
    RAISE EXCEPTION 'a policy that was in force is never changed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER keep_policy BEFORE UPDATE OR DELETE ON publication_policies
  FOR EACH ROW EXECUTE FUNCTION keep_policy();
CREATE FUNCTION keep_policy_rule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT FROM publication_policies WHERE state <> 'draft'
      AND id IN (COALESCE(NEW.policy_id, OLD.policy_id), COALESCE(OLD.policy_id, NEW.policy_id))
  ) THEN
    RAISE EXCEPTION 'a policy that was in force is never changed'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER keep_policy_rule BEFORE INSERT OR UPDATE OR DELETE ON publication_rules
  FOR EACH ROW EXECUTE FUNCTION keep_policy_rule();
"""

KEEP_STEPS = """
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON publication_steps
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON publication_steps
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON publication_steps FROM sud_web;
REVOKE DELETE, TRUNCATE ON case_grounds, problem_reports, publication_readings FROM sud_web;
"""

FORGET_NEW_WORDS = """
DROP TRIGGER guard_publication ON publications;
DROP FUNCTION guard_publication(); DROP FUNCTION publication_bar(bigint);
DROP FUNCTION publication_handling(bigint, text, text);
ALTER TABLE publications DROP CONSTRAINT ck_publications_card_without_text;
ALTER TABLE publications DROP CONSTRAINT ck_publications_no_open_doubt;
ALTER TABLE publications DROP CONSTRAINT ck_publications_published_time;
DELETE FROM publications WHERE form = 'card';
UPDATE publications SET state = 'prepared' WHERE state = 'confirming';
UPDATE publications SET state = 'withdrawn', withdrawn_at = held_at WHERE state = 'held';
DELETE FROM roles WHERE code = 'policy_keeper';
"""


def upgrade() -> None:
    op.create_table(
        "person_facts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "former_name",
                "relative",
                "address",
                "phone",
                "document",
                "account",
                "plate",
                "property",
                "other",
                name="factkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["users.id"], name=op.f("fk_person_facts_noted_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_person_facts_person_id_persons")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_facts")),
    )
    op.create_index(op.f("ix_person_facts_person_id"), "person_facts", ["person_id"], unique=False)
    op.create_table(
        "publication_policies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("draft", "in_force", "past", name="policystate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source_ky", sa.Text(), nullable=False),
        sa.Column("source_ru", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column("second_share", sa.Integer(), nullable=False),
        sa.Column("subjects", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("signs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'draft') = (adopted_at IS NULL)", name=op.f("ck_publication_policies_adopted")
        ),
        sa.CheckConstraint(
            "drafted_by_id IS NULL OR adopted_by_id <> drafted_by_id",
            name=op.f("ck_publication_policies_two_persons"),
        ),
        sa.CheckConstraint(
            "second_share BETWEEN 0 AND 10000", name=op.f("ck_publication_policies_share")
        ),
        sa.ForeignKeyConstraint(
            ["adopted_by_id"],
            ["users.id"],
            name=op.f("fk_publication_policies_adopted_by_id_users"),
        ),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"],
            ["users.id"],
            name=op.f("fk_publication_policies_drafted_by_id_users"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_policies")),
        sa.UniqueConstraint("key", name=op.f("uq_publication_policies_key")),
        sa.UniqueConstraint("number", name=op.f("uq_publication_policies_number")),
    )
    op.create_index(
        "uq_publication_policies_draft",
        "publication_policies",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_index(
        "uq_publication_policies_in_force",
        "publication_policies",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "publication_rules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("case_kind", sa.Text(), nullable=False),
        sa.Column(
            "handling",
            sa.Enum(
                "hide",
                "initials",
                "keep",
                "second",
                "never",
                name="handling",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["publication_policies.id"],
            name=op.f("fk_publication_rules_policy_id_publication_policies"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_rules")),
        sa.UniqueConstraint(
            "policy_id",
            "category",
            "role",
            "case_kind",
            name=op.f("uq_publication_rules_policy_id_category_role_case_kind"),
        ),
    )
    op.create_table(
        "case_grounds",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "ground",
            sa.Enum(
                "sealed",
                "closed_hearing",
                "closed_category",
                "minor",
                "child",
                "sexual_offence",
                "state_secret",
                "secret_on_request",
                "medical_measures",
                "pretrial",
                "family_on_request",
                "protected_person",
                "card",
                "drawn",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_grounds_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["lifted_by_id"], ["users.id"], name=op.f("fk_case_grounds_lifted_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["users.id"], name=op.f("fk_case_grounds_noted_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_grounds")),
    )
    op.create_index(
        "uq_case_grounds_standing",
        "case_grounds",
        ["case_id", "ground"],
        unique=True,
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "problem_reports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("name", "text", "other", name="problemkind", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("held", "nothing", name="problemoutcome", native_enum=False, length=40),
            nullable=True,
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(outcome IS NULL) = (settled_at IS NULL)",
            name=op.f("ck_problem_reports_settled_whole"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_problem_reports_publication_id_publications"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_problem_reports_settled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem_reports")),
        sa.UniqueConstraint("key", name=op.f("uq_problem_reports_key")),
    )
    op.create_index(
        op.f("ix_problem_reports_publication_id"),
        "problem_reports",
        ["publication_id"],
        unique=False,
    )
    op.create_index("ix_problem_reports_who_at", "problem_reports", ["who", "at"], unique=False)
    op.create_table(
        "publication_readings",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.BigInteger(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("spans", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=True),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_publication_readings_number")),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_readings_publication_id_publications"),
        ),
        sa.ForeignKeyConstraint(
            ["reader_id"], ["users.id"], name=op.f("fk_publication_readings_reader_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_readings")),
        sa.UniqueConstraint(
            "publication_id",
            "round",
            "reader_id",
            name=op.f("uq_publication_readings_publication_id_round_reader_id"),
        ),
    )
    op.create_index(
        "uq_publication_readings_going",
        "publication_readings",
        ["publication_id", "round", "number"],
        unique=True,
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.create_table(
        "publication_steps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("publication_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "change",
            sa.Enum(
                "published",
                "republished",
                "held",
                "released",
                "withdrawn",
                name="publicationchange",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("policy_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_publication_steps_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["publication_policies.id"],
            name=op.f("fk_publication_steps_policy_id_publication_policies"),
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"],
            ["publications.id"],
            name=op.f("fk_publication_steps_publication_id_publications"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_steps")),
    )
    op.create_index(op.f("ix_publication_steps_at"), "publication_steps", ["at"], unique=False)
    op.create_index(
        op.f("ix_publication_steps_publication_id"),
        "publication_steps",
        ["publication_id"],
        unique=False,
    )
    op.add_column(
        "publications",
        sa.Column(
            "form",
            sa.Enum("text", "card", name="publicationform", native_enum=False, length=40),
            nullable=False,
            server_default="text",
        ),
    )
    op.add_column("publications", sa.Column("policy_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "publications", sa.Column("round", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "publications",
        sa.Column(
            "proposed", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"
        ),
    )
    op.add_column(
        "publications",
        sa.Column(
            "second_because",
            sa.Enum(
                "sealed",
                "closed_hearing",
                "closed_category",
                "minor",
                "child",
                "sexual_offence",
                "state_secret",
                "secret_on_request",
                "medical_measures",
                "pretrial",
                "family_on_request",
                "protected_person",
                "card",
                "drawn",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
    )
    op.add_column(
        "publications",
        sa.Column("suggestions", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.add_column("publications", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_publications_policy_id"), "publications", ["policy_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_publications_policy_id_publication_policies"),
        "publications",
        "publication_policies",
        ["policy_id"],
        ["id"],
    )
    for column in ("form", "round", "proposed", "suggestions"):
        op.alter_column("publications", column, server_default=None)
    connection = op.get_bind().connection.driver_connection
    connection.execute(SETTLE_PUBLISHED)
    op.drop_constraint(op.f("ck_publications_published_time"), "publications", type_="check")
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_publications_{name}"), "publications", rule)
    connection.execute(BAR)
    connection.execute(KEEP_POLICY)
    connection.execute(KEEP_STEPS)


def downgrade() -> None:
    op.drop_index(op.f("ix_publication_steps_publication_id"), table_name="publication_steps")
    op.drop_index(op.f("ix_publication_steps_at"), table_name="publication_steps")
    op.drop_table("publication_steps")
    op.drop_index(
        "uq_publication_readings_going",
        table_name="publication_readings",
        postgresql_where=sa.text("left_at IS NULL"),
    )
    op.drop_table("publication_readings")
    op.drop_index("ix_problem_reports_who_at", table_name="problem_reports")
    op.drop_index(op.f("ix_problem_reports_publication_id"), table_name="problem_reports")
    op.drop_table("problem_reports")
    op.drop_index(
        "uq_case_grounds_standing",
        table_name="case_grounds",
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.drop_table("case_grounds")
    op.drop_index(op.f("ix_person_facts_person_id"), table_name="person_facts")
    op.drop_table("person_facts")
    connection = op.get_bind().connection.driver_connection
    connection.execute(FORGET_NEW_WORDS)
    op.create_check_constraint(
        op.f("ck_publications_published_time"), "publications", PUBLISHED_TIME
    )
    op.drop_constraint(
        op.f("fk_publications_policy_id_publication_policies"), "publications", type_="foreignkey"
    )
    op.drop_index(op.f("ix_publications_policy_id"), table_name="publications")
    op.drop_column("publications", "held_at")
    op.drop_column("publications", "suggestions")
    op.drop_column("publications", "second_because")
    op.drop_column("publications", "proposed")
    op.drop_column("publications", "round")
    op.drop_column("publications", "policy_id")
    op.drop_column("publications", "form")
    op.drop_table("publication_rules")
    op.drop_index(
        "uq_publication_policies_in_force",
        table_name="publication_policies",
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.drop_index(
        "uq_publication_policies_draft",
        table_name="publication_policies",
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.drop_table("publication_policies")
    connection.execute("DROP FUNCTION keep_policy_rule(); DROP FUNCTION keep_policy();")
