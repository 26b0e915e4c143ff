"""Sees to it that signed papers last: each is validated every night and stamped anew every year."""

import hashlib
import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from documents.signatures import CannotSignError, Expected, Finding
from recordings.store import NoSuchObjectError
from sud import journal
from sud.access import SYSTEM, Action, Actor
from sud.cases import issued
from sud.db import Sessions, unit
from sud.models import Act, IssuedPaper, PaperFault
from sud.outside import Outside, reaching_the_store

CHECK: Final = "verification.check"
RENEW: Final = "verification.renew"
FORGET: Final = "verification.forget"

RENEWED_AFTER: Final = timedelta(days=365)
ENDS_SOON: Final = timedelta(days=180)
"""A time stamp whose certificate ends sooner is renewed before its year is over."""
NIGHT: Final = timedelta(hours=5)
"""What is not reached by then is the first of the next night."""
BATCH: Final = 50
"""So many papers are one job: between two of them other jobs have their turn."""
SHOWN: Final = 200

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the signed papers that stand were found when they were looked at last."""

    signed: int
    checked: int
    """In the last day and a half."""
    faulty: int
    oldest: datetime | None
    """When the one was looked at that has waited longest; None: some never were."""


def expected_of(paper: IssuedPaper) -> Expected:
    """Return what the house kept of a paper, to compare it with."""
    return Expected(
        sha256=paper.sha256,
        length=paper.size,
        signers=tuple(str(one["certificate"]) for one in paper.signers) or None,
        earlier=tuple(paper.earlier),
    )


# ------------------------------------------------------------------ every night


def check(sessions: Sessions, outside: Outside, *, night: str = "") -> None:
    """Validate signed papers that were not looked at since the night began, the longest ago first.

    What is noted of one paper is one transaction: a worker that dies goes on where it was. When the
    store does not answer the job fails and is tried again; no paper is blamed for it.
    """
    began = datetime.fromisoformat(night) if night else outside.now()
    with unit(sessions) as session:
        batch = _unchecked(session, before=began)
    for paper in batch:
        found = examined(paper, outside)
        with unit(sessions) as session:
            _note(session, paper, found, now=outside.now())
    if len(batch) == BATCH and outside.now() < began + NIGHT:
        with unit(sessions) as session:
            outside.defer(session, CHECK, lock=CHECK, night=began.isoformat())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What looking at one paper told."""

    findings: tuple[str, ...]
    """Values of `documents.signatures.Finding`, or of `PaperFault`."""
    lasts_until: datetime | None


def examined(paper: IssuedPaper, outside: Outside) -> Found:
    """Read the stored bytes of a paper and say what is wrong with them; STORE_AWAY is refused."""
    pdf = _bytes(paper, outside)
    if pdf is None:
        return Found(findings=(PaperFault.GONE,), lasts_until=None)
    return _judged(pdf, expected_of(paper), outside)


def _judged(pdf: bytes, expected: Expected, outside: Outside) -> Found:
    verdict = outside.signer.validate(pdf, now=outside.now(), expected=expected)
    return Found(findings=verdict.blocking, lasts_until=verdict.lasts_until)


def _bytes(paper: IssuedPaper, outside: Outside) -> bytes | None:
    with reaching_the_store():
        try:
            return outside.store.get(paper.object_key)
        except NoSuchObjectError:
            return None


def _unchecked(session: Session, *, before: datetime) -> Sequence[IssuedPaper]:
    return session.scalars(
        select(IssuedPaper)
        .where(
            issued.signed_and_stands(),
            or_(IssuedPaper.checked_at.is_(None), IssuedPaper.checked_at < before),
        )
        .order_by(IssuedPaper.checked_at.nulls_first(), IssuedPaper.id)
        .limit(BATCH)
    ).all()


def _note(session: Session, seen: IssuedPaper, found: Found, *, now: datetime) -> None:
    paper = session.get_one(IssuedPaper, seen.id, with_for_update={"of": IssuedPaper})
    if paper.sha256 != seen.sha256:
        return  # it was stamped anew meanwhile
    findings = [str(one) for one in found.findings]
    news = findings != paper.findings
    paper.findings, paper.checked_at, paper.lasts_until = findings, now, found.lasts_until
    if news:
        journal.record(
            session,
            SYSTEM,
            Action.PAPER_CHECK,
            paper,
            now=now,
            change="found" if findings else "sound_again",
            findings=findings,
        )


# ------------------------------------------------------------------ every year


def renew(sessions: Sessions, outside: Outside, *, after: int = 0) -> None:
    """Stamp anew the papers whose last time stamp is a year old or ends soon, a batch at a time.

    A paper that is not good gets no stamp: it stays as it is, and its findings tell why.
    """
    now = outside.now()
    with unit(sessions) as session:
        batch = _lapsing(session, after=after, now=now)
    for paper in batch:
        _renewed(sessions, paper, outside)
    if len(batch) == BATCH:
        with unit(sessions) as session:
            outside.defer(session, RENEW, lock=RENEW, after=batch[-1].id)


def _lapsing(session: Session, *, after: int, now: datetime) -> Sequence[IssuedPaper]:
    stamped = func.coalesce(IssuedPaper.stamped_at, IssuedPaper.issued_at)
    return session.scalars(
        select(IssuedPaper)
        .where(
            issued.signed_and_stands(),
            IssuedPaper.id > after,
            or_(stamped <= now - RENEWED_AFTER, IssuedPaper.lasts_until <= now + ENDS_SOON),
        )
        .order_by(IssuedPaper.id)
        .limit(BATCH)
    ).all()


def _renewed(sessions: Sessions, seen: IssuedPaper, outside: Outside) -> None:
    """Put the paper with its new stamp beside the old one, then let the row name it.

    A crash between the two leaves an object that nobody names; the old one goes after the commit.
    """
    now = outside.now()
    before = _bytes(seen, outside)
    if before is None or _judged(before, expected_of(seen), outside).findings:
        log.warning("issued paper %s is not worth a new stamp", seen.id)
        return
    try:
        pdf = outside.signer.restamp(before, now=now)
    except CannotSignError as error:
        log.warning("issued paper %s got no new stamp: %s", seen.id, error.reason)
        return
    stamped = replace(
        expected_of(seen),
        sha256=hashlib.sha256(pdf).hexdigest(),
        length=len(pdf),
        earlier=(*seen.earlier, seen.sha256),
    )
    lasts_until = _judged(pdf, stamped, outside).lasts_until
    folder = seen.object_key.rpartition("/")[0]
    with reaching_the_store():
        stored = outside.store.put(
            f"{folder}/{stamped.sha256}.pdf",
            io.BytesIO(pdf),
            content_type="application/pdf",
            size=len(pdf),
        )
    with unit(sessions) as session:
        paper = session.get_one(IssuedPaper, seen.id, with_for_update={"of": IssuedPaper})
        if paper.sha256 != seen.sha256:
            outside.defer(session, FORGET, object_key=stored.key)
            return
        outside.defer(session, FORGET, object_key=paper.object_key)
        paper.earlier = list(stamped.earlier)
        paper.sha256, paper.size, paper.object_key = stamped.sha256, len(pdf), stored.key
        paper.stamped_at, paper.lasts_until = now, lasts_until
        journal.record(
            session,
            SYSTEM,
            Action.PAPER_CHECK,
            paper,
            now=now,
            change="stamped",
            sha256=stamped.sha256,
            before=seen.sha256,
        )


def forget(sessions: Sessions, outside: Outside, *, object_key: str) -> None:
    """Remove the bytes of a paper that a newer stamp has replaced; twice is no error.

    The bytes with which an act was issued stay: its row names them, and is never changed.
    """
    with unit(sessions) as session:
        named = session.scalar(
            select(exists().where(IssuedPaper.object_key == object_key))
        ) or session.scalar(select(exists().where(Act.pdf_key == object_key)))
    if not named:
        outside.store.remove(object_key)


# ------------------------------------------------------------------ what was found


def watch_of(session: Session, actor: Actor, *, now: datetime) -> Watch:
    """Count the signed papers of the actor's courts, and how many are wrong."""
    lately = now - timedelta(hours=36)
    signed, checked, faulty, never, oldest = session.execute(
        select(
            func.count(),
            func.count().filter(IssuedPaper.checked_at > lately),
            func.count().filter(issued.faulty()),
            func.count().filter(IssuedPaper.checked_at.is_(None)),
            func.min(IssuedPaper.checked_at),
        ).where(issued.signed_and_stands(), issued.watched_by(actor))
    ).one()
    return Watch(signed=signed, checked=checked, faulty=faulty, oldest=None if never else oldest)


def faulty_papers(session: Session, actor: Actor) -> Sequence[IssuedPaper]:
    """Return the papers of the actor's courts that must not be relied on, the newest first."""
    return session.scalars(
        select(IssuedPaper)
        .where(issued.signed_and_stands(), issued.faulty(), issued.watched_by(actor))
        .order_by(IssuedPaper.issued_at.desc())
        .limit(SHOWN)
    ).all()


def faults_of(paper: IssuedPaper) -> tuple[Finding | PaperFault, ...]:
    """Return what was found wrong with a paper, as codes that have words."""
    own = set(PaperFault)
    return tuple(PaperFault(one) if one in own else Finding(one) for one in paper.findings)
