"""Refusals: what the court's verbs will not do, as codes and facts without wording."""

from enum import StrEnum
from typing import Any


class Refusal(StrEnum):
    """Why a verb refused; the words for each are in `sud.labels`."""

    STALE = "stale"
    NOT_NOW = "not_now"
    FILE_EMPTY = "file_empty"
    FILE_TOO_LARGE = "file_too_large"
    FILE_NOT_ALLOWED = "file_not_allowed"
    FILE_NOT_WHAT_IT_SAYS = "file_not_what_it_says"
    FILE_ENCRYPTED = "file_encrypted"
    FILE_DAMAGED = "file_damaged"
    FILE_TOO_MANY_PAGES = "file_too_many_pages"
    FILE_DANGEROUS = "file_dangerous"
    TOO_MANY_FILES = "too_many_files"
    FILING_INCOMPLETE = "filing_incomplete"
    HEARING_ON_DAY_OFF = "hearing_on_day_off"
    HEARING_ON_WEEKEND = "hearing_on_weekend"
    HEARING_IN_PAST = "hearing_in_past"
    HEARING_OUT_OF_HOURS = "hearing_out_of_hours"
    JUDGE_BUSY = "judge_busy"
    ROOM_BUSY = "room_busy"
    NO_JUDGE_YET = "no_judge_yet"
    STORE_AWAY = "store_away"
    ACT_INCOMPLETE = "act_incomplete"
    ACT_ALREADY_ISSUED = "act_already_issued"
    ACT_UNPRINTABLE = "act_unprintable"
    NAMES_LEFT = "names_left"
    DOUBTS_OPEN = "doubts_open"
    TEXT_NOT_FOUND = "text_not_found"
    NOT_PUBLIC = "not_public"
    RECORDING_NOT_A_DISC = "recording_not_a_disc"
    RECORDING_ENCRYPTED = "recording_encrypted"
    REVEAL_REFUSED = "reveal_refused"
    LOG_NOT_BEGUN = "log_not_begun"
    NO_CANDIDATES = "no_candidates"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    WRONG_SIGN_IN = "wrong_sign_in"
    NO_TIME_LIMIT = "no_time_limit"
    NO_DUTY_RATE = "no_duty_rate"
    FILE_NOT_PDF = "file_not_pdf"
    RECUSAL_TOO_LATE = "recusal_too_late"
    RECUSAL_ASKED_BEFORE = "recusal_asked_before"
    RECUSAL_SETTLED = "recusal_settled"
    JUDGE_HAS_LEFT = "judge_has_left"
    CASE_UNKNOWN = "case_unknown"
    RELATION_STATED = "relation_stated"
    RELATION_BACKWARDS = "relation_backwards"
    TIE_UNANSWERED = "tie_unanswered"
    ABSENCE_TOO_SHORT = "absence_too_short"
    NO_OPEN_CASES = "no_open_cases"


class CourtError(Exception):
    """A verb refused; nothing was changed."""

    def __init__(self, code: Refusal, **facts: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts
