"""Finds titles and reads their sectors for `transcode.py`, which goes when the pipeline stands.

It finds the titles of a disc and reads their sectors, whole or damaged, counting what is lost.

The order that never failed on damaged discs: each titleset's IFO, then its BUP on any fault of the
first (not only a bad magic), then the navigation packs inside the VOBs themselves.
"""

import errno
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import IO

from recordings.chart import PACK, SECTOR
from recordings.errors import EncryptedError, NoTitleError
from recordings.ifo import BadTableError, Titleset, entries_of, titleset_of
from recordings.volume import File, Kind, Volume

LOOK = 4096  # sectors searched for the first pack
BATCH = 256  # sectors read at once
PLACES, STRETCH = 16, 64  # where and how long a title is looked at before it is read
SCRAMBLED = 0.02  # CSS scrambles up to half of the sectors; damage never looks like it so often
CLOCK = 90  # ticks of a DVD's clock in a millisecond


class Origin(StrEnum):
    """Where a title was learned from."""

    IFO = "ifo"
    BUP = "bup"
    SCAN = "scan"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A stretch of sectors, counted from the beginning of its titleset's first VOB."""

    first: int
    last: int
    vob_id: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What is played as one; `milliseconds` is 0 where nothing tells the duration."""

    number: int
    titleset: int
    milliseconds: int
    chapters: int
    cells: tuple[Cell, ...]
    origin: Origin

    @property
    def sectors(self) -> int:
        return sum(cell.last - cell.first + 1 for cell in self.cells)

    @property
    def pieces(self) -> int:
        """Times the recorder was started: each began a VOB of its own."""
        return len({cell.vob_id for cell in self.cells})


@dataclass(frozen=True, slots=True, kw_only=True)
class Disc:
    volume: Volume
    titles: tuple[Title, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a look at some stretches of a title shows."""

    looked: int
    scrambled: int
    video: bool
    sound: tuple[int, ...]  # stream ids as ffmpeg's demuxer calls them, most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """One VOB file and where its first sector stands in the titleset."""

    file: File
    base: int

    @property
    def end(self) -> int:
        return self.base + self.file.size // SECTOR


def disc_of(volume: Volume) -> Disc:
    """Learn the titles; NoTitleError where not even the VOBs hold any."""
    found: list[Title] = []
    for number in _titlesets(volume):
        found += _titles_in(volume, number)
    kept = [title for title in found if not _contained(title, found)]
    if not kept:
        raise NoTitleError("no title is on the disc")
    return Disc(volume=volume, titles=tuple(_numbered(volume, kept)))


def main_title(disc: Disc) -> Title:
    """Give the longest title: recorders and menus leave short ones beside it."""
    return max(disc.titles, key=lambda title: (title.milliseconds, title.sectors))


def title_numbered(disc: Disc, number: int) -> Title:
    for title in disc.titles:
        if title.number == number:
            return title
    raise NoTitleError(f"there is no title {number}")


def _titlesets(volume: Volume) -> list[int]:
    numbers = {int(name[4:6]) for name in volume.files if name.startswith("VTS_")}
    return sorted(numbers)


def _titles_in(volume: Volume, number: int) -> list[Title]:
    spans = _spans(volume, number)
    if not spans:
        return []
    read = _table_of(volume, number)
    if read is None:
        return _scanned(number, spans)
    origin, table = read
    titles = []
    for parts in table.titles:
        chain = table.chains[parts[0].chain]
        cells = tuple(
            Cell(
                first=cell.first,
                last=cell.last,
                vob_id=cell.vob,
                milliseconds=round(max(cell.ticks, 0) / CLOCK),
            )
            for cell in chain.cells
            if not cell.angle
        )
        if cells:
            titles.append(
                Title(
                    number=0,
                    titleset=number,
                    milliseconds=round(max(chain.ticks, 0) / CLOCK),
                    chapters=len(parts),
                    cells=cells,
                    origin=origin,
                )
            )
    return titles


def _table_of(volume: Volume, number: int) -> tuple[Origin, Titleset] | None:
    for origin in (Origin.IFO, Origin.BUP):
        file = volume.files.get(f"VTS_{number:02}_0.{origin.upper()}")
        if file is not None:
            try:
                return origin, titleset_of(_whole(file))
            except BadTableError:
                continue
    return None


def _whole(file: File) -> bytes:
    with file.open() as stream:
        return stream.read(64 * 1024 * 1024)


def _contained(title: Title, others: list[Title]) -> bool:
    """Tell whether another title plays all of this one; of equals the first stays."""
    mine = {(cell.first, cell.last) for cell in title.cells}
    for other in others:
        if other is title or other.titleset != title.titleset:
            continue
        theirs = {(cell.first, cell.last) for cell in other.cells}
        if mine < theirs or (mine == theirs and others.index(other) < others.index(title)):
            return True
    return False


def _numbered(volume: Volume, titles: list[Title]) -> Iterator[Title]:
    """Count as the disc's own menu does where it can be read, else in order of titlesets."""
    order: dict[int, int] = {}
    for name in ("VIDEO_TS.IFO", "VIDEO_TS.BUP"):
        if name in volume.files and not order:
            try:
                for place, entry in enumerate(entries_of(_whole(volume.files[name]))):
                    order.setdefault(entry.titleset, place)
            except BadTableError:
                continue
    titles.sort(key=lambda title: order.get(title.titleset, 100 + title.titleset))
    for number, title in enumerate(titles, 1):
        yield replace(title, number=number)


# --- the VOBs of a titleset as one space of sectors ---


def _spans(volume: Volume, number: int) -> list[_Span]:
    spans: list[_Span] = []
    for part in range(1, 10):
        file = volume.files.get(f"VTS_{number:02}_{part}.VOB")
        if file is None:
            continue
        after = spans[-1].end if spans else 0
        base = after
        if volume.kind not in {Kind.VOB, Kind.CARVED}:
            # A navigation pack tells its own place, so a missing VOB before it shifts nothing.
            told = _told_base(file)
            base = told if told is not None and told >= after else after
        spans.append(_Span(file=file, base=base))
    return spans


def _told_base(file: File) -> int | None:
    with file.open() as stream:
        for index in range(min(LOOK, file.size // SECTOR)):
            found = _navigation(stream.read(SECTOR))
            if found is not None:
                return found.place - index
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Navigation:
    """What the pack at the head of each half second of video says about it."""

    place: int
    length: int
    vob_id: int
    milliseconds: int


def _navigation(sector: bytes) -> _Navigation | None:
    is_navigation = (
        len(sector) == SECTOR
        and sector[:4] == PACK
        and sector[0x26:0x2A] == b"\x00\x00\x01\xbf"
        and sector[0x400:0x404] == b"\x00\x00\x01\xbf"
    )
    if not is_navigation:
        return None
    start, end = struct.unpack_from(">II", sector, 0x39)
    place, length = struct.unpack_from(">II", sector, 0x40B)
    (vob_id,) = struct.unpack_from(">H", sector, 0x41F)
    return _Navigation(
        place=place,
        length=length + 1,
        vob_id=vob_id,
        milliseconds=(end - start) // CLOCK if end > start else 0,
    )


def _scanned(number: int, spans: list[_Span]) -> list[Title]:
    """Take everything in the VOBs as one title: without its table nothing may be left out."""
    cells = [cell for span in spans for cell in _scanned_cells(span)]
    if not cells:
        return []
    return [
        Title(
            number=0,
            titleset=number,
            milliseconds=sum(cell.milliseconds for cell in cells),
            chapters=len(cells),
            cells=tuple(cells),
            origin=Origin.SCAN,
        )
    ]


def _scanned_cells(span: _Span) -> Iterator[Cell]:
    """Find the recordings in one VOB file: stretches of the same VOB id."""
    vob_id: int | None = None
    first = last = duration = at = 0
    count = span.file.size // SECTOR
    with span.file.open() as stream:
        while at < count:
            stream.seek(at * SECTOR)
            found = _navigation(stream.read(SECTOR))
            if found is None:
                at += 1
                continue
            if found.vob_id != vob_id:
                if vob_id is not None:
                    yield _cell(span, first, at - 1, vob_id, duration)
                vob_id, first, duration = found.vob_id, at, 0
            duration += found.milliseconds
            # One step beyond a damaged length would skip the rest of the disc.
            at += found.length if 0 < found.length <= LOOK else 1
            last = min(at, count) - 1
    if vob_id is not None:
        yield _cell(span, first, max(last, count - 1), vob_id, duration)
    elif count:
        yield _cell(span, 0, count - 1, 1, 0)  # no navigation at all: a cut piece of a stream


def _cell(span: _Span, first: int, last: int, vob_id: int, duration: int) -> Cell:
    return Cell(
        first=span.base + first, last=span.base + last, vob_id=vob_id, milliseconds=duration
    )


# --- reading ---


@dataclass(slots=True)
class Reel:
    """The good sectors of a title in order; counts the others while it is iterated."""

    disc: Disc
    title: Title
    read: int = 0
    missing: int = 0  # beyond the end of the files, or unreadable
    damaged: int = 0  # there, but not a pack: zeroed by the ripping tool, or torn
    _open: dict[int, IO[bytes]] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return self.missing + self.damaged

    def __iter__(self) -> Iterator[bytes]:
        spans = _spans(self.disc.volume, self.title.titleset)
        end = spans[-1].end if spans else 0
        try:
            for cell in self.title.cells:
                # A torn table may promise more sectors than any disc has.
                there = min(cell.last, end)
                self.missing += cell.last - max(there, cell.first - 1)
                for at in range(cell.first, there + 1, BATCH):
                    yield self._good(spans, at, min(BATCH, there - at + 1))
        finally:
            for stream in self._open.values():
                stream.close()
            self._open.clear()

    def _good(self, spans: list[_Span], first: int, count: int) -> bytes:
        good = []
        data = b"".join(self._raw(spans, first, count))
        for at in range(0, len(data), SECTOR):
            if data[at : at + 4] == PACK and len(data) - at >= SECTOR:
                good.append(data[at : at + SECTOR])
            else:
                self.damaged += 1
        self.missing += count - (len(data) + SECTOR - 1) // SECTOR
        self.read += len(good)
        return data if len(good) * SECTOR == len(data) else b"".join(good)

    def _raw(self, spans: list[_Span], first: int, count: int) -> Iterator[bytes]:
        for index, span in enumerate(spans):
            start, end = max(first, span.base), min(first + count, span.end)
            if start < end:
                if index not in self._open:
                    self._open[index] = span.file.open()
                yield _tolerant(self._open[index], start - span.base, end - start)


def _tolerant(stream: IO[bytes], first: int, count: int) -> bytes:
    """Read sectors; where the medium itself refuses, sector by sector around the hole."""
    try:
        stream.seek(first * SECTOR)
        return stream.read(count * SECTOR)
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        if count == 1:
            return b""
    return b"".join(_tolerant(stream, first + index, 1) for index in range(count))


def survey(disc: Disc, title: Title) -> Survey:
    """Look at stretches all over a title; EncryptedError where they are scrambled."""
    looked = scrambled = 0
    video = False
    sound: dict[int, int] = {}
    for sector in _looked_at(disc, title):
        looked += 1
        kind = sector[17]
        if kind not in {0xBD, *range(0xC0, 0xC8), *range(0xE0, 0xF0)}:
            continue
        scrambled += bool(sector[20] & 0x30)
        if kind >= 0xE0:  # noqa: PLR2004  # video streams begin here
            video = True
        elif kind >= 0xC0:  # noqa: PLR2004  # MPEG sound
            sound[0x100 | kind] = sound.get(0x100 | kind, 0) + 1
        else:
            substream = sector[23 + sector[22]] if 23 + sector[22] < SECTOR else 0
            if 0x80 <= substream < 0xA8:  # noqa: PLR2004  # AC-3, DTS, PCM; below: subtitles
                sound[substream] = sound.get(substream, 0) + 1
    if looked and scrambled / looked > SCRAMBLED:
        raise EncryptedError(f"{scrambled} of {looked} sectors looked at are scrambled")
    return Survey(
        looked=looked,
        scrambled=scrambled,
        video=video,
        sound=tuple(sorted(sound, key=lambda stream: (-sound[stream], stream))),
    )


def _looked_at(disc: Disc, title: Title) -> Iterator[bytes]:
    step = max(1, title.sectors // PLACES)
    cells = []
    before = 0
    for cell in title.cells:
        length = cell.last - cell.first + 1
        for offset in range((-before) % step, length, step):
            first = cell.first + offset
            last = min(first + STRETCH - 1, cell.last)
            cells.append(Cell(first=first, last=last, vob_id=cell.vob_id, milliseconds=0))
        before += length
    for batch in Reel(disc, replace(title, cells=tuple(cells))):
        for at in range(0, len(batch), SECTOR):
            yield batch[at : at + SECTOR]
