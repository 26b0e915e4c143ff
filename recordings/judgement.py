"""What was heard and seen of a title, in plain data that lasts as JSON beside its renditions.

Times are seconds on the title's own line of time. Levels are dBFS (0 is full scale), loudness is
LUFS (ITU-R BS.1770-4). Seconds that are lost on the disc count in no measure: they are marked.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from recordings.plain import NotPlainError, as_plain, from_plain

VERSION = 1
SILENT_DB = -120  # what an absent sound measures: there is no logarithm of nothing


class Verdict(StrEnum):
    """How well a hearing can be followed, from best to worst."""

    GOOD = "good"
    USABLE = "usable"  # with effort, or once it is restored
    POOR = "poor"  # parts will not be understood
    UNUSABLE = "unusable"  # nobody will understand it

    @property
    def rank(self) -> int:
        return list(Verdict).index(self)


class Reason(StrEnum):
    """Why a verdict is not "good"."""

    NO_SOUND = "no_sound"
    NO_SPEECH = "no_speech"
    LITTLE_SPEECH = "little_speech"
    VERY_QUIET = "very_quiet"
    UNEVEN = "uneven"  # near and far voices at very different levels
    HUM = "hum"
    NOISE = "noise"
    CLIPPED = "clipped"
    HOLES = "holes"  # the sound stops for parts of a second, though no sector is lost
    REVERBERANT = "reverberant"
    ONE_CHANNEL = "one_channel"
    OPPOSITE_PHASE = "opposite_phase"
    OUT_OF_STEP = "out_of_step"  # sound and picture are apart
    SECONDS_LOST = "seconds_lost"
    NO_PICTURE = "no_picture"
    BLACK = "black"
    NO_SIGNAL = "no_signal"  # one colour: the recorder saw no camera
    FROZEN = "frozen"
    SNOW = "snow"
    DARK = "dark"
    FLAT = "flat"  # hardly any contrast
    FRAMES_DROPPED = "frames_dropped"


class Channel(StrEnum):
    """Where the one good channel of a sound track comes from."""

    BOTH = "both"  # the mean of left and right
    LEFT = "left"
    RIGHT = "right"
    DIFFERENCE = "difference"  # right is wired upside down: their sum would cancel


@dataclass(frozen=True, slots=True, kw_only=True)
class Tone:
    """One tone of the mains that stands all the time."""

    hertz: float
    over_db: float  # above the median of its neighbourhood, in bands of half a hertz
    drift_hz: float  # how far it strays to either side


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMinute:
    """A minute of one track; the last one is shorter. Shares are 0..1 of the seconds judged."""

    start_s: float
    judged_s: float  # without what is lost
    lost_s: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    loudness_lufs: float
    peak_db: float
    speech: float  # share that is speech, after its level was brought up
    silence: float  # share that is digitally silent or below what a room is
    hum_db: float  # third strongest tone of the mains over its neighbourhood
    noise_db: float  # level of the quietest tenth, above 90 Hz
    spread_db: float  # between the loudest twentieth and the quietest tenth
    snr_db: float  # level of speech over the noise between it
    clipped: float  # share of samples that stand at the ceiling
    holes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One sound track of a title."""

    index: int  # of its `titles.Stream`
    verdict: Verdict
    reasons: tuple[Reason, ...]
    channel: Channel
    loudness_lufs: float  # integrated over what is speech (gated)
    peak_db: float
    speech: float
    noise_db: float
    spread_db: float
    snr_db: float
    clipped: float
    echo_db: float  # the voice with the room's echo over the voice alone, above 1 kHz
    hum: tuple[Tone, ...]  # only tones that were measured
    noise_bands_db: tuple[float, ...]  # noise floor of the bands of `sound.BANDS_HZ`
    minutes: tuple[SoundMinute, ...]
    spoken: tuple[tuple[float, float], ...]  # (start_s, end_s) of speech, for jumping
    peaks_db: tuple[int, ...]  # of each second
    levels_db: tuple[int, ...]  # RMS of each second
    speech_db: tuple[float, ...]  # level of speech around every `sound.LEVEL_STEP_S`; the curve
    # of gain is drawn from it


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMinute:
    start_s: float
    judged_s: float
    lost_s: float
    verdict: Verdict
    reasons: tuple[Reason, ...]
    black: float  # shares of the seconds judged
    no_signal: float
    frozen: float
    snow: float
    dark: float
    flat: float
    luma: float  # mean, 16 black .. 235 white
    dropped: int  # pictures that the frame rate promises and that are not there


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """What of the picture is picture, in its own pixels."""

    width: int
    height: int
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of a title."""

    index: int
    verdict: Verdict
    reasons: tuple[Reason, ...]
    width: int
    height: int
    frame_rate: float  # pictures a second as coded
    aspect: float  # of the picture as it is shown: 4/3, 16/9
    interlaced: bool
    top_first: bool
    smooth: bool  # much moves at field rate: worth twice the pictures
    luma: float
    black_point: float  # luma of the darkest and the brightest hundredth
    white_point: float
    grain: float  # mean difference of neighbouring pictures where nothing moves
    crop: Crop | None  # only where blanking is certain
    minutes: tuple[PictureMinute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The whole title: the verdict is its best track's, one step lower for a bad picture."""

    version: int = VERSION
    title: int
    seconds: float
    lost: tuple[tuple[float, float], ...]  # (start_s, end_s)
    verdict: Verdict
    reasons: tuple[Reason, ...]
    best: int | None  # `index` of the track to play first
    tracks: tuple[Track, ...]
    picture: Picture | None
    apart_s: float | None  # sound begins so much after the picture; None: only one is there
    longer_s: float | None  # sound ends so much after the picture

    @property
    def lost_s(self) -> float:
        return sum(end - start for start, end in self.lost)

    def track(self, index: int | None = None) -> Track | None:
        """The track of this index; without one, the best."""
        wanted = self.best if index is None else index
        return next((one for one in self.tracks if one.index == wanted), None)

    def as_json(self) -> str:
        return json.dumps(as_plain(self), separators=(",", ":"))


def from_json(text: str) -> Judgement:
    """Read what `as_json` wrote; NotPlainError for another version or no judgement at all."""
    try:
        plain = json.loads(text)
    except ValueError as error:
        raise NotPlainError(str(error)) from error
    if not isinstance(plain, dict) or plain.get("version") != VERSION:
        raise NotPlainError("not a judgement of this version")
    return from_plain(Judgement, plain)
