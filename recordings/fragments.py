"""Reads the samples of a fragmented MP4 as ffmpeg writes it, and writes them as HLS segments.

One file holds one stream. What a killed process left is read as far as it is whole. Written
segments stand on the title's own clock, whichever process made their samples (ISO/IEC 14496-12).
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

SYNC, OTHER = 0x02000000, 0x01010000  # sample flags: depends on none; depends on others
HEAD: Final = 8  # bytes before a box's content


class FragmentError(ValueError):
    """The bytes are not what ffmpeg writes for one stream."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One encoded frame or packet of sound; times in units of the stream's timescale."""

    at: int  # in the file
    size: int
    duration: int
    shift: int  # presentation after decoding
    sync: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """The samples of one file, in order of decoding."""

    path: Path
    init: bytes
    timescale: int
    samples: tuple[Sample, ...]

    @property
    def codec(self) -> str:
        """Name the codec as RFC 6381 does."""
        at = self.init.find(b"avcC")
        return f"avc1.{self.init[at + 5 : at + 8].hex()}" if at >= 0 else "mp4a.40.2"

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels, of a picture."""
        at = self.init.find(b"avc1", self.init.find(b"stsd"))
        if at < 0:
            return None
        width, height = struct.unpack_from(">HH", self.init, at + 28)
        return width, height

    def delayed(self, delay: int) -> "Spool":
        """Let pictures be shown `delay` later than they are decoded, and take it back at once.

        ffmpeg writes shifts below 0, which not every player (nor its own reader) takes well; with
        an edit list in the beginning they are at least 0 and the first picture is still at 0.
        """
        samples = tuple(replace(one, shift=one.shift + delay) for one in self.samples)
        if any(one.shift < 0 for one in samples):
            raise FragmentError("pictures are reordered further than was planned")
        return replace(self, samples=samples, init=_edited(self.init, delay))


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a piece's file that a player fetches at once."""

    offset: int
    size: int
    duration: int  # units of the timescale


def read(path: Path) -> Spool:
    """Read what is whole; FragmentError where not even the beginning is."""
    with path.open("rb") as file:
        data = file.read()
    init = b""
    timescale = 0
    samples: list[Sample] = []
    pending: list[Sample] = []
    at = 0
    while at + HEAD <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < HEAD or at + size > len(data):
            break  # torn by a kill: what is before it counts
        if kind == b"moov":
            init = data[: at + size]
            timescale = _timescale(data, at, size)
        elif kind == b"moof":
            pending = _fragment(data, at, size)
        elif kind == b"mdat":
            samples += pending
            pending = []
        at += size
    if not timescale:
        raise FragmentError("no stream begins here")
    return Spool(path=path, init=init, timescale=timescale, samples=tuple(samples))


def seconds_of(path: Path) -> float:
    """Tell how long an ordinary MP4 lasts whose index stands in front; 0 where it does not."""
    with path.open("rb") as file:
        while True:
            head = file.read(HEAD)
            if len(head) < HEAD:
                return 0.0
            size, kind = struct.unpack(">I4s", head)
            if kind == b"mdat" or size < HEAD:
                return 0.0
            if kind == b"moov":
                break
            file.seek(size - HEAD, 1)
        data = file.read(size - HEAD)
    for kind, at, _ in _boxes(data, 0, len(data)):
        if kind == b"mvhd":
            long = data[at] == 1
            scale, lasts = struct.unpack_from(
                ">IQ" if long else ">II", data, at + (20 if long else 12)
            )
            return float(lasts / scale)
    return 0.0


def write(
    target: IO[bytes],
    parts: Iterable[tuple[Path, Sequence[Sample]]],
    *,
    lengths: Sequence[int],
    first: int,
    number: int,
) -> list[Segment]:
    """Write samples as segments of so many samples each.

    `first` is the time of the first sample on the title's clock, in units of the timescale;
    `number` counts the segments of the title from 1.
    """
    given = [(path, one) for path, samples in parts for one in samples]
    if sum(lengths) != len(given):
        raise FragmentError(f"{len(given)} samples for {sum(lengths)}")
    told: list[Segment] = []
    ends = [0]
    for length in lengths:
        ends.append(ends[-1] + length)
    offset, opened, path = 0, None, None
    try:
        for index, (begin, end) in enumerate(pairwise(ends)):
            samples = [one for _, one in given[begin:end]]
            head = _moof(samples, first=first, number=number + index)
            total = sum(one.size for one in samples)
            target.write(head + struct.pack(">I4s", total + HEAD, b"mdat"))
            for origin, one in given[begin:end]:
                if origin != path or opened is None:
                    if opened is not None:
                        opened.close()
                    opened, path = origin.open("rb"), origin
                opened.seek(one.at)
                target.write(opened.read(one.size))
            duration = sum(one.duration for one in samples)
            size = len(head) + HEAD + total
            told.append(Segment(offset=offset, size=size, duration=duration))
            offset += size
            first += duration
    finally:
        if opened is not None:
            opened.close()
    return told


# --- boxes ---


def _boxes(data: bytes, at: int, end: int) -> Iterable[tuple[bytes, int, int]]:
    """Tell the boxes of a stretch: kind, where the content begins, where it ends."""
    while at + HEAD <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        if size < HEAD or at + size > end:
            raise FragmentError(f"a torn box at {at}")
        yield kind, at + HEAD, at + size
        at += size


def _timescale(data: bytes, at: int, size: int) -> int:
    """Find the one track's units in a second."""
    found = 0
    stack = [(at + HEAD, at + size)]
    while stack:
        for kind, begin, end in _boxes(data, *stack.pop()):
            if kind in {b"trak", b"mdia"}:
                stack.append((begin, end))
            elif kind == b"mdhd":
                if found:
                    raise FragmentError("more than one stream")
                long = data[begin] == 1
                (found,) = struct.unpack_from(">I", data, begin + (20 if long else 12))
    return found


def _edited(init: bytes, delay: int) -> bytes:
    """Put an edit list into the one track: what is shown begins at `delay`."""
    edits = _box(b"elst", 0, (1, 0, delay, 0x10000))
    edts = struct.pack(">I4s", HEAD + len(edits), b"edts") + edits
    places = []
    at, end = 0, len(init)
    for wanted in (b"moov", b"trak", b"tkhd"):
        for kind, begin, after in _boxes(init, at, end):
            if kind == wanted:
                places.append(begin - HEAD)
                at, end = begin, after
                break
        else:
            raise FragmentError(f"no {wanted.decode()}")
    data = bytearray(init)
    for place in places[:2]:
        (size,) = struct.unpack_from(">I", data, place)
        struct.pack_into(">I", data, place, size + len(edts))
    return bytes(data[:end] + edts + data[end:])


def _fragment(data: bytes, at: int, size: int) -> list[Sample]:
    """Read one `moof`."""
    samples: list[Sample] = []
    shared = [0, 0, 0]
    for outer, begin, end in _boxes(data, at + HEAD, at + size):
        if outer != b"traf":
            continue
        for kind, inside, _ in _boxes(data, begin, end):
            if kind == b"tfhd":
                shared = _shared(data, inside)
            elif kind == b"trun":
                samples += _samples(data, inside, at, shared)
    return samples


def _shared(data: bytes, at: int) -> list[int]:
    """Read `tfhd`: duration, size and flags of samples that do not tell their own."""
    (told,) = struct.unpack_from(">I", data, at)
    at += 8
    values = [0, 0, 0]
    for bit, width, place in ((1, 8, -1), (2, 4, -1), (8, 4, 0), (16, 4, 1), (32, 4, 2)):
        if told & bit:
            if place >= 0:
                (values[place],) = struct.unpack_from(">I", data, at)
            at += width
    return values


def _samples(data: bytes, at: int, moof: int, shared: list[int]) -> Iterable[Sample]:
    """Read `trun`."""
    length, usual, flags = shared
    told, count = struct.unpack_from(">II", data, at)
    at += 8
    where = moof
    if told & 1:
        where += struct.unpack_from(">i", data, at)[0]
        at += 4
    first = flags
    if told & 4:
        (first,) = struct.unpack_from(">I", data, at)
        at += 4
    for index in range(count):
        values = [length, usual, first if index == 0 else flags, 0]
        for place, bit in enumerate((0x100, 0x200, 0x400, 0x800)):
            if told & bit:
                (values[place],) = struct.unpack_from(">i", data, at)
                at += 4
        duration, size, mark, shift = values
        yield Sample(where, size, duration, shift, not mark & 0x10000)
        where += size


def _moof(samples: Sequence[Sample], *, first: int, number: int) -> bytes:
    """Write the head of one segment; all samples last equally long."""
    duration = samples[0].duration
    if any(one.duration != duration for one in samples):
        raise FragmentError("samples of different length")
    shifted = any(one.shift for one in samples)
    alone = all(one.sync for one in samples)  # sound: every packet is a beginning
    told = 0x01000000 | 0x1 | 0x200 | (0x800 if shifted else 0) | (0 if alone else 0x4)
    lines = b"".join(
        struct.pack(">Ii", one.size, one.shift) if shifted else struct.pack(">I", one.size)
        for one in samples
    )
    start = b"" if alone else struct.pack(">I", SYNC)
    size = 8 + 16 + 8 + 24 + 20 + 20 + len(start) + len(lines)
    tfhd = _box(b"tfhd", 0x020000 | 0x8 | 0x20, (1, duration, SYNC if alone else OTHER))
    tfdt = struct.pack(">I4sIQ", 20, b"tfdt", 0x01000000, first)
    trun = _box(b"trun", told, (len(samples), size + HEAD), start + lines)
    traf = tfhd + tfdt + trun
    inner = _box(b"mfhd", 0, (number,)) + struct.pack(">I4s", HEAD + len(traf), b"traf") + traf
    return struct.pack(">I4s", HEAD + len(inner), b"moof") + inner


def _box(kind: bytes, told: int, numbers: tuple[int, ...], rest: bytes = b"") -> bytes:
    """Write a full box: version and flags, numbers of 32 bits, whatever follows."""
    inner = struct.pack(f">{1 + len(numbers)}I", told, *numbers) + rest
    return struct.pack(">I4s", HEAD + len(inner), kind) + inner
