"""Intake: decides what a file handed in from outside really is, and turns away what is no paper."""

from documents.intake.bounds import (
    Bounds,
    Broken,
    End,
    Guard,
    Usage,
    bounded,
    guards,
    measured,
)
from documents.intake.examination import (
    MEDIA_TYPES,
    SUFFIXES,
    Kind,
    Limits,
    Objection,
    Refused,
    Verdict,
    examine,
    tidy_name,
)

__all__ = [
    "MEDIA_TYPES",
    "SUFFIXES",
    "Bounds",
    "Broken",
    "End",
    "Guard",
    "Kind",
    "Limits",
    "Objection",
    "Refused",
    "Usage",
    "Verdict",
    "bounded",
    "examine",
    "guards",
    "measured",
    "tidy_name",
]
