"""Reads where "good" ends: `thresholds.toml`, which says where each number comes from."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from recordings.plain import from_plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    begin: float
    end: float
    pause_s: float
    shortest_s: float
    level_db: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    silent_db: float
    no_sound: float
    no_speech: float
    least_speech_s: float
    little_speech: float
    quiet_lufs: float
    hum_db: float
    hum_line_db: float
    usable_snr_db: float
    poor_snr_db: float
    unusable_snr_db: float
    poor_spread_db: float
    unusable_spread_db: float
    clipped: float
    poor_clipped: float
    clipped_peak_db: float
    holes: int
    poor_holes: int
    uneven_db: float
    echo_db: float
    echo_db_noise: float
    most_echo_db: float
    one_channel_db: float
    opposite: float
    apart_s: float
    lost_share: float
    poor_lost_share: float
    track_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    target_lufs: float
    ceiling_db: float
    most_gain_db: float
    reach_db: float
    blind_gain_db: float
    most_makeup_db: float
    highpass_hz: float
    notch_hz: float
    clean_snr_db: float
    light_snr_db: float
    share: float
    light_share: float
    least_share: float
    worse_speech: float
    worse_snr_db: float
    worse_clipped: float
    least_likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    black_luma: float
    no_signal_spread: float
    flat_spread: float
    snow_step: float
    frozen_step: float
    dark_luma: float
    share: float
    dropped_share: float
    frozen_shortest_s: float
    blanking_luma: float
    blanking_share: float
    smooth_step: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """One field for each number of the file; a name too many or too few is an error."""

    speech: Speech
    sound: Sound
    treatment: Treatment
    picture: Picture


@cache
def thresholds() -> Thresholds:
    path = Path(__file__).with_name("thresholds.toml")
    return from_plain(Thresholds, tomllib.loads(path.read_text(encoding="utf-8")))
