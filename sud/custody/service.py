"""The verbs of the room, in one list: each stands in the module that is responsible for it."""

from sud.custody.checking import checks
from sud.custody.erasing import (
    erasure_of_url,
    erasures_of,
    waiting_erasures,
)
from sud.custody.masking import Stretch, masking_of_url, maskings_of, waiting_maskings
from sud.custody.retention import (
    Clock,
    Keeping,
    keeping_of,
    note_step,
    recordings_over,
    steps_of,
    steps_possible,
)

__all__ = [
    "Clock",
    "Keeping",
    "Stretch",
    "checks",
    "erasure_of_url",
    "erasures_of",
    "keeping_of",
    "masking_of_url",
    "maskings_of",
    "note_step",
    "recordings_over",
    "steps_of",
    "steps_possible",
    "waiting_erasures",
    "waiting_maskings",
]
