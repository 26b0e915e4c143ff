"""Guards: insert-only tables, issued acts, what the working role may do; the job queue's schema."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

INSERT_ONLY = ("journal", "log_entries")

WORKING_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sud_web') THEN
    CREATE ROLE sud_web NOLOGIN;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO sud_web;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO sud_web;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO sud_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO sud_web;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO sud_web;
"""

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is insert-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

KEEP_ISSUED_ACT = """
CREATE FUNCTION keep_issued_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'issued' THEN
    RAISE EXCEPTION 'an issued act is never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN COALESCE(NEW, OLD);
END $$;
CREATE TRIGGER keep_issued_act BEFORE UPDATE OR DELETE ON acts
  FOR EACH ROW EXECUTE FUNCTION keep_issued_act();
"""


def upgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    connection.execute(SchemaManager.get_schema())
    connection.execute(WORKING_ROLE)
    connection.execute(REFUSE_CHANGE)
    for table in INSERT_ONLY:
        connection.execute(
            f"CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
            f"CREATE TRIGGER insert_only_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();"
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM sud_web;"
        )
    connection.execute(KEEP_ISSUED_ACT)


def downgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    connection.execute("DROP TRIGGER keep_issued_act ON acts; DROP FUNCTION keep_issued_act();")
    for table in INSERT_ONLY:
        connection.execute(
            f"DROP TRIGGER insert_only ON {table}; DROP TRIGGER insert_only_truncate ON {table};"
        )
    connection.execute("DROP FUNCTION refuse_change();")
    connection.execute(
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON TABLES FROM sud_web;"
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public REVOKE ALL ON SEQUENCES FROM sud_web;"
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM sud_web;"
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM sud_web;"
        "REVOKE ALL ON SCHEMA public FROM sud_web;"
    )
    connection.execute(DROP_JOBS)


DROP_JOBS = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT oid::regclass AS name FROM pg_class
      WHERE relkind = 'r' AND relname LIKE 'procrastinate\\_%' LOOP
    EXECUTE format('DROP TABLE %s CASCADE', thing.name);
  END LOOP;
  FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
    EXECUTE format('DROP FUNCTION %s CASCADE', thing.name);
  END LOOP;
  FOR thing IN SELECT oid::regtype AS name FROM pg_type
      WHERE typname LIKE 'procrastinate\\_%' AND typtype IN ('e', 'c') LOOP
    EXECUTE format('DROP TYPE %s CASCADE', thing.name);
  END LOOP;
END $$;
"""
