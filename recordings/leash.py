"""Becomes the program it is told to run, kindly (nice) and on a leash: it dies with its parent.

    python -m recordings.leash PARENT PROGRAM ARGUMENT...

A process of its own does this, because code between fork and exec in a process with threads may
hang. The kernel delivers the signal when the starting *thread* ends: that thread must wait.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NICENESS = 15


def main() -> None:
    parent, program = int(sys.argv[1]), sys.argv[2]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(1)  # the parent died before the leash was on
    os.nice(NICENESS)
    os.execv(program, sys.argv[2:])  # noqa: S606  # an argv list, no shell


if __name__ == "__main__":
    main()
