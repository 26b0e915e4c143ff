"""Marks of cover sheets: what their QR says, and how it is told from every other QR."""

import re

from documents import codes

# Letters and figures of QR's own alphabet: the mark stays small, its squares big.
_MARK = "SUD/SHEET/{code}"
_READ = re.compile(r"\s*SUD/SHEET/([0-9A-Z]{16})\s*")


def mark_of(code: str) -> str:
    """Return what the QR of a cover sheet says: its random code and nothing of the case."""
    return _MARK.format(code=code)


def code_in(said: str) -> str | None:
    """Return the code that a QR says, or None if it is none of a cover sheet."""
    found = _READ.fullmatch(said)
    return codes.read_code(found[1]) if found else None
