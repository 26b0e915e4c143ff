"""Sees to it that a treatment is never worse than the source by the workshop's own measures.

Some windows in which most is said are made both ways and measured as `recordings.sound` measures
everything; a treatment that loses goes back step by step, and says why.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from recordings.judgement import Judgement
from recordings.pcm import Feeding
from recordings.restore import Fallback, Treatment, bare, softer, treated
from recordings.samples import RATE, Sound, Values
from recordings.sound import CHUNK, CHUNK_S, FRAMES, Meter
from recordings.thresholds import thresholds
from recordings.titles import Title

WINDOWS: Final = 4
WINDOW_S: Final = 3 * CHUNK_S  # together less than a minute: they are measured as one
DRAW_BACKS: Final = 5  # steps back, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What some windows of a track measure together."""

    speech: float
    snr_db: float
    clipped: float
    loudness_lufs: float
    level: Values  # dB of the voice, each 20 ms
    spoken: Values  # likelihood of speech, each 20 ms


def checked(
    feeding: Feeding,
    title: Title,
    judgement: Judgement,
    treatment: Treatment,
    *,
    program: str,
    watch: Callable[[float], None] = lambda _: None,
) -> Treatment:
    """Give the strongest of this treatment and its softer forms that loses nothing, made up."""
    windows = _windows(judgement, treatment.track)
    if not windows:
        return treatment

    def worth(one: Treatment) -> Worth:
        return _worth(feeding, title, windows, one, program)

    source = made = worth(bare(treatment))
    step: Treatment | None = treatment
    best = treatment
    fallbacks: list[Fallback] = []
    done = 0
    while step is not None and step != bare(step):
        done += 1
        watch(min(1.0, done / DRAW_BACKS))
        best = step
        made = worth(step)
        lost = worse(source, made, step)
        if lost is None:
            break
        fallbacks.append(lost)
        step = softer(step)
        best = bare(treatment) if step is None else step
        made = source
    limits = thresholds().treatment
    missing = max(0.0, min(limits.target_lufs - made.loudness_lufs, limits.most_makeup_db))
    return replace(best, makeup_db=round(missing, 1), fallbacks=tuple(fallbacks))


def worse(source: Worth, made: Worth, treatment: Treatment) -> Fallback | None:
    """Name the first measure by which it is worse than the source."""
    limits = thresholds().treatment
    alike = likeness(source, made)
    for measure, before, after, allowed in (
        ("speech", source.speech, made.speech, source.speech - limits.worse_speech),
        ("snr_db", source.snr_db, made.snr_db, source.snr_db - limits.worse_snr_db),
        ("clipped", -source.clipped, -made.clipped, -source.clipped - limits.worse_clipped),
        ("likeness", 1.0, alike, limits.least_likeness),
    ):
        if after < allowed:
            return Fallback(
                share=treatment.share,
                measure=measure,
                source=round(abs(before), 4),
                treated=round(abs(after), 4),
            )
    return None


def likeness(source: Worth, made: Worth) -> float:
    """Correlation of the two envelopes while somebody speaks."""
    spoken = source.spoken >= thresholds().speech.begin
    enough = 50
    if spoken.sum() < enough:
        return 1.0
    one, other = source.level[spoken], made.level[spoken]
    if not one.std() or not other.std():
        return 1.0
    return float(np.corrcoef(one, other)[0, 1])


def _windows(judgement: Judgement, index: int) -> tuple[int, ...]:
    """First samples of the windows in which most is said, one of each quarter of the title."""
    track = judgement.track(index)
    if track is None or not track.spoken:
        return ()
    starts = np.arange(0.0, max(1.0, judgement.seconds - CHUNK_S), WINDOW_S)
    said = np.array([_said(track.spoken, start) for start in starts])
    chosen = [
        int(part[int(np.argmax(said[part]))])
        for part in np.array_split(np.arange(len(starts)), WINDOWS)
        if len(part) and said[part].max() > 1.0
    ]
    return tuple(round(float(starts[one]) * RATE) for one in chosen)


def _said(spoken: Sequence[tuple[float, float]], start: float) -> float:
    return sum(max(0.0, min(end, start + WINDOW_S) - max(begin, start)) for begin, end in spoken)


def _worth(
    feeding: Feeding, title: Title, windows: Sequence[int], treatment: Treatment, program: str
) -> Worth:
    limits = thresholds()
    meter = Meter(limits=limits, keep=True)
    everything = np.ones(FRAMES, bool)
    for first in windows:
        parts: list[Sound] = []
        treated(feeding, title, first, WINDOW_S * RATE, treatment, parts.append, program=program)
        sound = np.concatenate(parts)
        for at in range(0, len(sound), CHUNK):
            both = np.repeat(sound[at : at + CHUNK, None], 2, axis=1)
            meter.take(both, everything)
    meter.finish()
    heard = [one for one in meter.minutes if one.judged_s]
    return Worth(
        speech=float(np.mean([one.speech for one in heard])),
        snr_db=float(np.mean([one.snr_db for one in heard])),
        clipped=float(np.max([one.clipped for one in heard])),
        loudness_lufs=meter.loudness_lufs,
        level=np.concatenate(meter.kept_levels),
        spoken=np.concatenate(meter.kept_speech),
    )
