"""Doubles: tells files that are two files at once, each for another reader."""

from pathlib import Path
from typing import Final

_HEAD: Final = 1024
"""Readers look so far for the beginning of a PDF."""


def is_pdf_too(path: str) -> bool:
    """Tell whether a reader of PDFs would find one here."""
    with Path(path).open("rb") as file:
        return b"%PDF-" in file.read(_HEAD)
