"""The words for who signs what, and how."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.models.filing_signatures import SignatureNeed
from sud.models.signing import (
    JointKind,
    SeatRole,
    SeatState,
    SheetKind,
    SheetState,
    SigningWay,
)

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (SheetKind.ACT, _("Act of a court")),
    (SheetKind.JOINT_PAPER, _("Paper of both parties")),
    (SheetKind.MINUTES, _("Minutes of a hearing")),
    (SheetKind.CERTIFIED_COPY, _("Certified copy")),
    (SheetState.OPEN, _("Being signed")),
    (SheetState.FINISHED, _("Signed by all")),
    (SheetState.STOPPED, _("Signing refused")),
    (SeatRole.PARTY, _("Party")),
    (SeatRole.SECRETARY, _("Secretary of the hearing")),
    (SeatRole.CLERK, _("Clerk")),
    (SeatRole.JUDGE, _("Judge")),
    (SeatRole.PRESIDING, _("Presiding judge")),
    (SeatState.WAITS, _("Waits")),
    (SeatState.SIGNED, _("Signed")),
    (SeatState.REFUSED, _("Refused")),
    (SigningWay.DIGITAL, _("Digital signature")),
    (SigningWay.ESI, _("Confirmed by ESI identifier")),
    (SigningWay.HANDWRITTEN, _("Signed by hand, scan certified")),
    (SignatureNeed.REQUIRED, _("A claim is filed only with a signature")),
    (SignatureNeed.TOLD, _("A claim can be filed without a signature, and the clerk is told")),
    (JointKind.SETTLEMENT, _("Settlement agreement")),
    (JointKind.JURISDICTION, _("Agreement on the court")),
    (JointKind.OTHER, _("Another agreement")),
)
