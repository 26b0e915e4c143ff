"""The hash chain of a contributor: each value proves, and yields, every earlier one.

The chain is made once, from its tail to its anchor; the anchor is published years before the
values are used, in the other direction, one for each epoch.
"""

from __future__ import annotations

from assignment.canon import mac


def tail(secret: bytes, contributor: str) -> bytes:
    """Return the last value of the chain, known to the contributor alone."""
    return mac(secret, "kg-draw/1/tail", contributor.encode())


def earlier(contributor: str, value: bytes, epoch: int, wanted: int) -> bytes:
    """Return the value of the epoch ``wanted``, given that of a later (or the same) epoch."""
    key = contributor.encode()
    for number in range(epoch, wanted, -1):
        value = mac(key, "kg-draw/1/chain", number.to_bytes(8, "big"), value)
    return value


def value_at(secret: bytes, contributor: str, length: int, epoch: int) -> bytes:
    """Return the value of an epoch from the secret; epoch 0 gives the anchor."""
    if not 0 <= epoch <= length:
        message = f"the chain of {contributor} has values 0 to {length}, not {epoch}"
        raise ValueError(message)
    return earlier(contributor, tail(secret, contributor), length, epoch)
