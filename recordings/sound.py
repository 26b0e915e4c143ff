"""Measures one sound track while it goes by, four seconds at a time, in constant memory.

It only measures; what a number means is said in `recordings.verdicts`.
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings.dereverb import BLOCK_S, echo_of
from recordings.judgement import Channel, Tone
from recordings.samples import (
    LOUDNESS_OFFSET,
    LOW_RATE,
    RATE,
    SILENT_DB,
    Lowered,
    Sound,
    Spectra,
    Values,
    bins,
    decibel,
    decibels,
    ear_weights,
    factor,
    gated_loudness,
)
from recordings.speech import STEP_S, Listener
from recordings.thresholds import Thresholds

CHUNK_S: Final = 4
CHUNK: Final = CHUNK_S * RATE
FRAMES: Final = CHUNK_S * 50
PER_MINUTE: Final = 60 // CHUNK_S
LEVEL_STEP_S: Final = 2.0  # of `judgement.Track.speech_db`
# Edges of the bands in which the noise floor is told: thirds of an octave above the hum.
BANDS_HZ: Final = (
    *(60, 120, 180, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600),
    *(2000, 2500, 3150, 4000, 5000, 6300, 8000, 12000, 20000),
)
MAINS_HZ: Final = (50.0, 60.0)
HARMONICS: Final = 20
MAINS_STRAYS: Final = 0.1  # Hz, from a whole multiple of what the strongest tones say
HUM_STRONGEST = 3  # the third strongest of the first five: one tone alone may be a note
NEAR_DB = 1.5  # of the ceiling
_SHIFT = 19  # a float's exponent and 4 bits of its mantissa: bins of a quarter to half a dB
_SPEECH_BAND = bins(250, 7000)
_AUDIBLE = bins(90, 20000)


def _bands() -> Values:
    rows = np.zeros((Spectra.POINTS // 2 + 1, len(BANDS_HZ) - 1))
    hertz = np.fft.rfftfreq(Spectra.POINTS, 1 / RATE)
    for number, (low, high) in enumerate(pairwise(BANDS_HZ)):
        rows[(hertz >= low) & (hertz < high), number] = 1.0
    return rows


_BANDS = _bands()
_EARS = ear_weights(Spectra.POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Four seconds: rows of 20 ms, but `speech` (32 ms) and `holes`."""

    judged: NDArray[np.bool_]
    loudness: Values  # power as the ear weighs it
    level: Values  # dB, above 90 Hz
    voice: Values  # power from 250 to 7000 Hz
    bands: Values  # power of each band
    speech: NDArray[np.float32]
    heights: NDArray[np.int64]  # how many samples stand so high; see `_SHIFT`
    holes: int
    peak: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What a stretch of a track measures."""

    judged_s: float
    loudness_lufs: float = SILENT_DB
    peak_db: float = SILENT_DB
    speech: float = 0.0
    silence: float = 1.0
    hum_db: float = 0.0
    noise_db: float = SILENT_DB
    spread_db: float = 0.0
    snr_db: float = 0.0
    clipped: float = 0.0
    holes: int = 0


@dataclass(slots=True)
class Meter:
    """Takes a track chunk by chunk; keeps a minute of detail, and of the title what is small."""

    limits: Thresholds
    keep: bool = False  # of every 20 ms the voice's level and its likelihood: for short sounds
    channel: Channel = Channel.BOTH
    kept_levels: list[Values] = field(default_factory=list)
    kept_speech: list[NDArray[np.float32]] = field(default_factory=list)
    minutes: list[Measures] = field(default_factory=list)
    likely: list[NDArray[np.float32]] = field(default_factory=list)
    peaks_db: list[int] = field(default_factory=list)
    levels_db: list[int] = field(default_factory=list)
    speech_power: list[tuple[float, float]] = field(default_factory=list)  # power, seconds
    lines: list[Values] = field(default_factory=list)  # rows of `_LINES`, see `hum`
    loudness_blocks: list[Values] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)
    _lows: list[Sound] = field(default_factory=list)  # until a block of one minute is listened to
    noise_bands: list[Values] = field(default_factory=list)
    _pending: list[Chunk] = field(default_factory=list)
    _minute_lines: int = 0  # where the lines of this minute begin
    _energy: Values = field(default_factory=lambda: np.zeros(3))  # left, right, their product
    _spectra: Spectra = field(default_factory=Spectra)
    _lowered: Lowered = field(default_factory=Lowered)
    _listener: Listener = field(default_factory=Listener)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=4))

    def take(self, block: NDArray[np.float32], judged: NDArray[np.bool_]) -> None:
        """Take `CHUNK` samples of two channels; `judged` says which 20 ms count."""
        if not judged.any():
            self._skip(judged)
            return
        mono = self._chosen(block)
        power = self._spectra(mono)
        level = decibels(power[:, _AUDIBLE].sum(axis=1))
        low = self._lowered(mono)
        seconds = mono.reshape(CHUNK_S, RATE)
        self.peaks_db += [round(one) for one in decibels(np.abs(seconds).max(axis=1) ** 2)]
        self.levels_db += [round(one) for one in decibels(np.mean(seconds**2, axis=1))]
        chunk = Chunk(
            judged=judged,
            loudness=power @ _EARS,
            level=level,
            voice=power[:, _SPEECH_BAND].sum(axis=1),
            bands=power @ _BANDS,
            speech=self._heard(low, level[judged]),
            heights=np.bincount(np.abs(mono).view(np.int32) >> _SHIFT, minlength=1 << 12),
            holes=_holes(mono, judged, self.limits.sound.silent_db),
            peak=float(np.abs(mono).max()),
        )
        if self.keep:
            self.kept_levels.append(decibels(chunk.voice))
            self.kept_speech.append(_in_frames(chunk.speech))
        self.likely.append(chunk.speech)
        if judged.all():
            self.lines.append(_prominence(low))
        self._follow_speech(chunk)
        self._follow_echo(low, chunk)
        self._pending.append(chunk)
        if len(self._pending) == PER_MINUTE:
            self.finish()

    def _skip(self, judged: NDArray[np.bool_]) -> None:
        """Pass over what is lost, which may be an hour."""
        nothing = np.zeros(FRAMES)
        chunk = Chunk(
            judged=judged,
            loudness=nothing,
            level=nothing + SILENT_DB,
            voice=nothing,
            bands=np.zeros((FRAMES, len(BANDS_HZ) - 1)),
            speech=np.zeros(round(CHUNK_S / STEP_S), np.float32),
            heights=np.zeros(1 << 12, np.int64),
            holes=0,
            peak=0.0,
        )
        self.peaks_db += [round(SILENT_DB)] * CHUNK_S
        self.levels_db += [round(SILENT_DB)] * CHUNK_S
        self.speech_power += [(0.0, 0.0)] * round(CHUNK_S / LEVEL_STEP_S)
        self.likely.append(chunk.speech)
        self._lows.clear()
        self._pending.append(chunk)
        if len(self._pending) == PER_MINUTE:
            self.finish()

    def finish(self) -> None:
        """Close the minute that is under way."""
        if self._pending:
            self.minutes.append(self._minute(self._pending, self.lines[self._minute_lines :]))
            self._minute_lines = len(self.lines)
            self._pending = []

    # --- what is kept of the whole ---

    @property
    def loudness_lufs(self) -> float:
        """Integrated, both gates of BS.1770."""
        if not self.loudness_blocks:
            return SILENT_DB
        return gated_loudness(np.concatenate(self.loudness_blocks))

    @property
    def hum(self) -> tuple[Tone, ...]:
        """The tones of the mains that stand in half of all chunks."""
        if not self.lines:
            return ()
        if _hum(self.lines) < self.limits.sound.hum_db:
            return ()
        rows = np.stack(self.lines)
        middle = np.median(rows, axis=0)
        mains = int(np.argmax([_third(one) for one in middle[:, :, 0]]))
        strong = middle[mains, :5]
        strong = strong[strong[:, 0] >= self.limits.sound.hum_line_db, 1]
        mains_hz = float(np.median(strong / np.round(strong / MAINS_HZ[mains])))
        low, high = np.percentile(rows[:, mains, :, 1], [10, 90], axis=0)
        return tuple(
            Tone(
                hertz=round(float(hertz), 2),
                over_db=round(float(over), 1),
                drift_hz=round(float(drift), 2),
            )
            for number, ((over, hertz), drift) in enumerate(
                zip(middle[mains], (high - low) / 2, strict=True), 1
            )
            if over >= self.limits.sound.hum_line_db
            and abs(hertz - number * mains_hz) < MAINS_STRAYS * number
        )

    @property
    def echo_db(self) -> float:
        """How much of what is said is echo."""
        return round(float(np.median(self.echoes)), 2) if self.echoes else 0.0

    def speech_levels(self) -> tuple[float, ...]:
        """Loudness of speech around every `LEVEL_STEP_S`; without speech that of the nearest."""
        reach = np.exp(-0.5 * (np.arange(-8, 9) / 2.5) ** 2)  # about 5 s to both sides
        power = np.convolve([one for one, _ in self.speech_power], reach)[8:-8]
        weight = np.convolve([one for _, one in self.speech_power], reach)[8:-8]
        known = np.flatnonzero(weight > 0.3)  # noqa: PLR2004  # seconds: less is a word
        if not len(known):
            return ()
        levels = LOUDNESS_OFFSET + decibels(power[known] / weight[known])
        places = np.arange(len(power))
        return tuple(round(float(one), 1) for one in np.interp(places, known, levels))

    # --- one chunk ---

    def _chosen(self, block: NDArray[np.float32]) -> Sound:
        left, right = block[:, 0].astype(np.float64), block[:, 1].astype(np.float64)
        self._energy += (left @ left, right @ right, left @ right)
        self.channel = channel_of(self._energy, self.limits)
        mono = mixed(block, self.channel)
        return np.ascontiguousarray(mono, np.float32)

    def _heard(self, low: Sound, level: Values) -> NDArray[np.float32]:
        """Listen at the level that the network knows: on quiet sound it hears nothing."""
        if len(level):
            self._recent.append(float(np.percentile(level, 95)))
        loud = max(self._recent, default=SILENT_DB)
        if loud < self.limits.sound.silent_db - 20:
            return np.zeros(round(CHUNK_S / STEP_S), np.float32)
        return self._listener(low * np.float32(factor(self.limits.speech.level_db - loud)))

    def _follow_speech(self, chunk: Chunk) -> None:
        spoken = _in_frames(chunk.speech) >= self.limits.speech.begin
        for half in range(round(CHUNK_S / LEVEL_STEP_S)):
            rows = slice(half * FRAMES // 2, (half + 1) * FRAMES // 2)
            heard = spoken[rows] & chunk.judged[rows]
            power = float(chunk.loudness[rows][heard].sum() / 50)
            self.speech_power.append((power, float(heard.sum() / 50)))

    def _follow_echo(self, low: Sound, chunk: Chunk) -> None:
        """Once a minute, where three chunks in a row are full of speech."""
        if len(self.echoes) > len(self.minutes):
            return
        talk = float(np.mean(chunk.speech >= self.limits.speech.begin))
        if not chunk.judged.all() or talk < 0.4:  # noqa: PLR2004  # mostly pauses: nothing sounds
            self._lows.clear()
            return
        self._lows.append(low)
        if len(self._lows) == BLOCK_S // CHUNK_S:
            self.echoes.append(echo_of(np.concatenate(self._lows)))
            self._lows.clear()

    def _minute(self, chunks: list[Chunk], lines: list[Values]) -> Measures:
        judged = np.concatenate([one.judged for one in chunks])
        count = int(judged.sum())
        if not count:
            return Measures(judged_s=0.0)
        loudness = np.concatenate([one.loudness for one in chunks])[judged]
        level = np.concatenate([one.level for one in chunks])[judged]
        voice = np.concatenate([one.voice for one in chunks])[judged]
        bands = np.concatenate([one.bands for one in chunks])[judged]
        likely = np.concatenate([_in_frames(one.speech) for one in chunks])[judged]
        spoken = likely >= self.limits.speech.begin
        blocks = np.convolve(loudness, np.full(20, 1 / 20), "valid")[::5]
        self.loudness_blocks.append(blocks)
        heard = level > self.limits.sound.silent_db
        pause = heard & (likely < self.limits.speech.end)
        if pause.sum() >= 25:  # noqa: PLR2004  # half a second
            self.noise_bands.append(np.percentile(bands[pause], 30, axis=0))
        enough = 50  # frames: a second
        noise_db = float(np.percentile(level, 10))
        # Where pauses are silent by themselves (a computer's voice, a gate), no hole shows.
        gated = noise_db < self.limits.sound.silent_db
        return Measures(
            judged_s=count / 50,
            loudness_lufs=gated_loudness(blocks),
            peak_db=decibel(max(one.peak for one in chunks) ** 2),
            speech=float(spoken.mean()),
            silence=float(np.mean(~heard)),
            hum_db=_hum(lines),
            noise_db=noise_db,
            spread_db=_spread(level[heard]) if heard.sum() >= enough else 0.0,
            snr_db=_snr(voice, spoken, pause),
            clipped=_clipped(np.sum([one.heights for one in chunks], axis=0)),
            holes=0 if gated else sum(one.holes for one in chunks),
        )


def channel_of(energy: Values, limits: Thresholds) -> Channel:
    """Which channels are worth hearing, by their energies and the sum of their products."""
    left, right, product = (float(one) for one in energy)
    apart = decibel(left) - decibel(right)
    if apart > limits.sound.one_channel_db:
        return Channel.LEFT
    if apart < -limits.sound.one_channel_db:
        return Channel.RIGHT
    if product < limits.sound.opposite * np.sqrt(left * right):
        return Channel.DIFFERENCE
    return Channel.BOTH


def mixed(block: NDArray[np.float32], channel: Channel) -> NDArray[np.float32]:
    """One channel of two."""
    if channel in {Channel.LEFT, Channel.RIGHT}:
        one: Sound = block[:, 0 if channel is Channel.LEFT else 1]
        return one
    sign = np.float32(-0.5 if channel is Channel.DIFFERENCE else 0.5)
    both: Sound = block[:, 0] * np.float32(0.5) + block[:, 1] * sign
    return both


def _in_frames(speech: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities of each 32 ms as rows of 20 ms."""
    place = (np.arange(FRAMES) * 0.02 / STEP_S).astype(int)
    result: NDArray[np.float32] = speech[np.minimum(place, len(speech) - 1)]
    return result


def _spread(level: Values) -> float:
    loud, quiet = np.percentile(level, [95, 10])
    return float(loud - quiet)


def _snr(voice: Values, spoken: NDArray[np.bool_], pause: NDArray[np.bool_]) -> float:
    """Level of the voice over what is heard between words; without pauses, over the quietest."""
    enough = 25
    if spoken.sum() < enough:
        return 0.0
    noise = float(np.median(voice[pause])) if pause.sum() >= enough else 0.0
    noise = noise or float(np.percentile(voice, 5))
    both = float(voice[spoken].mean())
    most = 60.0  # 16 bits hold no more between a voice and its floor
    return min(most, decibel(max(both - noise, 1e-3 * both)) - decibel(noise))


def _clipped(heights: NDArray[np.int64]) -> float:
    """Share of the samples that stand within `NEAR_DB` of the highest; a voice hardly ever does."""
    total = int(heights.sum())
    filled = np.flatnonzero(heights[1:]) + 1
    if not len(filled):
        return 0.0
    near = _height(int(filled[-1])) * factor(-NEAR_DB)
    first = int(np.asarray(near, np.float32).view(np.int32)) >> _SHIFT
    return float(heights[first:].sum() / total)


def _height(number: int) -> float:
    return float(np.asarray((number + 1) << _SHIFT, np.int32).view(np.float32))


def _holes(mono: Sound, judged: NDArray[np.bool_], silent_db: float) -> int:
    """Count silences of 20 to 500 ms that begin and end within 10 ms: packets that are gone."""
    level = decibels(np.mean(mono.reshape(-1, RATE // 100) ** 2, axis=1))
    silent = np.concatenate(([False], level < silent_db, [False]))
    edges = np.flatnonzero(np.diff(silent.astype(np.int8)))
    count = 0
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if 2 <= stop - start <= 50 and start > 0 and stop < len(level):  # noqa: PLR2004
            before, after = level[start - 1], level[stop]
            # A voice sinks into silence by and by; a hole has edges.
            sharp = min(before, after) > silent_db + 25
            count += int(sharp and bool(judged[start // 2]))
    return count


# --- hum ---

_POINTS = CHUNK_S * LOW_RATE
_WINDOW = np.hanning(_POINTS + 1)[:-1].astype(np.float32)


def _prominence(low: Sound) -> Values:
    """For each mains and harmonic: dB over the median of its neighbourhood, and its frequency."""
    spectrum = np.abs(np.fft.rfft(low * _WINDOW)) ** 2 + 1e-12
    found = np.zeros((len(MAINS_HZ), HARMONICS, 2))
    for place, mains in enumerate(MAINS_HZ):
        for number in range(1, HARMONICS + 1):
            # The mains keep 1 %; the bins are a quarter of a hertz wide.
            middle, near = round(mains * number * CHUNK_S), max(2, round(number * 0.5 * CHUNK_S))
            around = spectrum[middle - 60 : middle + 61]
            at = middle - near + int(np.argmax(spectrum[middle - near : middle + near + 1]))
            floor = float(np.median(around))
            found[place, number - 1] = (10 * np.log10(spectrum[at] / floor), _exact(spectrum, at))
    return found


def _exact(spectrum: Values, at: int) -> float:
    """The top of a parabola through three bins, in Hz."""
    left, middle, right = (float(np.log(spectrum[at + one])) for one in (-1, 0, 1))
    bend = left - 2 * middle + right
    return (at + (0.5 * (left - right) / bend if bend < 0 else 0.0)) / CHUNK_S


def _third(over: Values) -> float:
    return float(np.sort(over[:5])[-HUM_STRONGEST])


def _hum(lines: list[Values]) -> float:
    """The median over time of the third strongest tone: speech comes and goes, hum stays."""
    if not lines:
        return 0.0
    over = np.stack(lines)[:, :, :, 0]
    return round(max(_third(np.median(over[:, one], axis=0)) for one in range(len(MAINS_HZ))), 1)
