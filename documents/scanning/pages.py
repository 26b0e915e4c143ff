"""Pages of a scan as pictures in grey, whatever kind of file they come in; only within bounds."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import sqrt
from typing import Any

from PIL import Image, ImageOps

_POINTS_IN_INCH = 72
MOST_PIXELS = 12_000_000
"""More of a page than A4 at 300 dots an inch is made smaller."""
# A picture that does not say how fine it is was taken of a sheet of A4.
_LONG_SIDE_OF_A4 = 11.7

Image.MAX_IMAGE_PIXELS = 120_000_000


def page_count(path: str, media_type: str) -> int:
    """Return how many pages a file has; a picture has one for each of its frames."""
    if media_type == "application/pdf":
        with _pdf(path) as document:
            return len(document)
    with Image.open(path) as picture:
        return int(getattr(picture, "n_frames", 1))


def pictures(
    path: str, media_type: str, *, first: int, count: int, fineness: int
) -> Iterator[tuple[int, Image.Image]]:
    """Yield pages from `first` (0 is the first) in grey, `fineness` dots an inch at most."""
    if media_type == "application/pdf":
        with _pdf(path) as document:
            for number in range(first, min(first + count, len(document))):
                page = document[number]
                width, height = page.get_size()
                finest = sqrt(MOST_PIXELS / max(width * height, 1))
                bitmap = page.render(scale=min(fineness / _POINTS_IN_INCH, finest), grayscale=True)
                yield number, bitmap.to_pil().convert("L")
                bitmap.close()
                page.close()
        return
    with Image.open(path) as picture:
        for number in range(first, min(first + count, int(getattr(picture, "n_frames", 1)))):
            picture.seek(number)
            yield number, _smaller(upright(picture).convert("L"), fineness)


def asked_for(arguments: Mapping[str, Any], fineness: int) -> Iterator[tuple[int, Image.Image]]:
    """Yield the pages that a bounded task is asked about, as `pictures` does."""
    return pictures(
        arguments["path"],
        arguments["media_type"],
        first=arguments["first"],
        count=arguments["count"],
        fineness=fineness,
    )


def upright(picture: Image.Image) -> Image.Image:
    """Return a picture turned as its camera says it was held."""
    return ImageOps.exif_transpose(picture)


def _smaller(picture: Image.Image, fineness: int) -> Image.Image:
    most = min(1.0, fineness * _LONG_SIDE_OF_A4 / max(picture.size))
    most = min(most, sqrt(MOST_PIXELS / (picture.width * picture.height)))
    if most == 1:
        return picture.copy()
    size = (max(1, round(picture.width * most)), max(1, round(picture.height * most)))
    return picture.resize(size, Image.Resampling.BOX, reducing_gap=2)


@contextmanager
def _pdf(path: str) -> Iterator[Any]:
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        yield document
    finally:
        document.close()
