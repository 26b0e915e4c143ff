"""Puts packs back on the grid of sectors where bytes were lost, or slipped in, before them."""

import numpy as np

from recordings.chart import PACK, READ, SECTOR, Chart, State, tolerant
from recordings.files import File, joined_file, part_of

LEAST = 4  # torn sectors in a row that may be packs off the grid
SEARCHED = 64 * SECTOR
STEADY = 3  # packs at a distance of one sector make a grid


def regridded(file: File, chart: Chart) -> File | None:
    """The file without the bytes that shift its packs; None where they are on the grid.

    One shift at a time: chart the answer and ask again.
    """
    torn = chart.state == State.TORN
    edges = np.flatnonzero(np.diff(np.concatenate([[False], torn, [False]]).astype(np.int8)))
    with file.open() as stream:
        for first, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if end - first < LEAST:
                continue
            # The bytes may be missing from the last sector that still seems whole.
            begin = max(0, first - 1) * SECTOR
            data = tolerant(stream, begin, SEARCHED)[0]
            at = _grid(data)
            if at is not None and at % SECTOR:
                kept = first if first and chart.state[first - 1] in READ else max(0, first)
                parts = [(0, kept * SECTOR), (begin + at, file.size - begin - at)]
                return joined_file(
                    file.name, [part_of(file, file.name, *part) for part in parts if part[1]]
                )
    return None


def _grid(data: bytes) -> int | None:
    """Where packs begin that follow each other at the distance of one sector."""
    at = -1
    while (at := data.find(PACK, at + 1)) >= 0:
        places = [at + SECTOR * step for step in range(STEADY)]
        if all(data[place : place + 4] == PACK for place in places):
            return at
    return None
