"""Equips the demonstration's courtrooms, and says why most of its hearings have no recording.

Recorders come to the first courtroom of each court ten days before today; what was heard before,
or elsewhere, has its reason. Of the last hearings some have neither, so that alerts can be seen.
"""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from sud.access import Actor
from sud.courtrooms import duty
from sud.courtrooms import service as courtrooms
from sud.demonstration.plan import DAYS
from sud.models import AbsenceGround, DeviceKind, Hearing, IncidentEffect
from sud.registry import service as registry

EQUIPPED_ON: Final = DAYS - 10
_EQUIPMENT: Final = (
    (DeviceKind.RECORDER, "АВФ-2", "013800"),
    (DeviceKind.CAMERA, "IP-камера 4 МП", "013810"),
    (DeviceKind.MICROPHONE, "Микрофон × 4", "013820"),
    (DeviceKind.BURNER, "DVD-RW", "013830"),
    (DeviceKind.NETWORK, "Коммутатор", "013840"),
)
_WORDS: Final[dict[str, dict[str, str]]] = {
    "ky": {
        "not_equipped": "Залга жазуучу жабдуу али орнотула элек.",
        "failure": "Отурумдун башында жазуучу түзүлүш өчүп калды.",
        "microphone": "Микрофондордун бири үн бербейт.",
        "mended": "Кубат блогу алмаштырылды, түзүлүш текшерилди.",
    },
    "ru": {
        "not_equipped": "Оборудование для записи в зале ещё не установлено.",
        "failure": "В начале заседания записывающее устройство отключилось.",
        "microphone": "Один из микрофонов не передаёт звук.",
        "mended": "Заменён блок питания, устройство проверено.",
    },
}


def equip(session: Session, keeper: Actor, court_code: str, *, now: datetime) -> None:
    """Enter the equipment of a court's first courtroom, its check, and what is wrong with it."""
    court = registry.court_by_code(session, court_code)
    if court is None:
        raise LookupError(court_code)
    room = registry.courtrooms_of(session, court)[0]
    devices = {
        kind: courtrooms.enter_device(
            session,
            keeper,
            room,
            kind=kind,
            name=name,
            inventory_number=f"{number}{court.id}",
            now=now,
        )
        for kind, name, number in _EQUIPMENT
    }
    found = courtrooms.Found(picture=True, sound=True, free_bytes=930 * 10**9, level_db=-17.0)
    courtrooms.check(session, keeper, room, found, now=now)
    if court_code == "osh-city":
        courtrooms.open_incident(
            session,
            keeper,
            room,
            courtrooms.Trouble(
                what=_WORDS["ru"]["microphone"],
                effect=IncidentEffect.NOTHING,
                device=devices[DeviceKind.MICROPHONE],
            ),
            now=now,
        )


def account(
    session: Session, clerk: Actor, hearing: Hearing, *, language: str, now: datetime
) -> None:
    """Say why a hearing that was just held has no recording, where that is known."""
    (glance,) = courtrooms.glances_of_rooms(session, [hearing.courtroom])
    words = _WORDS[language]
    if not glance.devices:
        _state(session, clerk, hearing, "not_equipped", words=words["not_equipped"], now=now)
    elif not courtrooms.incidents_of(session, [hearing.courtroom]):
        recorder = next(one for one in glance.devices if one.kind is DeviceKind.RECORDER)
        trouble = duty.trouble_of(words["failure"], hearing, recorder)
        told = words["failure"]
        _state(session, clerk, hearing, "failure", words=told, trouble=trouble, now=now)
        (incident,) = courtrooms.incidents_of(session, [hearing.courtroom])
        courtrooms.close_incident(
            session, clerk, incident, done=words["mended"], works=True, now=now
        )


def _state(
    session: Session,
    clerk: Actor,
    hearing: Hearing,
    code: str,
    *,
    words: str,
    trouble: courtrooms.Trouble | None = None,
    now: datetime,
) -> None:
    ground = session.get_one(AbsenceGround, code)
    because = duty.Because(ground=ground, words=words, trouble=trouble)
    duty.explain(session, clerk, hearing, because, now=now)
