"""Looks into the drop folder: complete discs and lists, at its top or in a folder for each court.

drop/Disc 14/VIDEO_TS/…      a disc, whoever's it is
drop/TLS-TLS/hearing.iso     a disc of the court with this code
drop/TLS-TLS/shelf.csv       what is written on the covers of that court's shelf
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sud.models import Court

QUIET: Final = timedelta(seconds=20)
"""A disc in the drop folder is complete when nothing of it has changed for so long."""
TAKEN: Final = ".taken"
"""Where a disc goes in the drop folder when its original is in the store."""
HALF: Final = frozenset({".part", ".tmp", ".crdownload", ".filepart"})
LIST: Final = ".csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something complete in the drop folder."""

    path: Path
    place: str
    """Its path below the drop folder."""
    court: Court | None
    changed_at: datetime

    @property
    def is_list(self) -> bool:
        return self.path.is_file() and self.path.suffix.lower() == LIST

    @property
    def size(self) -> int:
        files = [self.path] if self.path.is_file() else self.path.rglob("*")
        return sum(path.stat().st_size for path in files if path.is_file())


def found_in(session: Session, folder: Path, now: datetime) -> list[Found]:
    """Name what is complete in the drop folder; what vanishes meanwhile is left out."""
    found: list[Found] = []
    for path in _entries(folder):
        court = _court_of(session, path)
        for one in _entries(path) if court else [path]:
            try:
                changed = _changed_at(one)
            except OSError:
                continue
            if now - changed > QUIET:
                place = one.relative_to(folder).as_posix()
                found.append(Found(path=one, place=place, court=court, changed_at=changed))
    return found


def _entries(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if not path.name.startswith(".") and path.suffix.lower() not in HALF:
            yield path


def _court_of(session: Session, path: Path) -> Court | None:
    """Return the court whose code a folder bears."""
    if not path.is_dir():
        return None
    return session.scalars(
        select(Court).where(func.lower(Court.code) == path.name.casefold())
    ).one_or_none()


def _changed_at(path: Path) -> datetime:
    """Tell when anything of it changed last; ctime, because copying may preserve mtime."""
    times = [path.stat().st_ctime]
    if path.is_dir():
        times += [inner.stat().st_ctime for inner in path.rglob("*")]
    return datetime.fromtimestamp(max(times), UTC)


def put_away(folder: Path, place: str, name: str) -> bool:
    """Move a disc that is in the store out of the way; False where the folder is not ours."""
    source = folder / place
    if not source.exists():
        return True
    try:
        (folder / TAKEN).mkdir(exist_ok=True)
        shutil.move(source, folder / TAKEN / f"{name}-{source.name}")
    except OSError:
        return False
    return True
