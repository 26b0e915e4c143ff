"""What is done to sound as numbers whatever it says: rates, spectra, levels, the ears' weighting.

Sound is float32, mono, full scale is 1.0; the title's rate is 48 kHz, the models' 16 kHz.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

RATE: Final = 48_000
LOW_RATE: Final = 16_000
RATIO: Final = RATE // LOW_RATE
SILENT_DB: Final = -120.0

Sound = NDArray[np.float32]
Values = NDArray[np.float64]

_TAPS = 145  # of the filter between the rates: half its length is a whole sample at both
LAG: Final = (_TAPS - 1) // 2 // RATIO  # how far each change of rate lags, in samples of 16 kHz
_CUT_HZ = 7600.0


def _low_pass(cut_hz: float, taps: int, rate: int) -> Values:
    """A windowed sinc of linear phase; Kaiser's window keeps what folds back below -70 dB."""
    place = np.arange(taps) - (taps - 1) / 2
    shape = 2 * cut_hz / rate * np.sinc(2 * cut_hz / rate * place) * np.kaiser(taps, 7.0)
    result: Values = shape / shape.sum()
    return result


_FILTER = _low_pass(_CUT_HZ, _TAPS, RATE).astype(np.float32)


class Lowered:
    """48 kHz to 16 kHz, block by block; what comes out lags by `LAG` samples."""

    def __init__(self) -> None:
        self._past = np.zeros(_TAPS - 1, np.float32)

    def __call__(self, block: Sound) -> Sound:
        """Take a multiple of three samples, give a third of them."""
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - (_TAPS - 1) :]
        result: Sound = sliding_window_view(joined, _TAPS)[::RATIO] @ _FILTER
        return result


class Raised:
    """16 kHz to 48 kHz, block by block; what comes out lags by `LAG` samples of 16 kHz."""

    _PHASES = np.pad(_FILTER * RATIO, (0, -_TAPS % RATIO)).reshape(-1, RATIO)[::-1].copy()

    def __init__(self) -> None:
        self._past = np.zeros(len(self._PHASES) - 1, np.float32)

    def __call__(self, block: Sound) -> Sound:
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - (len(self._PHASES) - 1) :]
        result: Sound = sliding_window_view(joined, len(self._PHASES)) @ self._PHASES
        return result.reshape(-1)


class Delayed:
    """The same sound, later by a number of samples."""

    def __init__(self, samples: int) -> None:
        self._past = np.zeros(samples, np.float32)

    def __call__(self, block: Sound) -> Sound:
        joined = np.concatenate((self._past, block))
        self._past = joined[len(block) :]
        return joined[: len(block)]


def decibels(power: NDArray[np.floating]) -> Values:
    """Power to dB; nothing at all is `SILENT_DB`."""
    floor = 10 ** (SILENT_DB / 10)
    result: Values = 10 * np.log10(np.maximum(np.asarray(power, np.float64), floor))
    return result


def decibel(power: float) -> float:
    return float(decibels(np.asarray([power]))[0])


def factor(db: float) -> float:
    """What an amplitude is multiplied by for so many dB."""
    return float(10 ** (db / 20))


# ITU-R BS.1770-4, tables 1 and 2: the shelf of a head, then the high-pass; for 48 kHz.
_SHELF = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
LOUDNESS_OFFSET: Final = -0.691  # BS.1770-4, formula 2


def ear_weights(points: int) -> Values:
    """K weighting of power for the bins of a real FFT of so many points at 48 kHz."""
    turn = np.exp(-2j * np.pi * np.arange(points // 2 + 1) / points)
    result = np.ones(points // 2 + 1)
    for above, below in (_SHELF, _HIGH_PASS):
        top = above[0] + above[1] * turn + above[2] * turn**2
        bottom = below[0] + below[1] * turn + below[2] * turn**2
        result = result * np.abs(top / bottom) ** 2
    return result


def gated_loudness(blocks: Values) -> float:
    """Integrated loudness (LUFS) of the powers of 400 ms blocks: BS.1770-4, both gates."""
    loud = LOUDNESS_OFFSET + decibels(blocks)
    heard = blocks[loud > -70.0]  # noqa: PLR2004  # the absolute gate
    if not len(heard):
        return SILENT_DB
    gate = LOUDNESS_OFFSET + decibel(float(heard.mean())) - 10.0
    heard = heard[LOUDNESS_OFFSET + decibels(heard) > gate]
    return LOUDNESS_OFFSET + decibel(float(heard.mean())) if len(heard) else SILENT_DB


class Spectra:
    """Power spectra of 50 frames a second, block by block, scaled so that they add to mean power.

    A frame of 2048 samples (Hann) stands for the 20 ms in its middle; the first ones look back
    into silence.
    """

    POINTS: Final = 2048
    HOP: Final = RATE // 50

    def __init__(self) -> None:
        self._past = np.zeros(self.POINTS - self.HOP, np.float32)
        window = np.hanning(self.POINTS + 1)[:-1]
        self._window = window.astype(np.float32)
        scale = np.full(self.POINTS // 2 + 1, 2.0)
        scale[[0, -1]] = 1.0
        self._scale = scale / (self.POINTS * np.sum(window**2))

    def __call__(self, block: Sound) -> Values:
        """Take a multiple of 960 samples; give rows of 1025 powers."""
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - (self.POINTS - self.HOP) :]
        frames = sliding_window_view(joined, self.POINTS)[:: self.HOP] * self._window
        spectrum = np.fft.rfft(frames, axis=1)
        result: Values = (spectrum.real**2 + spectrum.imag**2) * self._scale
        return result


def bins(low_hz: float, high_hz: float) -> slice:
    """The columns of `Spectra` between two frequencies."""
    width = RATE / Spectra.POINTS
    return slice(round(low_hz / width), round(high_hz / width) + 1)
