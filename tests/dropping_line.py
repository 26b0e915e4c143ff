"""A line between a browser and the house that drops, or is slow: a TCP relay of our own."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

_AT_ONCE = 16 << 10
_RESET = struct.pack("ii", 1, 0)  # closing without goodbye, as a line that is gone


@dataclass(slots=True, kw_only=True)
class Line:
    """Passes bytes on to a port of this machine; `drops` say after how many bytes it breaks.

    They count what went towards the house, on all connections together, whose senders are then cut
    off at once. `rate` is in bytes a second towards the house; None is as fast as it goes.
    """

    to: int
    drops: Sequence[int] = ()
    rate: float | None = None
    sent: int = 0
    """Bytes that went towards the house."""
    dropped: int = 0
    """How often the line broke."""
    port: int = 0
    _open: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _due: float = 0.0

    def _accept(self, door: socket.socket) -> None:
        while True:
            try:
                near, _ = door.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open += [near, far]
            for args in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._pump, args=args, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, upwards: bool) -> None:
        try:
            while data := source.recv(_AT_ONCE):
                if upwards:
                    data = self._counted(data)
                sink.sendall(data)
                if upwards and self._breaks():
                    self.cut()
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            for one in (source, sink):
                with contextlib.suppress(OSError):
                    one.close()

    def _counted(self, data: bytes) -> bytes:
        with self._lock:
            if self.dropped < len(self.drops):  # to the very byte
                data = data[: max(1, self.drops[self.dropped] - self.sent)]
            self.sent += len(data)
            if self.rate is None:
                return data
            self._due = max(self._due, time.monotonic()) + len(data) / self.rate
            wait = self._due - time.monotonic()
        time.sleep(max(0.0, wait))
        return data

    def _breaks(self) -> bool:
        with self._lock:
            if self.dropped < len(self.drops) and self.sent >= self.drops[self.dropped]:
                self.dropped += 1
                return True
            return False

    def cut(self) -> None:
        """Break every connection."""
        with self._lock:
            broken, self._open = self._open, []
        for one in broken:
            with contextlib.suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def line(to: int, *, drops: Sequence[int] = (), rate: float | None = None) -> Iterator[Line]:
    """Open a line to a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        made = Line(to=to, drops=drops, rate=rate, port=door.getsockname()[1])
        threading.Thread(target=made._accept, args=(door,), daemon=True).start()
        yield made
        door.shutdown(socket.SHUT_RDWR)
    made.cut()
