"""What outsiders may neither see nor hear of a title: stretches that become black or silent."""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from recordings.judgement import Judgement, Track

SILENT_DB = -99
GRAIN = 240  # samples: silence begins and ends on a grid of 5 ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A stretch in seconds of the title, and what of it is taken out."""

    start_s: float
    end_s: float
    sound: bool
    picture: bool


def mark_of(masks: Sequence[Mask]) -> str:
    """Name a set of masks, so that each copy has a place of its own; nothing for none."""
    if not masks:
        return ""
    told = repr([(one.start_s, one.end_s, one.sound, one.picture) for one in masks])
    return f"-masked-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def black(masks: Sequence[Mask], fps: Fraction, first: int, frames: int) -> Iterator[str]:
    """Give the filter that blackens masked frames of a stretch that begins with frame `first`.

    A frame that a mask only touches is black as a whole.
    """
    spans = [
        (math.floor(one.start_s * fps) - first, math.ceil(one.end_s * fps) - 1 - first)
        for one in masks
        if one.picture
    ]
    inside = [(max(0, a), b) for a, b in spans if b >= 0 and a < frames]
    if inside:
        when = "+".join(f"between(n\\,{a}\\,{b})" for a, b in inside)
        yield f"drawbox=x=0:y=0:w=iw:h=ih:color=black:t=fill:enable='{when}'"


def silence(masks: Sequence[Mask], rate: int, first: int, samples: int) -> Iterator[str]:
    """Give the filters that silence a stretch of sound that begins with sample `first`."""
    spans = [
        (math.floor(one.start_s * rate) - first, math.ceil(one.end_s * rate) - first)
        for one in masks
        if one.sound
    ]
    inside = [(a, b) for a, b in spans if b > 0 and a < samples]
    if inside:
        # A filter is switched for whole blocks: small ones, and one more at either end.
        edge = GRAIN / rate
        when = "+".join(
            f"between(t\\,{a / rate - edge:.6f}\\,{b / rate + edge:.6f})" for a, b in inside
        )
        yield f"asetnsamples=n={GRAIN}:p=0"
        yield f"volume=volume=0:enable='{when}'"


def hushed(judgement: Judgement, masks: Sequence[Mask]) -> Judgement:
    """Take out of a judgement when somebody spoke, and how loud, where the sound is masked."""
    spans = [(one.start_s, one.end_s) for one in masks if one.sound]
    return replace(judgement, tracks=tuple(_hushed(one, spans) for one in judgement.tracks))


def _hushed(track: Track, spans: Sequence[tuple[float, float]]) -> Track:
    def levels(known: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(
            SILENT_DB if any(start < at + 1 and at < end for start, end in spans) else level
            for at, level in enumerate(known)
        )

    spoken = list(track.spoken)
    for start, end in spans:
        cut = [((a, min(b, start)), (max(a, end), b)) for a, b in spoken]
        spoken = [(a, b) for parts in cut for a, b in parts if a < b]
    return replace(
        track,
        spoken=tuple(spoken),
        peaks_db=levels(track.peaks_db),
        levels_db=levels(track.levels_db),
        speech_db=(),
    )
