"""Starts every process of the house in order, watches them, and stops them all.

Whatever ends it, nothing of it is left running: children are stopped in the reverse order of
their start, and the kernel stops them if this process is killed.
"""

import contextlib
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TextIO

from sud import config
from sud.cli import health
from sud.local.database import postgres
from sud.local.objects import store
from sud.local.processes import (
    StartError,
    end,
    last_words,
    open_privately,
    private,
    start,
    write_privately,
)

ROOT = Path(__file__).parents[2]
WIDTH = 18
WELL_SECONDS = 90
LOOK_SECONDS = 0.5
TOLD_SECONDS = 10
HEALTH_SECONDS = 10
MOST_RESTARTS = 5
CONTRIBUTORS = {
    "court": ("court-department", True),
    "bar": ("advocates", False),
    "ombudsman": ("ombudsman", False),
}
"""The demonstration's three: all on one machine, which is why its draws are marked as such."""
CONTRIBUTIONS = 4_000
"""Epochs in each one's chain; a value is found by walking down it, so a short one is fast."""
PEOPLE = "demonstration-people.json"
"""Whom the TEST identity provider knows: `load-demonstration` writes it beside the log's key."""
EVERY_MINUTE = "* * * * *"
"""The demonstration draws every minute, so that nobody has to wait until half past nine."""


class StopError(Exception):
    """Somebody asked us to stop."""


@dataclass(slots=True)
class Process:
    """One process of the house that is started again, aloud, when it dies."""

    name: str
    argv: list[str]
    environment: Mapping[str, str]
    log: Path
    passing: tuple[int, ...] = ()
    child: subprocess.Popen[bytes] | None = None
    starts: list[float] = field(default_factory=list)

    def start(self) -> None:
        self.starts.append(time.monotonic())
        self.child = start(
            self.argv,
            log=self.log,
            environment=self.environment,
            directory=ROOT,
            passing=self.passing,
        )

    def ask_to_stop(self) -> None:
        if self.child is not None:
            with contextlib.suppress(ProcessLookupError):
                self.child.terminate()

    def end(self) -> None:
        if self.child is not None:
            end(self.child, stop=signal.SIGTERM, patience=12)

    @property
    def ended(self) -> int | None:
        """How it ended, if it did."""
        return None if self.child is None else self.child.poll()

    @property
    def restless(self) -> bool:
        """Whether it died too often in the last minute to be started once more."""
        return len([at for at in self.starts if time.monotonic() - at < 60]) > MOST_RESTARTS  # noqa: PLR2004


class House:
    """The house on one machine, from the first process to the last."""

    def __init__(self, var: Path, out: TextIO, port: int) -> None:
        self.var, self.out, self.port = var, out, port
        self.logs = var / "log"
        self.settings: dict[str, str] = {}
        self.processes: list[Process] = []
        self.servers: list[Process] = []
        self.accounts: list[str] = []
        self.mail_page = self.esi_page = ""
        self.door: socket.socket

    def say(self, line: str = "") -> None:
        self.out.write(f"{line}\n")
        self.out.flush()

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Show what is being started, and how long it took."""
        notes: list[str] = []
        if self.out.isatty():
            self.out.write(f"  {name:<{WIDTH}}...")
            self.out.flush()
        begun = time.monotonic()
        yield notes.append
        back = "\r" if self.out.isatty() else ""
        took = f"{time.monotonic() - begun:5.1f} s"
        self.say(f"{back}  {name:<{WIDTH}}{took}  {', '.join(notes)}".rstrip())

    def run(self) -> None:
        """Start everything, say where it is, and watch until told to stop."""
        with ExitStack() as stack:
            stack.enter_context(_alone(self.var))
            _listen_for_signals()
            private_enough(self.var)
            private(self.logs)
            self.say("AIS Sud is starting" + self._which())
            self._open_door(stack)
            self._settle()
            self._start_servers(stack)
            stack.callback(self._stop)
            self._start_mail_catcher(stack)
            self._prepare_archive()
            self._start_esi(stack)
            self._start_processes()
            self._await_health()
            self._greet()
            self._watch()

    def _which(self) -> str:
        return (
            ": the demonstration court, everything in it is fictional."
            if self.demonstration
            else "."
        )

    @property
    def demonstration(self) -> bool:
        return self.settings.get("SUD_DEMONSTRATION", "true").lower() in {"1", "true", "yes"}

    def _open_door(self, stack: ExitStack) -> None:
        """Take the web's port: it gets it when all is ready, and when it is restarted."""
        self.door, port = _taken(stack, self.port)
        if port != self.port:
            self.say(f"  Port {self.port} is taken; using {port} instead.")
        self.port = port

    def _settle(self) -> None:
        """Decide every setting that the environment left open."""
        given = config.given()
        drop = self.var / "drop"
        self.settings = {
            "SUD_SECRET_KEY": _kept_secret(self.var / "secret.key"),
            "SUD_BASE_URL": f"http://127.0.0.1:{self.port}",
            "SUD_DROP_FOLDER": str(drop),
            "SUD_SCRATCH_FOLDER": str(self.var / "scratch"),
            "SUD_AUTHORITY_DIR": str(private(self.var / "authority")),
            "SUD_LOG_KEY_FILE": str(self.var / "log.key"),
            "SUD_DEMONSTRATION": "true",
            "SUD_EPOCH_TIMETABLE": EVERY_MINUTE,
        } | given
        Path(self.settings["SUD_DROP_FOLDER"]).mkdir(mode=0o700, parents=True, exist_ok=True)

    def _start_servers(self, stack: ExitStack) -> None:
        given = config.given()
        if "SUD_DATABASE_URL" in given:
            self.settings.setdefault("SUD_OWNER_DATABASE_URL", given["SUD_DATABASE_URL"])
            self.say(f"  {'database':<{WIDTH}}yours, by SUD_DATABASE_URL")
        else:
            with self.step("database") as note:
                databases = stack.enter_context(postgres(self.var / "postgres"))
                note("PostgreSQL, on a private socket")
            self.settings["SUD_DATABASE_URL"] = databases.web_url
            self.settings["SUD_OWNER_DATABASE_URL"] = databases.owner_url
        if "SUD_S3_ENDPOINT" in given:
            self.say(f"  {'object store':<{WIDTH}}yours, by SUD_S3_ENDPOINT")
        else:
            with self.step("object store") as note:
                address = stack.enter_context(store(self.var / "store"))
                note(f"SeaweedFS, S3 on {address.endpoint}")
            self.settings |= {
                "SUD_S3_ENDPOINT": address.endpoint,
                "SUD_S3_ACCESS_KEY": address.access_key,
                "SUD_S3_SECRET_KEY": address.secret_key,
            }

    def _start_mail_catcher(self, stack: ExitStack) -> None:
        if "SUD_SMTP_HOST" in config.given():
            self.say(f"  {'mail':<{WIDTH}}yours, by SUD_SMTP_HOST")
            return
        (smtp, smtp_port), (page, page_port) = _taken(stack, 1025), _taken(stack, 8025)
        self.settings |= {"SUD_SMTP_HOST": "127.0.0.1", "SUD_SMTP_PORT": str(smtp_port)}
        self.mail_page = f"http://127.0.0.1:{page_port}/"
        doors = smtp.fileno(), page.fileno()
        argv = [str(self.var / "mail"), f"--smtp={doors[0]}", f"--page={doors[1]}"]
        with self.step("mail catcher"):
            self._start("mail", ["-m", "sud.local.mail", *argv], doors)

    def _start_esi(self, stack: ExitStack) -> None:
        """Stand in for the state's identity provider: a real court names the real one."""
        if not self.demonstration or "SUD_ESI_ISSUER" in config.given():
            return
        place = private(self.var / "esi")
        door, port = _taken(stack, 8090)
        self.esi_page = f"http://127.0.0.1:{port}"
        self.settings |= {
            "SUD_ESI_ISSUER": self.esi_page,
            "SUD_ESI_CLIENT": "ais-sud-demonstration",
            "SUD_ESI_SECRET": _kept_secret(place / "client.secret"),
        }
        people = Path(self.settings["SUD_LOG_KEY_FILE"]).parent / PEOPLE
        argv = [
            *("-m", "sud.local.esi", str(place), str(people), f"--door={door.fileno()}"),
            f"--client={self.settings['SUD_ESI_CLIENT']}",
            f"--back={self.settings['SUD_BASE_URL']}/esi/return",
        ]
        with self.step("TEST ESI"):
            self._start("esi", argv, (door.fileno(),))

    def _prepare_archive(self) -> None:
        with self.step("archive") as note:
            self._once("prepare", owner=True)
            note("tables, bucket, reference data")
        if self.demonstration:
            self._make_contributors()
            # It begins the log months ago, when its first cases come in: so before genesis.
            with self.step("demonstration"):
                self.accounts = self._once("load-demonstration").splitlines()
            self._once("genesis", str(self.var / "contributors" / "anchors.json"))

    def _make_contributors(self) -> None:
        """Give each contributor his sealed secrets, and gather the anchors that they publish."""
        with self.step("contributors") as note:
            place = private(self.var / "contributors")
            anchors = place / "anchors.json"
            if not anchors.exists():
                made = []
                for name, (institution, judiciary) in CONTRIBUTORS.items():
                    argv = [
                        "-m",
                        "assignment",
                        "contributor",
                        "init",
                        f"--state={place / name}.json",
                        f"--id={name}",
                        f"--institution={institution}",
                        f"--epochs={CONTRIBUTIONS}",
                        *(["--judiciary"] if judiciary else []),
                    ]
                    made.append(json.loads(self._finish("contributors", argv)))
                write_privately(anchors, json.dumps(made, indent=1))
            note(f"{len(CONTRIBUTORS)}, all on this machine")

    def _start_processes(self) -> None:
        with self.step("web"):
            door = self.door.fileno()
            self._start("web", ["-m", "sud.cli", "serve", f"--bind=fd://{door}"], (door,))
        with self.step("worker, clock"):
            self._start("worker", ["-m", "sud.cli", "worker"])
            self._start("clock", ["-m", "sud.cli", "clock"])
        if self.demonstration:
            for name in CONTRIBUTORS:
                state = self.var / "contributors" / f"{name}.json"
                self._start(
                    f"contributor-{name}",
                    [
                        "-m",
                        "assignment",
                        "contributor",
                        f"--state={state}",
                        f"--log={self.settings['SUD_BASE_URL']}",
                        "--every=2",
                    ],
                )

    def _await_health(self) -> None:
        with self.step("health") as note:
            deadline = time.monotonic() + WELL_SECONDS
            while True:
                well, words = health(f"http://127.0.0.1:{self.port}")
                if well:
                    break
                for process in self.processes:
                    if process.ended is not None:
                        raise StartError(
                            f"{process.name} ended at once:\n{last_words(process.log, 12)}"
                        )
                if time.monotonic() > deadline:
                    raise StartError(f"not everything is well after {WELL_SECONDS} s: {words}")
                time.sleep(LOOK_SECONDS)
            note("all well")

    def _greet(self) -> None:
        self.say()
        self.say(f"  Open         {self.settings['SUD_BASE_URL']}/")
        for number, line in enumerate(self.accounts):
            self.say(f"  {'' if number else 'Accounts':<12} {line}")
        self.say(
            f"  Drop folder  {_short(Path(self.settings['SUD_DROP_FOLDER']))}"
            "   (a DVD put here waits for a hearing)"
        )
        if self.mail_page:
            self.say(f"  Mail         {self.mail_page}   (nothing leaves this machine)")
        if self.esi_page:
            self.say(f"  TEST ESI     {self.esi_page}/   (whom you may be is told there)")
        self.say(f"  Health       {self.settings['SUD_BASE_URL']}/healthz")
        self.say(f"  Logs, data   {_short(self.var)}")
        self.say()
        self.say("  Ctrl-C stops everything; the next start finds the data again.")

    def _watch(self) -> None:
        looked, was_well = time.monotonic(), True
        while True:
            time.sleep(LOOK_SECONDS)
            for process in self.processes:
                if process.ended is not None:
                    self._start_again(process)
            if time.monotonic() - looked > HEALTH_SECONDS:
                looked = time.monotonic()
                well, words = health(f"http://127.0.0.1:{self.port}")
                if well != was_well:
                    self.say("  All is well again." if well else f"  Not well: {words}")
                was_well = well

    def _start_again(self, process: Process) -> None:
        if process.restless:
            raise StartError(f"{process.name} keeps dying:\n{last_words(process.log, 12)}")
        self.say(
            f"  {process.name} died ({_how(process.ended or 0)}) and is started again;"
            f" why: {_short(process.log)}"
        )
        process.start()

    def _stop(self) -> None:
        """Ask all of our own processes at once, then wait for each."""
        self.say("  Stopping.")
        for process in self.processes:
            process.ask_to_stop()
        for process in reversed(self.processes):
            process.end()

    def _start(self, name: str, argv: list[str], passing: tuple[int, ...] = ()) -> None:
        process = Process(
            name=name,
            argv=[sys.executable, *argv],
            environment=self._environment(owner=False),
            log=self.logs / f"{name}.log",
            passing=passing,
        )
        self.processes.append(process)
        process.start()

    def _once(self, verb: str, *rest: str, owner: bool = False) -> str:
        return self._finish(verb, ["-m", "sud.cli", verb, *rest], owner=owner)

    def _finish(self, name: str, argv: list[str], *, owner: bool = False) -> str:
        """Run a command to its end; return what it printed."""
        log, answer = self.logs / f"{name}.log", self.logs / f"{name}.out"
        answer.unlink(missing_ok=True)
        child = start(
            [sys.executable, *argv],
            log=log,
            out=answer,
            dying=signal.SIGKILL,
            environment=self._environment(owner=owner),
            directory=ROOT,
        )
        try:
            status = self._wait(child, log)
        finally:
            end(child, stop=signal.SIGKILL, patience=5)
        if status != 0:
            raise StartError(f"`{name}` failed:\n{last_words(log, 12)}")
        return answer.read_text(encoding="utf-8")

    def _wait(self, child: subprocess.Popen[bytes], log: Path) -> int:
        """Wait for a command; while it takes long, repeat what it says of its progress."""
        told = time.monotonic()
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return child.wait(LOOK_SECONDS)
            if time.monotonic() - told > TOLD_SECONDS:
                told = time.monotonic()
                if words := last_words(log, 1):
                    back = "\r" if self.out.isatty() else ""
                    self.say(f"{back}    {words:<{WIDTH * 3}}")

    def _environment(self, *, owner: bool) -> Mapping[str, str]:
        """Only the migrations may act as the owner of the tables."""
        settings = dict(self.settings)
        if not owner:
            settings["SUD_OWNER_DATABASE_URL"] = settings.get("SUD_DATABASE_URL", "")
        return config.environment(settings | {"PYTHONUNBUFFERED": "1"})


@contextmanager
def _alone(var: Path) -> Iterator[None]:
    """Hold the directory: two houses in it would tear its data apart."""
    var.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open_privately(var / "lock", "ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise StartError(f"AIS Sud already runs from {var}; stop it there first.") from error
        yield


def private_enough(var: Path) -> None:
    """Close var/ to other users; as root, let the database's account pass through it."""
    var.chmod(0o711 if os.geteuid() == 0 else 0o700)


def _kept_secret(path: Path) -> str:
    if not path.exists():
        write_privately(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii")


def _taken(stack: ExitStack, wanted: int) -> tuple[socket.socket, int]:
    """Take the first free port from here on, for as long as we live: who serves it gets it open.

    A port that is only looked at can be another's by the time that a process opens it.
    """
    for port in range(wanted, wanted + 100):
        with contextlib.suppress(OSError):
            return stack.enter_context(socket.create_server(("127.0.0.1", port))), port
    raise StartError(f"no free port from {wanted} on")


def _listen_for_signals() -> None:
    """Let the first signal stop us; the rest of them cannot hurry it."""
    asked = False

    def hear(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise StopError

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, hear)


def _how(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit {status}"


def _short(path: Path) -> str:
    with contextlib.suppress(ValueError):
        return str(path.resolve().relative_to(Path.cwd()))
    return str(path)
