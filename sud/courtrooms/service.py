"""The equipment of courtrooms: entered, checked before hearings, broken and mended, at a glance."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor, permits, visible
from sud.errors import CourtError, Refusal
from sud.models import (
    Court,
    Courtroom,
    Device,
    DeviceChange,
    DeviceKind,
    DeviceState,
    EquipmentCheck,
    Hearing,
    Incident,
    IncidentEffect,
    StreamKey,
)
from sud.registry import service as registry

ENOUGH_BYTES: Final = 20 * 10**9
"""Free disk below this is no good: a day of hearings at 4 Mbit/s is about 15 GB."""
QUIET_DB: Final = -40.0
"""A room in which the loudest sound of a check is below this is not heard."""
NEEDED: Final = (DeviceKind.RECORDER, DeviceKind.CAMERA, DeviceKind.MICROPHONE)
"""Without one of these no hearing is recorded."""
SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a check found: levels in dB below full scale, room on the disk in bytes."""

    picture: bool
    sound: bool
    free_bytes: int | None = None
    level_db: float | None = None

    @property
    def good(self) -> bool:
        enough = self.free_bytes is None or self.free_bytes >= ENOUGH_BYTES
        heard = self.level_db is None or self.level_db >= QUIET_DB
        return self.picture and self.sound and enough and heard


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What went wrong, as whoever tells it saw it."""

    what: str
    effect: IncidentEffect
    device: Device | None = None
    hearing: Hearing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """A courtroom at a glance."""

    room: Courtroom
    devices: tuple[Device, ...]
    incidents: int
    checked: EquipmentCheck | None

    @property
    def ready(self) -> bool:
        """Whether a hearing can be recorded here: recorder, camera and microphone all work."""
        return all(self.state_of(kind) is DeviceState.WORKING for kind in NEEDED)

    def state_of(self, kind: DeviceKind) -> DeviceState | None:
        """The best state of the devices of a kind; None where there is none."""
        states = {device.state for device in self.devices if device.kind is kind}
        order = (DeviceState.WORKING, DeviceState.FAULTY, DeviceState.ABSENT)
        return next((state for state in order if state in states), None)


# ------------------------------------------------------------------ equipment


def enter_device(
    session: Session,
    actor: Actor,
    room: Courtroom,
    *,
    kind: DeviceKind,
    name: str,
    inventory_number: str,
    now: datetime,
) -> Device:
    """Enter a device that stands in a courtroom; it works until somebody says otherwise."""
    device = Device(
        courtroom=room, kind=kind, name=name, inventory_number=inventory_number, since=now
    )
    session.add(device)
    session.flush()
    _changed(session, actor, device, "", None, now=now)
    return device


def set_state(
    session: Session, actor: Actor, device: Device, state: DeviceState, *, note: str, now: datetime
) -> None:
    """Note that a device came into another state."""
    _require_there(device)
    if device.state is state:
        raise CourtError(Refusal.NOT_NOW)
    device.state, device.since = state, now
    _changed(session, actor, device, note, None, now=now)


def remove_device(session: Session, actor: Actor, device: Device, *, now: datetime) -> None:
    """Take a device out of its courtroom for good; its past stays written down."""
    _require_there(device)
    device.removed_at = now
    journal.record(session, actor, Action.EQUIPMENT_KEEP, device, now=now, change="removed")


def check(
    session: Session,
    actor: Actor,
    room: Courtroom,
    found: Found,
    *,
    hearing: Hearing | None = None,
    what: str = "",
    now: datetime,
) -> EquipmentCheck:
    """Note what a check found; one that found something wrong opens an incident."""
    incident = None
    if not found.good:
        trouble = Trouble(what=what, effect=IncidentEffect.NOTHING, hearing=hearing)
        incident = open_incident(session, actor, room, trouble, now=now)
    made = EquipmentCheck(
        courtroom_id=room.id,
        hearing_id=hearing.id if hearing else None,
        picture=found.picture,
        sound=found.sound,
        free_bytes=found.free_bytes,
        level_db=found.level_db,
        good=found.good,
        incident_id=incident.id if incident else None,
        by_id=actor.user_id,
        at=now,
    )
    session.add(made)
    journal.record(
        session, actor, Action.EQUIPMENT_CHECK, made, now=now, good=made.good, room=room.id
    )
    return made


# ------------------------------------------------------------------ incidents


def open_incident(
    session: Session, actor: Actor, room: Courtroom, trouble: Trouble, *, now: datetime
) -> Incident:
    """Open an incident; the device it is about counts as faulty from now on."""
    incident = Incident(
        courtroom=room,
        device=trouble.device,
        hearing=trouble.hearing,
        effect=trouble.effect,
        what=trouble.what,
        opened_by_id=actor.user_id,
        opened_at=now,
    )
    session.add(incident)
    session.flush()
    device = trouble.device
    if device is not None and device.state is DeviceState.WORKING:
        device.state, device.since = DeviceState.FAULTY, now
        _changed(session, actor, device, "", incident, now=now)
    journal.record(
        session,
        actor,
        Action.INCIDENT_OPEN,
        incident,
        now=now,
        effect=trouble.effect.value,
        hearing=trouble.hearing.id if trouble.hearing else None,
    )
    return incident


def close_incident(
    session: Session, actor: Actor, incident: Incident, *, done: str, works: bool, now: datetime
) -> None:
    """Close an incident with what was done; say whether its device works again."""
    session.refresh(incident, with_for_update={"of": Incident})
    if incident.closed_at is not None:
        raise CourtError(Refusal.NOT_NOW)
    incident.done, incident.closed_at, incident.closed_by_id = done, now, actor.user_id
    device = incident.device
    if works and device is not None and device.state is not DeviceState.WORKING:
        device.state, device.since = DeviceState.WORKING, now
        _changed(session, actor, device, "", incident, now=now)
    journal.record(session, actor, Action.INCIDENT_CLOSE, incident, now=now, works=works)


def _changed(
    session: Session,
    actor: Actor,
    device: Device,
    note: str,
    incident: Incident | None,
    *,
    now: datetime,
) -> None:
    change = DeviceChange(
        device_id=device.id,
        state=device.state,
        note=note,
        incident_id=incident.id if incident else None,
        by_id=actor.user_id,
        at=now,
    )
    session.add(change)
    journal.record(session, actor, Action.EQUIPMENT_KEEP, device, now=now, state=device.state.value)


def _require_there(device: Device) -> None:
    if device.removed_at is not None:
        raise CourtError(Refusal.NOT_NOW)


# ------------------------------------------------------------------ the key of the camera


def make_stream_key(session: Session, actor: Actor, room: Courtroom, *, now: datetime) -> str:
    """Make the key with which a courtroom's camera is let in; the earlier one ends.

    It is shown once: the archive keeps its SHA-256, which a capture names too, and by which it is
    known of which courtroom the capture is.
    """
    session.execute(select(Courtroom.id).where(Courtroom.id == room.id).with_for_update())
    current = key_of_room(session, room)
    if current is not None:
        current.ended_at = now
        session.flush()
    word = secrets.token_hex(16)
    made = StreamKey(
        courtroom=room, digest=digest_of_key(word), made_by_id=actor.user_id, made_at=now
    )
    session.add(made)
    journal.record(session, actor, Action.STREAM_KEY, made, now=now, room=room.id)
    return word


def digest_of_key(word: str) -> str:
    """Return under which name the archive and the captures know a key."""
    return hashlib.sha256(word.encode()).hexdigest()


def key_of_room(session: Session, room: Courtroom) -> StreamKey | None:
    """Return the key that is good now."""
    return session.scalars(
        select(StreamKey).where(StreamKey.courtroom_id == room.id, StreamKey.ended_at.is_(None))
    ).one_or_none()


def courtroom_of_digest(session: Session, digest: str) -> Courtroom | None:
    """Return of which courtroom a capture is, by the key it names; an ended key tells it too."""
    key = session.scalars(select(StreamKey).where(StreamKey.digest == digest)).one_or_none()
    return None if key is None else key.courtroom


# ------------------------------------------------------------------ reading


def courts_of(session: Session, actor: Actor) -> Sequence[Court]:
    """Return the courts whose equipment the actor may see: those that have courtrooms."""
    with_rooms = select(Courtroom.court_id).where(Courtroom.closed_at.is_(None))
    courts = session.scalars(select(Court).where(Court.id.in_(with_rooms)).order_by(Court.code))
    return [court for court in courts if permits(actor, Action.EQUIPMENT_READ, court)]


def court_of_code(session: Session, _actor: Actor, code: str) -> Court | None:
    return registry.court_by_code(session, code)


def court_of(session: Session, room: Courtroom) -> Court:
    return session.get_one(Court, room.court_id)


def room_of_url(session: Session, _actor: Actor, key: UUID) -> Courtroom | None:
    return session.scalars(select(Courtroom).where(Courtroom.key == key)).one_or_none()


def device_of_url(session: Session, _actor: Actor, key: UUID) -> Device | None:
    return session.scalars(select(Device).where(Device.key == key)).one_or_none()


def incident_of_url(session: Session, _actor: Actor, key: UUID) -> Incident | None:
    return session.scalars(select(Incident).where(Incident.key == key)).one_or_none()


def glances(session: Session, courts: Iterable[Court]) -> list[Glance]:
    """Return how the courtrooms of some courts stand, by court and name."""
    rooms = session.scalars(
        select(Courtroom)
        .where(
            Courtroom.court_id.in_([court.id for court in courts]), Courtroom.closed_at.is_(None)
        )
        .order_by(Courtroom.court_id, Courtroom.name)
    ).all()
    return glances_of_rooms(session, rooms)


def glances_of_rooms(session: Session, rooms: Sequence[Courtroom]) -> list[Glance]:
    """Return how these courtrooms stand, in their order."""
    ids = [room.id for room in rooms]
    devices: dict[int, list[Device]] = {}
    for device in session.scalars(
        select(Device)
        .where(Device.courtroom_id.in_(ids), Device.removed_at.is_(None))
        .order_by(Device.kind, Device.name)
    ):
        devices.setdefault(device.courtroom_id, []).append(device)
    open_ones = dict(
        session.execute(
            select(Incident.courtroom_id, func.count())
            .where(Incident.courtroom_id.in_(ids), Incident.closed_at.is_(None))
            .group_by(Incident.courtroom_id)
        ).all()
    )
    checked = {
        one.courtroom_id: one
        for one in session.scalars(
            select(EquipmentCheck)
            .where(EquipmentCheck.courtroom_id.in_(ids))
            .ext(distinct_on(EquipmentCheck.courtroom_id))
            .order_by(
                EquipmentCheck.courtroom_id, EquipmentCheck.at.desc(), EquipmentCheck.id.desc()
            )
        )
    }
    order = list(DeviceKind)
    return [
        Glance(
            room=room,
            devices=tuple(
                sorted(devices.get(room.id, ()), key=lambda device: order.index(device.kind))
            ),
            incidents=open_ones.get(room.id, 0),
            checked=checked.get(room.id),
        )
        for room in rooms
    ]


def troubled(session: Session, court: Court) -> list[Device]:
    """Return what is needed for recording and does not work, of all courtrooms of a court."""
    return list(
        session.scalars(
            select(Device)
            .join(Courtroom, Courtroom.id == Device.courtroom_id)
            .where(
                Courtroom.court_id == court.id,
                Courtroom.closed_at.is_(None),
                Device.removed_at.is_(None),
                Device.kind.in_(NEEDED),
                Device.state != DeviceState.WORKING,
            )
            .order_by(Courtroom.name, Device.kind)
        )
    )


def changes_of(session: Session, devices: Iterable[Device]) -> Sequence[DeviceChange]:
    """Return what became of some devices, the latest first."""
    return session.scalars(
        select(DeviceChange)
        .where(DeviceChange.device_id.in_([device.id for device in devices]))
        .order_by(DeviceChange.at.desc(), DeviceChange.id.desc())
        .limit(SHOWN)
    ).all()


def checks_of(session: Session, room: Courtroom) -> Sequence[EquipmentCheck]:
    """Return the latest checks of a courtroom."""
    return session.scalars(
        select(EquipmentCheck)
        .where(EquipmentCheck.courtroom_id == room.id)
        .order_by(EquipmentCheck.at.desc(), EquipmentCheck.id.desc())
        .limit(10)
    ).all()


def incidents_of(session: Session, rooms: Iterable[Courtroom]) -> Sequence[Incident]:
    """Return the incidents of some courtrooms: the open ones first, then the latest."""
    return session.scalars(
        select(Incident)
        .where(Incident.courtroom_id.in_([room.id for room in rooms]))
        .order_by(Incident.closed_at.is_not(None), Incident.opened_at.desc(), Incident.id.desc())
        .limit(SHOWN)
    ).all()


def hearings_for(
    session: Session, actor: Actor, room: Courtroom, *, since: datetime, until: datetime
) -> Sequence[Hearing]:
    """Return the hearings of a courtroom in a stretch of time that the actor may know of."""
    query = select(Hearing).where(
        Hearing.courtroom_id == room.id,
        func.lower(Hearing.during) >= since,
        func.lower(Hearing.during) < until,
    )
    return session.scalars(visible(query, actor).order_by(Hearing.during.desc())).all()
