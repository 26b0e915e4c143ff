"""Each measure on a sound of which the answer is known."""

import numpy as np
import pytest

from recordings.judgement import Channel, Reason, Verdict
from recordings.levels import LIMITED_LAG, Limiter, gains
from recordings.samples import LAG, Lowered, Raised, gated_loudness
from recordings.sound import CHUNK, FRAMES, Meter
from recordings.speech import STEP_S, stretches
from recordings.thresholds import thresholds
from recordings.verdicts import sound_minute
from tests.recordings.damage import (
    RATE,
    Sound,
    at_level,
    clipped,
    court_bad,
    hiss,
    hum,
    in_a_hall,
    with_noise,
)
from tests.recordings.plain_sound import sample

SECONDS = 8


@pytest.fixture(scope="module")
def speech() -> Sound:
    return np.resize(np.concatenate((sample("ru"), sample("ky"))), SECONDS * RATE)


def metered(sound: Sound, judged: np.ndarray | None = None) -> Meter:
    """Measure one channel or two; `judged` says which 20 ms count."""
    both = np.repeat(sound[:, None], 2, axis=1) if sound.ndim == 1 else sound
    meter = Meter(limits=thresholds())
    for at in range(0, len(both), CHUNK):
        part = np.zeros((CHUNK, 2), np.float32)
        part[: len(both[at : at + CHUNK])] = both[at : at + CHUNK]
        counts = np.arange(FRAMES) < len(both[at : at + CHUNK]) // 960
        if judged is not None:
            counts &= judged[at // 960 : at // 960 + FRAMES]
        meter.take(part, counts)
    meter.finish()
    return meter


def verdict(meter: Meter) -> tuple[Verdict, tuple[Reason, ...]]:
    minute = sound_minute(meter.minutes[0], start_s=0.0, lost_s=0.0, limits=thresholds())
    return minute.verdict, minute.reasons


def test_clean_speech_is_good(speech: Sound) -> None:
    meter = metered(speech)
    assert verdict(meter) == (Verdict.GOOD, ())
    assert meter.minutes[0].speech > 0.7
    assert meter.hum == ()


def test_loudness_is_that_of_the_standard() -> None:
    # EBU Tech 3341: 997 Hz at -20 dBFS in one channel is -23.0 LUFS.
    tone = 10 ** (-20 / 20) * np.sin(2 * np.pi * 997 * np.arange(SECONDS * RATE) / RATE)
    meter = metered(tone)
    assert meter.loudness_lufs == pytest.approx(-23.0, abs=0.15)
    assert meter.peaks_db[5] == -20
    assert meter.levels_db[5] == -23


def test_the_gate_leaves_pauses_out() -> None:
    loud, pause = 10 ** (-20 / 10), 10 ** (-50 / 10)
    assert gated_loudness(np.array([loud] * 10 + [pause] * 90)) == pytest.approx(-20.7, abs=0.1)


@pytest.mark.parametrize("mains", [50.0, 60.0])
def test_hum_is_found_with_its_frequency(speech: Sound, mains: float) -> None:
    meter = metered(with_noise(speech, hum(SECONDS, mains=mains * 1.001), 10))
    tones = {round(one.hertz / mains): one for one in meter.hum}
    assert {1, 2, 3, 4} <= set(tones)
    assert tones[2].hertz == pytest.approx(2 * mains * 1.001, abs=0.1)
    assert tones[2].over_db > 20
    assert verdict(meter)[0] is Verdict.USABLE
    assert Reason.HUM in verdict(meter)[1]


def test_one_tone_of_100_hz_beside_speech_is_no_hum_of_the_mains(speech: Sound) -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(len(speech)) / RATE)
    assert metered(with_noise(speech, tone, 10)).hum == ()


@pytest.mark.parametrize("noise", [hiss(SECONDS, seed=1), hum(SECONDS)], ids=["hiss", "hum"])
def test_noise_alone_is_no_speech_and_unusable(noise: Sound) -> None:
    meter = metered(at_level(noise, -35))
    assert meter.minutes[0].speech == 0.0
    assert verdict(meter)[0] is Verdict.UNUSABLE
    assert Reason.NO_SPEECH in verdict(meter)[1]


def test_silence_is_no_sound() -> None:
    assert verdict(metered(np.zeros(SECONDS * RATE))) == (Verdict.UNUSABLE, (Reason.NO_SOUND,))


def test_speech_far_below_its_level_is_heard_and_called_quiet(speech: Sound) -> None:
    meter = metered(at_level(speech, -62))
    assert meter.minutes[0].speech > 0.7
    assert meter.minutes[0].loudness_lufs == pytest.approx(-61, abs=2)
    assert verdict(meter) == (Verdict.USABLE, (Reason.VERY_QUIET,))


def test_the_voice_is_measured_over_the_noise(speech: Sound) -> None:
    measured = [
        metered(with_noise(speech, hiss(SECONDS, seed=2), snr)).minutes[0].snr_db for snr in (15, 0)
    ]
    assert measured == sorted(measured, reverse=True)
    assert measured[0] - measured[1] == pytest.approx(15, abs=4)
    noisy = metered(with_noise(speech, hiss(SECONDS, seed=2), 0))
    assert verdict(noisy) == (Verdict.POOR, (Reason.NOISE,))


def test_clipping_is_told_from_a_loud_voice(speech: Sound) -> None:
    assert metered(speech / np.abs(speech).max()).minutes[0].clipped < 0.001
    meter = metered(clipped(speech, over_db=15))
    assert meter.minutes[0].clipped > 0.05
    assert Reason.CLIPPED in verdict(meter)[1]


def test_holes_are_counted(speech: Sound) -> None:
    torn = with_noise(speech, hiss(SECONDS, seed=3), 30)
    for number in range(6):
        at = (number + 1) * RATE
        torn[at : at + RATE // 10] = 0.0
    assert 4 <= metered(torn).minutes[0].holes <= 6
    assert metered(with_noise(speech, hiss(SECONDS, seed=3), 30)).minutes[0].holes == 0


def test_a_room_is_told_from_a_dry_voice(speech: Sound) -> None:
    speech = np.resize(speech, 12 * RATE)
    assert metered(in_a_hall(speech, t60=0.8)).echo_db > metered(speech).echo_db + 0.5


def test_channels_are_chosen_by_what_they_carry(speech: Sound) -> None:
    dead = np.zeros_like(speech)
    assert metered(np.stack((speech, dead), axis=1)).channel is Channel.LEFT
    assert metered(np.stack((dead, speech), axis=1)).channel is Channel.RIGHT
    turned = metered(np.stack((speech, -speech), axis=1))
    assert turned.channel is Channel.DIFFERENCE
    assert turned.minutes[0].speech > 0.7
    assert metered(np.stack((speech, 0.5 * speech), axis=1)).channel is Channel.BOTH


def test_what_is_lost_counts_in_no_measure(speech: Sound) -> None:
    judged = np.ones(SECONDS * 50, bool)
    judged[2 * 50 : 5 * 50] = False
    holed = speech.copy()
    holed[2 * RATE : 5 * RATE] = 0.0
    meter = metered(holed, judged)
    assert meter.minutes[0].judged_s == 5.0
    assert meter.minutes[0].silence < 0.2
    assert len(meter.peaks_db) == SECONDS
    assert meter.peaks_db[3] == -120


def test_everything_at_once_is_named(speech: Sound) -> None:
    meter = metered(court_bad(speech, seed=4))
    assert {Reason.HUM, Reason.VERY_QUIET, Reason.NOISE} <= set(verdict(meter)[1])
    assert meter.minutes[0].speech > 0.6


def test_probabilities_become_stretches() -> None:
    likely = (
        [0.1] * 10 + [0.9] * 50 + [0.4] * 10 + [0.1] * 20 + [0.9] * 50 + [0.2] * 100 + [0.9] * 3
    )
    found = stretches(likely, begin=0.5, end=0.35, pause_s=1.0, shortest_s=0.4)
    assert found == ((round(10 * STEP_S, 2), round(140 * STEP_S, 2)),)


def test_rates_change_and_come_back() -> None:
    time = np.arange(RATE) / RATE
    wave = (0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32)
    back = Raised()(Lowered()(wave))
    lag = 2 * LAG * 3
    assert np.abs(back[lag + 500 :] - wave[500:-lag]).max() < 0.002
    hiss_above = (0.5 * np.sin(2 * np.pi * 11_000 * time)).astype(np.float32)
    assert np.abs(Lowered()(hiss_above)[200:]).max() < 0.001


def test_the_limiter_holds_true_peaks_and_time() -> None:
    # A quarter of the rate, between samples: they stand at .7 of the crest.
    tone = np.sin(2 * np.pi * RATE / 4 * np.arange(RATE) / RATE + np.pi / 4).astype(np.float32)
    limited = Limiter(-1.5)(np.concatenate((tone, np.zeros(RATE, np.float32))))
    crest = np.abs(limited[LIMITED_LAG + 2000 : RATE - 2000]).max() * np.sqrt(2)
    assert 20 * np.log10(crest) == pytest.approx(-1.5, abs=0.3)
    quiet = 0.1 * tone
    same = Limiter(-1.5)(np.concatenate((quiet, np.zeros(LIMITED_LAG, np.float32))))
    assert np.array_equal(same[LIMITED_LAG:], quiet)


def test_the_curve_of_gain_depends_on_time_alone() -> None:
    curve = ((0.0, 0.0), (10.0, 20.0))
    whole = gains(curve, 0, 10 * RATE)
    assert np.array_equal(whole[3 * RATE :], gains(curve, 3 * RATE, 7 * RATE))
    assert whole[5 * RATE] == pytest.approx(10 ** (10 / 20), rel=1e-4)
