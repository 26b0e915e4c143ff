"""The desk where scans are dealt with: looks, binds and reads, in bounds, a few pages a time."""

import hashlib
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from documents.intake.bounds import Bounds, Broken, bounded
from documents.scanning.splitting import Leaf, Seen

MEBIBYTE: Final = 1024 * 1024
_AT_ONCE: Final = 8
"""Pages of one bounded task: a page that breaks it costs its neighbours only."""
_LOOKING: Final = Bounds(memory=2048 * MEBIBYTE, seconds=60, written=64 * MEBIBYTE, programs=True)
_READING: Final = Bounds(
    memory=2048 * MEBIBYTE,
    seconds=240,
    written=64 * MEBIBYTE,
    answer=4 * MEBIBYTE,
    programs=True,
)
_BINDING: Final = Bounds(memory=2048 * MEBIBYTE, seconds=120, written=1024 * MEBIBYTE)


class Unreadable(Exception):  # noqa: N818 - what a file is
    """A file of a scan could not be dealt with; `file` counts from 0."""

    def __init__(self, file: int) -> None:
        super().__init__(f"file {file}")
        self.file = file


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file on this machine that intake has examined, and how many pages it has."""

    path: Path
    media_type: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Pages of a scan as one PDF."""

    pdf: bytes
    sha256: str
    pages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The program that recognises text, and its languages as it names them: kir+rus."""

    program: str
    languages: str
    version: str


def look(files: Sequence[File], *, reader: Reader | None = None) -> tuple[Seen, ...]:
    """Look at every page of a scan in order; with a reader pages tell which way is up.

    Raises Unreadable.
    """
    seen: list[Seen] = []
    for number, file in enumerate(files):
        for answer in _of_pages(
            "looking", file, number, _LOOKING, tesseract=reader.program if reader else None
        ):
            seen += [Seen(file=number, **one) for one in answer["seen"]]
    return tuple(seen)


def bind(files: Sequence[File], leaves: Sequence[Leaf]) -> Bound:
    """Put pages into one PDF, turned upright, pictures and drawings untouched.

    Raises Unreadable.
    """
    with tempfile.TemporaryDirectory(prefix="scan-") as room:
        target = Path(room) / "bound.pdf"
        try:
            answer = bounded(
                f"{__package__}.binding",
                {
                    "files": [
                        {"path": str(one.path), "media_type": one.media_type} for one in files
                    ],
                    "leaves": [asdict(leaf) for leaf in leaves],
                    "target": str(target),
                },
                _BINDING,
                reads=[one.path for one in files],
                workroom=Path(room),
            )
            pdf = target.read_bytes()
        except (Broken, OSError):
            raise Unreadable(leaves[0].file if leaves else 0) from None
    return Bound(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest(), pages=answer["pages"])


def read(file: File, reader: Reader) -> tuple[str, ...]:
    """Return the recognised text of each page; raises Unreadable."""
    texts = [""] * file.pages
    for answer in _of_pages(
        "reading", file, 0, _READING, tesseract=reader.program, languages=reader.languages
    ):
        for one in answer["texts"]:
            texts[one["page"]] = one["text"]
    return tuple(texts)


def reader(program: str, languages: str) -> Reader | None:
    """Find the program that recognises text; empty: the one on PATH. None: it is not here.

    Of the languages asked for only those that are installed are used.
    """
    found = shutil.which(program or "tesseract")
    if found is None:
        return None
    told = _said(found, "--list-langs").split()
    known = [one for one in languages.split("+") if one in told]
    if not known:
        return None
    version = _said(found, "--version").partition("\n")[0].strip()
    return Reader(program=found, languages="+".join(known), version=version)


def _said(program: str, question: str) -> str:
    run = subprocess.run(
        [program, question], stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=20
    )
    return run.stdout.decode(errors="replace")


def _of_pages(
    task: str, file: File, number: int, bounds: Bounds, **facts: Any
) -> Iterator[dict[str, Any]]:
    """Run a task over a file, some pages at a time, each time in a room of its own."""
    for first in range(0, file.pages, _AT_ONCE):
        with tempfile.TemporaryDirectory(prefix="scan-") as room:
            arguments = {
                "path": str(file.path),
                "media_type": file.media_type,
                "first": first,
                "count": _AT_ONCE,
                "workroom": room,
                **facts,
            }
            try:
                answer = bounded(
                    f"{__package__}.{task}",
                    arguments,
                    bounds,
                    reads=[file.path],
                    workroom=Path(room),
                )
            except Broken:
                raise Unreadable(number) from None
        yield answer
