"""Plain sound files as titles, and the committed samples of speech (`speech/README.md`)."""

import subprocess
import wave
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from recordings.feed import Feed
from recordings.pcm import Feeding
from recordings.titles import Form, Kind, Origin, Run, Stream, Title
from tests.recordings.damage import RATE, Sound, at_level

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
SAMPLES = Path(__file__).with_name("speech")


@cache
def sample(language: str) -> Sound:
    """Some seconds of speech, "ru" or "ky", at -26 dB."""
    options = ("-ac", "1", "-ar", str(RATE), "-f", "f32le", "-")
    raw = subprocess.run(
        [FFMPEG, "-v", "error", "-i", SAMPLES / f"{language}.opus", *options],
        check=True,
        capture_output=True,
    ).stdout
    speech = at_level(np.frombuffer(raw, np.float32).astype(np.float64), -26)
    speech.flags.writeable = False
    return speech


def written(sound: Sound, path: Path) -> Path:
    """Write one channel, or rows of two, as 16 bits."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1 if sound.ndim == 1 else sound.shape[1])
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(np.rint(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def read(path: Path) -> Sound:
    with wave.open(str(path)) as stream:
        assert (stream.getnchannels(), stream.getframerate()) == (1, RATE)
        frames = stream.readframes(stream.getnframes())
    return np.frombuffer(frames, "<i2") / 32768


def plain_title(path: Path, **facts: object) -> tuple[Title, Feeding]:
    """A WAV file as the only run of a title, and how it is fed."""
    with wave.open(str(path)) as stream:
        seconds = stream.getnframes() / stream.getframerate()
        channels = stream.getnchannels()
    sound = Stream(
        form=Form.SOUND, id=0, index=0, codec="pcm_s16le", channels=channels, sample_rate=48_000
    )
    title = Title(
        number=1,
        kind=Kind.HEARING,
        origin=Origin.FILE,
        seconds=seconds,
        streams=(sound,),
        runs=(Run(start_s=0.0, seconds=seconds, clock_s=0.0, file=path.name),),
        **facts,
    )
    return title, fed(path, 0)


def fed(path: Path, *streams: int) -> Feeding:
    """Feed a media file whose clock begins at 0."""

    def feeding(start_s: float, seconds: float, *, before_s: float, after_s: float) -> Feed:
        begin = max(0.0, start_s - before_s)
        return Feed(
            options=("-ss", f"{begin:.6f}") if begin else (),
            url=str(path),
            clock_s=start_s,
            seconds=seconds,
            streams=streams,
        )

    return feeding
