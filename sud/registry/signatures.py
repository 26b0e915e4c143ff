"""Which claims must be signed when they are filed, as an administrator says from a day on."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from sud import journal
from sud.access import Action, Actor
from sud.errors import CourtError, Refusal
from sud.models import CaseKind, FilingSignatureRule, SignatureNeed
from sud.outside import local_day


def set_need(
    session: Session,
    actor: Actor,
    kind: CaseKind,
    need: SignatureNeed,
    *,
    since: date,
    sources: Mapping[str, str],
    now: datetime,
) -> FilingSignatureRule:
    """Say from a coming day on whether claims of a kind must be signed.

    What is in force is never changed: who filed under it did right.

    Raises:
        CourtError: RULE_NOT_AHEAD where the day is not one to come.

    """
    if since <= local_day(now):
        raise CourtError(Refusal.RULE_NOT_AHEAD)
    row = session.scalars(
        select(FilingSignatureRule)
        .where(FilingSignatureRule.kind_code == kind.code, FilingSignatureRule.valid_from == since)
        .with_for_update()
    ).one_or_none() or FilingSignatureRule(kind_code=kind.code, valid_from=since)
    row.need = need
    row.say_by_hand(sources)
    session.add(row)
    journal.record(
        session,
        actor,
        Action.REFERENCE_EDIT,
        row,
        now=now,
        kind=kind.code,
        need=need.value,
        since=since.isoformat(),
    )
    return row
