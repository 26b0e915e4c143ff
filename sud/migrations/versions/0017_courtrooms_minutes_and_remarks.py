"""Equipment of courtrooms, why hearings have no recording, minutes and remarks on them."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSERT_ONLY = (
    "device_changes",
    "equipment_checks",
    "minutes",
    "recording_absences",
    "recording_steps",
)
KEPT = "devices, incidents, recording_alerts, remarks, stream_keys"


def upgrade() -> None:
    op.create_table(
        "absence_grounds",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("equipment", sa.Boolean(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name_ky", sa.Text(), nullable=False),
        sa.Column("name_ru", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source_ky", sa.Text(), nullable=False),
        sa.Column("source_ru", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column(
            "confidence",
            sa.Enum("H", "M", "L", name="confidence", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("edited_by_hand", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_absence_grounds")),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("courtroom_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "recorder",
                "camera",
                "microphone",
                "burner",
                "network",
                "power",
                "screen",
                "other",
                name="devicekind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("inventory_number", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "working", "faulty", "absent", name="devicestate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_devices_courtroom_id_courtrooms")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("key", name=op.f("uq_devices_key")),
    )
    op.create_index(op.f("ix_devices_courtroom_id"), "devices", ["courtroom_id"], unique=False)
    op.create_table(
        "stream_keys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("courtroom_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_stream_keys_courtroom_id_courtrooms")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["users.id"], name=op.f("fk_stream_keys_made_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stream_keys")),
        sa.UniqueConstraint("digest", name=op.f("uq_stream_keys_digest")),
    )
    op.create_index(
        op.f("ix_stream_keys_courtroom_id"), "stream_keys", ["courtroom_id"], unique=False
    )
    op.create_index(
        "uq_stream_keys_current",
        "stream_keys",
        ["courtroom_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("courtroom_id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=True),
        sa.Column("hearing_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "effect",
            sa.Enum(
                "nothing",
                "delayed",
                "postponed",
                "part_lost",
                "not_recorded",
                name="incidenteffect",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("opened_by_id", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.Text(), nullable=False),
        sa.Column("closed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_at IS NULL) = (done = '')", name=op.f("ck_incidents_closed")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["users.id"], name=op.f("fk_incidents_closed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["courtroom_id"], ["courtrooms.id"], name=op.f("fk_incidents_courtroom_id_courtrooms")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_incidents_device_id_devices")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_incidents_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["users.id"], name=op.f("fk_incidents_opened_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("key", name=op.f("uq_incidents_key")),
    )
    op.create_index(op.f("ix_incidents_courtroom_id"), "incidents", ["courtroom_id"], unique=False)
    op.create_index(op.f("ix_incidents_device_id"), "incidents", ["device_id"], unique=False)
    op.create_index(op.f("ix_incidents_hearing_id"), "incidents", ["hearing_id"], unique=False)
    op.create_index(
        "ix_incidents_open",
        "incidents",
        ["courtroom_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "recording_alerts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("act_id", sa.BigInteger(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["act_id"], ["acts.id"], name=op.f("fk_recording_alerts_act_id_acts")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_recording_alerts_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_alerts")),
        sa.UniqueConstraint(
            "act_id", "hearing_id", name=op.f("uq_recording_alerts_act_id_hearing_id")
        ),
    )
    op.create_index(
        op.f("ix_recording_alerts_act_id"), "recording_alerts", ["act_id"], unique=False
    )
    op.create_index(
        op.f("ix_recording_alerts_hearing_id"), "recording_alerts", ["hearing_id"], unique=False
    )
    op.create_index(
        "ix_recording_alerts_open",
        "recording_alerts",
        ["hearing_id"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "recording_steps",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "started",
                "paused",
                "resumed",
                "stopped",
                name="stepkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_recording_steps_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_recording_steps_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_steps")),
    )
    op.create_index(
        op.f("ix_recording_steps_hearing_id"), "recording_steps", ["hearing_id"], unique=False
    )
    op.create_table(
        "remarks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "about",
            sa.Enum("minutes", "recording", name="remarksubject", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at_second", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting", "accepted", "rejected", name="remarkstate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ruled_by_id", sa.BigInteger(), nullable=True),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'waiting') = (ruled_at IS NULL)", name=op.f("ck_remarks_ruled")
        ),
        sa.CheckConstraint("state <> 'rejected' OR answer <> ''", name=op.f("ck_remarks_reasoned")),
        sa.CheckConstraint(
            "at_second IS NULL OR at_second >= 0", name=op.f("ck_remarks_at_second")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_remarks_by_id_users")),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_remarks_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["ruled_by_id"], ["users.id"], name=op.f("fk_remarks_ruled_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
        sa.UniqueConstraint("key", name=op.f("uq_remarks_key")),
    )
    op.create_index(op.f("ix_remarks_by_id"), "remarks", ["by_id"], unique=False)
    op.create_index(op.f("ix_remarks_hearing_id"), "remarks", ["hearing_id"], unique=False)
    op.create_table(
        "device_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("device_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "working", "faulty", "absent", name="devicestate", native_enum=False, length=40
            ),
            nullable=False,
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_device_changes_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["device_id"], ["devices.id"], name=op.f("fk_device_changes_device_id_devices")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_device_changes_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_changes")),
    )
    op.create_index(
        op.f("ix_device_changes_device_id"), "device_changes", ["device_id"], unique=False
    )
    op.create_index(
        op.f("ix_device_changes_incident_id"), "device_changes", ["incident_id"], unique=False
    )
    op.create_table(
        "equipment_checks",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("courtroom_id", sa.BigInteger(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=True),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("free_bytes", sa.BigInteger(), nullable=True),
        sa.Column("level_db", sa.Float(), nullable=True),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_equipment_checks_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["courtroom_id"],
            ["courtrooms.id"],
            name=op.f("fk_equipment_checks_courtroom_id_courtrooms"),
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_equipment_checks_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_equipment_checks_incident_id_incidents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_checks")),
    )
    op.create_index(
        op.f("ix_equipment_checks_courtroom_id"), "equipment_checks", ["courtroom_id"], unique=False
    )
    op.create_index(
        op.f("ix_equipment_checks_hearing_id"), "equipment_checks", ["hearing_id"], unique=False
    )
    op.create_index(
        op.f("ix_equipment_checks_incident_id"), "equipment_checks", ["incident_id"], unique=False
    )
    op.create_table(
        "minutes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name=op.f("fk_minutes_document_id_documents")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["users.id"], name=op.f("fk_minutes_entered_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_minutes_hearing_id_hearings")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("document_id", name=op.f("uq_minutes_document_id")),
        sa.UniqueConstraint("hearing_id", name=op.f("uq_minutes_hearing_id")),
    )
    op.create_table(
        "recording_absences",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("hearing_id", sa.BigInteger(), nullable=False),
        sa.Column("ground_code", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("incident_id", sa.BigInteger(), nullable=True),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name=op.f("fk_recording_absences_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["ground_code"],
            ["absence_grounds.code"],
            name=op.f("fk_recording_absences_ground_code_absence_grounds"),
        ),
        sa.ForeignKeyConstraint(
            ["hearing_id"], ["hearings.id"], name=op.f("fk_recording_absences_hearing_id_hearings")
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"],
            ["incidents.id"],
            name=op.f("fk_recording_absences_incident_id_incidents"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_absences")),
    )
    op.create_index(
        op.f("ix_recording_absences_hearing_id"), "recording_absences", ["hearing_id"], unique=False
    )
    op.create_index(
        op.f("ix_recording_absences_incident_id"),
        "recording_absences",
        ["incident_id"],
        unique=False,
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
    connection.execute(f"REVOKE DELETE, TRUNCATE ON {KEPT} FROM sud_web;")


def downgrade() -> None:
    op.drop_index(op.f("ix_recording_absences_incident_id"), table_name="recording_absences")
    op.drop_index(op.f("ix_recording_absences_hearing_id"), table_name="recording_absences")
    op.drop_table("recording_absences")
    op.drop_table("minutes")
    op.drop_index(op.f("ix_equipment_checks_incident_id"), table_name="equipment_checks")
    op.drop_index(op.f("ix_equipment_checks_hearing_id"), table_name="equipment_checks")
    op.drop_index(op.f("ix_equipment_checks_courtroom_id"), table_name="equipment_checks")
    op.drop_table("equipment_checks")
    op.drop_index(op.f("ix_device_changes_incident_id"), table_name="device_changes")
    op.drop_index(op.f("ix_device_changes_device_id"), table_name="device_changes")
    op.drop_table("device_changes")
    op.drop_index(op.f("ix_remarks_hearing_id"), table_name="remarks")
    op.drop_index(op.f("ix_remarks_by_id"), table_name="remarks")
    op.drop_table("remarks")
    op.drop_index(op.f("ix_recording_steps_hearing_id"), table_name="recording_steps")
    op.drop_table("recording_steps")
    op.drop_index(
        "ix_recording_alerts_open",
        table_name="recording_alerts",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_recording_alerts_hearing_id"), table_name="recording_alerts")
    op.drop_index(op.f("ix_recording_alerts_act_id"), table_name="recording_alerts")
    op.drop_table("recording_alerts")
    op.drop_index(
        "ix_incidents_open", table_name="incidents", postgresql_where=sa.text("closed_at IS NULL")
    )
    op.drop_index(op.f("ix_incidents_hearing_id"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_device_id"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_courtroom_id"), table_name="incidents")
    op.drop_table("incidents")
    op.drop_index(
        "uq_stream_keys_current",
        table_name="stream_keys",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(op.f("ix_stream_keys_courtroom_id"), table_name="stream_keys")
    op.drop_table("stream_keys")
    op.drop_index(op.f("ix_devices_courtroom_id"), table_name="devices")
    op.drop_table("devices")
    op.drop_table("absence_grounds")
