"""Pieces tile a title on grids that pictures and sound share."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recordings.plain import NotPlainError
from recordings.plan import PACKET, Plan, plan, plan_from_json
from recordings.recipe import NoRecipeError, recipe
from recordings.titles import Form, Kind, Origin, Run, Stream, Title

PICTURE = Stream(
    form=Form.PICTURE,
    id=0x1E0,
    index=0,
    codec="mpeg2video",
    width=720,
    height=576,
    frame_rate=25.0,
    field_order="tff",
    aspect="4:3",
)
SOUND = Stream(form=Form.SOUND, id=0x80, index=0, codec="ac3", channels=2)


def title(seconds: float, *runs: tuple[float, float], streams=(PICTURE, SOUND)) -> Title:
    return Title(
        number=1,
        kind=Kind.HEARING,
        origin=Origin.IFO,
        seconds=seconds,
        streams=streams,
        runs=tuple(Run(start_s=a, seconds=b - a, clock_s=0.5) for a, b in runs),
    )


def tiles(made: Plan) -> list[tuple[int | None, int, int]]:
    return [(one.run, one.first, one.frames) for one in made.pieces]


def test_a_run_is_cut_every_four_minutes() -> None:
    made = plan(title(600, (0, 600)))
    assert tiles(made) == [(0, 0, 6000), (0, 6000, 6000), (0, 12000, 3000)]
    assert made.packet(6000) * PACKET == 240 * 48_000  # exactly


def test_a_rest_shorter_than_a_segment_joins_what_is_before() -> None:
    assert tiles(plan(title(243, (0, 243)))) == [(0, 0, 6075)]


def test_a_piece_never_spans_runs_and_pauses_are_pieces() -> None:
    made = plan(title(30, (0, 10), (20, 30)))
    assert tiles(made) == [(0, 0, 250), (None, 250, 250), (1, 500, 250)]
    assert [made.needs_sound(number) for number in range(3)] == [True, False, True]


def test_a_pause_of_a_blink_is_filled() -> None:
    assert tiles(plan(title(20, (0.4, 10), (10.6, 19.8)))) == [(0, 0, 265), (1, 265, 235)]


def test_nothing_but_loss_is_still_a_title() -> None:
    assert tiles(plan(title(8))) == [(None, 0, 200)]


@pytest.mark.parametrize(
    ("told", "rate", "segment"),
    [
        (25.0, "25", 100),
        (29.97, "30000/1001", 120),
        (29.97003, "30000/1001", 120),
        (30.0, "30", 120),
        (15.0, "15", 60),
        (1000.0, "25", 100),
        (None, "25", 100),
    ],
)
def test_the_rate_that_is_meant(told: float | None, rate: str, segment: int) -> None:
    made = plan(title(100, (0, 100), streams=(replace(PICTURE, frame_rate=told), SOUND)))
    assert (made.rate, made.segment) == (rate, segment)


@pytest.mark.parametrize(
    ("height", "aspect", "top", "low"),
    [
        (576, "4:3", (768, 576), (384, 288)),
        (576, "16:9", (1024, 576), (512, 288)),
        (480, "4:3", (640, 480), (384, 288)),
        (1080, "16:9", (1024, 576), (512, 288)),
        (240, "4:3", (320, 240), None),
    ],
)
def test_square_pixels_and_no_larger_than_it_is(height, aspect, top, low) -> None:
    picture = replace(PICTURE, height=height, aspect=aspect)
    made = plan(title(9, (0, 9), streams=(picture, SOUND)))
    assert [(one.width, one.height) for one in made.rungs] == [top, *([low] if low else [])]


def test_fifty_pictures_a_second_are_halved_for_the_low_rung() -> None:
    made = plan(title(9.02, (0, 9.02)), rate=Fraction(50))
    assert [one.step for one in made.rungs] == [1, 2]
    assert all(one.first % 2 == 0 and one.frames % 2 == 0 for one in made.pieces)


def test_the_best_track_is_restored_and_every_track_is_kept() -> None:
    second = replace(SOUND, id=0x81, index=1, channels=1, language="ru")
    made = plan(title(9, (0, 9), streams=(PICTURE, SOUND, second)), best=1)
    assert [(one.name, one.track, one.treated, one.channels) for one in made.sounds] == [
        ("restored", 1, True, 1),
        ("original", 1, False, 1),
        ("original-2", 0, False, 2),
    ]
    assert made.sounds[0].language == "ru"
    bare = plan(title(9, (0, 9)), treated=False)
    assert [one.name for one in bare.sounds] == ["original"]


def test_sound_alone_and_picture_alone() -> None:
    heard = plan(title(9.5, (0, 9.5), streams=(SOUND,)))
    assert (heard.rungs, heard.filters, heard.frames) == ((), (), 238)
    assert heard.whole_strands() == ("restored",)
    seen = plan(title(9, (0, 9), streams=(PICTURE,)))
    assert (seen.sounds, seen.whole_strands()) == ((), ("low",))


def test_a_plan_lasts_as_json() -> None:
    made = plan(title(600, (0, 300), (310, 600)))
    assert plan_from_json(made.as_json()) == made
    for text in ("", "{}", "[]", made.as_json().replace('"version":1', '"version":0')):
        with pytest.raises(NotPlainError):
            plan_from_json(text)


def test_recipes_are_known_by_version() -> None:
    assert recipe("hls-2") == recipe()
    with pytest.raises(NoRecipeError):
        recipe("hls-0")


RATES = st.sampled_from([25.0, 29.97, 50.0, 59.94, 23.976, 12.5])


@settings(deadline=None)
@given(st.lists(st.floats(0, 900), max_size=8), st.floats(0.1, 1000), RATES)
def test_pieces_tile_the_title_whatever_its_runs(borders, seconds, fps) -> None:
    borders = sorted(borders)
    runs = list(zip(borders[::2], borders[1::2], strict=False))
    made = plan(title(seconds, *runs, streams=(replace(PICTURE, frame_rate=fps), SOUND)))
    at = packets = 0
    for number, one in enumerate(made.pieces):
        assert (one.number, one.first) == (number, at)
        assert one.frames > 0
        assert sum(made.segments(number)) == one.frames
        at += one.frames
        packets += made.packet(at) - made.packet(one.first)
    assert (at, packets) == (made.frames, made.packets)
    assert abs(made.second(made.frames) - Fraction(seconds)) < 3 / made.fps
    assert abs(Fraction(made.packets * PACKET, 48_000) - made.second(made.frames)) < Fraction(1, 80)
