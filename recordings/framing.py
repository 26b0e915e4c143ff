"""Chooses ffmpeg's filters for a picture by what was measured of it, up to square pixels.

What is progressive is not deinterlaced, what has no blanking is not cropped, what is light enough
is left as it is: a filter that is not needed only costs.
"""

import math
from fractions import Fraction
from typing import Final

from recordings.judgement import Judgement, Picture

RATES: Final = (
    *(Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30)),
    *(Fraction(50), Fraction(60000, 1001), Fraction(60)),
)
SLIP: Final = 0.02  # how inexactly a header or a measure may tell a rate
FASTEST: Final = 31  # pictures a second of what was not filmed in fields
TARGET_LUMA: Final = 70.0  # where a dark room is brought to; 110 is a lit one
MOST_GAMMA: Final = 1.6  # more shows the noise instead of the people
DARK_LUMA: Final = 55.0
LEAST_GRAIN, MOST_GRAIN = 0.6, 6.0  # mean step of still tiles: below it is coding, above it snow


def picture(judgement: Judgement) -> tuple[str, ...]:
    """Give the filters in order; the caller adds the size of each rung."""
    seen = judgement.picture
    if seen is None:
        return ()
    filters = []
    if seen.interlaced:
        mode = "send_field" if seen.smooth else "send_frame"
        filters.append(f"bwdif=mode={mode}:parity={'tff' if seen.top_first else 'bff'}")
    if seen.crop is not None:
        crop = seen.crop
        filters.append(f"crop={crop.width}:{crop.height}:{crop.x}:{crop.y}:exact=1")
    if seen.grain >= LEAST_GRAIN:
        strength = min(seen.grain, MOST_GRAIN)
        # Twice the noise in time, where nothing moves; half of it in space, where faces are.
        filters.append(
            f"hqdn3d={strength:.1f}:{0.75 * strength:.1f}:{2 * strength:.1f}:{1.5 * strength:.1f}"
        )
    gamma = _gamma(seen)
    if gamma > 1.0:
        filters.append(f"lutyuv=y='16+219*pow(clip((val-16)/219,0,1),{1 / gamma:.3f})'")
    width, height = size(judgement) or (0, 0)
    filters += [f"scale={width}:{height}:flags=bicubic", "setsar=1"]
    return tuple(filters)


def size(judgement: Judgement) -> tuple[int, int] | None:
    """Square pixels, full height, even; what is cropped keeps the shape of its pixels."""
    seen = judgement.picture
    if seen is None:
        return None
    width, height = seen.width, seen.height
    pixel = seen.aspect * height / width
    if seen.crop is not None:
        width, height = seen.crop.width, seen.crop.height
    return _even(width * pixel), _even(height)


def frame_rate(judgement: Judgement) -> Fraction:
    """Pictures a second behind `picture`: twice as many where much moves between the fields."""
    seen = judgement.picture
    rate = _nearest(seen.frame_rate if seen else 25.0)
    if seen is not None and seen.interlaced and seen.smooth and rate < FASTEST:
        return 2 * rate
    return rate


def _nearest(rate: float) -> Fraction:
    nearest = min(RATES, key=lambda one: abs(float(one) - rate))
    return nearest if abs(float(nearest) - rate) < SLIP else Fraction(round(rate * 1000), 1000)


def _even(value: float) -> int:
    return max(2, round(value / 2) * 2)


def _gamma(seen: Picture) -> float:
    """Bring up a dark room, by its own light; night is left night."""
    if not 16 < seen.luma < DARK_LUMA or seen.white_point < 40:  # noqa: PLR2004  # there is nothing
        return 1.0
    own, wanted = (seen.luma - 16) / 219, (TARGET_LUMA - 16) / 219
    return min(MOST_GAMMA, math.log(own) / math.log(wanted))
