"""The rule book: who may do what; nothing else in the house answers that.

`permits()` answers for one subject, `visible()` is the reading rule as a WHERE clause; a test
compares both. What an actor may not see does not exist for him.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true

from sud.models import (
    Act,
    Case,
    Court,
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
    Judge,
    Masking,
    Publication,
    PublicationState,
    Recording,
    RecordingCopy,
    RecordingState,
    Recusal,
    Remark,
    RoleCode,
    RuledBy,
)


class Action(StrEnum):
    """What can be done in the house, one sentence each."""

    # Everybody
    SITE_READ = "site:read"  # Read the public pages.
    SESSION_OPEN = "session:open"  # Sign in, or try to.
    LOG_READ = "log:read"  # Read the public log of draws.
    LOG_REVEAL = "log:reveal"  # Hand in a contributor's signed reveal.
    DECISION_READ = "decision:read"  # Read a published decision.
    ACT_VERIFY = "act:verify"  # Check that an act is genuine.
    # Everybody who is signed in
    HOME_READ = "home:read"  # Open one's own first page.
    SESSION_CLOSE = "session:close"  # Sign out.
    # Filings
    FILING_START = "filing:start"  # Begin a claim.
    FILING_READ = "filing:read"  # Read a filing and its papers.
    FILING_EDIT = "filing:edit"  # Fill in, correct and submit one's own filing.
    FILING_QUEUE = "filing:queue"  # See the filings that wait at one's court.
    FILING_DECIDE = "filing:decide"  # Accept a filing or return it.
    # Cases
    CASE_READ = "case:read"  # Read a case and its papers.
    PAPER_READ = "paper:read"  # Read one paper of a filing or a case.
    CASE_SEARCH = "case:search"  # Search the cases one may read.
    CASE_ACCEPT = "case:accept"  # Take the drawn case into proceedings.
    CASE_REGISTER = "case:register"  # Give a filing its number and open the case.
    CASE_DISTRIBUTE = "case:distribute"  # Give a case to the judge who was drawn.
    CASE_LOOKED = "case:looked"  # See who looked at the case.
    # Draws
    ROSTER_READ = "roster:read"  # Read a court's roster with its reasons and orders.
    ROSTER_ORDER = "roster:order"  # Take in an order with its file.
    ROSTER_CHANGE = "roster:change"  # Log a judge's share or absence.
    ROSTER_RULES = "roster:rules"  # Change the pools and the rules of the draw.
    ROSTER_ALARM = "roster:alarm"  # Raise and end the alarms of the roster.
    ROSTER_WAITING = "roster:waiting"  # See what waits too long for its draw.
    DUTY_DRAW = "duty:draw"  # Have the investigating judge of a week drawn.
    DRAW_ENTER = "draw:enter"  # Log a case for the draw of its judge.
    DRAWS_OWN = "draws:own"  # See one's own load and the odds of one's own draws.
    DRAWS_COURT = "draws:court"  # See how the load of one's court stands, and why.
    EPOCH_RUN = "epoch:run"  # Freeze and draw an epoch.
    # Recusals
    RECUSAL_REQUEST = "recusal:request"  # Ask that a judge leave a case, or leave it oneself.
    RECUSAL_READ = "recusal:read"  # Read a request for recusal and the ruling on it.
    RECUSAL_RULE = "recusal:rule"  # Rule on a request for recusal.
    RECUSAL_FIND = "recusal:find"  # Find by itself that a judge must not sit in a case.
    RECUSAL_LIST = "recusal:list"  # See how often judges are recused, and at whose request.
    RELATION_STATE = "relation:state"  # State which earlier case a case continues.
    TIE_DECLARE = "tie:declare"  # Declare one's own ties to people who may come before the court.
    TIE_ANSWER = "tie:answer"  # Say whether somebody of a case is a person one declared.
    PORTFOLIO_READ = "portfolio:read"  # See which judges are away too long for their cases.
    PORTFOLIO_REDRAW = "portfolio:redraw"  # Have the cases of an absent judge drawn anew.
    # What follows or bypasses the draw
    REFILING_LIST = "refiling:list"  # See which claims were filed again, and what was decided.
    REFILING_DECIDE = "refiling:decide"  # Link a claim that was filed again to its first judge.
    REFILING_UNDO = "refiling:undo"  # Undo a link with an earlier case before the freeze.
    EXCEPTION_LIST = "exception:list"  # See what is proposed or was done outside the draw.
    EXCEPTION_READ = "exception:read"  # Read a proposal to bypass the draw.
    EXCEPTION_DECIDE = "exception:decide"  # Approve or refuse what another person proposed.
    MANUAL_PROPOSE = "manual:propose"  # Propose to name a judge by hand.
    CORRECTION_PROPOSE = "correction:propose"  # Propose another category after the draw.
    # Hearings
    HEARING_READ = "hearing:read"  # See a hearing of a case.
    HEARING_SET = "hearing:set"  # Set, move or cancel a hearing.
    CALENDAR_READ = "calendar:read"  # See one's own or one's court's calendar.
    # Recordings
    RECORDING_ADD = "recording:add"  # Hand in a recording for a hearing.
    RECORDING_PLAY = "recording:play"  # Play the recording of a hearing.
    RECORDING_MARK = "recording:mark"  # Mark places in a recording for the minutes.
    RECORDING_ISSUE = "recording:issue"  # Issue a party a copy of a recording, or take it back.
    RECORDING_TAKE = "recording:take"  # Download the copy that was issued to oneself.
    RECORDING_QUEUE = "recording:queue"  # See the discs that wait to be linked.
    RECORDING_UNMASKED = "recording:unmasked"  # Play what is masked for outsiders.
    CUSTODY_LIST = "custody:list"  # See what waits to be masked or erased.
    CUSTODY_READ = "custody:read"  # See how long a recording is kept and what was decided on it.
    STORE_READ = "store:read"  # See whether the store still holds what it should.
    STORE_CHECK = "store:check"  # Compare the store with what it should hold.
    MASKING_PROPOSE = "masking:propose"  # Propose what outsiders may not hear or see.
    MASKING_DECIDE = "masking:decide"  # Approve or refuse a masking that another person proposed.
    MASKING_RUN = "masking:run"  # Make the masked copy.
    ERASURE_PROPOSE = "erasure:propose"  # Propose that a recording be erased.
    ERASURE_DECIDE = "erasure:decide"  # Approve or refuse an erasure that another person proposed.
    ERASURE_RUN = "erasure:run"  # Take an erased recording from the store.
    FORCE_READ = "force:read"  # See whether the act that ended a case is in force.
    FORCE_NOTE = "force:note"  # Note that an act entered into force or was appealed.
    RECORDING_RUN = "recording:run"  # Read and transcode a disc.
    DISC_ADD = "disc:add"  # Hand in a disc or the list of a shelf, or find one in the drop folder.
    DISC_READ = "disc:read"  # See a disc and what is on it.
    DISC_LINK = "disc:link"  # Say which hearing is on a disc, or that none is.
    DISC_RUN = "disc:run"  # Keep the original of a disc and read it.
    DISC_REPORT = "disc:report"  # See what was handed in, court by court and month by month.
    RECORDING_STEP = "recording:step"  # Note that a recording was started, paused or stopped.
    RECORDING_EXPLAIN = "recording:explain"  # State why a hearing has no recording.
    RECORDING_LACKING = "recording:lacking"  # See which hearings lack a recording and a reason.
    RECORDING_ALERT = "recording:alert"  # Be told that an act rests on such a hearing.
    RECORDING_WATCH = "recording:watch"  # Raise and end these alerts.
    # Courtrooms
    EQUIPMENT_LIST = "equipment:list"  # See how the courtrooms are equipped, court by court.
    EQUIPMENT_READ = "equipment:read"  # See the equipment of one's own court's rooms.
    EQUIPMENT_KEEP = "equipment:keep"  # Enter equipment and the state it is in.
    EQUIPMENT_CHECK = "equipment:check"  # Note what a check before a hearing found.
    INCIDENT_OPEN = "incident:open"  # Tell that something went wrong in a courtroom.
    INCIDENT_CLOSE = "incident:close"  # Tell what was done about it.
    STREAM_KEY = "stream:key"  # Make the key with which a courtroom's camera is let in.
    # Minutes
    MINUTES_ADD = "minutes:add"  # Enter the signed minutes of a hearing.
    REMARK_MAKE = "remark:make"  # File remarks on the minutes or the recording.
    REMARK_LIST = "remark:list"  # See the remarks that wait for one's own answer.
    REMARK_READ = "remark:read"  # Read the remarks on a hearing and the answers.
    REMARK_RULE = "remark:rule"  # Accept or reject remarks.
    # Acts
    ACT_READ = "act:read"  # Read an act of the case.
    ACT_DRAFT = "act:draft"  # Begin and edit a draft of an act.
    ACT_ISSUE = "act:issue"  # Sign and issue an act.
    # Publication
    PUBLICATION_QUEUE = "publication:queue"  # See the acts that wait for publication.
    PUBLICATION_REVIEW = "publication:review"  # Check, publish and withdraw a public text.
    # Fairness watch
    WATCH_READ = "watch:read"  # See the alarms of the fairness watch and its figures.
    WATCH_SETTLE = "watch:settle"  # Say what became of an alarm.
    WATCH_RUN = "watch:run"  # Watch whether the draws were fair.
    # Administration
    REFERENCE_READ = "reference:read"  # Read rates, weights, holidays and limits.
    REFERENCE_EDIT = "reference:edit"  # Correct rates, weights, holidays and limits.
    ACCOUNT_CREATE = "account:create"  # Open an account.
    JOURNAL_READ = "journal:read"  # Read the journal.
    NOTICE_SEND = "notice:send"  # Send a notice to a participant.
    ACCESS_REFUSED = "access:refused"  # Be refused: only ever a line in the journal.


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role, at one court or (None) everywhere."""

    code: RoleCode
    court_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Whoever acts: his roles of today, the judge he is, the cases he sits in or is a party to.

    `sits_in` names the cases in whose panel he is a member; who reports is the case's own judge.
    """

    user_id: int | None = None
    name: str = ""
    language: str = "ky"
    roles: frozenset[HeldRole] = frozenset()
    judge_ids: frozenset[int] = frozenset()
    sits_in: frozenset[int] = frozenset()
    party_to: frozenset[int] = frozenset()
    system: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    def has(self, *codes: RoleCode) -> bool:
        return any(role.code in codes for role in self.roles)

    def courts_as(self, *codes: RoleCode) -> frozenset[int]:
        return frozenset(
            role.court_id for role in self.roles if role.code in codes and role.court_id is not None
        )

    @property
    def staff(self) -> bool:
        return bool(self.roles)


ANONYMOUS = Actor()
SYSTEM = Actor(system=True)

Predicate = Callable[[Actor, Any], bool]


# The predicates: two lines each, named as one would say them.


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


def nobody(_actor: Actor, _subject: object) -> bool:
    return False


def own_filing(actor: Actor, filing: Filing) -> bool:
    return actor.signed_in and filing.user_id == actor.user_id


def handed_in(_actor: Actor, filing: Filing) -> bool:
    return filing.state is not FilingState.DRAFT


def clerk_of_filing(actor: Actor, filing: Filing) -> bool:
    return filing.court_id in actor.courts_as(RoleCode.CLERK)


def clerk_of_court(actor: Actor, subject: object) -> bool:
    return _case(subject).court_id in actor.courts_as(RoleCode.CLERK)


def chair_of_court(actor: Actor, subject: object) -> bool:
    return _case(subject).court_id in actor.courts_as(RoleCode.CHAIR)


def archivist_of_court(actor: Actor, subject: object) -> bool:
    return _case(subject).court_id in actor.courts_as(RoleCode.ARCHIVIST)


def judge_of(actor: Actor, subject: object) -> bool:
    return _case(subject).judge_id in actor.judge_ids


def member_of_panel(actor: Actor, subject: object) -> bool:
    return _case(subject).id in actor.sits_in


def administrator_here(actor: Actor, subject: object) -> bool:
    """An administrator of everything, or of the court that a roster's paper or judge is of."""
    courts = {role.court_id for role in actor.roles if role.code is RoleCode.ADMINISTRATOR}
    return None in courts or _court_of(subject) in courts


def chair_here(actor: Actor, subject: object) -> bool:
    return _court_of(subject) in actor.courts_as(RoleCode.CHAIR)


def works_here(actor: Actor, subject: object) -> bool:
    return _court_of(subject) in {role.court_id for role in actor.roles}


def clerk_here(actor: Actor, subject: object) -> bool:
    return _court_of(subject) in actor.courts_as(RoleCode.CLERK)


def judge_here(actor: Actor, subject: object) -> bool:
    return _court_of(subject) in actor.courts_as(RoleCode.JUDGE)


def archivist_here(actor: Actor, subject: object) -> bool:
    return _court_of(subject) in actor.courts_as(RoleCode.ARCHIVIST)


def staff(actor: Actor, _subject: object) -> bool:
    return actor.staff


def party_to(actor: Actor, subject: object) -> bool:
    return _case(subject).id in actor.party_to


def receiver_of(actor: Actor, issued: RecordingCopy) -> bool:
    return actor.signed_in and issued.user_id == actor.user_id


def not_sealed(_actor: Actor, subject: object) -> bool:
    return not _case(subject).sealed


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


def no_hidden_hearing(actor: Actor, disc: Disc) -> bool:
    """Each hearing that the disc was handed in for, or is linked with, is one he may know of."""
    linked = [one for one in disc.recordings if one.state is not RecordingState.UNLINKED]
    hearings = [one.hearing for one in linked] + ([disc.hearing] if disc.hearing else [])
    return all(permits(actor, Action.HEARING_READ, hearing) for hearing in hearings)


def published(_actor: Actor, publication: Publication) -> bool:
    return publication.state is not PublicationState.PREPARED


def _case(subject: Any) -> Case:
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


def _court_of(subject: Any) -> int | None:
    """The court that a thing of the roster belongs to; none for what holds everywhere."""
    number: int | None = subject.id if isinstance(subject, Court) else subject.court_id
    return number


_READERS_OF_CASE: tuple[tuple[Predicate, ...], ...] = (
    (judge_of,),
    (member_of_panel,),
    (party_to,),
    (clerk_of_court,),
    (chair_of_court, not_sealed),
)


def paper_of_own_filing(actor: Actor, paper: Document) -> bool:
    return paper.filing is not None and own_filing(actor, paper.filing)


def paper_of_filing_at_court(actor: Actor, paper: Document) -> bool:
    filing = paper.filing
    return filing is not None and clerk_of_filing(actor, filing) and handed_in(actor, filing)


def paper_of_readable_case(actor: Actor, paper: Document) -> bool:
    return paper.case is not None and permits(actor, Action.CASE_READ, paper.case)


def by_hand(_actor: Actor, proposal: ExceptionProposal) -> bool:
    return proposal.kind is ExceptionKind.MANUAL


def correction(_actor: Actor, proposal: ExceptionProposal) -> bool:
    return proposal.kind is ExceptionKind.CORRECTION


_KEEPERS_OF_DISC: tuple[tuple[Predicate, ...], ...] = (
    (keeper_of_disc, no_hidden_hearing),
    (judge_of_disc, no_hidden_hearing),
)

RULES: dict[Action, tuple[tuple[Predicate, ...], ...]] = {
    Action.SITE_READ: ((anyone,),),
    Action.SESSION_OPEN: ((anyone,),),
    Action.LOG_READ: ((anyone,),),
    Action.LOG_REVEAL: ((anyone,),),
    Action.DECISION_READ: ((anyone,),),
    Action.ACT_VERIFY: ((anyone,),),
    Action.HOME_READ: ((signed_in,),),
    Action.SESSION_CLOSE: ((signed_in,),),
    Action.FILING_START: ((party_account,),),
    Action.FILING_READ: ((own_filing,), (clerk_of_filing, handed_in)),
    Action.FILING_EDIT: ((own_filing,),),
    Action.FILING_QUEUE: ((clerk,),),
    Action.FILING_DECIDE: ((clerk_of_filing, handed_in),),
    Action.CASE_READ: _READERS_OF_CASE,
    Action.PAPER_READ: (
        (paper_of_own_filing,),
        (paper_of_filing_at_court,),
        (paper_of_readable_case,),
    ),
    Action.CASE_SEARCH: ((signed_in,),),
    Action.CASE_ACCEPT: ((judge_of,),),
    Action.CASE_REGISTER: ((nobody,),),
    Action.CASE_DISTRIBUTE: ((nobody,),),
    Action.CASE_LOOKED: _READERS_OF_CASE,
    Action.ROSTER_READ: ((administrator_here,), (auditor,), (chair_here,)),
    Action.ROSTER_ORDER: ((nobody,),),
    Action.ROSTER_CHANGE: ((administrator_here,),),
    Action.ROSTER_RULES: ((administrator,),),
    Action.ROSTER_ALARM: ((nobody,),),
    Action.ROSTER_WAITING: ((clerk,), (chair,), (administrator,), (auditor,)),
    Action.DUTY_DRAW: ((nobody,),),
    Action.DRAW_ENTER: ((nobody,),),
    Action.DRAWS_OWN: ((judge,),),
    Action.DRAWS_COURT: ((chair,),),
    Action.EPOCH_RUN: ((nobody,),),
    Action.RECUSAL_REQUEST: ((party_to,), (judge_of,), (member_of_panel,)),
    Action.RECUSAL_READ: (*_READERS_OF_CASE, (chair_of_court,), (took_part_in_recusal,)),
    Action.RECUSAL_RULE: (
        (judge_rules, challenged),
        (chair_rules, chair_of_court, not_challenged),
        (panel_rules, judge_of, not_challenged),
        (panel_rules, member_of_panel, not_challenged),
    ),
    Action.RECUSAL_FIND: ((nobody,),),
    Action.RECUSAL_LIST: ((chair,), (auditor,), (judge,)),
    Action.RELATION_STATE: ((clerk_of_court,),),
    Action.TIE_DECLARE: ((judge,),),
    Action.TIE_ANSWER: ((judge_of,), (member_of_panel,)),
    Action.PORTFOLIO_READ: ((chair,), (administrator,)),
    Action.PORTFOLIO_REDRAW: ((chair_of_judge, another_judge), (administrator,)),
    Action.REFILING_LIST: ((clerk,), (chair,), (auditor,), (administrator,)),
    Action.REFILING_DECIDE: ((nobody,),),
    Action.REFILING_UNDO: ((clerk_of_court,),),
    Action.EXCEPTION_LIST: ((administrator,), (auditor,), (chair,), (clerk,)),
    Action.EXCEPTION_READ: (
        (administrator,),
        (auditor,),
        (chair,),
        (clerk_of_court, correction),
    ),
    Action.EXCEPTION_DECIDE: (
        (administrator,),
        (chair, by_hand),
        (clerk_of_court, correction),
    ),
    Action.MANUAL_PROPOSE: ((administrator,),),
    Action.CORRECTION_PROPOSE: ((clerk_of_court,),),
    Action.HEARING_READ: (*_READERS_OF_CASE, (archivist_of_court, not_sealed)),
    Action.HEARING_SET: ((judge_of,), (clerk_of_court,)),
    Action.CALENDAR_READ: ((judge,), (clerk,), (chair,)),
    Action.RECORDING_ADD: ((judge_of,), (clerk_of_court,), (archivist_of_court, not_sealed)),
    Action.RECORDING_PLAY: (*_READERS_OF_CASE, (archivist_of_court, not_sealed)),
    Action.RECORDING_MARK: ((judge_of,), (member_of_panel,), (clerk_of_court,)),
    Action.RECORDING_ISSUE: ((judge_of,), (clerk_of_court,)),
    Action.RECORDING_TAKE: ((receiver_of, party_to),),
    Action.RECORDING_QUEUE: ((clerk,), (archivist,)),
    Action.RECORDING_UNMASKED: ((judge_of,), (member_of_panel,), (clerk_of_court,)),
    Action.CUSTODY_LIST: ((clerk,), (archivist,), (chair,), (judge,)),
    Action.CUSTODY_READ: (
        (judge_of,),
        (clerk_of_court,),
        (chair_of_court, not_sealed),
        (archivist_of_court, not_sealed),
    ),
    Action.STORE_READ: ((archivist,), (administrator,), (auditor,)),
    Action.STORE_CHECK: ((nobody,),),
    Action.MASKING_PROPOSE: ((judge_of,), (clerk_of_court,)),
    Action.MASKING_DECIDE: ((judge_of,), (chair_of_court, not_sealed)),
    Action.MASKING_RUN: ((nobody,),),
    Action.ERASURE_PROPOSE: ((clerk_of_court,), (archivist_of_court, not_sealed)),
    Action.ERASURE_DECIDE: ((judge_of,), (chair_of_court, not_sealed)),
    Action.ERASURE_RUN: ((nobody,),),
    Action.FORCE_READ: _READERS_OF_CASE,
    Action.FORCE_NOTE: ((judge_of,), (clerk_of_court,)),
    Action.RECORDING_RUN: ((nobody,),),
    Action.DISC_ADD: ((clerk,), (archivist,)),
    Action.DISC_READ: _KEEPERS_OF_DISC,
    Action.DISC_LINK: _KEEPERS_OF_DISC,
    Action.DISC_RUN: ((nobody,),),
    Action.DISC_REPORT: ((archivist,), (chair,), (administrator,)),
    Action.RECORDING_STEP: ((judge_of,), (clerk_of_court,)),
    Action.RECORDING_EXPLAIN: ((judge_of,), (clerk_of_court,)),
    Action.RECORDING_LACKING: ((judge,), (clerk,), (chair,)),
    Action.RECORDING_ALERT: (
        (judge_of,),
        (member_of_panel,),
        (clerk_of_court,),
        (chair_of_court, not_sealed),
    ),
    Action.RECORDING_WATCH: ((nobody,),),
    Action.EQUIPMENT_LIST: ((staff,),),
    Action.EQUIPMENT_READ: ((works_here,), (administrator_here,), (auditor,)),
    Action.EQUIPMENT_KEEP: ((clerk_here,), (archivist_here,), (administrator_here,)),
    Action.EQUIPMENT_CHECK: (
        (clerk_here,),
        (judge_here,),
        (archivist_here,),
        (administrator_here,),
    ),
    Action.INCIDENT_OPEN: (
        (clerk_here,),
        (judge_here,),
        (archivist_here,),
        (administrator_here,),
    ),
    Action.INCIDENT_CLOSE: ((clerk_here,), (archivist_here,), (administrator_here,)),
    Action.STREAM_KEY: ((clerk_here,), (administrator_here,)),
    Action.MINUTES_ADD: ((judge_of,), (clerk_of_court,)),
    Action.REMARK_MAKE: ((party_to,),),
    Action.REMARK_LIST: ((judge,),),
    Action.REMARK_READ: _READERS_OF_CASE,
    Action.REMARK_RULE: ((judge_of,),),
    Action.ACT_READ: (
        (judge_of,),
        (member_of_panel,),
        (party_to, issued),
        (clerk_of_court, issued),
    ),
    Action.ACT_DRAFT: ((judge_of,),),
    Action.ACT_ISSUE: ((judge_of,),),
    Action.PUBLICATION_QUEUE: ((clerk,),),
    Action.PUBLICATION_REVIEW: ((clerk_of_court,),),
    Action.WATCH_READ: ((auditor,),),
    Action.WATCH_SETTLE: ((auditor,),),
    Action.WATCH_RUN: ((nobody,),),
    Action.REFERENCE_READ: ((administrator,), (auditor,)),
    Action.REFERENCE_EDIT: ((administrator,),),
    Action.ACCOUNT_CREATE: ((administrator,),),
    Action.JOURNAL_READ: ((auditor,),),
    Action.NOTICE_SEND: ((nobody,),),
    Action.ACCESS_REFUSED: ((nobody,),),
}

OPEN = frozenset(action for action, ways in RULES.items() if (anyone,) in ways)
"""What needs no sign-in."""


def permits(actor: Actor, action: Action, subject: object = None) -> bool:
    """Say whether the actor may do this to the subject; the machinery itself (SYSTEM) may."""
    return actor.system or any(all(test(actor, subject) for test in way) for way in RULES[action])


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
        Publication.state != PublicationState.PREPARED,
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


_READABLE: dict[type, Callable[[Actor], ColumnElement[bool]]] = {
    Case: _case_readable,
    Filing: _filing_readable,
    Document: _document_readable,
    Hearing: _hearing_readable,
    Recording: _hearing_readable,
    Masking: _in_custody,
    Erasure: _in_custody,
    Disc: _disc_readable,
    Remark: _case_readable,
    Act: _act_readable,
    Publication: _publication_readable,
    Recusal: _recusal_readable,
    DrawRequest: lambda _actor: true(),
    ExceptionProposal: _exception_readable,
    FairnessAlarm: lambda actor: true() if actor.has(RoleCode.AUDITOR) else false(),
}

_JOINS: dict[type, Callable[[Select[Any]], Select[Any]]] = {
    Case: lambda query: query,
    Filing: lambda query: query,
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
    Disc: lambda query: query,
    Masking: lambda query: _by_recording(query, Masking.recording_id),
    Erasure: lambda query: _by_recording(query, Erasure.recording_id),
    Act: lambda query: query.join(Case, Case.id == Act.case_id),
    Publication: lambda query: query.join(Act, Act.id == Publication.act_id).join(
        Case, Case.id == Act.case_id
    ),
    Recusal: lambda query: query.join(Case, Case.id == Recusal.case_id),
    DrawRequest: lambda query: query,
    ExceptionProposal: lambda query: query,
    FairnessAlarm: lambda query: query,
}
