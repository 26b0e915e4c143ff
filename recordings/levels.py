"""Brings speech to one level and keeps every peak below the ceiling, without knowing the rest.

Both depend on nothing but the time and a few milliseconds around it, so that pieces made apart
join without a seam.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from recordings.samples import RATE, Sound, factor

REACH: Final = RATE * 4 // 1000  # 4 ms: the limiter looks so far ahead, and lets go so slowly
_PHASES = 4
_PHASE_TAPS = 12  # as the interpolator of ITU-R BS.1770-4, annex 2
LIMITED_LAG: Final = REACH + _PHASE_TAPS // 2

Curve = tuple[tuple[float, float], ...]  # (second of the title, dB), straight between


def gains(curve: Curve, first: int, count: int) -> Sound:
    """The factors of a curve for some samples of the title."""
    if not curve:
        return np.ones(count, np.float32)
    times = (first + np.arange(count)) / RATE
    db = np.interp(times, [at for at, _ in curve], [value for _, value in curve])
    result: Sound = (10 ** (db / 20)).astype(np.float32)
    return result


def _between() -> Sound:
    """Filters that give what lies a quarter, a half and three quarters after a sample."""
    place = np.arange(_PHASE_TAPS * _PHASES) - _PHASE_TAPS * _PHASES / 2
    shape = np.sinc(place / _PHASES) * np.kaiser(len(place), 5.0)
    phases = shape.reshape(_PHASE_TAPS, _PHASES)[::-1]
    result: Sound = (phases / phases.sum(axis=0))[:, 1:].astype(np.float32)
    return result


class Limiter:
    """Turns down around peaks (true peaks, four times oversampled); later by `LIMITED_LAG`."""

    _BETWEEN = _between()

    def __init__(self, ceiling_db: float) -> None:
        self._ceiling = factor(ceiling_db)
        self._past = np.zeros(2 * REACH + _PHASE_TAPS - 1, np.float32)
        window = np.hanning(REACH + 2)[1:-1]
        self._window = (window / window.sum()).astype(np.float32)

    def __call__(self, block: Sound) -> Sound:
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - len(self._past) :]
        # Sample n of `out` is sample n + delay of `joined`.
        delay = len(self._past) - LIMITED_LAG
        out = joined[delay : delay + len(block)]
        if float(np.abs(joined).max()) < 0.5 * self._ceiling:
            return out  # not even between samples can it be reached
        windows = sliding_window_view(joined, _PHASE_TAPS)
        between = np.abs(windows @ self._BETWEEN).max(axis=1)
        half = _PHASE_TAPS // 2
        peaks = np.maximum(between, np.abs(joined[half - 1 : half - 1 + len(between)]))
        wanted = np.minimum(1.0, self._ceiling / np.maximum(peaks, 1e-9)).astype(np.float32)
        if float(wanted.min()) >= 1.0:
            return out
        lowest = sliding_window_view(wanted, REACH + 1).min(axis=1)
        smooth: Sound = np.convolve(lowest, self._window, "valid")
        start = delay - (half - 1) - REACH
        result: Sound = out * smooth[start : start + len(block)]
        return result
