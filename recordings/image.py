"""Lists the files of a disc image: ISO 9660 (with Joliet or Rock Ridge names) and UDF together.

Either file system may be damaged or missing: what one of them names is found. A file that both
name is one, under the longer name.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from recordings.chart import SECTOR, tolerant
from recordings.files import File
from recordings.udf import Extent, Found, NotUdfError, Read
from recordings.udf import files_of as udf_files

DESCRIPTORS = range(16, 48)
JOLIET = {b"%/@", b"%/C", b"%/E"}
MOST_FILES, DEEPEST = 50_000, 32
LARGEST_FOLDER = 16 * 1024 * 1024
FOLDER, FURTHER = 2, 0x80  # flags of a record


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What an image holds, and the label that was given to the disc."""

    label: str
    files: tuple[Found, ...]


def listing_of(image: File) -> Listing:
    """List an image; nothing where no file system can be read."""
    with image.open() as stream:

        def read(first: int, count: int) -> bytes:
            if first < 0 or first * SECTOR >= image.size:
                return b""
            return tolerant(stream, first * SECTOR, min(count, 1 << 16) * SECTOR)[0]

        labels: list[str] = []
        found: list[Found] = []
        try:
            label, files = udf_files(read, image.size // SECTOR)
            labels.append(label)
            found += files
        except NotUdfError:
            pass
        for label, files in _iso_files(read):
            labels.append(label)
            found += files
    return Listing(label=max(labels, key=len, default=""), files=tuple(_once(found)))


def _once(found: list[Found]) -> Iterator[Found]:
    """One of the names of each file: the longest, and of equals the first."""
    by_place: dict[int, Found] = {}
    empty: dict[str, Found] = {}
    for one in found:
        if not one.size:
            empty.setdefault(one.path.upper(), one)
            continue
        place = one.extents[0].start
        known = by_place.get(place)
        if known is None:
            by_place[place] = one
        else:
            path = max(known.path, one.path, key=len)
            extents = max(known.extents, one.extents, key=lambda each: sum(e.size for e in each))
            by_place[place] = Found(path, extents)
    named = {one.path.upper() for one in by_place.values()}
    yield from by_place.values()
    yield from (one for path, one in empty.items() if path not in named)


# --- ISO 9660 (ECMA-119) ---


def _iso_files(read: Read) -> Iterator[tuple[str, list[Found]]]:
    """The files by each of the volume descriptors."""
    for at in DESCRIPTORS:
        data = read(at, 1)
        if data[1:6] != b"CD001":
            if at > DESCRIPTORS[0]:
                break
            continue
        if data[0] not in {1, 2}:
            continue
        joliet = data[0] == 2 and data[88:91] in JOLIET  # noqa: PLR2004  # a supplementary one
        if data[0] == 1 or joliet:
            label = data[40:72]
            text = label.decode("utf-16-be", "replace") if joliet else label.decode("latin-1")
            yield text.strip("\0 "), list(_walk(read, data[156:190], joliet=joliet))


@dataclass(frozen=True, slots=True)
class _Record:
    name: str
    extent: Extent
    flags: int


def _walk(read: Read, root: bytes, *, joliet: bool) -> Iterator[Found]:
    first, size = struct.unpack_from("<I4xI", root, 2)
    waiting = [("", first, size, 0)]
    seen: set[int] = set()
    count = 0
    while waiting:
        path, first, size, depth = waiting.pop()
        if first in seen or depth > DEEPEST or size > LARGEST_FOLDER:
            continue
        seen.add(first)
        parts: list[Extent] = []
        for record in _records(read, read(first, -(-size // SECTOR)), joliet=joliet):
            count += 1
            if count > MOST_FILES:
                return
            place = record.extent
            if record.flags & FOLDER:
                waiting.append(
                    (f"{path}{record.name}/", place.start // SECTOR, place.size, depth + 1)
                )
                continue
            if parts and parts[-1].start + parts[-1].size == place.start:
                parts[-1] = Extent(parts[-1].start, parts[-1].size + place.size)
            else:
                parts.append(place)
            if not record.flags & FURTHER:
                yield Found(path + record.name, tuple(one for one in parts if one.size))
                parts = []


def _records(read: Read, data: bytes, *, joliet: bool) -> Iterator[_Record]:
    at = 0
    while at + 33 < len(data):
        length = data[at]
        if length < 34 or at + length > len(data):  # noqa: PLR2004  # the shortest: on to the next sector
            at = (at // SECTOR + 1) * SECTOR
            continue
        record = data[at : at + length]
        at += length
        first, other = (
            struct.unpack_from("<I", record, 2)[0],
            struct.unpack_from(">I", record, 6)[0],
        )
        size = struct.unpack_from("<I", record, 10)[0]
        raw = record[33 : 33 + record[32]]
        if raw in {b"\0", b"\1"} or not raw or (first != other and other):
            continue
        if joliet:
            name = raw.decode("utf-16-be", "replace")
        else:
            name = _rock_ridge(
                read, record[33 + record[32] + (record[32] + 1) % 2 :]
            ) or raw.decode("latin-1")
        name = name.split(";")[0].rstrip(".") or name
        yield _Record(
            name.replace("/", "_"), Extent((first + record[1]) * SECTOR, size), record[25]
        )


def _rock_ridge(read: Read, data: bytes) -> str:
    """The alternate name among the entries for the system's use (NM), in UTF-8 as a rule."""
    name = b""
    for _ in range(64):
        if len(data) < 4 or data[2] < 4:  # noqa: PLR2004  # the shortest entry
            break
        kind, entry, data = data[:2], data[: data[2]], data[data[2] :]
        if kind == b"NM" and len(entry) > 5:  # noqa: PLR2004
            name += entry[5:]
        elif kind == b"CE" and len(entry) >= 28:  # noqa: PLR2004  # goes on elsewhere
            block, offset, length = (struct.unpack_from("<I", entry, at)[0] for at in (4, 12, 20))
            more = read(block, 1)
            data = more[offset : offset + length] if offset < SECTOR else b""
        elif kind == b"ST":
            break
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp1251", "replace")
