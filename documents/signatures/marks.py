"""Draws the visible marks of signatures: who, in which office, when, how, and where to check it."""

import hashlib
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import segno
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.layout import (
    AxisAlignment,
    BoxConstraints,
    InnerScaling,
    Margins,
    SimpleBoxLayoutRule,
)
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.stamp import BaseStamp, BaseStampStyle, StaticContentStamp, StaticStampStyle
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from documents.authority import Signatory
from documents.papers.facts import Verification
from documents.papers.letters import SANS, SANS_BOLD, register_fonts
from documents.papers.styles import BRAND, INK, QUIET
from documents.signatures.confirmation import Confirmation
from documents.wording import COURT_TIME, Wording, wording

WIDTH, HEIGHT = 86 * mm, 26 * mm
"""The place that a mark likes best, in points; it is drawn smaller where less is kept free."""
_ESI = HexColor("#4f3a78")
_PADDING = 2 * mm
_WIDEST_CODE = 0.29  # of a narrow mark: the words need the rest
_FILLED = SimpleBoxLayoutRule(
    x_align=AxisAlignment.ALIGN_MIN,
    y_align=AxisAlignment.ALIGN_MIN,
    margins=Margins(left=0, right=0, top=0, bottom=0),
    inner_content_scaling=InnerScaling.NO_SCALING,
)
_SHOWN_DIGITS = 16
_SMALLEST = 4.2
_STEP = 0.1
_LEADING = 1.28


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is to be seen of one signature.

    `field` is the reserved place where it stands. With a `confirmation` the mark says that this
    person confirmed the document by his ESI identifier, and not that he signed it.
    """

    field: str
    language: str
    verification: Verification
    person: str = ""
    """Whose mark it is, and in which office: the signatory himself unless said otherwise."""
    office: str = ""
    confirmation: Confirmation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lines:
    """A mark in words: the heading, the person, and labelled facts, from large to small."""

    heading: str
    person: str
    office: str
    facts: tuple[tuple[str, str], ...]
    colour: Color


@dataclass(frozen=True)
class MarkStyle(BaseStampStyle):
    """A mark in the form in which the signing library asks for one."""

    lines: _Lines | None = None
    address: str = ""

    @classmethod
    def of(
        cls, mark: Mark, signatory: Signatory, certificate: asn1_x509.Certificate, now: datetime
    ) -> Self:
        """The mark of a signature that is made now."""
        words = wording(mark.language)
        return cls(
            lines=_lines(mark, words, signatory, certificate, now), address=mark.verification.url
        )

    def create_stamp(
        self, writer: Any, box: BoxConstraints, text_params: dict[str, Any]
    ) -> BaseStamp:
        del text_params
        if self.lines is None:
            raise TypeError("a mark without words")
        drawn = _Drawn(_drawing(self.lines, self.address, box.width, box.height))
        style = StaticStampStyle(background=drawn, background_layout=_FILLED, border_width=0)
        return StaticContentStamp(writer=writer, style=style, box=box)


class BareCanvas(Canvas):
    """A page that begins without a font: reportlab would select Helvetica, which is not inside."""

    def __init__(self, target: io.BytesIO, width: float, height: float) -> None:
        register_fonts()
        super().__init__(
            target,
            pagesize=(width, height),
            invariant=1,
            initialFontName=SANS,  # type: ignore[arg-type]
        )

    def _make_preamble(self) -> None:
        self._preamble = "1 0 0 1 0 0 cm"


class _Drawn(PdfContent):
    """A one-page PDF as the content of a mark, fonts and all."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        page = self._ensure_writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources.xobject["/Mark"] = page
        left, bottom, right, top = page.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Mark Do"


def _lines(
    mark: Mark,
    words: Wording,
    signatory: Signatory,
    certificate: asn1_x509.Certificate,
    now: datetime,
) -> _Lines:
    def told(key: str) -> str:
        return words.word("mark", key)

    code = (told("code"), mark.verification.code)
    person, office = mark.person or signatory.name, mark.office or signatory.office
    if mark.confirmation is None:
        digest = hashlib.sha256(certificate.dump()).hexdigest()
        return _Lines(
            heading=told("signed"),
            person=person,
            office=office,
            facts=(
                (told("moment"), _clock(now)),
                (told("certificate"), _grouped(digest)),
                code,
            ),
            colour=BRAND,
        )
    return _Lines(
        heading=told("confirmed"),
        person=person,
        office=office,
        facts=(
            (told("moment"), _clock(mark.confirmation.moment)),
            (told("subject"), _grouped(mark.confirmation.subject)),
            (told("session"), mark.confirmation.session),
            (told("receipt"), mark.confirmation.code),
            (told("digest"), _grouped(mark.confirmation.sha256)),
            code,
        ),
        colour=_ESI,
    )


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(COURT_TIME):%d.%m.%Y %H:%M:%S}"


def _grouped(digest: str) -> str:
    shown = digest[:_SHOWN_DIGITS]
    return " ".join(shown[at : at + 4] for at in range(0, len(shown), 4)) + " …"


def _drawing(lines: _Lines, address: str, width: float, height: float) -> bytes:
    target = io.BytesIO()
    canvas = BareCanvas(target, width, height)
    canvas.setFillColor(white)
    canvas.setStrokeColor(lines.colour)
    canvas.setLineWidth(0.9)
    canvas.roundRect(0.6, 0.6, width - 1.2, height - 1.2, 3, fill=1)
    side = min(height - 2 * _PADDING, width * _WIDEST_CODE)
    _draw_code(canvas, address, _PADDING, (height - side) / 2, side)
    left = _PADDING + side + _PADDING
    _draw_words(canvas, lines, left, width - left - _PADDING, height)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _draw_code(canvas: Canvas, address: str, left: float, bottom: float, side: float) -> None:
    """Draw a QR code in squares: it stays sharp at any size."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix_iter(border=0)]
    cell = side / len(rows)
    canvas.setFillColor(INK)
    path = canvas.beginPath()
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                path.rect(left + across * cell, bottom + side - (down + 1) * cell, cell, cell)
    canvas.drawPath(path, stroke=0, fill=1)


def _draw_words(canvas: Canvas, lines: _Lines, left: float, width: float, height: float) -> None:
    """Set the lines under one another in the middle; facts are all of the size that fits most."""
    facts = [f"{label}: {fact}" for label, fact in lines.facts]
    common = min(_fitting(fact, SANS, 6.8, width) for fact in facts)
    heading = lines.heading.upper()
    rows = [
        (heading, SANS_BOLD, _fitting(heading, SANS_BOLD, 6.4, width), lines.colour),
        (lines.person, SANS_BOLD, _fitting(lines.person, SANS_BOLD, 9.6, width), INK),
        (lines.office, SANS, _fitting(lines.office, SANS, 7, width), QUIET),
        *((fact, SANS, common, INK) for fact in facts),
    ]
    rows = [row for row in rows if row[0]]
    tall = sum(size * _LEADING for _, _, size, _ in rows)
    squeeze = min(1.0, (height - 2 * _PADDING + 2) / tall)
    top = (height + tall * squeeze) / 2
    for text, font, size, paint in rows:
        top -= size * _LEADING * squeeze
        canvas.setFillColor(paint)
        canvas.setFont(font, size * squeeze)
        canvas.drawString(left, top + size * 0.3 * squeeze, text)


def _fitting(text: str, font: str, size: float, width: float) -> float:
    while size > _SMALLEST and stringWidth(text, font, size) > width:
        size -= _STEP
    return size
