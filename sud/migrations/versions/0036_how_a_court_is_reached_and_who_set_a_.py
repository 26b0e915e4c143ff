"""How a court is reached, and who set a hearing."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

REACHED = ("address_ky", "address_ru", "address_en", "telephone")


def upgrade() -> None:
    for name in REACHED:
        op.add_column("courts", sa.Column(name, sa.Text(), nullable=False, server_default=""))
        op.alter_column("courts", name, server_default=None)
    op.add_column("hearings", sa.Column("set_by_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_hearings_set_by_id_users"), "hearings", "users", ["set_by_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint(op.f("fk_hearings_set_by_id_users"), "hearings", type_="foreignkey")
    op.drop_column("hearings", "set_by_id")
    for name in reversed(REACHED):
        op.drop_column("courts", name)
