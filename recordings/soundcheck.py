"""Says before a hearing whether it could be recorded: picture, sound, and room on the disk."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from recordings.errors import RecordingError
from recordings.process import Limits, run

LISTENS_S = 5.0
STARTS_S = 20.0  # a camera that gives nothing for so long is not there
ENOUGH_BYTES = 20_000_000_000  # a day of hearings at 4 Mbit/s is about 15 GB
QUIET_DB = -40.0  # the loudest sound of a room in which somebody speaks is above
FLAT = 3.0  # levels of grey between dark and light: less is no picture, but one colour
LOUDEST = re.compile(r"max_volume: (-?[\d.]+|-inf) dB")
SILENT_DB = -80.0  # digital silence, as codecs give it back
LIGHT = re.compile(r"lavfi\.signalstats\.YHIGH=([\d.]+)")
DARK = re.compile(r"lavfi\.signalstats\.YLOW=([\d.]+)")


class NothingComesError(RecordingError):
    """A camera that was asked for picture and sound gives neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What some seconds of a camera brought; levels in dB below full scale."""

    picture: bool
    sound: bool
    level_db: float | None
    free_bytes: int

    @property
    def wrong(self) -> tuple[str, ...]:
        """What a person has to look at."""
        return tuple(
            name
            for name, bad in (
                ("no picture", not self.picture),
                ("no sound", not self.sound),
                ("quiet", self.sound and (self.level_db or 0.0) < QUIET_DB),
                ("disk", self.free_bytes < ENOUGH_BYTES),
            )
            if bad
        )


def check(program: str, source: str, *, spool: Path, seconds: float = LISTENS_S) -> Heard:
    """Look at and listen to a camera for some seconds; NothingComesError where neither does.

    `source` is an address (rtsp, rtmp, srt, http), a file, or a device: `/dev/video0`, `alsa:hw:1`.
    """
    free = shutil.disk_usage(_existing(spool)).free
    ended = run(
        program,
        [
            *("-loglevel", "info", "-t", f"{seconds:g}", *_input(source)),
            *("-map", "0:v:0?", "-vf", "fps=2,signalstats,metadata=print", "-f", "null", "-"),
            *("-map", "0:a:0?", "-af", "volumedetect", "-f", "null", "-"),
        ],
        limits=Limits(cpu_s=300, standstill_s=STARTS_S),
        check=False,
    )
    if ended.code and not ended.progress.out_s:
        raise NothingComesError("nothing comes from there")
    light, dark = ([float(one) for one in found.findall(ended.said)] for found in (LIGHT, DARK))
    loudest = LOUDEST.findall(ended.said)
    level = None if not loudest else SILENT_DB if loudest[-1] == "-inf" else float(loudest[-1])
    return Heard(
        picture=bool(light) and median(light) - median(dark) > FLAT,
        sound=level is not None and level > SILENT_DB,
        level_db=level,
        free_bytes=free,
    )


def meter(level_db: float | None, width: int = 30) -> str:
    """Draw a level between -60 dB and full scale."""
    full = 0 if level_db is None else round(width * max(0.0, min(1.0, 1 + level_db / 60)))
    return "#" * full + "-" * (width - full)


def _input(source: str) -> list[str]:
    if source.startswith("/dev/video"):
        return ["-f", "v4l2", "-i", source]
    if source.startswith(("alsa:", "pulse:")):
        form, _, device = source.partition(":")
        return ["-f", form, "-i", device]
    return ["-i", source]


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path
