"""A contributor's own chain, kept so that any of its values is found at once.

The chain can only be walked from its tail downwards; every so many steps one value is kept, so an
answer costs some hundred steps and not the whole length. The rungs are made once a process.
"""

from __future__ import annotations

from functools import lru_cache

from assignment import chain

STEP = 512


def value_at(secret: bytes, contributor: str, length: int, epoch: int) -> bytes:
    """Return the value of an epoch, as `chain.value_at` does; epoch 0 gives the anchor."""
    if not 0 <= epoch <= length:
        message = f"the chain of {contributor} has values 0 to {length}, not {epoch}"
        raise ValueError(message)
    rungs = _rungs(secret, contributor, length)
    rung = -(-epoch // STEP)
    return chain.earlier(contributor, rungs[rung], min(rung * STEP, length), epoch)


@lru_cache(maxsize=4)
def _rungs(secret: bytes, contributor: str, length: int) -> tuple[bytes, ...]:
    value, place = chain.tail(secret, contributor), length
    found = [value]
    while place:
        lower = (place - 1) // STEP * STEP
        value, place = chain.earlier(contributor, value, place, lower), lower
        found.append(value)
    return tuple(reversed(found))
