"""Lists the files of a UDF file system, 1.02 to 2.60, as discs are burned with it.

By ECMA-167 and OSTA UDF: anchor, volume descriptors, partition maps (physical, sparable, virtual,
metadata), file set, directories, and every form of allocation. What is damaged is left out, the
rest is listed; nothing loops and nothing grows beyond what a disc holds.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

SECTOR = 2048
ANCHOR, PARTITION, LOGICAL, PRIMARY, END = 2, 5, 6, 1, 8  # tags of the volume's descriptors
FILE_SET, NAME, MORE, FILE, EXTENDED = 256, 257, 258, 261, 266  # and of the file system's
FOLDER_TYPE, VAT_TYPES = 4, {0, 248}
MOST_FILES, MOST_EXTENTS, DEEPEST = 50_000, 200_000, 32
LARGEST_FOLDER = 16 * 1024 * 1024

Read = Callable[[int, int], bytes]  # sectors from `first`, `count` of them; short at the end


class NotUdfError(ValueError):
    """No UDF file system can be read there."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Bytes of the image, from `start`; -1 where the file has zeros that were never written."""

    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file by its path in the volume."""

    path: str
    extents: tuple[Extent, ...]

    @property
    def size(self) -> int:
        return sum(extent.size for extent in self.extents)


@dataclass(slots=True)
class _Map:
    """One partition as the file system counts it: how its blocks lie in the image."""

    start: int = 0
    blocks: list[tuple[int, int]] | None = None  # of a metadata file: first sector, how many
    virtual: tuple[int, ...] | None = None
    spared: dict[int, int] = field(default_factory=dict)
    packet: int = 32

    def sector(self, block: int) -> int:
        if self.virtual is not None:
            if block >= len(self.virtual):
                raise NotUdfError("a virtual block that is not there")
            return self.start + self.virtual[block]
        if self.blocks is not None:
            for first, count in self.blocks:
                if block < count:
                    return first + block
                block -= count
            raise NotUdfError("a metadata block that is not there")
        packet = block - block % self.packet
        if packet in self.spared:
            return self.spared[packet] + block % self.packet
        return self.start + block


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file entry: what kind of file, how long, and where its bytes are."""

    kind: int
    size: int
    extents: tuple[Extent, ...]


def files_of(read: Read, sectors: int) -> tuple[str, list[Found]]:
    """Give the label and every file; NotUdfError where there is no such file system."""
    try:
        label, maps, root = _volume(read, sectors)
        disc = _Disc(read, maps)
        return label, list(disc.walk(root))
    except (struct.error, IndexError) as error:
        raise NotUdfError("descriptors cut short") from error


def _tag(data: bytes) -> int:
    """The number of a descriptor; 0 where its checksum says that it is none."""
    if len(data) < 16:  # noqa: PLR2004  # the size of a tag
        return 0
    if (sum(data[:4]) + sum(data[5:16])) & 0xFF != data[4]:
        return 0
    return int(struct.unpack_from("<H", data)[0])


def _volume(read: Read, sectors: int) -> tuple[str, list[_Map], tuple[int, int]]:
    for at in (256, sectors - 1, sectors - 257, 512):
        data = read(at, 1) if at > 0 else b""
        if _tag(data) != ANCHOR:
            continue
        for place in (16, 24):  # the main sequence, then the reserve
            length, first = struct.unpack_from("<II", data, place)
            try:
                return _sequence(read, sectors, first, min(length // SECTOR, 256))
            except (NotUdfError, struct.error, IndexError):
                continue
    raise NotUdfError("no anchor that leads anywhere")


def _sequence(
    read: Read, sectors: int, first: int, count: int
) -> tuple[str, list[_Map], tuple[int, int]]:
    starts: dict[int, int] = {}
    logical = b""
    for at in range(first, first + count):
        data = read(at, 1)
        tag = _tag(data)
        if tag == PARTITION:
            starts[struct.unpack_from("<H", data, 22)[0]] = struct.unpack_from("<I", data, 188)[0]
        elif tag == LOGICAL:
            logical = data
        elif tag == END:
            break
    if not logical or not starts:
        raise NotUdfError("no logical volume")
    if struct.unpack_from("<I", logical, 212)[0] != SECTOR:
        raise NotUdfError("blocks of another size")
    maps = _maps(read, sectors, logical, starts)
    block, number = struct.unpack_from("<IH", logical, 252)
    head = read(maps[number].sector(block), 1)
    if _tag(head) != FILE_SET:
        raise NotUdfError("no file set")
    root, partition = struct.unpack_from("<IH", head, 404)
    return _text(logical[84:211], logical[211]), maps, (partition, root)


def _maps(read: Read, sectors: int, logical: bytes, starts: dict[int, int]) -> list[_Map]:
    maps: list[_Map] = []
    at = 440
    first = next(iter(starts.values()))
    for _ in range(min(8, struct.unpack_from("<I", logical, 268)[0])):
        kind, length = logical[at], logical[at + 1]
        if length < 6:  # noqa: PLR2004  # the shortest map
            break
        number = struct.unpack_from("<H", logical, at + (4 if kind == 1 else 38))[0]
        found = _Map(start=starts.get(number, first))
        name = logical[at + 5 : at + 28]
        if name.startswith(b"*UDF Metadata"):
            _use_metadata(read, found, struct.unpack_from("<II", logical, at + 40))
        elif name.startswith(b"*UDF Virtual"):
            found.virtual = _virtual(read, sectors, found)
        elif name.startswith(b"*UDF Sparable"):
            _use_sparing(read, found, logical[at : at + length])
        maps.append(found)
        at += length
    if not maps:
        raise NotUdfError("no partitions")
    return maps


def _use_metadata(read: Read, found: _Map, places: tuple[int, int]) -> None:
    """Take the metadata file's extents, or those of its mirror."""
    plain = _Disc(read, [_Map(start=found.start)])
    for place in places:
        try:
            entry = plain.entry(0, place)
        except (NotUdfError, struct.error, IndexError):
            continue
        found.blocks = [(one.start // SECTOR, one.size // SECTOR) for one in entry.extents]
        return
    raise NotUdfError("no metadata file")


def _virtual(read: Read, sectors: int, found: _Map) -> tuple[int, ...]:
    """The table of virtual blocks, whose entry is the last thing that was written."""
    plain = _Disc(read, [_Map(start=found.start)])
    for at in range(sectors - 1, max(0, sectors - 512), -1):
        if _tag(read(at, 1)) not in {FILE, EXTENDED}:
            continue
        try:
            entry = plain.entry(0, at - found.start)
        except (NotUdfError, struct.error, IndexError):
            continue
        if entry.kind in VAT_TYPES:
            data = plain.content(entry)
            data = data[struct.unpack_from("<H", data)[0] :] if entry.kind else data[:-36]
            return struct.unpack_from(f"<{len(data) // 4}I", data)
    raise NotUdfError("no virtual allocation table")


def _use_sparing(read: Read, found: _Map, plain: bytes) -> None:
    found.packet = max(1, struct.unpack_from("<H", plain, 40)[0])
    for index in range(min(4, plain[42])):
        table = read(struct.unpack_from("<I", plain, 48 + 4 * index)[0], 16)
        if table[21:39] != b"*UDF Sparing Table":
            continue
        count = min(struct.unpack_from("<H", table, 48)[0], (len(table) - 56) // 8)
        for entry in range(count):
            block, place = struct.unpack_from("<II", table, 56 + 8 * entry)
            if block < 0xFFFFFFF0:  # noqa: PLR2004  # beyond it: not used
                found.spared[block] = place
        return


@dataclass(slots=True)
class _Disc:
    read: Read
    maps: list[_Map]
    spent: int = 0

    def entry(self, partition: int, block: int) -> _Entry:
        """Read a file entry."""
        data = self.read(self.maps[partition].sector(block), 1)
        tag = _tag(data)
        if tag not in {FILE, EXTENDED}:
            raise NotUdfError("no file entry")
        at = 168 if tag == FILE else 208
        attributes, length = struct.unpack_from("<II", data, at)
        first = at + 8 + attributes
        size = struct.unpack_from("<Q", data, 56)[0]
        form = data[34] & 7
        if form == 3:  # noqa: PLR2004  # the bytes stand in the entry itself
            start = self.maps[partition].sector(block) * SECTOR + first
            return _Entry(data[27], size, (Extent(start, min(size, SECTOR - first)),))
        extents = self._cut(self._extents(data[first : first + length], form, partition), size)
        return _Entry(data[27], size, tuple(extents))

    def _extents(self, data: bytes, form: int, partition: int) -> Iterator[Extent]:
        step = {0: 8, 1: 16, 2: 20}.get(form)
        if step is None:
            raise NotUdfError("an allocation of no known form")
        at = 0
        while at + step <= len(data):
            self.spent += 1
            if self.spent > MOST_EXTENTS:
                raise NotUdfError("more extents than a disc has")
            length = struct.unpack_from("<I", data, at)[0]
            block, number = struct.unpack_from("<IH", data + b"\0\0", at + (12 if form == 2 else 4))  # noqa: PLR2004
            number = partition if form == 0 else number
            at += step
            kind, size = length >> 30, length & 0x3FFFFFFF
            if not size:
                return
            if kind == 3:  # noqa: PLR2004  # the list goes on elsewhere
                more = self.read(self.maps[number].sector(block), 1)
                if _tag(more) != MORE:
                    return
                data, at = more[24 : 24 + struct.unpack_from("<I", more, 20)[0]], 0
                continue
            yield from self._pieces(number, block, size) if kind == 0 else [Extent(-1, size)]

    def _pieces(self, number: int, block: int, size: int) -> Iterator[Extent]:
        """Bytes that lie together in the partition; in the image they may not."""
        found = self.maps[number]
        if found.virtual is None and found.blocks is None and not found.spared:
            yield Extent(found.sector(block) * SECTOR, size)
            return
        for offset in range(0, size, SECTOR):
            yield Extent(
                found.sector(block + offset // SECTOR) * SECTOR, min(SECTOR, size - offset)
            )

    @staticmethod
    def _cut(extents: Iterator[Extent], size: int) -> Iterator[Extent]:
        last: Extent | None = None
        for extent in extents:
            some = min(extent.size, size)
            size -= some
            if last is not None and last.start >= 0 and last.start + last.size == extent.start:
                last = Extent(last.start, last.size + some)
            else:
                if last is not None:
                    yield last
                last = Extent(extent.start, some)
            if not size:
                break
        if last is not None and last.size:
            yield last

    def content(self, entry: _Entry) -> bytes:
        """The bytes of a folder, or of a table."""
        parts: list[bytes] = []
        if entry.size > LARGEST_FOLDER:
            raise NotUdfError("a folder larger than any")
        for extent in entry.extents:
            first = extent.start // SECTOR
            offset = extent.start - first * SECTOR
            size = min(extent.size, LARGEST_FOLDER)
            data = self.read(first, -(-(offset + size) // SECTOR)) if extent.start >= 0 else b""
            parts.append(data[offset : offset + size].ljust(size, b"\0"))
        return b"".join(parts)

    def walk(self, root: tuple[int, int]) -> Iterator[Found]:
        """Every file below the root."""
        seen: set[tuple[int, int]] = set()
        waiting = [("", root, 0)]
        count = 0
        while waiting:
            path, place, depth = waiting.pop()
            if place in seen or depth > DEEPEST:
                continue
            seen.add(place)
            try:
                data = self.content(self.entry(*place))
            except (NotUdfError, struct.error, IndexError):
                continue
            for name, folder, child in _names(data):
                count += 1
                if count > MOST_FILES:
                    return
                if folder:
                    waiting.append((f"{path}{name}/", child, depth + 1))
                    continue
                try:
                    entry = self.entry(*child)
                except (NotUdfError, struct.error, IndexError):
                    continue
                yield Found(path + name, entry.extents)


def _names(data: bytes) -> Iterator[tuple[str, bool, tuple[int, int]]]:
    """Name, whether a folder, partition and block of each entry; damaged ones are skipped."""
    at = 0
    while at + 38 <= len(data):
        if _tag(data[at : at + 16]) != NAME:
            at += 4
            continue
        traits, length = data[at + 18], data[at + 19]
        block, partition = struct.unpack_from("<IH", data, at + 24)
        use = struct.unpack_from("<H", data, at + 36)[0]
        begin = at + 38 + use
        name = _text(data[begin : begin + length], length)
        if name and not traits & 0b1100:  # neither deleted nor the parent
            yield name, bool(traits & 2), (partition, block)
        at += (38 + use + length + 3) // 4 * 4


def _text(data: bytes, length: int) -> str:
    """OSTA compressed Unicode."""
    data = data[:length]
    if data[:1] == b"\x10":
        return data[1 : 1 + (len(data) - 1) // 2 * 2].decode("utf-16-be", "replace").strip("\0 ")
    return data[1:].decode("latin-1").strip("\0 ") if data[:1] == b"\x08" else ""
