"""The words for the codes of printed papers, scans, certification and certified copies."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.models.issued import PaperKind, SignerRole
from sud.models.scans import (
    CopyState,
    OriginalForm,
    PartReason,
    PartState,
    RecognitionState,
    ScanState,
)

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (PaperKind.ACT, _("Act of a court")),
    (PaperKind.NOTICE, _("Notice")),
    (PaperKind.SUMMONS, _("Summons")),
    (PaperKind.MINUTES, _("Minutes of a hearing")),
    (PaperKind.RECEIPT, _("Receipt of a claim")),
    (PaperKind.DUTY_RECEIPT, _("Receipt of a payment")),
    (PaperKind.DRAW_PROTOCOL, _("Protocol of a draw")),
    (PaperKind.WRIT, _("Writ of execution")),
    (PaperKind.COVER_LETTER, _("Covering letter")),
    (PaperKind.CERTIFIED_COPY, _("Certified copy")),
    (PaperKind.CERTIFIED_SCAN, _("Certified scan")),
    (PaperKind.INVENTORY, _("Inventory of the file")),
    (PaperKind.JOINT_PAPER, _("Paper of both parties")),
    (SignerRole.JUDGE, _("Judge")),
    (SignerRole.CLERK, _("Clerk")),
    (SignerRole.PARTY, _("Party")),
    (ScanState.WAITING, _("Being read")),
    (ScanState.READ, _("Read")),
    (ScanState.FAILED, _("Could not be read")),
    (PartState.WAITING, _("Waits for a person")),
    (PartState.PLACED, _("In the file")),
    (PartState.SET_ASIDE, _("Set aside")),
    (PartReason.NO_SHEET, _("No readable cover sheet lies before these pages")),
    (PartReason.SHEET_UNKNOWN, _("The code on the sheet is none of this system's")),
    (PartReason.SHEET_USED, _("This cover sheet was used before")),
    (PartReason.SHEET_ELSEWHERE, _("The cover sheet belongs to another court")),
    (PartReason.COUNT_DIFFERS, _("The number of pages is not the one that was said")),
    (PartReason.NO_PAGES, _("Nothing but blank pages lies behind the cover sheet")),
    (OriginalForm.ORIGINAL, _("The original on paper")),
    (OriginalForm.NOTARISED_COPY, _("A copy certified by a notary")),
    (OriginalForm.CERTIFIED_COPY, _("A copy certified by an authority")),
    (OriginalForm.PLAIN_COPY, _("A copy that nobody certified")),
    (RecognitionState.WAITING, _("The text is being recognised")),
    (RecognitionState.DONE, _("Can be searched")),
    (RecognitionState.NO_PROGRAM, _("Cannot be searched: no program here recognises text")),
    (RecognitionState.FAILED, _("Cannot be searched: its text could not be recognised")),
    (CopyState.ASKED, _("Asked for")),
    (CopyState.ISSUED, _("Issued")),
    (CopyState.REFUSED, _("Refused")),
)
