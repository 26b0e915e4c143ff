"""Starts one child process so that it can neither outlive its parent nor be left half-stopped.

Every child leads its own process group, is told to go by the kernel when its parent dies, however
that happens, and writes to a log of its own.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO


class StartError(RuntimeError):
    """A part of the house did not start; the message says why, in words for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whom a child runs as when we are root; `reach` keeps it the right to pass closed doors."""

    uid: int
    gid: int
    reach: str = ""


def command(
    argv: Sequence[str | Path], *, dying: signal.Signals, account: Account | None = None
) -> list[str]:
    """Return the command line that also gives up root and dies with its parent."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if account is not None:
            raise StartError("setpriv (util-linux) is needed to start PostgreSQL as root")
        return [str(part) for part in argv]
    wrapper = [setpriv, f"--pdeathsig={dying.name.removeprefix('SIG')}"]
    if account is not None:
        wrapper += [f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
        if account.reach:
            # Without the secure bit access(2), which PostgreSQL asks, would not see the capability.
            wrapper += ["--securebits=+no_setuid_fixup"]
            wrapper += [f"--inh-caps=+{account.reach}", f"--ambient-caps=+{account.reach}"]
    return [*wrapper, "--", *(str(part) for part in argv)]


def start(
    argv: Sequence[str | Path],
    *,
    log: Path,
    out: Path | None = None,
    dying: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    passing: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child that leads its own process group; `dying` reaches it when we die."""
    with open_privately(log, "ab") as errors, open_privately(out or log, "ab") as answers:
        return subprocess.Popen(
            command(argv, dying=dying, account=account),
            stdin=subprocess.DEVNULL,
            stdout=answers,
            stderr=errors,
            env=environment,
            cwd=directory,
            pass_fds=passing,
            start_new_session=True,
        )


def end(child: subprocess.Popen[bytes], *, stop: signal.Signals, patience: float) -> None:
    """Stop a child and whatever it left behind in its process group."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(stop)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def stopping(
    child: subprocess.Popen[bytes], *, stop: signal.Signals = signal.SIGTERM, patience: float = 8
) -> Iterator[subprocess.Popen[bytes]]:
    """Stop the child at the end of the block: politely first, then for certain."""
    try:
        yield child
    finally:
        end(child, stop=stop, patience=patience)


def last_words(log: Path, lines: int = 6) -> str:
    """Return the end of a log, for the message that says why something did not start."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def free_port(wanted: int = 0) -> int | None:
    """Return the port if nobody listens on it (0: any free one), else None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return None
        port: int = probe.getsockname()[1]
        return port


def private(path: Path, account: Account | None = None) -> Path:
    """Make a directory that only its owner enters."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    if account is not None:
        os.chown(path, account.uid, account.gid)
    return path


def write_privately(path: Path, content: str | bytes) -> None:
    """Replace a file that only its owner reads, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    with open_privately(part, "wb") as out:
        out.write(content if isinstance(content, bytes) else content.encode())
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def open_privately(path: Path, mode: str) -> IO[bytes]:
    """Open a file, made if need be so that only its owner reads it."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))
