"""Speech as a courtroom's recorder spoils it, each way with a number to set and a seed.

All take and give mono float64 at 48 kHz; levels are RMS over the whole signal, in dB.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

RATE = 48_000

Sound = NDArray[np.float64]


def rms(sound: Sound) -> float:
    return float(np.sqrt(np.mean(np.square(sound)) + 1e-20))


def at_level(sound: Sound, level_db: float) -> Sound:
    return sound * (10 ** (level_db / 20) / rms(sound))


def hum(seconds: float, *, mains: float = 50.0, seed: int = 0) -> Sound:
    """Mains and its harmonics, the odd ones weaker, as a bad ground gives them."""
    rng = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE
    strengths = {1: 0.7, 2: 1.0, 3: 0.5, 4: 0.6, 5: 0.3, 6: 0.35, 8: 0.2, 10: 0.12}
    return np.sum(
        [
            weight * np.sin(2 * np.pi * mains * number * time + rng.uniform(0, 6))
            for number, weight in strengths.items()
        ],
        axis=0,
    )


def hiss(seconds: float, *, seed: int = 0) -> Sound:
    """White noise of a preamplifier."""
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def rumble(seconds: float, *, seed: int = 0) -> Sound:
    """Ventilation: noise that falls 6 dB an octave above 120 Hz."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    return np.fft.irfft(spectrum / (1 + hertz / 120), count)


def with_noise(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    noise = noise[: len(speech)]
    return speech + at_level(noise, 20 * np.log10(rms(speech)) - snr_db)


def in_a_hall(speech: Sound, *, t60: float = 0.7, direct_db: float = 0.0, seed: int = 0) -> Sound:
    """A room whose sound dies by 60 dB in `t60` seconds; the direct sound stays in its place."""
    rng = np.random.default_rng(seed)
    count = round(t60 * RATE)
    time = np.arange(count) / RATE
    tail = rng.standard_normal(count) * np.exp(-6.9 * time / t60)
    tail[: round(0.004 * RATE)] = 0
    tail *= 10 ** (-direct_db / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = len(speech) + count
    return np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(tail, size), size)[: len(speech)]


def clipped(speech: Sound, *, over_db: float = 15.0) -> Sound:
    """Recorded so loud that peaks stand `over_db` above full scale."""
    return np.clip(speech / np.max(np.abs(speech)) * 10 ** (over_db / 20), -1.0, 1.0)


def quantised(sound: Sound, bits: int = 16) -> Sound:
    steps = 2 ** (bits - 1)
    return np.clip(np.round(sound * steps), -steps, steps - 1) / steps


def babble(voices: list[Sound], length: int, *, seed: int = 0) -> Sound:
    """Several people talking at once, each from another place of his text."""
    rng = np.random.default_rng(seed)
    total = np.zeros(length)
    for voice in voices:
        start = int(rng.integers(0, len(voice)))
        total += at_level(np.resize(np.roll(voice, -start), length), -20)
    return total


def court_bad(speech: Sound, *, seed: int = 0) -> Sound:
    """Far microphone, bad ground, cheap preamplifier, wrong level: all of it at once."""
    seconds = len(speech) / RATE + 1
    far = in_a_hall(speech, t60=0.5, direct_db=4, seed=seed)
    far = with_noise(far, hum(seconds, seed=seed), 6)
    far = with_noise(far, rumble(seconds, seed=seed), 12)
    far = with_noise(far, hiss(seconds, seed=seed + 1), 12)
    return quantised(at_level(far, -50))


def classes(others: list[Sound], *, seed: int = 0) -> dict[str, Callable[[Sound], Sound]]:
    """Every kind of damage of the table, by name; `others` talk in the babble."""

    def noisy(noise: Callable[..., Sound], snr_db: float) -> Callable[[Sound], Sound]:
        return lambda speech: at_level(
            with_noise(speech, noise(len(speech) / RATE + 1, seed=seed), snr_db), -26
        )

    return {
        "clean": lambda speech: at_level(speech, -26),
        "low level −45 dB": lambda speech: quantised(at_level(speech, -26 - 45)),
        "hum 0 dB": noisy(hum, 0),
        "hiss 10 dB": noisy(hiss, 10),
        "hiss 5 dB": noisy(hiss, 5),
        "hiss 0 dB": noisy(hiss, 0),
        "ventilation 5 dB": noisy(rumble, 5),
        "babble 5 dB": lambda speech: at_level(
            with_noise(speech, babble(others, len(speech), seed=seed), 5), -26
        ),
        "reverberation": lambda speech: at_level(in_a_hall(speech, seed=seed), -26),
        "clipped": clipped,
        "court_bad": lambda speech: court_bad(speech, seed=seed),
    }
