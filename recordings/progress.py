"""Tells how far a long piece of work is, and how long it will still take."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

TELLING_S = 2.0  # work that ran shorter tells nothing of its pace


class Step(StrEnum):
    """The steps that take time, in their order."""

    READ = "read"  # the source, from end to end
    KEEP = "keep"  # the source, on the shelf
    JUDGE = "judge"
    RESTORE = "restore"  # find a treatment of the sound that does no harm
    MAKE = "make"  # the pieces
    FINISH = "finish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a step stands. `share` is 0 to 1; `seconds_left` is None until the pace is known."""

    step: Step
    share: float
    seconds_left: float | None = None
    title: int | None = None
    piece: int | None = None  # that is being made, from 0, of so many
    pieces: int | None = None


Watch = Callable[[Progress], None]
"""Told now and then how far the work is; whatever it raises stops the work and comes out."""


def silent(_: Progress) -> None:
    """Watch nothing."""


class Pace:
    """Measures one step from its first word on, so that what was done before costs no time."""

    def __init__(
        self,
        watch: Watch,
        step: Step,
        *,
        title: int | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._watch = watch
        self._step = step
        self._title = title
        self._clock = clock
        self._begun: tuple[float, float] | None = None

    def __call__(
        self, share: float, *, piece: int | None = None, pieces: int | None = None
    ) -> None:
        """Pass on how much is done, from 0 to 1."""
        share = min(1.0, max(0.0, share))
        now = self._clock()
        self._begun = self._begun or (now, share)
        spent, done = now - self._begun[0], share - self._begun[1]
        left = None
        if spent >= TELLING_S and done > 0:
            left = spent * (1.0 - share) / done
        self._watch(
            Progress(
                step=self._step,
                share=share,
                seconds_left=left,
                title=self._title,
                piece=piece,
                pieces=pieces,
            )
        )
