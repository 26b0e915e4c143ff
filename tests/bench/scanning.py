"""How well damaged sheets are read, and what a page costs: `python -m tests.bench.scanning`."""

import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from PIL import Image

from documents.scanning import desk, looking, sheets
from tests.documents import scanned

CODE = "7K3MQ9TX2HDVW4EA"
TIMES = 12
Damage = Callable[[Image.Image, np.random.Generator], Image.Image]
DAMAGES: dict[str, Damage] = {
    "as printed": lambda page, _: page,
    "skewed by up to 5°": lambda page, by: scanned.skewed(page, by.uniform(-5, 5)),
    "faint": lambda page, _: scanned.faint(page),
    "noisy": lambda page, by: scanned.noisy(page, by.uniform(15, 45)),
    "crumpled": lambda page, by: scanned.crumpled(page, bend=by.uniform(4, 10)),
    "stained": lambda page, _: scanned.stained(page),
    "upside down": lambda page, _: scanned.turned(page, 180),
    "all at once": lambda page, by: scanned.noisy(
        scanned.crumpled(
            scanned.skewed(scanned.turned(scanned.stained(page), 180), by.uniform(-5, 5)),
            bend=by.uniform(3, 7),
        ),
        by.uniform(10, 25),
    ),
}


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """Print both tables."""
    facts = sheets.Covers(
        language="ky",
        court="Талас шаардык соту",
        covers=[sheets.Cover(code=CODE, number="ГД-319/26-Т5", title="Тил кат")],
        made=datetime(2026, 11, 23, 4, tzinfo=UTC),
    )
    pdf = sheets.covers(facts).pdf
    _say("| damage | 100 dpi | 150 dpi | ms of a processor |")
    _say("|---|---|---|---|")
    for name, damage in DAMAGES.items():
        chance, read, spent = np.random.default_rng(scanned.SEED), [], 0.0
        for dpi in (100, 150):
            (page,) = scanned.pages_of(pdf, dpi=dpi)
            right = 0
            for _ in range(TIMES):
                spoiled = damage(page, chance)
                began = time.process_time()
                right += looking._look(spoiled, None, None)["code"] == CODE
                spent += time.process_time() - began
            read.append(f"{right} of {TIMES}")
        _say(f"| {name} | {' | '.join(read)} | {spent / 2 / TIMES * 1000:.0f} |")
    _pages()


def _pages() -> None:
    reader = desk.reader("", "kir+rus")
    letter = scanned.letter("Карызды өндүрүү жөнүндө доо арыз\n" * 30, dpi=200)
    with tempfile.TemporaryDirectory() as room:
        path = Path(room) / "scan.pdf"
        path.write_bytes(scanned.as_pdf([letter] * 8, dpi=200))
        file = desk.File(path=path, media_type="application/pdf", pages=8)
        _say("\n| of 8 written pages | seconds a page |\n|---|---|")
        for name, work in (
            ("looked at, without the program", lambda: desk.look([file])),
            ("looked at, which way is up asked", lambda: desk.look([file], reader=reader)),
            ("text recognised", lambda: reader and desk.read(file, reader)),
        ):
            began = time.monotonic()
            work()
            _say(f"| {name} | {(time.monotonic() - began) / 8:.2f} |")


if __name__ == "__main__":
    sys.exit(main())
