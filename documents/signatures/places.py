"""Keeps places free for visible marks: on the paper where it has them, else on a sheet behind it.

Places are reserved before the first signature: afterwards nothing may be added to a paper, and
filling a reserved place is the one change that leaves earlier signatures good.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pikepdf
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigFieldSpec, append_signature_field
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from documents.papers.facts import Printed, SignatureBox
from documents.papers.letters import SANS, SERIF_BOLD
from documents.papers.styles import HAIR, INK, MARGIN_LEFT, MARGIN_RIGHT, QUIET
from documents.signatures.keys import CannotSignError, Reason
from documents.signatures.marks import HEIGHT, BareCanvas
from documents.signatures.revision import Revision
from documents.wording import wording

_COLUMNS = 2
_GAP = 4 * mm
_LABEL_HEIGHT = 6 * mm
_HEAD = 58 * mm
_FOOT = 24 * mm
_DIGITS_IN_LINE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place on the sheet: the name of its field, and whose it is, as it stands above it."""

    field: str
    whose: str


def reserve(pdf: bytes, boxes: Sequence[SignatureBox]) -> bytes:
    """The paper with an empty place for a signature in each box.

    Raises:
        CannotSignError: the paper is signed already, has such a place already, or cannot be read.

    """
    if not boxes:
        return pdf
    output = io.BytesIO()
    try:
        writer = Revision.of(pdf)
        if writer.signed:
            raise CannotSignError(Reason.PAPER_REFUSED, "the paper is signed already")
        for box in boxes:
            append_signature_field(
                writer,
                SigFieldSpec(
                    box.field,
                    on_page=box.page,
                    box=(round(box.left), round(box.bottom), round(box.right), round(box.top)),
                ),
            )
        writer.write(output)  # type: ignore[no-untyped-call]
    except PdfError as error:
        raise CannotSignError(Reason.PAPER_REFUSED, str(error)) from error
    return output.getvalue()


def with_sheet(pdf: bytes, places: Sequence[Place], *, language: str) -> Printed:
    """The paper with a sheet of empty places behind it; `reserve` is done already.

    The sheet names the digest of the paper as it came: what was signed can be told from it.

    Raises:
        CannotSignError: the paper cannot be read, or is signed already: it must not be rewritten.

    """
    digest = hashlib.sha256(pdf).hexdigest()
    output = io.BytesIO()
    try:
        with pikepdf.open(io.BytesIO(pdf)) as paper:
            if "/AcroForm" in paper.Root and _signed(paper):
                raise CannotSignError(Reason.PAPER_REFUSED, "the paper is signed already")
            before = len(paper.pages)
            drawn, boxes = _sheets(places, language, digest, first=before)
            with pikepdf.open(io.BytesIO(drawn)) as sheets:
                paper.pages.extend(sheets.pages)
                paper.save(output, deterministic_id=True)
    except pikepdf.PdfError as error:
        raise CannotSignError(Reason.PAPER_REFUSED, str(error)) from error
    return Printed(pdf=reserve(output.getvalue(), boxes), boxes=boxes)


def _signed(paper: pikepdf.Pdf) -> bool:
    return any(
        field.get("/FT") == pikepdf.Name.Sig and "/V" in field
        for field in paper.Root.AcroForm.get("/Fields", pikepdf.Array())
    )


def _sheets(
    places: Sequence[Place], language: str, digest: str, *, first: int
) -> tuple[bytes, tuple[SignatureBox, ...]]:
    words = wording(language)
    target = io.BytesIO()
    canvas = BareCanvas(target, *A4)
    width = (A4[0] - MARGIN_LEFT - MARGIN_RIGHT - (_COLUMNS - 1) * _GAP) / _COLUMNS
    row = HEIGHT + _LABEL_HEIGHT + _GAP
    on_page = _COLUMNS * int((A4[1] - _HEAD - _FOOT) // row)
    boxes: list[SignatureBox] = []
    for at, place in enumerate(places):
        nth = at % on_page
        if nth == 0:
            if at:
                canvas.showPage()
            _draw_head(canvas, words.sections["mark"], digest)
        left = MARGIN_LEFT + (nth % _COLUMNS) * (width + _GAP)
        top = A4[1] - _HEAD - (nth // _COLUMNS) * row
        canvas.setFillColor(QUIET)
        canvas.setFont(SANS, 8)
        canvas.drawString(left, top - 8, _shortened(canvas, place.whose, width))
        bottom = top - _LABEL_HEIGHT - HEIGHT
        canvas.setStrokeColor(HAIR)
        canvas.setLineWidth(0.5)
        canvas.roundRect(left, bottom, width, HEIGHT, 3)
        boxes.append(
            SignatureBox(
                field=place.field,
                page=first + at // on_page,
                left=left,
                bottom=bottom,
                right=left + width,
                top=bottom + HEIGHT,
            )
        )
    canvas.showPage()
    canvas.save()
    return target.getvalue(), tuple(boxes)


def _draw_head(canvas: Canvas, words: Mapping[str, str], digest: str) -> None:
    canvas.setFillColor(INK)
    canvas.setFont(SERIF_BOLD, 17)
    canvas.drawString(MARGIN_LEFT, A4[1] - 28 * mm, words["sheet"])
    canvas.setFillColor(QUIET)
    canvas.setFont(SANS, 8.5)
    canvas.drawString(MARGIN_LEFT, A4[1] - 34 * mm, words["sheet_note"])
    canvas.drawString(MARGIN_LEFT, A4[1] - 41 * mm, words["sheet_digest"])
    canvas.setFillColor(INK)
    for line in range(0, len(digest), _DIGITS_IN_LINE):
        part = digest[line : line + _DIGITS_IN_LINE]
        shown = " ".join(part[at : at + 4] for at in range(0, len(part), 4))
        canvas.drawString(MARGIN_LEFT, A4[1] - 45.5 * mm - line / _DIGITS_IN_LINE * 4 * mm, shown)


def _shortened(canvas: Canvas, text: str, width: float) -> str:
    if canvas.stringWidth(text, SANS, 8) <= width:
        return text
    while text and canvas.stringWidth(f"{text}…", SANS, 8) > width:
        text = text[:-1]
    return f"{text.rstrip()}…"
