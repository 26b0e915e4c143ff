"""Draws how a title sounds: its loudness over time, where somebody speaks, what is lost or poor.

The picture is one SVG with a title and a description, without scripts or styles, so that a strict
page may show it, narrow enough that its words can be read on a phone. Colour never tells alone:
what is not good is hatched, the closer the worse, and what is lost is crossed out.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape

from recordings.judgement import Judgement, Reason, Track, Verdict

WIDTH, HEIGHT = 480, 168
TOP, BASE = 26, 112  # of the waveform
SPOKEN, JUDGED = 117, 129  # the band of speech, and the band of verdicts
BAND = 10
COLUMNS = 400
FONT = 'font-size="12" font-family="sans-serif"'
LETTER = 6.5  # how wide one is, about
FLOOR_DB = -60
TICKS_S = (10, 30, 60, 300, 600, 1800, 3600)
MOST_TICKS = 5
COLOURS = {
    Verdict.GOOD: "#00703c",
    Verdict.USABLE: "#5694ca",
    Verdict.POOR: "#c25000",
    Verdict.UNUSABLE: "#d4351c",
}
CLIPPED, SPEECH = "#d0006f", "#003078"
HATCHED = {
    Verdict.USABLE: 5,
    Verdict.POOR: 3,
    Verdict.UNUSABLE: 1.5,
}  # the distance of the hatching


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the picture says of itself; another language hands in its own."""

    title: str = "Sound of the recording"
    about: str = "Loudness over {minutes} minutes; {spoken} minutes of speech; {lost} seconds lost."
    speech: str = "speech"
    lost: str = "lost"
    clipped: str = "clipped"
    silent: str = "no sound"
    verdicts: tuple[str, str, str, str] = ("good", "usable", "poor", "unusable")

    def of(self, verdict: Verdict) -> str:
        return self.verdicts[verdict.rank]


WORDS = Words()


def waveform(judgement: Judgement, track_index: int | None = None, *, words: Words = WORDS) -> str:
    """Give the picture of a track, of the best one if none is named; also where there is none."""
    track = judgement.track(track_index)
    about = words.about.format(
        minutes=round(judgement.seconds / 60),
        spoken=round(sum(end - start for start, end in track.spoken) / 60) if track else 0,
        lost=round(judgement.lost_s),
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(words.title)}</title>",
        f"<desc>{escape('; '.join((about, *_told(judgement, track, words))))}</desc>",
        *_patterns(),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    if track is not None and judgement.seconds > 0:
        parts += _drawn(judgement, track)
    parts += _lost(judgement)
    parts += _legend(judgement, track, words)
    parts += _ticks(judgement.seconds)
    parts.append("</svg>")
    return "\n".join(parts)


def _told(judgement: Judgement, track: Track | None, words: Words) -> Iterator[str]:
    """Say what the bands show, for who does not see them."""
    if track is None:
        yield words.silent
        return
    for verdict, minutes in groupby(track.minutes, key=lambda one: one.verdict):
        stretch = list(minutes)
        end = min(stretch[-1].start_s + 60, judgement.seconds)
        yield f"{_clock(int(stretch[0].start_s))}–{_clock(int(end))} {words.of(verdict)}"
    for start, end in judgement.lost:
        yield f"{_clock(int(start))}–{_clock(math.ceil(end))} {words.lost}"


def _legend(judgement: Judgement, track: Track | None, words: Words) -> Iterator[str]:
    """Name what is in this picture, and nothing else."""
    named = []
    if track is not None:
        seen = {one.verdict for one in track.minutes if one.judged_s}
        named += [(SPEECH, words.speech)] if track.spoken else []
        named += [(_fill(one), words.of(one)) for one in Verdict if one in seen]
        if any(Reason.CLIPPED in one.reasons for one in track.minutes):
            named.append((CLIPPED, words.clipped))
    left = 0.0
    for fill, word in [*named, *([("#f3f2f1", words.lost)] if judgement.lost else [])]:
        yield (
            f'<rect x="{left + 1:.1f}" y="5" width="11" height="11" fill="{fill}"'
            f' stroke="#505a5f"/><text x="{left + 16:.1f}" y="15" {FONT} fill="#0b0c0c">'
            f"{escape(word)}</text>"
        )
        left += 24 + LETTER * len(word)


def _fill(verdict: Verdict) -> str:
    return f"url(#{verdict})" if verdict in HATCHED else COLOURS[verdict]


def _patterns() -> Iterator[str]:
    yield "<defs>"
    for verdict, distance in HATCHED.items():
        yield (
            f'<pattern id="{verdict}" width="{2 * distance}" height="{2 * distance}"'
            ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="{2 * distance}" height="{2 * distance}" fill="{COLOURS[verdict]}"/>'
            f'<rect width="{distance}" height="{2 * distance}" fill="#ffffff"/></pattern>'
        )
    yield "</defs>"


def _drawn(judgement: Judgement, track: Track) -> Iterator[str]:
    middle = (TOP + BASE) / 2
    yield f'<path d="{_outline(track.peaks_db)}" fill="#b1b4b6"/>'
    yield f'<path d="{_outline(track.levels_db)}" fill="#1d70b8"/>'
    yield f'<path d="M0 {middle}H{WIDTH}" stroke="#505a5f" stroke-width="0.5"/>'
    for start, end in track.spoken:
        yield _band(judgement, start, end, SPOKEN, SPEECH)
    for minute in track.minutes:
        end = minute.start_s + minute.judged_s + minute.lost_s
        yield _band(judgement, minute.start_s, end, JUDGED, _fill(minute.verdict))
        if Reason.CLIPPED in minute.reasons:
            yield _band(judgement, minute.start_s, end, TOP - 4, CLIPPED, height=3)


def _outline(levels_db: Sequence[int]) -> str:
    """Draw an envelope as one shape, above and below the middle alike."""
    if not levels_db:
        return "M0 0"
    columns = min(COLUMNS, len(levels_db))
    middle, most = (TOP + BASE) / 2, (BASE - TOP) / 2
    tall = []
    for column in range(columns):
        first = column * len(levels_db) // columns
        after = max(first + 1, (column + 1) * len(levels_db) // columns)
        share = 1 - max(FLOOR_DB, min(0, max(levels_db[first:after]))) / FLOOR_DB
        tall.append(max(0.4, most * share))
    step = WIDTH / columns
    upper = "".join(f"L{i * step:.1f} {middle - t:.1f}" for i, t in enumerate(tall))
    lower = "".join(f"L{i * step:.1f} {middle + t:.1f}" for i, t in reversed(list(enumerate(tall))))
    end = f"L{WIDTH} {middle - tall[-1]:.1f}L{WIDTH} {middle + tall[-1]:.1f}"
    return f"M0 {middle}{upper}{end}{lower}Z"


def _lost(judgement: Judgement) -> Iterator[str]:
    for start, end in judgement.lost:
        left, wide = _place(judgement, start, end)
        wide = max(wide, 2)
        yield (
            f'<rect x="{left:.1f}" y="{TOP}" width="{wide:.1f}" height="{BASE - TOP}"'
            ' fill="#f3f2f1" stroke="#d4351c" stroke-width="1"/>'
            f'<path d="M{left:.1f} {TOP}L{left + wide:.1f} {BASE}M{left + wide:.1f} {TOP}'
            f'L{left:.1f} {BASE}" stroke="#d4351c" stroke-width="1"/>'
        )


def _band(
    judgement: Judgement, start: float, end: float, top: int, fill: str, *, height: int = BAND
) -> str:
    left, wide = _place(judgement, start, end)
    return f'<rect x="{left:.1f}" y="{top}" width="{wide:.1f}" height="{height}" fill="{fill}"/>'


def _place(judgement: Judgement, start: float, end: float) -> tuple[float, float]:
    scale = WIDTH / judgement.seconds if judgement.seconds else 0.0
    return start * scale, max(0.3, (end - start) * scale)


def _ticks(seconds: float) -> Iterator[str]:
    """Write the time below, as many marks as can be read."""
    if seconds <= 0:
        return
    wide = next((one for one in TICKS_S if seconds / one <= MOST_TICKS), TICKS_S[-1])
    for number in range(math.ceil(seconds / wide)):
        left = number * wide * WIDTH / seconds
        anchor = "start" if number == 0 else "middle" if left < WIDTH - 24 else "end"
        yield (
            f'<path d="M{left:.1f} {JUDGED + BAND}v6" stroke="#505a5f"/>'
            f'<text x="{left:.1f}" y="{HEIGHT - 6}" {FONT}'
            f' text-anchor="{anchor}" fill="#0b0c0c">{_clock(number * wide)}</text>'
        )


def _clock(seconds: int) -> str:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
