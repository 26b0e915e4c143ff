"""What bars a text: closed hearings and categories, articles and minors are a version's own rows."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

# What every version said until now without saying it.
MINORS = {
    "roles": ["victim", "accused", "suspect", "defendant_on_trial", "convicted", "acquitted",
              "offender"],
    "kinds": ["criminal", "offence"],
    "years": 18,
}  # fmt: skip
RUSSIAN = ["УК", "Уголовный кодекс", "Уголовного кодекс", "Уголовным кодекс", "Уголовному кодекс"]
CODES = (
    {
        "names": [*RUSSIAN, "Кылмыш-жаза кодекс", "КЖК"],
        "numbers": ["154", "155", "156", "157", "158"],
        "since": "2021-12-01",
        "until": None,
        "ky": "КР Кылмыш-жаза кодекси, 2021-жылдын 28-октябры № 127",
        "ru": "Уголовный кодекс КР от 28 октября 2021 года № 127",
        "en": "Criminal Code of 28 October 2021 No. 127",
        "sure": "M",
    },
    {
        "names": [*RUSSIAN, "Жазык кодекс", "Кылмыш-жаза кодекс", "КЖК"],
        "numbers": ["161", "162", "163", "164", "165"],
        "since": "2019-01-01",
        "until": "2021-11-30",
        "ky": "КР Кылмыш-жаза кодекси, 2017-жылдын 2-февралы № 19",
        "ru": "Уголовный кодекс КР от 2 февраля 2017 года № 19",
        "en": "Criminal Code of 2 February 2017 No. 19",
        "sure": "L",
    },
    {
        "names": [*RUSSIAN, "Кылмыш-жаза кодекс", "КЖК"],
        "numbers": ["129", "130", "131", "132", "133"],
        "since": "1998-01-01",
        "until": "2018-12-31",
        "ky": "КР Кылмыш-жаза кодекси, 1997-жылдын 1-октябры № 68",
        "ru": "Уголовный кодекс КР от 1 октября 1997 года № 68",
        "en": "Criminal Code of 1 October 1997 No. 68",
        "sure": "M",
    },
)
SAY = """
ALTER TABLE publication_rules DISABLE TRIGGER keep_policy_rule;
INSERT INTO publication_rules (policy_id, category, role, case_kind, handling)
  SELECT id, ground, '*', '*', 'never'
  FROM publication_policies, unnest(ARRAY['closed_category', 'closed_hearing']) AS ground;
ALTER TABLE publication_rules ENABLE TRIGGER keep_policy_rule;
"""
CITE = """
INSERT INTO publication_articles
  (policy_id, ground, names, numbers, valid_from, valid_to, source_ky, source_ru, source_en,
   confidence)
  SELECT id, 'sexual_offence', %(names)s, %(numbers)s, %(since)s::date, %(until)s::date,
    %(ky)s, %(ru)s, %(en)s, %(sure)s
  FROM publication_policies ORDER BY id
"""
KEEP_ARTICLES = """
CREATE TRIGGER keep_policy_article BEFORE INSERT OR UPDATE OR DELETE ON publication_articles
  FOR EACH ROW EXECUTE FUNCTION keep_policy_rule();
"""

# What a version says of a case, ground by ground. A sealed case is none of its business: there a
# court ruled on this one file. What one person lifted another reads too. Of equal rules of data the one that names more wins, as in
# documents/redaction/policy.py.
SAID = """
CREATE FUNCTION publication_treatment(policy bigint, about text, of_role text, kind text)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT handling FROM publication_rules
  WHERE policy_id = policy AND category IN ('*', about) AND role IN ('*', of_role)
    AND case_kind IN ('*', kind)
  ORDER BY case_kind <> '*' DESC, role <> '*' DESC, category <> '*' DESC LIMIT 1
$$;
CREATE FUNCTION publication_said(which bigint, policy bigint)
RETURNS TABLE (ground text, handling text) LANGUAGE sql STABLE AS $$
  WITH it AS (
    SELECT cases.sealed, cases.kind_code, cases.category_code, categories.closed
    FROM cases JOIN categories ON categories.code = cases.category_code WHERE cases.id = which
  )
  SELECT 'sealed', 'never' FROM it WHERE it.sealed
  UNION
  SELECT speaks.ground,
    COALESCE(publication_handling(policy, speaks.ground, it.kind_code), 'never')
  FROM it CROSS JOIN LATERAL (
    SELECT 'closed_category' AS ground WHERE it.closed
    UNION SELECT 'closed_hearing' WHERE EXISTS (
      SELECT FROM hearings WHERE case_id = which AND NOT open AND state <> 'cancelled'
    )
    UNION SELECT case_grounds.ground FROM case_grounds
      WHERE case_id = which AND lifted_at IS NULL
    UNION SELECT subjects ->> it.category_code FROM publication_policies
      WHERE id = policy AND subjects ? it.category_code
  ) AS speaks
  UNION
  SELECT lifted.ground, 'second' FROM it CROSS JOIN case_grounds AS lifted
  WHERE lifted.case_id = which AND lifted.lifted_at IS NOT NULL
    AND publication_handling(policy, lifted.ground, it.kind_code) IS DISTINCT FROM 'keep'
    AND NOT EXISTS (
      SELECT FROM case_grounds AS standing WHERE standing.case_id = which
        AND standing.ground = lifted.ground AND standing.lifted_at IS NULL
    )
  UNION
  SELECT 'protected_data', 'never' FROM it
  WHERE EXISTS (
    SELECT FROM publication_rules
    WHERE policy_id = policy AND publication_rules.handling = 'never' AND category IN ('*', 'person')
  ) AND EXISTS (
    SELECT FROM participants JOIN persons ON persons.id = participants.person_id
      LEFT JOIN person_facts ON person_facts.person_id = persons.id
        AND person_facts.kind = 'relative'
    WHERE participants.case_id = which AND (
      persons.kind = 'natural' AND 'never' =
        publication_treatment(policy, 'person', participants.role_code, it.kind_code)
      OR person_facts.id IS NOT NULL AND 'never' =
        publication_treatment(policy, 'person', 'relative', it.kind_code)
    )
  )
$$;
CREATE FUNCTION publication_form(which bigint, policy bigint)
RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN bool_or(handling = 'never') THEN 'card'
    WHEN bool_or(handling = 'operative') THEN 'operative' ELSE 'text' END
  FROM publication_said(which, policy)
$$;
"""
BAR = """
CREATE OR REPLACE FUNCTION publication_bar(which bigint) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT ground FROM publication_said(
    which, (SELECT id FROM publication_policies WHERE state = 'in_force')
  )
  WHERE handling = 'never' ORDER BY ground <> 'sealed', ground LIMIT 1
$$;
"""

# Nothing goes out against the version in force. Whoever adopts one waits for texts on their way,
# and a text waits for a version that is being adopted; so it does for a ground that is noted.
GUARD = """
CREATE OR REPLACE FUNCTION guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  which bigint;
  of_kind text;
  standing bigint;
  bar text;
  twice boolean := NEW.second_because IS NOT NULL;
BEGIN
  IF NEW.state <> 'published' THEN RETURN NEW; END IF;
  SELECT cases.id, cases.kind_code INTO which, of_kind
  FROM acts JOIN cases ON cases.id = acts.case_id WHERE acts.id = NEW.act_id FOR SHARE OF cases;
  LOOP
    SELECT id INTO standing FROM publication_policies WHERE state = 'in_force' FOR SHARE;
    EXIT WHEN FOUND OR NOT EXISTS (SELECT FROM publication_policies WHERE state = 'in_force');
  END LOOP;
  IF NEW.form <> 'card' THEN
    bar := (
      SELECT min(ground) FROM publication_said(which, standing) WHERE handling = 'never'
    );
    IF bar IS NULL AND EXISTS (
      SELECT FROM jsonb_array_elements(NEW.spans) AS place
      WHERE publication_treatment(standing, place ->> 'kind', '', of_kind) = 'never'
    ) THEN bar := 'protected_data'; END IF;
    IF bar IS NOT NULL THEN
      RAISE EXCEPTION 'never published: %', bar USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF publication_form(which, standing) = 'operative' AND EXISTS (
      SELECT FROM jsonb_each_text(NEW.parts) WHERE key <> 'operative' AND value <> ''
    ) THEN
      RAISE EXCEPTION 'never published: more than the operative part'
        USING ERRCODE = 'insufficient_privilege';
    END IF;
    twice := twice OR EXISTS (
      SELECT FROM publication_said(which, standing) WHERE handling IN ('second', 'operative')
    );
  END IF;
  IF twice AND NOT EXISTS (
    SELECT FROM publication_readings AS first JOIN publication_readings AS second
      ON second.publication_id = first.publication_id AND second.round = first.round
      AND second.reader_id <> first.reader_id
    WHERE first.publication_id = NEW.id AND first.round = NEW.round
      AND first.number = 1 AND first.finished_at IS NOT NULL AND first.left_at IS NULL
      AND second.number = 2 AND second.finished_at IS NOT NULL AND second.left_at IS NULL
  ) THEN
    RAISE EXCEPTION 'not published: nobody read it a second time'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
"""

# As migration 0025 left them.
FORMER = """
CREATE OR REPLACE FUNCTION publication_bar(which bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
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
CREATE OR REPLACE FUNCTION guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP FUNCTION publication_form(bigint, bigint);
DROP FUNCTION publication_said(bigint, bigint);
DROP FUNCTION publication_treatment(bigint, text, text, text);
"""
UNSAY = """
UPDATE publications SET form = 'text',
  state = CASE WHEN state IN ('published', 'held') THEN 'withdrawn' ELSE state END,
  withdrawn_at = CASE WHEN state IN ('published', 'held') THEN published_at ELSE withdrawn_at END,
  search = NULL, suggestions = '{}'
  WHERE form = 'operative';
ALTER TABLE publication_rules DISABLE TRIGGER keep_policy_rule;
DELETE FROM publication_rules WHERE category IN ('closed_category', 'closed_hearing');
UPDATE publication_rules SET handling = 'never' WHERE handling = 'operative';
ALTER TABLE publication_rules ENABLE TRIGGER keep_policy_rule;
"""


def upgrade() -> None:
    op.create_table(
        "publication_articles",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.BigInteger(), nullable=False),
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
                "protected_data",
                "card",
                "drawn",
                name="ground",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("names", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("numbers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source_ky", sa.Text(), nullable=False),
        sa.Column("source_ru", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("H", "M", "L", name="confidence", native_enum=False, length=40),
            nullable=False,
        ),
        sa.CheckConstraint(
            "cardinality(names) > 0 AND cardinality(numbers) > 0",
            name=op.f("ck_publication_articles_whole"),
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_publication_articles_dates")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["publication_policies.id"],
            name=op.f("fk_publication_articles_policy_id_publication_policies"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_articles")),
    )
    op.create_index(
        op.f("ix_publication_articles_policy_id"),
        "publication_articles",
        ["policy_id"],
        unique=False,
    )
    op.add_column(
        "publication_policies",
        sa.Column(
            "minors",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.literal(json.dumps(MINORS)),
        ),
    )
    op.alter_column("publication_policies", "minors", server_default=None)
    connection = op.get_bind().connection.driver_connection
    connection.execute(SAY)
    for code in CODES:
        connection.execute(CITE, code)
    connection.execute(KEEP_ARTICLES)
    connection.execute(SAID)
    connection.execute(BAR)
    connection.execute(GUARD)


def downgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    connection.execute(FORMER)
    connection.execute(UNSAY)
    op.drop_column("publication_policies", "minors")
    op.drop_index(op.f("ix_publication_articles_policy_id"), table_name="publication_articles")
    op.drop_table("publication_articles")
