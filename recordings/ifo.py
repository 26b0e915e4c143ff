"""Reads a DVD's tables of contents (IFO and BUP files) from bytes; opens nothing itself.

Whatever the bytes are, a reader gives a table or raises BadTableError, in bounded time and memory.
Offsets are those of the DVD-Video specification, part 3, as libdvdread's headers tell them.
"""

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from recordings.chart import SECTOR, decimal_ticks

MANAGER, TITLESET = b"DVDVIDEO-VMG", b"DVDVIDEO-VTS"
MOST_TITLES, MOST_CHAPTERS, MOST_CHAINS, MOST_CELLS = 99, 999, 2000, 20_000
MOST_SECTORS = 9_000_000  # twice a disc of two layers
SOUNDS = {0: "ac3", 2: "mp2", 3: "mp2", 4: "pcm_dvd", 6: "dts"}


class BadTableError(ValueError):
    """The bytes are not a table of contents, or not a sound one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A stretch of sectors, counted from the beginning of its titleset's first VOB."""

    first: int
    last: int
    vob: int
    cell: int
    ticks: int  # -1 where the table tells no time
    woven: bool = False  # the sectors of other angles lie between its own
    angle: int = 0  # 0: of the first angle, or of none


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A program chain: what a player plays when it is told to play a title."""

    ticks: int
    cells: tuple[Cell, ...]
    programs: tuple[int, ...]  # the cell that each program begins with, an index
    tracks: tuple[int, ...]  # for each sound of the titleset its stream's number, -1: not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Where a chapter begins: indexes of its chain and of its program there."""

    chain: int
    program: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    codec: str
    language: str | None
    channels: int
    sample_rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attributes:
    """What a titleset says of its streams; the sectors know better."""

    width: int
    height: int
    frame_rate: float
    aspect: str
    sounds: tuple[Sound, ...]
    subtitles: tuple[str | None, ...]  # their languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a cell lies, as the table of addresses tells it beside the chains."""

    vob: int
    cell: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the files of a titleset lie, in sectors from the beginning of its IFO."""

    table: int  # sectors of the IFO, as many as of the BUP
    menu: int  # where the menu's VOB begins, 0: there is none
    vobs: int
    last: int  # the last sector of the titleset, which is the BUP's


@dataclass(frozen=True, slots=True, kw_only=True)
class Titleset:
    """One VTS: its chains, and for each of its titles where the chapters begin."""

    chains: dict[int, Chain]
    titles: tuple[tuple[Part, ...], ...]
    attributes: Attributes | None
    addresses: tuple[Address, ...]
    place: Place | None
    faults: int  # things that cannot be so, though the rest can be read

    @property
    def sectors(self) -> int:
        """The sectors that all its VOBs together should have; 0 where nothing tells."""
        promised = max((one.last + 1 for one in self.addresses), default=0)
        if self.place is None:
            return promised
        return max(promised, self.place.last - self.place.table - self.place.vobs + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the disc's manager says of a title: its titleset and its number there, from 1."""

    titleset: int
    number: int
    chapters: int
    angles: int


def entries_of(data: bytes) -> tuple[Entry, ...]:
    """Read VIDEO_TS.IFO: the titles in the order of the disc."""
    if data[:12] != MANAGER:
        raise BadTableError("not a video manager")
    try:
        table = _u32(data, 0xC4) * SECTOR
        count = _u16(data, table)
        if not table or not 0 < count <= MOST_TITLES:
            raise BadTableError("no title table")
        found = tuple(
            Entry(
                titleset=data[at + 6],
                number=data[at + 7],
                chapters=_u16(data, at + 2),
                angles=max(1, min(9, data[at + 1])),
            )
            for at in range(table + 8, table + 8 + 12 * count, 12)
        )
    except (struct.error, IndexError) as error:
        raise BadTableError("title table cut short") from error
    if any(not (0 < one.titleset <= MOST_TITLES and one.number) for one in found):
        raise BadTableError("titles that cannot be")
    # Some list a title twice.
    return tuple({(one.titleset, one.number): one for one in reversed(found)}.values())[::-1]


def place_of(data: bytes) -> Place | None:
    """Tell where the files of a manager or titleset lie, if its header can be believed."""
    try:
        last, table = _u32(data, 0x0C), _u32(data, 0x1C) + 1
        menu, vobs = _u32(data, 0xC0), _u32(data, 0xC4)
    except struct.error:
        return None
    if data[:12] == MANAGER:
        vobs = last - table + 1  # it has no titles: what stands there is another table
    sound = 0 < table <= min(menu or table, vobs) and vobs <= last - table + 1 <= MOST_SECTORS
    return Place(table=table, menu=menu, vobs=vobs, last=last) if sound else None


def titleset_of(data: bytes) -> Titleset:
    """Read a VTS_nn_0.IFO."""
    if data[:12] != TITLESET:
        raise BadTableError("not a titleset")
    try:
        table = _u32(data, 0xCC) * SECTOR
        count = _u16(data, table)
        if not table or not 0 < count <= MOST_CHAINS:
            raise BadTableError("no program chains")
        try:
            titles, faults = _parts(data, _u32(data, 0xC8) * SECTOR, count), 0
        except (BadTableError, struct.error, IndexError):
            titles, faults = _owners(data, table, count), 1
        wanted = sorted({part.chain for parts in titles for part in parts})
        chains: dict[int, Chain] = {}
        for index in wanted:
            chains[index] = _chain(data, table + _u32(data, table + 8 + 8 * index + 4))
            if sum(len(chain.cells) for chain in chains.values()) > MOST_CELLS:
                raise BadTableError("more cells than a disc has")
        if not any(chain.cells for chain in chains.values()):
            raise BadTableError("no cells")
        if not faults:
            faults = _misplaced(titles, chains)
        elif all(len(parts) == 1 for parts in titles):
            titles = tuple(_every_program(parts[0], chains) for parts in titles)
    except (struct.error, IndexError) as error:
        raise BadTableError("tables cut short") from error
    cells = [cell for chain in chains.values() for cell in chain.cells]
    return Titleset(
        chains=chains,
        titles=titles,
        attributes=_attributes(data),
        addresses=_addresses(data),
        place=place_of(data),
        faults=faults + sum(cell.ticks < 0 for cell in cells),
    )


def _parts(data: bytes, table: int, chains: int) -> tuple[tuple[Part, ...], ...]:
    """VTS_PTT_SRPT: the chapters of each title."""
    count, end = _u16(data, table), _u32(data, table + 4) + 1
    if not table or not 0 < count <= MOST_TITLES:
        raise BadTableError("no chapter table")
    starts = [_u32(data, table + 8 + 4 * index) for index in range(count)]
    titles = []
    for start, following in itertools.pairwise([*starts, end]):
        if not start < following or following - start > 4 * MOST_CHAPTERS:
            raise BadTableError("chapters that cannot be")
        parts = tuple(
            Part(chain=_u16(data, table + at) - 1, program=_u16(data, table + at + 2) - 1)
            for at in range(start, following - 3, 4)
        )
        if any(not 0 <= part.chain < chains for part in parts) or not parts:
            raise BadTableError("chapters of no chain")
        titles.append(parts)
    return tuple(titles)


def _owners(data: bytes, table: int, count: int) -> tuple[tuple[Part, ...], ...]:
    """Tell the titles from the list of chains, each of which names its title."""
    found: dict[int, list[Part]] = {}
    for index in range(count):
        title = data[table + 8 + 8 * index] & 0x7F
        if 0 < title <= MOST_TITLES:
            found.setdefault(title, []).append(Part(chain=index, program=0))
    if not found:
        raise BadTableError("neither chapters nor titles of the chains")
    return tuple(tuple(found[title]) for title in sorted(found))


def _every_program(part: Part, chains: dict[int, Chain]) -> tuple[Part, ...]:
    programs = range(max(1, len(chains[part.chain].programs)))
    return tuple(Part(chain=part.chain, program=program) for program in programs)


def _misplaced(titles: tuple[tuple[Part, ...], ...], chains: dict[int, Chain]) -> int:
    """Count the chapters that name no program."""
    return sum(
        not 0 <= part.program < len(chains[part.chain].programs)
        for parts in titles
        for part in parts
    )


def _chain(data: bytes, at: int) -> Chain:
    programs, count = data[at + 2], data[at + 3]
    begins, playback = at + _u16(data, at + 0xE6), at + _u16(data, at + 0xE8)
    position = at + _u16(data, at + 0xEA)
    cells: list[Cell] = []
    kept: dict[int, int] = {}  # cell number -> where its first angle stands in `cells`
    angle = 0
    for index in range(count):
        entry = playback + 24 * index
        mode, kind = data[entry] >> 6, data[entry] >> 4 & 3
        angle = angle + 1 if kind == 1 and mode > 1 else 0
        first, last = _u32(data, entry + 8), _u32(data, entry + 20)
        if last < first or last > MOST_SECTORS:
            raise BadTableError("a cell that cannot be")
        kept[index + 1] = len(cells) - angle if angle else len(cells)
        cells.append(
            Cell(
                first=first,
                last=last,
                vob=_u16(data, position + 4 * index),
                cell=data[position + 4 * index + 3],
                ticks=decimal_ticks(data[entry + 4 : entry + 8]),
                woven=bool(data[entry] & 4),
                angle=angle,
            )
        )
    numbers = [data[begins + index] for index in range(programs)]
    return Chain(
        ticks=decimal_ticks(data[at + 4 : at + 8]),
        cells=tuple(cells),
        programs=tuple(kept[number] for number in numbers if number in kept),
        tracks=tuple(_tracks(data, at)),
    )


def _tracks(data: bytes, at: int) -> Iterator[int]:
    for index in range(8):
        control = _u16(data, at + 0x0C + 2 * index)
        yield control >> 8 & 7 if control & 0x8000 else -1


def _addresses(data: bytes) -> tuple[Address, ...]:
    """VTS_C_ADT; nothing where it cannot be believed: it only helps."""
    try:
        table = _u32(data, 0xE0) * SECTOR
        count = (_u32(data, table + 4) - 7) // 12
        if not table or not 0 < count <= MOST_CELLS:
            return ()
        found = tuple(
            Address(
                vob=_u16(data, at),
                cell=data[at + 2],
                first=_u32(data, at + 4),
                last=_u32(data, at + 8),
            )
            for at in range(table + 8, table + 8 + 12 * count, 12)
        )
    except (struct.error, IndexError):
        return ()
    sound = all(one.vob and one.first <= one.last < MOST_SECTORS for one in found)
    return found if sound else ()


def _attributes(data: bytes) -> Attributes | None:
    try:
        picture = _u16(data, 0x200)
        sounds = tuple(_sound(data, 0x204 + 8 * index) for index in range(min(8, data[0x203])))
        subtitles = tuple(
            _language(data[at + 2 : at + 4])
            for at in range(0x256, 0x256 + 6 * min(32, data[0x255]), 6)
        )
    except (struct.error, IndexError):
        return None
    ntsc = picture >> 12 & 3 == 0
    width, half = ((720, False), (704, False), (352, False), (352, True))[picture >> 2 & 3]
    return Attributes(
        width=width,
        height=(480 if ntsc else 576) // (2 if half else 1),
        frame_rate=30000 / 1001 if ntsc else 25.0,
        aspect="16:9" if picture >> 10 & 3 else "4:3",
        sounds=sounds,
        subtitles=subtitles,
    )


def _sound(data: bytes, at: int) -> Sound:
    return Sound(
        codec=SOUNDS.get(data[at] >> 5, "unknown"),
        language=_language(data[at + 2 : at + 4]),
        channels=(data[at + 1] & 7) + 1,
        sample_rate=96_000 if data[at + 1] >> 4 & 3 == 1 else 48_000,
    )


def _language(code: bytes) -> str | None:
    name = code.decode("latin-1").lower()
    return name if name.isascii() and name.isalpha() and name != "xx" else None


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
