"""Summons to a hearing: who comes when and where, as what, with a counterfoil for its delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from documents.names import person_in, phrase_in
from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Signing, Verification
from documents.redaction.declension import Case
from documents.wording import COURT_TIME, Wording, wording

# How a language says "as a defendant": в качестве ответчика, жоопкер катары.
_AS = {"ru": Case.GENITIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """A summons; `role`, `purpose` and `subject` in the words of the paper's language."""

    language: str
    court: str
    number: str
    to: str
    role: str
    starts: datetime
    room: str
    judge: str
    issued: date
    signing: Signing
    address: str = ""
    telephone: str = ""
    to_address: str = ""
    purpose: str = ""
    subject: str = ""
    person: bool = True
    """Whether it goes to a person, whose name is bent as persons' names are."""
    notes: Sequence[str] = ()
    """What else the law wants to be said, beside what every summons says."""
    electronic: bool = False
    """Whether it is signed electronically; otherwise by hand, over the line."""
    verification: Verification | None = None


def summons(facts: Summons) -> Printed:
    """The summons on one sheet, its counterfoil below."""
    words = wording(facts.language)

    def word(key: str, **places: object) -> str:
        return words.word("summons", key, **places)

    local = facts.starts.astimezone(COURT_TIME)
    bend = person_in if facts.person else phrase_in
    to = bend(facts.to, Case.DATIVE, facts.language)
    role = phrase_in(facts.role, _AS.get(facts.language, Case.NOMINATIVE), facts.language)
    when = f"{words.day(local.date())}, {words.weekday(local.date())}"
    rows = [
        (word("when"), when),
        (word("time"), f"{local:%H:%M}"),
        (word("where"), ", ".join(text for text in (facts.address, facts.room) if text)),
        (word("purpose"), blocks.capital(facts.purpose)),
        (word("subject"), blocks.capital(facts.subject)),
        (word("judge"), facts.judge),
    ]
    story: list[Flowable] = [
        *blocks.letterhead(words, facts.court, facts.address, facts.telephone),
        *blocks.opening(
            words.day(facts.issued),
            words.word("act", "case", number=facts.number),
            to,
            facts.to_address,
        ),
        sheet.line(word("heading").upper(), styles.HEADING),
        Spacer(0, 6),
        sheet.line(word("text", court=facts.court, role=role, number=facts.number), styles.TEXT),
        Spacer(0, 4),
        _frame(blocks.labelled(rows)),
        *[sheet.line(text, styles.POINT) for text in (word("bring"), word("absent"), *facts.notes)],
        KeepTogether(
            [
                *blocks.signatures(words, [facts.signing], signed=facts.electronic),
                *blocks.verification_box(words, facts.verification),
            ]
        ),
        KeepTogether(_counterfoil(words, facts, f"{when}, {local:%H:%M}")),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{word('heading')} {facts.number}",
        author=facts.court,
        subject=word("heading"),
        made=blocks.noon(facts.issued),
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
    )


def _frame(inside: Flowable) -> Flowable:
    """The facts that nobody may overlook, on a tinted ground."""
    return sheet.columns(
        [[inside]],
        (styles.TEXT_WIDTH,),
        ("BACKGROUND", (0, 0), (-1, -1), styles.PALE),
        ("LEFTPADDING", (0, 0), (-1, -1), 4 * mm),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
    )


def _counterfoil(words: Wording, facts: Summons, when: str) -> list[Flowable]:
    def word(key: str, **places: object) -> str:
        return words.word("summons", key, **places)

    third = styles.TEXT_WIDTH / 3
    gap = 5 * mm
    captions = [sheet.line(word(key), styles.CAPTION_LEFT) for key in ("got_on", "got", "gave")]
    return [
        Spacer(0, 10),
        sheet.CutLine(styles.TEXT_WIDTH),
        Spacer(0, 4),
        sheet.line(word("counterfoil"), styles.SMALL_BOLD),
        sheet.line(word("delivered", number=facts.number, when=when, name=facts.to), styles.SMALL),
        sheet.columns(
            [[sheet.Lines(1, width=third - gap) for _ in captions], captions],
            (third, third, third),
            ("BOTTOMPADDING", (0, 0), (-1, 0), 0),
        ),
    ]
