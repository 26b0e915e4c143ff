"""The sheet under every court paper: fonts, styles, page frame, footer, QR mark, PDF bytes.

What is written on the sheet is decided in `layout`; here it only becomes a PDF whose fonts are all
inside it and whose bytes depend on nothing but what was handed in.
"""

import io
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any, cast
from xml.sax.saxutils import escape

import segno
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

# The wide left margin is for the thread: a paper case is sewn.
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 30 * mm, 15 * mm, 20 * mm, 24 * mm
TEXT_WIDTH = A4[0] - MARGIN_LEFT - MARGIN_RIGHT
FOOTER_HEIGHT = 13 * mm

INK = HexColor("#0b0c0c")
QUIET = HexColor("#505a5f")
HAIR = HexColor("#b1b4b6")
BRAND = HexColor("#0f4c5c")
PALE = HexColor("#e8f0f2")
WATERMARK = Color(0.06, 0.30, 0.36, alpha=0.09)

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
# What must not part at the end of a line: "1 000", "№ 5", "А. Б. Асанов".
_BOUND = re.compile(r"(?<=\d) (?=\d{3}\b)|(?<=№) (?=\d)|(?<=\b[А-ЯЁҢӨҮ]\.) (?=[А-ЯЁҢӨҮ])")
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")


@cache
def _register_fonts() -> None:
    for name, file in _FILES.items():
        source = resources.files(__package__).joinpath("fonts", file)
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
    _register_fonts()
    known = cast("TTFont", pdfmetrics.getFont(SERIF)).face.charToGlyph
    missing = {sign for sign in clean(text) if sign != "\n" and ord(sign) not in known}
    return "".join(sorted(missing))


def style(name: str, **changes: Any) -> ParagraphStyle:
    """A paragraph style of the court's papers, with what differs from running text."""
    _register_fonts()
    base: dict[str, Any] = {
        "fontName": SERIF,
        "fontSize": 11.5,
        "leading": 16.2,
        "textColor": INK,
        "allowWidows": 0,
        "allowOrphans": 0,
        "splitLongWords": 1,
        "uriWasteReduce": 0.3,
        "bulletFontName": SERIF,
    }
    return ParagraphStyle(name, **(base | changes))


# Ragged on the right: without hyphenation, Kyrgyz words are too long to be justified decently.
TEXT = style("text", firstLineIndent=10 * mm, spaceAfter=3)
INSTITUTION = style(
    "institution",
    fontName=SANS,
    fontSize=8.5,
    leading=12,
    textColor=QUIET,
    alignment=TA_CENTER,
    spaceAfter=1,
)
COURT = style(
    "court", fontName=SERIF_BOLD, fontSize=13.5, leading=17, textColor=BRAND, alignment=TA_CENTER
)
NUMBER = style("number", fontName=SANS_BOLD, fontSize=9.5, leading=13, alignment=TA_RIGHT)
TITLE = style(
    "title", fontName=SERIF_BOLD, fontSize=21, leading=26, alignment=TA_CENTER, spaceBefore=8
)
SUBTITLE = style(
    "subtitle", fontName=SERIF, fontSize=11, leading=15, alignment=TA_CENTER, spaceAfter=2
)
FORMULA = style(
    "formula",
    fontName=SERIF_BOLD,
    fontSize=12.5,
    leading=17,
    alignment=TA_CENTER,
    spaceBefore=10,
    spaceAfter=6,
    keepWithNext=1,
)
PLACE = style("place", leading=16)
PLACE_RIGHT = style("place-right", leading=16, alignment=TA_RIGHT)
LABEL = style("label", fontName=SANS, fontSize=9, leading=14.5, textColor=QUIET)
VALUE = style("value", fontSize=11, leading=14.5)
VALUE_BOLD = style("value-bold", fontName=SERIF_BOLD, fontSize=11, leading=14.5)
DETAIL = style("detail", fontName=SANS, fontSize=8.5, leading=11.5, textColor=QUIET)
NOTE = style("note", fontName=SERIF_ITALIC, fontSize=10.5, leading=14.5, spaceBefore=8)
SMALL = style("small", fontName=SANS, fontSize=8.5, leading=11.5, textColor=QUIET)
SMALL_BOLD = style("small-bold", fontName=SANS_BOLD, fontSize=9, leading=12.5)
CODE = style("code", fontName=SANS_BOLD, fontSize=12.5, leading=16, textColor=BRAND)
HEADER_CELL = style("header-cell", fontName=SANS_BOLD, fontSize=8.5, leading=11.5)
CELL = style("cell", fontName=SANS, fontSize=9, leading=12)
CELL_RIGHT = style("cell-right", fontName=SANS, fontSize=9, leading=12, alignment=TA_RIGHT)
HEADER_CELL_RIGHT = style(
    "header-cell-right", fontName=SANS_BOLD, fontSize=8.5, leading=11.5, alignment=TA_RIGHT
)
RECEIPT_TITLE = style(
    "receipt-title", fontName=SERIF_BOLD, fontSize=17, leading=22, spaceBefore=8, spaceAfter=10
)
SECTION = style(
    "section", fontName=SERIF_BOLD, fontSize=12.5, leading=16, spaceBefore=14, spaceAfter=4
)
SIGNED = style("signed", fontName=SANS, fontSize=8.5, leading=11, textColor=QUIET)
SIGNATORY = style("signatory", fontName=SERIF_BOLD, fontSize=11, leading=14.5, alignment=TA_RIGHT)
DIGEST = style("digest", fontName=SANS, fontSize=8, leading=11, textColor=QUIET)
DIGEST_RIGHT = style(
    "digest-right", fontName=SANS, fontSize=7.5, leading=10, textColor=QUIET, alignment=TA_RIGHT
)
NOTICE = style(
    "notice",
    fontName=SANS,
    fontSize=9,
    leading=12.5,
    textColor=BRAND,
    borderColor=BRAND,
    borderWidth=0.6,
    borderPadding=(5, 7, 6, 7),
    leftIndent=7,
    rightIndent=7,
    spaceBefore=4,
    spaceAfter=12,
)


def line(text: str, look: ParagraphStyle) -> Paragraph:
    """One paragraph of plain text: nothing in it is read as mark-up."""
    bound = _BOUND.sub("\N{NO-BREAK SPACE}", clean(text).replace("\n", " "))
    return Paragraph(escape(bound), look)


def paragraphs(text: str, look: ParagraphStyle = TEXT) -> list[Flowable]:
    """The paragraphs of a text; each line that is not empty is one."""
    return [line(part, look) for part in clean(text).split("\n") if part]


def rule(
    *, thickness: float = 0.5, color: Color = HAIR, before: float = 4, after: float = 6
) -> Flowable:
    """A thin line across the text."""
    return HRFlowable(
        width="100%", thickness=thickness, color=color, spaceBefore=before, spaceAfter=after
    )


def columns(
    rows: Sequence[Sequence[Flowable | list[Flowable] | str]],
    widths: Sequence[float],
    *commands: tuple[Any, ...],
    repeat: int = 0,
) -> Table:
    """Cells side by side without padding of their own, so that they align with running text."""
    base = [
        ("FONTNAME", (0, 0), (-1, -1), SANS),  # or Helvetica is listed in the file, unembedded
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
    ]
    return Table(
        [list(row) for row in rows],
        colWidths=list(widths),
        hAlign="LEFT",
        repeatRows=repeat,
        style=TableStyle([*base, *commands]),
    )


class QrMark(Flowable):
    """A QR code drawn as rectangles: sharp at every size and without a picture to embed."""

    def __init__(self, content: str, side: float) -> None:
        super().__init__()
        self._matrix = [bytes(row) for row in segno.make_qr(content, error="m").matrix]
        self.width = self.height = side

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        module = self.width / len(self._matrix)
        self.canv.setFillColor(INK)
        for top, row in enumerate(self._matrix):
            for run in re.finditer(rb"\x01+", row):
                # A hair of overlap: viewers show seams between rectangles that only touch.
                self.canv.rect(
                    run.start() * module,
                    self.height - (top + 1) * module,
                    (run.end() - run.start()) * module + 0.02,
                    module + 0.02,
                    stroke=0,
                    fill=1,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What surrounds a paper's text: its properties, footer and watermark."""

    title: str
    author: str
    subject: str
    language: str
    made: datetime
    footer: Callable[[int, int], str]
    footer_right: str = ""
    watermark: str = ""


class _CountedCanvas(Canvas):
    """Holds pages back until their number is known, and leaves no stray font in the file."""

    def __init__(self, *args: Any, sheet: Sheet, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sheet = sheet
        self._held: list[dict[str, Any]] = []
        self.setTitle(sheet.title)
        self.setAuthor(sheet.author)
        self.setSubject(sheet.subject)
        self.setCreator("AIS Sud")
        self.setViewerPreference("DisplayDocTitle", "true")
        made = sheet.made.astimezone(UTC)
        self.setDateFormatter(lambda *_: f"D:{made:%Y%m%d%H%M%S}+00'00'")

    def _make_preamble(self) -> None:
        # reportlab would select Helvetica on every page, and a font that is selected is listed.
        self._preamble = "1 0 0 1 0 0 cm"

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._held.append(dict(self.__dict__))
        self._startPage()  # type: ignore[attr-defined]

    def save(self) -> None:
        pages = len(self._held)
        for number, state in enumerate(self._held, 1):
            self.__dict__.update(state)
            self._draw_footer(number, pages)
            super().showPage()
        super().save()

    def _draw_footer(self, number: int, pages: int) -> None:
        baseline = FOOTER_HEIGHT
        self.saveState()
        self.setStrokeColor(HAIR)
        self.setLineWidth(0.5)
        self.line(MARGIN_LEFT, baseline + 11, A4[0] - MARGIN_RIGHT, baseline + 11)
        self.setFillColor(QUIET)
        self.setFont(SANS, 8)
        self.drawString(MARGIN_LEFT, baseline, self._sheet.footer(number, pages))
        self.drawRightString(A4[0] - MARGIN_RIGHT, baseline, self._sheet.footer_right)
        self.restoreState()


def _watermark(canvas: Canvas, word: str) -> None:
    canvas.saveState()
    canvas.setFillColor(WATERMARK)
    canvas.setFont(SANS_BOLD, 92)
    canvas.translate(A4[0] / 2, A4[1] / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -30, word)
    canvas.restoreState()


def print_paper(story: Sequence[Flowable], sheet: Sheet) -> bytes:
    """The finished PDF."""
    _register_fonts()
    target = io.BytesIO()

    def begin_page(canvas: Canvas, _template: BaseDocTemplate) -> None:
        if sheet.watermark:
            _watermark(canvas, sheet.watermark)

    frame = Frame(
        MARGIN_LEFT,
        MARGIN_BOTTOM,
        TEXT_WIDTH,
        A4[1] - MARGIN_TOP - MARGIN_BOTTOM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    template = BaseDocTemplate(
        target,
        pagesize=A4,
        pageTemplates=[PageTemplate(frames=[frame], onPage=begin_page)],
        invariant=1,
        pageCompression=1,
        lang=sheet.language,
        initialFontName=SERIF,
        title=sheet.title,
        author=sheet.author,
        subject=sheet.subject,
    )

    def canvas(*args: Any, **settings: Any) -> Canvas:
        return _CountedCanvas(*args, sheet=sheet, **settings)

    template.build(list(story), canvasmaker=canvas)
    return target.getvalue()
