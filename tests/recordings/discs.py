"""Makes broken discs out of the good one."""

import io
import shutil
from pathlib import Path

import pycdlib

import sud.demonstration

GOOD = Path(sud.demonstration.__file__).parent / "disc"
SECTOR = 2048


def copy_of(place: Path) -> Path:
    """A copy of the good disc's folder, to be broken."""
    return Path(shutil.copytree(GOOD, place / "disc"))


def image_of(folder: Path, target: Path, *, udf: bool = True) -> Path:
    """A disc image as a burning program makes it, by pycdlib."""
    image = pycdlib.PyCdlib()
    image.new(interchange_level=3, udf="2.60" if udf else None)
    where = {"udf_path": "/VIDEO_TS"} if udf else {}
    image.add_directory("/VIDEO_TS", **where)
    for path in sorted((folder / "VIDEO_TS").iterdir()):
        data = path.read_bytes()
        there = {"udf_path": f"/VIDEO_TS/{path.name}"} if udf else {}
        image.add_fp(io.BytesIO(data), len(data), f"/VIDEO_TS/{path.name};1", **there)
    image.write(str(target))
    image.close()
    return target


def zero(path: Path, first: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(first * SECTOR)
        file.write(bytes(count * SECTOR))


def truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)


def scramble(path: Path) -> None:
    """Set the scrambling bits of every second pack, as CSS does."""
    data = bytearray(path.read_bytes())
    for at in range(0, len(data), 2 * SECTOR):
        if data[at + 17] in {0xE0, 0xBD}:
            data[at + 20] |= 0x30
    path.write_bytes(data)
