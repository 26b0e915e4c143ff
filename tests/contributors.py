"""The three contributors of a draw inside a test: real chains and keys, no network between."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from assignment import contributor, tree
from assignment.verify import Trust
from sud.access import SYSTEM
from sud.allocation import log, service
from sud.config import Config
from sud.models import AbsenceReason, Case, DrawRequest, Judge
from sud.outside import defer_job


class Contributors:
    """Begins the log; `draw()` freezes, reveals and draws whatever waits."""

    def __init__(self, session: Session, config: Config, now: Callable[[], datetime]) -> None:
        self.session, self.config, self.now = session, config, now
        self.published = Published(session, config, now)
        self.memories = [
            contributor.make(name, name, judiciary=name == "court", epochs=60)
            for name in ("bar", "court", "ombudsman")
        ]
        service.found(
            session,
            SYSTEM,
            [memory.public().plain() for memory in self.memories],
            now=now(),
            log_key=config.log_key_file,
            origin=config.log_origin,
        )
        if log.size_of(session) == 1:
            # Most tests need one judge or two, and no more.
            service.set_rules(session, SYSTEM, minimum=1, now=now())

    def roster(self, *judges: Judge, per_mille: int = 1000) -> None:
        """Log these judges' shares, so that they can be drawn."""
        for judge in judges:
            service.set_availability(
                self.session,
                SYSTEM,
                judge,
                per_mille=per_mille,
                reason=AbsenceReason.SHARE,
                valid_from=judge.since,
                order_number="1",
                now=self.now(),
            )

    def enter(self, case: Case) -> DrawRequest:
        """Log a case for its draw."""
        service.enter(self.session, SYSTEM, case, now=self.now())
        row = service.latest_draw(self.session, case)
        assert row is not None
        return row

    def answer(self, *names: str) -> None:
        """Let the contributors (or only some) look at the log once, and answer."""
        for place, memory in enumerate(self.memories):
            if not names or memory.id in names:
                self.memories[place], _ = contributor.attend(
                    memory, self.published, lambda _: None, int(self.now().timestamp())
                )

    def draw(self) -> None:
        """Freeze, let everybody answer, and draw all that can be drawn."""
        service.freeze(self.session, SYSTEM, now=self.now())
        self.answer()
        while service.draw(self.session, SYSTEM, now=self.now(), defer=defer_job):
            pass


class Published:
    """The published log, as a contributor sees it."""

    def __init__(self, session: Session, config: Config, now: Callable[[], datetime]) -> None:
        self.session, self.config, self.now = session, config, now

    def checkpoint(self) -> str:
        size = log.size_of(self.session)
        point = log.checkpoint(self.session, self.config.log_origin, size)
        return log.signed(point, log.log_seed(self.config.log_key_file))

    def entries(self, start: int, end: int) -> list[bytes]:
        return list(log.lines(self.session, start, end))

    def proof(self, first: int, second: int) -> list[bytes]:
        return tree.consistency(first, second, log.node_reader(self.session))

    def trust(self) -> Trust:
        return service.trust(self.session, log.log_seed(self.config.log_key_file))

    def answer(self, facts: dict[str, Any]) -> None:
        service.take_reveal(self.session, SYSTEM, facts, now=self.now(), defer=defer_job)
