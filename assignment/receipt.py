"""The proof that one entry is in the log, for the party it concerns: a C2SP tlog-proof.

It is checked without the log and without a network. Beside the entry it carries what only the
party has, salt, number and hash of the papers, which tie the entry to the case.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from assignment import tree
from assignment.canon import MalformedError, canon, parse
from assignment.compose import commitment
from assignment.draw import is_hash
from assignment.note import NoteError
from assignment.verify import Trust, checkpoint_in

_FIRST = "c2sp.org/tlog-proof@v1"
_EXTRA = {"entry", "files", "number", "salt"}


class UnprovenError(ValueError):
    """This receipt proves nothing; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An entry with its place in the log, and the case that it is about."""

    index: int
    entry: dict[str, Any]
    number: str
    files: bytes
    salt: bytes
    path: tuple[bytes, ...]
    checkpoint: str

    def text(self) -> str:
        """Write the receipt as a file."""
        extra = {
            "entry": self.entry,
            "files": self.files.hex(),
            "number": self.number,
            "salt": self.salt.hex(),
        }
        lines = [_FIRST, f"extra {_base64(canon(extra))}", f"index {self.index}"]
        lines += [_base64(step) for step in self.path]
        return "\n".join([*lines, "", self.checkpoint])

    @classmethod
    def of(cls, text: str) -> Receipt:
        """Read the file."""
        proof, gap, checkpoint = text.partition("\n\n")
        lines = proof.split("\n")
        try:
            first, extra, index, *path = lines
            facts = parse(_bytes(_after("extra", extra)))
            number = int(_after("index", index))
            steps = tuple(map(_bytes, path))
        except (ValueError, MalformedError) as error:
            raise UnprovenError("this file is not the proof of an entry") from error
        if (
            not gap
            or first != _FIRST
            or not isinstance(facts, dict)
            or set(facts) != _EXTRA
            or not isinstance(facts["entry"], dict)
            or not isinstance(facts["number"], str)
            or not (is_hash(facts["files"]) and is_hash(facts["salt"]))
        ):
            raise UnprovenError("this file is not the proof of an entry")
        return cls(
            index=number,
            entry=facts["entry"],
            number=facts["number"],
            files=bytes.fromhex(facts["files"]),
            salt=bytes.fromhex(facts["salt"]),
            path=steps,
            checkpoint=checkpoint,
        )


def check(receipt: Receipt, trust: Trust) -> list[str]:
    """Say what a receipt proves; whatever it does not prove, it is refused for."""
    try:
        point = checkpoint_in(receipt.checkpoint, trust.origin, trust.key)
    except NoteError as error:
        raise UnprovenError(f"the checkpoint: {error}") from error
    leaf = tree.leaf_hash(canon(receipt.entry))
    if not tree.included(leaf, receipt.index, point.size, receipt.path, point.root):
        raise UnprovenError("the entry is not in the log under this checkpoint")
    request = receipt.entry.get("request")
    commit = commitment(receipt.salt, receipt.number, receipt.files)
    if not isinstance(request, dict) or request.get("commit") != commit:
        raise UnprovenError("the entry is not about the case that this receipt names")
    lines = [
        f"Entry {receipt.index} is in the log {point.origin} of {point.size} entries.",
        f"It is a {receipt.entry['type']} entry, logged on {receipt.entry['at']}.",
        f"It is about case {receipt.number}, which it calls {request['id']}.",
    ]
    names = ", ".join(judge for judge, _ in request.get("candidates", ()))
    return [*lines, f"Who could be drawn was settled by it: {names}."] if names else lines


def _after(word: str, line: str) -> str:
    found, _, rest = line.partition(" ")
    if found != word:
        raise ValueError(word)
    return rest


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
