"""The sheet under every court paper: page frame, footer, lines, tables, QR mark, PDF bytes.

What is written on the sheet is decided by the papers; here it only becomes an archival PDF whose
bytes depend on nothing but what was handed in.
"""

import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

import segno
from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    KeepTogether,
    PageTemplate,
    Paragraph,
    Table,
    TableStyle,
)

from documents.archival import Attachment, Element, Properties, archival
from documents.papers.facts import Printed, SignatureBox
from documents.papers.letters import (
    SANS,
    SANS_BOLD,
    SERIF,
    UnprintableError,
    clean,
    register_fonts,
    unprintable,
)
from documents.papers.styles import (
    FOOTER_HEIGHT,
    HAIR,
    INK,
    MARGIN_BOTTOM,
    MARGIN_LEFT,
    MARGIN_RIGHT,
    QUIET,
    TEXT,
    TEXT_HEIGHT,
    TEXT_WIDTH,
    WATERMARK,
)

CREATOR = "AIS Sud"

# What must not part at the end of a line: "1 000", "№ 5", "А. Б. Асанов", "10 күн", "5 дней".
_BOUND = re.compile(
    r"(?<=\d) (?=\d{3}\b)|(?<=№) (?=\S)|(?<=\b[А-ЯЁҢӨҮ]\.) (?=[А-ЯЁҢӨҮ])|(?<=\d) (?=[%–—])"
    r"|(?<=\b[А-ЯЁҢӨҮ][а-яёңөү]\.) (?=[А-ЯЁҢӨҮ])|(?<=\d) (?=(?:сом|тыйын|г\.|ж\.))"
)
_LEAST_LINES = 3
"""How many lines of text at least go to the last page with the signatures."""


class _Line(Paragraph):
    """A paragraph that tells the file what it is, so that a machine can read the page aloud."""

    canv: "_CourtCanvas"

    def draw(self) -> None:
        with self.canv.tagged(getattr(self.style, "role", "P")):
            super().draw()


def line(text: str, look: ParagraphStyle) -> Paragraph:
    """One paragraph of plain text: nothing in it is read as mark-up.

    Raises UnprintableError for signs that the court's fonts do not have.
    """
    signs = unprintable(text)
    if signs:
        raise UnprintableError(signs)
    bound = _BOUND.sub("\N{NO-BREAK SPACE}", clean(text).replace("\n", " "))
    return _Line(escape(bound), look)


def name(text: str, look: ParagraphStyle, width: float) -> Paragraph:
    """A name in a column: a double surname too long for it goes on after its hyphen."""
    words = [
        word.replace("-", "- ") if stringWidth(word, look.fontName, look.fontSize) > width else word
        for word in text.split(" ")
    ]
    return line(" ".join(words), look)


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


class _Columns(Table):
    """A table whose rows stay whole, unless one is taller than any page could hold."""

    _rowHeights: list[float]  # noqa: N815 - reportlab's name

    def split(self, width: float, height: float) -> list[Flowable]:
        self.wrap(width, height)
        self.splitInRow = int(max(self._rowHeights) > TEXT_HEIGHT / 2)
        return super().split(width, height)


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
    return _Columns(
        [list(row) for row in rows],
        colWidths=list(widths),
        hAlign="LEFT",
        repeatRows=repeat,
        style=TableStyle([*base, *commands]),
    )


class Ending(KeepTogether):
    """The last paragraph with what must follow it: signatures never stand alone on a page.

    A sheet that carries a signature and no text could be sewn to another act.
    """

    _content: list[Flowable]
    _H: float

    def __init__(self, last: Flowable, after: Sequence[Flowable]) -> None:
        super().__init__([last, *after])

    def split(self, width: float, height: float) -> list[Flowable]:
        last, *after = self._content
        self.wrap(width, height)
        if isinstance(last, Paragraph) and height < self._H:
            # As much of the paragraph as fits stays here, the rest goes along with the signatures.
            whole = last.wrap(width, TEXT_HEIGHT)[1]
            room = min(height, whole - (_LEAST_LINES - 0.5) * last.style.leading)
            parts = last.split(width, room) if room > 0 else []
            if len(parts) == 2:  # noqa: PLR2004 - what stays and what goes
                return [parts[0], Ending(parts[1], after)]
        return super().split(width, height)


class QrMark(Flowable):
    """A QR code drawn as rectangles: sharp at every size and without a picture to embed."""

    canv: "_CourtCanvas"

    def __init__(self, content: str, side: float, *, error: str = "m") -> None:
        super().__init__()
        self._content = content
        self._matrix = [bytes(row) for row in segno.make_qr(content, error=error).matrix]
        self.width = self.height = side

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        with self.canv.tagged("Figure", alt=self._content):
            self._draw_modules()

    def _draw_modules(self) -> None:
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


class Kept(Flowable):
    """A place kept free for one signature above a thin line; told to whoever signs the paper."""

    canv: "_CourtCanvas"

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.keep(self.width, self.height)
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.5)
        self.canv.line(0, 0, self.width, 0)


class Lines(Flowable):
    """Empty lines to be filled in by hand."""

    def __init__(self, count: int, *, height: float = 21, width: float = TEXT_WIDTH) -> None:
        super().__init__()
        self._count, self._step, self.width = count, height, width

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        self.width = min(self.width, width)
        return self.width, self._count * self._step

    def split(self, _width: float, height: float) -> list[Flowable]:
        here = min(int(height // self._step), self._count - 2)
        if here < 2:  # noqa: PLR2004 - one line alone is nobody's room to write
            return []
        return [
            Lines(count, height=self._step, width=self.width)
            for count in (here, self._count - here)
        ]

    def draw(self) -> None:
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.5)
        for place in range(self._count):
            self.canv.line(0, place * self._step + 1, self.width, place * self._step + 1)


class Boxes(Flowable):
    """A row of boxes, one for each sign that is written in by hand."""

    _SIDE = 14.7

    def __init__(self, count: int) -> None:
        super().__init__()
        self._count = count
        self.width, self.height = count * self._SIDE, self._SIDE + 4

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.5)
        for place in range(self._count):
            self.canv.rect(place * self._SIDE, 1, self._SIDE, self._SIDE)


class CutLine(Flowable):
    """A dashed line along which a counterfoil is cut off."""

    def __init__(self, width: float) -> None:
        super().__init__()
        self.width, self.height = width, 1

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(QUIET)
        self.canv.setLineWidth(0.6)
        self.canv.setDash(3, 3)
        self.canv.line(0, 0, self.width, 0)
        self.canv.setDash()


class Tick(Flowable):
    """An empty box to be ticked by hand."""

    def __init__(self, side: float) -> None:
        super().__init__()
        self.width = self.height = side

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.setStrokeColor(INK)
        self.canv.setLineWidth(0.7)
        self.canv.rect(0, 0, self.width, self.height)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What surrounds a paper's text: its properties, footer and watermark."""

    title: str
    author: str
    subject: str
    language: str
    made: datetime
    footer: str
    code: str = ""
    watermark: str = ""
    numbered: bool = True
    """Whether its pages are counted; a sheet that is added to another paper has no count."""
    attachment: Attachment | None = None


class BareCanvas(Canvas):
    """A canvas that lists no font but those that are used."""

    def _make_preamble(self) -> None:
        # reportlab would select Helvetica on every page, and a font that is selected is listed.
        self._preamble = "1 0 0 1 0 0 cm"


class _CourtCanvas(BareCanvas):
    """Holds pages back until their number is known; notes what is drawn where."""

    _code: list[str]

    def __init__(self, *args: Any, sheet: Sheet, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._sheet = sheet
        self._held: list[dict[str, Any]] = []
        self._inside = False
        self._numbers: Counter[int] = Counter()
        self.elements: list[Element] = []
        self.boxes: list[SignatureBox] = []

    @contextmanager
    def tagged(self, role: str, *, alt: str = "") -> Iterator[None]:
        """Mark what is drawn meanwhile as an element of the text."""
        page = self.getPageNumber() - 1
        number = self._numbers[page]
        self._numbers[page] += 1
        self.elements.append(Element(role=role, page=page, number=number, alt=alt))
        with self._marked(f"/{role} <</MCID {number}>> BDC"):
            yield

    @contextmanager
    def _marked(self, opening: str) -> Iterator[None]:
        self._code.append(opening)
        self._inside = True
        yield
        self._inside = False
        self._code.append("EMC")

    def keep(self, width: float, height: float) -> None:
        """Note that a signature will stand here."""
        left, bottom = self.absolutePosition(0, 0)
        self.boxes.append(
            SignatureBox(
                field=f"Signature{len(self.boxes) + 1}",
                page=self.getPageNumber() - 1,
                left=round(left, 2),
                bottom=round(bottom, 2),
                right=round(left + width, 2),
                top=round(bottom + height, 2),
            )
        )

    # Every stroke that belongs to no element is decoration, and must say so.

    def line(self, *args: Any, **settings: Any) -> None:
        self._decorate(super().line, *args, **settings)

    def rect(self, *args: Any, **settings: Any) -> None:
        self._decorate(super().rect, *args, **settings)

    def _decorate(self, draw: Callable[..., None], *args: Any, **settings: Any) -> None:
        if self._inside:
            draw(*args, **settings)
        else:
            with self._marked("/Artifact BMC"):
                draw(*args, **settings)

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
        baseline, right = FOOTER_HEIGHT, A4[0] - MARGIN_RIGHT
        self.saveState()
        self.setStrokeColor(HAIR)
        self.setLineWidth(0.5)
        self.line(MARGIN_LEFT, baseline + 11, right, baseline + 11)
        with self._marked("/Artifact BMC"):
            self.setFillColor(QUIET)
            self.setFont(SANS, 8)
            self.drawString(MARGIN_LEFT, baseline, self._sheet.footer)
            self.drawCentredString((MARGIN_LEFT + right) / 2, baseline, self._sheet.code)
            if self._sheet.numbered:
                self.drawRightString(right, baseline, f"{number} / {pages}")
        self.restoreState()

    def draw_watermark(self, word: str) -> None:
        """Write a word across the page, under its text."""
        self.saveState()
        with self._marked("/Artifact BMC"):
            self.setFillColor(WATERMARK)
            self.setFont(SANS_BOLD, 92)
            self.translate(A4[0] / 2, A4[1] / 2)
            self.rotate(52)
            self.drawCentredString(0, -30, word)
        self.restoreState()


def print_paper(story: Sequence[Flowable], sheet: Sheet) -> Printed:
    """The finished paper: PDF/A-3b, the same bytes for the same facts."""
    register_fonts()
    for text in (sheet.footer, sheet.code, sheet.watermark):
        if signs := unprintable(text):
            raise UnprintableError(signs)
    target = io.BytesIO()

    def begin_page(canvas: Canvas, _template: BaseDocTemplate) -> None:
        if sheet.watermark and isinstance(canvas, _CourtCanvas):
            canvas.draw_watermark(sheet.watermark)

    frame = Frame(
        MARGIN_LEFT,
        MARGIN_BOTTOM,
        TEXT_WIDTH,
        TEXT_HEIGHT,
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
        pageCompression=0,
        initialFontName=SERIF,
    )
    made: list[_CourtCanvas] = []

    def canvas(*args: Any, **settings: Any) -> Canvas:
        made.append(_CourtCanvas(*args, sheet=sheet, **settings))
        return made[-1]

    template.build(list(story), canvasmaker=canvas)
    (drawn,) = made
    pdf = archival(
        target.getvalue(),
        Properties(
            title=clean(sheet.title),
            author=clean(sheet.author),
            subject=clean(sheet.subject),
            language=sheet.language,
            made=sheet.made.astimezone(UTC),
            creator=CREATOR,
        ),
        elements=drawn.elements,
        attachment=sheet.attachment,
    )
    return Printed(pdf=pdf, boxes=tuple(drawn.boxes))
