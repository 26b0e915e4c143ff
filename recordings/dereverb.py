"""Takes the echo of a room out of speech: weighted prediction error (WPE) on one channel.

Nakatani et al., "Speech Dereverberation Based on Variance-Normalized Delayed Linear Prediction",
IEEE TASLP 18(7), 2010: what can be foretold from some frames ago is echo, what cannot is voice.
The filters are learned anew for every `BLOCK_S` of the title, at the same places whatever the
window, so that pieces made apart join.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from recordings.samples import LOW_RATE, Sound, decibel

BLOCK_S: Final = 12
WINDOW: Final = 1024  # 64 ms
STEP: Final = 256  # 16 ms
FRAMES: Final = BLOCK_S * LOW_RATE // STEP
TAPS: Final = 8
DELAY: Final = 2  # frames: the voice's own length is left alone
REACH: Final = TAPS + DELAY
DRIED_LAG: Final = BLOCK_S * LOW_RATE + WINDOW - STEP  # samples of 16 kHz
_ROUNDS = 2
_REGULAR = 1e-3
_FADE = 32  # frames in which one block's filters give way to the next one's
_AT_ONCE = 64  # frequencies: what is in memory at a time
_ECHO_BINS = slice(80, 320)  # 1250 to 5000 Hz
_WINDOW = np.sqrt(np.hanning(WINDOW + 1)[:-1]).astype(np.float32)

Spectrum = NDArray[np.complex64]


def echo_of(block: Sound) -> float:
    """How much of `BLOCK_S` of 16 kHz was echo: power before over power after, in dB.

    Heard above all tones of the mains, which can be foretold like an echo.
    """
    frames = sliding_window_view(block, WINDOW)[::STEP] * _WINDOW
    heard = np.fft.rfft(frames, axis=1).T.astype(np.complex64)[_ECHO_BINS]
    known = np.pad(heard, ((0, 0), (REACH, 0)))
    dry = np.empty_like(heard)
    for at in range(0, len(heard), _AT_ONCE):
        rows = slice(at, at + _AT_ONCE)
        past = _past(known[rows])
        dry[rows] = heard[rows] - _foretold(past, _learned(heard[rows], past))
    return decibel(_power(heard)) - decibel(_power(dry))


class Dryer:
    """16 kHz in and out, later by `DRIED_LAG`.

    The first sample must lie on a multiple of `BLOCK_S` of the title.
    """

    def __init__(self) -> None:
        self._wait = np.zeros(0, np.float32)
        self._past = np.zeros(WINDOW - STEP, np.float32)
        self._before = np.zeros((WINDOW // 2 + 1, REACH), np.complex64)
        self._filters: Spectrum | None = None
        self._tail = np.zeros(WINDOW - STEP, np.float32)
        self._ready = np.zeros(DRIED_LAG - (WINDOW - STEP), np.float32)

    def __call__(self, block: Sound) -> Sound:
        self._wait = np.concatenate((self._wait, block))
        size = FRAMES * STEP
        while len(self._wait) >= size:
            self._ready = np.concatenate((self._ready, self._dried(self._wait[:size])))
            self._wait = self._wait[size:]
        out, self._ready = self._ready[: len(block)], self._ready[len(block) :]
        return out

    def _dried(self, block: Sound) -> Sound:
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - (WINDOW - STEP) :]
        frames = sliding_window_view(joined, WINDOW)[::STEP] * _WINDOW
        heard = np.fft.rfft(frames, axis=1).T.astype(np.complex64)
        known = np.concatenate((self._before, heard), axis=1)
        self._before = known[:, known.shape[1] - REACH :]
        filters = np.zeros((len(heard), TAPS), np.complex64)
        dry = np.empty_like(heard)
        for at in range(0, len(heard), _AT_ONCE):
            rows = slice(at, at + _AT_ONCE)
            past = _past(known[rows])
            filters[rows] = _learned(heard[rows], past)
            dry[rows] = heard[rows] - _foretold(past, filters[rows])
            if self._filters is not None:
                fade = np.linspace(0, 1, _FADE, dtype=np.float32)
                old = heard[rows, :_FADE] - _foretold(past[:, :_FADE], self._filters[rows])
                dry[rows, :_FADE] = fade * dry[rows, :_FADE] + (1 - fade) * old
        self._filters = filters
        return self._added(dry)

    def _added(self, dry: Spectrum) -> Sound:
        """Add the frames where they overlap; four windows, squared, add to two."""
        frames = np.fft.irfft(dry.T, axis=1).astype(np.float32) * (_WINDOW / 2)
        total = np.zeros(FRAMES * STEP + WINDOW - STEP, np.float32)
        total[: len(self._tail)] = self._tail
        for part in range(WINDOW // STEP):
            place = slice(part * STEP, part * STEP + FRAMES * STEP)
            total[place] += frames[:, part * STEP : (part + 1) * STEP].reshape(-1)
        self._tail = total[FRAMES * STEP :].copy()
        return total[: FRAMES * STEP]


def _power(spectrum: Spectrum) -> float:
    return float(np.sum(spectrum.real**2 + spectrum.imag**2, dtype=np.float64))


def _past(known: Spectrum) -> Spectrum:
    """For each frame those before it, by `DELAY` and more: bins, frames, taps."""
    # Frame n stands at n + REACH; what begins at n + 1 there ends DELAY frames before it.
    windows = sliding_window_view(known, TAPS, axis=1)
    return np.ascontiguousarray(windows[:, 1 : 1 + known.shape[1] - REACH])


def _foretold(past: Spectrum, filters: Spectrum) -> Spectrum:
    result: Spectrum = np.matmul(past, filters[:, :, None])[:, :, 0]
    return result


def _learned(heard: Spectrum, past: Spectrum) -> Spectrum:
    """Least squares, weighted so that loud frames do not count more than quiet ones."""
    dry = heard
    filters = np.zeros((len(heard), TAPS), np.complex64)
    turned = past.conj().transpose(0, 2, 1)
    for _ in range(_ROUNDS):
        power = dry.real**2 + dry.imag**2
        power[:, 1:-1] = (power[:, :-2] + power[:, 1:-1] + power[:, 2:]) / 3
        floor = 1e-4 * power.mean(axis=1, keepdims=True) + 1e-12
        weighted = turned / np.maximum(power, floor)[:, None, :]
        matrix = np.matmul(weighted, past).astype(np.complex128)
        right = np.matmul(weighted, heard[:, :, None]).astype(np.complex128)
        mean = np.trace(matrix, axis1=1, axis2=2).real / TAPS
        matrix += (_REGULAR * mean + 1e-12)[:, None, None] * np.eye(TAPS)
        filters = np.linalg.solve(matrix, right)[:, :, 0].astype(np.complex64)
        dry = heard - _foretold(past, filters)
    return filters
