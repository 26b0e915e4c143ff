"""Finds the parts of a disc whose file system cannot be read, by what its sectors hold.

Tables of contents tell by their headers where their VOBs lie; navigation packs tell how far they
are from the first of theirs. What neither explains is taken as it comes.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from recordings.chart import READ, SECTOR, Chart, Flags, State, tolerant
from recordings.files import File, part_of
from recordings.ifo import MANAGER, Place, place_of
from recordings.volume import Kind, Volume

LARGEST_TABLE = 4096  # sectors
LEAST = 8  # packs that are worth a title
APART = 2048  # sectors without a pack that part what has no navigation packs

GAP = 16  # sectors that are no packs, and packs go on behind them

Stretch = tuple[int, int]  # the first sector and how many


@dataclass(frozen=True, slots=True, kw_only=True)
class _Set:
    """A titleset: where its parts lie in the image."""

    vobs: Stretch
    tables: Mapping[str, Stretch] = field(default_factory=dict)  # by their suffix
    menu: Stretch | None = None


def carved(image: File, chart: Chart, taken: Flags | None = None, label: str = "") -> Volume | None:
    """What is in an image beside the sectors that are taken already; None where that is nothing."""
    packs = np.isin(chart.state, (*READ, State.SCRAMBLED))
    if taken is not None:
        packs &= ~taken
    if packs.sum() < LEAST:
        return None
    sets, manager = _by_tables(image, chart, packs)
    for one in sets:
        for first, count in (one.vobs, one.menu or (0, 0)):
            packs[first : first + count] = False
    sets += _by_packs(chart, packs, sets)
    sets.sort(key=lambda one: one.vobs)
    alone = len(sets) == 1 and not sets[0].tables and chart.state[0] == State.GOOD
    files = {}
    for name, (begin, count) in _named(sets, manager):
        first, end = max(0, begin), min(chart.sectors, begin + count)
        size = min((end - first) * SECTOR, image.size - first * SECTOR)
        if size > 0:
            files[name] = part_of(image, name, first * SECTOR, size)
    return Volume(
        kind=Kind.VOB if alone else Kind.CARVED,
        files=files,
        name=image.name,
        label=label,
    )


def carved_films(image: File, chart: Chart, taken: Flags | None = None) -> Volume | None:
    """Media files whose beginning a sector holds: each to its own length, or to the next one."""
    films: dict[str, File] = {}
    with image.open() as stream:
        for index, at in enumerate(chart.tables):
            if taken is not None and taken[at]:
                continue
            head = tolerant(stream, at * SECTOR, 1 << 14)[0]
            suffix = _suffix(head)
            if suffix:
                following = next((to for to in chart.tables[index + 1 :]), chart.sectors)
                most = min((following - at) * SECTOR, image.size - at * SECTOR)
                name = f"{image.name}/{len(films) + 1:02}{suffix}"
                films[name] = part_of(image, name, at * SECTOR, min(_length(head) or most, most))
    return Volume(kind=Kind.DATA, files=films, name=image.name) if films else None


def _suffix(head: bytes) -> str:
    if head[4:8] == b"ftyp":
        return ".mp4"
    if head[:4] == b"RIFF":
        return {b"AVI ": ".avi", b"WAVE": ".wav"}.get(head[8:12], "")
    return {b"\x30\x26\xb2\x75": ".wmv", b"\x1aE\xdf\xa3": ".mkv"}.get(head[:4], "")


def _length(head: bytes) -> int:
    """How long a media file says that it is; 0 where it does not."""
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8
    at = head.find(b"\xa1\xdc\xab\x8c\x47\xa9\xcf\x11")  # ASF's file properties
    return int.from_bytes(head[at + 40 : at + 48], "little") if at > 0 else 0


def followed(chart: Chart, taken: Flags, end: int) -> int:
    """Where packs end that go on behind the end of their file, by a directory that is wrong."""
    bad = 0
    last = end
    for sector in range(end, chart.sectors):
        if taken[sector]:
            break
        if chart.state[sector] in READ:
            last, bad = sector + 1, 0
        else:
            bad += 1
            if bad > GAP:
                break
    return last


def _named(sets: Sequence[_Set], manager: Mapping[str, Stretch]) -> Iterator[tuple[str, Stretch]]:
    for suffix, stretch in manager.items():
        yield f"VIDEO_TS.{suffix}", stretch
    for number, one in enumerate(sets[:99], 1):
        yield f"VTS_{number:02}_1.VOB", one.vobs
        for suffix, stretch in one.tables.items():
            yield f"VTS_{number:02}_0.{suffix}", stretch
        if one.menu is not None:
            yield f"VTS_{number:02}_0.VOB", one.menu


def _by_tables(image: File, chart: Chart, packs: Flags) -> tuple[list[_Set], dict[str, Stretch]]:
    """Titlesets whose table, or its backup, tells where they are; and the manager's tables."""
    sets: dict[int, _Set] = {}
    manager: dict[str, Stretch] = {}
    with image.open() as stream:
        for at in chart.tables:
            head = tolerant(stream, at * SECTOR, SECTOR)[0]
            place = place_of(head) if head[:4] == MANAGER[:4] else None
            if head[:12] == MANAGER:
                suffix = "IFO" if "IFO" not in manager else "BUP"
                manager.setdefault(suffix, (at, place.table if place else 64))
            elif place is not None:
                origin, suffix = _origin(at, place, chart, packs)
                if origin is not None:
                    known = sets.get(origin)
                    tables = dict(known.tables) if known else {}
                    tables[suffix] = (at, min(place.table, LARGEST_TABLE))
                    sets[origin] = _set(origin, place, tables)
    return list(sets.values()), manager


def _set(origin: int, place: Place, tables: Mapping[str, Stretch]) -> _Set:
    count = place.last - place.table - place.vobs + 1
    menu = (origin + place.menu, place.vobs - place.menu) if place.menu else None
    return _Set(vobs=(origin + place.vobs, count), tables=tables, menu=menu)


def _origin(at: int, place: Place, chart: Chart, packs: Flags) -> tuple[int | None, str]:
    """Where the titleset of a table begins: the table is its first part, or its last."""
    navs = chart.navs
    for origin, suffix in ((at, "IFO"), (at - place.last + place.table - 1, "BUP")):
        first, last = origin + place.vobs, origin + place.last - place.table
        inside = navs[(navs["sector"] >= first) & (navs["sector"] <= last)]
        told = (inside["sector"] - inside["place"] == first).sum()
        blind = not len(inside) and packs[max(0, first) : max(0, last + 1)].any()
        if told > len(inside) / 2 or blind:
            return origin, suffix
    return None, ""


def _by_packs(chart: Chart, packs: Flags, sets: Sequence[_Set]) -> Iterator[_Set]:
    """Titlesets that only their packs tell of: those that count from the same sector are one."""
    where = np.flatnonzero(packs)
    if len(where) < LEAST:
        return
    borders = {0, chart.sectors, *chart.tables}
    for one in sets:
        for first, count in (one.vobs, one.menu or one.vobs):
            borders |= {first, first + count}
    fences = sorted(borders)
    navs = chart.navs[packs[chart.navs["sector"]]]
    bases, places = navs["sector"] - navs["place"], navs["place"]
    # Where the count begins anew, another titleset does; a pack that alone disagrees lies.
    begins = [
        int(navs["sector"][at])
        for at in (np.flatnonzero(np.diff(places) < 0) + 1).tolist()
        if not (at + 1 < len(bases) and bases[at - 1] == bases[at + 1])
        and not (at > 1 and bases[at] == bases[at - 2])
    ]
    if not len(navs):
        gaps = np.flatnonzero(np.diff(where) > APART)
        begins = [int(where[at + 1]) for at in gaps.tolist()]
    cuts = sorted({*fences, *begins})
    for low, high in itertools.pairwise(cuts):
        inside = where[(where >= low) & (where < high)]
        if len(inside) >= LEAST:
            first = int(inside[0])
            own = bases[(navs["sector"] >= low) & (navs["sector"] < high)]
            if len(own) and low <= int(own[0]) < first:
                first = int(own[0])  # its beginning is lost, and there it was
            yield _Set(vobs=(first, int(inside[-1]) + 1 - first))
