"""What is done to a sound, by what was measured of it; and that pieces of it join."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pystoi import stoi

from recordings.comparing import Worth, checked, likeness, worse
from recordings.judgement import Channel, Judgement, Reason
from recordings.pcm import Feeding
from recordings.plain import as_plain, from_plain
from recordings.quality import judge
from recordings.restore import Noise, Treatment, bare, restored, softer, treatment
from recordings.titles import Title
from tests.recordings.damage import RATE, Sound, at_level, court_bad, hiss, with_noise
from tests.recordings.plain_sound import FFMPEG, plain_title, read, sample, written

SECONDS = 13


class Case:
    """A damaged sound, judged."""

    def __init__(self, clean: Sound, damaged: Sound, path: Path) -> None:
        self.clean, self.damaged = clean, damaged
        self.title, self.feeding = plain_title(written(damaged, path))
        self.judgement = judge(self.feeding, self.title, program=FFMPEG)
        self.folder = path.parent

    def treatment(self) -> Treatment:
        chosen = treatment(self.judgement)
        assert chosen is not None
        return chosen

    def restored(self, how: Treatment, start_s: float = 0.0, seconds: float | None = None) -> Sound:
        target = self.folder / "restored.wav"
        seconds = self.title.seconds if seconds is None else seconds
        restored(self.feeding, self.title, start_s, seconds, how, target, program=FFMPEG)
        return read(target)


@pytest.fixture(scope="module")
def speech() -> Sound:
    return np.resize(np.concatenate((sample("ru"), sample("ky"))), SECONDS * RATE)


@pytest.fixture(scope="module")
def clean(speech: Sound, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return Case(speech, speech, tmp_path_factory.mktemp("clean") / "sound.wav")


@pytest.fixture(scope="module")
def bad(speech: Sound, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Far, humming, hissing and 25 dB too quiet."""
    return Case(speech, court_bad(speech, seed=5), tmp_path_factory.mktemp("bad") / "sound.wav")


def understood(clean: Sound, heard: Sound) -> float:
    return float(stoi(clean[: len(heard)], heard[: len(clean)], RATE))


def test_what_is_clean_is_only_brought_to_its_level(clean: Case) -> None:
    chosen = clean.treatment()
    assert (chosen.notches, chosen.noise, chosen.dry) == ((), Noise.NONE, False)
    heard = clean.restored(chosen)
    assert len(heard) == len(clean.damaged)
    again = judge_again(heard, clean.folder)
    assert again.tracks[0].loudness_lufs == pytest.approx(-18, abs=1.5)
    assert understood(clean.clean, heard) > 0.995


def judge_again(heard: Sound, folder: Path) -> Judgement:
    title, feeding = plain_title(written(heard, folder / "again.wav"))
    return judge(feeding, title, program=FFMPEG)


def test_everything_wrong_is_treated_and_better_understood(bad: Case) -> None:
    chosen = checked(bad.feeding, bad.title, bad.judgement, bad.treatment(), program=FFMPEG)
    assert chosen.fallbacks == ()
    assert {round(one.hertz) for one in chosen.notches} >= {50, 100, 150}
    assert chosen.noise is Noise.DTLN
    heard = bad.restored(chosen)
    assert understood(bad.clean, heard) > understood(bad.clean, bad.damaged) + 0.02
    again = judge_again(heard, bad.folder).tracks[0]
    assert again.loudness_lufs == pytest.approx(-18, abs=2)
    assert again.snr_db > bad.judgement.tracks[0].snr_db + 6
    assert Reason.HUM not in again.reasons


def test_pieces_join_without_a_seam(bad: Case) -> None:
    chosen = bad.treatment()
    whole = bad.restored(chosen)
    cut = 6.4
    parts = np.concatenate(
        (bad.restored(chosen, 0.0, cut), bad.restored(chosen, cut, bad.title.seconds - cut))
    )
    assert len(parts) == len(whole)
    apart = np.sqrt(np.mean((parts - whole) ** 2)) / np.sqrt(np.mean(whole**2))
    assert 20 * np.log10(apart + 1e-9) < -60


def test_a_window_around_the_title_is_silent_outside(clean: Case) -> None:
    heard = clean.restored(clean.treatment(), -1.0, 3.5)
    assert len(heard) == round(3.5 * RATE)
    assert not heard[: RATE - 480].any()
    assert heard[RATE:].any()


def test_the_harder_treatment_gives_way_where_a_measure_gets_worse(bad: Case) -> None:
    # What is left of the voice is no voice.
    harmful = replace(bad.treatment(), highpass_hz=7000.0, dry=False)
    kept = checked(bad.feeding, bad.title, bad.judgement, harmful, program=FFMPEG)
    assert (kept.notches, kept.highpass_hz) == ((), 0.0)
    assert kept.noise is Noise.NONE
    assert kept.curve == harmful.curve
    assert kept.fallbacks
    assert kept.fallbacks[0].measure in {"speech", "snr_db", "likeness"}


def test_the_steps_back_end_with_the_level(bad: Case) -> None:
    step: Treatment | None = replace(bad.treatment(), dry=True)
    seen = []
    while step is not None:
        seen.append((step.noise, step.share, step.dry, bool(step.notches)))
        step = softer(step)
    assert seen[-1] == (Noise.NONE, 0.0, False, False)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("changed", "measure"),
    [
        ({"speech": 0.5}, "speech"),
        ({"snr_db": 5.0}, "snr_db"),
        ({"clipped": 0.1}, "clipped"),
        ({"level": np.tile([-20.0, -40.0], 100)}, "likeness"),
    ],
)
def test_each_measure_that_gets_worse_is_named(
    changed: dict[str, object], measure: str, clean: Case
) -> None:
    level = np.tile([-40.0, -20.0], 100)
    source = Worth(
        speech=0.8, snr_db=10.0, clipped=0.0, loudness_lufs=-18.0, level=level, spoken=np.ones(200)
    )
    how = clean.treatment()
    assert worse(source, source, how) is None
    assert likeness(source, source) == pytest.approx(1.0)
    lost = worse(source, replace(source, **changed), how)
    assert lost is not None
    assert lost.measure == measure


def test_a_dead_channel_and_a_far_voice(speech: Sound, tmp_path: Path) -> None:
    near, far = speech[: 6 * RATE], at_level(speech[: 6 * RATE], -38)
    both = np.concatenate((at_level(near, -26), far))
    case = Case(both, np.stack((np.zeros_like(both), both), axis=1), tmp_path / "sound.wav")
    chosen = case.treatment()
    assert chosen.channel is Channel.RIGHT
    heard = case.restored(bare(chosen))
    levels = [20 * np.log10(np.std(heard[at * RATE : (at + 3) * RATE])) for at in (0, 9)]
    assert abs(levels[0] - levels[1]) < 9  # they were 12 dB apart
    assert np.abs(heard).max() <= 10 ** (-1.4 / 20)


def test_the_model_of_the_caller_is_used(bad: Case) -> None:
    chosen = treatment(bad.judgement, model=Path("/models/std.rnnn"))
    assert chosen is not None
    assert (chosen.noise, chosen.model) == (Noise.ARNNDN, "/models/std.rnnn")


def test_silence_has_no_treatment(tmp_path: Path) -> None:
    title, feeding = plain_title(written(np.zeros(2 * RATE), tmp_path / "sound.wav"))
    assert treatment(judge(feeding, title, program=FFMPEG)) is None


def test_a_treatment_lasts_as_json(bad: Case) -> None:
    chosen = bad.treatment()
    assert from_plain(Treatment, as_plain(chosen)) == chosen


def test_hiss_alone_is_not_brought_up(tmp_path: Path) -> None:
    noise = at_level(with_noise(np.zeros(8 * RATE) + 1e-6, hiss(9), 0), -60)
    title, feeding = plain_title(written(noise, tmp_path / "sound.wav"))
    chosen = treatment(judge(feeding, title, program=FFMPEG))
    assert chosen is not None
    assert chosen.noise is Noise.NONE
    assert max(gain for _, gain in chosen.curve) <= 20


def test_it_feeds_what_the_title_holds(clean: Case) -> None:
    title: Title = clean.title
    asked: list[float] = []

    def feeding(start_s: float, seconds: float, *, before_s: float, after_s: float):
        asked.append(start_s)
        return clean.feeding(start_s, seconds, before_s=before_s, after_s=after_s)

    spy: Feeding = feeding
    out = clean.folder / "part.wav"
    restored(spy, title, 2.0, 1.0, clean.treatment(), out, program=FFMPEG)
    assert asked == [0.0]
    assert len(read(out)) == RATE
