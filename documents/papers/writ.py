"""The writ of execution: what a court ordered, for whom, against whom and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Signing, Verification
from documents.wording import wording

_LINES_FOR_NOTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The claimant or the debtor with what identifies him: PIN, birth date, address, account."""

    name: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Writ:
    """A writ; `act` names the act in the paper's words, `operative` is the part to be enforced.

    `until` is the last day on which it can be presented, where the law says one.
    """

    language: str
    court: str
    number: str
    case: str
    place: str
    issued: date
    act: str
    act_day: date
    in_force: date
    operative: str
    claimants: Sequence[Side]
    debtors: Sequence[Side]
    judge: str
    until: date | None = None
    address: str = ""
    electronic: bool = False
    """Whether it is signed electronically; otherwise by hand, over the line."""
    verification: Verification | None = None


def writ(facts: Writ) -> Printed:
    """The writ, with a place for the judge's signature and lines for the enforcement officer."""
    words = wording(facts.language)

    def word(key: str, **places: object) -> str:
        return words.word("writ", key, **places)

    heading = word("heading")
    rows = [
        (word("act"), f"{facts.act}, {words.day(facts.act_day)}"),
        (word("case"), f"№ {facts.case}"),
        (word("in_force"), words.day(facts.in_force)),
        (word("until"), words.day(facts.until) if facts.until else ""),
    ]
    *operative, last = sheet.paragraphs(facts.operative)
    after: list[Flowable] = [
        Spacer(0, 4),
        *_sides(word("claimant"), facts.claimants),
        *_sides(word("debtor"), facts.debtors),
        *blocks.signatures(
            words,
            [Signing(office=words.word("act", "judge"), name=facts.judge)],
            signed=facts.electronic,
        ),
        *blocks.verification_box(words, facts.verification),
    ]
    story = [
        *blocks.letterhead(words, facts.court, facts.address),
        sheet.line(f"№ {facts.number}", styles.NUMBER),
        sheet.line(heading.upper(), styles.TITLE),
        sheet.line(words.in_the_name.upper(), styles.SUBTITLE),
        *blocks.day_and_place(words, facts.issued, facts.place),
        sheet.rule(before=2, after=3),
        blocks.labelled(rows),
        sheet.rule(before=4, after=6),
        *blocks.formula(word("ordered")),
        *operative,
        sheet.Ending(last, after),
        *blocks.section(word("notes")),
        sheet.Lines(_LINES_FOR_NOTES),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{heading} № {facts.number}",
        author=facts.court,
        subject=words.date_and_place(facts.issued, facts.place),
        made=blocks.noon(facts.issued),
        footer=f"{heading} № {facts.number}",
        verification=facts.verification,
    )


def _sides(label: str, sides: Sequence[Side]) -> list[Flowable]:
    rows: list[list[Flowable | list[Flowable]]] = [
        [
            sheet.line(label, styles.LABEL),
            [
                sheet.line(side.name, styles.VALUE_BOLD),
                *(sheet.line(detail, styles.DETAIL) for detail in side.details if detail),
            ],
        ]
        for side in sides
    ]
    return [blocks.label_columns(rows)] if rows else []
