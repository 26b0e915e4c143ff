"""Finds the files of a DVD in whatever it was handed in as; what counts is content, not names.

A source is a folder (VIDEO_TS or one that holds it, any case), an image (ISO 9660 with or without
UDF), a single VOB, or an image whose file system is unreadable but whose sectors are still there.
"""

import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

import pycdlib

from recordings.errors import NotADiscError
from recordings.store import ObjectStore

SECTOR = 2048
PACK = b"\x00\x00\x01\xba"  # every sector of a VOB begins with it
SIDE = re.compile(r"(VIDEO_TS\.(IFO|BUP|VOB)|VTS_\d\d_\d\.(IFO|BUP|VOB))", re.ASCII)
LOOK = 4096  # sectors searched for the first pack of a damaged or headless image


class Kind(StrEnum):
    FOLDER = "folder"
    IMAGE = "image"
    VOB = "vob"
    CARVED = "carved"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that can be opened, wherever it lies."""

    name: str
    size: int
    open: Callable[[], BinaryIO]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """The files of one disc by their upper-case names; a bare VOB is called by its kind."""

    kind: Kind
    files: dict[str, File]


def files_at(path: Path) -> list[File]:
    """Name a file, or all files of a folder, of this machine."""
    if path.is_file():
        found = [path]
    elif path.is_dir():
        found = sorted(child for child in path.rglob("*") if child.is_file())
    else:
        raise NotADiscError(f"there is nothing at {path}")
    return [
        File(name=str(file.relative_to(path.parent)), size=file.stat().st_size, open=_opener(file))
        for file in found
    ]


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def files_stored(store: ObjectStore, prefix: str) -> list[File]:
    """Name the objects under a prefix; they are read in place, by ranges."""

    def opener(key: str) -> Callable[[], BinaryIO]:
        return lambda: store.open(key)

    return [
        File(name=facts.key.removeprefix(prefix), size=facts.size, open=opener(facts.key))
        for facts in store.list(prefix)
    ]


def file_of(name: str, stream: BinaryIO) -> File:
    """Take a seekable stream that is open already as a file; it is read in place, stays open."""
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return File(
        name=name, size=size, open=lambda: io.BufferedReader(_Slice(stream, 0, size, owned=False))
    )


def volume_of(files: Iterable[File]) -> Volume:
    """Find the disc in these files; NotADiscError says what was found instead."""
    files = [file for file in files if file.size]
    if not files:
        raise NotADiscError("it is empty")
    sides: dict[str, File] = {}
    for file in files:
        name = PurePosixPath(file.name.replace("\\", "/")).name.upper()
        if SIDE.fullmatch(name) and _magic_fits(name, file):
            if name in sides:
                raise NotADiscError("it holds more than one disc")
            sides[name] = file
    if any(name.endswith(".VOB") for name in sides):
        return Volume(kind=Kind.FOLDER, files=sides)
    if len(files) == 1:
        return _single(files[0])
    if sides:
        raise NotADiscError("the VOB files are missing")
    raise NotADiscError("no DVD video is among the files")


def _magic_fits(name: str, file: File) -> bool:
    """Tell a page called VIDEO_TS.IFO from an IFO; damaged ones are for their reader to judge."""
    if not name.endswith(".VOB"):
        return True
    return _first_pack(file) is not None


def _first_pack(file: File) -> int | None:
    """Tell the first sector that is a pack, looking some way into a damaged beginning."""
    with file.open() as stream:
        for sector in range(min(LOOK, file.size // SECTOR + 1)):
            if stream.read(SECTOR)[:4] == PACK:
                return sector
    return None


def _single(file: File) -> Volume:
    with file.open() as stream:
        head = stream.read(4)
        stream.seek(16 * SECTOR + 1)
        descriptor = stream.read(5)
    if head == PACK:
        return Volume(kind=Kind.VOB, files={"VTS_01_1.VOB": file})
    if descriptor in {b"CD001", b"BEA01"}:
        inside = _image_files(file)
        if inside is not None:
            return replace(volume_of(inside), kind=Kind.IMAGE)
    if _first_pack(file) is not None:
        # The file system cannot be read, the video can: take every pack there is.
        return Volume(kind=Kind.CARVED, files={"VTS_01_1.VOB": file})
    raise NotADiscError("it is neither a disc image nor a VOB file")


def _image_files(file: File) -> list[File] | None:
    """List an image's files as slices of it, or None where the file system is unreadable."""
    image = pycdlib.PyCdlib()
    with file.open() as stream:
        try:
            image.open_fp(stream)
            found = list(_slices(image, file))
            image.close()
        except Exception:  # noqa: BLE001  # a truncated image raises bare struct.error and worse
            return None
    return found


def _slices(image: Any, whole: File) -> Iterable[File]:
    for folder, _, names in image.walk(iso_path="/"):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            record = image.get_record(iso_path=path)
            start, size = record.extent_location() * SECTOR, record.get_data_length()
            yield File(
                name=path.lstrip("/").split(";")[0],
                # A truncated image names more than it has.
                size=max(0, min(size, whole.size - start)),
                open=_slice_opener(whole, start, size),
            )


def _slice_opener(whole: File, start: int, size: int) -> Callable[[], BinaryIO]:
    return lambda: io.BufferedReader(_Slice(whole.open(), start, size))


class _Slice(io.RawIOBase):
    """A part of a file as a file of its own."""

    def __init__(self, whole: IO[bytes], start: int, size: int, *, owned: bool = True) -> None:
        self._whole = whole
        self._owned = owned
        self._start = start
        self._size = size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        self._whole.seek(self._start + self._at)
        got = self._whole.read(length)
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)

    def close(self) -> None:
        if self._owned:
            self._whole.close()
        super().close()
