"""Hears where somebody speaks: silero-vad's network, run by onnxruntime on 16 kHz.

The package `silero-vad` is there for its model file alone; its code (and torch) is not used.
"""

import importlib.util
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from recordings.errors import ModelMissingError
from recordings.samples import LOW_RATE, Sound

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

STEP: Final = 512  # samples of 16 kHz that one probability stands for
STEP_S: Final = STEP / LOW_RATE
_CONTEXT = 64  # samples before them that the network also sees
_STATE = (1, 1, 128)


@cache
def session_of(path: Path) -> "InferenceSession":
    """Load a network once; it computes in the caller's thread, so that `nice` holds for it."""
    import onnxruntime  # takes a while, and most processes of the house never listen

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def _model() -> Path:
    found = importlib.util.find_spec("silero_vad")
    for place in (found.submodule_search_locations if found else None) or ():
        # The one that takes a whole sequence at once: a hundred times fewer calls.
        path = Path(place) / "data" / "silero_vad_16k_sequence.onnx"
        if path.is_file():
            return path
    raise ModelMissingError("silero-vad's model for 16 kHz")


class Listener:
    """Tells how likely speech is, 31.25 times a second, block by block."""

    def __init__(self) -> None:
        self._session = session_of(_model())
        self._past = np.zeros(_CONTEXT, np.float32)
        self._hidden = np.zeros(_STATE, np.float32)
        self._cell = np.zeros(_STATE, np.float32)

    def __call__(self, block: Sound) -> NDArray[np.float32]:
        """Take a multiple of 512 samples, at about the level of ordinary speech."""
        joined = np.concatenate((self._past, block))
        self._past = joined[len(joined) - _CONTEXT :]
        windows = np.ascontiguousarray(sliding_window_view(joined, _CONTEXT + STEP)[::STEP])
        heard, self._hidden, self._cell = self._session.run(
            None, {"input": windows, "h": self._hidden, "c": self._cell}
        )
        result: NDArray[np.float32] = heard
        return result


def stretches(
    likely: Iterable[float], *, begin: float, end: float, pause_s: float, shortest_s: float
) -> tuple[tuple[float, float], ...]:
    """Join probabilities to stretches of speech, in seconds from the first of them.

    Speech begins at `begin` and lasts until it is below `end` (lower, so that it does not
    flicker); pauses up to `pause_s` belong to it, and what is shorter than `shortest_s` is none.
    """
    found: list[tuple[float, float]] = []
    since: float | None = None
    at = 0.0
    for one in likely:
        if since is None and one >= begin:
            since = at
        elif since is not None and one < end:
            _add(found, since, at, pause_s)
            since = None
        at += STEP_S
    if since is not None:
        _add(found, since, at, pause_s)
    return tuple(
        (round(start, 2), round(stop, 2)) for start, stop in found if stop - start >= shortest_s
    )


def _add(found: list[tuple[float, float]], start: float, stop: float, pause_s: float) -> None:
    if found and start - found[-1][1] <= pause_s:
        found[-1] = (found[-1][0], stop)
    else:
        found.append((start, stop))
