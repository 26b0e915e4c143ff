"""Finds the files of a DVD in whatever it was handed in as; what counts is content, not names.

A source is a folder (VIDEO_TS or one that holds it, any case), an image (ISO 9660 with or without
UDF), a single VOB, or an image whose file system is unreadable but whose sectors are still there.
"""

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

import pycdlib

from recordings.chart import PACK, SECTOR, tolerant
from recordings.errors import NotADiscError
from recordings.store import ObjectStore

SIDE = re.compile(r"(VIDEO_TS\.(IFO|BUP|VOB)|VTS_\d\d_\d\.(IFO|BUP|VOB))", re.ASCII)
TITLE = re.compile(r"VTS_\d\d_[1-9]\.VOB", re.ASCII)
IMAGES = {".iso", ".img", ".udf", ".bin", ".nrg", ".mdf", ".dvd", ".raw", ".dd"}
MEDIA = {
    *(".avi", ".wmv", ".asf", ".mp4", ".m4v", ".mov", ".mpg", ".mpeg", ".m2v", ".vob", ".mkv"),
    *(".webm", ".ts", ".m2ts", ".mts", ".3gp", ".flv", ".dv", ".vro", ".dat", ".divx", ".ogv"),
    *(".wav", ".mp3", ".wma", ".m4a", ".aac", ".ac3", ".flac", ".ogg", ".opus", ".amr", ".aiff"),
    *(".mp2", ".dss", ".ds2"),
}
LOOK = 4096  # sectors searched for the first pack of a damaged or headless image


class Kind(StrEnum):
    FOLDER = "folder"
    IMAGE = "image"
    VOB = "vob"
    CARVED = "carved"
    DATA = "data"  # media files on a disc that is no DVD-Video
    FILE = "file"  # a media file


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some bytes of a file that was handed in; zeros where `file` is empty."""

    file: str
    start: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that can be opened, wherever it lies; `path` where it lies on this machine."""

    name: str
    size: int
    open: Callable[[], BinaryIO]
    path: Path | None = None
    pieces: tuple[Piece, ...] = ()  # of what it consists, where it is inside another


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One disc, or the media files that belong together.

    The files of a DVD go by their upper-case names, VIDEO_TS.IFO or VTS_01_1.VOB, whatever they
    were called; media files by the names they were handed in with.
    """

    kind: Kind
    files: dict[str, File]
    name: str = ""  # of the folder, or of the image
    label: str = ""  # what was written on the disc when it was made

    @property
    def is_dvd(self) -> bool:
        return self.kind not in {Kind.DATA, Kind.FILE}


def files_at(path: Path) -> list[File]:
    """Name a file, or all files of a folder, of this machine."""
    if path.is_file():
        found = [path]
    elif path.is_dir():
        found = sorted(child for child in path.rglob("*") if child.is_file())
    else:
        raise NotADiscError(f"there is nothing at {path}")
    return [
        File(
            name=str(file.relative_to(path.parent)),
            size=file.stat().st_size,
            open=_opener(file),
            path=file,
        )
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


def assembled(name: str, pieces: Sequence[Piece], whole: Mapping[str, File]) -> File:
    """A file that consists of pieces of others; KeyError where one of those is not there."""
    if len(pieces) == 1:
        other = whole[pieces[0].file]
        if not pieces[0].start and pieces[0].size == other.size:
            return replace(other, name=name, pieces=tuple(pieces))
    parts = [(whole[one.file] if one.file else None, one.start, one.size) for one in pieces]
    return File(
        name=name,
        size=sum(piece.size for piece in pieces),
        open=lambda: io.BufferedReader(_Pieces(parts)),
        pieces=tuple(pieces),
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


def volumes_of(files: Iterable[File]) -> list[Volume]:
    """Find every disc and every media file in what was handed in."""
    whole = [replace(one, pieces=(Piece(file=one.name, start=0, size=one.size),)) for one in files]
    return _volumes(whole, {one.name: one for one in whole}, inside=0)


def _volumes(files: Sequence[File], whole: Mapping[str, File], inside: int) -> list[Volume]:
    discs: dict[str, dict[str, File]] = {}
    others: list[File] = []
    for file in files:
        place = PurePosixPath(file.name.replace("\\", "/"))
        if SIDE.fullmatch(place.name.upper()):
            discs.setdefault(str(place.parent), {})[place.name.upper()] = file
        else:
            others.append(file)
    volumes = [
        Volume(kind=Kind.IMAGE if inside else Kind.FOLDER, files=sides, name=name)
        for name, sides in discs.items()
        if any(TITLE.fullmatch(side) for side in sides)
    ]
    media: dict[str, File] = {}
    for file in others:
        if not file.size:
            continue
        found = _form(file)
        if found == "image" and not inside:
            volumes += _of_image(file, whole)
        elif found == "packs":
            volumes.append(Volume(kind=Kind.VOB, files={"VTS_01_1.VOB": file}, name=file.name))
        elif found == "media":
            media[file.name] = file
    if media:
        alone = len(media) == 1 and not inside
        volumes.append(Volume(kind=Kind.FILE if alone else Kind.DATA, files=media))
    return volumes


def _form(file: File) -> str:
    """Tell by content what a file is: an image, packs, something a player may know, or nothing."""
    with file.open() as stream:
        head = tolerant(stream, 0, SECTOR)[0]
        descriptor = tolerant(stream, 16 * SECTOR, SECTOR)[0][1:6]
    suffix = PurePosixPath(file.name).suffix.lower()
    if descriptor in {b"CD001", b"BEA01"} or suffix in IMAGES:
        return "image"
    if head[:4] == PACK and file.size > SECTOR:
        return "packs"
    return "media" if suffix in MEDIA else ""


def _of_image(file: File, whole: Mapping[str, File]) -> list[Volume]:
    inside = _image_files(file)
    return _volumes(inside, whole, inside=1) if inside else []


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
                pieces=(Piece(file=whole.name, start=start, size=size),),
            )


def _slice_opener(whole: File, start: int, size: int) -> Callable[[], BinaryIO]:
    return lambda: io.BufferedReader(_Slice(whole.open(), start, size))


class _Pieces(io.RawIOBase):
    """Parts of files, one after the other, as a file of its own."""

    def __init__(self, parts: Sequence[tuple[File | None, int, int]]) -> None:
        self._parts = parts
        self._open: dict[int, BinaryIO] = {}
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        size = sum(size for _, _, size in self._parts)
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any, /) -> int:
        before = 0
        for index, (file, start, size) in enumerate(self._parts):
            inside = self._at - before
            if 0 <= inside < size:
                length = min(len(buffer), size - inside)
                data = bytes(length)
                if file is not None:
                    if index not in self._open:
                        self._open[index] = file.open()
                    self._open[index].seek(start + inside)
                    data = self._open[index].read(length)
                buffer[: len(data)] = data
                self._at += len(data)
                return len(data)
            before += size
        return 0

    def close(self) -> None:
        for stream in self._open.values():
            stream.close()
        super().close()


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
