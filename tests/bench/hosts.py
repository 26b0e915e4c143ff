"""Machines for a benchmark: a network namespace, an address and a share of a core each.

They reach the archive and the object store over a bridge, as the machines of a court would over
its network. Needs root, `ip` and the `cpu` control group (version 1 or 2).
"""

import asyncio
import contextlib
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

BRIDGE = "aisbench"
GATE = "10.213.77.1"
PERIOD_US = 100_000
GROUPS = Path("/sys/fs/cgroup")
IP = shutil.which("ip") or ""


def why_not() -> str | None:
    """Say what this machine lacks for hosts of its own; None where nothing."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not IP:
        return "the command `ip` is not there (Debian: iproute2)"
    if _group("probe") is None:
        return "no control group limits the processor here"
    return None


@contextmanager
def hosts(count: int, share: float) -> Iterator[list["Host"]]:
    """Make so many machines of so much of a core each, joined by one bridge."""
    with ExitStack() as stack:
        _ip("link", "add", BRIDGE, "type", "bridge")
        stack.callback(_ip, "link", "del", BRIDGE)
        _ip("addr", "add", f"{GATE}/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        yield [stack.enter_context(_host(number, share)) for number in range(1, count + 1)]


class Host:
    """One machine: what is run on it sees its own network alone and gets its share of a core."""

    def __init__(self, name: str, group: Path) -> None:
        self.name = name
        self.group = group

    def start(
        self, argv: Sequence[str], env: Mapping[str, str], log: Path
    ) -> subprocess.Popen[bytes]:
        """Start a program; whatever it starts stays on this machine too."""
        # The group first: inside the namespace there is another /sys.
        joined = f'echo $$ > {self.group}/cgroup.procs && exec "$@"'
        with log.open("ab") as out:
            return subprocess.Popen(
                ["/bin/sh", "-c", joined, "sh", IP, "netns", "exec", self.name, *argv],
                env=dict(env),
                stdout=out,
                stderr=out,
                start_new_session=True,
            )


@contextmanager
def _host(number: int, share: float) -> Iterator[Host]:
    name, outer, inner = f"aishost{number}", f"aisb{number}", f"aish{number}"
    group = _group(name, round(share * PERIOD_US))
    if group is None:
        raise RuntimeError("no control group limits the processor here")
    with ExitStack() as stack:
        stack.callback(_removed, group)
        _ip("netns", "add", name)
        stack.callback(_ip, "netns", "del", name)
        _ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
        _ip("link", "set", outer, "master", BRIDGE, "up")
        inside = ("-n", name)
        _ip(*inside, "addr", "add", f"{GATE.rpartition('.')[0]}.{number + 1}/24", "dev", inner)
        _ip(*inside, "link", "set", inner, "up")
        _ip(*inside, "link", "set", "lo", "up")
        yield Host(name, group)


def _ip(*words: str) -> None:
    subprocess.run([IP, *words], check=True)


def _group(name: str, quota_us: int = PERIOD_US) -> Path | None:
    """Make a control group that gives so many microseconds of each hundred thousand."""
    if (GROUPS / "cpu").is_dir():
        group = GROUPS / "cpu" / name
        limits = {"cpu.cfs_period_us": str(PERIOD_US), "cpu.cfs_quota_us": str(quota_us)}
    else:
        group = GROUPS / name
        limits = {"cpu.max": f"{quota_us} {PERIOD_US}"}
    try:
        group.mkdir(exist_ok=True)
        for file, limit in limits.items():
            (group / file).write_text(limit)
    except OSError:
        return None
    return group


def _removed(group: Path) -> None:
    with contextlib.suppress(OSError):
        group.rmdir()


@contextmanager
def relay(port: int, target: str) -> Iterator[None]:
    """Let the hosts reach a server of this machine: a socket's path, or host:port on loopback."""
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(1 << 16):
                writer.write(piece)
                await writer.drain()
        with contextlib.suppress(OSError):
            writer.close()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if target.startswith("/"):
            inner, outer = await asyncio.open_unix_connection(target)
        else:
            host, _, number = target.rpartition(":")
            inner, outer = await asyncio.open_connection(host, int(number))
        await asyncio.gather(passed(reader, outer), passed(inner, writer))

    async def served() -> None:
        async with await asyncio.start_server(joined, GATE, port):
            ready.set()
            await asyncio.Event().wait()

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(task)

    task = loop.create_task(served())
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(10)
