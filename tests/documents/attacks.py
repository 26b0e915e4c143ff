"""What hostile code tries from inside a bounded process; run there by `test_bounds.py`."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

LIBC = ctypes.CDLL(None, use_errno=True)
IO_URING_SETUP, PTRACE, ATTACH, TGKILL, PRLIMIT, MEMFD = 425, 101, 16, 234, 302, 319
ENDLESS = 600


def _call(number: int, *arguments: Any) -> str:
    if LIBC.syscall(number, *arguments) == -1:
        raise OSError(ctypes.get_errno(), "refused")
    return "done"


def _write(path: str, size: int) -> str:
    with Path(path).open("wb", buffering=0) as file:
        return str(file.write(b"x" * size))


def _fork() -> str:
    if os.fork() == 0:
        os._exit(0)
    return "done"


def _spin(_: dict[str, Any]) -> str:
    while True:
        pass


def _divided(_: dict[str, Any]) -> str:
    said: list[str] = []
    thread = threading.Thread(target=said.append, args=("threads run",))
    thread.start()
    thread.join()
    return said[0]


def _shout(_: dict[str, Any]) -> str:
    return "x" * (8 << 20)


def _say_on_its_own(_: dict[str, Any]) -> str:
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, b"not an answer\n")
        except OSError:
            continue
    os._exit(0)


def _print(_: dict[str, Any]) -> str:
    sys.stdout.write("noise\n")
    sys.stdout.flush()
    return "quiet"


ATTACKS = {
    "open a connection": lambda _: str(socket.socket()),
    "talk to a neighbour": lambda _: str(socket.socket(socket.AF_UNIX)),
    "a pair of sockets": lambda _: str(socket.socketpair()),
    "sockets by io_uring": lambda _: _call(IO_URING_SETUP, 4, ctypes.create_string_buffer(120)),
    "fork": lambda _: _fork(),
    "start a program": lambda _: str(subprocess.run(["/bin/true"], check=True)),
    "become a program": lambda _: os.execv("/bin/true", ["true"]),  # noqa: S606 - the attack
    "read a stranger's file": lambda given: Path(given["path"]).read_text("utf-8"),
    "read the accounts": lambda _: Path("/etc/passwd").read_text("utf-8"),
    "list a directory": lambda given: str(list(Path(given["path"]).parent.iterdir())),
    "read the parent's environment": lambda _: Path(f"/proc/{os.getppid()}/environ").read_text(),
    "write a file": lambda given: _write(given["path"], 1),
    "keep memory in a nameless file": lambda _: _call(MEMFD, b"x", 0),
    "signal the parent": lambda _: str(os.kill(os.getppid(), signal.SIGCONT)),
    "signal a thread of the parent": lambda _: _call(
        TGKILL, os.getppid(), os.getppid(), int(signal.SIGCONT)
    ),
    "bound the parent": lambda _: _call(PRLIMIT, os.getppid(), 0, None, None),
    "look into the parent": lambda _: _call(PTRACE, ATTACH, os.getppid(), 0, 0),
    "raise its own bounds": lambda _: _raise_bounds(),
    "fill memory": lambda _: str(len(bytearray(4 << 30))),
    "compute for ever": _spin,
    "wait for ever": lambda _: str(time.sleep(ENDLESS)),
    "crash": lambda _: str(ctypes.string_at(0)),
    "shout": _shout,
    "answer past the answer": _say_on_its_own,
    "print": _print,
    "divide its work": _divided,
    "fall": lambda _: str(1 // 0),
}


def _raise_bounds() -> str:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return "done"


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Try it and tell what came of it."""
    try:
        return {"came": ATTACKS[arguments["attack"]](arguments)}
    except (OSError, ValueError) as error:
        return {"refused": type(error).__name__}
