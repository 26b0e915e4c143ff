"""The letters of court papers: the fonts that are embedded, and the signs that they have."""

import io
import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from functools import cache
from importlib import resources
from typing import TypeVar, cast

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

SERIF, SERIF_BOLD, SERIF_ITALIC = "CourtSerif", "CourtSerif-Bold", "CourtSerif-Italic"
SANS, SANS_BOLD = "CourtSans", "CourtSans-Bold"
_FILES = {
    SERIF: "PTF55F.ttf",
    SERIF_BOLD: "PTF75F.ttf",
    SERIF_ITALIC: "PTF56F.ttf",
    SANS: "PTS55F.ttf",
    SANS_BOLD: "PTS75F.ttf",
}
# Signs that carry no ink, whatever a word processor left behind: they would print as boxes.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
Facts = TypeVar("Facts")

_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


class UnprintableError(ValueError):
    """A text has signs that the court's fonts do not have; they are in `signs`, each once."""

    def __init__(self, signs: str) -> None:
        super().__init__(f"no glyph for {', '.join(f'U+{ord(sign):04X}' for sign in signs)}")
        self.signs = signs


@cache
def register_fonts() -> None:
    """Make the court's fonts known to reportlab, once for a process."""
    for name, file in _FILES.items():
        source = resources.files("documents").joinpath("fonts", file)
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(source.read_bytes())))
    pdfmetrics.registerFontFamily(
        SERIF, normal=SERIF, bold=SERIF_BOLD, italic=SERIF_ITALIC, boldItalic=SERIF_BOLD
    )
    pdfmetrics.registerFontFamily(
        SANS, normal=SANS, bold=SANS_BOLD, italic=SANS, boldItalic=SANS_BOLD
    )


def clean(text: str) -> str:
    """The text as it will be printed: composed letters, plain spaces, no invisible signs."""
    composed = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    lines = composed.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()


def unprintable(text: str) -> str:
    """The signs of a text that the court's fonts do not have, each once; a form refuses them."""
    known = _signs()
    return "".join(sorted({sign for sign in clean(text) if sign not in known}))


def printable(text: str) -> str:
    """The text with a question mark for each sign that cannot be printed.

    For what nobody of ours wrote, such as the name of a file, and for what was written down before
    a form could refuse it.
    """
    known = _signs()
    return "".join(sign if sign in known else "?" for sign in clean(text))


def legible(facts: Facts) -> Facts:
    """The facts of a paper with every text in them as it can be printed (see `printable`)."""
    return cast("Facts", _legible(facts))


def _legible(value: object) -> object:
    if isinstance(value, str) and not isinstance(value, Enum):
        return printable(value) if unprintable(value) else value
    if isinstance(value, list | tuple):
        return type(value)(_legible(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        said = {one.name: _legible(getattr(value, one.name)) for one in fields(value)}
        return replace(value, **said)
    return value


@cache
def _signs() -> frozenset[str]:
    register_fonts()
    faces = [cast("TTFont", pdfmetrics.getFont(name)).face for name in _FILES]
    return frozenset({"\n"}) | frozenset.intersection(
        *(frozenset(chr(number) for number in face.charToGlyph if number >= 0x20) for face in faces)  # noqa: PLR2004
    )
