"""The colour profile that archival papers carry: sRGB (IEC 61966-2-1), reckoned here.

Written by ourselves from the published figures of the standard, so that nobody's licence lies on
it: an ICC 2.1 display profile with three primaries and one curve.
"""

import struct
from functools import cache

_CURVE_POINTS = 1024
# The primaries and the white of sRGB, adapted to D50 by Bradford's matrix (IEC 61966-2-1, annex).
_D50 = (0.9642, 1.0, 0.8249)
_PRIMARIES = {
    b"rXYZ": (0.43607, 0.22249, 0.01392),
    b"gXYZ": (0.38515, 0.71687, 0.09708),
    b"bXYZ": (0.14307, 0.06061, 0.71410),
}
_NAME = b"sRGB IEC61966-2.1 (AIS Sud)"
_RIGHTS = b"No rights reserved (CC0)"


@cache
def srgb_profile() -> bytes:
    """The profile's bytes; they never change."""
    tags = {
        b"desc": _description(_NAME),
        b"cprt": b"text" + bytes(4) + _RIGHTS + b"\0",
        b"wtpt": _xyz(_D50),
        **{name: _xyz(value) for name, value in _PRIMARIES.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve()),
    }
    offset = 128 + 4 + 12 * len(tags)
    table, data, placed = b"", b"", dict[bytes, int]()
    for name, body in tags.items():
        if body not in placed:
            placed[body] = offset + len(data)
            data += body + bytes(-len(body) % 4)
        table += name + struct.pack(">II", placed[body], len(body))
    size = offset + len(data)
    return _header(size) + struct.pack(">I", len(tags)) + table + data


def _header(size: int) -> bytes:
    return struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI3i4s44x",
        size,
        bytes(4),  # no preferred engine
        0x02100000,
        b"mntr",
        b"RGB ",
        b"XYZ ",
        *(2026, 1, 1, 0, 0, 0),
        b"acsp",
        bytes(4),  # no platform
        0,
        bytes(4),
        bytes(4),
        0,
        0,  # perceptual
        *(_fixed(value) for value in _D50),
        bytes(4),
    )


def _fixed(value: float) -> int:
    return round(value * 65536)


def _xyz(value: tuple[float, float, float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(_fixed(part) for part in value))


def _description(name: bytes) -> bytes:
    ascii_part = struct.pack(">I", len(name) + 1) + name + b"\0"
    return b"desc" + bytes(4) + ascii_part + bytes(4 + 4 + 2 + 1 + 67)


def _curve() -> bytes:
    points = (round(65535 * _linear(place / (_CURVE_POINTS - 1))) for place in range(_CURVE_POINTS))
    return struct.pack(f">4s4xI{_CURVE_POINTS}H", b"curv", _CURVE_POINTS, *points)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
