"""How the protocol of a draw looks: every attempt of one case, with all that decided it, as a PDF.

Facts arrive as plain data and codes; the words for the codes stand in `wording`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Verification
from documents.wording import Wording, wording

_LEAST_ROOM = 60 * mm


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A judge who could be drawn; shares and chances as parts of one, the load in cases."""

    name: str
    share: float
    fair: float
    load: float
    chance: float
    first: int
    last: int
    drawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One seat: `role` is judge, rapporteur or member; `u` decided among the `total` numbers."""

    role: str
    weight: float
    candidates: Sequence[Candidate]
    total: int
    u: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A judge who left the case after the draw, and the code of the ground."""

    name: str
    ground: str
    index: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """The epoch: when it was sealed, what was known, and which values decided."""

    name: str
    at: datetime
    root: str
    seed: str
    values: Sequence[tuple[str, str]]
    place: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One attempt; `remarks` are codes: no_draw, small, pool, reduced, demonstration."""

    number: str
    kind: str
    logged: datetime
    index: int
    leaf: str
    salt: str
    judges: Sequence[tuple[str, str]]
    ground: str = ""
    drawn: datetime | None = None
    result: int | None = None
    sealed: Sealed | None = None
    seats: Sequence[Seat] = ()
    excluded: Sequence[tuple[str, str]] = ()
    left: Sequence[Left] = ()
    remarks: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """All attempts of a case, the first one first."""

    language: str
    court: str
    number: str
    draws: Sequence[Draw]
    made: datetime
    version: str
    origin: str
    url: str
    """Where everybody finds the draw."""
    verification: Verification | None = None


def protocol(facts: Protocol) -> Printed:
    """Print the protocol of a case's draw."""
    words = wording(facts.language)
    heading = words.word("protocol", "heading")
    story: list[Flowable] = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("act", "case", number=facts.number), styles.NUMBER),
        sheet.line(heading, styles.RECEIPT_TITLE),
    ]
    for attempt, draw in enumerate(facts.draws, 1):
        if len(facts.draws) > 1:
            story += blocks.section(words.word("protocol", "attempt", attempt=attempt), _LEAST_ROOM)
        story += _draw(words, draw)
    story += [
        sheet.line(words.word("protocol", "note"), styles.NOTE),
        sheet.line(
            words.word("protocol", "version", version=facts.version, origin=facts.origin),
            styles.SMALL,
        ),
        sheet.line(words.word("protocol", "page", url=facts.url), styles.SMALL),
        *blocks.verification_box(words, facts.verification),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{heading} {facts.number}",
        author=facts.court,
        subject=heading,
        made=facts.made,
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
    )


def _draw(words: Wording, draw: Draw) -> Iterator[Flowable]:
    def word(key: str, **facts: object) -> str:
        return words.word("protocol", key, **facts)

    judges = [(word(f"role_{role}"), name) for role, name in draw.judges]
    rows = [
        (word("draw"), draw.number),
        (word("kind"), word(f"kind_{draw.kind}")),
        (word("ground"), word(f"ground_{draw.ground}") if draw.ground else ""),
        (word("logged"), word("moment_entry", moment=words.moment(draw.logged), index=draw.index)),
        (word("sealed"), words.moment(draw.sealed.at) if draw.sealed else ""),
        (
            word("drawn"),
            word("moment_entry", moment=words.moment(draw.drawn), index=draw.result)
            if draw.drawn
            else "",
        ),
        *judges,
    ]
    yield blocks.labelled((label, value) for label, value in rows if value)
    for remark in draw.remarks:
        yield sheet.line(word(f"remark_{remark}"), styles.NOTICE)
    for seat in draw.seats:
        yield from _seat(words, seat, several=len(draw.seats) > 1)
    yield from blocks.section(word("excluded"))
    if draw.excluded:
        yield blocks.labelled((word(f"excluded_{ground}"), name) for name, ground in draw.excluded)
    else:
        yield sheet.line(word("nobody"), styles.VALUE)
    if draw.left:
        yield from blocks.section(word("left"))
        yield blocks.labelled(
            (
                word(f"left_{one.ground}")
                if one.index is None
                else word("left_entry", ground=word(f"left_{one.ground}"), index=one.index),
                one.name,
            )
            for one in draw.left
        )
    yield from _origin(words, draw)


def _seat(words: Wording, seat: Seat, *, several: bool) -> Iterator[Flowable]:
    title = words.word("protocol", "candidates")
    if several:
        title = f"{words.word('protocol', f'role_{seat.role}')}. {title}"
    yield from blocks.section(title, _LEAST_ROOM)
    heads = ("judge", "share", "load", "fair", "chance", "numbers")
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.line(
                words.word("protocol", head),
                styles.HEADER_CELL_RIGHT if place else styles.HEADER_CELL,
            )
            for place, head in enumerate(heads)
        ]
    ]
    for one in seat.candidates:
        name = f"{one.name} — {words.word('protocol', 'chosen')}" if one.drawn else one.name
        rows.append(
            [
                sheet.line(name, styles.HEADER_CELL if one.drawn else styles.CELL),
                sheet.line(_percent(one.share, 1), styles.CELL_RIGHT),
                sheet.line(("+" if one.load > 0 else "") + _figure(one.load, 3), styles.CELL_RIGHT),
                sheet.line(_percent(one.fair, 2), styles.CELL_RIGHT),
                sheet.line(_percent(one.chance, 2), styles.CELL_RIGHT),
                sheet.line(f"{_figure(one.first)} – {_figure(one.last)}", styles.DIGEST_RIGHT),
            ]
        )
    narrow, numbers = 20 * mm, 34 * mm
    widths = (styles.TEXT_WIDTH - 4 * narrow - numbers, *[narrow] * 4, numbers)
    chosen = [place for place, one in enumerate(seat.candidates, 1) if one.drawn]
    yield blocks.ruled(
        rows,
        widths,
        ("RIGHTPADDING", (0, 0), (0, -1), 6),
        *(("BACKGROUND", (0, place), (-1, place), styles.PALE) for place in chosen),
    )
    decided = words.word("protocol", "decided", u=_figure(seat.u), total=_figure(seat.total))
    yield sheet.line(decided, styles.DETAIL)
    yield sheet.line(
        words.word("protocol", "charged", weight=_figure(seat.weight, 2)), styles.DETAIL
    )


def _origin(words: Wording, draw: Draw) -> Iterator[Flowable]:
    def word(key: str, **facts: object) -> str:
        return words.word("protocol", key, **facts)

    yield from blocks.section(word("origin"), _LEAST_ROOM)
    rows: list[tuple[str, str]] = []
    if draw.sealed:
        sealed = draw.sealed
        rows = [
            (word("epoch"), sealed.name),
            (word("order"), word("order_of", place=sealed.place, of=sealed.of)),
            (word("root"), sealed.root),
            *(
                (word("value", name=_known(words, "contributor", name)), value)
                for name, value in sealed.values
            ),
            (word("seed"), sealed.seed),
        ]
    rows += [(word("leaf", index=draw.index), draw.leaf), (word("salt"), draw.salt)]
    label = 52 * mm
    yield sheet.columns(
        [
            [
                sheet.line(name, styles.DETAIL),
                sheet.line(blocks.grouped(value) if len(value) == 64 else value, styles.DIGEST),  # noqa: PLR2004
            ]
            for name, value in rows
        ],
        (label, styles.TEXT_WIDTH - label),
    )


def _known(words: Wording, section: str, code: str) -> str:
    return words.sections["protocol"].get(f"{section}_{code}", code)


def _figure(value: float, digits: int = 0) -> str:
    text = f"{abs(value):,.{digits}f}".translate({ord(","): "\N{NO-BREAK SPACE}", ord("."): ","})
    return ("\N{MINUS SIGN}" if value < 0 else "") + text


def _percent(part: float, digits: int) -> str:
    return f"{_figure(100 * part, digits)}\N{NO-BREAK SPACE}%"
