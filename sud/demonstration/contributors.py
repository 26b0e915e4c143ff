"""The three contributors of the demonstration, in this process instead of three of their own.

They are the programs of `assignment.contributor` with their own files; only the way to the log is
shorter. When the house runs, their processes go on from the same files.
"""

import functools
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.orm import Session

from assignment import contributor, memory
from assignment.memory import Memory
from assignment.verify import Trust
from sud.access import SYSTEM
from sud.allocation import log
from sud.allocation import service as allocation
from sud.config import Config
from sud.db import Sessions, unit

BODIES: Final = {
    "court": ("court-department", True),
    "bar": ("advocates", False),
    "ombudsman": ("ombudsman", False),
}
EPOCHS: Final = 4_000
"""Four years of epochs; a value is found by walking down the chain, so a short one is fast."""


def folder_of(config: Config) -> Path:
    """Where the contributors of this machine keep their memories."""
    return config.log_key_file.parent / "contributors"


def make_missing(folder: Path, *, epochs: int = EPOCHS) -> list[dict[str, Any]]:
    """Make each contributor that has no file yet; return what they publish beforehand."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, (institution, judiciary) in BODIES.items():
        path = _file(folder, name)
        if not path.exists():
            made = contributor.make(name, institution, judiciary=judiciary, epochs=epochs)
            memory.store(path, made)
    return [memory.load(_file(folder, name)).public().plain() for name in BODIES]


def attend(sessions: Sessions, config: Config, *, now: datetime) -> None:
    """Let each look at the log once and answer; each answer is committed before the next looks."""
    folder = folder_of(config)
    for name in BODIES:
        path = _file(folder, name)
        with unit(sessions) as session:
            published = _Archive(session, log.log_seed(config.log_key_file), now)
            save: Callable[[Memory], None] = functools.partial(memory.store, path)
            contributor.attend(memory.load(path), published, save, int(now.timestamp()))


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


@dataclass(frozen=True, slots=True)
class _Archive:
    """The published log, read from the archive itself."""

    session: Session
    seed: bytes
    now: datetime

    def checkpoint(self) -> str:
        signed = allocation.signed_checkpoint(self.session, self.seed)
        if signed is None:
            raise LookupError("the log has not begun")
        return signed

    def entries(self, start: int, end: int) -> list[bytes]:
        return list(log.lines(self.session, start, end))

    def proof(self, first: int, second: int) -> list[bytes]:
        return allocation.growth_proof(self.session, first, second) or []

    def trust(self) -> Trust:
        return allocation.trust(self.session, self.seed)

    def answer(self, facts: dict[str, Any]) -> None:
        allocation.take_reveal(
            self.session, SYSTEM, json.loads(json.dumps(facts)), now=self.now, defer=_never
        )


def _never(_session: Session, _job: str, **_facts: Any) -> None:
    """The loader draws itself: nothing is deferred."""


def anchors(config: Config) -> Sequence[dict[str, Any]]:
    """What the contributors publish before the log begins."""
    return make_missing(folder_of(config))
