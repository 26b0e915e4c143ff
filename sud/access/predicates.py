"""What a rule may ask of an actor and a thing: two lines each, named as one would say them."""

from collections.abc import Callable
from typing import Any

from sud.access.actors import Actor
from sud.models import (
    UNREAD,
    Act,
    BlankDraft,
    Case,
    CertifiedCopy,
    Court,
    Disc,
    Document,
    ExceptionKind,
    ExceptionProposal,
    Filing,
    FilingState,
    Judge,
    Notice,
    Publication,
    Recording,
    RecordingCopy,
    Recusal,
    RoleCode,
    RuledBy,
    SheetKind,
    SheetState,
    SigningSheet,
    Writ,
)

Predicate = Callable[[Actor, Any], bool]


def anyone(_actor: Actor, _subject: object) -> bool:
    return True


def signed_in(actor: Actor, _subject: object) -> bool:
    return actor.signed_in


def party_account(actor: Actor, _subject: object) -> bool:
    return actor.signed_in and not actor.staff


def clerk(actor: Actor, _subject: object) -> bool:
    return actor.has(RoleCode.CLERK)


def judge(actor: Actor, _subject: object) -> bool:
    return bool(actor.judge_ids)


def chair(actor: Actor, _subject: object) -> bool:
    return actor.has(RoleCode.CHAIR)


def archivist(actor: Actor, _subject: object) -> bool:
    return actor.has(RoleCode.ARCHIVIST)


def administrator(actor: Actor, _subject: object) -> bool:
    return actor.has(RoleCode.ADMINISTRATOR)


def auditor(actor: Actor, _subject: object) -> bool:
    return actor.has(RoleCode.AUDITOR)


def policy_keeper(actor: Actor, _subject: object) -> bool:
    """The Supreme Court's own role: it is given to nobody elsewhere."""
    return actor.has(RoleCode.POLICY_KEEPER)


def nobody(_actor: Actor, _subject: object) -> bool:
    return False


def own_filing(actor: Actor, filing: Filing) -> bool:
    return actor.signed_in and filing.user_id == actor.user_id


def own_draft(actor: Actor, draft: BlankDraft) -> bool:
    return actor.signed_in and draft.user_id == actor.user_id


def handed_in(_actor: Actor, filing: Filing) -> bool:
    return filing.state is not FilingState.DRAFT


def clerk_of_filing(actor: Actor, filing: Filing) -> bool:
    return filing.court_id in actor.courts_as(RoleCode.CLERK)


def clerk_of_court(actor: Actor, subject: object) -> bool:
    return case_of(subject).court_id in actor.courts_as(RoleCode.CLERK)


def chair_of_court(actor: Actor, subject: object) -> bool:
    return case_of(subject).court_id in actor.courts_as(RoleCode.CHAIR)


def archivist_of_court(actor: Actor, subject: object) -> bool:
    return case_of(subject).court_id in actor.courts_as(RoleCode.ARCHIVIST)


def judge_of(actor: Actor, subject: object) -> bool:
    return case_of(subject).judge_id in actor.judge_ids


def member_of_panel(actor: Actor, subject: object) -> bool:
    return case_of(subject).id in actor.sits_in


def administrator_here(actor: Actor, subject: object) -> bool:
    """An administrator of everything, or of the court that a roster's paper or judge is of."""
    courts = {role.court_id for role in actor.roles if role.code is RoleCode.ADMINISTRATOR}
    return None in courts or court_of(subject) in courts


def chair_here(actor: Actor, subject: object) -> bool:
    return court_of(subject) in actor.courts_as(RoleCode.CHAIR)


def works_here(actor: Actor, subject: object) -> bool:
    return court_of(subject) in {role.court_id for role in actor.roles}


def clerk_here(actor: Actor, subject: object) -> bool:
    return court_of(subject) in actor.courts_as(RoleCode.CLERK)


def judge_here(actor: Actor, subject: object) -> bool:
    return court_of(subject) in actor.courts_as(RoleCode.JUDGE)


def archivist_here(actor: Actor, subject: object) -> bool:
    return court_of(subject) in actor.courts_as(RoleCode.ARCHIVIST)


def staff(actor: Actor, _subject: object) -> bool:
    return actor.staff


def party_to(actor: Actor, subject: object) -> bool:
    return case_of(subject).id in actor.party_to


def receiver_of(actor: Actor, issued: RecordingCopy) -> bool:
    return actor.signed_in and issued.user_id == actor.user_id


def told(actor: Actor, notice: Notice) -> bool:
    """Whom a notice was written to, while he takes part in the case."""
    who = notice.participant
    return who is not None and actor.signed_in and who.user_id == actor.user_id


def to_participant(_actor: Actor, notice: Notice) -> bool:
    return notice.case is not None and notice.participant is not None


def claimant(actor: Actor, writ: Writ) -> bool:
    return actor.signed_in and writ.claimant.user_id == actor.user_id


def not_sealed(_actor: Actor, subject: object) -> bool:
    return not case_of(subject).sealed


def issued(_actor: Actor, act: Act) -> bool:
    return act.code is not None


def challenged(actor: Actor, recusal: Recusal) -> bool:
    return recusal.judge_id in actor.judge_ids


def not_challenged(actor: Actor, recusal: Recusal) -> bool:
    return recusal.judge_id not in actor.judge_ids


def took_part_in_recusal(actor: Actor, recusal: Recusal) -> bool:
    return actor.signed_in and actor.user_id in {recusal.asked_by_id, recusal.ruled_by_id}


def judge_rules(_actor: Actor, recusal: Recusal) -> bool:
    return recusal.ruled_by is RuledBy.JUDGE


def chair_rules(_actor: Actor, recusal: Recusal) -> bool:
    return recusal.ruled_by is RuledBy.CHAIR


def panel_rules(_actor: Actor, recusal: Recusal) -> bool:
    return recusal.ruled_by is RuledBy.PANEL


def chair_of_judge(actor: Actor, subject: Judge | None) -> bool:
    return subject is not None and subject.court_id in actor.courts_as(RoleCode.CHAIR)


def another_judge(actor: Actor, subject: Judge) -> bool:
    return subject.id not in actor.judge_ids


def keeper_of_disc(actor: Actor, disc: Disc) -> bool:
    """A clerk or an archivist of its court; of any court while nobody knows whose it is."""
    if disc.court_id is None:
        return actor.has(RoleCode.CLERK, RoleCode.ARCHIVIST)
    return disc.court_id in actor.courts_as(RoleCode.CLERK, RoleCode.ARCHIVIST)


def judge_of_disc(actor: Actor, disc: Disc) -> bool:
    return disc.hearing is not None and judge_of(actor, disc.hearing)


def published(_actor: Actor, publication: Publication) -> bool:
    return publication.state not in UNREAD


def case_of(subject: Any) -> Case:
    """The case that a thing belongs to; parents are loaded with their children."""
    match subject:
        case Case():
            return subject
        case Recording():
            return subject.hearing.case
        case Publication():
            return subject.act.case
        case _:
            return subject.case  # type: ignore[no-any-return]


def court_of(subject: Any) -> int | None:
    """The court that a thing of the roster belongs to; none for what holds everywhere."""
    number: int | None = subject.id if isinstance(subject, Court) else subject.court_id
    return number


def paper_of_own_filing(actor: Actor, paper: Document) -> bool:
    return paper.filing is not None and own_filing(actor, paper.filing)


def paper_of_filing_at_court(actor: Actor, paper: Document) -> bool:
    filing = paper.filing
    return filing is not None and clerk_of_filing(actor, filing) and handed_in(actor, filing)


def clerk_of_papers(actor: Actor, subject: Case | Filing | Document) -> bool:
    """A clerk of the court where the papers lie: of a case, or of a filing that was handed in."""
    match subject:
        case Case():
            return clerk_of_court(actor, subject)
        case Filing():
            return clerk_of_filing(actor, subject) and handed_in(actor, subject)
        case _:
            whole = subject.case or subject.filing
            return whole is not None and clerk_of_papers(actor, whole)


def asker_of_copy(actor: Actor, copy: CertifiedCopy) -> bool:
    return actor.signed_in and copy.participant.user_id == actor.user_id


def in_a_case(_actor: Actor, sheet: SigningSheet) -> bool:
    return sheet.case is not None


def no_act(_actor: Actor, sheet: SigningSheet) -> bool:
    """Nobody but its judges reads an act before it is issued."""
    return sheet.kind is not SheetKind.ACT


def signed_by_all(_actor: Actor, sheet: SigningSheet) -> bool:
    return sheet.state is SheetState.FINISHED


def opener_of(actor: Actor, sheet: SigningSheet) -> bool:
    return actor.signed_in and sheet.opened_by_id == actor.user_id


def signer_of(actor: Actor, sheet: SigningSheet) -> bool:
    return actor.signed_in and any(seat.user_id == actor.user_id for seat in sheet.seats)


def by_hand(_actor: Actor, proposal: ExceptionProposal) -> bool:
    return proposal.kind is ExceptionKind.MANUAL


def correction(_actor: Actor, proposal: ExceptionProposal) -> bool:
    return proposal.kind is ExceptionKind.CORRECTION
