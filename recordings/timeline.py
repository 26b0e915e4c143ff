"""Puts the sectors of a title on its line of time: what plays when, and what is lost when.

A title plays segments one after the other, each with a clock of its own (a VOB of a recorder).
Within a segment the navigation packs tell the time; where they are lost, what the tables promised
and the times before and after do. Seconds that are lost keep their place.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recordings.chart import HIGH, NAVS, PICTURE, TICKS, WRAP, Chart, Flags, State, Table, Ticks
from recordings.titles import Extent, Loss, Run, Why

HOLE_S = 10.0  # a longer hole ends a run: nothing is gained by decoding across it
CLOSE = 4  # sectors: losses nearer to each other than this are one
MOST_LOSSES = 500  # of one clock; more are joined
SLACK = TICKS  # by which units that belong together may be apart
SLOWEST = TICKS // 15  # ticks that one sector may last: 240 kbit/s
USUAL = TICKS // 250  # ticks that a sector lasts where nothing tells: 4 Mbit/s
FRAME = TICKS // 25
NEAR_S = 30  # a unit of packs is not longer
MOST_STRANDS = 400
WHY = {
    State.ZEROED: Why.ZEROED,
    State.TORN: Why.TORN,
    State.UNREADABLE: Why.UNREADABLE,
    State.SCRAMBLED: Why.SCRAMBLED,
    State.MISSING: Why.MISSING,
    State.TRUNCATED: Why.TRUNCATED,
    State.HALF: Why.TORN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A cell of a segment: where it begins, and how long it plays by the table (-1: no word)."""

    first: int
    cell: int
    ticks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Sectors that are played in order, most likely by one clock; `vob` is 0 where unknown."""

    extents: tuple[Extent, ...]
    vob: int
    marks: tuple[Mark, ...] = ()

    @property
    def promised(self) -> int | None:
        """The ticks that the tables promise, if they do for every cell."""
        told = [mark.ticks for mark in self.marks]
        return sum(told) if told and min(told) >= 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A title on its line of time; `marks_s` tells when each mark of each segment comes."""

    seconds: float
    runs: tuple[Run, ...]
    losses: tuple[Loss, ...]
    marks_s: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strand:
    """A part of a segment with one clock: positions (sectors in playing order) and ticks."""

    first: int
    end: int  # the position after its last sector
    begin: int  # ticks at `first`
    finish: int
    knots: tuple[Ticks, Ticks]  # positions and ticks that are known for sure
    known: tuple[int, int]  # positions of the first and after the last unit that is there


def line_of(segments: Sequence[Segment], chart: Chart, frame: int) -> Line:
    """Lay segments on one line of time; `frame` is the ticks of a picture.

    Every run begins and ends on the grid of the pictures that it shows.
    """
    at = 0.0
    runs: list[Run] = []
    losses: list[Loss] = []
    marks: list[float] = []
    usual = _usual(chart)
    for segment in segments:
        states = _states(segment.extents, chart)
        strands = _strands(segment, chart, states, usual, frame)
        heads = set(_played(segment.extents, chart.points)["sector"].tolist())
        places = _places(segment)
        times: dict[int, float] = {}
        for strand in strands:
            frames = max(1, round((strand.finish - strand.begin) / frame))
            if strand.first == strand.end:
                frames = 0
            seconds = frames * frame / TICKS
            for index, place in enumerate(places):
                if strand.first <= place < strand.end or index not in times:
                    ticks = _when(strand, place) - strand.begin
                    times[index] = at + min(seconds, max(0.0, ticks / TICKS))
            found = _losses(strand, states, heads, at, seconds)
            losses += found
            runs += _runs(segment, strand, found, at, frame)
            at += seconds
        marks += [times.get(index, at) for index in range(len(places))]
    return Line(seconds=at, runs=tuple(runs), losses=tuple(losses), marks_s=tuple(marks))


def _usual(chart: Chart) -> float:
    """The ticks that a sector lasts here, on the whole."""
    navs = chart.navs
    length = int(navs["length"].sum()) if len(navs) else 0
    played = int((navs["end"] - navs["start"]).sum()) if len(navs) else 0
    return min(SLOWEST, max(1.0, played / length)) if length else float(USUAL)


def _states(extents: Sequence[Extent], chart: Chart) -> npt.NDArray[np.uint8]:
    """The states of the sectors in playing order."""
    parts = []
    for extent in extents:
        part = chart.state[extent.first : extent.last + 1]
        beyond = np.full(extent.last + 1 - extent.first - len(part), State.TRUNCATED, np.uint8)
        parts += [part, beyond]
    return np.concatenate(parts)


def _places(segment: Segment) -> list[int]:
    """The position of each mark."""
    return [_position(segment.extents, mark.first) for mark in segment.marks]


def _position(extents: Sequence[Extent], sector: int) -> int:
    before = 0
    for extent in extents:
        if extent.first <= sector <= extent.last:
            return before + sector - extent.first
        before += extent.last + 1 - extent.first
    return before


# --- clocks ---


def _strands(
    segment: Segment, chart: Chart, states: npt.NDArray[np.uint8], usual: float, frame: int
) -> list[_Strand]:
    total = len(states)
    units = _units(segment, chart)
    if not len(units):
        promised = segment.promised
        length = round(total * usual) if promised is None else promised
        none: Ticks = np.zeros(0, np.int64)
        return [
            _Strand(first=0, end=total, begin=0, finish=length, knots=(none, none), known=(0, 0))
        ]
    parts = _parted(units, states)
    strands: list[_Strand] = []
    for index, part in enumerate(parts):
        last = index + 1 == len(parts)
        # What lies between two clocks belongs to the earlier one.
        end = total if last else int(parts[index + 1]["sector"][0])
        begin, finish = int(part["start"][0]), int(part["end"][-1])
        known = int(part["sector"][0]), min(end, int(part["sector"][-1] + part["length"][-1]))
        if not index and known[0]:
            opened = _opened(segment, part, states, usual)
            begin -= round((begin - opened) / frame) * frame
        if known[1] < end:
            finish += round((end - known[1]) * usual)
            if last:
                finish = _closed(segment, part, finish, None if index else begin)
        strands.append(
            _Strand(
                first=strands[-1].end if strands else 0,
                end=end,
                begin=begin,
                finish=finish,
                knots=_knots(part),
                known=known,
            )
        )
    return strands


def _units(segment: Segment, chart: Chart) -> Table:
    """The units of a segment in playing order; `sector` becomes the position."""
    navs = chart.navs
    if segment.vob:
        navs = navs[navs["vob"] == segment.vob]
    units = _played(segment.extents, navs)
    if not len(units):
        units = _played(segment.extents, _units_of_packs(segment.extents, chart))
    return _unwrapped(units)


def _unwrapped(units: Table) -> Table:
    """Let the clock go on where it has run full, after 13 hours."""
    steps = units["start"][1:] + WRAP - units["end"][:-1]
    for at in (np.flatnonzero(np.abs(steps) < SLACK) + 1).tolist():
        units["start"][at:] += WRAP
        units["end"][at:] += WRAP
    return units


def _played(extents: Sequence[Extent], units: Table) -> Table:
    before, parts = 0, []
    for extent in extents:
        inside = units[(units["sector"] >= extent.first) & (units["sector"] <= extent.last)].copy()
        inside["sector"] += before - extent.first
        parts.append(inside)
        before += extent.last + 1 - extent.first
    return np.concatenate(parts) if parts else np.zeros(0, NAVS)


def _units_of_packs(extents: Sequence[Extent], chart: Chart) -> Table:
    """Units made of the places where a decoder may begin, where no navigation packs tell them."""
    found = [np.zeros(0, NAVS)]
    for extent in extents:
        points = chart.points
        points = points[(points["sector"] >= extent.first) & (points["sector"] <= extent.last)]
        if not len(points):
            continue
        units = np.zeros(len(points), NAVS)
        units["sector"], units["start"] = points["sector"], points["clock"]
        units["elapsed"] = -1
        ends = np.append(points["sector"][1:], extent.last + 1)
        units["length"] = ends - points["sector"]
        for unit in units:
            stretch = slice(int(unit["sector"]), int(unit["sector"] + unit["length"]))
            shown = chart.shown[stretch] + HIGH * chart.high[stretch].astype(np.int64)
            shown = shown[_of_the_picture(chart, stretch)]
            near = shown[np.abs(shown - unit["start"]) < NEAR_S * TICKS]
            unit["start"] = near.min(initial=unit["start"])
            unit["end"] = near.max(initial=unit["start"]) + FRAME
        found.append(units)
    return np.concatenate(found)


def _of_the_picture(chart: Chart, stretch: slice) -> Flags:
    """Which packs tell the time of a picture; where there is none, of a sound."""
    stream, timed = chart.stream[stretch], chart.timed[stretch]
    pictures: Flags = timed & (stream >= PICTURE) & (stream < PICTURE + 16)
    return pictures if pictures.any() else timed


def _parted(units: Table, states: npt.NDArray[np.uint8]) -> list[Table]:
    """Part units where the clock starts anew.

    A unit that disagrees with both neighbours, while they agree, lies about its time.
    """
    lost = np.concatenate([[0], np.cumsum(states != State.GOOD)])

    def agree(one: int, other: int) -> bool:
        early, late = units[one], units[other]
        gap = int(late["start"] - early["end"])
        between = int(lost[late["sector"]] - lost[early["sector"]])
        skipped = int(late["sector"] - early["sector"]) if other - one > 1 else 0
        return -SLACK // 2 <= gap <= SLACK + SLOWEST * max(between, skipped)

    kept: list[int] = []
    for index in range(len(units)):
        lies = (
            kept
            and index + 1 < len(units)
            and not agree(kept[-1], index)
            and not agree(index, index + 1)
            and agree(kept[-1], index + 1)
        )
        if not lies:
            kept.append(index)
    starts = [0, *(n for n in range(1, len(kept)) if not agree(kept[n - 1], kept[n]))]
    if len(starts) > MOST_STRANDS:
        starts = [0]
    return [
        units[kept[start:end]] for start, end in zip(starts, [*starts[1:], len(kept)], strict=True)
    ]


def _opened(segment: Segment, units: Table, states: npt.NDArray[np.uint8], usual: float) -> int:
    """The clock at the beginning of a segment whose first units are lost."""
    first, lead = units[0], int(units["sector"][0])
    start = int(first["start"])
    guess = start - round(lead * usual)
    if not (states[:lead] != State.GOOD).any() and not segment.marks:
        return start
    told = [int(first["vob_start"])] if first["vob_start"] else []
    before = 0
    for mark in segment.marks:
        if mark.cell == first["cell"] and first["elapsed"] >= 0:
            told.insert(0, start - int(first["elapsed"]) - before)
            break
        before += max(0, mark.ticks)
    for clock in told:
        if start - lead * SLOWEST - SLACK <= clock <= start:
            return clock
    return min(start, max(guess, start - lead * SLOWEST))


def _closed(segment: Segment, units: Table, guess: int, begin: int | None) -> int:
    """The clock at the end of a segment whose last units are lost."""
    last = units[-1]
    end = int(last["end"])
    promised = segment.promised
    if promised is not None and begin is not None:
        return max(end, begin + promised)
    if segment.marks and promised is not None and last["elapsed"] >= 0:
        after = 0
        for mark in reversed(segment.marks):
            after += mark.ticks
            if mark.cell == last["cell"]:
                return max(end, int(last["start"] - last["elapsed"]) + after)
    if last["vob_end"] > end and not segment.marks:
        return int(last["vob_end"])
    return guess


def _knots(units: Table) -> tuple[Ticks, Ticks]:
    """Positions and their ticks, both rising."""
    ends = units["sector"] + units["length"]
    ends[:-1] = np.minimum(ends[:-1], units["sector"][1:])
    finish = units["end"].copy()
    finish[:-1] = np.minimum(finish[:-1], units["start"][1:])
    places = np.maximum.accumulate(np.stack([units["sector"], ends], axis=1).ravel())
    ticks = np.maximum.accumulate(np.stack([units["start"], finish], axis=1).ravel())
    return places, ticks


def _when(strand: _Strand, place: int) -> float:
    places, ticks = strand.knots
    if not len(places):
        share = (place - strand.first) / max(1, strand.end - strand.first)
        return strand.begin + share * (strand.finish - strand.begin)
    if place < places[0]:
        share = (place - strand.first) / max(1, int(places[0]) - strand.first)
        return strand.begin + share * (int(ticks[0]) - strand.begin)
    if place >= places[-1]:
        share = (place - int(places[-1])) / max(1, strand.end - int(places[-1]))
        return int(ticks[-1]) + share * (strand.finish - int(ticks[-1]))
    return float(np.interp(place, places, ticks))


# --- what is lost, and what plays ---


def _losses(
    strand: _Strand,
    states: npt.NDArray[np.uint8],
    heads: AbstractSet[int],
    at: float,
    seconds: float,
) -> list[Loss]:
    """What is lost of a strand; `heads` are the positions where a picture begins."""
    bad = np.flatnonzero(states[strand.first : strand.end] != State.GOOD) + strand.first
    if not len(bad):
        return []
    kinds = states[bad].astype(int)
    close, splits = CLOSE, bad
    while len(splits) > MOST_LOSSES or splits is bad:
        splits = np.flatnonzero((np.diff(bad) > close) | (np.diff(kinds) != 0)) + 1
        close *= 4
        kinds = kinds if len(splits) <= MOST_LOSSES else np.full_like(kinds, kinds[0])
    found: list[Loss] = []
    for group in np.split(bad, splits):
        first, end = int(group[0]), int(group[-1]) + 1
        if len(group) == 1 and end in heads:
            end = first  # the navigation pack before a picture: nothing of it is seen or heard
        start, finish = (
            min(seconds, max(0.0, (_when(strand, place) - strand.begin) / TICKS))
            for place in (first, end)
        )
        found.append(
            Loss(
                start_s=at + start,
                seconds=finish - start,
                why=WHY[State(int(states[first]))],
                sectors=len(group),
            )
        )
    return found


def _runs(
    segment: Segment, strand: _Strand, losses: Sequence[Loss], at: float, frame: int
) -> list[Run]:
    """What of a strand plays: from its first whole unit to its last, without its great holes."""
    if not len(strand.knots[0]):
        return []
    frames = max(1, round((strand.finish - strand.begin) / frame))
    closing = frames
    if strand.known[1] < strand.end:
        closing = min(frames, round((int(strand.knots[1][-1]) - strand.begin) / frame))
    openings = np.round((strand.knots[1][::2] - strand.begin) / frame).astype(int)
    stretches, start = [], max(0, int(openings[0]))
    for hole in losses:
        if hole.seconds > HOLE_S:
            begin = round((hole.start_s - at) * TICKS / frame)
            stretches.append((start, begin))
            after = (hole.start_s + hole.seconds - at) * TICKS / frame
            later = openings[openings >= round(after - 0.5)]
            start = int(later[0]) if len(later) else closing
    stretches.append((start, closing))
    return [
        Run(
            start_s=at + begin * frame / TICKS,
            seconds=(end - begin) * frame / TICKS,
            clock_s=(strand.begin + begin * frame) / TICKS,
            extents=_within(segment.extents, strand, begin * frame, end * frame),
        )
        for begin, end in stretches
        if end > begin
    ]


def _within(extents: Sequence[Extent], strand: _Strand, begin: int, end: int) -> tuple[Extent, ...]:
    """The sectors between two times of a strand, in ticks, by whole units around them."""
    places, ticks = strand.knots
    first_at = int(np.searchsorted(ticks, strand.begin + begin + 1, "right")) - 1
    last_at = int(np.searchsorted(ticks, strand.begin + end - 1, "left"))
    first = int(places[first_at]) if first_at > 0 else strand.first
    last = int(places[last_at]) if last_at < len(places) - 1 else strand.end
    found, before = [], 0
    for extent in extents:
        length = extent.last + 1 - extent.first
        low, high = max(first - before, 0), min(last - before, length)
        if low < high:
            found.append(Extent(first=extent.first + low, last=extent.first + high - 1))
        before += length
    return tuple(found)
