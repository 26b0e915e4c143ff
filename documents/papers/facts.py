"""What several papers have in common: who, where it is verified, where signatures will stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One line of the list of participants; `role` in the words of the paper's language."""

    role: str
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """Where anybody can check the paper: the code as people read it, and the address behind it."""

    code: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """Who certified that a printed copy is true, and when."""

    language: str
    position: str
    name: str
    day: date
    verification: Verification | None = None
    original: str = ""
    """In the words of the paper's language: what the original is and where it lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Who signs a paper: the office as it stands before the name, and the name."""

    office: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """A place kept free for one signature: points from the page's lower left corner.

    `field` is the name that the signature field gets; `page` counts from 0.
    """

    field: str
    page: int
    left: float
    bottom: float
    right: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A finished paper, and where its signatures will stand, in the order of signing."""

    pdf: bytes
    boxes: Sequence[SignatureBox] = ()
