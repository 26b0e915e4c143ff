"""The words of this room's own codes: agreements, steps, faults of lists, what reading remarks."""

from collections.abc import Mapping
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from recordings.titles import Kind, Why
from sud.discs.listing import Heap, Step
from sud.discs.proposing import Agreement
from sud.discs.shelf_list import Fault
from sud.labels import label

AGREEMENTS: Final[Mapping[Agreement, LazyString]] = {
    Agreement.HANDED_IN_FOR: _("the disc was handed in for it"),
    Agreement.CASE_NUMBER: _("the number of the case"),
    Agreement.SAME_DAY: _("the day"),
    Agreement.NEAR_DAY: _("a day close to it"),
    Agreement.SAME_TIME: _("the hour"),
    Agreement.COURTROOM: _("the courtroom"),
}
STEPS: Final[Mapping[Step, LazyString]] = {
    Step.LINK: _("Say which hearing it is"),
    Step.RETRY: _("Try again"),
    Step.LOOK: _("See what to do"),
    Step.RECORDING: _("See what failed"),
    Step.WAIT: _("See how far it is"),
    Step.OPEN: _("Open"),
}
HEAPS: Final[Mapping[Heap, LazyString]] = {
    Heap.PERSON: _("Need a person"),
    Heap.WORK: _("In work"),
    Heap.DONE: _("Done"),
    Heap.ALL: _("All"),
}
KINDS: Final[Mapping[str, LazyString]] = {
    Kind.HEARING.value: _("Recording"),
    Kind.MENU.value: _("Menu of the disc"),
    Kind.TEST.value: _("Test of the camera"),
    Kind.DUPLICATE.value: _("The same as another title"),
}
WHYS: Final[Mapping[str, LazyString]] = {why.value: label(why) for why in Why}
SAID: Final[Mapping[str, LazyString]] = {
    "date": _("Date"),
    "time": _("Time"),
    "court": _("Court"),
    "case": _("Case"),
    "courtroom": _("Courtroom"),
    "part": _("Part"),
    "note": _("Note"),
}
SOURCES: Final[Mapping[str, LazyString]] = {
    "list": _("the list of the shelf"),
    "label": _("the label of the disc"),
    "folder": _("the name of the folder"),
    "file": _("the name of the file"),
    "subtitle": _("the text in the picture"),
    "recorder": _("the clock of the recorder"),
}
FAULTS: Final[Mapping[Fault, LazyString]] = {
    Fault.UNREADABLE: _("This is no table of text. Save it as CSV and hand that in."),
    Fault.NO_NAME_COLUMN: _(
        "No column is headed “Name” or “Path”. The first line must name the columns."
    ),
    Fault.COLUMN_TWICE: _("Two columns have the same heading."),
    Fault.EMPTY: _("There is no line with a disc."),
    Fault.TOO_LONG: _("The list is too long. Split it."),
    Fault.NAME_MISSING: _("The name of the disc is missing."),
    Fault.NAME_TWICE: _("This disc stands in the list twice."),
    Fault.COURT_UNKNOWN: _("No court has this code or name."),
    Fault.COURT_NOT_YOURS: _("This is another court: its discs are not yours to hand in."),
    Fault.CASE_UNREADABLE: _("This is no number of a case. Write it like ГД-319/26-Т5."),
    Fault.DAY_UNREADABLE: _("This is no date. Write it like 12.03.2026."),
    Fault.PART_UNREADABLE: _("This is no number of a part. Write 1, 2, 3."),
}
REMARKS: Final[Mapping[str, LazyString]] = {
    "ifo_bad": _("The table of contents is damaged."),
    "bad": _("A table of the disc is damaged: %(what)s."),
    "missing": _("A table of the disc is missing: %(what)s."),
    "bup_used": _("The second copy of the table of contents was used."),
    "headless": _("The beginning of the image is lost; the recordings were found without it."),
    "encrypted": _("A part of it is copy-protected and cannot be read."),
    "unplayable": _("A file that cannot be played: %(what)s."),
    "carved": _("The file system is lost; the recordings were found without it."),
}
"""What reading noticed; a remark without words here is for engineers and is not shown."""


def remark_words(remark: str) -> str:
    """Return what a remark of the workshop says to people; nothing where it is for engineers."""
    code, _colon, what = remark.partition(":")
    return str(REMARKS[code]) % {"what": what} if code in REMARKS else ""
