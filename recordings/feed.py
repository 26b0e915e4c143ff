"""Says how a decoder is given a stretch of a title: which options, from where, at which clock."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An input of ffmpeg. With `-copyts` the wanted stretch begins at `clock_s` of its clock.

    Decoding begins some seconds before it, so that every picture and every filter is whole where
    it counts; what comes out is trimmed by time.
    """

    options: tuple[str, ...]  # what stands before `-i`
    url: str  # "pipe:0", or the path of a file
    clock_s: float
    seconds: float
    packs: Iterator[bytes] = field(default_factory=lambda: iter(()))  # for the standard input
