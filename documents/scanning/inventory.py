"""How the inventory of a case's file looks: every paper with its pages and where it lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Verification
from documents.wording import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One paper; `pages` is None where nobody counted, `lies` says where its original is."""

    title: str
    day: date
    pages: int | None
    lies: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The file of a case as it lay on one day; `form` in the words of the paper's language."""

    language: str
    court: str
    number: str
    form: str
    entries: Sequence[Entry]
    made: datetime
    verification: Verification


def inventory(facts: Inventory) -> Printed:
    """Print the inventory."""
    words = wording(facts.language)

    def word(key: str, **more: object) -> str:
        return words.word("inventory", key, **more)

    counted = sum(entry.pages or 0 for entry in facts.entries)
    story: list[Flowable] = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("act", "case", number=facts.number), styles.NUMBER),
        sheet.line(word("heading"), styles.RECEIPT_TITLE),
        blocks.labelled(
            (
                (word("form"), facts.form),
                (word("day"), words.day(facts.made.date())),
                (word("count"), str(len(facts.entries))),
                (word("pages_all"), str(counted)),
            )
        ),
        Spacer(0, 6),
        _table(words, facts.entries),
        *blocks.verification_box(words, facts.verification),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{word('heading')} {facts.number}",
        author=facts.court,
        subject=word("heading"),
        made=facts.made,
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
    )


def _table(words: Wording, entries: Sequence[Entry]) -> Flowable:
    def head(key: str, *, right: bool = False) -> Flowable:
        look = styles.HEADER_CELL_RIGHT if right else styles.HEADER_CELL
        return sheet.line(words.word("inventory", key), look)

    number, day, pages, leaves, lies = 9 * mm, 24 * mm, 16 * mm, 20 * mm, 38 * mm
    title = styles.TEXT_WIDTH - number - day - pages - leaves - lies
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.line("№", styles.HEADER_CELL),
            head("paper"),
            head("date"),
            head("pages", right=True),
            head("leaves", right=True),
            head("lies"),
        ]
    ]
    before = 0
    for place, entry in enumerate(entries, 1):
        here = before + (entry.pages or 0)
        rows.append(
            [
                sheet.line(str(place), styles.CELL),
                sheet.line(entry.title, styles.CELL),
                sheet.line(f"{entry.day:%d.%m.%Y}", styles.CELL),
                sheet.line("—" if entry.pages is None else str(entry.pages), styles.CELL_RIGHT),
                sheet.line(_leaves(before, here), styles.CELL_RIGHT),
                sheet.line(entry.lies, styles.CELL),
            ]
        )
        before = here
    return blocks.ruled(
        rows,
        (number, title, day, pages, leaves, lies),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-2, -1), 5),
        ("LEFTPADDING", (5, 0), (5, -1), 5),
    )


def _leaves(before: int, last: int) -> str:
    if last == before:
        return "—"
    return str(last) if last == before + 1 else f"{before + 1}–{last}"
