"""Whether a published log is true: replayed from nothing but its entries and known anchors."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from assignment import ed25519, note
from assignment.draw import VERSION, is_hash, is_ident
from assignment.entries import ASSURANCES, Contributor, check_fields
from assignment.replay import Finding, State

PROGRESS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What the verifier takes from elsewhere: keys and anchors, and perhaps a signed size."""

    origin: str
    key: bytes
    contributors: tuple[Contributor, ...]
    checkpoint: str = ""

    @classmethod
    def of(cls, plain: object) -> Trust:
        """Read the trust file; the signed checkpoint in it may be missing."""
        if isinstance(plain, dict):
            plain = {"checkpoint": "", **plain}
        facts = check_fields(
            plain,
            {
                "ver": lambda value: value == VERSION,
                "origin": is_ident,
                "key": is_hash,
                "contributors": lambda value: isinstance(value, list),
                "checkpoint": lambda value: isinstance(value, str),
            },
            "trust file",
        )
        return cls(
            origin=facts["origin"],
            key=bytes.fromhex(facts["key"]),
            contributors=tuple(Contributor.of(body) for body in facts["contributors"]),
            checkpoint=facts["checkpoint"],
        )

    def plain(self) -> dict[str, Any]:
        """Return the trust file as JSON data."""
        return {
            "ver": VERSION,
            "origin": self.origin,
            "key": self.key.hex(),
            "contributors": [body.plain() for body in self.contributors],
            "checkpoint": self.checkpoint,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the verifier found."""

    state: State
    covered: int  # entries under a checkpoint signed by somebody, from the first on

    @property
    def findings(self) -> list[Finding]:
        """Return the faults, by entry."""
        return sorted(self.state.findings, key=lambda finding: finding.index)

    def summary(self) -> list[str]:
        """Say in a few lines what the log holds."""
        state, counts = self.state, self.state.counts
        waiting = sorted(state.epochs)
        lines = [
            f"entries: {state.size} (root {state.frontier.root().hex()})",
            f"epochs: {state.closed} drawn and closed, {len(waiting)} waiting",
            f"draws: {counts['draws']}",
            *(
                f"  assurance {name}: {counts['assurance ' + name]}"
                for name in ASSURANCES
                if counts["assurance " + name]
            ),
            f"  among judges of neighbouring courts too: {counts['inter']}",
            f"  among fewer judges than the smallest pool, by an order: {counts['small']}",
            f"linked: {counts['linked']} (taken back: {counts['unlinked']})",
            f"assigned by hand: {counts['manual']}",
            f"weights corrected: {counts['correction']}",
            f"judges who left a case: {counts['dropout']}",
            f"no draw (only one judge eligible): {counts['no-draw']}",
            f"re-draws: {counts['re-draws']}",
            f"incidents: {counts['incident']}",
            f"requests not yet frozen: {sum(map(len, state.pending.values()))}",
        ]
        lines += [
            f"epoch {number} waits for: {', '.join(state.missing(number)) or 'its draw'}"
            for number in waiting
        ]
        if self.covered < state.size:
            lines.append(
                f"note: the last {state.size - self.covered} entries are not under any signature"
            )
        return lines


def verify(
    lines: Iterable[bytes], trust: Trust, progress: Callable[[int], None] = lambda _: None
) -> Report:
    """Replay a log and compare it with what is known from elsewhere."""
    state = State()
    signed, covered = _signed_checkpoint(trust, state)
    for line in lines:
        entry = state.apply(line)
        if entry is not None and entry["type"] == "reveal":
            covered = max(covered, entry["size"])
        if state.size == 1:
            _compare_genesis(state, trust)
        if (
            signed is not None
            and state.size == signed.size
            and state.frontier.root() != signed.root
        ):
            state.findings.append(
                Finding(state.size - 1, "up to here the log differs from the signed checkpoint")
            )
        if state.size % PROGRESS == 0:
            progress(state.size)
    if state.size == 0:
        state.findings.append(Finding(0, "the log is empty"))
    elif signed is not None and state.size < signed.size:
        what = f"the log ends here, but a checkpoint of {signed.size} entries was signed"
        state.findings.append(Finding(state.size - 1, what))
    return Report(state=state, covered=covered)


def checkpoint_in(signed_note: str, origin: str, key: bytes) -> note.Checkpoint:
    """Open a checkpoint that the log signed, or refuse it."""
    text, signatures = note.opened(signed_note)
    found = note.Checkpoint.of(text)
    if found.origin != origin:
        message = f"this is a checkpoint of {found.origin}, not of {origin}"
        raise note.NoteError(message)
    for line in signatures:
        signature = note.signature_in(line, origin, key)
        if signature is not None and ed25519.genuine(key, text.encode(), signature):
            return found
    raise note.NoteError("the log did not sign this checkpoint")


def _signed_checkpoint(trust: Trust, state: State) -> tuple[note.Checkpoint | None, int]:
    if not trust.checkpoint:
        return None, 0
    try:
        found = checkpoint_in(trust.checkpoint, trust.origin, trust.key)
    except note.NoteError as error:
        state.findings.append(Finding(0, f"the checkpoint in the trust file: {error}"))
        return None, 0
    return found, found.size


def _compare_genesis(state: State, trust: Trust) -> None:
    found = (state.origin, state.key, state.founders)
    if found != (trust.origin, trust.key, trust.contributors):
        what = "name, keys or anchors in the genesis entry are not those of the trust file"
        state.findings.append(Finding(0, what))
