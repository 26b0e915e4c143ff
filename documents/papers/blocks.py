"""The pieces that papers are put together from: letterhead, labels, signatures, verification."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from documents.archival import Attachment
from documents.papers import sheet, styles
from documents.papers.facts import Certification, Printed, Signing, Verification
from documents.wording import COURT_TIME, Wording

_QR_SIDE = 27 * mm
_LABEL_WIDTH = 52 * mm
_DIGEST_GROUP = 8
_OFFICE_WIDTH, _KEPT_WIDTH, _GAP = 46 * mm, 56 * mm, 4 * mm
_KEPT_HEIGHT = 18 * mm
_ROOM_OF_A_FORMULA = 30 * mm
LEAST_ROOM = 45 * mm
"""What a heading wants below it before it goes to the next page."""


def noon(day: date) -> datetime:
    """The moment that a paper of a day bears."""
    return datetime.combine(day, time(12), tzinfo=COURT_TIME)


def capital(words: str) -> str:
    """The words as a line begins with them."""
    return words[:1].upper() + words[1:]


def grouped(digest: str) -> str:
    """A long digest in groups that an eye can compare."""
    starts = range(0, len(digest), _DIGEST_GROUP)
    return " ".join(digest[start : start + _DIGEST_GROUP] for start in starts)


def letterhead(words: Wording, court: str, *more: str) -> list[Flowable]:
    """The republic, the court and, where given, its address and telephone."""
    return [
        sheet.line(words.republic.upper(), styles.INSTITUTION),
        sheet.line(court, styles.COURT),
        *(sheet.line(text, styles.ADDRESS) for text in more if text),
        sheet.rule(thickness=1.1, color=styles.BRAND, before=6, after=7),
    ]


def day_and_place(words: Wording, day: date, place: str) -> list[Flowable]:
    """The day on the left and the place on the right, as papers of courts open."""
    return [
        Spacer(0, 8),
        _ends(sheet.line(words.day(day), styles.PLACE), sheet.line(place, styles.PLACE_RIGHT)),
        Spacer(0, 6),
    ]


def opening(left: str, right: str, to: str, address: str = "") -> list[Flowable]:
    """How a letter opens: its day and number on one line, then whom it goes to."""
    return [
        _ends(sheet.line(left, styles.PLACE), sheet.line(right, styles.NUMBER)),
        Spacer(0, 10),
        sheet.line(to, styles.TO_BOLD),
        *([sheet.line(address, styles.TO_DETAIL)] if address else []),
        Spacer(0, 6),
    ]


def _ends(left: Flowable, right: Flowable) -> Flowable:
    half = styles.TEXT_WIDTH / 2
    return sheet.columns([[left, right]], (half, half))


def labelled(rows: Iterable[tuple[str, str]]) -> Flowable:
    """Labels with their values; a pair without a value is left out."""
    return label_columns(
        [
            [sheet.line(label, styles.LABEL), sheet.line(value, styles.VALUE)]
            for label, value in rows
            if value
        ]
    )


def label_columns(rows: Sequence[Sequence[Flowable | list[Flowable]]]) -> Flowable:
    """Labels on the left in small letters, what belongs to them on the right."""
    return sheet.columns(
        rows,
        (_LABEL_WIDTH, styles.TEXT_WIDTH - _LABEL_WIDTH),
        ("TOPPADDING", (0, 0), (0, -1), 3.4),  # the smaller letters stand on the same line
        ("RIGHTPADDING", (0, 0), (0, -1), 3 * mm),
    )


def signatures(words: Wording, signing: Sequence[Signing], *, signed: bool) -> list[Flowable]:
    """A row for each signature: the office, a place kept free over a line, the name."""
    caption = words.word("signing", "electronic" if signed else "by_hand")
    name = styles.TEXT_WIDTH - _OFFICE_WIDTH - _KEPT_WIDTH - 2 * _GAP
    rows: list[list[Flowable | list[Flowable] | str]] = []
    for one in signing:
        kept = sheet.Kept(_KEPT_WIDTH, _KEPT_HEIGHT)
        rows += [
            [
                sheet.line(one.office, styles.OFFICE),
                kept,
                "",
                sheet.name(one.name, styles.SIGNATORY, name),
            ],
            ["", sheet.line(caption, styles.CAPTION), "", ""],
        ]
    table = sheet.columns(
        rows,
        (_OFFICE_WIDTH + _GAP, _KEPT_WIDTH, _GAP, name),
        ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ("RIGHTPADDING", (0, 0), (0, -1), _GAP),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
    )
    return [Spacer(0, 6), table]


def verification_box(words: Wording, verification: Verification | None) -> list[Flowable]:
    """The QR mark, the address and the code by which anybody can check the paper."""
    if verification is None:
        return []
    text: list[Flowable] = [
        sheet.line(words.word("verification", "title"), styles.SMALL_BOLD),
        sheet.line(words.word("verification", "how"), styles.SMALL),
        sheet.line(verification.url, styles.SMALL),
        Spacer(0, 5),
        sheet.line(words.word("verification", "code"), styles.SMALL),
        sheet.line(verification.code, styles.CODE),
    ]
    mark = sheet.QrMark(verification.url, _QR_SIDE)
    box = sheet.columns(
        [[mark, text]],
        (_QR_SIDE + 7 * mm, styles.TEXT_WIDTH - _QR_SIDE - 7 * mm),
        ("BOX", (0, 0), (-1, -1), 0.6, styles.HAIR),
        ("LEFTPADDING", (0, 0), (0, 0), 3 * mm),
        ("TOPPADDING", (0, 0), (-1, -1), 3 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
        ("RIGHTPADDING", (1, 0), (1, 0), 3 * mm),
        ("VALIGN", (1, 0), (1, 0), "MIDDLE"),
    )
    return [Spacer(0, 14), box]


def certification_mark(words: Wording, certification: Certification | None) -> list[Flowable]:
    """The words by which an official says that a copy is true."""
    if certification is None:
        return []
    official = words.word(
        "certified", "official", position=certification.position, name=certification.name
    )
    return [
        Spacer(0, 12),
        sheet.line(words.word("certified", "mark").upper(), styles.VALUE_BOLD),
        sheet.line(official, styles.VALUE),
        sheet.line(words.day(certification.day), styles.VALUE),
    ]


def section(title: str, room: float = LEAST_ROOM) -> list[Flowable]:
    """A heading that does not stand at the foot of a page without what it heads."""
    return [CondPageBreak(room), sheet.line(title, styles.SECTION)]


def formula(words: str) -> list[Flowable]:
    """The word that opens a part of an act, with room for the part's first lines below it."""
    return [CondPageBreak(_ROOM_OF_A_FORMULA), sheet.line(f"{words}:".upper(), styles.FORMULA)]


def numbered(items: Sequence[str]) -> list[Flowable]:
    """The items of a list with their numbers hanging on the left."""
    return [
        sheet.columns(
            [[sheet.line(f"{place}.", styles.ITEM), sheet.line(item, styles.ITEM)]],
            (8 * mm, styles.TEXT_WIDTH - 8 * mm),
        )
        for place, item in enumerate(items, 1)
    ]


def printed(
    words: Wording,
    story: Sequence[Flowable],
    *,
    title: str,
    author: str,
    subject: str,
    made: datetime,
    footer: str,
    verification: Verification | None = None,
    unverified: str = "",
    watermark: str = "",
    counted: bool = True,
    attachment: Attachment | None = None,
) -> Printed:
    """Print a paper; its code stands in the footer of each page, or what is said where it has none.

    The pages are `counted`, but for a sheet that is added to another paper.
    """
    return sheet.print_paper(
        story,
        sheet.Sheet(
            title=title,
            author=author,
            subject=subject,
            language=words.language_tag,
            made=made,
            footer=footer,
            code=verification.code if verification else unverified,
            watermark=watermark,
            numbered=counted,
            attachment=attachment,
        ),
    )


def ruled(
    rows: Sequence[Sequence[Flowable | list[Flowable] | str]],
    widths: Sequence[float],
    *commands: tuple[Any, ...],
) -> Flowable:
    """A table with a line below each row and a heavier one below its head, which is repeated."""
    return sheet.columns(
        rows,
        widths,
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, styles.INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, styles.HAIR),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        *commands,
        repeat=1,
    )
