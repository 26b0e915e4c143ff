"""Sources are cited in three languages, with a note of their own on how a figure was found.

What was kept stays as it was written, in every language, until the reference is loaded again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

CITING = ("duty_exemptions", "duty_rates", "holidays", "time_limits")
"""Here a source was an act, followed in brackets by how the figure was found."""

FOUND = ("act_kinds", "case_kinds", "categories", "courts", "participant_roles")
"""Here it only told how the row was found."""

CITED = ("source_ky", "source_ru", "source_en")

HOW_FOUND = r" \([^()]*\)$"


def rows(table: str) -> sa.TableClause:
    return sa.table(table, *(sa.column(name) for name in ("source", "note", *CITED)))


def upgrade() -> None:
    for table in (*CITING, *FOUND):
        for column in (*CITED, "note"):
            op.add_column(table, sa.Column(column, sa.Text(), server_default="", nullable=False))
    for table in CITING:
        of = rows(table)
        act = sa.func.regexp_replace(of.c.source, HOW_FOUND, "")
        how = sa.func.btrim(sa.func.substring(of.c.source, HOW_FOUND), " ()")
        op.execute(
            sa.update(of).values(**dict.fromkeys(CITED, act), note=sa.func.coalesce(how, ""))
        )
    for table in FOUND:
        op.execute(sa.update(rows(table)).values(note=sa.column("source")))
    for table in (*CITING, *FOUND):
        for column in (*CITED, "note"):
            op.alter_column(table, column, server_default=None)
        op.drop_column(table, "source")
    op.execute(
        "UPDATE filings SET duty_sheet = jsonb_set(duty_sheet, ARRAY['source'],"
        " jsonb_build_object('ky', cited, 'ru', cited, 'en', cited))"
        " FROM (SELECT id AS of, regexp_replace(duty_sheet->>'source', ' \\([^()]*\\)', '', 'g')"
        "   AS cited FROM filings WHERE jsonb_typeof(duty_sheet->'source') = 'string') AS kept"
        " WHERE filings.id = kept.of"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE filings SET duty_sheet ="
        " jsonb_set(duty_sheet, ARRAY['source'], duty_sheet->'source'->'en')"
        " WHERE jsonb_typeof(duty_sheet->'source') = 'object'"
    )
    for table in (*CITING, *FOUND):
        op.add_column(table, sa.Column("source", sa.Text(), server_default="", nullable=False))
    for table in CITING:
        of = rows(table)
        how = sa.case((of.c.note == "", ""), else_=sa.func.concat(" (", of.c.note, ")"))
        op.execute(sa.update(of).values(source=sa.func.concat(of.c.source_en, how)))
    for table in FOUND:
        op.execute(sa.update(rows(table)).values(source=sa.column("note")))
    for table in (*CITING, *FOUND):
        op.alter_column(table, "source", server_default=None)
        for column in ("note", *reversed(CITED)):
            op.drop_column(table, column)
