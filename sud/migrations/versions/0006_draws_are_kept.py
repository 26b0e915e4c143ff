"""The log's inner nodes; the standing at a draw; what is drawn or revealed is never changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSERT_ONLY = ("log_nodes", "reveals")

KEEP_DRAWN = """
CREATE FUNCTION keep_drawn() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what was drawn is never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_drawn BEFORE UPDATE OR DELETE ON draw_requests
  FOR EACH ROW WHEN (OLD.result_index IS NOT NULL) EXECUTE FUNCTION keep_drawn();
CREATE TRIGGER keep_drawn BEFORE UPDATE OR DELETE ON epochs
  FOR EACH ROW WHEN (OLD.state = 'drawn') EXECUTE FUNCTION keep_drawn();
"""


def upgrade() -> None:
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_nodes")),
    )
    op.add_column(
        "draw_requests",
        sa.Column("standing", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
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
    connection.execute(KEEP_DRAWN)


def downgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    connection.execute(
        "DROP TRIGGER keep_drawn ON epochs; DROP TRIGGER keep_drawn ON draw_requests;"
        "DROP FUNCTION keep_drawn();"
        "DROP TRIGGER insert_only ON reveals; DROP TRIGGER insert_only_truncate ON reveals;"
        "GRANT UPDATE, DELETE ON reveals TO sud_web;"
    )
    op.drop_column("draw_requests", "standing")
    op.drop_table("log_nodes")
