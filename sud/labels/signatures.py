"""The words for what is found of signatures."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from documents.signatures.verdict import Finding
from sud.models.issued import PaperFault

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (Finding.UNREADABLE, _("It is no readable PDF, or it was made to mislead its reader.")),
    (Finding.TOO_LARGE, _("It is too large to be examined.")),
    (Finding.UNSIGNED, _("It bears no signature.")),
    (Finding.DIFFERENT, _("Its bytes are not those of the paper.")),
    (
        Finding.CUT_BACK,
        _("It was cut back: what stands is genuine, but the last signatures are missing."),
    ),
    (Finding.ADDED_TO, _("Something was added behind the genuine paper.")),
    (
        Finding.EARLIER_COPY,
        _("It is the genuine paper as it was before its time stamp was renewed."),
    ),
    (Finding.MISSING_SIGNER, _("The signature of somebody who had signed is missing.")),
    (Finding.STRANGER, _("Somebody signed it who did not sign the paper.")),
    (Finding.WRONG_ORDER, _("The signatures stand in another order.")),
    (Finding.MALFORMED, _("A signature lacks parts that it must have.")),
    (Finding.WRAPPED, _("A signature covers other bytes than it pretends to.")),
    (Finding.ALTERED, _("What was signed has been altered.")),
    (Finding.FORGED, _("A signature is forged: it was not made with the signatory's key.")),
    (Finding.CHANGED, _("It was changed after it was signed.")),
    (Finding.PAGE_CHANGED, _("A page was changed after it was signed.")),
    (Finding.PAGES_ADDED, _("Pages were added after it was signed.")),
    (Finding.ANNOTATED, _("Something was laid over a page after it was signed.")),
    (Finding.FIELD_CHANGED, _("A field was filled in or changed after it was signed.")),
    (Finding.TRAILING, _("It goes on behind its end, where no signature covers it.")),
    (Finding.STAMP_BROKEN, _("A time stamp over the paper does not hold.")),
    (Finding.UNKNOWN_ROOT, _("The signature leads to no authority that the courts trust.")),
    (Finding.REVOKED, _("The signatory's certificate had been revoked.")),
    (
        Finding.EXPIRED,
        _("The signatory's certificate has ended, and no time stamp proves that it still held."),
    ),
    (Finding.UNFIT, _("The certificate is none for signing papers.")),
    (Finding.WEAK, _("The signature was made in a way that can be forged today.")),
    (Finding.UNPROVED, _("Nothing proves that the certificate had not been revoked.")),
    (PaperFault.GONE, _("It is not in the store any more.")),
    (Finding.UNSTAMPED, _("No time stamp says when it was signed.")),
)
