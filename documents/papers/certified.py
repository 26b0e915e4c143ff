"""Certified copies: a mark on every page of a paper, and a sheet on which an official vouches."""

import io
from dataclasses import replace

from pikepdf import Name, Object, Pdf
from reportlab.lib.colors import white
from reportlab.platypus import Spacer

from documents.archival import Properties, stamped
from documents.papers import blocks, sheet, styles
from documents.papers.facts import Certification, Printed, Signing
from documents.papers.letters import SANS_BOLD, UnprintableError, register_fonts, unprintable
from documents.pdfa import faults
from documents.wording import Wording, wording

_MARK_HEIGHT, _MARK_SIZE, _EDGE = 13.0, 7.5, 10.0
# What belongs to the original alone: its signatures, its data, its scripts, its structure, in which
# the sheet of the copy is not.
_OF_THE_ORIGINAL = (
    "/AcroForm",
    "/DSS",
    "/Perms",
    "/AF",
    "/Names",
    "/OpenAction",
    "/AA",
    "/Outlines",
    "/StructTreeRoot",
    "/MarkInfo",
)
_OF_A_PAGE = ("/StructParents", "/Tabs", "/Annots", "/AA")


def certified(pdf: bytes, certification: Certification) -> bytes:
    """A copy of a paper that says on each page that it is one, and at its end who vouches for it.

    The signatures of the original are not in the copy, only how they look; the copy is signed by
    whoever certifies it. It claims to be archival if it is.
    """
    return certified_copy(pdf, certification).pdf


def certified_copy(pdf: bytes, certification: Certification) -> Printed:
    """The same, with the place for the official's signature on the last sheet."""
    words = wording(certification.language)
    with Pdf.open(io.BytesIO(pdf)) as copy:
        _undress(copy)
        pages = len(copy.pages)
        _mark(copy, words, certification)
        last = _vouching(words, certification, pages)
        with Pdf.open(io.BytesIO(last.pdf)) as vouching:
            copy.pages.extend(vouching.pages)
        for page in copy.pages:
            _drop(page.obj, _OF_A_PAGE)
        title = str(copy.docinfo.get("/Title", "")) or words.word("certified", "mark")
        properties = Properties(
            title=f"{title} ({words.word('certified', 'mark').lower()})",
            author=certification.name,
            subject=words.word("certified", "mark"),
            language=words.language_tag,
            made=blocks.noon(certification.day),
            creator=sheet.CREATOR,
        )
        made = stamped(copy, properties)
        if faults(made):
            # A scan or a stranger's paper: a copy of it must not claim what the original is not.
            made = stamped(copy, properties, claims=False)
    return Printed(pdf=made, boxes=[replace(box, page=box.page + pages) for box in last.boxes])


def _undress(copy: Pdf) -> None:
    """Keep what can be seen of the original, and drop what it could prove or do."""
    copy.flatten_annotations("print")
    _drop(copy.Root, _OF_THE_ORIGINAL)


def _drop(thing: Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


def _mark(copy: Pdf, words: Wording, certification: Certification) -> None:
    text = words.word("certified", "mark").upper()
    if certification.verification:
        text = f"{text} · {certification.verification.code}"
    with Pdf.open(io.BytesIO(_stripe(text))) as stripe:
        width = float(stripe.pages[0].mediabox[2])
        drawn = copy.copy_foreign(stripe.pages[0].as_form_xobject())
    for page in copy.pages:
        box = page.trimbox
        left, bottom, right = float(box[0]), float(box[1]), float(box[2])
        scale = min(1.0, (right - left - 2 * _EDGE) / width)
        across = right - _EDGE - scale * width
        # A name of our own: the library would throw dice for one.
        name = page.add_resource(drawn, Name.XObject, Name.CertifiedMark)
        place = f"{scale:.4f} 0 0 {scale:.4f} {across:.2f} {bottom + _EDGE:.2f} cm"
        page.contents_add(b"q", prepend=True)
        page.contents_add(f"Q q {place} {name} Do Q".encode())


def _stripe(text: str) -> bytes:
    """The words of the mark in a thin frame, as a page of their own size."""
    register_fonts()
    if signs := unprintable(text):
        raise UnprintableError(signs)
    target = io.BytesIO()
    canvas = sheet.BareCanvas(target, invariant=1)
    width = canvas.stringWidth(text, SANS_BOLD, _MARK_SIZE) + 10
    canvas.setPageSize((width, _MARK_HEIGHT))
    canvas.setFillColor(white)
    canvas.setStrokeColor(styles.BRAND)
    canvas.setLineWidth(0.7)
    canvas.rect(0.5, 0.5, width - 1, _MARK_HEIGHT - 1, stroke=1, fill=1)
    canvas.setFillColor(styles.BRAND)
    canvas.setFont(SANS_BOLD, _MARK_SIZE)
    canvas.drawCentredString(width / 2, 3.8, text)
    canvas.save()
    return target.getvalue()


def _vouching(words: Wording, certification: Certification, pages: int) -> Printed:
    def word(key: str, **places: object) -> str:
        return words.word("certified", key, **places)

    office = certification.position
    story = [
        sheet.line(word("mark").upper(), styles.TITLE),
        Spacer(0, 10),
        sheet.line(word("text", pages=pages), styles.TEXT),
        *([sheet.line(certification.original, styles.TEXT)] if certification.original else []),
        sheet.line(word("day", date=words.day(certification.day)), styles.TEXT),
        *blocks.signatures(
            words,
            [Signing(office=blocks.capital(office), name=certification.name)],
            signed=certification.verification is not None,
        ),
        *blocks.verification_box(words, certification.verification),
    ]
    return blocks.printed(
        words,
        story,
        title=word("mark"),
        author=certification.name,
        subject=word("mark"),
        made=blocks.noon(certification.day),
        footer=word("mark"),
        counted=False,
        verification=certification.verification,
    )
