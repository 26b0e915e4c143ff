"""Terms: what the court takes, why it turns a file away, and what it finds in one that it takes."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Kind(StrEnum):
    """The papers a court takes."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    DOCX = "docx"


class Objection(StrEnum):
    """Why a file is turned away."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNSUPPORTED = "unsupported"
    MISMATCH = "mismatch"
    ENCRYPTED = "encrypted"
    TOO_MANY_PAGES = "too_many_pages"
    BOMB = "bomb"
    """Reading it would take far more of the machine than its length tells."""
    MACROS = "macros"
    """It runs programs when it is opened, and needs no reader's consent or only a careless one."""
    TWO_IN_ONE = "two_in_one"
    """It is another file for another reader."""
    DAMAGED = "damaged"
    INFECTED = "infected"
    UNSCANNED = "unscanned"
    """The scanner that was to look at it gave no clear answer."""


class Finding(StrEnum):
    """What a paper holds beside what it shows; the view copy has none of it."""

    SCRIPT = "script"
    LAUNCH = "launch"
    IMPORT = "import"
    SUBMIT = "submit"
    ATTACHMENT = "attachment"
    FORM = "form"
    MEDIA = "media"
    EXTERNAL = "external"
    TAIL = "tail"
    SIGNATURE = "signature"


HARMLESS: Final = frozenset({Finding.SIGNATURE})
"""Found, told, and nothing to be warned of."""


class Refused(Exception):  # noqa: N818 - the court's word for it
    """A file was turned away; the facts are numbers and kinds, never the file's content."""

    def __init__(self, code: Objection, **facts: Any) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a paper may cost to read; sizes in bytes, time in seconds of one processor."""

    size: int = 50 * 1024 * 1024
    pages: int = 2_000
    pixels: int = 100_000_000
    unpacked: int = 200 * 1024 * 1024
    ratio: int = 100
    entries: int = 5_000
    memory: int = 640 * 1024 * 1024
    seconds: int = 15
