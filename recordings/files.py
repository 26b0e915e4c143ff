"""Opens what was handed in, wherever it lies: files of this machine, objects, parts of either."""

import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, Any, BinaryIO

from recordings.chart import tolerant
from recordings.errors import NotADiscError
from recordings.seeking import Seekable
from recordings.store import ObjectStore

COPIED = 1 << 20  # bytes copied at once


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
    inside: tuple[Path, int] | None = None  # the file of this machine that holds it, and where


def files_at(path: Path) -> list[File]:
    """Name a file, or all files of a folder, of this machine."""
    if path.is_file():
        found = [path]
    elif path.is_dir():
        # A link that leads out of the folder is none of its files.
        root = path.resolve()
        found = sorted(
            child
            for child in path.rglob("*")
            if child.is_file() and child.resolve().is_relative_to(root)
        )
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
    if len(pieces) == 1 and pieces[0].file:
        other = whole[pieces[0].file]
        if not pieces[0].start and pieces[0].size == other.size:
            return replace(other, name=name, pieces=tuple(pieces))
    parts = [(whole[one.file] if one.file else None, one.start, one.size) for one in pieces]
    return File(
        name=name,
        size=sum(piece.size for piece in pieces),
        open=lambda: io.BufferedReader(_Pieces(parts)),
        pieces=tuple(pieces),
        inside=_place(parts),
    )


def part_of(file: File, name: str, start: int, size: int) -> File:
    """A stretch of a file as a file of its own; bytes beyond its end are missing there, too."""
    if not start and size == file.size:
        return replace(file, name=name)
    pieces: list[Piece] = []
    before = 0
    for piece in file.pieces:
        low, high = max(start - before, 0), min(start + size - before, piece.size)
        if low < high:
            pieces.append(replace(piece, start=piece.start + low, size=high - low))
        before += piece.size
    return File(
        name=name,
        size=size,
        open=lambda: io.BufferedReader(_Pieces([(file, start, size)])),
        pieces=tuple(pieces),
        inside=_place([(file, start, size)]),
    )


def joined_file(name: str, parts: Sequence[File]) -> File:
    """Files one after the other, as one."""
    if len(parts) == 1:
        return replace(parts[0], name=name)
    stretches = [(part, 0, part.size) for part in parts]
    return File(
        name=name,
        size=sum(part.size for part in parts),
        open=lambda: io.BufferedReader(_Pieces(stretches)),
        pieces=tuple(piece for part in parts for piece in part.pieces),
    )


def zeros(size: int) -> File:
    """Bytes of a file that were never written."""
    return File(
        name="",
        size=size,
        open=lambda: io.BufferedReader(_Pieces([(None, 0, size)])),
        pieces=(Piece(file="", start=0, size=size),),
    )


def told_apart(files: Sequence[File]) -> list[File]:
    """Give files of the same name (two discs, each with its VIDEO_TS) names of their own."""
    seen: Counter[str] = Counter()
    apart = []
    for file in files:
        seen[file.name] += 1
        number = seen[file.name]
        apart.append(file if number == 1 else replace(file, name=f"{number}/{file.name}"))
    return apart


def _place(parts: Sequence[tuple[File | None, int, int]]) -> tuple[Path, int] | None:
    file, start, _ = parts[0] if len(parts) == 1 else (None, 0, 0)
    if file is None:
        return None
    if file.path is not None:
        return file.path, start
    return (file.inside[0], file.inside[1] + start) if file.inside is not None else None


def address(file: File, scratch: Path | None) -> str | None:
    """Where ffmpeg finds a file; what is not on this machine is copied to `scratch`, once.

    None where that is needed and there is no `scratch`.
    """
    if file.path is not None:
        return str(file.path.absolute())
    if file.inside is not None:
        path, start = file.inside
        end = min(start + file.size, path.stat().st_size)
        return f"subfile,,start,{start},end,{end},,:{path.absolute()}"
    if scratch is None:
        return None
    name = sha256(repr((file.name, file.size, file.pieces)).encode()).hexdigest()[:24]
    target = scratch / (name + PurePosixPath(file.name).suffix.lower())
    if not target.exists():
        with NamedTemporaryFile(dir=scratch, delete=False) as out, file.open() as stream:
            for at in range(0, file.size, COPIED):
                out.write(tolerant(stream, at, min(COPIED, file.size - at))[0])
        Path(out.name).rename(target)
    return str(target.absolute())


class _Pieces(Seekable):
    """Parts of files, one after the other, as a file of its own."""

    def __init__(self, parts: Sequence[tuple[File | None, int, int]]) -> None:
        super().__init__(sum(size for _, _, size in parts))
        self._parts = parts
        self._open: dict[int, BinaryIO] = {}

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


class _Slice(Seekable):
    """A part of a file as a file of its own."""

    def __init__(self, whole: IO[bytes], start: int, size: int, *, owned: bool = True) -> None:
        super().__init__(size)
        self._whole = whole
        self._owned = owned
        self._start = start

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
