"""Runs what gets a program that this machine lacks, and says on the terminal how it went."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 600
ROOT = Path(__file__).parents[1]


def run(
    argv: Sequence[str],
    *,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    timeout: float = PATIENCE,
) -> None:
    """Run a command quietly; what it complained of is in the error that is raised."""
    subprocess.run(
        argv,
        cwd=cwd,
        env=env,
        check=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def short(error: BaseException) -> str:
    """Return the last line of what went wrong."""
    told = getattr(error, "stderr", None) or str(error)
    text = told.decode(errors="replace") if isinstance(told, bytes) else told
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else type(error).__name__


def say(words: str) -> None:
    sys.stderr.write(f"{words}\n")
