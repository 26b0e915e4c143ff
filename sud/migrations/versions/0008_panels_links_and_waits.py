"""Panels, links and decisions by hand; cases that wait for a pool; who sits is never rewritten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


KEEP_SEATS = """
CREATE FUNCTION keep_seat() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.dropped_at IS NULL
     AND (NEW.id, NEW.draw_id, NEW.seat, NEW.judge_id)
         IS NOT DISTINCT FROM (OLD.id, OLD.draw_id, OLD.seat, OLD.judge_id) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'who sat is never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER keep_seat BEFORE UPDATE OR DELETE ON draw_seats
  FOR EACH ROW EXECUTE FUNCTION keep_seat();
CREATE TRIGGER keep_seat_truncate BEFORE TRUNCATE ON draw_seats
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE DELETE, TRUNCATE ON draw_seats FROM sud_web;
"""

SEAT_THE_DRAWN = """
INSERT INTO draw_seats (draw_id, seat, judge_id)
  SELECT id, 0, judge_id FROM draw_requests WHERE judge_id IS NOT NULL
"""


def upgrade() -> None:
    op.create_table(
        "draw_waits",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("pool_too_small", name="waitreason", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("excluded", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_draw_waits_case_id_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_waits")),
        sa.UniqueConstraint("key", name=op.f("uq_draw_waits_key")),
    )
    op.create_index(op.f("ix_draw_waits_case_id"), "draw_waits", ["case_id"], unique=False)
    op.create_table(
        "draw_seats",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.Column("seat", sa.Integer(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_index", sa.BigInteger(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["draw_requests.id"], name=op.f("fk_draw_seats_draw_id_draw_requests")
        ),
        sa.ForeignKeyConstraint(
            ["dropped_index"],
            ["log_entries.index"],
            name=op.f("fk_draw_seats_dropped_index_log_entries"),
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_draw_seats_judge_id_judges")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw_seats")),
        sa.UniqueConstraint("draw_id", "seat", name=op.f("uq_draw_seats_draw_id_seat")),
        sa.UniqueConstraint("dropped_index", name=op.f("uq_draw_seats_dropped_index")),
    )
    op.create_index(op.f("ix_draw_seats_draw_id"), "draw_seats", ["draw_id"], unique=False)
    op.create_index(op.f("ix_draw_seats_judge_id"), "draw_seats", ["judge_id"], unique=False)
    op.add_column(
        "availabilities",
        sa.Column("classes", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    )
    op.add_column(
        "categories", sa.Column("seats", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "draw_requests", sa.Column("ledger", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("draw_requests", sa.Column("court_id", sa.BigInteger(), nullable=True))
    connection = op.get_bind().connection.driver_connection
    # What was drawn is never changed by the house; the archive itself gains a column.
    connection.execute(
        "ALTER TABLE draw_requests DISABLE TRIGGER keep_drawn;"
        "UPDATE draw_requests SET court_id = cases.court_id, ledger = courts.code"
        " FROM cases JOIN courts ON courts.id = cases.court_id WHERE cases.id = case_id;"
        "ALTER TABLE draw_requests ENABLE TRIGGER keep_drawn;"
    )
    op.alter_column("draw_requests", "court_id", nullable=False)
    op.add_column(
        "draw_requests",
        sa.Column(
            "kind",
            sa.Enum("drawn", "linked", "manual", name="drawkind", native_enum=False, length=40),
            server_default="drawn",
            nullable=False,
        ),
    )
    op.add_column(
        "draw_requests",
        sa.Column(
            "pool",
            sa.Enum("own", "inter", "small", name="drawpool", native_enum=False, length=40),
            server_default="own",
            nullable=False,
        ),
    )
    op.add_column("draw_requests", sa.Column("ground", sa.Text(), nullable=True))
    op.alter_column("draw_requests", "case_id", existing_type=sa.BIGINT(), nullable=True)
    op.drop_constraint(op.f("uq_draw_requests_request_id"), "draw_requests", type_="unique")
    op.create_index(op.f("ix_draw_requests_court_id"), "draw_requests", ["court_id"], unique=False)
    op.create_index(
        op.f("ix_draw_requests_request_id"), "draw_requests", ["request_id"], unique=False
    )
    op.create_foreign_key(
        op.f("fk_draw_requests_court_id_courts"), "draw_requests", "courts", ["court_id"], ["id"]
    )
    op.add_column("epochs", sa.Column("group", sa.Text(), server_default="all", nullable=False))
    op.create_check_constraint("seats", "categories", "seats IN (1, 3)")
    connection.execute(SEAT_THE_DRAWN + ";" + KEEP_SEATS)


def downgrade() -> None:
    op.drop_constraint("seats", "categories", type_="check")
    op.drop_column("epochs", "group")
    op.drop_constraint(
        op.f("fk_draw_requests_court_id_courts"), "draw_requests", type_="foreignkey"
    )
    op.drop_index(op.f("ix_draw_requests_request_id"), table_name="draw_requests")
    op.drop_index(op.f("ix_draw_requests_court_id"), table_name="draw_requests")
    op.create_unique_constraint(
        op.f("uq_draw_requests_request_id"),
        "draw_requests",
        ["request_id"],
        postgresql_nulls_not_distinct=False,
    )
    op.alter_column("draw_requests", "case_id", existing_type=sa.BIGINT(), nullable=False)
    op.drop_column("draw_requests", "ground")
    op.drop_column("draw_requests", "pool")
    op.drop_column("draw_requests", "ledger")
    op.drop_column("draw_requests", "kind")
    op.drop_column("draw_requests", "court_id")
    op.drop_column("categories", "seats")
    op.drop_column("availabilities", "classes")
    op.drop_index(op.f("ix_draw_seats_judge_id"), table_name="draw_seats")
    op.drop_index(op.f("ix_draw_seats_draw_id"), table_name="draw_seats")
    op.drop_table("draw_seats")
    op.drop_index(op.f("ix_draw_waits_case_id"), table_name="draw_waits")
    op.drop_table("draw_waits")
    op.get_bind().connection.driver_connection.execute("DROP FUNCTION keep_seat();")
