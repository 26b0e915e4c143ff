"""Pictures: decodes one completely, as the one format that it claims. Runs in bounds only."""

import zipfile
from typing import Final

from PIL import Image

from documents.intake.doubles import is_pdf_too
from documents.intake.terms import Finding, Kind, Limits, Objection, Refused

_SHRUNK: Final = 8


def inspect(path: str, kind: Kind, limits: Limits) -> tuple[int, set[Finding]]:
    """Return the pages; raise `Refused` for what is too large or is not only a picture."""
    if zipfile.is_zipfile(path) or is_pdf_too(path):
        raise Refused(Objection.TWO_IN_ONE)
    with opened(path, kind) as image:
        check_pixels(image, limits)
        pages = getattr(image, "n_frames", 1) if kind is Kind.TIFF else 1
        if pages > limits.pages:
            raise Refused(Objection.TOO_MANY_PAGES, pages=pages, limit=limits.pages)
        for page in range(pages):
            if page:
                image.seek(page)
                check_pixels(image, limits)
            # A JPEG is read whole, but drawn small: memory is for the parser.
            image.draft("L", (max(1, image.width // _SHRUNK), max(1, image.height // _SHRUNK)))
            image.load()
    return pages, set()


def check_pixels(image: Image.Image, limits: Limits) -> None:
    """Refuse by what the header says, before anything is decoded."""
    pixels = image.width * image.height
    if pixels > limits.pixels:
        raise Refused(Objection.BOMB, pixels=pixels, limit=limits.pixels)


def opened(path: str, kind: Kind) -> Image.Image:
    """Open a picture as this kind and no other; its size is judged by `check_pixels`."""
    Image.MAX_IMAGE_PIXELS = None
    return Image.open(path, formats=(kind.upper(),))
