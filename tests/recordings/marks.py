"""Writes into every frame and every second of a test recording which one it is, and reads it back.

A frame carries a grid of bright and dark blocks: number of the take, number of the frame, check
bits. A second of sound carries three tones: the take, the tens and the units of the second. So a
test can tell exactly which frames and which seconds came back from a broken disc, and where.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLUMNS, ROWS = 6, 4
TAKE_BITS, FRAME_BITS, CHECK_BITS = 5, 12, 7
BLOCK = 8  # pixels of a block in the small picture that is read back
SMALL = (COLUMNS * BLOCK, ROWS * BLOCK)  # its width and height
DARK, BRIGHT = 44, 204
GRAIN = 6  # as of a real camera: a picture without any is coded in no sectors at all

HEARD_RATE = 8000  # of the sound that is read back
WINDOW = HEARD_RATE // 10
UNITS, TENS, TAKES = (300, 60), (1100, 60), (1900, 30)  # lowest tone and step, in Hz
TRACK = 16  # the second sound track of a take is marked as take + 16, the third as take + 32
CLEAR = 4.0  # a tone stands out of its band so many times, or it is none


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """Frame `number` of take `take`, or its second of that number."""

    take: int
    number: int


def _check(value: int) -> int:
    """So that a smeared, grey or black picture is not taken for a frame."""
    return (value * 0x9E3779B1 >> 11 ^ 0x55) % (1 << CHECK_BITS)


def _bits(mark: Mark) -> NDArray[np.bool_]:
    value = mark.take << FRAME_BITS | mark.number
    word = value << CHECK_BITS | _check(value)
    return np.array([word >> place & 1 for place in range(COLUMNS * ROWS)], dtype=bool)


def pictures(take: int, frames: int, width: int, height: int) -> Iterator[bytes]:
    """Draw each frame, as planar YUV 4:2:0."""
    grains = np.random.default_rng(take).integers(0, 2 * GRAIN, (8, height, width), np.uint8)
    colour = bytes([128]) * (width * height // 2)
    across = np.arange(width) * COLUMNS // width
    block = (np.arange(height) * ROWS // height)[:, None] * COLUMNS + across
    for number in range(frames):
        lights = np.where(_bits(Mark(take, number)), BRIGHT - GRAIN, DARK - GRAIN).astype(np.uint8)
        luma = lights.take(block) + grains[number % len(grains)]
        yield luma.tobytes() + colour


def tones(take: int, seconds: float, rate: int = 48_000) -> bytes:
    """Make the sound, one channel of 16 bits."""
    at = np.arange(round(seconds * rate))
    second, time = at // rate, at / rate
    wave = np.zeros(len(at))
    for value, (lowest, step) in (
        (second % 10, UNITS),
        (second // 10 % 10, TENS),
        (np.full(len(at), take), TAKES),
    ):
        # Every tone is a multiple of 10 Hz, so each second begins and ends at zero: no clicks.
        wave += 0.2 * np.sin(2 * np.pi * (lowest + step * value) * time)
    return (wave * 32767).astype("<i2").tobytes()


def frames_seen(raw: bytes) -> list[Mark | None]:
    """Read what each frame says, of grey pictures of `SMALL` size; None where it says nothing."""
    width, height = SMALL
    grey = np.frombuffer(raw, np.uint8)[: len(raw) // (width * height) * width * height]
    edge = BLOCK // 4
    inner = grey.reshape(-1, ROWS, BLOCK, COLUMNS, BLOCK)[:, :, edge:-edge, :, edge:-edge]
    means = inner.mean(axis=(2, 4)).reshape(-1, COLUMNS * ROWS)
    words = (means > (DARK + BRIGHT) / 2) @ (1 << np.arange(COLUMNS * ROWS, dtype=np.int64))
    return [_mark(int(word)) for word in words]


def _mark(word: int) -> Mark | None:
    value, check = word >> CHECK_BITS, word & ((1 << CHECK_BITS) - 1)
    if check != _check(value):
        return None
    return Mark(value >> FRAME_BITS, value & ((1 << FRAME_BITS) - 1))


def seconds_heard(raw: bytes) -> list[Mark | None]:
    """Read each tenth of a second of 16-bit mono at `HEARD_RATE`: take and second, or None."""
    samples = np.frombuffer(raw[: len(raw) // (2 * WINDOW) * 2 * WINDOW], "<i2")
    windows = samples.reshape(-1, WINDOW) * np.hanning(WINDOW)
    spectra = np.abs(np.fft.rfft(windows, axis=1))
    units, tens = _tone(spectra, UNITS, 10), _tone(spectra, TENS, 10)
    takes = _tone(spectra, TAKES, 4 * TRACK)
    return [
        Mark(int(take), int(10 * ten + unit)) if min(take, ten, unit) >= 0 else None
        for take, ten, unit in zip(takes, tens, units, strict=True)
    ]


def _tone(spectra: NDArray[np.float64], tone: tuple[int, int], count: int) -> NDArray[np.int64]:
    """Which tone of a band sounds in each window; -1 where none stands out."""
    lowest, step = tone
    width = HEARD_RATE // WINDOW
    band = spectra[:, lowest // width : (lowest + count * step) // width]
    strengths = band[:, :: step // width]
    loud = strengths.max(axis=1) > CLEAR * (np.median(band, axis=1) + 1e3)
    return np.where(loud, strengths.argmax(axis=1), -1)


def mostly_heard(windows: list[Mark | None]) -> set[Mark]:
    """The seconds of which at least the half was heard."""
    half = HEARD_RATE // WINDOW // 2
    return {mark for mark, count in Counter(windows).items() if mark and count >= half}
