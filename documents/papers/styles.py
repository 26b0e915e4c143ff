"""The typography of court papers: measures, colours, and one style for each kind of line."""

from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm

from documents.papers.letters import (
    SANS,
    SANS_BOLD,
    SERIF,
    SERIF_BOLD,
    SERIF_ITALIC,
    register_fonts,
)

# The wide left margin is for the thread: a paper case is sewn.
MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 30 * mm, 15 * mm, 20 * mm, 24 * mm
TEXT_WIDTH = A4[0] - MARGIN_LEFT - MARGIN_RIGHT
TEXT_HEIGHT = A4[1] - MARGIN_TOP - MARGIN_BOTTOM
FOOTER_HEIGHT = 13 * mm

INK = HexColor("#0b0c0c")
QUIET = HexColor("#505a5f")
HAIR = HexColor("#b1b4b6")
BRAND = HexColor("#0f4c5c")
PALE = HexColor("#e8f0f2")
# Opaque: an archival paper has no transparency, and the text is drawn over it.
WATERMARK = HexColor("#e9eff1")


def style(name: str, **changes: Any) -> ParagraphStyle:
    """A paragraph style of the court's papers, with what differs from running text."""
    register_fonts()
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
        "role": "P",
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
ADDRESS = style(
    "address", fontName=SANS, fontSize=8.5, leading=11.5, textColor=QUIET, alignment=TA_CENTER
)
NUMBER = style("number", fontName=SANS_BOLD, fontSize=9.5, leading=13, alignment=TA_RIGHT)
TITLE = style(
    "title",
    fontName=SERIF_BOLD,
    fontSize=21,
    leading=26,
    alignment=TA_CENTER,
    spaceBefore=8,
    role="H1",
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
    role="H2",
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
MARK = style(
    "mark", fontName=SANS_BOLD, fontSize=20, leading=26, alignment=TA_CENTER, spaceBefore=4
)
HEADER_CELL = style("header-cell", fontName=SANS_BOLD, fontSize=8.5, leading=11.5)
CELL = style("cell", fontName=SANS, fontSize=9, leading=12)
CELL_RIGHT = style("cell-right", fontName=SANS, fontSize=9, leading=12, alignment=TA_RIGHT)
HEADER_CELL_RIGHT = style(
    "header-cell-right", fontName=SANS_BOLD, fontSize=8.5, leading=11.5, alignment=TA_RIGHT
)
RECEIPT_TITLE = style(
    "receipt-title",
    fontName=SERIF_BOLD,
    fontSize=17,
    leading=22,
    spaceBefore=8,
    spaceAfter=10,
    role="H1",
)
SECTION = style(
    "section",
    fontName=SERIF_BOLD,
    fontSize=12.5,
    leading=16,
    spaceBefore=14,
    spaceAfter=4,
    role="H2",
)
ITEM = style("item", fontSize=11.5, leading=15.5, spaceAfter=2)
OFFICE = style("office", fontName=SERIF_BOLD, fontSize=10.5, leading=13)
CAPTION = style(
    "caption", fontName=SANS, fontSize=7.5, leading=10, textColor=QUIET, alignment=TA_CENTER
)
AMOUNT = style("amount", fontName=SERIF_BOLD, fontSize=13, leading=16, alignment=TA_RIGHT)
TO = style("to", fontSize=11.5, leading=15, leftIndent=72 * mm)
TO_BOLD = style("to-bold", fontName=SERIF_BOLD, fontSize=12, leading=15.5, leftIndent=72 * mm)
TO_DETAIL = style(
    "to-detail", fontName=SANS, fontSize=9.5, leading=13, textColor=QUIET, leftIndent=72 * mm
)
TO_DAY = style("to-day", fontSize=11, leading=13.5)
BLANK_LABEL = style("blank-label", fontName=SANS, fontSize=9.5, leading=12.5, spaceBefore=6)
POINT = style("point", fontSize=10.5, leading=14, spaceBefore=5)
SPEAKER = style("speaker", fontName=SANS_BOLD, fontSize=9, leading=12.5)
SAID = style("said", fontSize=10.5, leading=14.5, spaceAfter=1)
TIME = style("time", fontName=SANS, fontSize=9, leading=14)
CAPTION_LEFT = style("caption-left", fontName=SANS, fontSize=7.5, leading=10, textColor=QUIET)
TO_LABEL = style(
    "to-label",
    fontName=SANS,
    fontSize=8.5,
    leading=12,
    textColor=QUIET,
    leftIndent=72 * mm,
    spaceBefore=5,
)
HEADING = style(
    "heading",
    fontName=SERIF_BOLD,
    fontSize=15,
    leading=19,
    alignment=TA_CENTER,
    spaceBefore=10,
    role="H1",
)
ABOUT = style("about", fontName=SERIF, fontSize=11.5, leading=15, alignment=TA_CENTER, spaceAfter=8)
SIGNATORY = style("signatory", fontName=SERIF_BOLD, fontSize=11, leading=13.5, alignment=TA_RIGHT)
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
