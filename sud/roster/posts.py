"""What post a judge holds on which day, and how many judges of a court can then be drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from sud.allocation import log
from sud.models import AbsenceReason, Availability, Court, Judge

AHEAD: Final = timedelta(days=400)
"""How far ahead it is looked whether a change leaves too few judges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A share in per-mille of a full post, the classes tried (None: all), and its row."""

    per_mille: int
    classes: tuple[str, ...] | None
    row: Availability

    def tries(self, draw_class: str | None) -> bool:
        """Whether cases of a class may be drawn to it; None asks for any class."""
        known = draw_class is None or self.classes is None or draw_class in self.classes
        return self.per_mille > 0 and known


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days on which a post stays the same; without a last day it stays so until it is changed."""

    first: date
    last: date | None
    post: Post

    @property
    def absent(self) -> bool:
        return self.post.per_mille == 0

    @property
    def reason(self) -> AbsenceReason:
        return self.post.row.reason


class Timeline:
    """A judge's posts day by day, counted as the log counts them: the later entry wins a day."""

    def __init__(self, rows: Sequence[Availability]) -> None:
        self._events: list[tuple[date, int, bool, Post]] = []
        for row in sorted(rows, key=lambda one: one.log_index or 0):
            number = row.log_index or 0
            earlier = None
            if row.valid_to is not None:
                back = row.valid_to + timedelta(days=1)
                earlier = self.on(back)
                if earlier is not None:
                    self._events.append((back, number, True, earlier))
            classes = None if row.classes is None else tuple(row.classes)
            post = Post(per_mille=row.per_mille, classes=classes, row=row)
            self._events.append((row.valid_from, number, False, post))
        self._events.sort(key=lambda event: event[:3])

    @property
    def known(self) -> bool:
        """Whether the judge ever stood on the roster."""
        return bool(self._events)

    def on(self, day: date) -> Post | None:
        """Return the post of a day."""
        valid = [event for event in self._events if event[0] <= day]
        return max(valid, key=lambda event: event[:3])[3] if valid else None

    def days_of_change(self, first: date, last: date) -> list[date]:
        """Return the days of a stretch on which the post may change, and its first day."""
        return sorted({first, *(day for day, *_ in self._events if first < day <= last)})

    def periods(self, first: date, last: date) -> list[Period]:
        """Return the posts from a day on, each with the days for which it is held."""
        days = self.days_of_change(first, last)
        found: list[Period] = []
        for day, following in pairwise([*days, None]):
            post = self.on(day) if day else None
            if day is None or post is None:
                continue
            ends = None if following is None else following - timedelta(days=1)
            if found and _same(found[-1].post, post) and found[-1].last == day - timedelta(days=1):
                found[-1] = Period(first=found[-1].first, last=ends, post=found[-1].post)
            else:
                found.append(Period(first=day, last=ends, post=post))
        return found

    def absence_on(self, day: date) -> Period | None:
        """Return the absence that a day lies in."""
        post = self.on(day)
        if post is None or post.per_mille:
            return None
        begins = min(post.row.valid_from, day)
        return next(
            one for one in self.periods(begins, day + AHEAD) if one.last is None or day <= one.last
        )

    def absences(self, first: date, last: date) -> list[Period]:
        """Return the absences that touch a stretch of days, the present one from its beginning."""
        present = self.absence_on(first)
        coming = [one for one in self.periods(first, last) if one.absent]
        return ([present] if present else []) + [one for one in coming if one.first > first]


def _same(one: Post, other: Post) -> bool:
    absent = one.per_mille == other.per_mille == 0
    if absent:
        return one.row is other.row
    return (one.per_mille, one.classes) == (other.per_mille, other.classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fall:
    """How few judges a change leaves: on which day, of how many, and in which class of cases."""

    day: date
    left: int
    judges: int
    minimum: int
    draw_class: str | None = None


def fall_of(
    lines: Mapping[int, Timeline],
    judge: Judge,
    *,
    first: date,
    last: date | None,
    minimum: int,
    classes: Sequence[str | None] = (None,),
) -> Fall | None:
    """Return the worst day on which a court without this judge has too few who can be drawn.

    Too few are less than the minimum, or less than half of the court's judges. Named classes are
    those that the judge no longer tries; otherwise he cannot be drawn at all.
    """
    until = min(last or first + AHEAD, first + AHEAD)
    days = sorted({day for line in lines.values() for day in line.days_of_change(first, until)})
    falls = []
    for day in days:
        posts = {number: line.on(day) for number, line in lines.items()}
        serving = {number: post for number, post in posts.items() if post is not None}
        own = serving.pop(judge.id, None)
        for draw_class in classes:
            left = sum(post.tries(draw_class) for post in serving.values())
            whole = len(serving) + 1
            if own and own.tries(draw_class) and (left < minimum or left * 2 < whole):
                falls.append(
                    Fall(day=day, left=left, judges=whole, minimum=minimum, draw_class=draw_class)
                )
    return min(falls, key=lambda fall: (fall.left, fall.day), default=None)


# ------------------------------------------------------------------ from the archive


def judges_of(session: Session, courts: Sequence[Court], day: date) -> Sequence[Judge]:
    """Return the judges of courts who are in office on a day or later: the chair first."""
    return session.scalars(
        select(Judge)
        .where(
            Judge.court_id.in_([court.id for court in courts]),
            or_(Judge.until.is_(None), Judge.until >= day),
        )
        .order_by(Judge.chair.desc(), Judge.full_name, Judge.id)
    ).all()


def timelines(session: Session, judges: Sequence[Judge]) -> dict[int, Timeline]:
    """Return the posts of judges, by the judge's number."""
    rows: dict[int, list[Availability]] = {judge.id: [] for judge in judges}
    query = select(Availability).where(Availability.judge_id.in_(rows))
    for row in session.scalars(query.order_by(Availability.log_index)):
        rows[row.judge_id].append(row)
    return {number: Timeline(found) for number, found in rows.items()}


def timeline_of(session: Session, judge: Judge) -> Timeline:
    return timelines(session, [judge])[judge.id]


def pool_on(lines: Mapping[int, Timeline], day: date) -> int:
    """Return how many judges can be drawn on a day."""
    posts = [line.on(day) for line in lines.values()]
    return sum(post is not None and post.per_mille > 0 for post in posts)


def minimum_pool(session: Session) -> int:
    """Return how many judges a court's own pool must have, as the newest rules in the log say."""
    return log.read(session).fixed[-1][1].minimum
