"""Says which of the files that somebody hands in at once make one disc; pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from sud.uploads.service import Sent

FOLDER: Final = "VIDEO_TS"
_OF_A_DVD: Final = re.compile(
    r"(VIDEO_TS\.(IFO|BUP|VOB)|VTS_\d\d_\d\.(IFO|BUP|VOB))", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Files that are one disc, and what a person calls it."""

    name: str
    files: tuple[Sent, ...]


def discs_of(sent: Iterable[Sent]) -> list[Bundle]:
    """Group files into discs, in the order in which they came.

    Files of one folder, and the files of a DVD (VTS_01_1.VOB...) that came without a folder, are
    one disc, unless one of them comes a second time: that begins another. Any other file (an
    image, a film) is a disc of its own.
    """
    found: list[tuple[str, list[Sent]]] = []
    open_at: dict[str, int] = {}
    for one in sent:
        path = PurePosixPath(one.name.replace("\\", "/"))
        name = _folder_of(path)
        if name is None:
            found.append((path.name, [one]))
            continue
        at = open_at.get(name)
        if at is None or any(_same(one, other) for other in found[at][1]):
            open_at[name] = at = len(found)
            found.append((name, []))
        found[at][1].append(one)
    return [Bundle(name=_name(name, files), files=tuple(files)) for name, files in found]


def _folder_of(path: PurePosixPath) -> str | None:
    """Return what names the disc of a file; None for a file that is a disc by itself."""
    parents = [part for part in path.parts[:-1] if part not in {"/", ".", ".."}]
    if parents:
        above = [part for part in parents if part.upper() != FOLDER]
        return above[0] if above else FOLDER
    return FOLDER if _OF_A_DVD.fullmatch(path.name) else None


def _same(one: Sent, other: Sent) -> bool:
    return one.name.casefold() == other.name.casefold()


def _name(name: str, files: list[Sent]) -> str:
    """One VOB alone is called by its own name."""
    return PurePosixPath(files[0].name).name if name == FOLDER and len(files) == 1 else name
