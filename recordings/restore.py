"""Decides how a sound track is treated, and makes any stretch of it as it is to be heard.

Level comes first, because the networks take quiet speech for noise; notches only where hum was
measured, because they cost intelligibility elsewhere. What is worse than the source by the
workshop's own measures is not used. A treatment is data: pieces made from it on several machines
join without a seam.
"""

import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from recordings.denoise import Cleaner
from recordings.dereverb import BLOCK_S
from recordings.judgement import Channel, Judgement, Reason, Tone, Track
from recordings.levels import LIMITED_LAG, Curve, Limiter, gains
from recordings.pcm import MONO, SETTLE_S, Feeding, Placed, sound_output, stereo, stretches
from recordings.process import ChildError, run
from recordings.samples import RATE, Sound, factor
from recordings.sound import LEVEL_STEP_S
from recordings.thresholds import thresholds
from recordings.titles import Stream, Title

RECIPE: Final = "sound-1"
BEFORE_S: Final = 16  # what the filters and the networks hear before a window, to forget the start
FULL_SCALE = 32767

_PANS = {
    Channel.BOTH: "pan=mono|c0=0.5*c0+0.5*c1",
    Channel.LEFT: "pan=mono|c0=c0",
    Channel.RIGHT: "pan=mono|c0=c1",
    Channel.DIFFERENCE: "pan=mono|c0=0.5*c0-0.5*c1",
}


class Noise(StrEnum):
    """What takes noise away."""

    NONE = "none"
    DTLN = "dtln"
    ARNNDN = "arnndn"  # ffmpeg's, with a model file that the caller has


@dataclass(frozen=True, slots=True, kw_only=True)
class Notch:
    hertz: float
    width_hz: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """Why a stronger treatment was not kept: what was measured of the source, and after it."""

    share: float
    measure: str  # "speech", "snr_db", "clipped", "likeness"
    source: float
    treated: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """Everything that is done to one track."""

    recipe: str = RECIPE
    track: int  # `titles.Stream.index`
    channel: Channel
    curve: Curve  # gain: seconds of the title, dB
    highpass_hz: float
    notches: tuple[Notch, ...]
    noise: Noise
    share: float  # of what was made clean, against what was there
    dry: bool  # takes the room's echo away
    ceiling_db: float
    makeup_db: float = 0.0  # what is missing from the target once noise and echo are gone
    model: str = ""  # path of a model for `Noise.ARNNDN`
    fallbacks: tuple[Fallback, ...] = ()


def treatment(
    judgement: Judgement, track_index: int | None = None, *, model: Path | None = None
) -> Treatment | None:
    """Choose by what was measured; without an index, for the best track. None: there is no sound.

    `model` is a file for ffmpeg's `arnndn`, which is then used in place of the own networks.
    """
    track = judgement.track(track_index)
    if track is None or Reason.NO_SOUND in track.reasons:
        return None
    limits = thresholds().treatment
    share = _share(track)
    kind = Noise.NONE
    if share:
        kind = Noise.ARNNDN if model else Noise.DTLN
    return Treatment(
        track=track.index,
        channel=track.channel,
        curve=_curve(track),
        highpass_hz=limits.highpass_hz,
        notches=tuple(_notch(one, limits.notch_hz) for one in track.hum),
        noise=kind,
        share=share,
        dry=Reason.REVERBERANT in track.reasons,
        ceiling_db=limits.ceiling_db,
        model=str(model) if model and share else "",
    )


def _share(track: Track) -> float:
    limits = thresholds().treatment
    if Reason.NO_SPEECH in track.reasons or track.snr_db >= limits.clean_snr_db:
        return 0.0
    return limits.light_share if track.snr_db >= limits.light_snr_db else limits.share


def _notch(tone: Tone, width_hz: float) -> Notch:
    """As narrow as the tone lets it be: one that strays needs a wider one."""
    return Notch(hertz=tone.hertz, width_hz=round(max(width_hz, 4 * tone.drift_hz), 2))


def _curve(track: Track) -> Curve:
    """Bring speech to the target, far voices nearly to the near ones."""
    limits = thresholds().treatment
    if not track.speech_db:
        gain = limits.target_lufs - track.loudness_lufs
        return ((0.0, round(max(-limits.blind_gain_db, min(gain, limits.blind_gain_db)), 1)),)
    middle = median(track.speech_db)
    points = []
    for number, level in enumerate(track.speech_db):
        near = max(middle - limits.reach_db, min(level, middle + limits.reach_db))
        gain = min(limits.most_gain_db, limits.target_lufs - near)
        points.append(((number + 0.5) * LEVEL_STEP_S, round(gain, 1)))
    last = len(points) - 1
    return tuple(
        point
        for number, point in enumerate(points)
        if number in {0, last} or not points[number - 1][1] == point[1] == points[number + 1][1]
    )


def restored(  # noqa: PLR0917  # a window, how, and where to
    feeding: Feeding,
    title: Title,
    start_s: float,
    seconds: float,
    treatment: Treatment,
    target: Path,
    *,
    program: str,
) -> None:
    """Write a window as a WAV file: 48 kHz, 16 bits, one channel, `round(seconds * 48000)` samples.

    The window may begin before the title and end behind it; what is not there is silence.
    """
    with wave.open(str(target), "wb") as out:
        out.setnchannels(MONO)
        out.setsampwidth(2)
        out.setframerate(RATE)

        def take(block: Sound) -> None:
            whole = np.clip(np.rint(block * FULL_SCALE), -FULL_SCALE - 1, FULL_SCALE)
            out.writeframesraw(whole.astype("<i2").tobytes())

        first, count = round(start_s * RATE), round(seconds * RATE)
        treated(feeding, title, first, count, treatment, take, program=program)


def treated(  # noqa: PLR0917  # as above
    feeding: Feeding,
    title: Title,
    first: int,
    count: int,
    treatment: Treatment,
    take: Callable[[Sound], object],
    *,
    program: str,
) -> None:
    """Give samples of the title, treated, block by block, `count` of them from `first` on."""
    stream = next(one for one in title.sounds if one.index == treatment.track)
    # Every window cuts its frames at the same places of the title.
    grid = BLOCK_S if treatment.dry else 1
    begin = (first // RATE - max(BEFORE_S, grid)) // grid * grid * RATE
    chain = _Chain(treatment, begin)
    end = -(-(first + count + chain.lag) // RATE) * RATE
    at = begin - chain.lag

    def push(block: Sound) -> None:
        nonlocal at
        out = chain(block.reshape(-1))
        low, high = max(first - at, 0), min(first + count - at, len(out))
        at += len(out)
        if low < high:
            take(out[low:high])

    placed = Placed(begin, RATE, MONO, push)
    for stretch in stretches(title, begin, end - begin):
        placed.begin(stretch)
        feed = feeding(stretch.start_s, stretch.seconds, before_s=SETTLE_S, after_s=SETTLE_S)
        if stream.id not in feed.streams:
            continue
        output = sound_output(
            stream, feed.clock_s, stretch.count, placed, *_filters(stream, treatment)
        )
        try:
            run(
                program,
                ["-copyts", "-vn", *feed.options, "-i", feed.url, *output],
                packs=feed.packs,
                check=False,
            )
        except ChildError as error:
            if not error.of_the_source:
                raise  # silence from where it crashed, else
        placed.silence(stretch.first + stretch.count)
    placed.finish(end)


def _filters(stream: Stream, treatment: Treatment) -> Iterator[str]:
    yield stereo(stream)
    yield _PANS[treatment.channel]
    if treatment.highpass_hz:
        yield f"highpass=f={treatment.highpass_hz:.1f}:r=f64"
    for one in treatment.notches:
        # In double precision: a notch of 1 Hz in 48 kHz is lost in single.
        yield f"bandreject=f={one.hertz:.2f}:t=h:w={one.width_hz:.2f}:r=f64"
    if treatment.noise is Noise.ARNNDN:
        # It too wants speech at its level before it hears noise.
        model = treatment.model.replace("\\", "\\\\").replace("'", "\\'").replace(":", "\\:")
        yield f"volume={_middle_gain(treatment):.1f}dB"
        yield f"arnndn=m='{model}':mix={treatment.share:.2f}"


def _middle_gain(treatment: Treatment) -> float:
    return median(gain for _, gain in treatment.curve)


class _Chain:
    """What is done after ffmpeg's filters: level, noise, ceiling; for blocks of whole seconds."""

    def __init__(self, treatment: Treatment, first: int) -> None:
        self._at = first
        self._curve = treatment.curve
        if treatment.noise is Noise.ARNNDN:
            given = _middle_gain(treatment)
            self._curve = tuple((at, gain - given) for at, gain in treatment.curve)
        share = treatment.share if treatment.noise is Noise.DTLN else 0.0
        self._cleaner = None
        if share or treatment.dry:
            self._cleaner = Cleaner(share=share, dry=treatment.dry)
        self._makeup = np.float32(factor(treatment.makeup_db))
        self._limiter = Limiter(treatment.ceiling_db)
        self.lag = LIMITED_LAG + (self._cleaner.lag if self._cleaner else 0)

    def __call__(self, block: Sound) -> Sound:
        sound = block * gains(self._curve, self._at, len(block))
        self._at += len(block)
        if self._cleaner is not None:
            sound = self._cleaner(sound)
        sound = sound * self._makeup
        return self._limiter(sound)


def softer(treatment: Treatment) -> Treatment | None:
    """The next step back: less noise reduction, then none, then the room, then only the level."""
    limits = thresholds().treatment
    if treatment.noise is not Noise.NONE:
        if treatment.share > limits.least_share:
            return replace(treatment, share=limits.least_share)
        return replace(treatment, noise=Noise.NONE, share=0.0, model="")
    if treatment.dry:
        return replace(treatment, dry=False)
    if treatment.notches or treatment.highpass_hz:
        return bare(treatment)
    return None


def bare(treatment: Treatment) -> Treatment:
    """The same track at the same level, untouched otherwise."""
    return replace(
        treatment, highpass_hz=0.0, notches=(), noise=Noise.NONE, share=0.0, dry=False, model=""
    )
