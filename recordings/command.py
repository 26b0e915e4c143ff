"""Writes the one command line by which ffmpeg makes all renditions of a stretch of a piece.

One decoding, then for the picture the title's filters, a grid of frames without gaps, and every
rung from it; for the sound a grid of samples without gaps. What begins a stretch is at 0 in what
comes out; the title's own clock is put on by `recordings.fragments`.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from recordings.feed import Feed, specifier
from recordings.masks import black, silence
from recordings.plan import PACKET, Plan, Rung, Sound
from recordings.recipe import recipe
from recordings.titles import Stream, Title

STATS = "frames.txt"  # of every frame of the top rung: which decoded frame it shows
THUMBNAIL = "thumbnail-%04d.jpg"
EVEN = "even-%d.nut"
FINE = 10_000  # units of a second that are fine enough for a clock
FRAGMENTED = "+empty_moov+default_base_moof+skip_trailer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What is decoded: a stretch whose first frame is at `clock_s` of the feed's clock.

    Streams that are not in it become black and silence.
    """

    feed: Feed
    clock_s: float
    picture: str | None  # as ffmpeg names the stream: "i:0x1e0"
    sounds: tuple[tuple[int, str], ...]  # the index of each track that is there, and its name
    slip_s: float = 0.02  # sound further than this from its clock is put right
    before: Feed | None = None  # the same, where sound is decoded first (`evening`)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Frames of a piece, `skip` after its beginning: what a killed process made is not made again.

    `restored` is a WAV file of which sample 0 is where `Plan.sound_window` begins.
    """

    plan: Plan
    number: int
    skip: int
    frames: int
    source: Source | None
    restored: Path | None

    @property
    def first(self) -> int:
        return self.plan.pieces[self.number].first + self.skip

    @property
    def packets(self) -> int:
        """Packets of sound that belong to the stretch."""
        return self.plan.packet(self.first + self.frames) - self.plan.packet(self.first)


def stream_name(stream: Stream) -> str:
    """Name a stream as ffmpeg's filters find it in the first input."""
    return specifier(stream).removeprefix("0:")


def file_of(strand: str) -> str:
    """Name the file in which ffmpeg leaves a rung or a sound."""
    return f"{strand}.mp4"


def ticks(fps: Fraction) -> tuple[int, int]:
    """Give the units of a second for a rate, and how many of them one frame lasts."""
    scale = fps.numerator if fps.numerator >= FINE else fps.numerator * 512
    return scale, scale // fps.numerator * fps.denominator


def command(stretch: Stretch) -> list[str]:
    """Write the options; the files come into the working directory."""
    plan, source = stretch.plan, stretch.source
    options: list[str] = []
    if source is not None:
        options += ["-copyts", *source.feed.options, "-i", source.feed.url]
    place = 0 if source is None else 1
    graphs = [_picture(stretch)] if plan.rungs else []
    for index, sound in enumerate(plan.sounds):
        if sound.treated and stretch.restored is not None:
            options += ["-i", str(stretch.restored)]
            graphs.append(f"{_restored(stretch, sound, place)}[s{index}]")
            place += 1
            continue
        name = None if source is None else dict(source.sounds).get(sound.track)
        if source is None or name is None:
            graphs.append(f"{_silence(stretch, sound)}[s{index}]")
            continue
        name = f"0:{name}"
        if source.before is not None:
            options += ["-i", EVEN % sound.track]
            name, place = f"{place}:a", place + 1
        graphs.append(f"{_untouched(stretch, sound, source, name)}[s{index}]")
    for graph in graphs:
        options += ["-filter_complex", graph]
    for index, rung in enumerate(plan.rungs):
        options += _picture_output(stretch, rung, index)
    for index, sound in enumerate(plan.sounds):
        options += _sound_output(plan, sound, index)
    if plan.rungs and due(stretch):
        options += ["-map", "[small]", "-fps_mode", "passthrough", "-c:v", "mjpeg", "-q:v", "5"]
        options += ["-threads", "1"]  # a picture is there at once, or a kill would take it
        options += ["-start_number", str(due(stretch)[0]), "-f", "image2", THUMBNAIL]
    return options


def evening(stretch: Stretch) -> list[str]:
    """Write the options that decode the sound in one form, whatever it changes to, on its clock.

    A filter graph is built anew where a recorder changes from one channel to two, and would count
    from 0 again. That is rare, so it is done where the usual way failed.
    """
    source = stretch.source
    if source is None or source.before is None:
        return []
    options = ["-copyts", *source.before.options, "-i", source.before.url]
    rate = recipe(stretch.plan.recipe).sound_rate
    channels = {one.track: _layout(one) for one in stretch.plan.sounds if not one.treated}
    for track, name in source.sounds:
        shape = f"aresample={rate},aformat=channel_layouts={channels[track]}"
        options += ["-map", f"0:{name}", "-af", shape, "-c:a", "pcm_s16le"]
        options += ["-f", "nut", EVEN % track]
    return options


def due(stretch: Stretch) -> range:
    """Give the numbers of the small pictures of the piece that this stretch shows."""
    every = thumbnail_step(stretch.plan)
    return range(
        math.ceil(stretch.skip / every), math.ceil((stretch.skip + stretch.frames) / every)
    )


def thumbnail_step(plan: Plan) -> int:
    """Say how many frames are between two small pictures."""
    return round(recipe(plan.recipe).thumbnail_s * plan.fps)


def thumbnail_size(plan: Plan) -> tuple[int, int]:
    top, height = plan.rungs[0], recipe(plan.recipe).thumbnail_height
    return 2 * round(height * top.width / top.height / 2), height


# --- the picture ---


def _picture(stretch: Stretch) -> str:
    plan = stretch.plan
    outs = len(plan.rungs) + bool(due(stretch))
    chains = [
        f"{','.join(_frames(stretch))},split={outs}{''.join(f'[p{one}]' for one in range(outs))}"
    ]
    for index, rung in enumerate(plan.rungs):
        steps = [f"framestep={rung.step}"] if rung.step > 1 else []
        steps += [
            f"scale={rung.width}:{rung.height}",
            "setsar=1",
            # Pieces share one beginning: what a stream tells of itself may not come and go.
            _told_colours(plan.colours),
            "format=yuv420p",
        ]
        chains.append(f"[p{index}]{','.join(steps)}[v{index}]")
    if due(stretch):
        width, height = thumbnail_size(plan)
        every = thumbnail_step(plan)
        chains.append(
            f"[p{outs - 1}]select=not(mod(n+{stretch.skip % every}\\,{every})),"
            f"scale={width}:{height}:out_range=pc,format=yuvj420p[small]"
        )
    return ";".join(chains)


def _told_colours(colours: str) -> str:
    curve = "bt709" if colours == "bt709" else "smpte170m"
    return (
        f"setparams=range=tv:colorspace={colours}:color_primaries={colours}:color_trc={curve}"
        ":field_mode=prog"
    )


def _frames(stretch: Stretch) -> Iterator[str]:
    """From whatever is decoded, exactly the frames of the stretch; what is lost stands still."""
    plan, source = stretch.plan, stretch.source
    rate = f"{plan.fps.numerator}/{plan.fps.denominator}"
    if source is None or source.picture is None:
        top = plan.rungs[0]
        yield f"color=black:s={top.width}x{top.height}:r={rate}"
    else:
        settle = Fraction(recipe(plan.recipe).settle_s)
        zero = source.clock_s - float(settle)
        yield f"[0:{source.picture}]setpts=round(PTS-{zero:.9f}/TB)"
        yield "trim=start=0"
        yield from plan.filters
        yield f"fps={rate}:start_time={float(settle)}:round=near"
        yield f"tpad=stop={stretch.frames}:stop_mode=clone"
    yield f"trim=end_frame={stretch.frames}"
    yield f"settb={plan.fps.denominator}/{plan.fps.numerator}"
    yield "setpts=N"
    yield from black(plan.masks, plan.fps, stretch.first, stretch.frames)


def _picture_output(stretch: Stretch, rung: Rung, index: int) -> list[str]:
    plan = stretch.plan
    how = next(one for one in recipe(plan.recipe).rungs if one.name == rung.name)
    key = str(plan.segment // rung.step)
    stats = ["-stats_enc_pre", STATS, "-stats_enc_pre_fmt", "{ni}"] if index == 0 else []
    return [
        *("-map", f"[v{index}]", "-fps_mode", "passthrough", *stats),
        *("-c:v", "libx264", "-preset", how.preset, "-profile:v", how.profile),
        *(("-tune", how.tune) if how.tune else ()),
        *("-crf", str(how.crf), "-maxrate", f"{how.maxrate}k", "-bufsize", f"{how.bufsize}k"),
        *("-g", key, "-keyint_min", key, "-sc_threshold", "0"),
        *(("-x264-params", how.params) if how.params else ()),
        *("-video_track_timescale", str(ticks(plan.fps / rung.step)[0])),
        *("-fflags", "+bitexact", "-flush_packets", "1"),
        *("-f", "mp4", "-movflags", f"{FRAGMENTED}+cmaf+frag_keyframe", file_of(rung.name)),
    ]


# --- the sound ---


def _samples(stretch: Stretch) -> int:
    how = recipe(stretch.plan.recipe)
    return (how.lead_packets + stretch.packets + how.tail_packets) * PACKET


def _shaped(stretch: Stretch, sound: Sound) -> str:
    layout = _layout(sound)
    count = _samples(stretch)
    how = recipe(stretch.plan.recipe)
    first = (stretch.plan.packet(stretch.first) - how.lead_packets) * PACKET
    steps = (
        f"aformat=sample_fmts=fltp:sample_rates={how.sound_rate}:channel_layouts={layout}",
        f"apad=whole_len={count}",
        f"atrim=end_sample={count}",
        "asetpts=N",
        *silence(stretch.plan.masks, how.sound_rate, first, count),
    )
    return ",".join(steps)


def _layout(sound: Sound) -> str:
    return "mono" if sound.channels == 1 else "stereo"


def _silence(stretch: Stretch, sound: Sound) -> str:
    rate = recipe(stretch.plan.recipe).sound_rate
    return f"anullsrc=r={rate}:cl=mono,{_shaped(stretch, sound)}"


def _untouched(stretch: Stretch, sound: Sound, source: Source, name: str) -> str:
    """From whatever is decoded, exactly the samples of the stretch; what is lost is silent."""
    plan = stretch.plan
    how = recipe(plan.recipe)
    lead = Fraction(
        (plan.packet(stretch.first) - how.lead_packets) * PACKET, how.sound_rate
    ) - plan.second(stretch.first)
    zero = source.clock_s + float(lead)
    return (
        f"[{name}]asetpts=round(PTS-{zero:.9f}/TB),atrim=start_pts=0,"
        # Without it a hole in the disc shifts all later sound against the picture.
        f"aresample={how.sound_rate}:async=1:min_hard_comp={source.slip_s}:first_pts=0,"
        f"{_shaped(stretch, sound)}"
    )


def _restored(stretch: Stretch, sound: Sound, place: int) -> str:
    plan = stretch.plan
    before = plan.packet(stretch.first) - plan.packet(plan.pieces[stretch.number].first)
    return f"[{place}:a]atrim=start_sample={before * PACKET},asetpts=N,{_shaped(stretch, sound)}"


def _sound_output(plan: Plan, sound: Sound, index: int) -> list[str]:
    how = next(one for one in recipe(plan.recipe).sounds if one.treated == sound.treated)
    return [
        *("-map", f"[s{index}]", "-c:a", "aac", "-b:a", f"{sound.bitrate}k"),
        *("-aac_coder", how.coder, *(("-cutoff", str(how.cutoff)) if how.cutoff else ())),
        *("-fflags", "+bitexact", "-flush_packets", "1", "-frag_duration", "1000000"),
        *("-f", "mp4", "-movflags", FRAGMENTED, file_of(sound.name)),
    ]


def sources_of(title: Title, plan: Plan) -> tuple[str | None, tuple[tuple[int, str], ...]]:
    """Name the streams that a plan wants of a title: the picture, and the sound tracks."""
    picture = stream_name(title.picture) if title.picture and plan.rungs else None
    wanted = {sound.track for sound in plan.sounds if not sound.treated}
    sounds: Sequence[Stream] = [one for one in title.sounds if one.index in wanted]
    return picture, tuple((one.index, stream_name(one)) for one in sounds)
