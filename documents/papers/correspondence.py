"""Letters of a court: the notice of an event in a case, and the letter that goes with papers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer

from documents.names import person_in, phrase_in
from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Signing, Verification
from documents.redaction.declension import Case
from documents.wording import wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What happened in a case, told to one person; `paragraphs` in the paper's language."""

    language: str
    court: str
    number: str
    to: str
    paragraphs: Sequence[str]
    issued: date
    address: str = ""
    telephone: str = ""
    to_address: str = ""
    person: bool = True
    rows: Sequence[tuple[str, str]] = ()
    signing: Signing | None = None
    """Who signs it; a notice that the system sends by itself is signed by nobody."""
    electronic: bool = False
    """Whether it is signed electronically; otherwise by hand, over the line."""
    verification: Verification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverLetter:
    """A letter with papers of a case, to a court or another body; `to` as the heading wants it."""

    language: str
    court: str
    outgoing: str
    issued: date
    to: str
    about: str
    paragraphs: Sequence[str]
    signing: Signing
    address: str = ""
    telephone: str = ""
    to_address: str = ""
    enclosures: Sequence[str] = ()
    """Each with its number of sheets, as it is to be printed."""
    clerk: str = ""
    """Who wrote the letter, with a telephone; stands small at its foot."""
    electronic: bool = False
    """Whether it is signed electronically; otherwise by hand, over the line."""
    verification: Verification | None = None


def notice(facts: Notice) -> Printed:
    """The notice as a letter."""
    words = wording(facts.language)
    bend = person_in if facts.person else phrase_in
    heading = words.word("notice", "heading")
    after: list[Flowable] = [
        *([Spacer(0, 4), blocks.labelled(facts.rows)] if facts.rows else []),
        *(
            blocks.signatures(words, [facts.signing], signed=facts.electronic)
            if facts.signing
            else [sheet.line(words.word("notice", "by_itself"), styles.NOTE)]
        ),
        *blocks.verification_box(words, facts.verification),
    ]
    *text, last = [one for each in facts.paragraphs for one in sheet.paragraphs(each)]
    story = [
        *blocks.letterhead(words, facts.court, facts.address, facts.telephone),
        *blocks.opening(
            words.day(facts.issued),
            words.word("act", "case", number=facts.number),
            bend(facts.to, Case.DATIVE, facts.language),
            facts.to_address,
        ),
        sheet.line(heading, styles.HEADING),
        Spacer(0, 6),
        *text,
        sheet.Ending(last, after),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{heading} {facts.number}",
        author=facts.court,
        subject=heading,
        made=blocks.noon(facts.issued),
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
    )


def cover_letter(facts: CoverLetter) -> Printed:
    """The letter with the list of what is enclosed."""
    words = wording(facts.language)
    enclosed: list[Flowable] = []
    if facts.enclosures:
        enclosed = [
            sheet.line(words.word("letter", "enclosed"), styles.SECTION),
            *blocks.numbered(facts.enclosures),
        ]
    after = [
        *enclosed,
        *blocks.signatures(words, [facts.signing], signed=facts.electronic),
        *blocks.verification_box(words, facts.verification),
        *([Spacer(0, 10), sheet.line(facts.clerk, styles.SMALL)] if facts.clerk else []),
    ]
    *text, last = [one for each in facts.paragraphs for one in sheet.paragraphs(each)]
    number = words.word("letter", "number", number=facts.outgoing)
    story = [
        *blocks.letterhead(words, facts.court, facts.address, facts.telephone),
        *blocks.opening(words.day(facts.issued), number, facts.to, facts.to_address),
        Spacer(0, 8),
        sheet.line(blocks.capital(facts.about), styles.VALUE_BOLD),
        Spacer(0, 8),
        *text,
        sheet.Ending(last, after),
    ]
    return blocks.printed(
        words,
        story,
        title=blocks.capital(facts.about),
        author=facts.court,
        subject=number,
        made=blocks.noon(facts.issued),
        footer=number,
        verification=facts.verification,
    )
