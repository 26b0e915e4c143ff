"""Opens the demonstration's courts: rooms, judges with their posts, everybody's account."""

import io
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.accounts import service as accounts
from sud.allocation import service as allocation
from sud.demonstration import papers
from sud.demonstration.people import Invented, Inventor
from sud.demonstration.plan import SEED, Plan
from sud.models import (
    AbsenceReason,
    Court,
    Courtroom,
    Judge,
    Person,
    PersonKind,
    RoleCode,
    User,
)
from sud.outside import Outside, local_day
from sud.registry import service as registry
from sud.roster import duty
from sud.roster import service as roster
from sud.roster.orders import Paper
from sud.uploads.service import Sent

PASSWORD: Final = "demonstration"  # noqa: S105 - a word for a court in which nothing is real
WHOLE, CHAIR, HALF = 1000, 700, 500
CLERKS: Final = 2
FIRST_LOGIN: Final = "admin"
KEEPERS: Final = ("keeper1.supreme", "keeper2.supreme")
"""They draft and adopt the policy of publication: one what the other wrote."""
MAILED_PARTIES: Final = 3
"""The first persons have an address: their notices arrive in the mail catcher."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """How many judges a court has, which of them work half, and how it is called in logins."""

    short: str
    judges: int
    half: frozenset[int]
    rooms: tuple[str, ...]


BENCHES: Final = {
    "bishkek-lenin": Bench(
        short="lenin", judges=12, half=frozenset({11}), rooms=("1-зал", "2-зал", "3-зал", "4-зал")
    ),
    "osh-city": Bench(
        short="osh", judges=8, half=frozenset({7}), rooms=("1-зал", "2-зал", "3-зал")
    ),
    "talas-city": Bench(short="talas", judges=5, half=frozenset(), rooms=("1-зал", "2-зал")),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """An absence: known on one day, from another to a third (numbers of working days)."""

    judge: str
    reason: AbsenceReason
    known: int
    first: int
    last: int


LEAVES: Final = (
    Leave(judge="bishkek-lenin-03", reason=AbsenceReason.LEAVE, known=30, first=35, last=38),
    Leave(judge="osh-city-04", reason=AbsenceReason.TRAINING, known=60, first=62, last=65),
    Leave(judge="talas-city-02", reason=AbsenceReason.LEAVE, known=80, first=85, last=88),
    Leave(judge="bishkek-lenin-08", reason=AbsenceReason.SICKNESS, known=112, first=114, last=117),
    Leave(judge="osh-city-06", reason=AbsenceReason.LEAVE, known=118, first=122, last=138),
    Leave(judge="bishkek-lenin-05", reason=AbsenceReason.TRIP, known=121, first=130, last=133),
)
"""Those that are over lasted four days at most: a hearing that fell into one was held before."""
SPECIALIST: Final = "bishkek-lenin-09"
SPECIALISED_ON: Final = 100
TRIES: Final = ("debt", "family_simple", "order")


def filer_login(number: int, organisations: int) -> str:
    """Organisations are firm1, firm2...; persons are party1, party2..."""
    if number < organisations:
        return f"firm{number + 1}"
    return f"party{number - organisations + 1}"


def open_courts(session: Session, plan: Plan, *, now: datetime) -> None:
    """Make everything that must be there before the first filing."""
    inventor = Inventor(SEED + 1)
    since = plan.days[0]
    administrator = _account(session, FIRST_LOGIN, inventor.person(), now=now)
    _role(session, administrator, RoleCode.ADMINISTRATOR, None, since=since, now=now)
    for code, bench in BENCHES.items():
        court = registry.court_by_code(session, code)
        if court is None:
            raise LookupError(f"the reference data has no court {code}")
        session.add_all(Courtroom(court_id=court.id, name=name) for name in bench.rooms)
        for number in range(1, bench.judges + 1):
            _judge(session, court, bench, number, inventor.person(), since=since, now=now)
        for number in range(1, CLERKS + 1):
            clerk = _account(session, f"clerk{number}.{bench.short}", inventor.person(), now=now)
            _role(session, clerk, RoleCode.CLERK, court, since=since, now=now)
    archivist = _account(session, "archivist", inventor.person(), now=now)
    for code in BENCHES:
        court = registry.court_by_code(session, code)
        _role(session, archivist, RoleCode.ARCHIVIST, court, since=since, now=now)
    auditor = _account(session, "auditor", inventor.person(), now=now)
    _role(session, auditor, RoleCode.AUDITOR, None, since=since, now=now)
    supreme = registry.court_by_code(session, "supreme")
    for login in KEEPERS:
        keeper = _account(session, login, inventor.person(), now=now)
        _role(session, keeper, RoleCode.POLICY_KEEPER, supreme, since=since, now=now)
    _parties(session, plan, now=now)


def keep_roster(session: Session, plan: Plan, day: int, *, outside: Outside, now: datetime) -> None:
    """Enter what becomes known on a day, each on an order, and have the duty judges drawn."""
    administrator = actor_named(session, FIRST_LOGIN, now=now)
    for number, leave in enumerate(LEAVES, 1):
        if leave.known == day:
            roster.enter_absence(
                session,
                administrator,
                _judge_of_code(session, leave.judge),
                reason=leave.reason,
                first=plan.days[leave.first],
                last=plan.days[leave.last],
                order=_order(f"Б-{number}", outside=outside, now=now),
                confirmed=True,
                now=now,
            )
    if day == SPECIALISED_ON:
        roster.specialise(
            session,
            administrator,
            _judge_of_code(session, SPECIALIST),
            classes=TRIES,
            since=plan.days[day],
            order=_order(f"Б-{len(LEAVES) + 1}", outside=outside, now=now),
            confirmed=True,
            now=now,
        )
    for court in duty.courts_with_duty(session):
        for monday in duty.weeks_to_draw(now):
            duty.draw_week(session, SYSTEM, court, monday, now=now)


def _judge_of_code(session: Session, code: str) -> Judge:
    return session.scalars(select(Judge).where(Judge.code == code)).one()


def _order(number: str, *, outside: Outside, now: datetime) -> Paper:
    """An invented order as a PDF that says so."""
    title = f"Буйрук {number}/{now.year}"
    printed = papers.as_pdf(
        [title, "ОЙДОН ЧЫГАРЫЛГАН. ВЫМЫСЕЛ."],
        title=title,
        author=title,
        language="ky",
        watermark="ОЙДОН ЧЫККАН",
        made=now,
    )
    return Paper(
        number=f"{number}/{now.year}",
        day=local_day(now),
        upload=Sent(stream=io.BytesIO(printed), name=f"{title}.pdf".replace("/", "-")),
        outside=outside,
        limit=len(printed),
    )


def actor_named(session: Session, login: str, *, now: datetime) -> Actor:
    """Whoever has this account, with the roles of the day."""
    user = session.scalars(select(User).where(User.login == login)).one()
    return accounts.actor_of(session, user, now)


def accounts_in_words(plan: Plan) -> list[str]:
    """Say who can sign in, for whoever starts the demonstration."""
    lines = [f"password of every account: {PASSWORD}"]
    for bench in BENCHES.values():
        short = bench.short
        lines.append(
            f"{short}: clerk1.{short}, clerk2.{short}, chair.{short},"
            f" judge2.{short} to judge{bench.judges}.{short}"
        )
    lines.append(f"Supreme Court: {', '.join(KEEPERS)}")
    lines.append("everywhere: archivist, auditor, admin")
    lines.append(
        f"parties: party1 to party{len(plan.persons)}, firm1 to firm{len(plan.organisations)}"
    )
    return lines


def _judge(
    session: Session,
    court: Court,
    bench: Bench,
    number: int,
    who: Invented,
    *,
    since: date,
    now: datetime,
) -> None:
    chair = number == 1
    login = f"chair.{bench.short}" if chair else f"judge{number}.{bench.short}"
    user = _account(session, login, who, now=now)
    _role(session, user, RoleCode.JUDGE, court, since=since, now=now)
    if chair:
        _role(session, user, RoleCode.CHAIR, court, since=since, now=now)
    judge = Judge(
        code=f"{court.code}-{number:02d}",
        user_id=user.id,
        court_id=court.id,
        court=court,
        full_name=who.full_name,
        chair=chair,
        since=since,
        fictional=True,
    )
    session.add(judge)
    journal.record(session, SYSTEM, Action.ACCOUNT_CREATE, judge, now=now, judge=judge.code)
    allocation.set_availability(
        session,
        SYSTEM,
        judge,
        per_mille=CHAIR if chair else HALF if number in bench.half else WHOLE,
        reason=AbsenceReason.SHARE,
        valid_from=since,
        order_number=f"Д-{court.id}-{number}",
        now=now,
    )


def _parties(session: Session, plan: Plan, *, now: datetime) -> None:
    firms = len(plan.organisations)
    for number, who in enumerate((*plan.organisations, *plan.persons)):
        person = person_of(who, language="ky", now=now)
        session.add(person)
        session.flush()
        login = filer_login(number, firms)
        mailed = firms <= number < firms + MAILED_PARTIES
        _account(
            session, login, who, person=person, email=f"{login}@example.test" * mailed, now=now
        )


def person_of(who: Invented, *, language: str, now: datetime) -> Person:
    """The archive's row for somebody invented."""
    return Person(
        kind=PersonKind.LEGAL if who.organisation else PersonKind.NATURAL,
        surname=who.surname,
        given_name=who.given_name,
        patronymic=who.patronymic,
        organisation=who.organisation,
        pin=who.pin,
        address=who.address,
        phone=who.phone,
        language=language,
        fictional=True,
        created_at=now,
    )


def _account(
    session: Session,
    login: str,
    who: Invented,
    *,
    now: datetime,
    person: Person | None = None,
    email: str = "",
) -> User:
    """Open an account; the one public word is hashed once, or hashing would take most of the time.

    What differs from `accounts.create_user` is only that the second account takes over the hash of
    the first: all have the same password, and it is printed for everybody.
    """
    known = session.scalars(select(User.password_hash).where(User.login == FIRST_LOGIN)).first()
    if known is None:
        first = accounts.create_user(
            session,
            SYSTEM,
            login=FIRST_LOGIN,
            password=PASSWORD,
            display_name=who.full_name,
            fictional=True,
            now=now,
        )
        session.flush()
        if login == FIRST_LOGIN:
            return first
        raise LookupError(f"the first account is {FIRST_LOGIN}, not {login}")
    user = User(
        login=login,
        password_hash=known,
        display_name=who.full_name,
        email=email,
        person_id=person.id if person else None,
        fictional=True,
        created_at=now,
    )
    session.add(user)
    journal.record(session, SYSTEM, Action.ACCOUNT_CREATE, user, now=now)
    return user


def _role(
    session: Session,
    user: User,
    code: RoleCode,
    court: Court | None,
    *,
    since: date,
    now: datetime,
) -> None:
    accounts.give_role(
        session,
        SYSTEM,
        user,
        code=code,
        court_id=court.id if court else None,
        since=since,
        now=now,
    )
