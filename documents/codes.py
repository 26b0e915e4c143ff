"""Verification codes: made at random, shown in groups, read however people type them."""

import secrets

# Crockford's alphabet: no I, L, O, U, so that nothing in a code looks like anything else in it.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16  # 80 bits: not to be guessed, however patiently
_GROUP = 4
# A keyboard left in Cyrillic, and the letters that the alphabet avoids.
_LOOK_ALIKES = str.maketrans("АВСЕЁНҢКМРТХУҮОӨЗІOILU", "ABCEEHHKMPTXYY0031011V")


def new_code() -> str:
    """A fresh code in its stored form."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def shown(code: str) -> str:
    """The code as it is printed: four groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_code(typed: str) -> str | None:
    """The stored form of what somebody typed, or None if it cannot be a code."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_LOOK_ALIKES)
    if len(signs) != _LENGTH or any(sign not in _ALPHABET for sign in signs):
        return None
    return signs
