"""What the tests of processes share: settings as an environment, and waiting."""

import dataclasses
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sud.config import Config, environment

PATIENCE = 90
T = TypeVar("T")


def environment_of(config: Config) -> dict[str, str]:
    """Return the environment in which a process reads exactly this configuration."""
    return environment(
        {f"SUD_{f.name.upper()}": str(getattr(config, f.name)) for f in dataclasses.fields(config)}
    )


def until(look: Callable[[], T], what: str) -> T:
    """Wait for something to become true; how long it takes is no matter."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := look():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


def processes_of(mark: str) -> list[int]:
    """Return the processes that carry this word on their command line or in their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            told = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
        except OSError:
            continue
        if mark.encode() in told:
            found.append(int(entry.name))
    return found
