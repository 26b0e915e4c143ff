"""The archive: every table of the house and its invariants."""

from sud.models.accounts import Role, RoleCode, SignInAttempt, User
from sud.models.acts import Act, ActOutcome, ActPart, ActState
from sud.models.allocation import Assurance, DrawRequest, Epoch, EpochState, LogEntry, Reveal
from sud.models.cases import Case, CaseForm, CaseState, Participant
from sud.models.courts import (
    AbsenceReason,
    Availability,
    Court,
    CourtKind,
    CourtLevel,
    CourtName,
    Courtroom,
    Judge,
)
from sud.models.filings import Document, Filing, FilingParty, FilingState, ReturnReason
from sud.models.hearings import (
    Hearing,
    HearingPurpose,
    HearingState,
    Notice,
    NoticeKind,
    NoticeState,
)
from sud.models.journal import JournalLine
from sud.models.machinery import Counter, Heartbeat, OnceAnswer
from sud.models.media import (
    DropItem,
    DropState,
    Recording,
    RecordingProblem,
    RecordingState,
    Rendition,
)
from sud.models.people import Person, PersonKind
from sud.models.publication import Publication, PublicationState
from sud.models.reference import (
    ActKind,
    CaseKind,
    Category,
    Confidence,
    DutyExemption,
    DutyRate,
    Holiday,
    ParticipantRole,
    TimeLimit,
)

__all__ = [
    "AbsenceReason",
    "Act",
    "ActKind",
    "ActOutcome",
    "ActPart",
    "ActState",
    "Assurance",
    "Availability",
    "Case",
    "CaseForm",
    "CaseKind",
    "CaseState",
    "Category",
    "Confidence",
    "Counter",
    "Court",
    "CourtKind",
    "CourtLevel",
    "CourtName",
    "Courtroom",
    "Document",
    "DrawRequest",
    "DropItem",
    "DropState",
    "DutyExemption",
    "DutyRate",
    "Epoch",
    "EpochState",
    "Filing",
    "FilingParty",
    "FilingState",
    "Hearing",
    "HearingPurpose",
    "HearingState",
    "Heartbeat",
    "Holiday",
    "JournalLine",
    "Judge",
    "LogEntry",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "OnceAnswer",
    "Participant",
    "ParticipantRole",
    "Person",
    "PersonKind",
    "Publication",
    "PublicationState",
    "Recording",
    "RecordingProblem",
    "RecordingState",
    "Rendition",
    "ReturnReason",
    "Reveal",
    "Role",
    "RoleCode",
    "SignInAttempt",
    "TimeLimit",
    "User",
]
