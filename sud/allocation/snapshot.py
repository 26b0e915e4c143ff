"""The state of the log as it was verified last night, so that a process need not read it all.

A national year takes a minute to replay, and the log never ends. The nightly audit reads it from
its first entry; what it has found true is kept, and every process goes on from there. Whoever
repaints it makes the house write what every outsider's verifier refuses.
"""

import functools
import hashlib
import io
import pickle
import zlib
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

import assignment
from assignment.replay import State
from sud.models import LogState

_KNOWN: Final = {
    "assignment.docket": {"Held", "Record", "Rules"},
    "assignment.draw": {"Request", "Seat"},
    "assignment.entries": {"Contributor"},
    "assignment.epoch": {"Body", "Epoch"},
    "assignment.replay": {"Finding", "State"},
    "assignment.roster": {"Change", "Post", "Rosters"},
    "assignment.tree": {"Frontier"},
    "builtins": {"frozenset", "set"},
    "collections": {"Counter"},
}
"""All that a state is made of: nothing else is ever brought to life from the database."""


def keep(session: Session, state: State, *, now: datetime) -> None:
    """Keep a state that was verified; an older one is forgotten."""
    session.execute(delete(LogState).where(LogState.size <= state.size))
    body = zlib.compress(pickle.dumps(state, protocol=5), level=1)
    session.add(LogState(size=state.size, engine=engine(), made_at=now, body=body))
    session.flush()


def latest(session: Session) -> State | None:
    """Return the state that was kept last, if the engine is still the one that made it."""
    row = session.scalars(
        select(LogState).where(LogState.engine == engine()).order_by(LogState.size.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return None
    state = _Plain(io.BytesIO(zlib.decompress(row.body))).load()
    return state if isinstance(state, State) and state.size == row.size else None


@functools.cache
def engine() -> str:
    """Name the engine by its source: another one reads the log itself, from the beginning."""
    folder = Path(assignment.__file__).parent
    sources = sorted(folder.glob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()


class _Plain(pickle.Unpickler):
    """Brings plain data of the engine to life, and refuses everything else."""

    def find_class(self, module: str, name: str) -> Any:
        if name not in _KNOWN.get(module, ()):
            message = f"a state of the log holds no {module}.{name}"
            raise pickle.UnpicklingError(message)
        return super().find_class(module, name)
