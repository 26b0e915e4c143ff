"""Scans as scanners make them: skewed, faint, crumpled, stained, upside down; from sound pages."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont

FONT = Path(__file__).parents[2] / "documents" / "fonts" / "PTF55F.ttf"
SEED = 20261123


def pages_of(pdf: bytes, *, dpi: int = 150) -> list[Image.Image]:
    """The pages of a PDF as a scanner would see them, flawless."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [
            page.render(scale=dpi / 72, grayscale=True).to_pil().convert("L") for page in document
        ]
    finally:
        document.close()


def letter(text: str, *, dpi: int = 150, size: int = 13) -> Image.Image:
    """A typed page: lines of different lengths, as letters have them."""
    page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 250)
    draw = ImageDraw.Draw(page)
    font = ImageFont.truetype(str(FONT), round(size * dpi / 72))
    draw.multiline_text((dpi, dpi), text, fill=20, font=font, spacing=round(dpi * 0.06))
    return page


def blank(*, dpi: int = 150, dust: int = 40) -> Image.Image:
    """The empty back of a page: dust, a shadow at the edge, two holes, what shines through."""
    page = letter("Бул сөздөр барактын аркы бетинде турат. " * 3, dpi=dpi)
    page = Image.eval(page.transpose(Image.Transpose.FLIP_LEFT_RIGHT), lambda v: 238 + v // 25)
    draw = ImageDraw.Draw(page)
    chance = np.random.default_rng(SEED)
    for x, y in chance.integers((0, 0), page.size, size=(dust, 2)):
        draw.point((int(x), int(y)), fill=60)
    draw.rectangle((0, 0, round(dpi * 0.1), page.height), fill=90)
    for y in (0.4, 0.6):
        at = (round(0.3 * dpi), round(page.height * y))
        draw.ellipse((at[0], at[1], at[0] + dpi // 5, at[1] + dpi // 5), fill=40)
    return page


def skewed(page: Image.Image, degrees: float) -> Image.Image:
    return page.rotate(degrees, resample=Image.Resampling.BICUBIC, fillcolor=235)


def faint(page: Image.Image) -> Image.Image:
    """A toner that ends: black is a light grey, and streaks are missing."""
    pale = np.asarray(page, dtype=np.float32) * 0.28 + 178
    pale[:, :: page.width // 90] += 25
    return Image.fromarray(np.clip(pale, 0, 255).astype(np.uint8))


def noisy(page: Image.Image, strength: float = 22) -> Image.Image:
    chance = np.random.default_rng(SEED)
    grey = np.asarray(page, dtype=np.float32)
    return Image.fromarray(
        np.clip(grey + chance.normal(0, strength, grey.shape), 0, 255).astype(np.uint8)
    ).filter(ImageFilter.GaussianBlur(0.7))


def crumpled(page: Image.Image, *, bend: float = 5) -> Image.Image:
    """Paper that was balled up: it bends in waves, and its folds cast shadows."""
    grey = np.asarray(page, dtype=np.float32)
    height, width = grey.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    shift_x = bend * np.sin(y / 61) + bend * np.sin((x + y) / 97)
    shift_y = bend * np.sin(x / 73) + bend * np.sin((x - y) / 113)
    bent = grey[
        np.clip(y + shift_y, 0, height - 1).astype(int),
        np.clip(x + shift_x, 0, width - 1).astype(int),
    ]
    shadow = 38 * np.maximum(0, np.sin((x * 0.7 + y) / 90)) ** 12
    return Image.fromarray(np.clip(bent - shadow, 0, 255).astype(np.uint8))


def stained(page: Image.Image) -> Image.Image:
    """A cup stood on it, in the middle of the big mark."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    middle, radius = (page.width // 2 - 80, page.height * 2 // 5), page.width // 12
    draw.ellipse(
        (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), fill=120
    )
    return page


def turned(page: Image.Image, clockwise: int) -> Image.Image:
    return page.rotate(-clockwise, expand=True)


def as_pdf(pages: Sequence[Image.Image], *, dpi: int = 150) -> bytes:
    """What a scanner with a feeder gives: one PDF of JPEG pictures."""
    target = io.BytesIO()
    first, *rest = pages
    first.save(target, "PDF", save_all=True, append_images=rest, resolution=dpi, quality=70)
    return target.getvalue()


def as_jpeg(page: Image.Image, *, dpi: int = 150) -> bytes:
    target = io.BytesIO()
    page.save(target, "JPEG", quality=70, dpi=(dpi, dpi))
    return target.getvalue()
