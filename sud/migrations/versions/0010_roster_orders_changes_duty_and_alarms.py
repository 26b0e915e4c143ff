"""The roster's orders, changes, duty rota and alarms; an order and what rests on it are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSERT_ONLY = ("duty_weeks", "roster_changes", "roster_orders")


def upgrade() -> None:
    op.create_table(
        "roster_alarms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "pool_falls",
                "case_waits",
                "epoch_waits",
                name="alarmkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("about", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_roster_alarms_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_alarms")),
        sa.UniqueConstraint("kind", "about", name=op.f("uq_roster_alarms_kind_about")),
    )
    op.create_index(op.f("ix_roster_alarms_court_id"), "roster_alarms", ["court_id"], unique=False)
    op.create_table(
        "roster_orders",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(salt) = 32", name=op.f("ck_roster_orders_salt")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_roster_orders_by_id_users")),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_roster_orders_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_orders")),
        sa.UniqueConstraint("key", name=op.f("uq_roster_orders_key")),
        sa.UniqueConstraint("object_key", name=op.f("uq_roster_orders_object_key")),
    )
    op.create_index(op.f("ix_roster_orders_court_id"), "roster_orders", ["court_id"], unique=False)
    op.create_table(
        "roster_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "share",
                "specialisation",
                "absence",
                "return",
                "term",
                name="changekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("availability_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["availability_id"],
            ["availabilities.id"],
            name=op.f("fk_roster_changes_availability_id_availabilities"),
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_roster_changes_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["roster_orders.id"],
            name=op.f("fk_roster_changes_order_id_roster_orders"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_changes")),
        sa.UniqueConstraint("availability_id", name=op.f("uq_roster_changes_availability_id")),
    )
    op.create_index(
        op.f("ix_roster_changes_order_id"), "roster_changes", ["order_id"], unique=False
    )
    op.create_table(
        "duty_weeks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("draw_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("extract(isodow FROM monday) = 1", name=op.f("ck_duty_weeks_monday")),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_duty_weeks_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["draw_id"], ["draw_requests.id"], name=op.f("fk_duty_weeks_draw_id_draw_requests")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_weeks")),
        sa.UniqueConstraint("court_id", "monday", name=op.f("uq_duty_weeks_court_id_monday")),
        sa.UniqueConstraint("draw_id", name=op.f("uq_duty_weeks_draw_id")),
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


def downgrade() -> None:
    op.drop_table("duty_weeks")
    op.drop_index(op.f("ix_roster_changes_order_id"), table_name="roster_changes")
    op.drop_table("roster_changes")
    op.drop_index(op.f("ix_roster_orders_court_id"), table_name="roster_orders")
    op.drop_table("roster_orders")
    op.drop_index(op.f("ix_roster_alarms_court_id"), table_name="roster_alarms")
    op.drop_table("roster_alarms")
