"""Electronic signatures on papers: signing in PAdES form, and saying what a signature proves.

A court of the real world signs with keys of an accredited authority; a driver brings them. With the
local TEST authority the form is the same: PAdES B-LTA, time-stamped, with the chain and its
revocation lists inside, so that it can be checked without a network.
"""

from documents.signatures.confirmation import Confirmation
from documents.signatures.desk import CourtSigner, Signer
from documents.signatures.drivers import Driver, SigningSettings, opened
from documents.signatures.keys import CannotSignError, Reason, SettingsError
from documents.signatures.local_authority import TestAuthority
from documents.signatures.marks import Mark
from documents.signatures.places import Place, reserve, with_sheet
from documents.signatures.trust import Trust, TrustError
from documents.signatures.validation import validate, validate_beside
from documents.signatures.verdict import Expected, Finding, SignatureFacts, Verdict, kept

__all__ = [
    "CannotSignError",
    "Confirmation",
    "CourtSigner",
    "Driver",
    "Expected",
    "Finding",
    "Mark",
    "Place",
    "Reason",
    "SettingsError",
    "SignatureFacts",
    "Signer",
    "SigningSettings",
    "TestAuthority",
    "Trust",
    "TrustError",
    "Verdict",
    "kept",
    "opened",
    "reserve",
    "validate",
    "validate_beside",
    "with_sheet",
]
