"""Lends folders in which titles are made: of one process at a time, and found again after a kill.

Whoever comes after a killed process takes up its folder, and so what was half made in it.
"""

import errno
import fcntl
import itertools
import os
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from recordings.errors import ScratchFullError
from recordings.process import ChildError, Failure

LOCK = ".held"
FORGOTTEN_S = 7 * 24 * 3600  # nobody takes up what lies longer
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def lent(place: Path, name: str) -> Iterator[Path]:
    """Lend the first folder of this name that no living process holds; it stays as it is left."""
    for number in itertools.count():
        folder = place / f"{name}.{number}"
        with _held(folder) as ours:
            if ours:
                with room():
                    yield folder
                return


def discard(place: Path, name: str) -> None:
    """Remove the folders of this name that nobody holds: what was made in them is in the store."""
    _remove(place.glob(f"{name}.*"))


def tidy(place: Path, *, age_s: float = FORGOTTEN_S) -> None:
    """Remove what processes that died here long ago have left: whole films."""
    now = time.time()
    _remove(
        folder
        for folder in (place.iterdir() if place.is_dir() else ())
        if (folder / LOCK).exists() and now - newest(folder) > age_s
    )


def _remove(folders: Iterable[Path]) -> None:
    for folder in list(folders):
        with _held(folder) as ours:
            if ours:
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder, made if need be; the lock goes with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A lock that somebody has removed meanwhile holds nobody off.
            ours = os.fstat(lock).st_nlink > 0
        except BlockingIOError:
            ours = False
        yield ours
    finally:
        os.close(lock)


def newest(folder: Path) -> float:
    """Tell when anything in a folder changed last."""
    return max(path.lstat().st_mtime for path in (folder, *folder.rglob("*")))


@contextmanager
def room() -> Iterator[None]:
    """Say in one way that the disk of this machine is full, whoever noticed."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise ScratchFullError(os.strerror(error.errno)) from error
        raise
    except ChildError as error:
        if error.failure is Failure.DISK_FULL:
            raise ScratchFullError(str(error)) from error
        raise
