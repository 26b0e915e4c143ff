"""Receipts: proof that a filing reached the court, and that a payment did; amounts in tyiyn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Verification
from documents.papers.letters import printable
from documents.wording import Wording, wording


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file as it arrived."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A filing that was received; amounts in tyiyn."""

    language: str
    number: str
    filed: datetime
    court: str
    filer: str
    files: Sequence[ReceivedFile]
    claim: int | None = None
    duty: int | None = None
    duty_basis: str = ""
    verification: Verification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that was received; `channel` in the words of the paper's language."""

    language: str
    number: str
    paid: datetime
    court: str
    payer: str
    amount: int
    purpose: str
    case: str = ""
    code: str = ""
    channel: str = ""
    verification: Verification | None = None


def receipt(facts: Receipt) -> Printed:
    """The receipt that a filer takes home."""
    words = wording(facts.language)
    rows = [
        ("number", facts.number),
        ("filed", words.moment(facts.filed)),
        ("court", facts.court),
        ("filer", facts.filer),
        ("claim", "" if facts.claim is None else words.money(facts.claim)),
        ("duty", "" if facts.duty is None else words.money(facts.duty)),
        ("duty_basis", facts.duty_basis),
    ]
    story = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("receipt", "heading"), styles.RECEIPT_TITLE),
        blocks.labelled((words.word("receipt", key), value) for key, value in rows),
        *_file_list(words, facts.files),
        sheet.line(words.word("receipt", "note"), styles.NOTE),
        *blocks.verification_box(words, facts.verification),
    ]
    return _printed(words, story, "receipt", facts, facts.filed)


def payment(facts: Payment) -> Printed:
    """The receipt for a payment of state duty, costs or a fine."""
    words = wording(facts.language)
    rows = [
        ("number", facts.number),
        ("paid", words.moment(facts.paid)),
        ("payer", facts.payer),
        ("purpose", facts.purpose),
        ("case", facts.case),
        ("court", facts.court),
        ("code", facts.code),
        ("channel", facts.channel),
    ]
    story = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("payment", "heading"), styles.RECEIPT_TITLE),
        blocks.labelled((words.word("payment", key), value) for key, value in rows),
        sheet.rule(before=8, after=4),
        sheet.columns(
            [
                [
                    sheet.line(words.word("payment", "amount"), styles.VALUE_BOLD),
                    sheet.line(words.money(facts.amount), styles.AMOUNT),
                ]
            ],
            (styles.TEXT_WIDTH / 2, styles.TEXT_WIDTH / 2),
        ),
        sheet.rule(before=4, after=4),
        sheet.line(words.word("payment", "note"), styles.NOTE),
        *blocks.verification_box(words, facts.verification),
    ]
    return _printed(words, story, "payment", facts, facts.paid)


def _printed(
    words: Wording,
    story: Sequence[Flowable],
    kind: str,
    facts: Receipt | Payment,
    made: datetime,
) -> Printed:
    heading = words.word(kind, "heading")
    return blocks.printed(
        words,
        story,
        title=f"{heading} {facts.number}",
        author=facts.court,
        subject=heading,
        made=made,
        footer=f"{heading} № {facts.number}",
        verification=facts.verification,
    )


def _file_list(words: Wording, files: Sequence[ReceivedFile]) -> list[Flowable]:
    heading = sheet.line(words.word("receipt", "files"), styles.SECTION)
    if not files:
        return [heading, sheet.line(words.word("receipt", "no_files"), styles.VALUE)]
    number, size = 8 * mm, 24 * mm
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.line("№", styles.HEADER_CELL),
            [
                sheet.line(words.word("receipt", "file"), styles.HEADER_CELL),
                sheet.line(words.word("receipt", "digest"), styles.DIGEST),
            ],
            sheet.line(words.word("receipt", "size"), styles.HEADER_CELL_RIGHT),
        ]
    ]
    rows += [
        [
            sheet.line(str(position), styles.CELL),
            [
                sheet.line(printable(file.name), styles.CELL),
                sheet.line(blocks.grouped(file.sha256), styles.DIGEST),
            ],
            sheet.line(words.size(file.size), styles.CELL_RIGHT),
        ]
        for position, file in enumerate(files, 1)
    ]
    table = blocks.ruled(
        rows,
        (number, styles.TEXT_WIDTH - number - size, size),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
    )
    return [CondPageBreak(40 * mm), heading, table]
