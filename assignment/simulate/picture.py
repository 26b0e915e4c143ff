"""The frontier as a picture: how even a rule keeps the load, against how well it can be guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import log

from assignment.simulate.setting import Figures

WIDTH, HEIGHT = 860, 540
LEFT, RIGHT, TOP, BOTTOM = 84, 28, 62, 70
ACROSS = (1, 2, 5, 10, 20, 50, 100, 200)  # deviations with a line of their own
UP = (0.14, 0.2, 0.3, 0.5, 0.7, 1.0)
LETTER, LINE, GAP = 6.9, 16, 11  # of a label: width of a letter, height, distance from its point
TITLE = "Balance against predictability"
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24313f}.small{font-size:12px;fill:#5b6b7b}"
    ".head{font-size:17px;font-weight:600}.grid{stroke:#dde3e9}.fair{stroke:#8a97a5;"
    "stroke-dasharray:5 4}.other{fill:#8a97a5}.ours{fill:#b3261e}.also{fill:#fff;stroke:#b3261e;"
    "stroke-width:2}.mine{font-weight:600;fill:#b3261e}"
)

Box = tuple[float, float, float, float]


def frontier(rules: Sequence[Figures]) -> str:
    """Draw one point a rule; the nearer to the lower left corner, the better."""
    fair = rules[0].guess - rules[0].above
    told = "; ".join(
        f"{one.title}: {one.rms_year:.1f} cases, guess {one.guess:.3f}" for one in rules
    )
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="title desc">'
    )
    description = (
        '<desc id="desc">Deviation of the ledgers after a year (RMS, in mean cases), and chance '
        f"that an insider names the judge. {escape(told)}.</desc>"
    )
    lines = (
        opening,
        f'<title id="title">{TITLE}</title>',
        description,
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text class="head" x="{LEFT}" y="28">{TITLE}: lower left is better</text>',
    )
    return "\n".join([*lines, *_grid(fair), *_points(rules), "</svg>\n"])


def _grid(fair: float) -> Iterator[str]:
    for number in ACROSS:
        x = _x(number)
        yield f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
        yield (
            f'<text class="small" x="{x:.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">'
            f"{number}</text>"
        )
    for part in UP:
        y = _y(part)
        yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
        yield (
            f'<text class="small" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
            f"{part * 100:.0f} %</text>"
        )
    yield f'<path class="fair" d="M{LEFT} {_y(fair):.1f}H{WIDTH - RIGHT}"/>'
    yield (
        f'<text class="small" x="{LEFT + 6}" y="{HEIGHT - BOTTOM - 8}">'
        f"broken line: the guess when chances are exactly the shares, {fair * 100:.1f} %</text>"
    )
    middle = (LEFT + WIDTH - RIGHT) / 2
    yield (
        f'<text x="{middle:.0f}" y="{HEIGHT - 22}" text-anchor="middle">'
        "Deviation of the load after a year, RMS, in mean cases</text>"
    )
    yield f'<text x="{LEFT}" y="50">Chance that an insider names the judge</text>'


def _points(rules: Sequence[Figures]) -> Iterator[str]:
    dots = [(_x(one.rms_year), _y(one.guess)) for one in rules]
    level = _y(rules[0].guess - rules[0].above)
    taken: list[Box] = [(x - 7, y - 7, x + 7, y + 7) for x, y in dots]
    taken.append((LEFT, level - 2, WIDTH, level + 2))
    for one, (x, y) in zip(rules, dots, strict=True):
        kind = {"tilt": "ours"}.get(one.rule, "also" if one.rule.startswith("tilt") else "other")
        yield f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="{7 if kind == "ours" else 5}"/>'
        words = one.title.removeprefix("linear tilt ") if kind == "also" else one.title
        label = _place(words, x, y, taken)
        taken.append(label)
        mine = "" if kind == "other" else ' class="mine"'
        yield f'<text{mine} x="{label[0]:.1f}" y="{label[3] - 4:.1f}">{escape(words)}</text>'


def _place(words: str, x: float, y: float, taken: Sequence[Box]) -> Box:
    """Find room for a label: right, left, above or below its point, else further away."""
    wide = LETTER * len(words)
    for far in range(8):
        for left, upper in (
            (x + GAP, y - LINE / 2 - far * LINE / 2),
            (x - GAP - wide, y - LINE / 2 - far * LINE / 2),
            (x - wide / 2, y - GAP - LINE - far * LINE / 2),
            (x - wide / 2, y + GAP + far * LINE / 2),
        ):
            box = (left, upper, left + wide, upper + LINE)
            if left >= LEFT and box[2] <= WIDTH and not any(_meet(box, other) for other in taken):
                return box
    return (x + GAP, y - LINE / 2, x + GAP + wide, y + LINE / 2)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _x(deviation: float) -> float:
    """Place a deviation; what is off the scale stands at its edge."""
    return LEFT + (WIDTH - LEFT - RIGHT) * _along(deviation, ACROSS[0], ACROSS[-1])


def _y(guess: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _along(guess, UP[0], UP[-1])


def _along(number: float, low: float, high: float) -> float:
    return log(max(low, min(high, number)) / low) / log(high / low)
