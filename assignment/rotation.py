"""The change of a contributor's chain and key: what is signed, by whom, and from which epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from assignment import ed25519
from assignment.canon import canon
from assignment.entries import Contributor

NOTICE = 2  # epochs between a rotation and its first draw: the one under way, and one to look


def rotation_message(origin: str, first: int, contributor: Mapping[str, Any]) -> bytes:
    """Return the bytes that are signed: from this epoch on, this chain and key count."""
    return canon(
        {
            "what": "kg-draw/1/rotation",
            "origin": origin,
            "first": first,
            "contributor": dict(contributor),
        }
    )


def compose_rotation(at: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Compose the entry that makes a rotation known."""
    fields = ("first", "contributor", "signatures")
    return {"type": "rotation", "at": at, **{field: facts[field] for field in fields}}


def faults(
    origin: str, intake: int, bodies: Mapping[str, Contributor], entry: Mapping[str, Any]
) -> list[str]:
    """Tell what speaks against a rotation; ``bodies`` are the contributors as they now stand."""
    fresh = Contributor.of(entry["contributor"])
    old = bodies.get(fresh.id)
    if old is None:
        return ["a rotation gives a known contributor a new chain, it adds none"]
    found = []
    if (fresh.institution, fresh.judiciary) != (old.institution, old.judiciary):
        found.append("a rotation does not change whose contributor it is")
    if fresh.key == old.key or fresh.anchor == old.anchor:
        found.append("a rotation brings a new key and a new chain")
    if entry["first"] < intake + NOTICE:
        found.append(f"a rotation counts from epoch {intake + NOTICE} at the earliest")
    if fresh.epochs < entry["first"]:
        found.append("the new chain ends before it begins to count")
    if not is_endorsed(origin, bodies, entry):
        found.append("a rotation is signed by the old key, or by all other contributors")
    return found


def is_endorsed(origin: str, bodies: Mapping[str, Contributor], entry: Mapping[str, Any]) -> bool:
    """Whether the contributor itself, or everybody else, has signed its new chain and key."""
    message = rotation_message(origin, entry["first"], entry["contributor"])
    signatures = entry["signatures"]
    genuine = all(
        name in bodies and ed25519.genuine(bodies[name].key, message, bytes.fromhex(signature))
        for name, signature in signatures.items()
    )
    own = entry["contributor"]["id"]
    others = set(bodies) - {own}
    return genuine and (own in signatures or (bool(others) and others <= set(signatures)))
