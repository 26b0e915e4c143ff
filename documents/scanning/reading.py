"""Reading: the bounded task that recognises the text of pages, for searching only."""

import re
import unicodedata
from pathlib import Path
from typing import Any, Final

from documents.scanning import pages, tesseract

FINENESS: Final = 300
_WHOLE_PAGE: Final = 3
"""The mode in which the program finds columns and lines by itself."""
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
            "text": tidy(
                tesseract.answer(
                    arguments["tesseract"],
                    picture,
                    Path(arguments["workroom"]),
                    mode=_WHOLE_PAGE,
                    languages=arguments["languages"],
                    fineness=FINENESS,
                )
            ),
        }
        for number, picture in pages.asked_for(arguments, FINENESS)
    ]
    return {"texts": texts}


def tidy(text: str) -> str:
    """Return recognised text with parted words joined, without empty lines."""
    whole = _PARTED.sub("", unicodedata.normalize("NFC", text))
    lines = (_SPACES.sub(" ", line).strip() for line in whole.splitlines())
    return "\n".join(line for line in lines if line)[:_LONGEST]
