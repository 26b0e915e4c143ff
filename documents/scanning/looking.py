"""Looking: the bounded task that tells cover sheets, blank pages, and how each page lies."""

import re
from itertools import product
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any, Final

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image, ImageFilter, ImageOps

from documents.scanning import marks, pages, tesseract

Grey = NDArray[np.float32]

FINENESS: Final = 150
_CELL: Final = 3
"""Dots whose mean is one cell: some 50 cells an inch, in which dust is small and a word is not."""
_INK: Final = 30
"""So much darker than the paper around is ink; what shines through from the other side is less."""
_SIDES, _ENDS = 0.06, 0.03
"""Left out at the edges: shadows, holes of the binder, the edge of the next sheet."""
_STROKE: Final = 3
"""A cell of ink with two more around it is part of a stroke."""
_LEAST_INK: Final = 12
"""So many cells of strokes are something written: an initial has more."""
_CLEARLY: Final = 1.6
_SURE: Final = 1.5
_QUARTER: Final = 90
_QR: Final = zxingcpp.barcode_formats_from_str("QRCode")
_DIRECTION: Final = 0
"""The mode in which the program tells which way a page lies."""
_ROTATE: Final = re.compile(r"Rotate: (\d+)\s+Orientation confidence: ([\d.]+)")


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Look at pages of a file.

    `{"path", "media_type", "first", "count", "tesseract", "workroom"}` gives `{"seen": [...]}` with
    one `{"page", "code", "sideways", "turn", "certain", "blank"}` a page: `page` counts from 0,
    `turn` is how far the page is to be turned clockwise, in degrees, `certain` whether that was
    read from the page itself.
    """
    seen = [
        {"page": number, **_look(picture, arguments.get("tesseract"), arguments.get("workroom"))}
        for number, picture in pages.asked_for(arguments, FINENESS)
    ]
    return {"seen": seen}


def _look(picture: Image.Image, program: str | None, workroom: str | None) -> dict[str, Any]:
    cells = _ink(picture)
    if _written(cells) < _LEAST_INK:
        return _seen(blank=True)
    for attempt in _attempts(picture):
        for mark in zxingcpp.read_barcodes(attempt, formats=_QR):
            code = marks.code_in(mark.text)
            if code is not None:
                turn = -round(mark.orientation / _QUARTER) * _QUARTER % 360
                return _seen(code=code, turn=turn, certain=True)
    if program and workroom and (read := _read_direction(picture, program, Path(workroom))):
        return _seen(sideways=read[0] % 180 == _QUARTER, turn=read[0], certain=read[1])
    return _seen(sideways=_lies_sideways(cells))


def _seen(
    *,
    code: str | None = None,
    sideways: bool = False,
    turn: int = 0,
    certain: bool = False,
    blank: bool = False,
) -> dict[str, Any]:
    return {
        "code": code,
        "sideways": sideways,
        "turn": turn,
        "certain": certain,
        "blank": blank,
    }


def _attempts(picture: Image.Image) -> Any:
    """Yield the page as it is, then as a QR that is faint or crumpled is easier to read."""
    yield picture
    stretched = ImageOps.autocontrast(picture, cutoff=(2, 20))
    yield stretched.filter(ImageFilter.MedianFilter(3))
    yield stretched.resize((picture.width // 3, picture.height // 3), Image.Resampling.BOX)


def _ink(picture: Image.Image) -> NDArray[np.bool_]:
    """Return which cells of the page's inner part are darker than the paper around them."""
    left, top = round(picture.width * _SIDES), round(picture.height * _ENDS)
    inner = picture.crop((left, top, picture.width - left, picture.height - top))
    small = inner.resize(
        (max(1, inner.width // _CELL), max(1, inner.height // _CELL)), Image.Resampling.BOX
    )
    grey = np.asarray(small, dtype=np.float32)
    # The paper is what stays when everything thin is taken off.
    around = small.filter(ImageFilter.MaxFilter(9)).filter(ImageFilter.BoxBlur(8))
    return grey < np.asarray(around, dtype=np.float32) - _INK


def _written(ink: NDArray[np.bool_]) -> int:
    """Count the cells of ink with two more beside them: strokes have them, dust has not."""
    beside = np.zeros(ink.shape, dtype=np.int8)
    framed = np.pad(ink, 1)
    for down, across in product(range(3), repeat=2):
        beside += framed[down : down + ink.shape[0], across : across + ink.shape[1]]
    return int(np.count_nonzero(ink & (beside >= _STROKE)))


def _lies_sideways(ink: NDArray[np.bool_]) -> bool:
    """Say whether the lines of text run from top to bottom: then columns alternate, not rows."""
    rows, columns = ink.mean(axis=1), ink.mean(axis=0)
    return float(np.abs(np.diff(columns)).mean()) > _CLEARLY * float(np.abs(np.diff(rows)).mean())


def _read_direction(picture: Image.Image, program: str, workroom: Path) -> tuple[int, bool] | None:
    """Ask the program that recognises text which way is up; None if it does not know."""
    try:
        said = tesseract.answer(
            program, picture, workroom, mode=_DIRECTION, languages="osd", fineness=FINENESS
        )
    except CalledProcessError:
        return None
    found = _ROTATE.search(said)
    return (int(found[1]), float(found[2]) >= _SURE) if found else None
