"""Binding: the bounded task that puts pages of scans into one PDF, turned upright, without loss.

Pages of a PDF are taken over as they are, without anything that acts; a JPEG keeps its bytes.
"""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

import pikepdf
from PIL import Image

from documents.scanning.pages import upright

_FULL: Final = 360
_POINTS_IN_INCH: Final = 72
_USUAL_FINENESS: Final = 200
_LEAST_FINENESS, _MOST_FINENESS = 50, 1200
_A4: Final = (595.28, 841.89)
_QUALITY: Final = 88
# What a page may hold beside its drawing acts, or belongs to a reader's own program.
_ACTING: Final = ("/AA", "/Annots", "/B", "/Metadata", "/PieceInfo", "/PresSteps", "/Tabs")
_PLAIN_JPEG: Final = {"L": pikepdf.Name.DeviceGray, "RGB": pikepdf.Name.DeviceRGB}


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Bind pages of files into one PDF.

    `{"files": [{"path", "media_type"}], "leaves": [{"file", "page", "turn"}], "target"}` gives
    `{"pages"}`; the PDF is written to `target`. The same input gives the same bytes.
    """
    made = pikepdf.new()
    opened: dict[int, pikepdf.Pdf] = {}
    for leaf in arguments["leaves"]:
        file = arguments["files"][leaf["file"]]
        if file["media_type"] == "application/pdf":
            source = opened.setdefault(leaf["file"], pikepdf.open(file["path"]))
            made.pages.append(source.pages[leaf["page"]])
            page = made.pages[-1]
            for key in _ACTING:
                if key in page.obj:
                    del page.obj[key]
        else:
            page = _page_of_picture(made, file["path"], leaf["page"])
        turned = int(page.obj.get("/Rotate", 0)) + leaf["turn"]
        page.obj.Rotate = turned % _FULL
    made.remove_unreferenced_resources()
    made.save(arguments["target"], deterministic_id=True)
    return {"pages": len(arguments["leaves"])}


def _page_of_picture(made: pikepdf.Pdf, path: str, number: int) -> pikepdf.Page:
    with Image.open(path) as picture:
        picture.seek(number)
        fineness = _fineness(picture)
        turned = upright(picture)
        mode = turned.mode if turned.mode in _PLAIN_JPEG else _mode(turned)
        stands = turned.size == picture.size and not picture.getexif().get(0x0112)
        if picture.format == "JPEG" and stands and picture.mode in _PLAIN_JPEG:
            with open(path, "rb") as original:  # noqa: PTH123 - read once, in bounds
                data = original.read()
        else:
            target = io.BytesIO()
            turned.convert(mode).save(target, "JPEG", quality=_QUALITY)
            data = target.getvalue()
        size = turned.size
    drawn = pikepdf.Stream(
        made,
        data,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=_PLAIN_JPEG[mode],
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    width, height = (round(side * _POINTS_IN_INCH / fineness, 2) for side in size)
    page = made.add_blank_page(page_size=(width, height))
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=drawn))
    page.obj.Contents = pikepdf.Stream(made, f"q {width} 0 0 {height} 0 0 cm /Scan Do Q".encode())
    return page


def _mode(picture: Image.Image) -> str:
    return "L" if picture.mode in {"1", "LA", "I", "I;16", "F"} else "RGB"


def _fineness(picture: Image.Image) -> float:
    """Return dots an inch: as the file says, if that is likely, else as if it lay on A4."""
    said: Sequence[Any] = picture.info.get("dpi", (0, 0))
    across = float(Decimal(str(said[0])))
    if _LEAST_FINENESS <= across <= _MOST_FINENESS:
        return across
    return max(
        max(picture.size) / _A4[1] * _POINTS_IN_INCH,
        min(picture.size) / _A4[0] * _POINTS_IN_INCH,
        _LEAST_FINENESS,
    )
