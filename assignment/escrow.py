"""Shares of a secret, of which some together give it back, and fewer tell nothing (Shamir).

Each byte is the constant term of its own random polynomial over GF(256); a share is the value of
all polynomials at one place. So that a contributor whose machine is lost can go on, while none of
those who keep a share can reveal in its stead.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping

MOST = 255  # places other than 0 in a field of 256 elements
_POLYNOMIAL = 0x11B  # that of AES


def divided(
    secret: bytes, need: int, count: int, random: Callable[[int], bytes] = secrets.token_bytes
) -> dict[int, bytes]:
    """Divide a secret into shares by their number, from 1 on; ``need`` of them give it back."""
    if not 1 <= need <= count <= MOST:
        message = f"{need} of {count} shares is not possible"
        raise ValueError(message)
    polynomials = [secret, *(random(len(secret)) for _ in range(need - 1))]
    return {place: _values(polynomials, place) for place in range(1, count + 1)}


def united(shares: Mapping[int, bytes]) -> bytes:
    """Return the secret, if these are enough shares; from too few comes only noise."""
    if not shares or any(not 1 <= place <= MOST for place in shares):
        message = f"shares have numbers from 1 to {MOST}"
        raise ValueError(message)
    if len({len(share) for share in shares.values()}) > 1:
        message = "these shares are not all of the same secret"
        raise ValueError(message)
    found = bytes(len(next(iter(shares.values()))))
    for place, share in shares.items():
        weight = 1
        for other in shares:
            if other != place:
                # Lagrange at 0: other / (other - place), and to subtract is to add.
                weight = _times(weight, _over(other, other ^ place))
        found = bytes(a ^ _times(weight, b) for a, b in zip(found, share, strict=True))
    return found


def _values(polynomials: list[bytes], place: int) -> bytes:
    found = bytes(len(polynomials[0]))
    for coefficients in reversed(polynomials):
        found = bytes(_times(place, a) ^ b for a, b in zip(found, coefficients, strict=True))
    return found


def _times(a: int, b: int) -> int:
    """Multiply in the field. No tables: a machine's cache then tells nothing of the secret."""
    product = 0
    for _ in range(8):
        product ^= a & -(b & 1)
        a = (a << 1) ^ (_POLYNOMIAL & -(a >> 7))
        b >>= 1
    return product


def _over(a: int, b: int) -> int:
    inverse = 1
    for _ in range(254):  # in a field of 256 elements b**254 is 1/b
        inverse = _times(inverse, b)
    return _times(a, inverse)
