"""Ways to the state's identity provider and back: begun, taken once, and what became of each.

A room that wants a document confirmed asks three things: `begin` for the address to go to, `taken`
for the confirmation afterwards, and `record_of` for what a paper shows of it. Nobody gets a right
by ESI: it says who somebody is, and the account with his number is his.
"""

import hashlib
import hmac
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from documents.signatures import Confirmation
from sud import journal
from sud.access import Action, Actor
from sud.accounts import guessing
from sud.accounts import service as accounts
from sud.db import Sessions, unit
from sud.errors import CourtError, Refusal
from sud.identity import Fault, Identified, IdentityError, IdentityProvider, Journey
from sud.models import EsiConfirmation, EsiPurpose, EsiVisit, Person, PersonKind, User
from sud.outside import Outside
from sud.words import language

WAITS: Final = timedelta(minutes=15)
"""So long somebody may take at the provider."""
_REFUSALS: Final = {
    Fault.AWAY: Refusal.ESI_AWAY,
    Fault.SPENT: Refusal.ESI_USED,
    Fault.UNBELIEVED: Refusal.ESI_UNBELIEVED,
    Fault.ENDED: Refusal.ESI_EXPIRED,
    Fault.OTHER_DOCUMENT: Refusal.ESI_OTHER_DOCUMENT,
}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """From where somebody is sent to sign in: his session, his network, and the house's secret."""

    browser: str
    place: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the provider's redirection brought."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The visit from which somebody came back, and whether he had come back from it before."""

    visit: EsiVisit
    spent: bool


# ------------------------------------------------------------------ on the way there


def begin(
    session: Session,
    actor: Actor,
    *,
    sha256: str,
    title: str,
    back: str,
    outside: Outside,
    now: datetime,
) -> str:
    """Return the address at which the actor confirms the document with this digest.

    `sha256` is in small hexadecimal digits, `title` what the provider shows of the document: no
    names. `back` is the page of ours to which he returns, where `taken` tells what he did; if he
    did not confirm, he is told why and led there too.

    Raises:
        CourtError: ESI_OFF, ESI_NO_NUMBER (his account has no personal number), ESI_AWAY or
            ESI_UNBELIEVED (the provider makes no sense).

    """
    provider = _provider(outside)
    if _number_of(session, actor.user_id) is None:
        raise CourtError(Refusal.ESI_NO_NUMBER)
    journey = Journey.new(language())
    with _asking():
        address = provider.confirm(journey, sha256=sha256, title=title, now=now)
    visit = _visit(journey, EsiPurpose.CONFIRM, actor, back=back, now=now)
    visit.sha256 = sha256
    session.add(visit)
    journal.record(
        session, actor, Action.ESI_CONFIRM, visit, now=now, change="begun", sha256=sha256
    )
    return address


def begin_sign_in(
    session: Session,
    actor: Actor,
    *,
    sent: Sent,
    back: str,
    outside: Outside,
    now: datetime,
) -> str:
    """Return the address at which somebody proves who he is.

    Who is signed in already proves once more that he is the same: a step up, for signing.

    Raises:
        CourtError: ESI_OFF, ESI_AWAY, ESI_UNBELIEVED or TOO_MANY_ATTEMPTS.

    """
    provider = _provider(outside)
    waiting = guessing.count_knock(session, sent.place, secret=sent.secret, now=now)
    if waiting:
        raise CourtError(Refusal.TOO_MANY_ATTEMPTS, minutes=waiting)
    journey = Journey.new(language())
    with _asking():
        address = provider.sign_in(journey, now=now)
    visit = _visit(journey, EsiPurpose.SIGN_IN, actor, back=back, now=now)
    visit.browser = _digest(sent.browser)
    session.add(visit)
    journal.record(session, actor, Action.ESI_SIGN_IN, visit, now=now, change="begun")
    return address


# ------------------------------------------------------------------ on the way back


def returned(
    sessions: Sessions, actor: Actor, state: str, *, browser: str, now: datetime
) -> Returned:
    """Take the visit to which an answer belongs; it is spent from here on, whatever follows.

    In a transaction of its own: what is refused later must not be tried again.

    Raises:
        CourtError: ESI_UNKNOWN, also for somebody else than who was sent.

    """
    with unit(sessions) as session:
        visit = session.scalars(
            select(EsiVisit).where(EsiVisit.state == _digest(state)).with_for_update()
        ).one_or_none()
        if visit is None:
            raise CourtError(Refusal.ESI_UNKNOWN)
        spent = visit.returned_at is not None
        visit.returned_at = visit.returned_at or now
    if visit.user_id != actor.user_id or visit.browser not in {None, _digest(browser)}:
        raise CourtError(Refusal.ESI_UNKNOWN)
    return Returned(visit=visit, spent=spent)


def identified(came: Returned, answer: Answer, *, outside: Outside, now: datetime) -> Identified:
    """Ask the provider who came back; with a document, whether he confirmed it.

    Raises:
        CourtError: ESI_USED, ESI_EXPIRED, ESI_CANCELLED, ESI_AWAY, ESI_UNBELIEVED or
            ESI_OTHER_DOCUMENT.

    """
    visit = came.visit
    if came.spent:
        raise CourtError(Refusal.ESI_USED)
    if now >= visit.begun_at + WAITS:
        raise CourtError(Refusal.ESI_EXPIRED)
    if answer.error or not answer.code:
        raise CourtError(Refusal.ESI_CANCELLED)
    journey = Journey(state=answer.state, nonce=visit.nonce, verifier=visit.verifier)
    with _asking():
        return _provider(outside).identify(
            journey, answer.code, issuer=answer.issuer, sha256=visit.sha256, now=now
        )


def confirm(
    session: Session,
    actor: Actor,
    visit: EsiVisit,
    who: Identified,
    *,
    outside: Outside,
    now: datetime,
) -> EsiConfirmation:
    """Keep what the provider signed: the actor, and nobody else, confirmed the document."""
    told = who.statement
    if told is None:
        raise CourtError(Refusal.ESI_UNBELIEVED)
    if who.pin != _number_of(session, actor.user_id):
        raise CourtError(Refusal.ESI_OTHER_PERSON)
    if session.scalar(select(EsiConfirmation.id).where(EsiConfirmation.code == told.code)):
        raise CourtError(Refusal.ESI_USED)
    kept = EsiConfirmation(
        user_id=actor.user_id,
        subject=_keyed(outside.secret, told.subject),
        session=told.session,
        moment=told.moment,
        sha256=told.sha256,
        code=told.code,
        statement=told.signed,
        signing_key=told.key,
        received_at=now,
    )
    session.add(kept)
    journal.record(
        session,
        actor,
        Action.ESI_CONFIRM,
        kept,
        now=now,
        change="confirmed",
        visit=visit.id,
        sha256=kept.sha256,
    )
    return kept


def sign_in(
    session: Session, actor: Actor, visit: EsiVisit, who: Identified, *, now: datetime
) -> str:
    """Return the session id of the one account with the number of whoever proved himself.

    Where that account is signed in already, its visit is a proof from here on.

    Raises:
        CourtError: ESI_NO_ACCOUNT, or ESI_OTHER_PERSON where another account is signed in.

    """
    found = session.scalars(
        select(User)
        .join(Person, Person.id == User.person_id)
        .where(Person.pin == who.pin, Person.kind == PersonKind.NATURAL, User.active)
    ).all()
    if actor.signed_in and actor.user_id not in {user.id for user in found}:
        raise CourtError(Refusal.ESI_OTHER_PERSON)
    mine = [user for user in found if not actor.signed_in or user.id == actor.user_id]
    if len(mine) != 1:
        raise CourtError(Refusal.ESI_NO_ACCOUNT)
    if actor.signed_in:
        session.merge(visit).proved_at = now
    journal.record(
        session,
        Actor(user_id=mine[0].id),
        Action.SESSION_OPEN,
        mine[0],
        now=now,
        right=True,
        how="esi",
    )
    return accounts.session_id_of(mine[0])


def proof(
    session: Session,
    actor: Actor,
    *,
    browser: str,
    within: timedelta,
    now: datetime,
    to_spend: bool = False,
) -> EsiVisit | None:
    """Return the visit by which the actor proved in this session, not long ago, that it is he.

    `to_spend` keeps it from everybody else until the transaction ends: whoever signs with it sets
    `spent_at` in the transaction of the signature.
    """
    wanted = (
        select(EsiVisit)
        .where(
            EsiVisit.user_id == actor.user_id,
            EsiVisit.browser == _digest(browser),
            EsiVisit.proved_at > now - within,
            EsiVisit.spent_at.is_(None),
        )
        .order_by(EsiVisit.proved_at.desc())
        .limit(1)
    )
    return session.scalars(wanted.with_for_update() if to_spend else wanted).one_or_none()


def note_refusal(sessions: Sessions, actor: Actor, code: Refusal, *, now: datetime) -> None:
    """Write down that a way back was refused, in a transaction of its own."""
    with unit(sessions) as session:
        journal.record(session, actor, Action.ESI_RETURN, None, now=now, refused=code.value)


# ------------------------------------------------------------------ what others ask


def taken(session: Session, actor: Actor, *, sha256: str) -> EsiConfirmation:
    """Return the actor's latest confirmation of the document with this digest.

    Raises:
        CourtError: ESI_NOT_CONFIRMED.

    """
    found = session.scalars(
        select(EsiConfirmation)
        .where(EsiConfirmation.user_id == actor.user_id, EsiConfirmation.sha256 == sha256)
        .order_by(EsiConfirmation.id.desc())
        .limit(1)
    ).first()
    if found is None:
        raise CourtError(Refusal.ESI_NOT_CONFIRMED)
    return found


def record_of(kept: EsiConfirmation) -> Confirmation:
    """Return a confirmation as papers show and keep it; its subject is the keyed hash."""
    return Confirmation(
        subject=kept.subject.hex(),
        session=kept.session,
        moment=kept.moment,
        sha256=kept.sha256,
        code=kept.code,
    )


def offered(session: Session, actor: Actor, outside: Outside) -> bool:
    """Say whether the actor can confirm by ESI: the house knows a provider, and his number."""
    return outside.identity is not None and _number_of(session, actor.user_id) is not None


# ------------------------------------------------------------------ inside


@contextmanager
def _asking() -> Iterator[None]:
    """Turn a fault of the provider into a refusal; the log names the fault and nobody."""
    try:
        yield
    except IdentityError as error:
        log.warning("the identity provider: %s", error)
        raise CourtError(_REFUSALS[error.fault]) from error


def _provider(outside: Outside) -> IdentityProvider:
    if outside.identity is None:
        raise CourtError(Refusal.ESI_OFF)
    return outside.identity


def _visit(
    journey: Journey, purpose: EsiPurpose, actor: Actor, *, back: str, now: datetime
) -> EsiVisit:
    return EsiVisit(
        purpose=purpose,
        state=_digest(journey.state),
        nonce=journey.nonce,
        verifier=journey.verifier,
        user_id=actor.user_id,
        back=back,
        begun_at=now,
    )


def _number_of(session: Session, user_id: int | None) -> str | None:
    """The personal number of the natural person for whom an account stands."""
    return session.scalars(
        select(Person.pin)
        .join(User, User.person_id == Person.id)
        .where(User.id == user_id, Person.kind == PersonKind.NATURAL)
    ).one_or_none()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _keyed(secret: bytes, subject: str) -> bytes:
    return hmac.digest(secret, b"sud/esi-subject/" + subject.encode(), hashlib.sha256)
