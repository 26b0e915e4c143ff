"""Says how a decoder is given a stretch of a title: which options, from where, at which clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from recordings.chart import READ, SECTOR, TICKS, WRAP, Table
from recordings.files import address
from recordings.film import options_for
from recordings.source import Source
from recordings.tape import Tape, good_sectors
from recordings.titles import Extent, Form, Run, Stream, Title

LATE_S = 2.0  # sound may stand so much later in a stream than the picture it goes with
SEEK_S = 5.0  # a container without an index is entered anywhere, and pictures begin later
EARLY_S = 1.0  # and a picture needs the group before its own
SMALLEST = 5_000_000  # bytes that a decoder looks at before it knows the streams
SMALLEST_ID = 0x20  # of a DVD's streams: the first subtitle
NEAR_S = 2.0  # around a run, where sectors may still belong to it
FOLDED = 60 * TICKS  # by libavformat's rule for clocks that begin anew
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An input of ffmpeg. With `-copyts` the wanted stretch begins at `clock_s` of its clock.

    Decoding begins some seconds before it, so that every picture and every filter is whole where
    it counts; what comes out is trimmed by time.
    """

    options: tuple[str, ...]  # what stands before `-i`
    url: str  # "pipe:0", or the path of a file
    clock_s: float
    seconds: float
    packs: Iterator[bytes] = field(default_factory=lambda: iter(()))  # for the standard input
    streams: tuple[int, ...] = ()  # ids of the streams that the stretch holds; others are silent


def feed(
    source: Source,
    title: Title,
    start_s: float,
    seconds: float,
    *,
    before_s: float = 0.0,
    after_s: float = 0.0,
    scratch: Path,
) -> Feed:
    """Give a stretch of a title, with what a decoder needs around it; it lies within one run.

    `scratch` is where media files that are no files of this machine are copied to, once.
    """
    run = _run(title, start_s, seconds)
    clock_s = run.clock_s + start_s - run.start_s
    if run.file is not None:
        file = source.volumes[title.disc].files[run.file]
        begin = clock_s - before_s - SEEK_S
        # Times are those of the file, not counted from its first: that may be anywhere.
        seek = ("-seek_timestamp", "1", "-ss", f"{begin:.6f}") if begin > run.clock_s else ()
        return Feed(
            options=(*options_for(file), *seek),
            url=str(address(file, scratch)),
            clock_s=clock_s,
            seconds=seconds,
            streams=tuple(one.id for one in title.streams),
        )
    tape = source.tape(title)
    begin = max(run.clock_s, clock_s - before_s) - EARLY_S
    end = min(run.clock_s + run.seconds, clock_s + seconds + after_s) + LATE_S
    extents = _between(tape, run, begin, end)
    ids, needed = _carried(tape, title, extents)
    if begin * TICKS > WRAP - FOLDED:
        clock_s -= WRAP / TICKS  # so near before its end ffmpeg counts the clock down to zero
    return Feed(
        options=(
            *("-f", "mpeg", "-fflags", "+genpts"),
            *("-probesize", str(max(SMALLEST, needed)), "-analyzeduration", "2147483647"),
        ),
        url="pipe:0",
        clock_s=clock_s,
        seconds=seconds,
        packs=good_sectors(tape, source.volumes[title.disc].files, extents),
        streams=ids,
    )


def specifier(stream: Stream) -> str:
    """How `-map` and filters name a stream of the first input.

    In a media file it is counted, in a DVD it has an id, of which none is so small.
    """
    return f"0:{stream.id}" if stream.id < SMALLEST_ID else f"0:i:{stream.id:#x}"


def _run(title: Title, start_s: float, seconds: float) -> Run:
    for run in title.runs:
        inside = run.start_s - ROUNDING <= start_s < run.end_s
        if inside and start_s + seconds <= run.end_s + ROUNDING:
            return run
    raise ValueError(f"{start_s} s and {seconds} s more are in no run of title {title.number}")


# --- a DVD ---


def _between(tape: Tape, run: Run, begin: float, end: float) -> tuple[Extent, ...]:
    """The sectors of a run that are needed between two of its times."""
    extents = _with_neighbours(tape, run)
    points = _points(tape, run, extents)
    if not len(points):
        return run.extents
    clocks = np.maximum.accumulate(points["clock"])
    first = int(np.searchsorted(clocks, begin * TICKS, "right")) - 1
    last = int(np.searchsorted(clocks, end * TICKS, "left"))
    low = int(points["order"][first]) if first > 0 else 0
    high = int(points["order"][last]) if last < len(points) else 1 << 40
    found, before = [], 0
    for extent in extents:
        length = extent.last + 1 - extent.first
        start, stop = max(0, low - before), min(length, high - before)
        if start < stop:
            found.append(Extent(first=extent.first + start, last=extent.first + stop - 1))
        before += length
    return tuple(found)


def _with_neighbours(tape: Tape, run: Run) -> list[Extent]:
    """The sectors of a run, and those around it that go by the same clock.

    Where a table cuts a recording, pictures and sound of its last moments stand behind the cut.
    """
    extents, navs = list(run.extents), tape.chart.navs
    opening, closing = run.clock_s * TICKS, (run.clock_s + run.seconds) * TICKS
    first, last = extents[0].first, extents[-1].last
    own = navs[(navs["sector"] >= first) & (navs["sector"] <= last)]
    if not len(own):
        return extents
    for unit in navs[navs["sector"] < first][::-1]:
        if (
            unit["vob"] != own["vob"][0]
            or not opening - NEAR_S * TICKS < unit["end"] <= opening + 1
        ):
            break
        extents[0] = Extent(first=int(unit["sector"]), last=extents[0].last)
    for unit in navs[navs["sector"] > last]:
        late = unit["start"] - closing
        if unit["vob"] != own["vob"][-1] or not -TICKS / 2 <= late < NEAR_S * TICKS:
            break
        end = min(int(unit["sector"] + unit["length"]), tape.sectors)
        extents[-1] = Extent(first=extents[-1].first, last=end - 1)
    return extents


def _points(tape: Tape, run: Run, extents: Sequence[Extent]) -> Table:
    """Where a decoder may begin: its order of playing, and the clock there, in ticks."""
    navs, heads = tape.chart.navs, tape.chart.points
    found, before = [], 0
    for extent in extents:
        inside = [
            (int(row["sector"]), int(row[name]))
            for table, name in ((navs, "start"), (heads, "clock"))
            for row in table[(table["sector"] >= extent.first) & (table["sector"] <= extent.last)]
        ]
        found += [(sector - extent.first + before, clock) for sector, clock in sorted(inside)]
        before += extent.last + 1 - extent.first
    # What lies far outside the run's time is a lie.
    low, high = (run.clock_s - 5) * TICKS, (run.clock_s + run.seconds + 5) * TICKS
    unwrapped = [(at, clock if clock >= low else clock + WRAP) for at, clock in found]
    return np.array(
        [one for one in unwrapped if low <= one[1] <= high], [("order", "i8"), ("clock", "i8")]
    )


def _carried(tape: Tape, title: Title, extents: tuple[Extent, ...]) -> tuple[tuple[int, ...], int]:
    """Which of the title's streams some sectors carry, and after how many bytes all began."""
    wanted = {one.id & 0xFF: one.id for one in title.streams}
    begins: dict[int, int] = {}
    before = 0
    for extent in extents:
        row = slice(extent.first, extent.last + 1)
        good = np.isin(tape.chart.state[row], READ)
        stream = np.where(good, tape.chart.stream[row], 0)
        for number in np.unique(stream).tolist():
            if number in wanted and number not in begins:
                begins[number] = before + int(np.argmax(stream == number))
        before += len(stream)
    kinds = {one.id: one.form for one in title.streams}
    needed = [at for number, at in begins.items() if kinds[wanted[number]] is not Form.SUBTITLE]
    return tuple(wanted[number] for number in begins), (max(needed, default=0) + 500) * SECTOR
