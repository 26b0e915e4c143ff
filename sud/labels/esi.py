"""The words about the state's identity provider, and for why it did not confirm something."""

from enum import StrEnum

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from sud.errors import Refusal
from sud.models.esi import EsiPurpose

PAIRS: tuple[tuple[StrEnum, LazyString], ...] = (
    (EsiPurpose.SIGN_IN, _("sign in")),
    (EsiPurpose.CONFIRM, _("confirm a document")),
    (Refusal.ESI_OFF, _("This court is not connected with ESI yet. Sign in another way.")),
    (
        Refusal.ESI_NO_NUMBER,
        _("Your account has no personal number (PIN): ESI cannot tell that it is yours."),
    ),
    (Refusal.ESI_AWAY, _("ESI does not answer at this moment. Try again in a few minutes.")),
    (
        Refusal.ESI_UNBELIEVED,
        _("The answer could not be verified as coming from ESI, so it was not taken. Try again."),
    ),
    (
        Refusal.ESI_UNKNOWN,
        _("You did not go to ESI from this account and this browser. Begin again."),
    ),
    (Refusal.ESI_USED, _("This answer of ESI was taken already. It counts once. Begin again.")),
    (
        Refusal.ESI_EXPIRED,
        _("It took too long, or your session at ESI has ended. Begin again."),
    ),
    (Refusal.ESI_CANCELLED, _("You did not confirm at ESI.")),
    (
        Refusal.ESI_OTHER_PERSON,
        _("At ESI another person confirmed than the one whose account this is."),
    ),
    (
        Refusal.ESI_OTHER_DOCUMENT,
        _("ESI confirmed another document than the one you were shown here."),
    ),
    (
        Refusal.ESI_NO_ACCOUNT,
        _(
            "There is no account here with your personal number, or more than one. Sign in with"
            " your user name and password."
        ),
    ),
    (Refusal.ESI_NOT_CONFIRMED, _("You have not confirmed this document with ESI yet.")),
)
