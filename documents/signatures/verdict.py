"""What a paper's signatures prove, as plain data, and the code of everything that can be wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Finding(StrEnum):
    """One thing that was noticed about a signed paper; most forbid to rely on it."""

    UNREADABLE = "unreadable"
    """Not a PDF, or one that was damaged or made to mislead its reader."""
    TOO_LARGE = "too_large"
    """More bytes or more signatures than are examined."""
    UNSIGNED = "unsigned"
    DIFFERENT = "different"
    """Not the bytes that were kept."""
    CUT_BACK = "cut_back"
    """An earlier state of the paper that was kept: the last signatures or stamps are missing."""
    ADDED_TO = "added_to"
    """The paper that was kept, and something behind it."""
    EARLIER_COPY = "earlier_copy"
    """The paper as it was issued before its time stamp was renewed."""
    MISSING_SIGNER = "missing_signer"
    STRANGER = "stranger"
    """Somebody signed who was not to."""
    WRONG_ORDER = "wrong_order"
    MALFORMED = "malformed"
    """A signature without the parts that one has to have: nothing can be checked."""
    WRAPPED = "wrapped"
    """A signature covers other bytes than it pretends to."""
    ALTERED = "altered"
    """The signed bytes are not those that were signed."""
    FORGED = "forged"
    """The signature was not made with the key of the certificate."""
    CHANGED = "changed"
    """Something was changed after the signature that must not be."""
    PAGE_CHANGED = "page_changed"
    PAGES_ADDED = "pages_added"
    ANNOTATED = "annotated"
    FIELD_CHANGED = "field_changed"
    TRAILING = "trailing"
    """Bytes behind the end of the paper that no signature covers."""
    STAMP_BROKEN = "stamp_broken"
    """A time stamp over the whole paper does not hold."""
    UNKNOWN_ROOT = "unknown_root"
    REVOKED = "revoked"
    """The certificate was revoked before it signed, or nobody knows which was first."""
    EXPIRED = "expired"
    """The certificate has ended, and no time stamp proves that the signature is older."""
    UNFIT = "unfit"
    """A certificate that is not for signing papers."""
    WEAK = "weak"
    """A digest or a key that can be forged today."""
    UNPROVED = "unproved"
    """Nothing says whether the certificate was revoked."""
    UNSTAMPED = "unstamped"
    """No time stamp over the whole paper: it proves nothing once its certificates have ended."""

    @property
    def blocking(self) -> bool:
        """Whether a paper of which this was found must not be relied on."""
        return self not in {Finding.EARLIER_COPY, Finding.UNSTAMPED}


TAMPERED = frozenset(
    {
        Finding.MALFORMED,
        Finding.WRAPPED,
        Finding.ALTERED,
        Finding.FORGED,
        Finding.CHANGED,
        Finding.PAGE_CHANGED,
        Finding.PAGES_ADDED,
        Finding.ANNOTATED,
        Finding.FIELD_CHANGED,
        Finding.TRAILING,
        Finding.STAMP_BROKEN,
    }
)
"""What says that the paper is not what was signed, whoever signed it."""
CHANGED_AFTER = frozenset(
    {
        Finding.CHANGED,
        Finding.PAGE_CHANGED,
        Finding.PAGES_ADDED,
        Finding.ANNOTATED,
        Finding.FIELD_CHANGED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the house kept of a paper when it was issued.

    Only this notices a paper that was cut back to an earlier revision, whose remaining signatures
    are perfect. `length` is in bytes; `signers` are the SHA-256 of the certificates, in the order
    of signing; `earlier` the SHA-256 of the same paper before its time stamp was renewed.
    """

    sha256: str
    length: int | None = None
    signers: tuple[str, ...] | None = None
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What one signature on a paper says, and whether it can be believed."""

    name: str
    certificate: str
    """The SHA-256 of the signatory's certificate."""
    issuer: str
    signed_at: datetime | None
    """By the time stamp; by the signatory's own word where there is none."""
    stamped: bool = False
    """Whether a time stamp that we trust says so."""
    field: str = ""
    findings: tuple[Finding, ...] = ()
    trusted: bool
    """Whether the certificate leads to an authority that we trust, and was good at that time."""

    @property
    def intact(self) -> bool:
        """Whether the signature holds for the bytes that it covers."""
        return not any(one in TAMPERED - CHANGED_AFTER for one in self.findings)

    @property
    def changed_after(self) -> bool:
        """Whether something was changed later that a later signature does not explain."""
        return any(one in CHANGED_AFTER for one in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a paper's signatures prove.

    `matches` compares with the digest that was kept when the paper was issued (None: none given).
    `lasts_until` is when the last time stamp over the whole paper ends: it must be renewed before.
    """

    sha256: str
    length: int
    readable: bool
    matches: bool | None
    signatures: tuple[SignatureFacts, ...]
    findings: tuple[Finding, ...]
    """Everything that was found, of the paper and of each signature, each once."""
    lasts_until: datetime | None = None

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """Why the paper must not be relied on; empty if it can be."""
        return tuple(one for one in self.findings if one.blocking)

    @property
    def intact(self) -> bool:
        """Whether what was signed is what is here."""
        return (
            bool(self.signatures)
            and self.matches is not False
            and not any(one in TAMPERED for one in self.findings)
        )

    @property
    def trusted(self) -> bool:
        """Whether every signature leads to an authority that we trust."""
        return bool(self.signatures) and all(s.trusted for s in self.signatures)

    @property
    def good(self) -> bool:
        """Whether the paper can be relied on."""
        return self.intact and self.trusted and not self.blocking

    @property
    def signers(self) -> tuple[str, ...]:
        """The SHA-256 of the certificates in the order of signing, as `Expected` keeps them."""
        return tuple(one.certificate for one in self.signatures)


def kept(verdict: Verdict, *, earlier: Sequence[str] = ()) -> Expected:
    """What to keep of a paper that was just found good; `earlier`: digests before re-stamping."""
    return Expected(
        sha256=verdict.sha256,
        length=verdict.length,
        signers=verdict.signers,
        earlier=tuple(earlier),
    )
