"""Who may do what: for each action the ways to it; a way is open where all its predicates hold.

A court's chairman should be able to read this page.
"""

from sud.access.actions import Action
from sud.access.actors import Actor
from sud.access.predicates import (
    Predicate,
    administrator,
    administrator_here,
    another_judge,
    anyone,
    archivist,
    archivist_here,
    archivist_of_court,
    auditor,
    by_hand,
    chair,
    chair_here,
    chair_of_court,
    chair_of_judge,
    chair_rules,
    challenged,
    clerk,
    clerk_here,
    clerk_of_court,
    clerk_of_filing,
    correction,
    handed_in,
    issued,
    judge,
    judge_here,
    judge_of,
    judge_of_disc,
    judge_rules,
    keeper_of_disc,
    member_of_panel,
    nobody,
    not_challenged,
    not_sealed,
    own_filing,
    panel_rules,
    paper_of_filing_at_court,
    paper_of_own_filing,
    party_account,
    party_to,
    receiver_of,
    signed_in,
    staff,
    took_part_in_recusal,
    works_here,
)
from sud.models import (
    Disc,
    Document,
    RecordingState,
)

_READERS_OF_CASE: tuple[tuple[Predicate, ...], ...] = (
    (judge_of,),
    (member_of_panel,),
    (party_to,),
    (clerk_of_court,),
    (chair_of_court, not_sealed),
)


def no_hidden_hearing(actor: Actor, disc: Disc) -> bool:
    """Each hearing that the disc was handed in for, or is linked with, is one he may know of."""
    linked = [one for one in disc.recordings if one.state is not RecordingState.UNLINKED]
    hearings = [one.hearing for one in linked] + ([disc.hearing] if disc.hearing else [])
    return all(permits(actor, Action.HEARING_READ, hearing) for hearing in hearings)


def paper_of_readable_case(actor: Actor, paper: Document) -> bool:
    return paper.case is not None and permits(actor, Action.CASE_READ, paper.case)


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
