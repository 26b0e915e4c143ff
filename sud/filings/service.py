"""Filings: a party drafts and files a claim; a clerk accepts it as a case or returns it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from documents import intake
from sud import journal
from sud.access import Action, Actor, visible
from sud.allocation import log as draw_log
from sud.cases import notices
from sud.cases import service as cases
from sud.cases.taking import examined, kept, paper_of
from sud.errors import CourtError, Refusal
from sud.models import (
    Case,
    Category,
    Court,
    Document,
    Filing,
    FilingPart,
    FilingParty,
    FilingSignatureRule,
    FilingState,
    NoticeKind,
    Person,
    PersonKind,
    ReturnReason,
    RoleCode,
    SignatureNeed,
    User,
)
from sud.outside import Defer, Outside, local_day
from sud.recusals import earlier, ties
from sud.refiling import marking
from sud.refiling import service as refiling
from sud.treasury import service as treasury
from sud.treasury.duty import Claimant, Sheet
from sud.uploads.service import Sent

MOST_PAPERS: Final = 50
MOST_RESPONDENTS: Final = 20
DISCARD: Final = "filings.discard_object"
PLAINTIFF: Final = "plaintiff"
RESPONDENT: Final = "respondent"

EDITABLE: Final = (FilingState.DRAFT, FilingState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """To which court, about what, in which language of the proceedings."""

    court: Court
    category: Category
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """A person as the filer describes him."""

    kind: PersonKind
    surname: str = ""
    given_name: str = ""
    patronymic: str = ""
    organisation: str = ""
    pin: str | None = None
    address: str = ""
    phone: str = ""
    email: str = ""


# ------------------------------------------------------------------ the party drafts


def start(session: Session, actor: Actor, where: Where, *, now: datetime) -> Filing:
    """Begin a claim: from here on every step is kept."""
    filing = Filing(
        user_id=actor.user_id,
        court_id=where.court.id,
        kind_code=where.category.kind_code,
        category_code=where.category.code,
        language=where.language,
        created_at=now,
    )
    session.add(filing)
    journal.record(session, actor, Action.FILING_START, filing, now=now, court=where.court.code)
    session.refresh(filing)
    return filing


def choose(session: Session, actor: Actor, filing: Filing, where: Where, *, now: datetime) -> None:
    """Change court, category or language of a draft."""
    hold_open(session, filing)
    filing.court, filing.category, filing.language = where.court, where.category, where.language
    filing.kind_code = where.category.kind_code
    note(session, actor, filing, "court", now=now)


def name_me(
    session: Session, actor: Actor, filing: Filing, facts: PersonFacts, *, now: datetime
) -> FilingParty:
    """Say who files: the plaintiff whose account this is."""
    hold_open(session, filing)
    mine = plaintiff_of(session, filing)
    if mine is None:
        person = _person(session, facts, language=actor.language, now=now)
        mine = FilingParty(
            filing_id=filing.id,
            person=person,
            user_id=actor.user_id,
            role_code=PLAINTIFF,
            ordinal=1,
        )
        session.add(mine)
    else:
        _describe(mine.person, facts)
    note(session, actor, filing, "plaintiff", now=now)
    return mine


def name_respondent(
    session: Session, actor: Actor, filing: Filing, facts: PersonFacts, *, now: datetime
) -> FilingParty:
    """Add one more respondent."""
    hold_open(session, filing)
    known = respondents_of(session, filing)
    if len(known) >= MOST_RESPONDENTS:
        raise CourtError(Refusal.NOT_NOW)
    party = FilingParty(
        filing_id=filing.id,
        person=_person(session, facts, language=filing.language, now=now),
        role_code=RESPONDENT,
        ordinal=max((one.ordinal for one in known), default=0) + 1,
    )
    session.add(party)
    note(session, actor, filing, "respondent", now=now)
    return party


def drop_respondent(
    session: Session, actor: Actor, filing: Filing, key: UUID, *, now: datetime
) -> None:
    """Take a respondent out again; one that is gone already is no error."""
    hold_open(session, filing)
    for party in respondents_of(session, filing):
        if party.key == key:
            session.delete(party)
            note(session, actor, filing, "respondent_dropped", now=now)


def write_claim(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    price: int | None,
    text: str,
    now: datetime,
) -> None:
    """Keep the price and the text of the claim."""
    hold_open(session, filing)
    filing.price, filing.text = price, text
    note(session, actor, filing, "claim", now=now)


def attach(
    session: Session,
    actor: Actor,
    filing: Filing,
    uploads: Sequence[Sent],
    *,
    outside: Outside,
    limit: int,
    now: datetime,
) -> list[Document]:
    """Take files in: all of them, or none with the reason of the first that cannot be taken.

    Each is examined first, then streamed to the store while its bytes are counted and hashed,
    and only when all are there written down: a crash leaves objects nobody asks for, never a row
    without its file, and nobody waits in the database for somebody's slow line. The same file
    twice is taken once.
    """
    require_open(filing)
    taken: list[tuple[intake.Verdict, str]] = []
    known = {paper.sha256 for paper in papers_of(session, filing)}
    scanner = outside.scanner
    for upload, verdict in [(one, examined(one, limit, scanner=scanner)) for one in uploads]:
        if verdict.sha256 in known:
            continue
        known.add(verdict.sha256)
        if len(known) > MOST_PAPERS:
            raise CourtError(Refusal.TOO_MANY_FILES, most=MOST_PAPERS)
        folder = f"filings/{filing.key}"
        key = kept(upload, verdict, store=outside.store, folder=folder, limit=limit)
        taken.append((verdict, key))
    # Meanwhile it may have been filed from another window.
    hold_open(session, filing)
    papers = [
        paper_of(session, actor, verdict, key, of=filing, defer=outside.defer, now=now)
        for verdict, key in taken
    ]
    for verdict, _key in taken:
        note(session, actor, filing, "paper", now=now, sha256=verdict.sha256, found=verdict.found)
    return papers


def detach(
    session: Session, actor: Actor, filing: Filing, key: UUID, *, defer: Defer, now: datetime
) -> None:
    """Take a paper out of a draft: the row now, the object later."""
    hold_open(session, filing)
    for paper in papers_of(session, filing):
        if paper.key == key:
            session.delete(paper)
            note(session, actor, filing, "paper_dropped", now=now, sha256=paper.sha256)
            for object_key in filter(None, (paper.object_key, paper.view_key)):
                defer(session, DISCARD, object_key=object_key)


def submit(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    defer: Defer,
    now: datetime,
    signed: bool = False,
) -> None:
    """File the claim, for the first time or again; the day of the first time is never lost.

    `signed` says that a signature stands under it (`filings.signing`): where the law of the day
    wants one, nothing is filed without.
    """
    hold_open(session, filing)
    lacking = missing_in(session, filing, on=local_day(now))
    if lacking:
        raise CourtError(Refusal.FILING_INCOMPLETE, what=lacking)
    rule = signature_rule_on(session, filing, local_day(now))
    if rule is not None and rule.need is SignatureNeed.REQUIRED and not signed:
        raise CourtError(Refusal.FILING_UNSIGNED)
    sheet = duty_of(session, filing, on=local_day(now))
    filing.duty, filing.duty_sheet = sheet.amount, sheet.as_dict()
    again = filing.submissions > 0
    if filing.receipt_number is None:
        year = local_day(now).year
        filing.receipt_number = f"{year}-{cases.next_number(session, f'receipt/{year}'):06d}"
    filing.first_filed_at = filing.first_filed_at or now
    filing.submitted_at = now
    filing.submissions += 1
    filing.state = FilingState.SUBMITTED
    filing.return_reason, filing.return_note = None, ""
    note(
        session,
        actor,
        filing,
        "resubmitted" if again else "submitted",
        now=now,
        receipt=filing.receipt_number,
        duty=sheet.amount,
        files=[paper.sha256 for paper in papers_of(session, filing)],
    )
    notices.tell_filer(session, actor, filing, NoticeKind.FILING_RECEIVED, defer=defer, now=now)
    defer(session, marking.NOTE, filing=filing.id)


def withdraw(session: Session, actor: Actor, filing: Filing, *, now: datetime) -> None:
    """Take a filed claim back before the court has decided on it."""
    _lock(session, filing)
    if filing.state not in (FilingState.SUBMITTED, FilingState.RETURNED):
        raise CourtError(Refusal.NOT_NOW)
    filing.state = FilingState.WITHDRAWN
    note(session, actor, filing, "withdrawn", now=now)


def missing_in(session: Session, filing: Filing, *, on: date) -> list[FilingPart]:
    """Name what the filing still lacks, in the order of its steps."""
    needs_price = filing.category is not None and treasury.needs_price(session, filing.category, on)
    lacking = {
        FilingPart.ME: plaintiff_of(session, filing) is None,
        FilingPart.RESPONDENT: not respondents_of(session, filing),
        FilingPart.PRICE: needs_price and filing.price is None,
        FilingPart.TEXT: not filing.text.strip(),
        FilingPart.PAPERS: not papers_of(session, filing),
    }
    return [name for name, lacks in lacking.items() if lacks]


def signature_rule_on(session: Session, filing: Filing, day: date) -> FilingSignatureRule | None:
    """Return what the law of a day says of such a claim that nobody signed; None: nothing."""
    return session.scalars(
        select(FilingSignatureRule)
        .where(
            FilingSignatureRule.kind_code == filing.kind_code,
            FilingSignatureRule.valid_from <= day,
            or_(FilingSignatureRule.valid_to.is_(None), FilingSignatureRule.valid_to >= day),
        )
        .order_by(FilingSignatureRule.valid_from.desc())
        .limit(1)
    ).first()


def duty_of(session: Session, filing: Filing, *, on: date) -> Sheet:
    """Reckon the state duty of the claim as it stands."""
    if filing.category is None:
        raise CourtError(Refusal.NO_DUTY_RATE)
    mine = plaintiff_of(session, filing)
    organisation = mine is not None and mine.person.kind is PersonKind.LEGAL
    claimant = Claimant.ORGANISATION if organisation else Claimant.CITIZEN
    return treasury.duty_for(session, filing.category, filing.price, on, claimant)


# ------------------------------------------------------------------ the clerk decides


def accept(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    outside: Outside,
    now: datetime,
    choice: refiling.Choice | None = None,
    continues: earlier.Continued | None = None,
) -> Case:
    """Register the case: number, participants and papers from the filing.

    The draw follows, without those whom an earlier case or a tie bars; or the judge of the case
    that this one repeats.
    """
    draw_log.hold(session)
    _lock(session, filing)
    _require_submitted(filing)
    planned = refiling.plan(
        session, filing, choice, secret=outside.secret, defer=outside.defer, now=now
    )
    assert filing.court is not None  # noqa: S101 - what was submitted has a court,
    assert filing.category_code is not None  # noqa: S101 - a category
    assert filing.first_filed_at is not None  # noqa: S101 - and a time
    case = cases.register(
        session,
        actor,
        cases.NewCase(
            court=filing.court,
            kind_code=filing.kind_code,
            category_code=filing.category_code,
            language=filing.language,
            price=filing.price,
            filed_at=filing.first_filed_at,
            participants=[
                cases.NewParticipant(
                    person_id=party.person_id,
                    role_code=party.role_code,
                    user_id=party.user_id or _account_of(session, party.person),
                )
                for party in parties_of(session, filing)
            ],
            fictional=filing.fictional,
        ),
        now=now,
    )
    for paper in papers_of(session, filing):
        paper.case_id = case.id
    filing.state, filing.case = FilingState.ACCEPTED, case
    filing.decided_at, filing.decided_by_id = now, actor.user_id
    journal.record(
        session, actor, Action.FILING_DECIDE, filing, now=now, change="accepted", case=case.id
    )
    notices.tell_participants(
        session, actor, case, NoticeKind.CASE_REGISTERED, defer=outside.defer, now=now
    )
    if continues is not None:
        earlier.state(session, actor, case, continues.case, continues.kind, now=now)
    ties.ask(session, case, secret=outside.secret, now=now)
    refiling.place(
        session, actor, case, planned, secret=outside.secret, defer=outside.defer, now=now
    )
    return case


def send_back(
    session: Session,
    actor: Actor,
    filing: Filing,
    *,
    reason: ReturnReason,
    note: str,
    defer: Defer,
    now: datetime,
) -> None:
    """Return the filing with a reason; the party corrects and files it again."""
    _lock(session, filing)
    _require_submitted(filing)
    filing.state = FilingState.RETURNED
    filing.return_reason, filing.return_note = reason, note
    filing.decided_at, filing.decided_by_id = now, actor.user_id
    journal.record(
        session,
        actor,
        Action.FILING_DECIDE,
        filing,
        now=now,
        change="returned",
        reason=reason.value,
    )
    notices.tell_filer(session, actor, filing, NoticeKind.FILING_RETURNED, defer=defer, now=now)


def look(session: Session, actor: Actor, filing: Filing, *, now: datetime) -> None:
    """Note that someone of the court reads a filing."""
    if actor.staff:
        journal.record(session, actor, Action.FILING_READ, filing, now=now)


# ------------------------------------------------------------------ queries


def filing_of_url(session: Session, actor: Actor, key: UUID) -> Filing | None:
    """Return the filing of an address if the actor may know of it."""
    return session.scalars(visible(select(Filing).where(Filing.key == key), actor)).one_or_none()


def parties_of(session: Session, filing: Filing) -> Sequence[FilingParty]:
    """Return the persons named, the plaintiff first."""
    return session.scalars(
        select(FilingParty)
        .where(FilingParty.filing_id == filing.id)
        .order_by(FilingParty.role_code != PLAINTIFF, FilingParty.ordinal)
    ).all()


def plaintiff_of(session: Session, filing: Filing) -> FilingParty | None:
    """Return who files."""
    return next((one for one in parties_of(session, filing) if one.role_code == PLAINTIFF), None)


def respondents_of(session: Session, filing: Filing) -> Sequence[FilingParty]:
    """Return against whom it is filed."""
    return [one for one in parties_of(session, filing) if one.role_code == RESPONDENT]


def papers_of(session: Session, filing: Filing) -> Sequence[Document]:
    """Return what was attached, in the order of arrival."""
    return session.scalars(
        select(Document).where(Document.filing_id == filing.id).order_by(Document.id)
    ).all()


def filings_of(session: Session, actor: Actor) -> Sequence[Filing]:
    """Return the party's own filings, newest first."""
    return session.scalars(
        select(Filing).where(Filing.user_id == actor.user_id).order_by(Filing.id.desc())
    ).all()


def queue_of(session: Session, actor: Actor) -> Sequence[Filing]:
    """Return what waits for the clerk's decision, the oldest first."""
    return session.scalars(
        select(Filing)
        .where(
            Filing.court_id.in_(actor.courts_as(RoleCode.CLERK)),
            Filing.state == FilingState.SUBMITTED,
        )
        .order_by(Filing.submitted_at, Filing.id)
    ).all()


def names_in(session: Session, filings: Sequence[Filing]) -> dict[int, tuple[str, str]]:
    """Return for each filing who files against whom, in short, in one query."""
    rows = session.scalars(
        select(FilingParty)
        .where(FilingParty.filing_id.in_([filing.id for filing in filings]))
        .order_by(FilingParty.filing_id, FilingParty.ordinal)
    )
    names: dict[int, dict[bool, list[str]]] = {}
    for one in rows:
        of_filing = names.setdefault(one.filing_id, {True: [], False: []})
        of_filing[one.role_code == PLAINTIFF].append(one.person.short_name)
    return {
        filing_id: (cases.in_short(sides[True]), cases.in_short(sides[False]))
        for filing_id, sides in names.items()
    }


def person_of(session: Session, actor: Actor) -> Person | None:
    """Return the person that the account stands for: what is known is not typed again."""
    user = session.get(User, actor.user_id)
    return session.get(Person, user.person_id) if user and user.person_id else None


def is_object_wanted(session: Session, object_key: str) -> bool:
    """Say whether a row still names the object."""
    query = select(Document.id).where(
        or_(Document.object_key == object_key, Document.view_key == object_key)
    )
    return session.scalars(query).first() is not None


# ------------------------------------------------------------------ inside


def _person(session: Session, facts: PersonFacts, *, language: str, now: datetime) -> Person:
    person = Person(kind=facts.kind, language=language, created_at=now)
    _describe(person, facts)
    session.add(person)
    return person


def _describe(person: Person, facts: PersonFacts) -> None:
    """A natural person has no organisation, an organisation no surname: what was typed goes."""
    natural = facts.kind is PersonKind.NATURAL
    person.kind = facts.kind
    person.surname = facts.surname if natural else ""
    person.given_name = facts.given_name if natural else ""
    person.patronymic = facts.patronymic if natural else ""
    person.organisation = "" if natural else facts.organisation
    person.pin, person.address = facts.pin, facts.address
    person.phone, person.email = facts.phone, facts.email


def _account_of(session: Session, person: Person) -> int | None:
    """Return the account of a respondent who has one: his PIN was checked when it was opened.

    The surname must agree too: a slip in the number must not open the case to a stranger.
    """
    if not person.pin:
        return None
    accounts = session.scalars(
        select(User.id)
        .join(Person, Person.id == User.person_id)
        .where(
            Person.pin == person.pin,
            func.lower(Person.surname) == person.surname.lower(),
            User.active,
        )
    ).all()
    return accounts[0] if len(accounts) == 1 else None


def _lock(session: Session, filing: Filing) -> None:
    """Hold the filing and read it again: two clerks deciding at once come one after the other."""
    session.execute(select(Filing.id).where(Filing.id == filing.id).with_for_update())
    session.refresh(filing)


def hold_open(session: Session, filing: Filing) -> None:
    """Hold a filing that is still the party's to change, so that nobody files it meanwhile."""
    _lock(session, filing)
    require_open(filing)


def require_open(filing: Filing) -> None:
    if filing.state not in EDITABLE:
        raise CourtError(Refusal.NOT_NOW)


def _require_submitted(filing: Filing) -> None:
    if filing.state is not FilingState.SUBMITTED:
        raise CourtError(Refusal.NOT_NOW)


def note(
    session: Session,
    actor: Actor,
    filing: Filing,
    change: str,
    *,
    now: datetime,
    **facts: object,
) -> None:
    journal.record(session, actor, Action.FILING_EDIT, filing, now=now, change=change, **facts)
