"""Reading: the bounded task that recognises the text of pages, for searching only."""

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any, Final

from documents.scanning import pages

FINENESS: Final = 300
_LONGEST: Final = 60_000
# A word that was parted at the end of a line is one word to whoever searches it.
_PARTED: Final = re.compile(r"(?<=\w)[-\u00ad\u2010]\n(?=[a-zа-яёңөү])")
_SPACES: Final = re.compile(r"[^\S\n]+")


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Recognise pages of a file.

    `{"path", "media_type", "first", "count", "tesseract", "languages", "workroom"}` gives
    `{"texts": [{"page", "text"}]}`; `page` counts from 0.
    """
    texts = [
        {
            "page": number,
            "text": _recognised(
                picture,
                Path(arguments["workroom"]),
                tesseract=arguments["tesseract"],
                languages=arguments["languages"],
            ),
        }
        for number, picture in pages.pictures(
            arguments["path"],
            arguments["media_type"],
            first=arguments["first"],
            count=arguments["count"],
            fineness=FINENESS,
        )
    ]
    return {"texts": texts}


def _recognised(picture: Any, workroom: Path, *, tesseract: str, languages: str) -> str:
    file = workroom / "page.png"
    picture.save(file, dpi=(FINENESS, FINENESS))
    run = subprocess.run(
        [tesseract, str(file), "stdout", "--psm", "3", "-l", languages],
        input=b"",
        capture_output=True,
        env={"OMP_THREAD_LIMIT": "1"},
        check=True,
    )
    return tidy(run.stdout.decode(errors="replace"))


def tidy(text: str) -> str:
    """Return recognised text with parted words joined, without empty lines."""
    whole = _PARTED.sub("", unicodedata.normalize("NFC", text))
    lines = (_SPACES.sub(" ", line).strip() for line in whole.splitlines())
    return "\n".join(line for line in lines if line)[:_LONGEST]
