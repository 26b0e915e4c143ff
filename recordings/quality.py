"""Judges a title: every sound track and the picture, in one reading, minute by minute.

One ffmpeg for each run gives all sound tracks, the key pictures and the times of all packets; a
few short windows more tell how the picture moves. Nothing is kept but measures.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recordings import verdicts
from recordings.feed import Feed, specifier
from recordings.judgement import Judgement, Picture, PictureMinute, Track
from recordings.pcm import (
    SETTLE_S,
    STEREO,
    Feeding,
    Placed,
    Stretch,
    sound_output,
    stereo,
    stretches,
)
from recordings.process import ChildError, Failure, Outlet, Progress, plainly, run
from recordings.samples import RATE, SILENT_DB
from recordings.sight import Facts, Motion, Packets, Shape, Viewer
from recordings.sound import CHUNK, CHUNK_S, FRAMES, Meter
from recordings.speech import stretches as spoken_stretches
from recordings.thresholds import Thresholds, thresholds
from recordings.titles import Stream, Title

MINUTE_S: Final = 60.0
LOOKS: Final = 6  # windows in which every field is looked at
LOOK_S: Final = 2.0
KEY_STEP_S = 0.4  # where every picture is a key picture, not all are looked at
NOT_FOUND = re.compile(r"Failed to set value '0:(?:i:)?(0x[0-9a-f]+|\d+)' for option 'map'")
MAIN_SHARE = 0.95  # of the work, for `watch`

Watch = Callable[[float], None]
Ranges = tuple[tuple[float, float], ...]


def judge(
    feeding: Feeding, title: Title, *, program: str, watch: Watch = lambda _: None
) -> Judgement:
    """Judge what plays of a title; where ffmpeg fails half way, the rest is silent and dark.

    `watch` is told the share that is done and may raise to stop the work.
    """
    limits = thresholds()
    work = _Work(title=title, limits=limits, lost=lost_ranges(title))
    done = 0.0
    whole = sum(one.seconds for one in title.runs) or 1.0
    for stretch in stretches(title, 0, round(title.seconds * RATE)):
        _read(feeding, work, stretch, program, _part(watch, done, stretch.seconds / whole))
        done += MAIN_SHARE * stretch.seconds / whole
    if work.failure is not None and not work.packets.first:
        raise work.failure  # of nothing at all there is nothing to judge
    work.finish()
    motion = Motion()
    if title.picture is not None:
        for number, start_s in enumerate(_windows(title, work.lost)):
            watch(MAIN_SHARE + (1 - MAIN_SHARE) * number / LOOKS)
            _look(feeding, title.picture, motion, start_s, program)
    judgement = work.judgement(motion)
    watch(1.0)
    return judgement


def lost_ranges(title: Title) -> Ranges:
    """Where nothing of a title plays, joined and in order: losses, and the gaps between runs."""
    ranges = [(one.start_s, one.start_s + one.seconds) for one in title.losses if one.seconds > 0]
    at = 0.0
    for one in title.runs:
        if one.start_s > at + 1 / RATE:
            ranges.append((at, one.start_s))
        at = max(at, one.end_s)
    if title.seconds > at + 1 / RATE:
        ranges.append((at, title.seconds))
    joined: list[tuple[float, float]] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _part(watch: Watch, done: float, share: float) -> Watch:
    return lambda part: watch(done + MAIN_SHARE * share * min(1.0, part))


@dataclass(slots=True)
class _Listening:
    """One track on its way through the meter."""

    stream: Stream
    meter: Meter
    placed: Placed


@dataclass(slots=True)
class _Work:
    """What is learned of a title while it goes by."""

    title: Title
    limits: Thresholds
    lost: Ranges
    tracks: list[_Listening] = field(default_factory=list)
    viewer: Viewer | None = None
    packets: Packets = field(default_factory=Packets)
    failure: ChildError | None = None

    def __post_init__(self) -> None:
        for stream in self.title.sounds:
            meter = Meter(limits=self.limits)
            placed = Placed(0, CHUNK, STEREO, self._measuring(meter))
            self.tracks.append(_Listening(stream=stream, meter=meter, placed=placed))
        picture = self.title.picture
        if picture is not None and picture.width and picture.height:
            self.viewer = Viewer(shape=Shape(width=picture.width, height=picture.height))

    def _measuring(self, meter: Meter) -> Callable[[NDArray[np.float32]], None]:
        at = 0.0

        def take(block: NDArray[np.float32]) -> None:
            nonlocal at
            meter.take(block, self._judged(at))
            at += CHUNK_S

        return take

    def _judged(self, at: float) -> NDArray[np.bool_]:
        """Which 20 ms from here on count: not what is lost, nor what lies behind the end."""
        times = at + (np.arange(FRAMES) + 0.5) / 50
        counts = times < self.title.seconds
        for start, end in self.lost:
            counts &= (times < start) | (times >= end)
        return counts

    def finish(self) -> None:
        for one in self.tracks:
            one.placed.finish(round(self.title.seconds * RATE))
            one.meter.finish()

    # --- from measures to words ---

    def judgement(self, motion: Motion) -> Judgement:
        tracks = tuple(self._track(one) for one in self.tracks)
        best = verdicts.best_of(tracks)
        picture = self._picture(motion)
        apart_s, longer_s = self._apart(best)
        lost_s = sum(end - start for start, end in self.lost)
        verdict, reasons = verdicts.title_verdict(
            best,
            picture,
            apart_s=apart_s,
            lost_share=lost_s / self.title.seconds if self.title.seconds else 1.0,
            limits=self.limits,
        )
        return Judgement(
            title=self.title.number,
            seconds=self.title.seconds,
            lost=self.lost,
            verdict=verdict,
            reasons=reasons,
            best=best.index if best else None,
            tracks=tracks,
            picture=picture,
            apart_s=apart_s,
            longer_s=longer_s,
        )

    def _lost_in(self, start: float, end: float) -> float:
        return sum(max(0.0, min(end, stop) - max(start, begin)) for begin, stop in self.lost)

    def _track(self, listening: _Listening) -> Track:
        meter, limits = listening.meter, self.limits
        minutes = tuple(
            verdicts.sound_minute(
                one,
                start_s=number * MINUTE_S,
                lost_s=self._lost_in(
                    number * MINUTE_S, min((number + 1) * MINUTE_S, self.title.seconds)
                ),
                limits=limits,
            )
            for number, one in enumerate(meter.minutes)
        )
        likely = np.concatenate(meter.likely) if meter.likely else np.zeros(0, np.float32)
        spoken = spoken_stretches(
            likely.tolist(),
            begin=limits.speech.begin,
            end=limits.speech.end,
            pause_s=limits.speech.pause_s,
            shortest_s=limits.speech.shortest_s,
        )
        levels = meter.speech_levels()
        spoken_s = sum(one.speech * one.judged_s for one in minutes)
        heard = [one for one in minutes if one.judged_s and one.speech >= limits.sound.no_speech]
        snr_db = _middle(one.snr_db for one in heard)
        uneven_db = float(np.ptp(np.percentile(levels, [10, 90]))) if levels else 0.0
        verdict, reasons = verdicts.track_verdict(
            minutes,
            spoken_s=spoken_s,
            channel=meter.channel,
            uneven_db=uneven_db,
            echo=verdicts.echoes(meter.echo_db, snr_db, limits),
            limits=limits,
        )
        bands = meter.noise_bands
        return Track(
            index=listening.stream.index,
            verdict=verdict,
            reasons=reasons,
            channel=meter.channel,
            loudness_lufs=round(meter.loudness_lufs, 1),
            peak_db=max((one.peak_db for one in minutes), default=SILENT_DB),
            speech=round(spoken_s / (sum(one.judged_s for one in minutes) or 1.0), 3),
            noise_db=_middle((one.noise_db for one in heard), SILENT_DB),
            spread_db=_middle(one.spread_db for one in heard),
            snr_db=snr_db,
            clipped=max((one.clipped for one in heard), default=0.0),
            echo_db=meter.echo_db,
            hum=meter.hum,
            noise_bands_db=_bands_db(bands),
            minutes=minutes,
            spoken=tuple((start, min(end, self.title.seconds)) for start, end in spoken),
            peaks_db=tuple(meter.peaks_db[: int(np.ceil(self.title.seconds))]),
            levels_db=tuple(meter.levels_db[: int(np.ceil(self.title.seconds))]),
            speech_db=levels,
        )

    def _apart(self, best: Track | None) -> tuple[float | None, float | None]:
        picture = self.title.picture
        if best is None or picture is None:
            return None, None
        first, last = self.packets.first, self.packets.last
        sound = next(one.id for one in self.title.sounds if one.index == best.index)
        if sound not in first or picture.id not in first:
            return None, None
        return (
            round(first[sound] - first[picture.id], 3),
            round(last[sound] - last[picture.id], 3),
        )

    def _picture(self, motion: Motion) -> Picture | None:
        stream, viewer, limits = self.title.picture, self.viewer, self.limits
        if stream is None or viewer is None:
            return None
        facts = viewer.facts()
        minutes = tuple(self._picture_minutes(facts))
        verdict, reasons = verdicts.picture_verdict(minutes, limits)
        black, white = viewer.points()
        interlaced = motion.interlaced
        if interlaced is None:
            interlaced = stream.field_order in {"tff", "bff"}
        return Picture(
            index=stream.index,
            verdict=verdict,
            reasons=reasons,
            width=viewer.shape.width,
            height=viewer.shape.height,
            frame_rate=round(stream.frame_rate or 25.0, 3),
            aspect=_aspect(stream),
            interlaced=interlaced,
            top_first=_top_first(stream, motion),
            smooth=interlaced and motion.step >= limits.picture.smooth_step,
            luma=round(float(facts.luma.mean()), 1) if len(facts.luma) else 0.0,
            black_point=black,
            white_point=white,
            grain=round(motion.grain, 2),
            crop=viewer.crop(limits.picture.blanking_luma, limits.picture.blanking_share),
            minutes=minutes,
        )

    def _picture_minutes(self, facts: Facts) -> Iterable[PictureMinute]:
        states = _states(facts, self.limits)
        counts = self.packets.shown
        usual = median(counts.values()) if counts else 0
        for number in range(int(np.ceil(self.title.seconds / MINUTE_S))):
            start = number * MINUTE_S
            end = min(start + MINUTE_S, self.title.seconds)
            lost_s = self._lost_in(start, end)
            here = (facts.at_s >= start) & (facts.at_s < end) & self._whole(facts.at_s)
            whole = [
                second
                for second in range(int(start), int(end))
                if not self._lost_in(second - 1, second + 2) and second + 1 < self.title.seconds
            ]
            dropped = sum(max(0, usual - counts.get(one, 0)) for one in whole if one)
            seen = verdicts.Seen(
                judged_s=end - start - lost_s,
                pictures=int(here.sum()),
                luma=float(facts.luma[here].mean()) if here.any() else 0.0,
                dropped=round(dropped),
                expected=usual * len(whole),
                **{name: _share(state, here) for name, state in states.items()},
            )
            yield verdicts.picture_minute(seen, start_s=start, lost_s=lost_s, limits=self.limits)

    def _whole(self, at_s: NDArray[np.float32]) -> NDArray[np.bool_]:
        counts = np.ones(len(at_s), bool)
        for start, end in self.lost:
            counts &= (at_s < start) | (at_s >= end)
        return counts


def _middle(values: Iterable[float], without: float = 0.0) -> float:
    known = list(values)
    return round(median(known), 1) if known else without


def _bands_db(bands: Sequence[NDArray[np.float64]]) -> tuple[float, ...]:
    if not bands:
        return ()
    power = np.median(np.stack(bands), axis=0)
    return tuple(round(10 * float(np.log10(max(one, 1e-12))), 1) for one in power)


def _aspect(stream: Stream) -> float:
    wide, _, high = (stream.aspect or "").partition(":")
    if high:
        return round(float(wide) / float(high), 4)
    return round((stream.width or 4) / (stream.height or 3), 4)


def _top_first(stream: Stream, motion: Motion) -> bool:
    """What moved knows better than what the header says."""
    if max(motion.top, motion.bottom) > 4 * min(motion.top, motion.bottom) + 5:
        return motion.top > motion.bottom
    return stream.field_order != "bff"


def _share(state: NDArray[np.bool_], here: NDArray[np.bool_]) -> float:
    return float(state[here].mean()) if here.any() else 0.0


def _states(facts: Facts, limits: Thresholds) -> dict[str, NDArray[np.bool_]]:
    """What each key picture is; of the first four nothing is two at once."""
    picture = limits.picture
    spread = facts.high - facts.low
    black = facts.luma < picture.black_luma
    no_signal = ~black & (spread <= picture.no_signal_spread)
    plain = ~black & ~no_signal
    still = plain & (facts.step >= 0) & (facts.step < picture.frozen_step)
    return {
        "black": black,
        "no_signal": no_signal,
        "frozen": _lasting(still, facts.at_s, picture.frozen_shortest_s),
        "snow": plain & (facts.step > picture.snow_step),
        "dark": plain & (facts.luma < picture.dark_luma),
        "flat": plain & (spread < picture.flat_spread),
    }


def _lasting(
    state: NDArray[np.bool_], at_s: NDArray[np.float32], shortest_s: float
) -> NDArray[np.bool_]:
    """Keep only what lasts."""
    kept = np.zeros(len(state), bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], state.astype(np.int8), [0]))))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        if at_s[end - 1] - at_s[max(0, first - 1)] >= shortest_s:
            kept[first:end] = True
    return kept


# --- ffmpeg ---


def _read(feeding: Feeding, work: _Work, stretch: Stretch, program: str, watch: Watch) -> None:
    """Let one run go by; a stream that is not there after all is left out."""
    for one in work.tracks:
        one.placed.begin(stretch)
    there = {one.id for one in work.title.streams}
    for _ in work.title.streams:
        feed = feeding(stretch.start_s, stretch.seconds, before_s=SETTLE_S, after_s=SETTLE_S)
        there &= set(feed.streams)
        options = _options(work, feed, stretch, there)
        if not options:
            break
        picture = work.title.picture
        keys = ("-skip_frame:v", "nokey") if picture and picture.id in there else ()
        try:
            ended = run(
                program,
                ["-copyts", *keys, *feed.options, "-i", feed.url, *options],
                packs=feed.packs,
                watch=_following(watch, stretch.seconds),
                check=False,
            )
        except ChildError as error:
            if not error.of_the_source:
                raise
            work.failure = error
            break  # what came before it crashed is judged, the rest counts as silent
        missed = {int(one, 0) for one in NOT_FOUND.findall(ended.said)} & there
        if not missed:
            if ended.code:
                work.failure = ChildError(Failure.FAILED, plainly(ended.said, options))
            break
        there -= missed
    for one in work.tracks:
        one.placed.silence(stretch.first + stretch.count)


def _following(watch: Watch, seconds: float) -> Callable[[Progress], None]:
    return lambda progress: watch(progress.out_s / seconds)


def _options(work: _Work, feed: Feed, stretch: Stretch, there: set[int]) -> list[str | Outlet]:
    options: list[str | Outlet] = []
    copied: list[Stream] = []
    for one in work.tracks:
        if one.stream.id in there:
            copied.append(one.stream)
            options += sound_output(
                one.stream, feed.clock_s, stretch.count, one.placed, stereo(one.stream)
            )
    picture, viewer = work.title.picture, work.viewer
    if picture is not None and viewer is not None and picture.id in there:
        copied.insert(0, picture)
        viewer.begin(stretch.start_s)
        chain = (
            f"trim=start={feed.clock_s:.6f}:end={feed.clock_s + stretch.seconds:.6f}",
            f"setpts=PTS-{feed.clock_s:.9f}/TB",
            f"select='isnan(prev_selected_t)+gte(t-prev_selected_t,{KEY_STEP_S})'",
            viewer.shape.filters,
        )
        options += [
            *("-map", specifier(picture), "-an", "-fps_mode", "passthrough", "-vf"),
            ",".join(chain),
            *("-stats_enc_pre_fmt", "{t}", "-stats_enc_pre", Outlet(viewer.take_times)),
            *("-f", "rawvideo", Outlet(viewer.take)),
        ]
    if copied:
        ids = [one.id for one in copied]
        work.packets.begin(stretch.start_s - feed.clock_s, ids, picture.id if picture else None)
        for stream in copied:
            options += ["-map", specifier(stream)]
        options += ["-c", "copy", "-f", "framecrc", Outlet(work.packets.take)]
    return options


def _windows(title: Title, lost: Ranges) -> Iterable[float]:
    """Where to look at every field: spread over what plays."""
    for place in np.linspace(0.05, 0.95, LOOKS):
        at = float(place) * title.seconds
        for one in title.runs:
            if one.start_s <= at <= one.end_s - LOOK_S and not any(
                start < at + LOOK_S and at < end for start, end in lost
            ):
                yield at
                break


def _look(feeding: Feeding, picture: Stream, motion: Motion, start_s: float, program: str) -> None:
    feed = feeding(start_s, LOOK_S, before_s=SETTLE_S, after_s=SETTLE_S)
    if picture.id not in feed.streams:
        return
    motion.begin()
    cut = f"trim=start={feed.clock_s:.6f}:duration={LOOK_S}"
    where = ("-map", specifier(picture), "-an", "-fps_mode", "passthrough", "-vf")
    try:
        ended = run(
            program,
            [
                *("-loglevel", "info", "-copyts", *feed.options, "-i", feed.url),
                *(*where, f"{cut},{Motion.FIELDS}", "-f", "rawvideo", Outlet(motion.take_fields)),
                *(*where, f"{cut},{Motion.GRAIN}", "-f", "rawvideo", Outlet(motion.take_grain)),
            ],
            packs=feed.packs,
            check=False,
        )
        motion.told(ended.said)
    except ChildError as error:
        if not error.of_the_source:
            raise
