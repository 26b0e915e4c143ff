"""How cover sheets look: one page for each paper that will be scanned behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Spacer

from documents import codes
from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed
from documents.scanning.marks import mark_of
from documents.wording import Wording, wording

_BIG, _SMALL = 84 * mm, 34 * mm
"""Two marks: what a coffee cup does to one, the other has not seen."""
_BLANK = "…" * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A paper that will be scanned: the code of its sheet, what it is, how many written pages.

    `number` is that of the case or filing, for people: the mark does not carry it.
    """

    code: str
    number: str
    title: str
    pages: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Covers:
    """Cover sheets that are printed together."""

    language: str
    court: str
    covers: Sequence[Cover]
    made: datetime


def covers(facts: Covers) -> Printed:
    """Print the sheets, a page each."""
    words = wording(facts.language)
    story: list[Flowable] = []
    for place, cover in enumerate(facts.covers):
        story += [*([PageBreak()] if place else []), *_cover(words, facts, cover)]
    heading = words.word("cover_sheet", "heading")
    return blocks.printed(
        words,
        story,
        title=heading,
        author=facts.court,
        subject=heading,
        made=facts.made,
        footer=words.word("cover_sheet", "footer"),
    )


def _cover(words: Wording, facts: Covers, cover: Cover) -> list[Flowable]:
    def word(key: str) -> str:
        return words.word("cover_sheet", key)

    mark = sheet.columns(
        [[sheet.QrMark(mark_of(cover.code), _BIG, error="h")]],
        (styles.TEXT_WIDTH,),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
    )
    how: list[Flowable] = [
        sheet.line(word("how_title"), styles.SMALL_BOLD),
        *(sheet.line(word(f"how_{step}"), styles.SMALL) for step in (1, 2, 3)),
    ]
    again = sheet.columns(
        [[how, sheet.QrMark(mark_of(cover.code), _SMALL, error="h")]],
        (styles.TEXT_WIDTH - _SMALL, _SMALL),
        ("VALIGN", (0, 0), (0, 0), "MIDDLE"),
        ("RIGHTPADDING", (0, 0), (0, 0), 8 * mm),
    )
    return [
        *blocks.letterhead(words, facts.court),
        sheet.line(word("heading"), styles.RECEIPT_TITLE),
        blocks.labelled(
            (
                (word("number"), cover.number),
                (word("title"), cover.title),
                (word("pages"), _BLANK if cover.pages is None else str(cover.pages)),
                (word("printed"), words.moment(facts.made)),
            )
        ),
        Spacer(0, 8),
        mark,
        sheet.line(codes.shown(cover.code), styles.MARK),
        Spacer(0, 8),
        sheet.rule(),
        again,
    ]
