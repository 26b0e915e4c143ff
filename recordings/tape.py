"""Lays the VOB files of a titleset end to end, as one row of sectors with its gaps where they are.

Navigation packs tell where they stand in their titleset: by that a file that is missing, cut short
or has lost sectors inside shifts nothing of what follows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recordings.chart import READ, SECTOR, Chart, State, blank, joined, tolerant
from recordings.files import File
from recordings.titles import Extent

MOST = 524_288  # sectors of a VOB file at most (1 GiB)
BATCH = 256  # sectors read at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a file, and where its first sector stands in the titleset."""

    file: str
    first: int
    count: int
    base: int

    @property
    def end(self) -> int:
        return self.base + self.count


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """The VOBs of a titleset, or of a menu; sectors are counted from its first VOB."""

    titleset: int  # 0: the menu of the whole disc
    menu: bool
    spans: tuple[Span, ...]
    chart: Chart

    @property
    def sectors(self) -> int:
        return self.chart.sectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A VOB file by its number in the titleset, charted."""

    number: int
    file: str
    chart: Chart


def laid(parts: Sequence[Part], *, titleset: int, menu: bool = False, promised: int = 0) -> Tape:
    """Lay files end to end; `promised` is the number of sectors that a table tells, or 0."""
    spans: list[Span] = []
    charts: list[Chart] = []
    end = before = 0
    for part in _in_their_own_order(parts):
        # No file is longer than a full one. That the very first lacks its beginning is believed
        # only of a table: a VOB that was taken off a disc alone begins at its own beginning.
        room = (part.number - before) * MOST
        if part.number == 1:
            room = max(0, promised - part.chart.sectors)
        for span in _spans(part, end, end + room):
            if span.base > end:
                cut = bool(spans) and before + 1 >= part.number
                state = State.TRUNCATED if cut else State.MISSING
                charts.append(blank(span.base - end, state))
            charts.append(part.chart.part(span.first, span.count))
            spans.append(span)
            end = span.end
        before = part.number
    if promised > end:
        # What was cut off rarely ends with a whole sector: then a file is missing.
        cut = len(spans) > 0 and charts[-1].state[-1] == State.TRUNCATED
        charts.append(blank(promised - end, State.TRUNCATED if cut else State.MISSING))
    return Tape(titleset=titleset, menu=menu, spans=tuple(spans), chart=joined(charts))


def _in_their_own_order(parts: Sequence[Part]) -> Sequence[Part]:
    """The order that the packs tell, where they all do and files have exchanged their names."""
    bases = []
    for part in parts:
        told, counts = np.unique(
            part.chart.navs["place"] - part.chart.navs["sector"], return_counts=True
        )
        bases.append(int(told[counts.argmax()]) if len(told) else -1)
    order = sorted(range(len(parts)), key=lambda index: bases[index])
    ends = [bases[index] + parts[index].chart.sectors for index in order]
    apart = all(end <= bases[index] for end, index in zip(ends, order[1:], strict=False))
    if min(bases, default=-1) < 0 or not apart or order == sorted(order):
        return parts
    numbers = [part.number for part in parts]
    return [
        replace(parts[index], number=number) for index, number in zip(order, numbers, strict=True)
    ]


def _spans(part: Part, end: int, most: int) -> Iterator[Span]:
    """Cut a file where its navigation packs say that sectors are left out.

    It begins at `end` or, if they say so, later, at `most` at the latest.
    """
    navs, count = part.chart.navs, part.chart.sectors
    if not count:
        return
    bases = navs["place"] - navs["sector"]
    groups = np.flatnonzero(np.diff(bases, prepend=-1 << 40)) if len(navs) else np.zeros(0, int)
    believed: list[tuple[int, int]] = []  # first sector, base
    floor = end
    for index, at in enumerate(groups.tolist()):
        after = int(groups[index + 1]) if index + 1 < len(groups) else len(navs)
        base, first = int(bases[at]), int(navs["sector"][at])
        # A pack that stands alone against its neighbours lies.
        alone = after - at == 1 and len(groups) > 1
        if alone or (believed and base - believed[-1][1] > MOST):
            continue
        if not believed or (base > believed[-1][1] and base + first >= floor):
            believed.append((first, base))
            floor = base + int(navs["sector"][after - 1]) + 1
    if not believed:
        yield Span(file=part.file, first=0, count=count, base=end)
        return
    start = believed[0][1]
    if not end <= start <= most:
        believed = [(sector, base - start + end) for sector, base in believed]
    believed[0] = (0, believed[0][1])
    for index, (first, base) in enumerate(believed):
        following = believed[index + 1][0] if index + 1 < len(believed) else count
        yield Span(file=part.file, first=first, count=following - first, base=base + first)


def good_sectors(
    tape: Tape, files: Mapping[str, File], extents: Sequence[Extent]
) -> Iterator[bytes]:
    """Read the whole sectors of some stretches, in order, in batches."""
    state = tape.chart.state
    for span, first, count in stretches(tape, extents):
        with files[span.file].open() as stream:
            for at in range(first, first + count, BATCH):
                some = min(BATCH, first + count - at)
                place = span.base + at - span.first
                whole = np.isin(state[place : place + some], READ)
                if not whole.any():
                    continue
                data, refused = tolerant(stream, at * SECTOR, some * SECTOR)
                whole = whole[: len(data) // SECTOR].copy()
                whole[[sector - at for sector in refused]] = False
                if whole.all():
                    yield data
                    continue
                rows = np.frombuffer(data, np.uint8, len(whole) * SECTOR).reshape(-1, SECTOR)
                yield rows[whole].tobytes()


def stretches(tape: Tape, extents: Sequence[Extent]) -> Iterator[tuple[Span, int, int]]:
    """Tell for each stretch the file, the first sector there, and how many."""
    for extent in extents:
        for span in tape.spans:
            first, end = max(extent.first, span.base), min(extent.last + 1, span.end)
            if first < end:
                yield span, first - span.base + span.first, end - first
