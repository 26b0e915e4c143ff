"""Courtrooms as places of recording: their equipment and its troubles, and what the law wants.

Since June 2025 every hearing that was held has a recording, or a reason why there is none.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Float, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sud.db import Base, Identity, Key, coded
from sud.models.accounts import User
from sud.models.acts import Act
from sud.models.courts import Courtroom
from sud.models.hearings import Hearing
from sud.models.reference import Named, Sourced

# ------------------------------------------------------------------ equipment


class DeviceKind(StrEnum):
    RECORDER = "recorder"
    CAMERA = "camera"
    MICROPHONE = "microphone"
    BURNER = "burner"
    NETWORK = "network"
    POWER = "power"
    SCREEN = "screen"
    OTHER = "other"


class DeviceState(StrEnum):
    WORKING = "working"
    FAULTY = "faulty"
    ABSENT = "absent"  # sent away for repair, or never delivered


class Device(Base):
    """A piece of equipment in a courtroom, with the state it is in; its past is in the changes."""

    __tablename__ = "devices"

    id: Mapped[Identity]
    key: Mapped[Key]
    courtroom_id: Mapped[int] = mapped_column(ForeignKey(Courtroom.id), index=True)
    kind: Mapped[DeviceKind] = mapped_column(coded(DeviceKind))
    name: Mapped[str]
    inventory_number: Mapped[str] = mapped_column(default="")
    state: Mapped[DeviceState] = mapped_column(coded(DeviceState), default=DeviceState.WORKING)
    since: Mapped[datetime]
    """Since when it is in this state."""
    removed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    courtroom: Mapped[Courtroom] = relationship(lazy="joined", innerjoin=True)

    @property
    def court_id(self) -> int:
        return self.courtroom.court_id


class IncidentEffect(StrEnum):
    """What an incident did to the hearing it hit, or could do to the next one."""

    NOTHING = "nothing"
    DELAYED = "delayed"
    POSTPONED = "postponed"
    PART_LOST = "part_lost"
    NOT_RECORDED = "not_recorded"


class Incident(Base):
    """Something went wrong in a courtroom: opened by whoever saw it, closed with what was done."""

    __tablename__ = "incidents"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (done = '')", name="closed"),
        Index("ix_incidents_open", "courtroom_id", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Identity]
    key: Mapped[Key]
    courtroom_id: Mapped[int] = mapped_column(ForeignKey(Courtroom.id), index=True)
    device_id: Mapped[int | None] = mapped_column(ForeignKey(Device.id), index=True)
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey(Hearing.id), index=True)
    effect: Mapped[IncidentEffect] = mapped_column(coded(IncidentEffect))
    what: Mapped[str]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    opened_at: Mapped[datetime]
    done: Mapped[str] = mapped_column(default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}

    courtroom: Mapped[Courtroom] = relationship(lazy="joined", innerjoin=True)
    device: Mapped[Device | None] = relationship(lazy="joined")
    hearing: Mapped[Hearing | None] = relationship(lazy="selectin")
    opened_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[opened_by_id])
    closed_by: Mapped[User | None] = relationship(lazy="joined", foreign_keys=[closed_by_id])

    @property
    def court_id(self) -> int:
        return self.courtroom.court_id


class DeviceChange(Base):
    """A device came into a state: written once, never changed."""

    __tablename__ = "device_changes"

    id: Mapped[Identity]
    device_id: Mapped[int] = mapped_column(ForeignKey(Device.id), index=True)
    state: Mapped[DeviceState] = mapped_column(coded(DeviceState))
    note: Mapped[str] = mapped_column(default="")
    incident_id: Mapped[int | None] = mapped_column(ForeignKey(Incident.id), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    by: Mapped[User | None] = relationship(lazy="joined")


class EquipmentCheck(Base):
    """What somebody found before a hearing: whether picture, sound and disk space are there."""

    __tablename__ = "equipment_checks"

    id: Mapped[Identity]
    courtroom_id: Mapped[int] = mapped_column(ForeignKey(Courtroom.id), index=True)
    hearing_id: Mapped[int | None] = mapped_column(ForeignKey(Hearing.id), index=True)
    picture: Mapped[bool]
    sound: Mapped[bool]
    free_bytes: Mapped[int | None] = mapped_column(BigInteger)
    level_db: Mapped[float | None] = mapped_column(Float)
    """The loudest sound heard, in dB below full scale."""
    good: Mapped[bool]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey(Incident.id), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    by: Mapped[User | None] = relationship(lazy="joined")


class StreamKey(Base):
    """What a courtroom's camera shows to be let in; only its SHA-256 is kept."""

    __tablename__ = "stream_keys"
    __table_args__ = (
        Index(
            "uq_stream_keys_current",
            "courtroom_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Identity]
    courtroom_id: Mapped[int] = mapped_column(ForeignKey(Courtroom.id), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    courtroom: Mapped[Courtroom] = relationship(lazy="joined", innerjoin=True)


# ------------------------------------------------------------------ the recording of a hearing


class StepKind(StrEnum):
    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    STOPPED = "stopped"


class RecordingStep(Base):
    """Somebody started, paused, resumed or stopped the recording of a hearing, and why."""

    __tablename__ = "recording_steps"

    id: Mapped[Identity]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    kind: Mapped[StepKind] = mapped_column(coded(StepKind))
    reason: Mapped[str] = mapped_column(default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    by: Mapped[User | None] = relationship(lazy="joined")


class AbsenceGround(Named, Sourced, Base):
    """A ground on which a hearing may have no recording; `equipment`: an incident belongs to it."""

    __tablename__ = "absence_grounds"

    code: Mapped[str] = mapped_column(primary_key=True)
    equipment: Mapped[bool] = mapped_column(default=False)
    ordinal: Mapped[int] = mapped_column(default=0)


class RecordingAbsence(Base):
    """Why a hearing has no recording, as an official stated it; the newest statement counts."""

    __tablename__ = "recording_absences"

    id: Mapped[Identity]
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    ground_code: Mapped[str] = mapped_column(ForeignKey(AbsenceGround.code))
    because: Mapped[str]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey(Incident.id), index=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    at: Mapped[datetime]

    ground: Mapped[AbsenceGround] = relationship(lazy="joined", innerjoin=True)
    incident: Mapped[Incident | None] = relationship(lazy="selectin")
    by: Mapped[User | None] = relationship(lazy="joined")


class RecordingAlert(Base):
    """An act rests on a hearing that has neither a recording nor a reason: raised once.

    It ends when the hearing has one of them, and by nothing else.
    """

    __tablename__ = "recording_alerts"
    __table_args__ = (
        UniqueConstraint("act_id", "hearing_id"),
        Index("ix_recording_alerts_open", "hearing_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[Identity]
    act_id: Mapped[int] = mapped_column(ForeignKey(Act.id), index=True)
    hearing_id: Mapped[int] = mapped_column(ForeignKey(Hearing.id), index=True)
    raised_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    act: Mapped[Act] = relationship(lazy="selectin")
    hearing: Mapped[Hearing] = relationship(lazy="joined", innerjoin=True)

    @property
    def case_id(self) -> int:
        return self.hearing.case_id
