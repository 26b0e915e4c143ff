"""Breaks small discs at random, each seed its own way: nothing is known of what is left."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.recordings.discs import (
    SECTOR,
    Angles,
    Studio,
    Take,
    bridge_image,
    data_image,
    image_of,
    without_iso9660,
    zero,
)
from tests.recordings.matrix.files import AVI, MP4, MPG

# What a program reads as a number, at its limits.
NUMBERS = (b"\x00", b"\xff", b"\x7f", b"\x80", b"\x01", b"\xfe")


class Havoc:
    """Whole discs, small ones, and as many ways to break them as there are seeds."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.studio = Studio(place)
        takes = [Take(number=number, seconds=2) for number in (1, 2, 3)]
        views = tuple(Take(number=number, seconds=2, closed=True) for number in (4, 5))
        disc = self.studio.press(
            place / "disc",
            [[takes[0], takes[1]], [takes[2]]],
            [[Angles(takes=views)]],
            menu_take=Take(number=6, seconds=1),
        )
        self.whole: list[Path] = [disc.folder]
        self._image("bridge.iso", lambda path: bridge_image(disc.folder, path))
        self._image("udf.iso", lambda path: bridge_image(disc.folder, path))
        without_iso9660(place / "udf.iso")
        self._image("udf260.iso", lambda path: image_of(disc.folder, path))
        self._image("iso9660.iso", lambda path: image_of(disc.folder, path, udf=False))
        films = {
            f"зал {index}.{name}": self.studio.media(takes[index], f"x.{name}", *options)
            for index, (name, options) in enumerate((("avi", AVI), ("mp4", MP4), ("mpg", MPG)))
        }
        self._image("data.iso", lambda path: data_image(films, path, udf=True))
        self.whole += films.values()

    def _image(self, name: str, make: Callable[[Path], object]) -> None:
        make(self.place / name)
        self.whole.append(self.place / name)

    def broken(self, seed: int, place: Path) -> Path:
        """A copy of one of the discs in `place`, broken in one to six ways."""
        chance = random.Random(seed)  # noqa: S311
        whole = self.whole[seed % len(self.whole)]
        target = place / whole.name
        if whole.is_dir():
            shutil.copytree(whole, target)
        else:
            shutil.copy(whole, target)
        for _ in range(chance.randint(1, 6)):
            path = _one_of(chance, target)
            if path is None:
                break
            chance.choice(WAYS)(chance, path)
        return target


def _one_of(chance: random.Random, target: Path) -> Path | None:
    """A file of the disc; its small ones, the tables, as often as its large ones."""
    if target.is_file():
        return target
    return chance.choice(sorted(path for path in target.rglob("*") if path.is_file()) or [None])


def _numbers(chance: random.Random, path: Path) -> None:
    """Write extreme numbers into the first 64 KB, where the tables are."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 60)):
        width = chance.choice((1, 2, 4))
        at = chance.randrange(max(1, min(len(data), chance.choice((1000, 65_536, 700_000)))))
        data[at : at + width] = chance.choice(NUMBERS) * width
    path.write_bytes(data)


def _bits(chance: random.Random, path: Path) -> None:
    """Turn single bits anywhere."""
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 400) if data else 0):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def _stretch(chance: random.Random, path: Path) -> None:
    """Overwrite a stretch with zeros, ones or noise."""
    data = bytearray(path.read_bytes())
    begin = chance.randrange(len(data) + 1)
    end = min(len(data), begin + chance.choice((7, SECTOR, 9 * SECTOR + 5, 60 * SECTOR)))
    fill = chance.choice((bytes, lambda size: b"\xff" * size, chance.randbytes))
    data[begin:end] = fill(end - begin)
    path.write_bytes(data)


def _cut(chance: random.Random, path: Path) -> None:
    """Cut the file off, or cut something out of it."""
    data = path.read_bytes()
    begin = chance.randrange(len(data) + 1)
    end = len(data) if chance.random() < 0.5 else begin + chance.randrange(9 * SECTOR)
    path.write_bytes(data[:begin] + data[end:])


def _grow(chance: random.Random, path: Path) -> None:
    """Put something in that was not there: noise, or a part of the file again."""
    data = path.read_bytes()
    at, begin = chance.randrange(len(data) + 1), chance.randrange(len(data) + 1)
    more = chance.choice((chance.randbytes(3 * SECTOR + 1), data[begin : begin + 40 * SECTOR]))
    path.write_bytes(data[:at] + more + data[at:])


def _gone(chance: random.Random, path: Path) -> None:
    """Delete the file; where it is all there is, only its first half."""
    if path.parent.name == "VIDEO_TS":
        path.unlink()
    else:
        size = path.stat().st_size
        zero(path, 0, chance.randrange(1 + size // SECTOR // 2))


def _exchanged(chance: random.Random, path: Path) -> None:
    """Let two files of the disc change names."""
    other = _one_of(chance, path.parent if path.parent.name == "VIDEO_TS" else path)
    if other and other != path:
        mine = path.read_bytes()
        path.write_bytes(other.read_bytes())
        other.write_bytes(mine)


WAYS = (_numbers, _numbers, _bits, _stretch, _stretch, _cut, _grow, _gone, _exchanged)
