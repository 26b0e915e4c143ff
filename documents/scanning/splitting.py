"""Splits what was scanned in one go into papers, each behind its cover sheet; plain data only."""

from collections.abc import Sequence
from dataclasses import dataclass

_FULL = 360


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a look at one page found.

    `file` and `page` count from 0; `code` is that of a cover sheet; `turn` says how far the page
    is to be turned clockwise, and `certain` whether the page itself said so; `sideways` that its
    lines run from top to bottom.
    """

    file: int
    page: int
    code: str | None = None
    blank: bool = False
    sideways: bool = False
    turn: int = 0
    certain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page that goes into a paper, and how far it is turned clockwise."""

    file: int
    page: int
    turn: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One paper of a scan; `first`, `blanks` and `turned` count pages of the whole scan from 1.

    `code` is None for what lies before the first cover sheet.
    """

    code: str | None
    first: int
    leaves: tuple[Leaf, ...]
    blanks: tuple[int, ...] = ()
    turned: tuple[int, ...] = ()


def split(seen: Sequence[Seen]) -> tuple[Part, ...]:
    """Return the papers in the order of the scan; cover sheets themselves belong to none.

    Blank pages are dropped and told. A page lies as its cover sheet did, for they went through
    the scanner together, unless its own text says otherwise. The same cover sheet on two pages
    running (its front seen through a second copy) begins one paper.
    """
    parts: list[Part] = []
    code: str | None = None
    lies, behind, first = 0, list[tuple[int, Seen]](), 1
    for number, page in enumerate(seen, 1):
        if page.code is None:
            behind.append((number, page))
            continue
        if page.code == code and not behind:
            continue
        if code is not None or behind:
            parts.append(_part(code, first, behind, lies))
        code, lies, behind, first = page.code, page.turn, [], number
    if code is not None or behind:
        parts.append(_part(code, first, behind, lies))
    # Blank pages before the first cover sheet are the back of nothing.
    return tuple(part for part in parts if part.code is not None or part.leaves)


def _part(code: str | None, first: int, behind: Sequence[tuple[int, Seen]], lies: int) -> Part:
    written = [(number, page, _turn(page, lies)) for number, page in behind if not page.blank]
    return Part(
        code=code,
        first=first,
        leaves=tuple(Leaf(file=page.file, page=page.page, turn=turn) for _, page, turn in written),
        blanks=tuple(number for number, page in behind if page.blank),
        turned=tuple(number for number, _, turn in written if turn),
    )


def _turn(page: Seen, lies: int) -> int:
    if page.certain:
        return page.turn
    # Across the feed by a quarter; a page that says which way is likelier right than a guess.
    across = (lies % 180 != 0) != page.sideways
    if not across:
        return lies
    return page.turn or (lies + 90) % _FULL
