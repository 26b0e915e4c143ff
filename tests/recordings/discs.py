"""Makes discs: from nothing but a clock and tones, or by breaking a good one."""

import io
import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg
import pycdlib
from udfkit import dvd
from vtskit import menu, spu, subtitles, titleset, vm, vmg

from tests.recordings import marks

GOOD = Path(__file__).parents[2] / "sud" / "demonstration" / "disc"
SECTOR = 2048
TICKS = 90_000  # of a DVD's clock in a second
DRAWN = (176, 144)  # and enlarged: drawing is dearer than coding


# --- what is recorded ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    codec: str = "ac3"  # as ffmpeg calls the encoder: "ac3", "mp2", "pcm_dvd"
    channels: int = 2
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """One recording, from the button to the pause: a VOB of its own with its own clock."""

    number: int  # 1 to 15, marked into every frame and second
    seconds: int
    size: tuple[int, int] = (352, 288)
    rate: str = "25"
    aspect: str = "4:3"
    field_order: str = "tff"  # or "bff", "progressive"
    sounds: tuple[Sound, ...] = (Sound(),)
    subtitle: str | None = None  # the language of a line that is shown from second 2 to 4
    closed: bool = False  # groups of pictures that stand alone, as angles need them
    kbits: int = 500

    @property
    def frame_rate(self) -> float:
        above, _, below = self.rate.partition("/")
        return int(above) / int(below or 1)

    @property
    def frames(self) -> int:
        return round(self.seconds * self.frame_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Angles:
    """The same seconds seen from several places."""

    takes: tuple[Take, ...]


Part = Take | Angles


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One title of a pressed disc: what it plays when, and in which sectors of its titleset."""

    titleset: int
    seconds: float
    starts: tuple[tuple[Take, float], ...]  # of each take (of angles, the first), in seconds
    chapters: tuple[float, ...]  # when each begins
    units: tuple[tuple[float, int], ...]  # second and first sector of each half second of video
    sectors: int  # where it ends

    @property
    def first(self) -> int:
        return self.units[0][1]

    def second_at(self, sector: int) -> float:
        """The title's time at a sector; within half a second, by its share of the sectors."""
        after = [*self.units[1:], (self.seconds, self.sectors)]
        for (begun, first), (ended, end) in zip(self.units, after, strict=True):
            if sector < end:
                return begun + (ended - begun) * max(0, sector - first) / (end - first)
        return self.seconds

    def sector_at(self, second: float) -> int:
        """The first sector of the half second of video that plays then."""
        return max((one for one in self.units if one[0] <= second + 1e-6), default=self.units[0])[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A folder with a VIDEO_TS in it, and what it holds."""

    folder: Path
    titles: tuple[Written, ...]

    @property
    def video_ts(self) -> Path:
        return self.folder / "VIDEO_TS"

    def __truediv__(self, name: str) -> Path:
        return self.video_ts / name

    def copy(self, place: Path) -> "Pressed":
        shutil.copytree(self.folder, place)
        return Pressed(folder=place, titles=self.titles)


class Studio:
    """Records takes once and presses them on as many discs as are wanted."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._made: dict[object, Path] = {}
        self._pressed: dict[str, Pressed] = {}

    def _once(self, key: object, name: str, make: Callable[[Path], None]) -> Path:
        if key not in self._made:
            path = self.place / f"{len(self._made):03}-{name}"
            make(path)
            self._made[key] = path
        return self._made[key]

    def program(self, take: Take) -> Path:
        """The take as an MPEG-2 program stream, as a DVD carries it."""
        return self._once(take, f"{take.number}.mpg", lambda path: _encode_dvd(take, path))

    def media(self, take: Take, name: str, *options: str) -> Path:
        """The take in another container: `name` and the options of ffmpeg choose it."""
        return self._once((take, name, options), name, lambda path: _encode(take, path, options))

    def pressed(self, key: str, press: Callable[[Path], Pressed]) -> Pressed:
        """A disc that is pressed once: whoever wants to break it breaks a copy."""
        if key not in self._pressed:
            self._pressed[key] = press(self.place / key)
        return self._pressed[key]

    def press(
        self,
        place: Path,
        *titlesets: Sequence[Sequence[Part]],
        chapters: Sequence[float] = (),
        menu_take: Take | None = None,
    ) -> Pressed:
        """Press a VIDEO_TS: for each titleset its titles, for each title its parts.

        `chapters` are seconds in the first title, `menu_take` what the disc's menu shows.
        """
        folder = place / "VIDEO_TS"
        folder.mkdir(parents=True)
        written: list[Written] = []
        sets = []
        for number, titles in enumerate(titlesets, 1):
            done = titleset.write(
                str(folder),
                number,
                [
                    self._title(parts, chapters if (number, index) == (1, 0) else ())
                    for index, parts in enumerate(titles)
                ],
            )
            sets.append(done)
            written += (
                _written(number, parts, one) for parts, one in zip(titles, done.titles, strict=True)
            )
        menus = [self._menu(menu_take)] if menu_take else []
        vmg.write(str(folder), sets, menus=menus)
        return Pressed(folder=place, titles=tuple(written))

    def _title(self, parts: Sequence[Part], chapters: Sequence[float]) -> titleset.Title:
        first = parts[0].takes[0] if isinstance(parts[0], Angles) else parts[0]
        return titleset.Title(
            parts=tuple(
                titleset.Angles(tuple(str(self.program(take)) for take in part.takes))
                if isinstance(part, Angles)
                else str(self.program(part))
                for part in parts
            ),
            chapters=(0.0, *chapters),
            audio=tuple(
                titleset.Audio(lang=sound.language, channels=sound.channels)
                for sound in first.sounds
            ),
            subpictures=(titleset.Subpicture(lang=first.subtitle),) if first.subtitle else (),
        )

    def _menu(self, take: Take) -> menu.Menu:
        button = menu.Button(rect=(16, 16, 336, 64), command=vm.assemble([vm.jump_tt(1)])[0])
        return menu.Menu(stream=str(self.program(take)), buttons=[button], entry="title")


def _written(number: int, parts: Sequence[Part], one: titleset.WrittenTitle) -> Written:
    takes = [part.takes[0] if isinstance(part, Angles) else part for part in parts]
    begun: dict[int, float] = {}
    cells: dict[int, float] = {}
    for tick, _, cell in one.timeline:
        begun.setdefault(one.cells[cell - 1].segment[0], tick / TICKS)
        cells.setdefault(cell, tick / TICKS)
    return Written(
        titleset=number,
        seconds=one.end / TICKS,
        starts=tuple((take, begun[index]) for index, take in enumerate(takes)),
        chapters=tuple(cells[entry] for entry in one.programs),
        units=tuple((tick / TICKS, sector) for tick, sector, _ in one.timeline),
        sectors=one.first_sector + one.sectors,
    )


def _encode_dvd(take: Take, path: Path) -> None:
    interlaced = take.field_order != "progressive"
    flags = ("+ildct" if interlaced else "") + ("+cgop" if take.closed else "")
    sounds = [
        option
        for index, sound in enumerate(take.sounds)
        for option in (
            *(f"-c:a:{index}", sound.codec, f"-ac:a:{index}", str(sound.channels)),
            *(() if sound.codec == "pcm_dvd" else (f"-b:a:{index}", "96k")),
        )
    ]
    options = (
        *("-vf", f"scale={take.size[0]}:{take.size[1]}:flags=neighbor,setfield={_field(take)}"),
        *("-c:v", "mpeg2video", "-motion_est", "zero", "-aspect", take.aspect),
        *("-g", "12", "-bf", "2"),
        *("-b:v", f"{take.kbits}k", "-maxrate", "4000k", "-bufsize", "1835008"),
        *("-sc_threshold", "1000000000", *(("-flags", flags) if flags else ())),
        *(*sounds, "-f", "dvd", "-muxrate", "10080000"),
    )
    _encode(take, path, options)
    if take.subtitle:
        line = spu.Overlay.from_rects(96, 16, [(8, 4, 88, 12)])
        cues = {0: [subtitles.Cue(2, 4, line, x=64, y=200)]}
        path.write_bytes(subtitles.mux(path.read_bytes(), cues))


def _field(take: Take) -> str:
    return {"progressive": "prog"}.get(take.field_order, take.field_order)


def _encode(take: Take, path: Path, options: Sequence[str]) -> None:
    width, height = DRAWN
    inputs = [
        *("-f", "rawvideo", "-video_size", f"{width}x{height}"),
        *("-framerate", take.rate, "-i", "pipe:0"),
    ]
    maps = ["-map", "0:v"]
    scratch = []
    for index in range(len(take.sounds)):
        file = path.with_name(f"{path.name}.{index}.pcm")
        file.write_bytes(marks.tones(take.number + marks.TRACK * index, take.seconds))
        scratch.append(file)
        inputs += ["-f", "s16le", "-ar", "48000", "-ac", "1", "-i", str(file)]
        maps += ["-map", f"{index + 1}:a"]
    if "-vn" in options:
        maps = maps[2:]
    argv = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-y"),
        *("-threads", "1", *inputs, *maps, "-bitexact", "-threads", "1", *options, str(path)),
    ]
    drawn = b"".join(marks.pictures(take.number, take.frames, width, height))
    # Where only the sound is wanted ffmpeg closes the pipe early, which is no fault.
    subprocess.run(argv, input=b"" if "-vn" in options else drawn, check=True)
    for file in scratch:
        file.unlink()


# --- images ---


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


def bridge_image(folder: Path, target: Path, label: str = "ZAL_2") -> dict[str, tuple[int, int]]:
    """A DVD-Video image (UDF 1.02 and ISO 9660); tells each file's first sector and bytes."""
    extents: dict[str, tuple[int, int]] = dvd.write_image(str(folder), str(target), label)[
        "extents"
    ]
    return extents


def without_iso9660(image: Path) -> None:
    """Leave only UDF: its recognition sequence stands where ISO 9660's descriptors stood."""
    with image.open("r+b") as file:
        for sector, name in zip(
            range(16, 21), (b"BEA01", b"NSR02", b"TEA01", b"", b""), strict=True
        ):
            file.seek(sector * SECTOR)
            file.write((b"\x00" + name + b"\x01" if name else b"").ljust(SECTOR, b"\x00"))


def data_image(
    files: dict[str, Path], target: Path, *, joliet: bool = True, udf: bool = False
) -> Path:
    """A data disc: short names in ISO 9660, the real ones (any script) in Joliet or UDF."""
    image = pycdlib.PyCdlib()
    image.new(interchange_level=1, joliet=3 if joliet else None, udf="2.60" if udf else None)
    for index, (name, path) in enumerate(sorted(files.items())):
        image.add_file(
            str(path),
            f"/FILE{index:04}.{Path(name).suffix[1:4].upper()};1",
            joliet_path=f"/{name}" if joliet else None,
            udf_path=f"/{name}" if udf else None,
        )
    image.write(str(target))
    image.close()
    return target


# --- damage ---


def zero(path: Path, first: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(first * SECTOR)
        file.write(bytes(count * SECTOR))


def overwrite(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


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


def encrypt(path: Path) -> None:
    """Scramble as CSS really does: the bits, and all but the head of the payload."""
    scramble(path)
    data = bytearray(path.read_bytes())
    noise = os.urandom(SECTOR - 128)
    for at in range(0, len(data), SECTOR):
        if data[at + 20] & 0x30 and data[at + 17] in {0xE0, 0xBD}:
            data[at + 128 : at + SECTOR] = noise
    path.write_bytes(data)


def split(vob: Path, *sectors: int) -> list[Path]:
    """Cut VTS_nn_1.VOB into several files at these sectors, as a recorder does at 1 GiB."""
    data = vob.read_bytes()
    ends = [0, *(sector * SECTOR for sector in sectors), len(data)]
    parts = [vob.with_name(f"{vob.name[:7]}{number}.VOB") for number in range(1, len(ends))]
    for part, (begin, end) in zip(parts, pairwise(ends), strict=True):
        part.write_bytes(data[begin:end])
    return parts


def lowered(folder: Path, *, only: Iterable[str] | None = None) -> None:
    """Rename a VIDEO_TS and all in it (or only these names) to lower case."""
    inner = folder / "VIDEO_TS"
    for path in list(inner.iterdir()):
        if only is None or path.name in only:
            path.rename(path.with_name(path.name.lower()))
    if only is None:
        inner.rename(folder / "video_ts")


def table_at(ifo: bytes | bytearray, pointer: int) -> int:
    """Where in an IFO the table begins that the pointer (an address in its head) names."""
    sector: int
    (sector,) = struct.unpack_from(">I", ifo, pointer)
    return sector * SECTOR
