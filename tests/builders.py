"""Builders for tests: each makes one thing with sensible defaults, flushes and returns it."""

import functools
import itertools
import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.orm import Session

from sud.models import (
    ActKind,
    Case,
    CaseKind,
    CaseState,
    Category,
    Confidence,
    Court,
    CourtKind,
    CourtLevel,
    CourtName,
    Courtroom,
    Disc,
    DiscOrigin,
    DiscState,
    DrawRequest,
    DrawSeat,
    Hearing,
    HearingPurpose,
    Judge,
    LogEntry,
    Participant,
    ParticipantRole,
    Person,
    PersonKind,
    Role,
    RoleCode,
    SigningRule,
    TimeLimit,
    User,
)
from sud.registry.reference import read_reference

REFERENCE = read_reference()
START = date(2020, 1, 1)
PASSWORD = "тоо суусу 1916"


@functools.cache
def _password_hash() -> str:
    return PasswordHasher().hash(PASSWORD)


class Make:
    def __init__(self, session: Session, now: Callable[[], datetime]) -> None:
        self.session = session
        self.now = now
        self._numbers = itertools.count(1)
        self._courts: dict[str, Court] = {}

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _sourced(self) -> dict[str, Any]:
        return {
            "valid_from": START,
            "valid_to": None,
            "source_en": "test",
            "confidence": Confidence.HIGH,
        }

    def _once(self, row: Any, key: str) -> Any:
        """Reference rows are shared: made at the first need."""
        known = self.session.get(type(row), key)
        return known or self._add(row)

    def kind(self, code: str = "civil", prefix: str = "ГД") -> CaseKind:
        return self._once(
            CaseKind(
                code=code,
                prefix=prefix,
                name_ky="жарандык иш",
                name_ru="гражданское дело",
                name_en="civil case",
                **self._sourced(),
            ),
            code,
        )

    def category(self, code: str = "loan", weight: int = 1_000_000) -> Category:
        return self._once(
            Category(
                code=code,
                kind_code=self.kind().code,
                weight=weight,
                draw_class="civil",
                name_ky="карыз",
                name_ru="заём",
                name_en="loan",
                **self._sourced(),
            ),
            code,
        )

    def limit(self, code: str, amount: int = 3, unit: str = "working_days") -> TimeLimit:
        """A procedural limit; the real ones come with the reference data."""
        names = {"name_ky": code, "name_ru": code, "name_en": code}
        return self._add(TimeLimit(code=code, amount=amount, unit=unit, **names, **self._sourced()))

    def act_kind(self, code: str = "decision") -> ActKind:
        return self._once(
            ActKind(
                code=code,
                heading_ky="ЧЕЧИМ",
                heading_ru="РЕШЕНИЕ",
                final=True,
                name_ky="чечим",
                name_ru="решение",
                name_en="decision",
                **self._sourced(),
            ),
            code,
        )

    def signing_rules(self) -> None:
        """Who signs what in which order, as the reference data says."""
        if self.session.query(SigningRule).first():
            return
        self.session.add_all(
            SigningRule(
                kind=row.kind,
                role=row.role,
                step=row.step,
                ways=list(row.ways),
                **self._sourced() | {"valid_from": row.valid_from},
            )
            for row in REFERENCE.signing_rules
        )

    def participant_role(self, code: str = "plaintiff") -> ParticipantRole:
        names = {
            "plaintiff": ("доогер", "истец", "plaintiff", 1),
            "respondent": ("жоопкер", "ответчик", "respondent", 2),
        }
        ky, ru, en, side = names[code]
        return self._once(
            ParticipantRole(
                code=code, name_ky=ky, name_ru=ru, name_en=en, side=side, **self._sourced()
            ),
            code,
        )

    def court(self, suffix: str = "Т5", code: str = "TLS-TLS") -> Court:
        """The Talas city court, or another one by its suffix and code."""
        if code in self._courts:
            return self._courts[code]
        self.signing_rules()
        court = self._add(
            Court(
                code=code,
                level=CourtLevel.FIRST,
                kind=CourtKind.CITY,
                region="talas",
                suffix=suffix,
                name_ky=f"Талас шаардык соту {suffix}",
                name_ru=f"Таласский городской суд {suffix}",
                name_en=f"Talas City Court {suffix}",
                **self._sourced(),
            )
        )
        for lang, name, genitive, locative, city in (
            ("ky", court.name_ky, "Талас шаардык сотунун", "Талас шаардык сотунда", "Талас шаары"),
            (
                "ru",
                court.name_ru,
                "Таласского городского суда",
                "Таласском городском суде",
                "город Талас",
            ),
        ):
            self._add(
                CourtName(
                    court_id=court.id,
                    lang=lang,
                    name=name,
                    genitive=genitive,
                    locative=locative,
                    city=city,
                    valid_from=START,
                )
            )
        self._courts[code] = court
        return court

    def person(self, **facts: Any) -> Person:
        number = next(self._numbers)
        defaults = {
            "kind": PersonKind.NATURAL,
            "surname": "Осмонов",
            "given_name": "Бакыт",
            "patronymic": "Эркинович",
            "pin": f"2010118999{number:04d}"[:14],
            "address": "Талас ш., Жибек Жолу көч., 14-үй",
            "email": f"person{number}@example.test",
            "fictional": True,
            "created_at": self.now(),
        }
        return self._add(Person(**defaults | facts))

    def user(self, **facts: Any) -> User:
        number = next(self._numbers)
        defaults = {
            "login": f"user{number}-{uuid.uuid4().hex[:6]}",
            "password_hash": "!",
            "display_name": f"Колдонуучу {number}",
            "email": f"user{number}@example.test",
            "fictional": True,
            "created_at": self.now(),
            "session_stamp": 1,
        }
        return self._add(User(**defaults | facts))

    def password(self, user: User) -> str:
        """Give an account a password and return it; most tests sign people in without."""
        user.password_hash = _password_hash()
        self.session.flush()
        return PASSWORD

    def staff(self, role: RoleCode, court: Court | None = None) -> User:
        """An account holding a role at a court (default: the Talas city court)."""
        user = self.user()
        at = (court or self.court()).id if role is not RoleCode.ADMINISTRATOR else None
        self._add(Role(user_id=user.id, code=role, court_id=at, valid_from=START))
        return user

    def judge(self, court: Court | None = None, **facts: Any) -> Judge:
        """A judge with an account that holds the role."""
        court = court or self.court()
        user = self.staff(RoleCode.JUDGE, court)
        number = next(self._numbers)
        defaults = {
            "code": f"J-{number:03d}-{uuid.uuid4().hex[:4]}",
            "user_id": user.id,
            "court_id": court.id,
            "full_name": f"Сыдыкова Айгүл {number}",
            "since": START,
            "fictional": True,
        }
        return self._add(Judge(**defaults | facts))

    def judge_user(self, judge: Judge) -> User:
        user = self.session.get(User, judge.user_id)
        assert user is not None
        return user

    def party(self, case: Case, role: str = "plaintiff", **facts: Any) -> User:
        """An account whose person takes part in the case."""
        person = self.person(**facts)
        user = self.user(person_id=person.id, email=person.email)
        taken = self.session.query(Participant).filter_by(case_id=case.id, role_code=role).count()
        self._add(
            Participant(
                case_id=case.id,
                person_id=person.id,
                user_id=user.id,
                role_code=self.participant_role(role).code,
                ordinal=taken + 1,
                since=START,
            )
        )
        return user

    def case(self, court: Court | None = None, judge: Judge | None = None, **facts: Any) -> Case:
        court = court or (judge.court if judge else self.court())
        self.category()
        defaults = {
            "court": court,
            "kind": self.kind(),
            "category": self.category(),
            "judge": judge,
            "year": 2026,
            "seq": next(self._numbers),
            "language": "ky",
            "state": CaseState.PREPARATION if judge else CaseState.REGISTERED,
            "price": 12_000_000,
            "filed_at": self.now(),
            "registered_at": self.now(),
            "accepted_at": self.now() if judge else None,
            "fictional": True,
        }
        return self._add(Case(**defaults | facts))

    def panel(self, case: Case, *members: Judge) -> None:
        """Sit more judges beside the one to whom the case was drawn."""
        number = next(self._numbers)
        self._add(LogEntry(index=number, body="{}", leaf=b"", logged_at=self.now()))
        draw = self._add(
            DrawRequest(
                request_id=f"request{number}",
                court_id=case.court_id,
                case_id=case.id,
                salt=b"",
                case_index=number,
                judge_id=case.judge_id,
            )
        )
        for seat, judge in enumerate((case.judge, *members)):
            self._add(DrawSeat(draw_id=draw.id, seat=seat, judge_id=judge.id))

    def courtroom(self, court: Court | None = None) -> Courtroom:
        return self._add(
            Courtroom(court_id=(court or self.court()).id, name=f"{next(self._numbers)}-зал")
        )

    def disc(self, **facts: Any) -> Disc:
        defaults = {
            "origin": DiscOrigin.SENT,
            "state": DiscState.READ,
            "name": "disc",
            "size": 1,
            "handed_in_at": self.now(),
        }
        return self._add(Disc(**defaults | facts))

    def hearing(self, case: Case, **facts: Any) -> Hearing:
        starts = facts.pop("starts", self.now() + timedelta(days=1))
        defaults = {
            "case": case,
            "judge": case.judge,
            "courtroom": facts.pop("courtroom", None) or self.courtroom(case.court),
            "during": Range(starts, starts + timedelta(hours=1)),
            "purpose": HearingPurpose.MERITS,
            "set_at": self.now(),
        }
        return self._add(Hearing(**defaults | facts))
