"""Judges a titleset's tables by its sectors: which of IFO and BUP is believed, and what is mended.

Navigation packs name their cell. Where a table contradicts them, they are right.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from recordings.chart import TICKS, State, Table
from recordings.ifo import Cell, Chain, Titleset
from recordings.tape import Tape
from recordings.timeline import Mark, Segment
from recordings.titles import Extent, Origin

ODD_S = 1.0  # by which a cell may play longer or shorter than its table says

MOST = 0.9

Read = tuple[Origin, Titleset]


def believed(tape: Tape, tables: Sequence[Read]) -> Read | None:
    """Choose the soundest table, the IFO before the BUP, and mend what its cells have wrong."""
    judged = [
        (table.faults + _contradictions(tape, table), order, origin, table)
        for order, (origin, table) in enumerate(tables)
    ]
    for faults, _, origin, table in sorted(judged, key=lambda one: one[:2]):
        if not faults:
            return origin, table
        mended = _mended(tape, table)
        if mended is not None:
            return origin, mended
    return None


def _cells(table: Titleset) -> Iterator[Cell]:
    for chain in table.chains.values():
        yield from chain.cells


def _contradictions(tape: Tape, table: Titleset) -> int:
    """Count the cells that cannot be as the table tells them, and the cells that overlap."""
    wrong = sum(_misplaced(tape, cell) or _mistimed(tape, cell) for cell in _cells(table))
    known = {(one.vob, one.cell): (one.first, one.last) for one in table.addresses}
    for chain in table.chains.values():
        played = 0
        for cell in chain.cells:
            elsewhere = known.get((cell.vob, cell.cell), (cell.first, cell.last))
            wrong += elsewhere != (cell.first, cell.last) and not cell.woven
            played += max(0, cell.ticks) if not cell.angle else 0
        wrong += abs(played - chain.ticks) > max(2 * TICKS, chain.ticks // 10)
    return wrong


def _inside(tape: Tape, cell: Cell) -> Table:
    navs = tape.chart.navs
    inside: Table = navs[(navs["sector"] >= cell.first) & (navs["sector"] <= cell.last)]
    return inside


def _own(tape: Tape, cell: Cell) -> Table:
    inside = _inside(tape, cell)
    own: Table = inside[(inside["vob"] == cell.vob) & (inside["cell"] == cell.cell)]
    return own


def _misplaced(tape: Tape, cell: Cell) -> bool:
    if cell.last >= tape.sectors:
        return True
    inside = _inside(tape, cell)
    named = tape.chart.navs
    named = named[(named["vob"] == cell.vob) & (named["cell"] == cell.cell)]
    own = named[(named["sector"] >= cell.first) & (named["sector"] <= cell.last)]
    if cell.woven:
        return not len(own) and len(inside) > 0
    if len(inside) and len(own) < 0.9 * len(inside):  # a few packs may lie
        return True
    if not len(tape.chart.navs):
        return False
    # A cell consists of whole units.
    begins = tape.chart.state[cell.first] == State.GOOD
    after = cell.last + 1
    ends = after < tape.sectors and tape.chart.state[after] == State.GOOD
    starts = tape.chart.navs["sector"]
    return bool((begins and cell.first not in starts) or (ends and after not in starts))


def _mistimed(tape: Tape, cell: Cell) -> bool:
    """Tell whether a cell that is wholly there plays longer or shorter than the table says."""
    own = _own(tape, cell)
    if cell.ticks < 0 or not len(own):
        return cell.ticks < 0
    if (tape.chart.state[cell.first : cell.last + 1] != State.GOOD).any():
        return False
    played = int(own["end"][-1] - own["start"][0])
    return abs(played - cell.ticks) > ODD_S * TICKS + cell.ticks / 20


def _mended(tape: Tape, table: Titleset) -> Titleset | None:
    """Put each wrong cell where the navigation packs say; None where most are wrong."""
    cells = list(_cells(table))
    wrong = sum(_misplaced(tape, cell) for cell in cells)
    if wrong > 1 and wrong > len(cells) / 2:
        return None  # it is the table of another disc
    addresses = {(one.vob, one.cell): one for one in table.addresses}
    chains: dict[int, Chain] = {}
    for index, chain in table.chains.items():
        cells = []
        for cell in chain.cells:
            found = cell
            if _misplaced(tape, cell):
                moved = _moved(tape, cell)
                address = addresses.get((cell.vob, cell.cell))
                if moved is None and address is not None:
                    moved = replace(cell, first=address.first, last=address.last)
                if moved is None or moved.last >= tape.sectors:
                    continue
                found = moved
            if _mistimed(tape, found):
                found = replace(found, ticks=-1)
            cells.append(found)
        programs = [chain.cells[at] for at in chain.programs if at < len(chain.cells)]
        chains[index] = replace(
            chain,
            cells=tuple(cells),
            programs=tuple(
                next((n for n, c in enumerate(cells) if (c.vob, c.cell) == (p.vob, p.cell)), 0)
                for p in programs
            ),
        )
    if not any(chain.cells for chain in chains.values()):
        return None
    return replace(table, chains=chains)


def _moved(tape: Tape, cell: Cell) -> Cell | None:
    """Where a cell really lies: by its name or, where that is wrong, by its place."""
    navs = tape.chart.navs
    named = navs[(navs["vob"] == cell.vob) & (navs["cell"] == cell.cell)]
    if len(named) and not cell.woven:
        first = int(named["sector"].min())
        last = int((named["sector"] + named["length"]).max()) - 1
        return replace(cell, first=first, last=min(last, tape.sectors - 1))
    starts = navs[navs["sector"] == cell.first]
    if len(starts) and not len(named):
        return replace(cell, vob=int(starts["vob"][0]), cell=int(starts["cell"][0]))
    return None


# --- what is played ---


def segments_of(tape: Tape, cells: Sequence[Cell]) -> tuple[Segment, ...]:
    """What the first angle of some cells plays: cells that follow each other in a VOB are one."""
    segments: list[Segment] = []
    for cell in cells:
        if cell.angle:
            continue
        extents = _extents(tape, cell)
        mark = Mark(first=extents[0].first, cell=cell.cell, ticks=cell.ticks)
        last = segments[-1] if segments else None
        if last is not None and last.vob == cell.vob and last.extents[-1].last < extents[0].first:
            joined = joined_extents((*last.extents, *extents))
            segments[-1] = replace(last, extents=joined, marks=(*last.marks, mark))
        else:
            segments.append(Segment(extents=extents, vob=cell.vob, marks=(mark,)))
    return tuple(segments)


def _extents(tape: Tape, cell: Cell) -> tuple[Extent, ...]:
    """The sectors of a cell; where other angles are woven in, only its own units."""
    own = _own(tape, cell) if cell.woven else ()
    if not len(own):
        return (Extent(first=cell.first, last=cell.last),)
    return joined_extents(
        [
            Extent(first=int(unit["sector"]), last=int(unit["sector"] + unit["length"]) - 1)
            for unit in own
        ]
    )


def joined_extents(extents: Sequence[Extent]) -> tuple[Extent, ...]:
    """The same sectors in the same order in as few extents as can be."""
    found: list[Extent] = []
    for extent in extents:
        if found and found[-1].last + 1 == extent.first:
            found[-1] = Extent(first=found[-1].first, last=extent.last)
        else:
            found.append(extent)
    return tuple(found)


def scanned(tape: Tape, stretches: Sequence[Extent] | None = None) -> tuple[Segment, ...]:
    """What some stretches play, all of them if none are named, by their navigation packs alone."""
    if stretches is None:
        stretches = (Extent(first=0, last=tape.sectors - 1),)
    return tuple(segment for stretch in stretches for segment in _scanned(tape, stretch))


def _scanned(tape: Tape, stretch: Extent) -> Iterator[Segment]:
    navs = tape.chart.navs
    navs = navs[(navs["sector"] >= stretch.first) & (navs["sector"] <= stretch.last)]
    if not len(navs):
        yield Segment(extents=(stretch,), vob=0)
        return
    bounds = [0, *(int(at) for at in np.flatnonzero(np.diff(navs["vob"])) + 1), len(navs)]
    groups: list[tuple[int, int]] = []  # the VOB, its first unit
    for first, after in itertools.pairwise(bounds):
        vob = int(navs["vob"][first])
        # A pack that stands alone against equal neighbours lies about its VOB.
        alone = after - first == 1 and first and after < len(navs)
        if groups and (groups[-1][0] == vob or (alone and navs["vob"][after] == groups[-1][0])):
            continue
        groups.append((vob, first))
    begins = [_border(navs, first) if first else stretch.first for _, first in groups]
    opening = navs[0]
    if opening["sector"] > stretch.first and opening["start"] == opening["vob_start"]:
        # Nothing of this VOB is lost: what lies before it is of another.
        yield Segment(
            extents=(Extent(first=stretch.first, last=int(opening["sector"]) - 1),), vob=0
        )
        begins[0] = int(opening["sector"])
    ends = [*begins[1:], stretch.last + 1]
    found: list[Segment] = []
    reached: dict[int, tuple[int, int]] = {}  # VOB -> where in `found`, and its clock's end
    for (vob, first), low, high in zip(groups, begins, ends, strict=True):
        extent = Extent(first=low, last=high - 1)
        last = navs[(navs["sector"] < high) & (navs["vob"] == vob)][-1]
        place, clock = reached.get(vob, (-1, 0))
        if place >= 0 and abs(int(navs["start"][first]) - clock) < TICKS:
            # Its units are woven with those of another angle.
            found[place] = replace(found[place], extents=(*found[place].extents, extent))
        else:
            place = len(found)
            found.append(Segment(extents=(extent,), vob=vob))
        reached[vob] = (place, int(last["end"]))
    yield from found


def _border(navs: Table, first: int) -> int:
    """Where a VOB begins: what is lost before it is its own if its first units are lost."""
    unit, before = navs[first], navs[first - 1]
    end = int(before["sector"] + before["length"])
    if end < unit["sector"] and unit["vob_start"] and unit["start"] - unit["vob_start"] > TICKS:
        return end
    return int(unit["sector"])
