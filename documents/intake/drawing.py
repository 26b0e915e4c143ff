"""Drawing: writes the view copy of one hostile file; runs in bounds only (`viewing.py`)."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pikepdf
from PIL import Image, ImageOps, ImageSequence

from documents.intake import packages, pdfs, pictures
from documents.intake.terms import Finding, Kind, Limits

_LONGEST_SIDE: Final = 4_000
"""A page of 33 cm at 300 dots an inch: what is smaller is not made larger."""
_QUALITY: Final = 88
_DOTS: Final = 150
_INNOCENT_ACTIONS: Final = {"/GoTo", "/Named"}
"""They turn to a page; what would follow them (/Next) is dropped."""
_OF_PDF: Final = (
    "/OpenAction", "/AA", "/AF", "/Collection", "/URI", "/Perms", "/DSS", "/Metadata",
    "/PieceInfo", "/SpiderInfo", "/Extensions", "/Requirements", "/Threads",
)  # fmt: skip
_OF_ANY: Final = (
    "/AA", "/JS", "/XFA", "/EF", "/AF", "/RichMediaContent", "/RichMediaSettings", "/PieceInfo",
    "/Metadata", "/OPI", "/Ref", "/Alternates",
)  # fmt: skip
_ACTION_KEYS: Final = ("/A", "/PA")
_SIGNS: Final = {"br": "\n", "cr": "\n", "tab": "\t"}
_ENDS: Final = {"p": "\n", "tr": "\n", "tc": "\t"}
_LONGEST_TEXT: Final = 20_000_000

Draw = Callable[[str, str, Limits], tuple[str, set[Finding]]]


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Draw `path`, which is of `kind`, to the file `out`."""
    draw = _DRAWINGS[Kind(arguments["kind"])]
    media_type, found = draw(arguments["path"], arguments["out"], Limits(**arguments["limits"]))
    return {"media_type": media_type, "found": sorted(found)}


# ------------------------------------------------------------------ PDF


def draw_pdf(path: str, out: str, _limits: Limits) -> tuple[str, set[Finding]]:
    """Write the PDF anew with its pages and without whatever acts."""
    found: set[Finding] = set()
    with pikepdf.open(path) as pdf:
        for thing in pdf.objects:
            if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary | pikepdf.Array):
                inside = list(pdfs.dictionaries(thing))  # all, before any is taken away
                found = found.union(*map(pdfs.acting, inside))
                for inner in inside:
                    _disarm(inner)
        _drop(pdf.Root, _OF_PDF)
        if "/Names" in pdf.Root:
            _drop(pdf.Root["/Names"], ("/JavaScript", "/EmbeddedFiles", "/AP", "/Renditions"))
        if "/AcroForm" in pdf.Root:
            _drop(pdf.Root["/AcroForm"], ("/XFA", "/SigFlags", "/NeedAppearances", "/CO"))
        for page in pdf.pages:
            _drop(page.obj, ("/AA", "/AF", "/PieceInfo", "/Metadata"))
            _keep_still_annotations(page.obj)
        del pdf.docinfo
        pdf.remove_unreferenced_resources()
        pdf.save(
            out,
            linearize=True,
            deterministic_id=True,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return "application/pdf", found


def _disarm(thing: pikepdf.Object) -> None:
    """Take from one dictionary what starts, fetches or carries something."""
    _drop(thing, _OF_ANY)
    for key in _ACTION_KEYS:
        if key in thing and _acts(thing[key]):
            del thing[key]
    if "/S" in thing:
        _drop(thing, ("/Next",))
    if isinstance(thing, pikepdf.Stream) and "/F" in thing:
        del thing["/F"]
    # A signature speaks of the original's bytes; in a copy it would only seem broken.
    if thing.get("/FT") == pikepdf.Name.Sig and "/V" in thing:
        del thing["/V"]


def _acts(action: pikepdf.Object) -> bool:
    """Tell whether it does more than turn to a page."""
    if isinstance(action, pikepdf.Dictionary):
        return str(action.get("/S")) not in _INNOCENT_ACTIONS
    return False


def _keep_still_annotations(page: pikepdf.Object) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    still = [
        one
        for one in (annotations if isinstance(annotations, pikepdf.Array) else [])
        if isinstance(one, pikepdf.Dictionary) and str(one.get("/Subtype")) not in pdfs.ANNOTATIONS
    ]
    page["/Annots"] = pikepdf.Array(still)


def _drop(thing: pikepdf.Object, keys: tuple[str, ...]) -> None:
    for key in keys:
        if key in thing:
            del thing[key]


# ------------------------------------------------------------------ pictures


def draw_jpeg(path: str, out: str, limits: Limits) -> tuple[str, set[Finding]]:
    """Draw a photograph anew: upright, of a bounded size, without place, camera and date."""
    with pictures.opened(path, Kind.JPEG) as image:
        pictures.check_pixels(image, limits)
        image.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        _bounded(image).convert("RGB").save(out, "JPEG", quality=_QUALITY, optimize=True)
    return "image/jpeg", set()


def draw_png(path: str, out: str, limits: Limits) -> tuple[str, set[Finding]]:
    """Draw a picture anew, its colours and its transparency only."""
    with pictures.opened(path, Kind.PNG) as image:
        pictures.check_pixels(image, limits)
        drawn = _bounded(image)
        mode = "RGBA" if drawn.has_transparency_data else "L" if drawn.mode in "1LI" else "RGB"
        _plain(drawn.convert(mode)).save(out, "PNG", optimize=True)
    return "image/png", set()


def draw_tiff(path: str, out: str, limits: Limits) -> tuple[str, set[Finding]]:
    """Draw what browsers do not show as a PDF, a page of it for every page."""
    with pictures.opened(path, Kind.TIFF) as image:
        pages = []
        for page in ImageSequence.Iterator(image):
            pictures.check_pixels(page, limits)
            drawn = _bounded(page)
            pages.append(_plain(drawn if drawn.mode in "1L" else drawn.convert("RGB")))
        first, *others = pages
        first.save(out, "PDF", save_all=True, append_images=others, resolution=_DOTS)
    return "application/pdf", set()


def _bounded(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return _plain(upright)


def _plain(image: Image.Image) -> Image.Image:
    """Leave only the dots: no place, no camera, no comments, no profile."""
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    return image


# ------------------------------------------------------------------ DOCX


class _Words:
    """Gathers what a Word document says, as its parts are read."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._saying = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        if name.startswith(packages.WORD_NAMESPACES):
            local = name.rpartition(" ")[2]
            self._saying = local == "t"
            if local in _SIGNS:
                self.pieces.append(_SIGNS[local])

    def end(self, name: str) -> None:
        self._saying = False
        local = name.rpartition(" ")[2]
        if local in _ENDS and name.startswith(packages.WORD_NAMESPACES):
            if local == "tc" and self.pieces and self.pieces[-1] == "\n":
                self.pieces.pop()  # the cell's last paragraph does not end the row
            self.pieces.append(_ENDS[local])

    def text(self, words: str) -> None:
        if self._saying:
            self.pieces.append(words)


def draw_docx(path: str, out: str, _limits: Limits) -> tuple[str, set[Finding]]:
    """Write down the words of a DOCX: its paragraphs, its tables by rows, its notes."""
    words = _Words()
    with zipfile.ZipFile(path) as archive:
        for name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
            if name in archive.namelist():
                packages.parsed(
                    archive,
                    name,
                    words.start,
                    EndElementHandler=words.end,
                    CharacterDataHandler=words.text,
                )
    text = "".join(words.pieces)[:_LONGEST_TEXT].strip()
    Path(out).write_text(f"{text}\n", encoding="utf-8")
    return "text/plain", set()


_DRAWINGS: Final[dict[Kind, Draw]] = {
    Kind.PDF: draw_pdf,
    Kind.JPEG: draw_jpeg,
    Kind.PNG: draw_png,
    Kind.TIFF: draw_tiff,
    Kind.DOCX: draw_docx,
}
