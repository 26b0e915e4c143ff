"""Adds up what of a title cannot be heard or seen, from what its sectors and its decoding told."""

from collections.abc import Iterator, Sequence

from recordings.encode import Made
from recordings.plan import Plan
from recordings.titles import Loss, Title, Why

SLACK_S = 1.0  # a decoder loses a little more than the sectors that are gone
PICTURE = "picture"

Range = tuple[float, float]  # start and end, in seconds of the title


def lost(title: Title, plan: Plan, pieces: Sequence[Made]) -> tuple[Loss, ...]:
    """Give all losses of a title in order, none of them twice.

    Where the sectors were all there and nothing could be decoded from them, they were torn.
    """
    told = [(one.start_s - SLACK_S, one.start_s + one.seconds + SLACK_S) for one in title.losses]
    more = [
        Loss(start_s=round(start, 3), seconds=round(end - start, 3), why=Why.TORN)
        for start, end in _joined(sorted(_undecoded(title, plan, pieces)))
        if not any(first <= start and end <= after for first, after in told)
    ]
    return tuple(sorted((*title.losses, *more), key=lambda one: one.start_s))


def seconds(losses: Sequence[Loss]) -> float:
    """Tell how many seconds are lost, where losses lie upon one another counted once."""
    ranges = sorted((one.start_s, one.start_s + one.seconds) for one in losses)
    return sum(end - start for start, end in _joined(ranges))


def _undecoded(title: Title, plan: Plan, pieces: Sequence[Made]) -> Iterator[Range]:
    for one in pieces:
        yield from ((start, start + length) for start, length in one.still)
        if _gone(title, one.absent):
            yield float(plan.second(one.first)), float(plan.second(one.first + one.frames))


def _gone(title: Title, absent: Sequence[str]) -> bool:
    """Whether what was not there takes the piece with it.

    A sound track that a part of the recording never had is no loss: recorders change them, and
    microphones are forgotten. That nothing is heard there, the judgement says.
    """
    if title.picture is not None:
        return PICTURE in absent
    return bool(absent) and len(absent) >= len(title.sounds)


def _joined(ranges: Sequence[Range]) -> Iterator[Range]:
    """Join what overlaps; the ranges are in order."""
    held: Range | None = None
    for start, end in ranges:
        if held is not None and start <= held[1]:
            held = (held[0], max(held[1], end))
            continue
        if held is not None:
            yield held
        held = (start, end)
    if held is not None:
        yield held
