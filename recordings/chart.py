"""Charts a file sector by sector in one reading: what is whole, which clock it carries, its hash.

A DVD's streams are cut into packs of one sector (ISO/IEC 13818-1, 2.5.3). Each pack tells the
system clock and mostly carries one stream; a navigation pack begins each unit (VOBU) of about half
a second and tells where it stands. The chart of a disc of 4.7 GB takes about 40 MB.
"""

import errno
import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import IO, Any

import numpy as np
import numpy.typing as npt

SECTOR = 2048
PACK = b"\x00\x00\x01\xba"  # every sector of a VOB begins with it
BLOCK = 1024  # sectors read at once
REFUSED = {errno.EIO, errno.ENODATA, errno.ENXIO, errno.EREMOTEIO, errno.EILSEQ, errno.EBADMSG}
TICKS = 90_000  # of a DVD's clock in a second
NTSC = 0xC0  # the rate in the two upper bits of a time
WRAP = 1 << 33  # ticks after which a clock begins anew: 26 hours
HIGH = 1 << 32
SPARSE = 32  # of the packs that tell a time, where no picture is found to begin
LONGEST_UNIT = 60 * TICKS  # of a still picture; what is longer lies

NAVIGATION, PADDING, PRIVATE, SYSTEM = 0xBF, 0xBE, 0xBD, 0xBB  # ids of packets
SOUND, PICTURE = 0xC0, 0xE0  # the first of the 32 ids for MPEG sound, of the 16 for pictures

Watch = Callable[[float], None]  # told the share that is done; may raise to stop the work
Bytes = npt.NDArray[np.uint8]
Row = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Ticks = npt.NDArray[np.int64]
Table = npt.NDArray[np.void]


class State(IntEnum):
    """What a sector is."""

    GOOD = 0
    ZEROED = 1  # a ripping tool writes zeros for what it could not read
    TORN = 2  # no pack begins here
    UNREADABLE = 3  # the medium refused
    SCRAMBLED = 4
    MISSING = 5  # no file holds it
    TRUNCATED = 6  # beyond the end of its file
    HALF = 7  # its end is zeros: what is left is read, and counted as lost


READ = (State.GOOD, State.HALF)  # what a decoder is given


FTYP = b"ftyp"  # at byte 4 of an MP4
HEADS = (
    *(b"DVDVIDEO-VMG", b"DVDVIDEO-VTS", b"RIFF", b"\x1aE\xdf\xa3"),
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
)

NAVS = np.dtype(
    [
        ("sector", "i8"),
        ("place", "i8"),  # where it says that it stands in its titleset
        ("length", "i8"),  # of the unit it begins, in sectors
        ("vob", "i8"),
        ("cell", "i8"),
        ("start", "i8"),  # of presentation, in ticks
        ("end", "i8"),
        ("elapsed", "i8"),  # ticks since its cell began, -1 where that is nonsense
        ("vob_start", "i8"),  # of presentation of its whole VOB, 0 where it is not told
        ("vob_end", "i8"),
    ]
)
POINTS = np.dtype([("sector", "i8"), ("clock", "i8")])  # where a decoder may begin, in ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What each sector of a row of sectors is; every array has one entry for each sector.

    `clock` and `shown` are ticks without their highest bit, which `high` has of `shown`: the system
    clock of the pack, and the presentation time of what begins in it (where `timed`); `sums` tells
    contents apart. A private packet's stream goes by the id in it (0x80 is the first AC-3 sound).
    """

    state: Bytes
    stream: Bytes
    timed: Flags
    clock: Row
    shown: Row
    high: Flags
    sums: Row
    navs: Table
    points: Table
    tables: tuple[int, ...] = ()  # sectors where a table of contents begins, or a media file

    @property
    def sectors(self) -> int:
        return len(self.state)

    def part(self, first: int, count: int) -> "Chart":
        """The chart of a stretch, as views; sectors beyond the end are truncated ones."""
        end = max(first, min(first + count, self.sectors))
        row = slice(first, end)
        cut = Chart(
            state=self.state[row],
            stream=self.stream[row],
            timed=self.timed[row],
            clock=self.clock[row],
            shown=self.shown[row],
            high=self.high[row],
            sums=self.sums[row],
            navs=_moved(self.navs, first, end),
            points=_moved(self.points, first, end),
            tables=tuple(at - first for at in self.tables if first <= at < end),
        )
        return cut if cut.sectors == count else joined([cut, blank(count - cut.sectors)])


def _moved(table: Table, first: int, end: int) -> Table:
    inside = table[(table["sector"] >= first) & (table["sector"] < end)].copy()
    inside["sector"] -= first
    return inside


def blank(count: int, state: State = State.TRUNCATED) -> Chart:
    """The chart of sectors that are not there."""
    return Chart(
        state=np.full(count, state, np.uint8),
        stream=np.zeros(count, np.uint8),
        timed=np.zeros(count, np.bool_),
        clock=np.zeros(count, np.uint32),
        shown=np.zeros(count, np.uint32),
        high=np.zeros(count, np.bool_),
        sums=np.zeros(count, np.uint32),
        navs=np.zeros(0, NAVS),
        points=np.zeros(0, POINTS),
    )


def joined(charts: Sequence[Chart]) -> Chart:
    """One chart after the other."""
    if len(charts) == 1:
        return charts[0]
    charts = charts or [blank(0)]
    starts = np.cumsum([0, *(chart.sectors for chart in charts)]).tolist()

    def table(name: str) -> Table:
        parts = [getattr(chart, name).copy() for chart in charts]
        for part, start in zip(parts, starts, strict=False):
            part["sector"] += start
        return np.concatenate(parts)

    return Chart(
        state=np.concatenate([chart.state for chart in charts]),
        stream=np.concatenate([chart.stream for chart in charts]),
        timed=np.concatenate([chart.timed for chart in charts]),
        clock=np.concatenate([chart.clock for chart in charts]),
        shown=np.concatenate([chart.shown for chart in charts]),
        high=np.concatenate([chart.high for chart in charts]),
        sums=np.concatenate([chart.sums for chart in charts]),
        navs=table("navs"),
        points=table("points"),
        tables=tuple(
            at + start for chart, start in zip(charts, starts, strict=False) for at in chart.tables
        ),
    )


# --- to be stored beside a report ---


def packed(chart: Chart) -> bytes:
    """What a decoder's feed needs of a chart: states, streams, units; about 1 MB for a disc."""
    head = {"sectors": chart.sectors, "navs": len(chart.navs), "points": len(chart.points)}
    body = (chart.state, chart.stream, chart.navs, chart.points)
    return zlib.compress(
        json.dumps(head).encode() + b"\n" + b"".join(one.tobytes() for one in body), 6
    )


def unpacked(data: bytes) -> Chart:
    """Take up what `packed` wrote; clocks of single sectors are gone."""
    line, _, body = zlib.decompress(data).partition(b"\n")
    head = json.loads(line)
    count, at = head["sectors"], 0
    empty = blank(count)

    def taken(kind: npt.DTypeLike, length: int) -> Any:
        nonlocal at
        found = np.frombuffer(body, kind, length, at)
        at += found.nbytes
        return found

    return Chart(
        state=taken(np.uint8, count),
        stream=taken(np.uint8, count),
        timed=empty.timed,
        clock=empty.clock,
        shown=empty.shown,
        high=empty.high,
        sums=empty.sums,
        navs=taken(NAVS, head["navs"]),
        points=taken(POINTS, head["points"]),
    )


# --- reading ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A file read once from end to end."""

    chart: Chart
    sha256: str
    size: int  # bytes there are, which may be fewer than were promised
    unreadable: int  # bytes that the medium refused; they count as zeros in the hash


def read_through(stream: IO[bytes], size: int, watch: Watch = lambda _: None) -> Reading:
    """Read `size` bytes once: chart every sector and hash every byte."""
    count = -(-size // SECTOR)
    chart = blank(count)
    digest = hashlib.sha256()
    navs: list[Table] = []
    points: list[Table] = []
    tables: list[int] = []
    at = unreadable = 0
    while at < size:
        wanted = min(BLOCK * SECTOR, size - at)
        data, refused = tolerant(stream, at, wanted)
        if not data:
            break
        digest.update(data)
        unreadable += len(refused) * SECTOR
        first = at // SECTOR
        whole = len(data) // SECTOR
        block = _charted(np.frombuffer(data, np.uint8, whole * SECTOR).reshape(whole, SECTOR))
        block.state[[sector - first for sector in refused if sector - first < whole]] = (
            State.UNREADABLE
        )
        row = slice(first, first + whole)
        for name in ("state", "stream", "timed", "clock", "shown", "high", "sums"):
            getattr(chart, name)[row] = getattr(block, name)
        for kept, found in ((navs, block.navs), (points, block.points)):
            found["sector"] += first
            kept.append(found)
        tables += [first + table for table in block.tables]
        at += len(data)
        watch(at / size)
    _mark_repeated(chart)
    return Reading(
        chart=Chart(
            state=chart.state,
            stream=chart.stream,
            timed=chart.timed,
            clock=chart.clock,
            shown=chart.shown,
            high=chart.high,
            sums=chart.sums,
            navs=_whole(chart, navs, NAVS),
            points=_whole(chart, points, POINTS),
            tables=tuple(tables),
        ),
        sha256=digest.hexdigest(),
        size=at,
        unreadable=unreadable,
    )


def _whole(chart: Chart, tables: Sequence[Table], kind: np.dtype[np.void]) -> Table:
    """Join tables, without the rows of sectors that turned out to be no good."""
    table = np.concatenate([np.zeros(0, kind), *tables])
    return table[np.isin(chart.state[table["sector"]], READ)]


def _mark_repeated(chart: Chart) -> None:
    """A drive that stumbles may give the same sector again and again for what it cannot read."""
    same = (np.diff(chart.clock) == 0) & (np.diff(chart.sums) == 0) & (chart.clock[1:] > 0)
    again = np.flatnonzero(same & (chart.state[1:] == State.GOOD)) + 1
    chart.state[again] = State.TORN


def tolerant(stream: IO[bytes], start: int, length: int) -> tuple[bytes, list[int]]:
    """Read bytes from a sector's beginning; where the medium refuses, sector by sector around it.

    Gives what was read, zeros for what was refused, and the refused sectors; fewer bytes than
    asked for only at the end of the file.
    """
    try:
        stream.seek(start)
        return _filled(stream, length), []
    except OSError as error:
        if error.errno not in REFUSED:
            raise
    if length <= SECTOR:
        return bytes(length), [start // SECTOR]
    half = (length // 2 + SECTOR - 1) // SECTOR * SECTOR
    before, refused = tolerant(stream, start, half)
    if len(before) < half:
        return before, refused
    after, more = tolerant(stream, start + half, length - half)
    return before + after, refused + more


def _filled(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    while data and len(data) < length:
        more = stream.read(length - len(data))
        if not more:
            break
        data += more
    return data


# --- one block of sectors ---


def _charted(rows: Bytes) -> Chart:
    """Chart some sectors, given as rows of 2048 bytes."""
    each = np.arange(len(rows))
    start = _first_packet(rows, each)
    kind, flags = rows[each, start + 3], rows[each, start + 7]
    length = rows[each, start + 8].astype(np.intp)
    payload = np.minimum(start + 9 + length, SECTOR - 4)
    sums = rows.view(np.uint32).sum(axis=1, dtype=np.uint32)
    state = _states(rows, start)
    good = state == State.GOOD
    coded = good & ((kind >= SOUND) & (kind < PICTURE + 16) | (kind == PRIVATE))
    _mark_halves(rows, state, coded)
    flagged = coded & (rows[each, start + 6] & 0x30 != 0)
    if not _plays(rows, np.flatnonzero(flagged & (kind >= PICTURE))):
        state[flagged] = State.SCRAMBLED
    stream = np.where(kind == PRIVATE, rows[each, payload], kind) * good
    timed = coded & (flags & 0x80 != 0) & (length >= 5)  # noqa: PLR2004  # bytes of a time
    clock = np.where(good, _clock(rows), 0)
    shown = np.where(timed, _time(rows, each, start + 9), 0)
    pictures = np.flatnonzero(good & (stream >= PICTURE) & (stream < PICTURE + 16))
    heads = pictures[_begins(rows, pictures, payload[pictures], 0xB3)]  # a sequence header
    navs = _navigation(rows, np.flatnonzero(good & (kind == NAVIGATION)), clock)
    if not len(navs):
        heads = np.intersect1d(pictures[timed[pictures]], _holding(rows, b"\x00\x00\x01\xb3"))
    if not len(heads):
        heads = np.flatnonzero(timed)[::SPARSE]
    points = np.zeros(len(heads), POINTS)
    points["sector"] = heads
    points["clock"] = np.where(timed[heads], shown[heads], clock[heads])
    return Chart(
        state=state,
        stream=stream.astype(np.uint8),
        timed=timed,
        clock=(clock % HIGH).astype(np.uint32),
        shown=(shown % HIGH).astype(np.uint32),
        high=shown >= HIGH,
        sums=sums,
        navs=navs,
        points=points,
        tables=_tables(rows, np.flatnonzero(state == State.TORN)),
    )


def _begins(rows: Bytes, which: Places, at: Places, code: int | np.uint8 | Bytes) -> Flags:
    """Where an MPEG start code stands: 00 00 01 and the code."""
    found: Flags = (rows[which, at] == 0) & (rows[which, at + 1] == 0) & (rows[which, at + 2] == 1)
    found &= rows[which, at + 3] == code
    return found


def _holding(rows: Bytes, code: bytes) -> list[int]:
    """The sectors in which some bytes begin."""
    data, at, found = rows.tobytes(), -1, []
    while (at := data.find(code, at + 1)) >= 0:
        found.append(at // SECTOR)
    return found


def _first_packet(rows: Bytes, each: Places) -> Places:
    """Where in each sector the first packet stands that is no system header."""
    start = 14 + (rows[:, 13] & 7).astype(np.intp)
    system = _begins(rows, each, start, SYSTEM)
    if system.any():
        header = rows[each, start + 4].astype(np.intp) << 8 | rows[each, start + 5]
        start = np.where(system, np.minimum(start + 6 + header, SECTOR - 64), start)
    return start


def _states(rows: Bytes, start: Places) -> Bytes:
    each = np.arange(len(rows))
    # The mark of an MPEG-2 pack follows its start code; an MPEG-1 stream is no DVD's.
    pack = _begins(rows, each, np.zeros_like(start), PACK[3]) & (rows[:, 4] & 0xC4 == 0x44)  # noqa: PLR2004
    kind = rows[each, start + 3]
    good = pack & _begins(rows, each, start, kind)
    # Some wrong bits in the head of a pack are no harm: a decoder finds the packet behind it.
    size = rows[each, start + 4].astype(np.intp) << 8 | rows[each, start + 5]
    packet = _begins(rows, each, start, kind) & (kind >= PRIVATE) & (kind < PICTURE + 16)
    good |= packet & (start + 6 + size <= SECTOR) & (size > SECTOR // 2)
    state = np.where(good, State.GOOD, State.TORN).astype(np.uint8)
    for sector in np.flatnonzero(~pack & ~rows[:, :64].any(axis=1)).tolist():
        if not rows[sector].any():
            state[sector] = State.ZEROED
    return state


def _plays(rows: Bytes, pictures: Places) -> bool:
    """Tell whether sectors that are flagged as scrambled are clear: some rips leave the flags on.

    CSS leaves the first 128 bytes of a sector alone. Behind them clear pictures have the start
    codes of their slices all the time, scrambled ones once in ten thousand sectors.
    """
    clear = 0
    for sector in pictures.tolist():
        data, at = rows[sector, 128:].tobytes(), -1
        while (at := data.find(b"\x00\x00\x01", at + 1)) >= 0:
            if data[at + 3 : at + 4] < b"\xb0":
                clear += 1
                break
    return clear > len(pictures) / 10


def _mark_halves(rows: Bytes, state: Bytes, coded: Flags) -> None:
    """Mark sectors whose second half is zeros: disks are read in smaller pieces than 2048 bytes."""
    for sector in np.flatnonzero(coded & ~rows[:, -64:].any(axis=1)).tolist():
        if not rows[sector, SECTOR // 2 :].any():
            state[sector] = State.HALF


def _clock(rows: Bytes) -> Ticks:
    """The system clock of each pack."""
    b = [rows[:, at].astype(np.int64) for at in range(4, 9)]
    return (
        (b[0] & 0x38) << 27
        | (b[0] & 3) << 28
        | b[1] << 20
        | (b[2] & 0xF8) << 12
        | (b[2] & 3) << 13
        | b[3] << 5
        | b[4] >> 3
    )


def _time(rows: Bytes, each: Places, at: Places) -> Ticks:
    """The presentation time of each packet."""
    at = np.minimum(at, SECTOR - 5)
    b = [rows[each, at + index].astype(np.int64) for index in range(5)]
    return (b[0] & 14) << 29 | b[1] << 22 | (b[2] & 0xFE) << 14 | b[3] << 7 | b[4] >> 1


def _navigation(rows: Bytes, which: Places, clock: Ticks) -> Table:
    """Read the navigation packs among some sectors; blank ones (a multiplexer's) are left out.

    They tell times without the highest bit, which the system clock of their sectors has.
    """
    private2 = np.uint8(NAVIGATION)
    at = np.full(len(which), 0x26, np.intp)
    which = which[_begins(rows, which, at, private2)]
    at = np.full(len(which), 0x400, np.intp)
    which = which[_begins(rows, which, at, private2)]

    def number(place: int, size: int = 4) -> Ticks:
        value: Ticks = np.zeros(len(which), np.int64)
        for index in range(size):
            value = value << 8 | rows[which, place + index]
        return value

    navs = np.zeros(len(which), NAVS)
    navs["sector"] = which
    navs["place"], navs["length"] = number(0x40B), number(0x40F) + 1
    navs["vob"], navs["cell"] = number(0x41F, 2), number(0x422, 1)
    navs["start"], navs["end"] = number(0x39), number(0x3D)
    navs["vob_start"], navs["vob_end"] = number(0x433), number(0x437)
    navs["elapsed"] = [decimal_ticks(rows[sector, 0x423:0x427].tobytes()) for sector in which]
    navs = navs[(navs["vob"] > 0) & (navs["end"] > navs["start"])]
    navs = navs[navs["end"] - navs["start"] < LONGEST_UNIT]
    upper = np.round((clock[navs["sector"]] - navs["start"]) / HIGH).astype(np.int64) * HIGH
    for name in ("start", "end"):
        navs[name] += np.maximum(upper, 0)
    for name in ("vob_start", "vob_end"):
        navs[name] += np.where(navs[name] > 0, np.maximum(upper, 0), 0)
    found: Table = navs
    return found


def decimal_ticks(bcd: bytes) -> int:
    """Read a DVD's time: hours, minutes, seconds, frames as decimal digits and a frame rate.

    Gives -1 where it is no time at all.
    """
    digits = [(value >> 4, value & 15) for value in (*bcd[:3], bcd[3] & 0x3F)]
    if any(tens > 9 or ones > 9 for tens, ones in digits):  # noqa: PLR2004
        return -1
    hours, minutes, seconds, frames = [tens * 10 + ones for tens, ones in digits]
    if minutes > 59 or seconds > 59 or frames > 29:  # noqa: PLR2004
        return -1
    frame: int = 3003 if bcd[3] >= NTSC else 3600  # 29.97 or 25 a second
    return int(((hours * 60 + minutes) * 60 + seconds) * TICKS + frames * frame)


def _tables(rows: Bytes, which: Places) -> tuple[int, ...]:
    likely = which[np.isin(rows[which, 0], [head[0] for head in HEADS])]
    return tuple(
        at
        for at in which[np.isin(which, likely) | (rows[which, 4] == FTYP[0])].tolist()
        if rows[at, :16].tobytes().startswith(HEADS) or rows[at, 4:8].tobytes() == FTYP
    )
