"""Reads a DVD's tables of contents (IFO and BUP files) from bytes; opens nothing itself."""

import itertools
import struct
from dataclasses import dataclass

SECTOR = 2048
PAL, NTSC = 25.0, 30000 / 1001


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A stretch of sectors, counted from the beginning of its titleset's first VOB."""

    first: int
    last: int
    vob_id: int
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A program chain: what a player plays when it is told to play a title."""

    milliseconds: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Titleset:
    """One VTS: its chains, and which chain each of its titles begins with."""

    chains: tuple[Chain, ...]
    titles: tuple[int, ...]  # index into chains
    chapters: tuple[int, ...]  # of each title


class BadTableError(ValueError):
    """The bytes are not a table of contents, or not a sound one."""


def titles_of_manager(data: bytes) -> list[tuple[int, int]]:
    """Read VIDEO_TS.IFO: for each title its titleset and its number there, both from 1."""
    if data[:12] != b"DVDVIDEO-VMG":
        raise BadTableError("not a video manager")
    try:
        table = _u32(data, 0xC4) * SECTOR
        count = _u16(data, table)
        return [(data[at + 6], data[at + 7]) for at in range(table + 8, table + 8 + 12 * count, 12)]
    except (struct.error, IndexError) as error:
        raise BadTableError("title table cut short") from error


def titleset_of(data: bytes) -> Titleset:
    """Read a VTS_nn_0.IFO."""
    if data[:12] != b"DVDVIDEO-VTS":
        raise BadTableError("not a titleset")
    try:
        chains = _chains(data, _u32(data, 0xCC) * SECTOR)
        titles, chapters = _entries(data, _u32(data, 0xC8) * SECTOR)
    except (struct.error, IndexError) as error:
        raise BadTableError("tables cut short") from error
    if not chains or not titles or any(index >= len(chains) for index in titles):
        raise BadTableError("no titles")
    return Titleset(chains=tuple(chains), titles=tuple(titles), chapters=tuple(chapters))


def _entries(data: bytes, table: int) -> tuple[list[int], list[int]]:
    """VTS_PTT_SRPT: the chapters of each title; the first names its chain."""
    if not table:
        raise BadTableError("no chapter table")
    count, end = _u16(data, table), _u32(data, table + 4) + 1
    starts = [_u32(data, table + 8 + 4 * index) for index in range(count)] + [end]
    titles, chapters = [], []
    for start, following in itertools.pairwise(starts):
        titles.append(_u16(data, table + start) - 1)
        chapters.append((following - start) // 4)
    if any(index < 0 for index in titles):
        raise BadTableError("chapter table is blank")
    return titles, chapters


def _chains(data: bytes, table: int) -> list[Chain]:
    """VTS_PGCI: every program chain of the titleset."""
    if not table:
        raise BadTableError("no program chains")
    return [
        _chain(data, table + _u32(data, table + 8 + 8 * index + 4))
        for index in range(_u16(data, table))
    ]


def _chain(data: bytes, at: int) -> Chain:
    count = data[at + 3]
    playback, position = at + _u16(data, at + 0xE8), at + _u16(data, at + 0xEA)
    cells = []
    for index in range(count):
        entry = playback + 24 * index
        block_mode, block_type = data[entry] >> 6, data[entry] >> 4 & 3
        if block_type == 1 and block_mode > 1:
            continue  # a further camera angle of the cell before it
        first, last = _u32(data, entry + 8), _u32(data, entry + 20)
        if last < first:
            raise BadTableError("a cell ends before it begins")
        cells.append(
            Cell(
                first=first,
                last=last,
                vob_id=_u16(data, position + 4 * index),
                milliseconds=milliseconds(data[entry + 4 : entry + 8]),
            )
        )
    return Chain(milliseconds=milliseconds(data[at + 4 : at + 8]), cells=tuple(cells))


def milliseconds(bcd: bytes) -> int:
    """Read a DVD's time: hours, minutes, seconds, frames as decimal digits and a frame rate."""
    hours, minutes, seconds, frames = (_digits(value) for value in (*bcd[:3], bcd[3] & 0x3F))
    rate = NTSC if bcd[3] >> 6 == 3 else PAL  # noqa: PLR2004  # 3 is 29.97, 1 is 25
    return round(((hours * 60 + minutes) * 60 + seconds) * 1000 + frames * 1000 / rate)


def _digits(value: int) -> int:
    return (value >> 4) * 10 + (value & 15)


def _u16(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">H", data, at)[0])


def _u32(data: bytes, at: int) -> int:
    return int(struct.unpack_from(">I", data, at)[0])
