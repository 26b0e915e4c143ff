"""Receives one connection of an encoder, RTMP behind a gate, SRT by itself, and cuts it up.

ffmpeg does it without decoding anything. What it has finished it tells in a list; what it was at
when it ended lies beside, whole up to the last packet.
"""

import hashlib
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from recordings import gate
from recordings.errors import RecordingError
from recordings.process import Limits, Outlet, Progress, run
from recordings.spool import SEGMENT

RTMP, SRT = "rtmp", "srt"
FOREVER = Limits(cpu_s=0, standstill_s=float(1 << 40))
SHORTEST_KEY, SHORTEST_PHRASE, LONGEST_PHRASE = 8, 10, 79
LOOKS = ("-analyzeduration", "2000000")  # microseconds in which sound and picture must show up
LINGERS_S = 10.0  # a receiver whose encoder is gone may take so long for its last segment
START_S = 15.0  # and so long to begin to listen

ENDED, SILENT, REFUSED, UNSTARTED, NOBODY = (
    "the encoder ended",
    "the encoder fell silent",
    "another key",
    "the receiver did not start",
    "nobody came",
)


class AddressError(RecordingError):
    """This cannot be listened to, or not safely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an encoder sends to, and the key it must show."""

    scheme: str
    host: str
    port: int
    key: str = field(repr=False)

    @property
    def key_sha256(self) -> str:
        """What a capture tells of its key: enough to know it again, too little to use it."""
        return hashlib.sha256(self.key.encode()).hexdigest()


def address_of(text: str) -> Address:
    """Read `rtmp://HOST:PORT/live/KEY` or `srt://HOST:PORT?passphrase=KEY`."""
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = None
    if parts.scheme not in {"rtmp", "srt"} or not parts.hostname or not port:
        raise AddressError("say rtmp://HOST:PORT/live/KEY or srt://HOST:PORT?passphrase=KEY")
    if parts.scheme == "rtmp":
        key = parts.path.rstrip("/").rpartition("/")[2]
        if len(key) < SHORTEST_KEY or parts.path.strip("/").count("/") != 1:
            raise AddressError(f"after /live/ there must be a key of {SHORTEST_KEY} or more signs")
    else:
        key = next(iter(parse_qs(parts.query).get("passphrase", [])), "")
        if not SHORTEST_PHRASE <= len(key) <= LONGEST_PHRASE or not re.fullmatch(r"[\w.-]+", key):
            raise AddressError(
                f"a passphrase of {SHORTEST_PHRASE} to {LONGEST_PHRASE} letters and figures is"
                " needed: without one anybody may send"
            )
    return Address(scheme=parts.scheme, host=parts.hostname, port=port, key=key)


class _EnoughError(Exception):
    """The receiver has done its work, or is not to do it any longer."""


@dataclass(slots=True, kw_only=True)
class Receiving:
    """One connection. `begins` gives the folder where its segments belong, once there is one."""

    address: Address
    program: str
    segment_s: float
    silence_s: float
    going: Callable[[], bool]
    begins: Callable[[], Path]
    finished: Callable[[str, float, float], None]  # file, start and length in the run's seconds
    _folder: Path = field(default_factory=Path)
    _begun: bool = False
    _rest: bytes = b""
    _why: str = ENDED
    _passed: threading.Event = field(default_factory=threading.Event)
    _passed_at: float = 0.0

    def work(self, folder: Path, encoder: socket.socket | None) -> str:
        """Receive until the encoder is gone or `going` says no; give the reason of the end.

        `folder` is where files lie until the connection is known to bring something.
        """
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._folder = folder
        if encoder is None:
            self._receive(0, behind_gate=False)
            return self._why if self._begun else NOBODY
        port = gate.free_port()
        passing = threading.Thread(target=self._pass, args=(encoder, port), name="gate")
        passing.start()
        try:
            self._receive(port, behind_gate=True)
        finally:
            self._passed.set()
            passing.join()
        return self._why

    def _receive(self, port: int, *, behind_gate: bool) -> None:
        with suppress(_EnoughError):
            run(
                self.program,
                [*self._input(port), *self._output()],
                folder=self._folder,
                limits=FOREVER,
                watch=self._watch_gate if behind_gate else self._watch,
                check=False,
            )

    def _input(self, port: int) -> list[str]:
        address = self.address
        if address.scheme == RTMP:
            # The gate has compared the key; among the arguments of a process all users read it.
            return [*LOOKS, "-listen", "1", "-i", f"rtmp://127.0.0.1:{port}/live/stream"]
        host = f"[{address.host}]" if ":" in address.host else address.host
        silence = round(self.silence_s * 1_000_000)
        options = (
            f"mode=listener&passphrase={address.key}&enforced_encryption=1"
            f"&timeout={silence}&listen_timeout={silence}"
        )
        return [*LOOKS, "-f", "mpegts", "-i", f"srt://{host}:{address.port}?{options}"]

    def _output(self) -> list[str | Outlet]:
        return [
            *("-map", "0:v?", "-map", "0:a?", "-c", "copy", "-muxdelay", "0", "-muxpreload", "0"),
            *("-f", "segment", "-segment_format", "mpegts"),
            *("-segment_time", f"{self.segment_s:g}"),
            *("-segment_format_options", "flush_packets=1"),
            *("-segment_list_type", "csv", "-segment_list", Outlet(self._listed)),
            f"%06d{SEGMENT}",
        ]

    # --- as it comes ---

    def _pass(self, encoder: socket.socket, port: int) -> None:
        """Stand between the encoder and the receiver until one of them is gone."""
        try:
            with self._receiver(port) as receiver:
                spoke = gate.pass_on(
                    encoder,
                    receiver,
                    self.address.key,
                    going=lambda: self.going() and not self._passed.is_set(),
                    silence_s=self.silence_s,
                )
            self._why = ENDED if spoke else SILENT
        except gate.StrangerError:
            self._why = REFUSED
        except OSError:
            self._why = UNSTARTED
        finally:
            with suppress(OSError):
                encoder.shutdown(socket.SHUT_RDWR)
            self._passed_at = time.monotonic()
            self._passed.set()

    def _receiver(self, port: int) -> socket.socket:
        """Reach the receiver behind the gate, which needs a moment to listen."""
        until = time.monotonic() + START_S
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=self.silence_s)
            except ConnectionRefusedError:
                if time.monotonic() > until or self._passed.is_set():
                    raise
            time.sleep(0.05)

    def _watch(self, _: Progress) -> None:
        self._look()
        if not self.going():
            raise _EnoughError

    def _watch_gate(self, _: Progress) -> None:
        """Let the receiver finish what came before the end; one that got nothing is no loss."""
        self._look()
        if not self._passed.is_set():
            return
        if not self._begun or time.monotonic() - self._passed_at > LINGERS_S:
            raise _EnoughError

    def _look(self) -> None:
        """The first file on the disk begins the run."""
        if not self._begun and any(self._folder.glob(f"*{SEGMENT}")):
            self._begun = True
            self._folder = self._folder.rename(self.begins())

    def _listed(self, block: bytes) -> None:
        """Take the receiver's word that a segment is finished."""
        *lines, self._rest = (self._rest + block).split(b"\n")
        for line in lines:
            self._look()
            name, start, end = line.decode("ascii").rsplit(",", 2)
            self.finished(name, float(start), float(end) - float(start))
