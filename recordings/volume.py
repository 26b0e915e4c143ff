"""Finds the discs and the media files in whatever was handed in; content counts before names.

A source is a folder (VIDEO_TS or one that holds it, however deep, any case), an image (ISO 9660,
UDF, or neither readable any more), a bare VOB, media files of any kind, or several of all these.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePosixPath

from recordings.captured import Captured, capture_in
from recordings.chart import PACK, SECTOR, tolerant
from recordings.files import (
    File,
    Piece,
    file_of,
    files_at,
    files_stored,
    joined_file,
    part_of,
    zeros,
)
from recordings.image import listing_of
from recordings.udf import Found

__all__ = [
    "File",
    "Kind",
    "Volume",
    "file_of",
    "files_at",
    "files_stored",
    "volumes_of",
]

SIDE = re.compile(r"(VIDEO_TS\.(IFO|BUP|VOB)|VTS_\d\d_\d\.(IFO|BUP|VOB))", re.ASCII)
TITLE = re.compile(r"VTS_\d\d_[1-9]\.VOB", re.ASCII)
BARE = "VTS_01_1.VOB"  # what packs without a disc around them go by
IMAGES = {".iso", ".img", ".udf", ".bin", ".nrg", ".mdf", ".dvd", ".raw", ".dd"}
MEDIA = {
    *(".avi", ".wmv", ".asf", ".mp4", ".m4v", ".mov", ".mpg", ".mpeg", ".m2v", ".vob", ".mkv"),
    *(".webm", ".ts", ".m2ts", ".mts", ".3gp", ".flv", ".dv", ".vro", ".dat", ".divx", ".ogv"),
    *(".wav", ".mp3", ".wma", ".m4a", ".aac", ".ac3", ".flac", ".ogg", ".opus", ".amr", ".aiff"),
    *(".mp2", ".m1v", ".mpv", ".mod", ".tod", ".dvr-ms", ".ogm", ".rm", ".rmvb", ".3g2"),
}
MAGIC = (  # offset, bytes: media files that lost their names
    *((0, b"RIFF"), (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), (4, b"ftyp"), (0, b"\x1aE\xdf\xa3")),
    *((0, PACK), (0, b"\x47\x40"), (4, b"\x47\x40"), (0, b"\xff\xfb"), (4, b"moov"), (4, b"free")),
    *((0, b"ID3"), (0, b"OggS"), (0, b"fLaC"), (0, b"FLV\x01"), (0, b"#!AMR"), (4, b"mdat")),
)
SPLIT = re.compile(r"(?P<name>.+)\.(?P<number>\d{3})", re.ASCII | re.DOTALL)  # disc.iso.001
MOST_MISSING = 99  # parts of a split image that are filled in
SEARCHED = 1 << 21  # bytes in which the beginning of an image is looked for
LOOKS = 512  # places where packs are looked for in a file that does not begin with one


class Kind(StrEnum):
    FOLDER = "folder"
    IMAGE = "image"
    VOB = "vob"  # packs from the first byte on
    CARVED = "carved"  # packs somewhere in it
    DATA = "data"  # media files on a disc, or in a folder
    FILE = "file"  # a media file


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """One disc, or the media files that belong together.

    The files of a DVD go by their upper-case names, VIDEO_TS.IFO or VTS_01_1.VOB, whatever they
    were called; media files by the names they were handed in with.
    """

    kind: Kind
    files: dict[str, File]
    name: str = ""  # of the folder, the image, or the file
    label: str = ""  # what was written on the disc when it was made
    capture: Captured | None = None  # whose runs are the files, if they are

    @property
    def is_dvd(self) -> bool:
        return self.kind not in {Kind.DATA, Kind.FILE}


def volumes_of(files: Iterable[File]) -> list[Volume]:
    """Find every disc and every media file in what was handed in, in the order of names.

    Packs without a file system (kinds VOB and CARVED) come as one file: where its parts are, only
    its sectors can tell (`recordings.carve`).
    """
    whole = [replace(one, pieces=(Piece(file=one.name, start=0, size=one.size),)) for one in files]
    live = capture_in(whole)
    if live is not None:
        return [_of_capture(*live)]
    volumes: list[Volume] = []
    others: list[File] = []
    for file in _joined(whole):
        form = "" if _side(file) else _form(file)
        if form == "image":
            volumes += _of_image(file)
        elif form == "packs":
            volumes.append(_bare(file, Kind.VOB))
        elif form == "buried":
            volumes.append(_bare(file, Kind.CARVED))
        else:
            others.append(file)
    volumes += _discs(others, Kind.FOLDER)
    media = {file.name: file for file in others if not _side(file) and _is_media(file)}
    if media:
        kind = Kind.FILE if len(whole) == 1 else Kind.DATA
        volumes.append(Volume(kind=kind, files=media, name=next(iter(media))))
    return sorted(volumes, key=lambda volume: _natural(volume.name))


def _joined(files: Sequence[File]) -> list[File]:
    """Put the parts of split images together; a part that is missing was as long as the first."""
    rest: list[File] = []
    parts: dict[str, dict[int, File]] = {}
    for file in files:
        split = SPLIT.fullmatch(file.name)
        if split is None:
            rest.append(file)
        else:
            parts.setdefault(split["name"], {})[int(split["number"])] = file
    for name, numbered in parts.items():
        last = max(numbered)
        if 1 not in numbered or last == 1 or last - len(numbered) > MOST_MISSING:
            rest += numbered.values()
            continue
        gap = zeros(numbered[1].size)
        rest.append(joined_file(name, [numbered.get(one, gap) for one in range(1, last + 1)]))
    return rest


def _of_capture(capture: Captured, runs: Sequence[File]) -> Volume:
    """The runs of a courtroom recorded live, each as a media file."""
    files = {run.name: run for run in runs}
    return Volume(kind=Kind.DATA, files=files, name=capture.session, capture=capture)


def _side(file: File) -> str:
    """The name of a DVD's file; empty where it is none."""
    name = PurePosixPath(file.name.replace("\\", "/")).name.upper()
    return name if SIDE.fullmatch(name) else ""


def _discs(files: Sequence[File], kind: Kind, label: str = "") -> list[Volume]:
    """Put the files of each DVD together: those of one folder are of one disc."""
    discs: dict[tuple[str, int], dict[str, File]] = {}
    for file in files:
        side = _side(file)
        if side:
            place = str(PurePosixPath(file.name.replace("\\", "/")).parent)
            again = 0  # the same name twice: it is another disc
            while side in discs.get((place, again), {}):
                again += 1
            discs.setdefault((place, again), {})[side] = file
    return [
        Volume(kind=kind, files=sides, name=place, label=label)
        for (place, _), sides in discs.items()
        if any(TITLE.fullmatch(side) for side in sides)
    ]


def _bare(file: File, kind: Kind, label: str = "") -> Volume:
    return Volume(kind=kind, files={BARE: file}, name=file.name, label=label)


def _of_image(image: File) -> list[Volume]:
    """The discs and media files inside an image; itself, where none are named."""
    image = _from_its_beginning(image)
    listing = listing_of(image)
    inside = [_inner(image, found) for found in listing.files]
    volumes = _discs(inside, Kind.IMAGE, listing.label)
    media: dict[str, File] = {}
    for file in inside:
        if _side(file) or not file.size:
            continue
        form = _form(file)
        if form == "packs":
            volumes.append(_bare(file, Kind.VOB, listing.label))
        elif _is_media(file):
            media[file.name] = file
    if media:
        volumes.append(Volume(kind=Kind.DATA, files=media, name=image.name, label=listing.label))
    return volumes or [_bare(image, Kind.CARVED, listing.label)]


def _from_its_beginning(image: File) -> File:
    """The image without what some programs, or an accident, put before it."""
    with image.open() as stream:
        data = tolerant(stream, 0, SEARCHED)[0]
    at = data.find(b"\x01CD001\x01")
    before = at - 16 * SECTOR
    if at < 0 or before <= 0 or data[16 * SECTOR + 1 : 16 * SECTOR + 6] in {b"CD001", b"BEA01"}:
        return image
    return part_of(image, image.name, before, image.size - before)


def _inner(image: File, found: Found) -> File:
    parts = [
        part_of(image, found.path, one.start, one.size) if one.start >= 0 else zeros(one.size)
        for one in found.extents
    ]
    return joined_file(f"{image.name}/{found.path}", parts)


def _form(file: File) -> str:
    """Tell by content: "image", "packs" from the beginning, "buried" packs, or "" for neither."""
    with file.open() as stream:
        head = tolerant(stream, 0, 16 * SECTOR)[0]
        descriptors = tolerant(stream, 16 * SECTOR, 8 * SECTOR)[0]
    suffix = PurePosixPath(file.name).suffix.lower()
    names = {descriptors[at + 1 : at + 6] for at in range(0, len(descriptors), SECTOR)}
    if names & {b"CD001", b"BEA01", b"NSR02", b"NSR03"} or suffix in IMAGES:
        return "image"
    packs = [head[at : at + 4] == PACK for at in range(0, len(head), SECTOR)]
    if packs and packs[0]:
        # A program stream with packs of another length is a matter for ffmpeg.
        return "packs" if sum(packs) > len(packs) * 0.7 and head[4] & 0xC0 == 0x40 else ""  # noqa: PLR2004
    known = suffix in MEDIA - {".vob", ".mpg", ".mpeg", ".vro"} or has_magic(head)
    return "buried" if not known and _first_pack(file) is not None else ""


def has_magic(head: bytes) -> bool:
    """Tell whether a file begins as a media file does."""
    return any(head[at : at + len(magic)] == magic for at, magic in MAGIC)


def _is_media(file: File) -> bool:
    if PurePosixPath(file.name).suffix.lower() in MEDIA:
        return file.size > 0
    with file.open() as stream:
        return has_magic(tolerant(stream, 0, SECTOR)[0])


def _first_pack(file: File) -> int | None:
    """Tell a sector that is a pack, looking at the beginning and then here and there."""
    sectors = file.size // SECTOR
    places: list[int] = [*range(min(LOOKS, sectors))]
    places += range(0, sectors, max(1, sectors // LOOKS))
    with file.open() as stream:
        for place in places:
            if tolerant(stream, place * SECTOR, SECTOR)[0][:4] == PACK:
                return place
    return None


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort "disc 2" before "disc 10"."""
    parts = re.findall(r"\d{1,18}|\D+", name.lower())
    return tuple((int(part), "") if part.isdecimal() else (0, part) for part in parts)
