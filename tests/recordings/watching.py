"""Watches and listens to what ffmpeg makes of an input, and tells which marks it saw and heard."""

import contextlib
import subprocess
import tempfile
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import imageio_ffmpeg

from tests.recordings.marks import HEARD_RATE, SMALL, Mark, frames_seen, seconds_heard

SHRINK = f"scale={SMALL[0]}:{SMALL[1]}:flags=area,format=gray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Each frame, and each tenth of a second of sound, in order."""

    frames: list[Mark | None]
    sounds: list[Mark | None]
    code: int = 0
    complaints: str = ""

    @property
    def seen(self) -> set[Mark]:
        return {mark for mark in self.frames if mark}


def watched(
    url: str,
    *,
    before: Sequence[str] = (),
    packs: Iterable[bytes] = (),
    picture: str | None = "0:v:0",
    picture_filter: str = "",
    sound: str | None = "0:a:0",
    sound_filter: str = "",
    timeout: float = 60,
    most_s: float = 600,
) -> Watched:
    """Decode an input once; `packs` are for `pipe:0`, `picture` and `sound` name the streams.

    At most `most_s` seconds of what comes out are looked at: a broken input may play for ever.
    """
    with tempfile.TemporaryDirectory() as scratch:
        outputs: list[str] = []
        if picture:
            filters = ",".join(filter(None, (picture_filter, SHRINK)))
            outputs += ["-map", picture, "-vf", filters, "-fps_mode", "passthrough"]
            outputs += ["-t", str(most_s), "-f", "rawvideo", f"{scratch}/picture"]
        if sound:
            filters = ",".join(filter(None, (sound_filter, "anull")))
            outputs += ["-map", sound, "-af", filters, "-ac", "1", "-ar", str(HEARD_RATE)]
            outputs += ["-t", str(most_s), "-f", "s16le", f"{scratch}/sound"]
        argv = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostats", *before]
        argv += ["-i", url, *outputs]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            assert child.stdin
            feeder = threading.Thread(target=_feed, args=(child.stdin, packs))
            feeder.start()
            leash = threading.Timer(timeout, child.kill)
            leash.start()
            assert child.stderr
            complaints = child.stderr.read().decode(errors="replace")
            feeder.join()
            leash.cancel()
            code = child.wait()
        return Watched(
            frames=frames_seen(_made(Path(scratch, "picture"))),
            sounds=seconds_heard(_made(Path(scratch, "sound"))),
            code=code,
            complaints=complaints,
        )


def _feed(stdin: IO[bytes], packs: Iterable[bytes]) -> None:
    # A decoder that has what it wants closes the pipe.
    with contextlib.suppress(BrokenPipeError), stdin:
        for pack in packs:
            stdin.write(pack)


def _made(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
