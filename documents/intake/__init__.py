"""Intake: decides what a file handed in from outside really is, and turns away what is no paper."""

from documents.intake.bounds import Bounds, Broken, End, Guard, Usage, bounded, guards, measured
from documents.intake.examination import MEDIA_TYPES, SUFFIXES, Verdict, examine, tidy_name
from documents.intake.malware import Clamd, Scanner, ScannerState, UnclearError
from documents.intake.terms import HARMLESS, Finding, Kind, Limits, Objection, Refused
from documents.intake.viewing import View, view_of

__all__ = [
    "HARMLESS",
    "MEDIA_TYPES",
    "SUFFIXES",
    "Bounds",
    "Broken",
    "Clamd",
    "End",
    "Finding",
    "Guard",
    "Kind",
    "Limits",
    "Objection",
    "Refused",
    "Scanner",
    "ScannerState",
    "UnclearError",
    "Usage",
    "Verdict",
    "View",
    "bounded",
    "examine",
    "guards",
    "measured",
    "tidy_name",
    "view_of",
]
