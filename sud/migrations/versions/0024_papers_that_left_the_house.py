"""Papers that left the house get one table; cover sheets, scans, certified copies, form of proceedings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Acts that were issued carry their codes on: nobody kept how long their files are.
ACTS = """
INSERT INTO issued_papers (code, kind, detail, subject, language, court_id, case_id, number,
    object_key, sha256, size, facts_sha256, signers, issued_at, withdrawn_because)
SELECT acts.code, 'act', acts.kind_code, 'acts/' || acts.id, acts.language, cases.court_id,
    acts.case_id,
    case_kinds.prefix || '-' || cases.seq || '/' || lpad((cases.year % 100)::text, 2, '0')
        || '-' || coalesce(courts.suffix, ''),
    acts.pdf_key, acts.pdf_sha256, NULL, '',
    CASE WHEN acts.signer_name IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(
        jsonb_build_object('name', acts.signer_name, 'role', 'judge',
            'certificate', coalesce(acts.certificate, ''))) END,
    acts.issued_at, ''
FROM acts JOIN cases ON cases.id = acts.case_id JOIN courts ON courts.id = cases.court_id
    JOIN case_kinds ON case_kinds.code = cases.kind_code
WHERE acts.state = 'issued'
"""


def upgrade() -> None:
    op.create_table(
        "scans",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "read", "failed", name="scanstate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["court_id"], ["courts.id"], name=op.f("fk_scans_court_id_courts")),
        sa.ForeignKeyConstraint(
            ["uploaded_by_id"], ["users.id"], name=op.f("fk_scans_uploaded_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scans")),
        sa.UniqueConstraint("key", name=op.f("uq_scans_key")),
    )
    op.create_index(op.f("ix_scans_court_id"), "scans", ["court_id"], unique=False)
    op.create_table(
        "scan_files",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("scan_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_scan_files_scan_id_scans")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_files")),
        sa.UniqueConstraint("object_key", name=op.f("uq_scan_files_object_key")),
        sa.UniqueConstraint("scan_id", "ordinal", name=op.f("uq_scan_files_scan_id_ordinal")),
    )
    op.create_index(op.f("ix_scan_files_sha256"), "scan_files", ["sha256"], unique=False)
    op.create_table(
        "cover_sheets",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("filing_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("pages_said", sa.Integer(), nullable=True),
        sa.Column("printed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(case_id IS NULL) <> (filing_id IS NULL)", name=op.f("ck_cover_sheets_belongs")
        ),
        sa.CheckConstraint("pages_said > 0", name=op.f("ck_cover_sheets_pages_said")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_cover_sheets_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_cover_sheets_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_cover_sheets_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["users.id"], name=op.f("fk_cover_sheets_printed_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cover_sheets")),
        sa.UniqueConstraint("code", name=op.f("uq_cover_sheets_code")),
        sa.UniqueConstraint("key", name=op.f("uq_cover_sheets_key")),
    )
    op.create_index(op.f("ix_cover_sheets_case_id"), "cover_sheets", ["case_id"], unique=False)
    op.create_index(op.f("ix_cover_sheets_court_id"), "cover_sheets", ["court_id"], unique=False)
    op.create_index(op.f("ix_cover_sheets_filing_id"), "cover_sheets", ["filing_id"], unique=False)
    op.create_table(
        "form_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "form",
            sa.Enum("digital", "paper", "mixed", name="caseform", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("ruling_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_by_id", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_form_changes_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["noted_by_id"], ["users.id"], name=op.f("fk_form_changes_noted_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["ruling_id"], ["acts.id"], name=op.f("fk_form_changes_ruling_id_acts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_changes")),
        sa.UniqueConstraint("ruling_id", name=op.f("uq_form_changes_ruling_id")),
    )
    op.create_index(op.f("ix_form_changes_case_id"), "form_changes", ["case_id"], unique=False)
    op.create_table(
        "issued_papers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "act",
                "notice",
                "summons",
                "minutes",
                "receipt",
                "duty_receipt",
                "draw_protocol",
                "writ",
                "cover_letter",
                "certified_copy",
                "certified_scan",
                "inventory",
                name="paperkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("court_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("filing_id", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("facts_sha256", sa.Text(), nullable=False),
        sa.Column("signers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by_id", sa.BigInteger(), nullable=True),
        sa.Column("replaces_id", sa.BigInteger(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_because = '')",
            name=op.f("ck_issued_papers_withdrawn_because"),
        ),
        sa.CheckConstraint("size > 0", name=op.f("ck_issued_papers_size")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_issued_papers_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["court_id"], ["courts.id"], name=op.f("fk_issued_papers_court_id_courts")
        ),
        sa.ForeignKeyConstraint(
            ["filing_id"], ["filings.id"], name=op.f("fk_issued_papers_filing_id_filings")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by_id"], ["users.id"], name=op.f("fk_issued_papers_issued_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["replaces_id"],
            ["issued_papers.id"],
            name=op.f("fk_issued_papers_replaces_id_issued_papers"),
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["users.id"], name=op.f("fk_issued_papers_withdrawn_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issued_papers")),
        sa.UniqueConstraint("code", name=op.f("uq_issued_papers_code")),
        sa.UniqueConstraint("object_key", name=op.f("uq_issued_papers_object_key")),
        sa.UniqueConstraint("replaces_id", name=op.f("uq_issued_papers_replaces_id")),
    )
    op.create_index(op.f("ix_issued_papers_case_id"), "issued_papers", ["case_id"], unique=False)
    op.create_index(op.f("ix_issued_papers_court_id"), "issued_papers", ["court_id"], unique=False)
    op.create_index(
        op.f("ix_issued_papers_filing_id"), "issued_papers", ["filing_id"], unique=False
    )
    op.create_index(op.f("ix_issued_papers_sha256"), "issued_papers", ["sha256"], unique=False)
    op.create_index(
        "uq_issued_papers_standing",
        "issued_papers",
        ["subject", "language"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.execute(ACTS)
    op.create_table(
        "certifications",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("issued_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "original",
            sa.Enum(
                "original",
                "notarised_copy",
                "certified_copy",
                "plain_copy",
                name="originalform",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("kept_at", sa.Text(), nullable=False),
        sa.Column("certified_by_id", sa.BigInteger(), nullable=False),
        sa.Column("certified_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pages > 0", name=op.f("ck_certifications_pages")),
        sa.ForeignKeyConstraint(
            ["certified_by_id"], ["users.id"], name=op.f("fk_certifications_certified_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_certifications_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["issued_id"],
            ["issued_papers.id"],
            name=op.f("fk_certifications_issued_id_issued_papers"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certifications")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_certifications_issued_id")),
        sa.UniqueConstraint("key", name=op.f("uq_certifications_key")),
    )
    op.create_index(
        op.f("ix_certifications_document_id"), "certifications", ["document_id"], unique=False
    )
    op.create_table(
        "certified_copies",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("asked", "issued", "refused", name="copystate", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("pages", sa.Integer(), nullable=True),
        sa.Column("issued_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_because", sa.Text(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'issued') = (issued_id IS NOT NULL)", name=op.f("ck_certified_copies_issued")
        ),
        sa.CheckConstraint(
            "(act_id IS NULL) <> (document_id IS NULL)", name=op.f("ck_certified_copies_of_one")
        ),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_certified_copies_taken")),
        sa.ForeignKeyConstraint(
            ["act_id"], ["acts.id"], name=op.f("fk_certified_copies_act_id_acts")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_certified_copies_asked_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_certified_copies_case_id_cases")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_certified_copies_document_id_documents"),
        ),
        sa.ForeignKeyConstraint(
            ["issued_id"],
            ["issued_papers.id"],
            name=op.f("fk_certified_copies_issued_id_issued_papers"),
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_certified_copies_participant_id_participants"),
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_certified_copies_settled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certified_copies")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_certified_copies_case_id_number")),
        sa.UniqueConstraint("issued_id", name=op.f("uq_certified_copies_issued_id")),
        sa.UniqueConstraint("key", name=op.f("uq_certified_copies_key")),
    )
    op.create_index(
        op.f("ix_certified_copies_act_id"), "certified_copies", ["act_id"], unique=False
    )
    op.create_index(
        op.f("ix_certified_copies_case_id"), "certified_copies", ["case_id"], unique=False
    )
    op.create_index(
        op.f("ix_certified_copies_document_id"), "certified_copies", ["document_id"], unique=False
    )
    op.create_index(
        op.f("ix_certified_copies_participant_id"),
        "certified_copies",
        ["participant_id"],
        unique=False,
    )
    op.create_table(
        "recognised_pages",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_recognised_pages_document_id_documents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognised_pages")),
        sa.UniqueConstraint(
            "document_id", "page", name=op.f("uq_recognised_pages_document_id_page")
        ),
    )
    op.create_index(
        "ix_recognised_pages_search",
        "recognised_pages",
        ["search"],
        unique=False,
        postgresql_using="gin",
    )
    op.create_table(
        "recognitions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "done",
                "no_program",
                "failed",
                name="recognitionstate",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("program", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_recognitions_document_id_documents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognitions")),
        sa.UniqueConstraint("document_id", name=op.f("uq_recognitions_document_id")),
    )
    op.create_table(
        "scan_parts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "placed", "set_aside", name="partstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "no_sheet",
                "sheet_unknown",
                "sheet_used",
                "sheet_elsewhere",
                "count_differs",
                "no_pages",
                name="partreason",
                native_enum=False,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("blanks", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("turned", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_note", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state = 'placed') = (document_id IS NOT NULL)", name=op.f("ck_scan_parts_placed")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_scan_parts_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["scan_id"], ["scans.id"], name=op.f("fk_scan_parts_scan_id_scans")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_scan_parts_settled_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["cover_sheets.id"], name=op.f("fk_scan_parts_sheet_id_cover_sheets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_parts")),
        sa.UniqueConstraint("document_id", name=op.f("uq_scan_parts_document_id")),
        sa.UniqueConstraint("key", name=op.f("uq_scan_parts_key")),
        sa.UniqueConstraint("object_key", name=op.f("uq_scan_parts_object_key")),
        sa.UniqueConstraint("scan_id", "ordinal", name=op.f("uq_scan_parts_scan_id_ordinal")),
    )
    op.create_index(op.f("ix_scan_parts_sheet_id"), "scan_parts", ["sheet_id"], unique=False)
    op.create_index(
        "ix_scan_parts_waiting",
        "scan_parts",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_scan_parts_waiting",
        table_name="scan_parts",
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.drop_index(op.f("ix_scan_parts_sheet_id"), table_name="scan_parts")
    op.drop_table("scan_parts")
    op.drop_table("recognitions")
    op.drop_index(
        "ix_recognised_pages_search", table_name="recognised_pages", postgresql_using="gin"
    )
    op.drop_table("recognised_pages")
    op.drop_index(op.f("ix_certified_copies_participant_id"), table_name="certified_copies")
    op.drop_index(op.f("ix_certified_copies_document_id"), table_name="certified_copies")
    op.drop_index(op.f("ix_certified_copies_case_id"), table_name="certified_copies")
    op.drop_index(op.f("ix_certified_copies_act_id"), table_name="certified_copies")
    op.drop_table("certified_copies")
    op.drop_index(op.f("ix_certifications_document_id"), table_name="certifications")
    op.drop_table("certifications")
    op.drop_index(
        "uq_issued_papers_standing",
        table_name="issued_papers",
        postgresql_where=sa.text("replaced_at IS NULL AND withdrawn_at IS NULL"),
    )
    op.drop_index(op.f("ix_issued_papers_sha256"), table_name="issued_papers")
    op.drop_index(op.f("ix_issued_papers_filing_id"), table_name="issued_papers")
    op.drop_index(op.f("ix_issued_papers_court_id"), table_name="issued_papers")
    op.drop_index(op.f("ix_issued_papers_case_id"), table_name="issued_papers")
    op.drop_table("issued_papers")
    op.drop_index(op.f("ix_form_changes_case_id"), table_name="form_changes")
    op.drop_table("form_changes")
    op.drop_index(op.f("ix_cover_sheets_filing_id"), table_name="cover_sheets")
    op.drop_index(op.f("ix_cover_sheets_court_id"), table_name="cover_sheets")
    op.drop_index(op.f("ix_cover_sheets_case_id"), table_name="cover_sheets")
    op.drop_table("cover_sheets")
    op.drop_index(op.f("ix_scan_files_sha256"), table_name="scan_files")
    op.drop_table("scan_files")
    op.drop_index(op.f("ix_scans_court_id"), table_name="scans")
    op.drop_table("scans")
