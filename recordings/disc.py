"""Finds the titles of a DVD: what its tables say, checked against what its sectors are.

The order that never failed on damaged discs: each titleset's IFO, its BUP on any fault of the
first (not only a bad magic), the navigation packs, the bare packs. What no table mentions becomes
a title of its own: every sector counts.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np

from recordings.chart import NAVIGATION, PADDING, READ, TICKS, Chart, Flags, State, tolerant
from recordings.ifo import BadTableError, Cell, Entry, Titleset, entries_of, titleset_of
from recordings.streams import streams_of
from recordings.tables import believed, joined_extents, scanned, segments_of
from recordings.tape import Part, Tape, laid
from recordings.timeline import Segment, line_of
from recordings.titles import Chapter, Extent, Form, Kind, Loss, Origin, Title, Why
from recordings.volume import Kind as Shape
from recordings.volume import Volume

SHORTEST_S = 10.0  # what is shorter is somebody trying the camera
LARGEST_TABLE = 8 * 1024 * 1024
LEAST = 25  # sectors that no table mentions and that are worth a title
WINDOW, SCRAMBLED = 128, 0.05  # sectors; the share of them that makes the others worthless, too
FRAME = TICKS // 25
VOB = re.compile(r"VTS_(\d\d)_([1-9])\.VOB", re.ASCII)
MENU = re.compile(r"(?:VIDEO_TS|VTS_(\d\d)_0)\.VOB", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a DVD holds: its titles and the tapes they are on. `remarks` are codes."""

    titles: tuple[Title, ...]
    tapes: tuple[Tape, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A title on its way: what is played, before it has a number."""

    titleset: int
    number: int  # in its titleset, 0: no table mentions it
    origin: Origin
    segments: tuple[Segment, ...]
    chapters: tuple[int, ...]  # marks, counted over all segments
    angles: int
    tracks: tuple[int, ...] = ()

    @property
    def extents(self) -> tuple[Extent, ...]:
        return tuple(extent for segment in self.segments for extent in segment.extents)


def contents_of(volume: Volume, charts: Mapping[str, Chart], *, disc: int = 0) -> Contents:
    """Find the titles; `charts` has one chart for each file of the volume that is a VOB."""
    remarks: list[str] = []
    entries = _entries(volume, remarks)
    tapes: list[Tape] = []
    titles: list[Title] = []
    for number in sorted({*_titlesets(volume), *(entry.titleset for entry in entries)}):
        tables = list(_tables(volume, number, remarks))
        tape = laid(
            list(_parts(volume, charts, number)),
            titleset=number,
            promised=_promised([table for _, table in tables]),
        )
        of_set = [entry for entry in entries if entry.titleset == number]
        if not tape.sectors:
            titles += [_absent(entry, disc) for entry in of_set]
            continue
        _spread_scrambling(tape.chart)
        tapes.append(tape)
        table, found = _found_in(tape, tables, of_set)
        titles += [_title(volume, tape, one, table, disc) for one in found]
        if not found:
            titles.append(_absent(Entry(titleset=number, number=1, chapters=0, angles=1), disc))
    for tape in _menus(volume, charts):
        tapes.append(tape)
        for menu in _scan(tape, scanned(tape), (), menu=True):
            titles.append(replace(_title(volume, tape, menu, None, disc), kind=Kind.MENU))
    ordered = _ordered(titles, entries)
    if volume.kind is Shape.VOB:
        remarks.clear()  # a file alone never had tables
    return Contents(titles=tuple(_kinds(ordered)), tapes=tuple(tapes), remarks=tuple(remarks))


# --- files ---


def _titlesets(volume: Volume) -> list[int]:
    return sorted({int(name[4:6]) for name in volume.files if name.startswith("VTS_")})


def _parts(volume: Volume, charts: Mapping[str, Chart], number: int) -> Iterator[Part]:
    for name in sorted(volume.files):
        found = VOB.fullmatch(name)
        if found and int(found[1]) == number:
            yield Part(number=int(found[2]), file=name, chart=charts[name])


def _menus(volume: Volume, charts: Mapping[str, Chart]) -> Iterator[Tape]:
    for name in sorted(volume.files):
        found = MENU.fullmatch(name)
        if found and charts[name].sectors:
            part = Part(number=1, file=name, chart=charts[name])
            yield laid([part], titleset=int(found[1] or 0), menu=True)


def _read(volume: Volume, name: str) -> bytes | None:
    """A whole table; None where it is not there, zeros where the medium refuses."""
    file = volume.files.get(name)
    if file is None:
        return None
    with file.open() as stream:
        return tolerant(stream, 0, min(file.size, LARGEST_TABLE))[0]


def _entries(volume: Volume, remarks: list[str]) -> tuple[Entry, ...]:
    for name in ("VIDEO_TS.IFO", "VIDEO_TS.BUP"):
        data = _read(volume, name)
        try:
            if data is not None:
                return entries_of(data)
        except BadTableError:
            pass
        remarks.append(f"bad:{name}" if data is not None else f"missing:{name}")
    return ()


def _tables(volume: Volume, number: int, remarks: list[str]) -> Iterator[tuple[Origin, Titleset]]:
    for origin, suffix in ((Origin.IFO, "IFO"), (Origin.BUP, "BUP")):
        name = f"VTS_{number:02}_0.{suffix}"
        data = _read(volume, name)
        try:
            if data is not None:
                yield origin, titleset_of(data)
                continue
        except BadTableError:
            pass
        remarks.append(f"bad:{name}" if data is not None else f"missing:{name}")


def _promised(tables: Sequence[Titleset]) -> int:
    """The sectors that a titleset's VOBs should have; absurd promises count for nothing."""
    return min((table.sectors for table in tables if table.sectors), default=0)


def _spread_scrambling(chart: Chart) -> None:
    """Give up the clear sectors between scrambled ones: half of a picture is none."""
    scrambled = chart.state == State.SCRAMBLED
    if not scrambled.any():
        return
    for first in range(0, chart.sectors, WINDOW):
        window = slice(first, first + WINDOW)
        if scrambled[window].mean() > SCRAMBLED:
            state = chart.state[window]
            state[state == State.GOOD] = State.SCRAMBLED


# --- titles ---


def _found_in(
    tape: Tape, tables: Sequence[tuple[Origin, Titleset]], entries: Sequence[Entry]
) -> tuple[Titleset | None, list[_Found]]:
    """What the tables say, and what they do not."""
    chosen = believed(tape, tables)
    if chosen is None:
        return None, _scan(tape, scanned(tape), entries)
    origin, table = chosen
    angles = {entry.number: entry.angles for entry in entries}
    found = [
        _told(tape, table, number, origin, angles.get(number, 1))
        for number in range(1, len(table.titles) + 1)
    ]
    found = [one for one in found if one.segments]
    covered = np.zeros(tape.sectors, np.bool_)
    for chain in table.chains.values():
        for cell in chain.cells:
            covered[cell.first : cell.last + 1] = True
    forgotten = _forgotten(tape, covered)
    if forgotten:
        found += _scan(tape, scanned(tape, forgotten), ())
    return table, found


def _told(tape: Tape, table: Titleset, number: int, origin: Origin, angles: int) -> _Found:
    """A title as its table tells it: the chains of its chapters, one after the other."""
    parts = table.titles[number - 1]
    cells: list[Cell] = []
    begins: dict[int, int] = {}  # chain -> its first cell among `cells`
    for part in parts:
        if part.chain not in begins:
            begins[part.chain] = len(cells)
            cells += [cell for cell in table.chains[part.chain].cells if not cell.angle]
    chapters = []
    for part in parts:
        chain = table.chains[part.chain]
        if 0 <= part.program < len(chain.programs):
            before = chain.cells[: chain.programs[part.program]]
            chapters.append(begins[part.chain] + sum(not cell.angle for cell in before))
    woven = [cell.angle + 1 for chain in begins for cell in table.chains[chain].cells]
    return _Found(
        titleset=tape.titleset,
        number=number,
        origin=origin,
        segments=segments_of(tape, cells),
        chapters=tuple(chapters),
        angles=max(woven, default=1) if max(woven, default=1) > 1 else angles,
        tracks=table.chains[parts[0].chain].tracks,
    )


def _forgotten(tape: Tape, covered: Flags) -> list[Extent]:
    """Stretches of sectors that carry something and that no table mentions."""
    chart = tape.chart
    carries = np.isin(chart.state, READ) & ~np.isin(chart.stream, (0, NAVIGATION, PADDING))
    found = []
    edges = np.flatnonzero(np.diff(np.concatenate([[True], covered, [True]]).astype(int)))
    for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        if carries[first:end].sum() >= LEAST:
            found.append(Extent(first=first, last=end - 1))
    return found


def _scan(
    tape: Tape, segments: Sequence[Segment], entries: Sequence[Entry], *, menu: bool = False
) -> list[_Found]:
    """Titles without a table: all of a titleset is one, unless the manager counted otherwise."""
    segments = [one for one in segments if _carries(tape, one)]
    groups = [segments] if menu else _counted(tape, segments, entries)
    return [
        _Found(
            titleset=tape.titleset,
            number=0 if len(groups) == 1 else place + 1,
            origin=Origin.SCAN,
            segments=tuple(group),
            chapters=(),
            angles=1,
        )
        for place, group in enumerate(groups)
        if group
    ]


def _carries(tape: Tape, segment: Segment) -> bool:
    return any(
        np.isin(tape.chart.state[one.first : one.last + 1], READ).any() for one in segment.extents
    )


def _counted(tape: Tape, segments: list[Segment], entries: Sequence[Entry]) -> list[list[Segment]]:
    """Part segments as the disc's manager does, if its count of chapters fits the cells."""
    navs = tape.chart.navs
    cells = []
    for segment in segments:
        of_vob = navs[navs["vob"] == segment.vob]
        cells.append(len(np.unique(of_vob["cell"])))
    expected = [entry.chapters for entry in sorted(entries, key=lambda entry: entry.number)]
    if len(expected) < 2 or sum(cells) != sum(expected):  # noqa: PLR2004
        return [segments]
    borders = set(np.cumsum([0, *cells]).tolist())
    wanted = np.cumsum([0, *expected]).tolist()
    if not set(wanted) <= borders:
        return [segments]
    starts = np.cumsum([0, *cells]).tolist()[:-1]
    return [
        [segment for segment, at in zip(segments, starts, strict=True) if low <= at < high]
        for low, high in itertools.pairwise(wanted)
    ]


def _title(volume: Volume, tape: Tape, found: _Found, table: Titleset | None, disc: int) -> Title:
    streams = streams_of(
        tape,
        volume.files,
        found.extents,
        table.attributes if table is not None else None,
        found.tracks,
    )
    rate = next((one.frame_rate for one in streams if one.form is Form.PICTURE), None)
    line = line_of(found.segments, tape.chart, round(TICKS / rate) if rate else FRAME)
    chapters = [line.marks_s[at] for at in found.chapters if at < len(line.marks_s)]
    if not found.chapters:
        chapters = [run.start_s for run in line.runs]
    return Title(
        number=found.number,
        kind=Kind.HEARING,
        origin=found.origin,
        seconds=line.seconds,
        streams=streams,
        runs=tuple(run for run in line.runs if _plays(tape, run.extents)),
        chapters=tuple(Chapter(start_s=start) for start in sorted(set(chapters))),
        losses=line.losses,
        angles=found.angles,
        disc=disc,
        titleset=tape.titleset,
        name=volume.name if volume.kind is Shape.VOB else "",
    )


def _absent(entry: Entry, disc: int) -> Title:
    """A title that is named, and of which nothing is there, not even its length."""
    return Title(
        number=entry.number,
        kind=Kind.HEARING,
        origin=Origin.IFO,
        seconds=0.0,
        streams=(),
        runs=(),
        losses=(Loss(start_s=0.0, seconds=0.0, why=Why.MISSING),),
        angles=entry.angles,
        disc=disc,
        titleset=entry.titleset,
    )


def _plays(tape: Tape, extents: Sequence[Extent]) -> bool:
    return any(np.isin(tape.chart.state[one.first : one.last + 1], READ).any() for one in extents)


def _ordered(titles: Sequence[Title], entries: Sequence[Entry]) -> list[Title]:
    """Number titles as the disc's manager does; what it does not know comes after, then menus."""
    place = {(entry.titleset, entry.number): at for at, entry in enumerate(entries)}

    def key(title: Title) -> tuple[bool, int, int, int]:
        told = title.number > 0 or title.origin is Origin.SCAN
        known = place.get((title.titleset, title.number or 1), len(place)) if told else len(place)
        return title.kind is Kind.MENU, known, title.titleset, title.number or 1000

    ordered = sorted(titles, key=key)
    return [replace(title, number=number) for number, title in enumerate(ordered, 1)]


def _kinds(titles: Sequence[Title]) -> Iterator[Title]:
    plays = {
        title.number: _extents(title)
        for title in titles
        if title.kind is not Kind.MENU and title.runs
    }
    sums = {title.number for title in titles if _is_sum(title, titles, plays)}
    for title in titles:
        twin = _played_by(title, titles, plays, sums)
        if title.kind is Kind.MENU:
            yield title
        elif twin is not None:
            yield replace(title, kind=Kind.DUPLICATE, duplicate_of=twin)
        elif 0 < title.seconds < SHORTEST_S:
            yield replace(title, kind=Kind.TEST)
        else:
            yield title


Plays = Mapping[int, tuple[Extent, ...]]  # number of a title -> its sectors


def _is_sum(title: Title, titles: Sequence[Title], plays: Plays) -> bool:
    """Tell a "play all": it plays two other titles or more, and nothing else."""
    parts = [
        extent
        for other in titles
        if other.number in plays
        and other.titleset == title.titleset
        and plays[other.number] != plays.get(title.number)
        and _inside(plays[other.number], plays.get(title.number, ()))
        for extent in plays[other.number]
    ]
    parts.sort(key=lambda one: one.first)
    whole = sorted(plays.get(title.number, ()), key=lambda one: one.first)
    return len(parts) > 1 and joined_extents(parts) == joined_extents(whole)


def _played_by(
    title: Title, titles: Sequence[Title], plays: Plays, sums: AbstractSet[int]
) -> int | None:
    """The number of another title that plays all of this one, or of the first part of a sum."""
    mine = plays.get(title.number)
    if mine is None:
        return None
    for other in titles:
        theirs = plays.get(other.number)
        if other.number == title.number or theirs is None or other.titleset != title.titleset:
            continue
        if mine == theirs and other.number < title.number:
            return other.number
        if title.number in sums and mine != theirs and _inside(theirs, mine):
            return other.number
        if other.number not in sums and mine != theirs and _inside(mine, theirs):
            return other.number
    return None


def _inside(some: Sequence[Extent], whole: Sequence[Extent]) -> bool:
    return all(any(a.first <= one.first and one.last <= a.last for a in whole) for one in some)


def _extents(title: Title) -> tuple[Extent, ...]:
    return joined_extents([extent for run in title.runs for extent in run.extents])
