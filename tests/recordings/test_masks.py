"""Masked stretches are black and silent in what is made, and nothing else is."""

import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from recordings.encode import Made, encode_piece
from recordings.feed import feed
from recordings.judgement import Channel, Judgement, Track, Verdict
from recordings.masks import Mask, hushed, mark_of
from recordings.plan import Plan, plan, plan_from_json
from recordings.probe import look
from recordings.volume import files_at
from tests.recordings.discs import GOOD

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
MASKS = (
    Mask(start_s=1.0, end_s=2.02, sound=False, picture=True),
    Mask(start_s=3.0, end_s=3.5, sound=True, picture=False),
)


def made(folder: Path, *, masks: tuple[Mask, ...]) -> tuple[Plan, Made]:
    """The first piece of the good disc, with its sound untouched."""
    source = look(files_at(GOOD), program=FFMPEG, scratch=folder)
    title = source.report.titles[0]
    whole = plan(title, treated=False, masks=masks)
    return whole, encode_piece(
        partial(feed, source, title, scratch=folder), title, whole, 0, folder, program=FFMPEG
    )


def decoded(folder: Path, piece: Made, strand: str, *options: str) -> bytes:
    found = next(one for one in piece.strands if one.name == strand)
    joined = folder / f"{strand}.mp4"
    joined.write_bytes(
        (folder / found.init.name).read_bytes() + (folder / found.file.name).read_bytes()
    )
    return subprocess.run(
        [FFMPEG, "-v", "error", "-i", joined, *options, "-"], check=True, capture_output=True
    ).stdout


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Plan, Made]:
    folder = tmp_path_factory.mktemp("masked")
    return folder, *made(folder, masks=MASKS)


def test_masked_frames_are_black_and_no_others(masked: tuple[Path, Plan, Made]) -> None:
    folder, whole, piece = masked
    raw = decoded(folder, piece, "top", "-vf", "scale=16:16", "-pix_fmt", "gray", "-f", "rawvideo")
    light = np.frombuffer(raw, np.uint8).reshape(-1, 256).mean(axis=1)
    assert len(light) == whole.pieces[0].frames
    dark = np.flatnonzero(light < 20)
    # A frame that the mask only touches (2.00 to 2.04 s) is black as a whole.
    assert dark.tolist() == list(range(25, 51))


def test_masked_sound_is_silent_and_the_rest_is_not(masked: tuple[Path, Plan, Made]) -> None:
    folder, _, piece = masked
    raw = decoded(folder, piece, "original", "-ac", "1", "-ar", "8000", "-f", "f32le")
    level = np.abs(np.frombuffer(raw, np.float32))
    assert level[int(3.02 * 8000) : int(3.48 * 8000)].max() < 1e-3
    assert level[: 3 * 8000 - 400].max() > 0.05
    assert level[int(3.6 * 8000) :].max() > 0.05


def test_small_pictures_are_masked_too(masked: tuple[Path, Plan, Made]) -> None:
    """The sheet of small pictures is drawn from the same frames as the rungs."""
    folder, whole, piece = masked
    assert piece.sheet is not None
    assert len(list(whole.masks)) == 2
    bare = folder.with_name("bare")
    bare.mkdir()
    everything = (Mask(start_s=0, end_s=60, sound=True, picture=True),)
    _, dark = made(bare, masks=everything)
    assert dark.sheet is not None
    raw = subprocess.run(
        [
            *(FFMPEG, "-v", "error", "-i", bare / dark.sheet.name),
            *("-pix_fmt", "gray", "-f", "rawvideo", "-"),
        ],
        check=True,
        capture_output=True,
    ).stdout
    assert max(raw) < 40


def test_a_plan_remembers_its_masks_and_each_set_has_its_own_name(
    masked: tuple[Path, Plan, Made],
) -> None:
    _, whole, _ = masked
    assert plan_from_json(whole.as_json()) == whole
    assert mark_of(()) == ""
    assert mark_of(MASKS) == mark_of(whole.masks)
    assert mark_of(MASKS) != mark_of((replace(MASKS[0], end_s=2.03), MASKS[1]))


def test_nobody_learns_when_somebody_spoke_where_it_is_masked() -> None:
    track = plain_track(
        spoken=((0.0, 4.0), (5.0, 5.2)), peaks_db=(-10,) * 8, levels_db=(-20,) * 8, speech_db=(1.0,)
    )
    masks = (Mask(start_s=1.5, end_s=2.5, sound=True, picture=False),)
    told = hushed(judged_of(track), (*masks, replace(masks[0], start_s=5.0, end_s=5.5)))
    (quiet,) = told.tracks
    assert quiet.spoken == ((0.0, 1.5), (2.5, 4.0))
    assert quiet.peaks_db == (-10, -99, -99, -10, -10, -99, -10, -10)
    assert quiet.levels_db == (-20, -99, -99, -20, -20, -99, -20, -20)
    assert quiet.speech_db == ()
    seen = hushed(judged_of(track), (replace(masks[0], sound=False, picture=True),))
    assert seen.tracks[0].spoken == track.spoken


def plain_track(**facts: object) -> Track:
    return Track(
        index=0,
        verdict=Verdict.GOOD,
        reasons=(),
        channel=Channel.BOTH,
        loudness_lufs=-20,
        peak_db=-3,
        speech=1,
        noise_db=-60,
        spread_db=20,
        snr_db=30,
        clipped=0,
        echo_db=0,
        hum=(),
        noise_bands_db=(),
        minutes=(),
        **facts,
    )


def judged_of(track: Track) -> Judgement:
    return Judgement(
        title=1,
        seconds=8,
        lost=(),
        verdict=Verdict.GOOD,
        reasons=(),
        best=0,
        tracks=(track,),
        picture=None,
        apart_s=None,
        longer_s=None,
    )
