"""The fairness watch: its nights, its monitors, and its alarms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "watch_runs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("courts", sa.Integer(), nullable=False),
        sa.Column("monitors", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_runs")),
    )
    op.create_table(
        "watch_figures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "attribute",
            sa.Enum(
                "all",
                "category",
                "price",
                "clerk",
                "representative",
                "account",
                "hour",
                name="watchattribute",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("chi_square", sa.Double(), nullable=False),
        sa.Column("freedom", sa.Integer(), nullable=False),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.Column("numbers_p", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_watch_figures_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_figures")),
        sa.UniqueConstraint(
            "year", "court_id", "attribute", name=op.f("uq_watch_figures_year_court_id_attribute")
        ),
    )
    op.create_table(
        "watch_rates",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "judge",
                "redraw",
                "link",
                "exclusion",
                "no_draw",
                "manual",
                name="watchmeasure",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "attribute",
            sa.Enum(
                "all",
                "category",
                "price",
                "clerk",
                "representative",
                "account",
                "hour",
                name="watchattribute",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("group_ref", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("p_value", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_watch_rates_court_id_courts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_rates")),
        sa.UniqueConstraint(
            "year",
            "court_id",
            "measure",
            "attribute",
            "group_ref",
            name=op.f("uq_watch_rates_year_court_id_measure_attribute_group_ref"),
        ),
    )
    op.create_table(
        "fairness_alarms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "measure",
            sa.Enum(
                "judge",
                "redraw",
                "link",
                "exclusion",
                "no_draw",
                "manual",
                name="watchmeasure",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "attribute",
            sa.Enum(
                "all",
                "category",
                "price",
                "clerk",
                "representative",
                "account",
                "hour",
                name="watchattribute",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("group_ref", sa.Text(), nullable=False),
        sa.Column("judge_id", sa.BigInteger(), nullable=True),
        sa.Column("since_index", sa.BigInteger(), nullable=False),
        sa.Column("crossed_index", sa.BigInteger(), nullable=False),
        sa.Column("crossed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_index", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draws", sa.Integer(), nullable=False),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("evidence", sa.Double(), nullable=False),
        sa.Column("highest", sa.Double(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("picture", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "note",
            sa.Enum(
                "chance",
                "explained",
                "fault",
                "reported",
                name="alarmnote",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (note IS NULL)",
            name=op.f("ck_fairness_alarms_settled_with_note"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by_id IS NULL)",
            name=op.f("ck_fairness_alarms_settled_by"),
        ),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_fairness_alarms_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["judge_id"], ["judges.id"], name=op.f("fk_fairness_alarms_judge_id_judges")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_fairness_alarms_settled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fairness_alarms")),
        sa.UniqueConstraint(
            "court_id",
            "measure",
            "attribute",
            "group_ref",
            "since_index",
            name=op.f("uq_fairness_alarms_watch"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_fairness_alarms_key")),
    )
    op.create_index("ix_fairness_alarms_open", "fairness_alarms", ["settled_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_fairness_alarms_open", table_name="fairness_alarms")
    op.drop_table("fairness_alarms")
    op.drop_table("watch_rates")
    op.drop_table("watch_figures")
    op.drop_table("watch_runs")
