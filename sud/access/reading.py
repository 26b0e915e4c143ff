"""What an actor may read, as a WHERE clause: a test compares it with the rules over everybody."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    false,
    or_,
    select,
    true,
)

from sud.access.actors import Actor
from sud.models import (
    UNREAD,
    Act,
    BlankDraft,
    Case,
    CertifiedCopy,
    Disc,
    Document,
    DrawRequest,
    Erasure,
    ExceptionKind,
    ExceptionProposal,
    FairnessAlarm,
    Filing,
    FilingState,
    Hearing,
    Masking,
    Notice,
    Participant,
    Publication,
    Recording,
    RecordingState,
    Recusal,
    Remark,
    RoleCode,
    Scan,
    ScanPart,
    SheetKind,
    SigningSeat,
    SigningSheet,
    Writ,
)


def visible(query: Select[Any], actor: Actor) -> Select[Any]:
    """Keep of a SELECT on one kind of thing only the rows that the actor may read."""
    if actor.system:
        return query
    entity = query.column_descriptions[0]["entity"]
    return _JOINS[entity](query).where(_READABLE[entity](actor))


def _case_readable(actor: Actor) -> ColumnElement[bool]:
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.id.in_(actor.sits_in),
        Case.id.in_(actor.party_to),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
        and_(Case.court_id.in_(actor.courts_as(RoleCode.CHAIR)), ~Case.sealed),
    )


def _hearing_readable(actor: Actor) -> ColumnElement[bool]:
    return or_(
        _case_readable(actor),
        and_(Case.court_id.in_(actor.courts_as(RoleCode.ARCHIVIST)), ~Case.sealed),
    )


def _disc_readable(actor: Actor) -> ColumnElement[bool]:
    keepers = actor.courts_as(RoleCode.CLERK, RoleCode.ARCHIVIST)
    anybody = true() if actor.has(RoleCode.CLERK, RoleCode.ARCHIVIST) else false()
    own = select(Hearing.id).join(Case).where(Case.judge_id.in_(actor.judge_ids))
    linked = select(Recording.hearing_id).where(
        Recording.disc_id == Disc.id, Recording.state != RecordingState.UNLINKED
    )
    hidden = (
        select(Hearing.id)
        .join(Case)
        .where(
            or_(Hearing.id == Disc.hearing_id, Hearing.id.in_(linked.correlate(Disc))),
            # Unknown, as for a case without a judge, is not permitted either.
            _hearing_readable(actor).is_not(True),
        )
        .correlate(Disc)
    )
    return and_(
        or_(
            Disc.court_id.in_(keepers),
            and_(Disc.court_id.is_(None), anybody),
            Disc.hearing_id.in_(own),
        ),
        ~hidden.exists(),
    )


def _in_custody(actor: Actor) -> ColumnElement[bool]:
    """Who keeps a court's recordings; parties learn nothing of what is decided on them."""
    open_to = frozenset(actor.courts_as(RoleCode.CHAIR, RoleCode.ARCHIVIST))
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
        and_(Case.court_id.in_(open_to), ~Case.sealed),
    )


def _by_recording(query: Select[Any], recording_id: Any) -> Select[Any]:
    return (
        query.join(Recording, Recording.id == recording_id)
        .join(Hearing, Hearing.id == Recording.hearing_id)
        .join(Case, Case.id == Hearing.case_id)
    )


def _filing_readable(actor: Actor) -> ColumnElement[bool]:
    if not actor.signed_in:
        return false()
    return or_(
        Filing.user_id == actor.user_id,
        and_(
            Filing.court_id.in_(actor.courts_as(RoleCode.CLERK)),
            Filing.state != FilingState.DRAFT,
        ),
    )


def _draft_readable(actor: Actor) -> ColumnElement[bool]:
    return BlankDraft.user_id == actor.user_id if actor.signed_in else false()


def _document_readable(actor: Actor) -> ColumnElement[bool]:
    return or_(
        and_(Document.case_id.is_not(None), _case_readable(actor)),
        and_(Document.filing_id.is_not(None), _filing_readable(actor)),
    )


def _act_readable(actor: Actor) -> ColumnElement[bool]:
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.id.in_(actor.sits_in),
        and_(
            Act.code.is_not(None),
            or_(
                Case.id.in_(actor.party_to),
                Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
            ),
        ),
    )


def _publication_readable(actor: Actor) -> ColumnElement[bool]:
    return or_(
        Publication.state.not_in(UNREAD),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
    )


def _recusal_readable(actor: Actor) -> ColumnElement[bool]:
    """The chair reads also what he rules on in a sealed case; a judge who left, his own ruling."""
    own = or_(Recusal.asked_by_id == actor.user_id, Recusal.ruled_by_id == actor.user_id)
    return or_(
        _case_readable(actor),
        Case.court_id.in_(actor.courts_as(RoleCode.CHAIR)),
        own if actor.signed_in else false(),
    )


def _exception_readable(actor: Actor) -> ColumnElement[bool]:
    if actor.has(RoleCode.ADMINISTRATOR, RoleCode.AUDITOR, RoleCode.CHAIR):
        return true()
    return and_(
        ExceptionProposal.kind == ExceptionKind.CORRECTION,
        ExceptionProposal.court_id.in_(actor.courts_as(RoleCode.CLERK)),
    )


def _copy_readable(actor: Actor) -> ColumnElement[bool]:
    """Whose copy it is, and the court's clerks."""
    if not actor.signed_in:
        return false()
    return or_(
        and_(Case.id.in_(actor.party_to), Participant.user_id == actor.user_id),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
    )


def _notice_readable(actor: Actor) -> ColumnElement[bool]:
    """Whom it was written to, and those who work on the case."""
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.id.in_(actor.sits_in),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
        _own_part(actor),
    )


def _writ_readable(actor: Actor) -> ColumnElement[bool]:
    """The claimant whose it is, the judge, and the court's clerks."""
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.court_id.in_(actor.courts_as(RoleCode.CLERK)),
        _own_part(actor),
    )


def _own_part(actor: Actor) -> ColumnElement[bool]:
    if not actor.signed_in:
        return false()
    return and_(Case.id.in_(actor.party_to), Participant.user_id == actor.user_id)


def _scan_readable(actor: Actor) -> ColumnElement[bool]:
    return Scan.court_id.in_(actor.courts_as(RoleCode.CLERK))


def _sheet_readable(actor: Actor) -> ColumnElement[bool]:
    """The judges, the clerks but for acts, and of the parties whoever is to sign."""
    return or_(
        Case.judge_id.in_(actor.judge_ids),
        Case.id.in_(actor.sits_in),
        and_(
            Case.court_id.in_(actor.courts_as(RoleCode.CLERK)), SigningSheet.kind != SheetKind.ACT
        ),
        and_(
            Case.id.in_(actor.party_to),
            select(SigningSeat.id)
            .where(SigningSeat.sheet_id == SigningSheet.id, SigningSeat.user_id == actor.user_id)
            .exists(),
        ),
    )


_READABLE: dict[type, Callable[[Actor], ColumnElement[bool]]] = {
    Case: _case_readable,
    Filing: _filing_readable,
    Document: _document_readable,
    BlankDraft: _draft_readable,
    Hearing: _hearing_readable,
    Recording: _hearing_readable,
    Masking: _in_custody,
    Erasure: _in_custody,
    Disc: _disc_readable,
    Remark: _case_readable,
    Notice: _notice_readable,
    Writ: _writ_readable,
    Act: _act_readable,
    CertifiedCopy: _copy_readable,
    SigningSheet: _sheet_readable,
    Scan: _scan_readable,
    ScanPart: _scan_readable,
    Publication: _publication_readable,
    Recusal: _recusal_readable,
    DrawRequest: lambda _actor: true(),
    ExceptionProposal: _exception_readable,
    FairnessAlarm: lambda actor: true() if actor.has(RoleCode.AUDITOR) else false(),
}

_JOINS: dict[type, Callable[[Select[Any]], Select[Any]]] = {
    Case: lambda query: query,
    Filing: lambda query: query,
    BlankDraft: lambda query: query,
    Document: lambda query: query.outerjoin(Case, Case.id == Document.case_id).outerjoin(
        Filing, Filing.id == Document.filing_id
    ),
    Hearing: lambda query: query.join(Case, Case.id == Hearing.case_id),
    Recording: lambda query: query.join(Hearing, Hearing.id == Recording.hearing_id).join(
        Case, Case.id == Hearing.case_id
    ),
    Remark: lambda query: query.join(Hearing, Hearing.id == Remark.hearing_id).join(
        Case, Case.id == Hearing.case_id
    ),
    Notice: lambda query: query.join(Case, Case.id == Notice.case_id).join(
        Participant, Participant.id == Notice.participant_id
    ),
    Writ: lambda query: (
        query.join(Act, Act.id == Writ.act_id)
        .join(Case, Case.id == Act.case_id)
        .join(Participant, Participant.id == Writ.claimant_id)
    ),
    Disc: lambda query: query,
    Masking: lambda query: _by_recording(query, Masking.recording_id),
    Erasure: lambda query: _by_recording(query, Erasure.recording_id),
    Act: lambda query: query.join(Case, Case.id == Act.case_id),
    CertifiedCopy: lambda query: query.join(Case, Case.id == CertifiedCopy.case_id).join(
        Participant, Participant.id == CertifiedCopy.participant_id
    ),
    SigningSheet: lambda query: query.outerjoin(Case, Case.id == SigningSheet.case_id),
    Scan: lambda query: query,
    ScanPart: lambda query: query.join(Scan, Scan.id == ScanPart.scan_id),
    Publication: lambda query: query.join(Act, Act.id == Publication.act_id).join(
        Case, Case.id == Act.case_id
    ),
    Recusal: lambda query: query.join(Case, Case.id == Recusal.case_id),
    DrawRequest: lambda query: query,
    ExceptionProposal: lambda query: query,
    FairnessAlarm: lambda query: query,
}
