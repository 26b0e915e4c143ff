"""Papers that people bring to a court: an application with its requests, and an empty form."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Verification
from documents.wording import Wording, wording

_INDENT = 72 * mm
_TICK = 3.6 * mm
_TICK_COLUMN = 7 * mm
_ROW = 9 * mm
_MORE = 3
_BESIDE = 4
"""So many choices at most stand beside one another."""
_MANY = 5
"""From so many choices on, two stand beside one another, however long they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Who applies, or against whom: `role` in the paper's words, `details` a line each."""

    role: str
    name: str
    details: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A claim, petition, complaint or any other paper of a party.

    `recipient` stands as the heading of the paper wants it: "В Ленинский районный суд …",
    "… райондук сотуна". `number` is that of the case, where there is one. Without `day` the date
    is left to be written by hand. `facts` are pairs that stand under the sides (price, duty).
    """

    language: str
    recipient: str
    sides: Sequence[Side]
    title: str
    paragraphs: Sequence[str]
    made: datetime
    about: str = ""
    number: str = ""
    address: str = ""
    facts: Sequence[tuple[str, str]] = ()
    requests: Sequence[str] = ()
    request_words: str = ""
    """The words before the requests, where the usual ones do not fit."""
    attachments: Sequence[str] = ()
    day: date | None = None
    signatory: str = ""
    version: str = ""
    verification: Verification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """One thing to fill in by hand: on `lines` lines, in `boxes`, or by ticking `choices`.

    With `columns` it is a table of so many lines, the first column of them the widest.
    """

    label: str
    hint: str = ""
    lines: int = 1
    boxes: int = 0
    choices: Sequence[str] = ()
    columns: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blanks that belong together."""

    title: str
    blanks: Sequence[Blank]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyForm:
    """A form to be filled in by hand; `version` names it on every page."""

    language: str
    title: str
    sections: Sequence[Section]
    made: datetime
    about: str = ""
    attachments: Sequence[str] = ()
    more_attachments: str = ""
    """What stands before the lines for enclosures that the list does not name."""
    note: str = ""
    version: str = ""


def application(facts: Application) -> Printed:
    """The paper as its party hands it in."""
    words = wording(facts.language)
    story = [
        *_heading(facts.recipient, facts.address, facts.number, words),
        *[flowable for side in facts.sides for flowable in _side(side)],
        *[
            flowable
            for label, value in facts.facts
            for flowable in (
                sheet.line(label, styles.TO_LABEL),
                sheet.line(value, styles.TO),
            )
        ],
        *_title(facts.title, facts.about),
        *[one for text in facts.paragraphs for one in sheet.paragraphs(text)],
        *_requests(words, facts),
    ]
    after: list[Flowable] = [
        *_attachments(words, facts.attachments),
        *_hand(words, facts.day, facts.signatory),
        *blocks.verification_box(words, facts.verification),
    ]
    *story, last = story
    return blocks.printed(
        words,
        [*story, sheet.Ending(last, after)],
        title=facts.title,
        author=", ".join(side.name for side in facts.sides[:1]),
        subject=facts.about or facts.title,
        made=facts.made,
        footer=" · ".join(text for text in (facts.title, facts.version) if text),
        verification=facts.verification,
    )


def empty_form(facts: EmptyForm) -> Printed:
    """The form with lines to write on and boxes to tick."""
    words = wording(facts.language)
    story: list[Flowable] = []
    for label, count in (("to_court", 2), ("from_whom", 2), ("address_and_telephone", 2)):
        story += [
            sheet.line(words.word("application", label), styles.TO_LABEL),
            _indented(sheet.Lines(count, width=styles.TEXT_WIDTH - _INDENT)),
            Spacer(0, 3),
        ]
    story += _title(facts.title, facts.about)
    if facts.note:
        story.append(sheet.line(facts.note, styles.NOTICE))
    for section in facts.sections:
        story += _section(section)
    enclosed: list[Flowable] = []
    if facts.attachments or facts.more_attachments:
        enclosed += blocks.section(words.word("application", "attachments"))
        enclosed += [_tick(text) for text in facts.attachments]
    if facts.more_attachments:
        more = sheet.line(facts.more_attachments, styles.BLANK_LABEL)
        enclosed += [CondPageBreak(_MORE * _ROW), more, sheet.Lines(_MORE)]
    *story, last = [*story, *enclosed]
    story.append(sheet.Ending(last, _hand(words, None, "")))
    return blocks.printed(
        words,
        story,
        title=facts.title,
        author="",
        subject=facts.about or facts.title,
        made=facts.made,
        footer=" · ".join(text for text in (facts.title, facts.version) if text),
    )


def _heading(recipient: str, address: str, number: str, words: Wording) -> list[Flowable]:
    lines = [sheet.line(recipient, styles.TO_BOLD)]
    if address:
        lines.append(sheet.line(address, styles.TO_DETAIL))
    if number:
        lines.append(sheet.line(words.word("act", "case", number=number), styles.TO_DETAIL))
    return list(lines)


def _side(side: Side) -> list[Flowable]:
    return [
        sheet.line(blocks.capital(side.role), styles.TO_LABEL),
        sheet.line(side.name, styles.TO),
        *(sheet.line(detail, styles.TO_DETAIL) for detail in side.details if detail),
    ]


def _title(title: str, about: str) -> list[Flowable]:
    lines: list[Flowable] = [sheet.line(title, styles.HEADING)]
    if about:
        lines.append(sheet.line(about, styles.ABOUT))
    return [Spacer(0, 8), *lines, Spacer(0, 6)]


def _requests(words: Wording, facts: Application) -> list[Flowable]:
    if not facts.requests:
        return []
    return [
        *blocks.formula(facts.request_words or words.word("application", "requests")),
        *(
            blocks.numbered(facts.requests)
            if len(facts.requests) > 1
            else sheet.paragraphs(facts.requests[0])
        ),
    ]


def _attachments(words: Wording, attachments: Sequence[str]) -> list[Flowable]:
    if not attachments:
        return []
    return [
        sheet.line(words.word("application", "attachments"), styles.SECTION),
        *blocks.numbered(attachments),
    ]


def _hand(words: Wording, day: date | None, signatory: str) -> list[Flowable]:
    """The day, a line for the signature, the name."""
    date_width, kept, gap = 55 * mm, 52 * mm, 4 * mm
    name = styles.TEXT_WIDTH - date_width - kept - 2 * gap
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.Lines(1, width=46 * mm)
            if day is None
            else sheet.line(words.day(day), styles.TO_DAY),
            sheet.Kept(kept, 15 * mm),
            "",
            sheet.name(signatory, styles.SIGNATORY, name)
            if signatory
            else sheet.Lines(1, width=name),
        ],
        [
            sheet.line(words.word("application", "day"), styles.CAPTION_LEFT)
            if day is None
            else "",
            sheet.line(words.word("signing", "by_hand"), styles.CAPTION),
            "",
            "" if signatory else sheet.line(words.word("application", "name"), styles.CAPTION),
        ],
    ]
    return [
        Spacer(0, 10),
        sheet.columns(
            rows,
            (date_width, kept + gap, gap, name),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ),
    ]


def _section(section: Section) -> list[Flowable]:
    story = blocks.section(section.title)
    if section.note:
        story.append(sheet.line(section.note, styles.DETAIL))
    for blank in section.blanks:
        story += _blank(blank)
    return story


def _blank(blank: Blank) -> list[Flowable]:
    label: list[Flowable] = [sheet.line(blank.label, styles.BLANK_LABEL)]
    if blank.hint:
        label.append(sheet.line(blank.hint, styles.DETAIL))
    if blank.columns:
        table = _table(blank.columns, blank.lines)
        return [CondPageBreak((blank.lines + 2) * _ROW), *label, Spacer(0, 3), table, Spacer(0, 4)]
    if blank.choices:
        return [CondPageBreak(20 * mm), *label, *_choices(blank.choices)]
    if blank.lines > 1:
        return [CondPageBreak(30 * mm), *label, sheet.Lines(blank.lines), Spacer(0, 4)]
    narrow = 62 * mm
    room = styles.TEXT_WIDTH - narrow
    field = sheet.Boxes(blank.boxes) if blank.boxes else sheet.Lines(1, width=room)
    row = sheet.columns(
        [[label, field]],
        (narrow, room),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("RIGHTPADDING", (0, 0), (0, -1), 4 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    )
    return [row]


def _table(heads: Sequence[str], lines: int) -> Flowable:
    return sheet.columns(
        [
            [sheet.line(head, styles.DETAIL) for head in heads],
            *[["" for _head in heads] for _line in range(lines)],
        ],
        _widths(len(heads)),
        ("GRID", (0, 0), (-1, -1), 0.5, styles.QUIET),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, 0), 3),
        ("TOPPADDING", (0, 1), (-1, -1), _ROW / 2),
        ("BOTTOMPADDING", (0, 1), (-1, -1), _ROW / 2),
    )


def _widths(columns: int) -> tuple[float, ...]:
    if columns == 1:
        return (styles.TEXT_WIDTH,)
    other = styles.TEXT_WIDTH / (columns + 1)
    return (2 * other, *[other] * (columns - 1))


def _choices(choices: Sequence[str]) -> list[Flowable]:
    """Boxes to tick: short words stand beside one another, long ones below."""
    least = 1 if len(choices) < _MANY else 2
    columns = min(_BESIDE, len(choices))
    while columns > least and any(
        not _fits(text, styles.TEXT_WIDTH / columns - _TICK_COLUMN) for text in choices
    ):
        columns -= 1
    if columns == 1:
        return [_tick(text) for text in choices]
    cells: list[Flowable | str] = []
    for text in choices:
        cells += [sheet.Tick(_TICK), sheet.line(text, styles.ITEM)]
    cells += [""] * (-len(cells) % (2 * columns))
    return [
        sheet.columns(
            [cells[first : first + 2 * columns] for first in range(0, len(cells), 2 * columns)],
            (_TICK_COLUMN, styles.TEXT_WIDTH / columns - _TICK_COLUMN) * columns,
            *[("TOPPADDING", (column, 0), (column, -1), 4) for column in range(0, 2 * columns, 2)],
        )
    ]


def _fits(text: str, width: float) -> bool:
    return bool(stringWidth(text, styles.ITEM.fontName, styles.ITEM.fontSize) < width - 2 * mm)


def _tick(text: str) -> Flowable:
    return sheet.columns(
        [[sheet.Tick(_TICK), sheet.line(text, styles.ITEM)]],
        (_TICK_COLUMN, styles.TEXT_WIDTH - _TICK_COLUMN),
        ("TOPPADDING", (0, 0), (0, -1), 4),
    )


def _indented(flowable: Flowable) -> Flowable:
    return sheet.columns([["", flowable]], (_INDENT, styles.TEXT_WIDTH - _INDENT))
