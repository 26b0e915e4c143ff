"""Turns one title of a disc into HLS and into plain files, in one ffmpeg process.

Each rendition is one fragmented MP4 whose segments are byte ranges of it, so that a recording is a
handful of objects and not thousands; the low picture and the sound are also made as ordinary files
for browsers that know neither HLS nor scripts.
"""

import os
import selectors
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import ffmpeg

from recordings.errors import NoTitleError, TooShortError, TranscoderError
from recordings.playlists import Rung, master, segments_of
from recordings.reel import Disc, Reel, Survey, Title, survey

RECIPE = "hls-1"  # a recording made by an older recipe can be made again from its master
SEGMENT_SECONDS = 4
SHORTEST_MS = 1000
STANDSTILL_SECONDS = 300
LOOK_SECONDS = 10
MASTER = "master.m3u8"
MEDIA_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
}

Watch = Callable[[float], None]  # told the share that is done; may raise to stop the work


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """One playable form, in a folder of its own name."""

    name: str
    playlist: str
    whole: str | None  # the ordinary file, where one was made
    codecs: str
    milliseconds: int
    peak: int
    average: int
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Converted:
    """What came out, beside what the disc promised."""

    recipe: str
    title: int
    expected_ms: int
    milliseconds: int
    frames: int
    sectors: int
    lost_sectors: int
    sound: bool
    renditions: tuple[Rendition, ...]

    @property
    def lost_ms(self) -> int:
        """Roughly how much of the hearing the lost sectors held."""
        length = self.expected_ms or self.milliseconds
        return round(length * self.lost_sectors / self.sectors) if self.sectors else 0


def convert(
    disc: Disc, title: Title, folder: Path, *, program: str, watch: Watch = lambda _: None
) -> Converted:
    """Make every rendition of a title in an empty folder, and check what came out."""
    seen = survey(disc, title)
    if not seen.video:
        raise NoTitleError("the title has no picture")
    if 0 < title.milliseconds < SHORTEST_MS:
        raise TooShortError(f"{title.milliseconds} ms")
    names = ["high", "low", "audio"] if seen.sound else ["high", "low"]
    for name in names:
        (folder / name).mkdir(parents=True)
    reel = Reel(disc, title)
    frames = _run(command(seen, program=program), folder, reel, title, watch)
    renditions = tuple(_made(folder, name) for name in names)
    converted = Converted(
        recipe=RECIPE,
        title=title.number,
        expected_ms=title.milliseconds,
        milliseconds=max(rendition.milliseconds for rendition in renditions),
        frames=frames,
        sectors=title.sectors,
        lost_sectors=reel.lost,
        sound=bool(seen.sound),
        renditions=renditions,
    )
    _check(converted)
    (folder / MASTER).write_text(master(map(_rung, renditions)), encoding="utf-8")
    return converted


def _check(converted: Converted) -> None:
    """Compare with what the disc promised: ffmpeg ends with 0 whatever it lost."""
    lengths = [rendition.milliseconds for rendition in converted.renditions]
    if min(lengths) < SHORTEST_MS or not converted.frames:
        raise TooShortError(f"{min(lengths)} ms")
    if max(lengths) - min(lengths) > max(1000, max(lengths) // 100):
        raise TranscoderError(f"renditions of different lengths: {lengths}")
    allowed = max(1000, converted.expected_ms // 50)
    if not converted.lost_sectors and converted.expected_ms - converted.milliseconds > allowed:
        raise TranscoderError(
            f"{converted.milliseconds} of {converted.expected_ms} ms, though every sector was read"
        )


def command(seen: Survey, *, program: str) -> list[str]:
    """Build the one command line; it reads packs on its standard input."""
    source = ffmpeg.input(
        "pipe:0", format="mpeg", fflags="+genpts", probesize="50M", analyzeduration="60M"
    )
    picture = (
        source["v:0"]
        .filter("bwdif", mode="send_frame")
        # Square pixels: not every player honours the shape of a DVD's.
        .filter("scale", w="trunc(ih*dar/2)*2", h="ih")
        .filter("setsar", "1")
        .split()
    )
    high, low = picture[0], picture[1].filter("scale", w="-2", h="288")
    if not seen.sound:
        outputs = [_hls("high", [high], _picture(HIGH)), _both("low", "mp4", [low], _picture(LOW))]
    else:
        stereo = (
            source[f"i:{seen.sound[0]:#x}"]
            # Without it a hole in the disc shifts all later sound against the picture.
            .filter("aresample", **{"async": 1, "first_pts": 0})
            .filter("aformat", sample_rates=48000, channel_layouts="stereo")
            .asplit()
        )
        # By pan: `aformat=mono` behind a split silently turns every branch mono.
        mono = stereo[1].filter("pan", "mono|c0<c0+c1").asplit()
        outputs = [
            _hls("high", [high, stereo[0]], _picture(HIGH) | _sound("96k")),
            _both("low", "mp4", [low, mono[0]], _picture(LOW) | _sound("48k")),
            _both("audio", "m4a", [mono[1]], _sound("40k")),
        ]
    line: list[str] = (
        ffmpeg.merge_outputs(*outputs)
        .global_args("-hide_banner", "-nostats", "-loglevel", "warning")
        .global_args("-progress", "pipe:1", "-stats_period", "1")
        .compile(cmd=program)
    )
    return line


HIGH = {"crf": 23, "maxrate": "1200k", "bufsize": "2400k"}
LOW = {"crf": 26, "maxrate": "300k", "bufsize": "600k"}
HLS = {
    "hls_time": SEGMENT_SECONDS,
    "hls_playlist_type": "vod",
    "hls_segment_type": "fmp4",
    "hls_flags": "single_file",
}


def _picture(rate: dict[str, Any]) -> dict[str, Any]:
    return {
        "c:v": "libx264",
        "preset": "veryfast",
        "profile:v": "main",
        "level:v": "3.1",
        "pix_fmt": "yuv420p",
        "sc_threshold": 0,
        "force_key_frames": f"expr:gte(t,n_forced*{SEGMENT_SECONDS})",
        "fps_mode": "cfr",
        **rate,
    }


def _sound(bitrate: str) -> dict[str, Any]:
    return {"c:a": "aac", "b:a": bitrate}


def _hls(name: str, streams: list[Any], codecs: dict[str, Any]) -> Any:
    return ffmpeg.output(*streams, f"{name}/stream.m3u8", format="hls", **HLS, **codecs)


def _both(name: str, suffix: str, streams: list[Any], codecs: dict[str, Any]) -> Any:
    """Encode once, write twice: as HLS and as an ordinary file that plays while it loads."""
    hls = ":".join(["f=hls", *(f"{key}={value}" for key, value in HLS.items())])
    target = f"[{hls}]{name}/stream.m3u8|[f=mp4:movflags=+faststart]{name}/whole.{suffix}"
    return ffmpeg.output(*streams, target, format="tee", flags="+global_header", **codecs)


# --- what came out ---


def _made(folder: Path, name: str) -> Rendition:
    try:
        told = segments_of((folder / name / "stream.m3u8").read_text(encoding="utf-8"))
        with (folder / name / "stream.m4s").open("rb") as stream:
            head = stream.read(64 * 1024)
    except (OSError, ValueError) as error:
        raise TranscoderError(f"{name}: {error}") from error
    width, height = _size(head)
    whole = next((path.name for path in (folder / name).glob("whole.*")), None)
    return Rendition(
        name=name,
        playlist=f"{name}/stream.m3u8",
        whole=f"{name}/{whole}" if whole else None,
        codecs=_codecs(head),
        milliseconds=told.milliseconds,
        peak=told.peak,
        average=told.average,
        width=width,
        height=height,
    )


def _rung(rendition: Rendition) -> Rung:
    return Rung(
        playlist=rendition.playlist,
        peak=rendition.peak,
        average=rendition.average,
        codecs=rendition.codecs,
        width=rendition.width,
        height=rendition.height,
    )


def _codecs(head: bytes) -> str:
    """Name the codecs as RFC 6381 does, from the boxes that the encoder wrote."""
    names = []
    at = head.find(b"avcC")
    if at >= 0:
        names.append(f"avc1.{head[at + 5 : at + 8].hex()}")
    if b"mp4a" in head:
        names.append("mp4a.40.2")
    return ",".join(names)


def _size(head: bytes) -> tuple[int | None, int | None]:
    at = head.find(b"avc1", head.find(b"stsd"))
    return struct.unpack_from(">HH", head, at + 28) if at >= 0 else (None, None)


# --- the process ---


def _run(argv: list[str], folder: Path, reel: Reel, title: Title, watch: Watch) -> int:
    """Feed the process and follow it; tell the frames that it made."""
    with tempfile.TemporaryFile() as complaints, _started(argv, folder, complaints) as process:
        feeder = _Feeder(process.stdin, reel)
        feeder.start()
        frames = _followed(process, title, watch)
        feeder.join(timeout=60)
        if process.wait(timeout=60) != 0:
            complaints.seek(max(0, complaints.seek(0, os.SEEK_END) - 2000))
            raise TranscoderError(complaints.read().decode(errors="replace"))
        if feeder.failure is not None:
            raise feeder.failure
    return frames


@contextmanager
def _started(
    argv: list[str], folder: Path, complaints: IO[bytes]
) -> Iterator[subprocess.Popen[bytes]]:
    """Start in a process group of its own; whatever happens, leave nothing of it behind."""
    process = subprocess.Popen(
        [sys.executable, "-m", "recordings.leash", str(os.getpid()), *argv],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[1]), "PATH": os.defpath, "LC_ALL": "C"},
        process_group=0,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()


class _Feeder(threading.Thread):
    """Writes the sectors while the main thread reads the progress: neither may block the other."""

    def __init__(self, pipe: IO[bytes] | None, reel: Reel) -> None:
        super().__init__(daemon=True, name="sectors")
        self._pipe = pipe
        self._reel = reel
        self.failure: Exception | None = None

    def run(self) -> None:
        if self._pipe is None:
            return
        try:
            for batch in self._reel:
                self._pipe.write(batch)
        except BrokenPipeError:
            pass  # the process ended first: its exit code says why
        except Exception as error:  # noqa: BLE001  # told to the main thread, which raises it
            self.failure = error
        finally:
            with suppress(OSError, ValueError):
                self._pipe.close()


def _followed(process: subprocess.Popen[bytes], title: Title, watch: Watch) -> int:
    """Read `-progress` to its end; a process that stands still is given up."""
    if process.stdout is None:
        return 0
    frames = 0
    done = moved = 0.0
    since = time.monotonic()
    descriptor = process.stdout.fileno()
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while True:
            if selector.select(timeout=LOOK_SECONDS):
                piece = os.read(descriptor, 65536)
                if not piece:
                    return frames
                *lines, rest = (rest + piece).split(b"\n")
                for line in lines:
                    name, _, value = line.partition(b"=")
                    if name == b"frame":
                        frames = int(value)
                    elif name == b"out_time_us" and value.strip().isdigit():
                        done = int(value) / 1000
            if done > moved:
                moved, since = done, time.monotonic()
            elif time.monotonic() - since > STANDSTILL_SECONDS:
                raise TranscoderError("ffmpeg stood still")
            watch(min(1.0, done / title.milliseconds) if title.milliseconds else 0.0)
