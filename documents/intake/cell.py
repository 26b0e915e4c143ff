"""Cell: takes from its own process whatever reading one file does not need, then reads it.

Run by `bounds.py` only, as `python -I cell.py`: the request comes as JSON on standard input, the
answer goes as one line of JSON to standard output. Nothing but the standard library is imported
before the process is closed. A guard that this kernel does not know is left out and reported:
`GUARDS_THAT_HOLD`. Sources: seccomp(2), landlock(7), user_namespaces(7), capset(2).
"""

import ctypes
import errno
import importlib
import json
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
OWN_CODE: Final = ROOT / "documents"
GUARDS_THAT_HOLD: list[str] = []
LIBC: Final = ctypes.CDLL(None, use_errno=True)

# ------------------------------------------------------------------ limits

FILES_AT_ONCE: Final = 64
PROCESSES_AT_ONCE: Final = 64


def limit(bounds: dict[str, Any]) -> None:
    """Bound memory, processor time, files written and open."""
    limits = [
        (resource.RLIMIT_AS, bounds["memory"], bounds["memory"]),
        # A second between them: the first is a signal that tells time from other deaths.
        (resource.RLIMIT_CPU, bounds["seconds"], bounds["seconds"] + 1),
        (resource.RLIMIT_FSIZE, bounds["written"], bounds["written"]),
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_NOFILE, FILES_AT_ONCE, FILES_AT_ONCE),
    ]
    for what, soft, hard in limits:
        resource.setrlimit(what, (soft, hard))
    GUARDS_THAT_HOLD.append("limits")


# ------------------------------------------------------------------ namespaces

CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWNET: Final = 0x40000000
CLONE_NEWIPC: Final = 0x08000000


def leave_the_network() -> None:
    """Move to a network of our own, in which there is nobody; some kernels keep that for root."""
    if LIBC.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0:
        GUARDS_THAT_HOLD.append("network")
        # In a namespace of our own the count is of our own processes only.
        resource.setrlimit(resource.RLIMIT_NPROC, (PROCESSES_AT_ONCE, PROCESSES_AT_ONCE))


def lay_down_capabilities() -> None:
    """Keep none of root's powers, nor those that the new namespace gave."""
    version_3 = 0x20080522
    header = struct.pack("Ii", version_3, 0)
    LIBC.capset(header, struct.pack("6I", 0, 0, 0, 0, 0, 0))


# ------------------------------------------------------------------ Landlock: files

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ABI_FLAG: Final = 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
REMOVE_FILE, MAKE_REG, TRUNCATE = 1 << 5, 1 << 8, 1 << 14
KNOWN_FROM: Final = ((1, 13), (2, 14), (3, 15), (5, 16))
"""From which version of the interface on how many rights over files are known."""
NETWORK_FROM, SCOPES_FROM = 4, 6
TCP: Final = 0b11
ABSTRACT_SOCKETS_AND_SIGNALS: Final = 0b11
READING: Final = EXECUTE | READ_FILE | READ_DIR
WORKING: Final = WRITE_FILE | READ_FILE | READ_DIR | REMOVE_FILE | MAKE_REG | TRUNCATE
ON_FILES: Final = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE
PATH_BENEATH: Final = 1
PROGRAMS: Final = (
    "/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts",
    "/dev/null", "/dev/zero", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo",
    "/sys/devices/system/cpu",
)  # fmt: skip
"""What interpreter, libraries and programs are made of; nobody's papers lie there."""


def close_the_disk(reads: Iterable[str], workroom: str | None, *, abi: int) -> None:
    """Leave of the disk only programs, the files given and the one room to write in."""
    handled = (1 << max(rights for since, rights in KNOWN_FROM if abi >= since)) - 1
    ruleset = struct.pack(
        "QQQ",
        handled,
        TCP if abi >= NETWORK_FROM else 0,
        ABSTRACT_SOCKETS_AND_SIGNALS if abi >= SCOPES_FROM else 0,
    )
    rules = LIBC.syscall(CREATE_RULESET, ruleset, ctypes.c_size_t(len(ruleset)), 0)
    if rules < 0:
        return
    own = {*PROGRAMS, sys.prefix, sys.base_prefix, str(OWN_CODE)}
    given = [(path, READING) for path in (*own, *reads)]
    if workroom is not None:
        given.append((workroom, WORKING))
    try:
        for path, rights in given:
            _allow(rules, path, rights & handled)
        if LIBC.syscall(RESTRICT_SELF, rules, 0) == 0:
            GUARDS_THAT_HOLD.append("files")
    finally:
        os.close(rules)


def _allow(rules: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return  # this machine has no such place
    try:
        if not Path(path).is_dir():
            rights &= ON_FILES
        LIBC.syscall(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def landlock_version() -> int:
    """Return the version of the interface, 0 where there is none."""
    version: int = LIBC.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ABI_FLAG)
    return max(0, version)


# ------------------------------------------------------------------ seccomp: calls

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, MODE_FILTER = 38, 22, 2
ARCHITECTURES: Final = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
X32: Final = 0x40000000
# name: number on x86_64, number on aarch64; None where there is no such call
REFUSED: Final = {
    "socket": (41, 198), "socketpair": (53, 199), "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434), "pidfd_getfd": (438, 438), "pidfd_send_signal": (424, 424),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "setsid": (112, 157), "setpgid": (109, 154),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "setns": (308, 268), "unshare": (272, 97), "move_mount": (429, 429), "open_tree": (428, 428),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "open_by_handle_at": (304, 265),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "syslog": (103, 116), "personality": (135, 92),
}  # fmt: skip
STARTING: Final = {"fork": (57, None), "vfork": (58, None), "execve": (59, 221)}
EXECVEAT: Final = (322, 281)
CLONE, CLONE3 = (56, 220), (435, 435)
CLONE_THREAD: Final = 0x00010000
NEW_NAMESPACES: Final = 0x7E020000
OF_ITSELF: Final = {"tgkill": (234, 131), "prlimit64": (302, 261)}
"""Calls whose first argument names a process: of no other than this one."""

LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16
ALLOW, KILL = 0x7FFF0000, 0x80000000
NOT_PERMITTED: Final = 0x00050000 | errno.EPERM
UNKNOWN: Final = 0x00050000 | errno.ENOSYS


def refuse_calls(*, programs: bool) -> None:
    """Let the kernel refuse sockets, new processes and every way to look at or move others."""
    machine = ARCHITECTURES.get(platform.machine())
    if machine is None:
        return
    column, architecture = machine
    code = [
        (LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, X32), (RETURN, 0, 0, NOT_PERMITTED),
    ]  # fmt: skip
    refused = [*REFUSED.values(), EXECVEAT, *(() if programs else STARTING.values())]
    for number in (numbers[column] for numbers in refused):
        if number is not None:
            code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, NOT_PERMITTED)]
    # clone3 hides its flags from filters; libraries that miss it go back to clone.
    code += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, UNKNOWN)]
    code += _clone(CLONE[column], programs=programs)
    for name, numbers in OF_ITSELF.items():
        own = (0, os.getpid()) if name == "prlimit64" else (os.getpid(),)
        if not programs:
            code += _of_itself(numbers[column], own)
    code.append((RETURN, 0, 0, ALLOW))
    packed = b"".join(struct.pack("HBBI", *step) for step in code)
    kept = ctypes.create_string_buffer(packed)
    program = struct.pack("HxxxxxxP", len(code), ctypes.addressof(kept))
    if LIBC.prctl(PR_SET_SECCOMP, MODE_FILTER, program, 0, 0) == 0:
        GUARDS_THAT_HOLD.append("calls")


Step = tuple[int, int, int, int]


def _clone(number: int, *, programs: bool) -> list[Step]:
    """Allow threads; processes only where programs may start; new namespaces never."""
    asked = [(ANY_BIT, 0, 1, NEW_NAMESPACES)] if programs else [(ANY_BIT, 1, 0, CLONE_THREAD)]
    return [
        (EQUAL, 0, 4, number), (LOAD, 0, 0, FIRST_ARGUMENT),
        *asked, (RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip


def _of_itself(number: int, own: tuple[int, ...]) -> list[Step]:
    return [
        (EQUAL, 0, len(own) + 3, number), (LOAD, 0, 0, FIRST_ARGUMENT),
        *((EQUAL, len(own) - place, 0, one) for place, one in enumerate(own)),
        (RETURN, 0, 0, NOT_PERMITTED), (RETURN, 0, 0, ALLOW),
    ]  # fmt: skip


# ------------------------------------------------------------------ the task


def close(request: dict[str, Any]) -> None:
    """Close the process: after this the task is imported and run, and nothing opens again."""
    limit(request["bounds"])
    sys.dont_write_bytecode = True
    sys.path.insert(0, str(ROOT))
    # The workshop's name is looked up here: later nobody may list the root.
    importlib.import_module(request["module"].partition(".")[0])
    leave_the_network()
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    lay_down_capabilities()
    if version := landlock_version():
        close_the_disk(request["reads"], request["workroom"], abi=version)
    refuse_calls(programs=request["bounds"]["programs"])


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Run the task; whatever it raises becomes an ending without words of the file."""
    try:
        task = importlib.import_module(request["module"])
        return {"answer": task.within(request["arguments"])}
    except MemoryError:
        return {"ended": "memory"}
    except Exception as error:  # noqa: BLE001 - parsers of hostile input fail in every way there is
        return {"ended": "failed", "error": type(error).__name__}


def main() -> None:
    """Read the request, close, answer, leave without ceremony."""
    request = json.loads(sys.stdin.buffer.read())
    # A library that prints does not spoil the answer.
    out = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    close(request)
    with os.fdopen(out, "wb") as told:
        told.write(json.dumps(answer(request)).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main()
