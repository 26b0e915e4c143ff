"""C2SP signed notes: checkpoints of the log, its signature, and the cosignatures of witnesses."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from assignment.canon import sha

PLAIN = 1  # signature type of the log itself: Ed25519 over the text
WITNESS = 4  # signature type of a witness: Ed25519 over a time and the text
LONGEST = 100_000  # signs: room for a hundred witnesses and more
_DASH = "\N{EM DASH} "
_LINE = re.compile(_DASH + r"[^\s+]+ [A-Za-z0-9+/]+={0,2}\n")


class NoteError(ValueError):
    """A text that is not a checkpoint."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """How large the log is, and the root of all its entries."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """Return the body of the note, which is what gets signed."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"

    @classmethod
    def of(cls, text: str) -> Checkpoint:
        """Read the body of a note."""
        lines = text.split("\n")
        try:
            origin, size, root, rest = lines
            found = cls(origin=origin, size=int(size), root=base64.b64decode(root, validate=True))
        except (ValueError, binascii.Error) as error:
            raise NoteError("this is not the text of a checkpoint") from error
        if rest or found.size < 0 or len(found.root) != 32 or found.text() != text:  # noqa: PLR2004
            raise NoteError("this is not the text of a checkpoint")
        return found


def cosigned_message(moment: int, text: str) -> bytes:
    """Return the bytes that a witness signs: that it saw this checkpoint at this second."""
    return f"cosignature/v1\ntime {moment}\n{text}".encode()


def key_id(name: str, kind: int, key: bytes) -> bytes:
    """Return the four bytes by which a signature line names its key."""
    return sha(name.encode() + b"\n" + bytes([kind]) + key)[:4]


def verifier_key(name: str, kind: int, key: bytes) -> str:
    """Return the public key in the form that other C2SP tools read."""
    return f"{name}+{key_id(name, kind, key).hex()}+{_base64(bytes([kind]) + key)}"


def signature_line(name: str, key: bytes, signature: bytes) -> str:
    """Return the line by which the log signs."""
    return f"{_DASH}{name} {_base64(key_id(name, PLAIN, key) + signature)}\n"


def cosignature_line(name: str, key: bytes, moment: int, signature: bytes) -> str:
    """Return the line by which a witness signs."""
    stamp = moment.to_bytes(8, "big", signed=True)  # a time after 2**63 - 1 is no time
    return f"{_DASH}{name} {_base64(key_id(name, WITNESS, key) + stamp + signature)}\n"


def opened(note: str) -> tuple[str, list[str]]:
    """Divide a signed note into its text and its signature lines."""
    # A text may have empty lines of its own: the last one divides.
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteError("a signed note is a text, an empty line and signatures")
    if len(note) > LONGEST or any(sign < " " and sign != "\n" for sign in note):
        raise NoteError("a signed note is short, and has no control characters")
    lines = [line + "\n" for line in signatures[:-1].split("\n")]
    if not all(_LINE.fullmatch(line) for line in lines):
        raise NoteError("a signature line is a dash, a name and a signature")
    return text + "\n", lines


def signature_in(line: str, name: str, key: bytes) -> bytes | None:
    """Return the log's signature from a line, or nothing when another key made it."""
    blob = _blob(line, name, key_id(name, PLAIN, key))
    return blob if blob is not None and len(blob) == 64 else None  # noqa: PLR2004


def cosignature_in(line: str, name: str, key: bytes) -> tuple[int, bytes] | None:
    """Return time and signature of a witness from a line, or nothing when it is another's."""
    blob = _blob(line, name, key_id(name, WITNESS, key))
    if blob is None or len(blob) != 72:  # noqa: PLR2004
        return None
    moment = int.from_bytes(blob[:8], "big", signed=True)
    return (moment, blob[8:]) if moment >= 0 else None


def _blob(line: str, name: str, wanted: bytes) -> bytes | None:
    start = f"{_DASH}{name} "
    if not (line.startswith(start) and line.endswith("\n")):
        return None
    try:
        blob = base64.b64decode(line[len(start) : -1], validate=True)
    except (ValueError, binascii.Error):
        return None
    return blob[4:] if blob[:4] == wanted else None


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
