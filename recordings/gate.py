"""Lets one encoder through to a receiver: who does not show the key over RTMP gets no further.

ffmpeg takes any stream that calls itself as it likes. So ffmpeg listens on this machine only, and
this gate stands on the network: it passes on what an encoder says, reads along until the encoder
names the stream it publishes, and cuts it off where that is not the key. No sound and no picture
passes before. (Over SRT the library itself refuses a wrong passphrase.)
"""

import hmac
import selectors
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HANDSHAKE = 1 + 1536 + 1536  # C0, C1, C2
FIRST_CHUNK = 128  # bytes of a chunk until the encoder says another number
MOST = 1 << 16  # bytes of commands in which the key must have come
BLOCK = 1 << 16
LOOK_S = 0.25
SET_CHUNK_SIZE, COMMAND_AMF3, COMMAND = 1, 17, 20
STRING, NULL, NUMBER = 2, 5, 0
HEADER = {0: 11, 1: 7, 2: 3, 3: 0}  # bytes of a message header by the format of its chunk
LONG_TIME = 0xFFFFFF


class StrangerError(Exception):
    """Whoever came did not show the key, or does not speak RTMP."""


@dataclass(slots=True)
class _Message:
    """What is being put together from the chunks of one stream."""

    length: int = 0
    kind: int = 0
    extended: bool = False
    body: bytearray = field(default_factory=bytearray)


class Listener:
    """Reads along what an encoder says until it names its stream."""

    def __init__(self) -> None:
        self._said = bytearray()
        self._at = HANDSHAKE
        self._chunk = FIRST_CHUNK
        self._messages: dict[int, _Message] = {}

    def hear(self, block: bytes) -> str | None:
        """Give the name of the stream once it was said; StrangerError where it does not come."""
        self._said += block
        while (end := self._next()) is not None:
            body, kind, self._at = end
            if kind == SET_CHUNK_SIZE:
                self._chunk = max(1, int.from_bytes(body[:4], "big") & 0x7FFFFFFF)
            if kind in {COMMAND, COMMAND_AMF3}:
                name = published(body[1:] if kind == COMMAND_AMF3 else body)
                if name is not None:
                    return name
        if len(self._said) > HANDSHAKE + MOST:
            raise StrangerError("no stream was named")
        return None

    def _next(self) -> tuple[bytes, int, int] | None:
        """Read one chunk more, and those after it until a message is whole."""
        at = self._at
        while True:
            header = self._header(at)
            if header is None:
                return None
            stream, message, body_at = header
            size = min(self._chunk, message.length - len(message.body))
            if len(self._said) < body_at + size:
                return None
            message.body += self._said[body_at : body_at + size]
            self._messages[stream] = message
            at = self._at = body_at + size
            if len(message.body) >= message.length:
                body = bytes(message.body)
                message.body = bytearray()
                return body, message.kind, at

    def _header(self, at: int) -> tuple[int, _Message, int] | None:
        """Read the header of the chunk at a place: its stream, its message, where its body is."""
        said = self._said
        if len(said) < at + 3:
            return None
        form, stream = said[at] >> 6, said[at] & 0x3F
        at += 1
        if stream < 2:  # noqa: PLR2004  # numbers that do not fit into the first byte
            stream = 64 + int.from_bytes(said[at : at + 1 + stream], "little")
            at += 1 + (said[at - 1] & 0x3F)
        size = HEADER[form]
        if len(said) < at + size:
            return None
        known = self._messages.get(stream, _Message())
        message = _Message(known.length, known.kind, known.extended, bytearray(known.body))
        if size:
            message.extended = int.from_bytes(said[at : at + 3], "big") == LONG_TIME
        if size >= HEADER[1]:
            message.length = int.from_bytes(said[at + 3 : at + 6], "big")
            message.kind = said[at + 6]
        if message.length > MOST:
            raise StrangerError("a command is too long")
        at += size + (4 if message.extended else 0)
        return (stream, message, at) if len(said) >= at else None


def published(command: bytes) -> str | None:
    """Read the name of the stream from a command `publish` in AMF0; None where it is another."""
    try:
        name, at = _string(command, 0)
        if name != "publish":
            return None
        at += 9 if command[at] == NUMBER else 0
        at += 1 if command[at] == NULL else 0
        return _string(command, at)[0]
    except (IndexError, ValueError, struct.error):
        return None


def _string(data: bytes, at: int) -> tuple[str, int]:
    if data[at] != STRING:
        raise ValueError
    (length,) = struct.unpack_from(">H", data, at + 1)
    end = at + 3 + length
    return data[at + 3 : end].decode(), end


def is_key(name: str, key: str) -> bool:
    """Compare what an encoder calls its stream with the key, in the same time whatever it says."""
    said = name.partition("?")[0].rsplit("/", 1)[-1]
    return hmac.compare_digest(said.encode(), key.encode())


def open_gate(host: str, port: int) -> socket.socket:
    """Stand on the network; nobody is let in yet."""
    gate = socket.create_server((host, port), family=_family(host), backlog=4)
    gate.setblocking(False)
    return gate


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def free_port() -> int:
    """Find a port of this machine for the receiver behind the gate."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def pass_on(
    encoder: socket.socket,
    receiver: socket.socket,
    key: str,
    *,
    going: Callable[[], bool],
    silence_s: float,
) -> bool:
    """Pass bytes both ways until one side ends, `going` says no, or nothing comes for so long.

    Gives False where the encoder fell silent; StrangerError where it showed another key, or none.
    """
    listener = Listener()
    shown = False
    for end in (encoder, receiver):
        end.settimeout(silence_s)
    with selectors.DefaultSelector() as selector:
        selector.register(encoder, selectors.EVENT_READ, receiver)
        selector.register(receiver, selectors.EVENT_READ, encoder)
        begun = heard = time.monotonic()
        while going():
            for ready, _ in selector.select(timeout=LOOK_S):
                block = _block(ready.fileobj)
                if ready.fileobj is encoder:
                    heard = time.monotonic()
                    shown = shown or _shows(listener.hear(block), key)
                if not block or not _sent(ready.data, block):
                    return True
            now = time.monotonic()
            if not shown and now - begun >= silence_s:
                raise StrangerError("no stream was named in time")
            if now - heard >= silence_s:
                return False
    return True


def _shows(name: str | None, key: str) -> bool:
    if name is not None and not is_key(name, key):
        raise StrangerError("another key")
    return name is not None


def _block(end: Any) -> bytes:
    try:
        block: bytes = end.recv(BLOCK)
    except OSError:
        return b""
    return block


def _sent(end: socket.socket, block: bytes) -> bool:
    try:
        end.sendall(block)
    except OSError:
        return False
    return True
