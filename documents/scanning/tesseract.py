"""Runs the program that recognises text, on one page at a time; only within bounds."""

import subprocess
from pathlib import Path

from PIL import Image


def answer(
    program: str, picture: Image.Image, workroom: Path, *, mode: int, languages: str, fineness: int
) -> str:
    """Return what the program says of a page in one of its modes (`--psm`).

    The picture has `fineness` dots an inch; `workroom` is a folder where it may be laid down.
    Raises CalledProcessError where the program fails.
    """
    file = workroom / "page.png"
    picture.save(file, dpi=(fineness, fineness))
    run = subprocess.run(
        [program, str(file), "stdout", "--psm", str(mode), "-l", languages],
        input=b"",
        capture_output=True,
        env={"OMP_THREAD_LIMIT": "1"},
        check=True,
    )
    return run.stdout.decode(errors="replace")
