"""The words for every code of the archive and every refusal."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.access import Action
from sud.errors import Refusal
from sud.models.accounts import RoleCode
from sud.models.acts import ActOutcome, ActPart, ActState
from sud.models.allocation import Assurance, DrawKind, DrawPool, EpochState, WaitReason
from sud.models.cases import CaseForm, CaseState
from sud.models.courts import AbsenceReason, CourtKind, CourtLevel
from sud.models.filings import FilingPart, FilingState, ReturnReason
from sud.models.hearings import HearingPurpose, HearingState, NoticeKind, NoticeState
from sud.models.media import DropState, RecordingProblem, RecordingState
from sud.models.people import PersonKind
from sud.models.publication import PublicationState
from sud.models.reference import Confidence

_PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (PersonKind.NATURAL, _("Person")),
    (PersonKind.LEGAL, _("Organisation")),
    (RoleCode.CLERK, _("Clerk")),
    (RoleCode.JUDGE, _("Judge")),
    (RoleCode.CHAIR, _("Court chair")),
    (RoleCode.ARCHIVIST, _("Archivist")),
    (RoleCode.AUDITOR, _("Auditor")),
    (RoleCode.ADMINISTRATOR, _("Administrator")),
    (Confidence.HIGH, _("Certain")),
    (Confidence.MEDIUM, _("Likely")),
    (Confidence.LOW, _("To be checked")),
    (CourtLevel.FIRST, _("First instance")),
    (CourtLevel.APPEAL, _("Appeal")),
    (CourtLevel.CASSATION, _("Cassation")),
    (CourtKind.DISTRICT, _("District court")),
    (CourtKind.CITY, _("City court")),
    (CourtKind.ADMINISTRATIVE, _("Administrative court")),
    (CourtKind.OBLAST, _("Oblast court")),
    (CourtKind.SUPREME, _("Supreme Court")),
    (AbsenceReason.SHARE, _("Share of a full post")),
    (AbsenceReason.LEAVE, _("Leave")),
    (AbsenceReason.SICKNESS, _("Sickness")),
    (AbsenceReason.TRIP, _("Business trip")),
    (AbsenceReason.TRAINING, _("Training")),
    (AbsenceReason.SUSPENSION, _("Suspension")),
    (CaseState.REGISTERED, _("Registered, waiting for the draw")),
    (CaseState.DISTRIBUTED, _("Judge drawn")),
    (CaseState.PREPARATION, _("In preparation")),
    (CaseState.SCHEDULED, _("Hearing set")),
    (CaseState.ADJOURNED, _("Adjourned")),
    (CaseState.DECIDED, _("Decided")),
    (CaseState.IN_FORCE, _("In force")),
    (CaseState.ARCHIVED, _("Archived")),
    (CaseForm.DIGITAL, _("Digital file")),
    (CaseForm.PAPER, _("Paper file")),
    (CaseForm.MIXED, _("Mixed file")),
    (FilingPart.ME, _("who files the claim")),
    (FilingPart.RESPONDENT, _("the respondent")),
    (FilingPart.PRICE, _("the price of the claim")),
    (FilingPart.TEXT, _("the text of the claim")),
    (FilingPart.PAPERS, _("attached papers")),
    (FilingState.DRAFT, _("Draft")),
    (FilingState.SUBMITTED, _("Submitted")),
    (FilingState.RETURNED, _("Returned")),
    (FilingState.ACCEPTED, _("Accepted")),
    (FilingState.WITHDRAWN, _("Withdrawn")),
    (ReturnReason.DUTY_UNPAID, _("State duty not paid")),
    (ReturnReason.NOT_SIGNED, _("Not signed")),
    (ReturnReason.PAPER_MISSING, _("A paper is missing")),
    (ReturnReason.PARTY_UNCLEAR, _("A party is not clearly named")),
    (ReturnReason.WRONG_COURT, _("Another court is competent")),
    (ReturnReason.OTHER, _("Another reason")),
    (HearingState.SCHEDULED, _("Set")),
    (HearingState.HELD, _("Held")),
    (HearingState.ADJOURNED, _("Adjourned")),
    (HearingState.CANCELLED, _("Cancelled")),
    (HearingPurpose.PREPARATION, _("Preparation")),
    (HearingPurpose.PRELIMINARY, _("Preliminary hearing")),
    (HearingPurpose.MERITS, _("Hearing on the merits")),
    (HearingPurpose.JUDGMENT, _("Announcement of the decision")),
    (NoticeState.WAITING, _("Waiting to be sent")),
    (NoticeState.SENT, _("Sent")),
    (NoticeState.FAILED, _("Not delivered")),
    (NoticeState.NO_ADDRESS, _("No e-mail address known")),
    (NoticeKind.FILING_RECEIVED, _("Claim received")),
    (NoticeKind.FILING_RETURNED, _("Claim returned")),
    (NoticeKind.CASE_REGISTERED, _("Case registered")),
    (NoticeKind.JUDGE_DRAWN, _("Judge drawn")),
    (NoticeKind.HEARING_SET, _("Hearing set")),
    (NoticeKind.HEARING_CANCELLED, _("Hearing cancelled")),
    (NoticeKind.ACT_ISSUED, _("Act issued")),
    (EpochState.FROZEN, _("Frozen, waiting for the contributors")),
    (EpochState.DRAWN, _("Drawn")),
    (Assurance.FULL, _("Full assurance")),
    (Assurance.REDUCED, _("Reduced assurance")),
    (Assurance.DEMONSTRATION, _("Demonstration: all contributors run on one machine")),
    (DrawKind.DRAWN, _("Drawn by lot")),
    (DrawKind.LINKED, _("Given without a draw to the judge of an earlier case")),
    (DrawKind.MANUAL, _("Assigned by hand")),
    (DrawPool.OWN, _("Judges of the court")),
    (DrawPool.INTER, _("Judges of neighbouring courts too")),
    (DrawPool.SMALL, _("Fewer judges than the smallest pool")),
    (WaitReason.POOL_TOO_SMALL, _("Too few judges can be drawn")),
    (RecordingState.RECEIVED, _("Received, waiting to be read")),
    (RecordingState.READING, _("Being read")),
    (RecordingState.TRANSCODING, _("Being converted")),
    (RecordingState.READY, _("Ready to play")),
    (RecordingState.FAILED, _("Needs a person")),
    (RecordingProblem.NOT_A_DISC, _("This is not a DVD recording")),
    (RecordingProblem.ENCRYPTED, _("The disc is copy-protected and cannot be read")),
    (RecordingProblem.NO_TITLE, _("No recording was found on the disc")),
    (RecordingProblem.TOO_SHORT, _("Much of the recording could not be read")),
    (RecordingProblem.STORE_FAILED, _("The result could not be stored")),
    (RecordingProblem.TRANSCODER_FAILED, _("The recording could not be converted")),
    (DropState.WAITING, _("Waiting for its hearing")),
    (DropState.LINKED, _("Linked")),
    (DropState.REFUSED, _("Not a recording")),
    (ActState.DRAFT, _("Draft")),
    (ActState.ISSUED, _("Issued")),
    (ActPart.INTRODUCTORY, _("Introductory part")),
    (ActPart.DESCRIPTIVE, _("Descriptive part")),
    (ActPart.REASONING, _("Reasoning part")),
    (ActPart.OPERATIVE, _("Operative part")),
    (ActOutcome.SATISFIED, _("Claim satisfied")),
    (ActOutcome.PARTLY_SATISFIED, _("Claim partly satisfied")),
    (ActOutcome.REFUSED, _("Claim refused")),
    (ActOutcome.TERMINATED, _("Case terminated")),
    (PublicationState.PREPARED, _("Waiting for review")),
    (PublicationState.PUBLISHED, _("Published")),
    (PublicationState.WITHDRAWN, _("Withdrawn")),
    (Refusal.STALE, _("Someone changed this in the meantime. Look at it again, then repeat.")),
    (Refusal.NOT_NOW, _("This cannot be done now: the matter has moved on.")),
    (Refusal.FILE_EMPTY, _("The file %(name)s is empty. Choose the file again.")),
    (Refusal.FILE_TOO_LARGE, _("The file %(name)s is larger than %(limit)s. Make it smaller.")),
    (
        Refusal.FILE_NOT_ALLOWED,
        _("The court does not take files like %(name)s. Hand in PDF, JPEG, PNG or DOCX."),
    ),
    (
        Refusal.FILE_NOT_WHAT_IT_SAYS,
        _("The file %(name)s is not what its name says. Save it as PDF and choose that file."),
    ),
    (Refusal.FILE_ENCRYPTED, _("The file %(name)s has a password. Save it without one.")),
    (Refusal.FILE_DAMAGED, _("The file %(name)s is damaged and cannot be opened.")),
    (
        Refusal.FILE_TOO_MANY_PAGES,
        _("The file %(name)s has more than %(most)s pages. Split it into several files."),
    ),
    (Refusal.TOO_MANY_FILES, _("At most %(most)s files can be attached.")),
    (
        Refusal.FILE_DANGEROUS,
        _("The file %(name)s could do harm when opened. Print it to a new PDF and choose that."),
    ),
    (Refusal.FILING_INCOMPLETE, _("Something is still missing: %(what)s.")),
    (
        Refusal.HEARING_ON_DAY_OFF,
        _("%(day)s is a day off: %(why)s. The next working day is %(next)s."),
    ),
    (Refusal.HEARING_IN_PAST, _("The hearing must lie in the future.")),
    (Refusal.HEARING_OUT_OF_HOURS, _("The court works from %(opens)s to %(closes)s.")),
    (
        Refusal.HEARING_ON_WEEKEND,
        _("%(day)s is a weekend. The next working day is %(next)s."),
    ),
    (
        Refusal.JUDGE_BUSY,
        _("The judge hears case %(number)s from %(begins)s to %(ends)s on that day."),
    ),
    (
        Refusal.ROOM_BUSY,
        _("%(room)s is taken from %(begins)s to %(ends)s on that day (case %(number)s)."),
    ),
    (Refusal.NO_JUDGE_YET, _("The case has no judge yet.")),
    (
        Refusal.STORE_AWAY,
        _("The store of the court's papers does not answer. Nothing was changed: try again later."),
    ),
    (Refusal.ACT_INCOMPLETE, _("The act cannot be issued: %(what)s is empty.")),
    (Refusal.ACT_ALREADY_ISSUED, _("This act has been issued and cannot be changed.")),
    (
        Refusal.ACT_UNPRINTABLE,
        _("The court's paper cannot print these signs: %(signs)s. Replace them."),
    ),
    (Refusal.NAMES_LEFT, _("Personal data is still in the text: %(count)s places.")),
    (Refusal.DOUBTS_OPEN, _("Some doubtful places stay as they are. Look at them and say so.")),
    (Refusal.TEXT_NOT_FOUND, _("These words do not stand in the act, or are replaced already.")),
    (Refusal.NOT_PUBLIC, _("Acts of closed cases and of closed categories are never published.")),
    (
        Refusal.RECORDING_NOT_A_DISC,
        _("This is not a DVD recording. Hand in an ISO file, a VOB file or the files of VIDEO_TS."),
    ),
    (Refusal.RECORDING_ENCRYPTED, _("The disc is copy-protected and cannot be read.")),
    (Refusal.REVEAL_REFUSED, _("The reveal does not fit the log.")),
    (
        Refusal.LOG_NOT_BEGUN,
        _("The public log of draws has not been begun. Ask an administrator."),
    ),
    (
        Refusal.NO_CANDIDATES,
        _("No judge of this court can be drawn now: nobody is on the roster of %(court)s."),
    ),
    (Refusal.TOO_MANY_ATTEMPTS, _("Too many attempts. Wait %(minutes)s minutes and try again.")),
    (Refusal.NO_TIME_LIMIT, _("No time limit is known for this. Ask an administrator.")),
    (Refusal.NO_DUTY_RATE, _("No duty rate is known for this claim. Ask the court's registry.")),
    (Refusal.WRONG_SIGN_IN, _("The name or the password is not right.")),
)

WORDS: dict[tuple[type[StrEnum], StrEnum], LazyString] = {
    (type(code), code): words for code, words in _PAIRS
}
"""By kind and code: two kinds may share a code ("draft") and mean different things."""


def label(code: StrEnum) -> LazyString:
    """Return the words for a code, in the language of whoever reads them."""
    return WORDS[type(code), code]


DEEDS: dict[tuple[Action, str], LazyString] = {
    (Action.FILING_EDIT, "submitted"): _("Claim filed"),
    (Action.FILING_EDIT, "resubmitted"): _("Claim corrected and filed again"),
    (Action.FILING_EDIT, "withdrawn"): _("Claim withdrawn"),
    (Action.FILING_DECIDE, "returned"): _("Claim returned for correction"),
    (Action.CASE_REGISTER, ""): _("Case registered"),
    (Action.CASE_DISTRIBUTE, ""): _("Judge drawn"),
    (Action.CASE_ACCEPT, ""): _("Case taken into proceedings"),
    (Action.HEARING_SET, "set"): _("Hearing set"),
    (Action.HEARING_SET, "moved"): _("Hearing moved"),
    (Action.HEARING_SET, "cancelled"): _("Hearing cancelled"),
    (Action.HEARING_SET, "held"): _("Hearing held"),
    (Action.RECORDING_ADD, ""): _("Recording of the hearing handed in"),
    (Action.ACT_ISSUE, ""): _("Act issued"),
    (Action.PUBLICATION_REVIEW, "published"): _("Act published without names"),
    (Action.PUBLICATION_REVIEW, "withdrawn"): _("Publication of the act withdrawn"),
}
"""What happened, by action and by the fact `change` of its journal line."""
