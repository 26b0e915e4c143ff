"""The minutes of a hearing: who was there, what was said and done when, and who signs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from documents.papers import blocks, sheet, styles
from documents.papers.facts import Printed, Signing, Verification
from documents.wording import COURT_TIME, Wording, wording

_LINES_OF_A_BLANK = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """Somebody who was summoned: whether he came (None: still to be noted by hand)."""

    role: str
    name: str
    came: bool | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the hearing: `at` as on the clock or the recording, `speaker` where one spoke."""

    at: str
    words: str
    speaker: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Minutes:
    """Minutes; without steps lines are left to write on, without `verification` it is a draft."""

    language: str
    court: str
    number: str
    place: str
    begun: datetime
    judges: Sequence[str]
    secretary: str
    present: Sequence[Attendance]
    ended: datetime | None = None
    room: str = ""
    subject: str = ""
    open: bool = True
    recording: str = ""
    """What the recording is called and its digest, in the words of the paper's language."""
    steps: Sequence[Step] = ()
    electronic: bool = False
    """Whether it is signed electronically; otherwise by hand, over the line."""
    verification: Verification | None = None


def minutes(facts: Minutes) -> Printed:
    """The minutes, with places for the presiding judge's and the secretary's signatures."""
    words = wording(facts.language)

    def word(key: str, **places: object) -> str:
        return words.word("minutes", key, **places)

    heading = word("heading")
    begun = facts.begun.astimezone(COURT_TIME)
    ended = facts.ended.astimezone(COURT_TIME) if facts.ended else None
    presiding, *others = facts.judges
    rows = [
        (words.word("act", "presiding" if others else "judge"), presiding),
        (words.word("act", "judges"), ", ".join(others)),
        (words.word("act", "secretary"), facts.secretary),
        (word("hearing"), word("open" if facts.open else "closed")),
        (word("room"), facts.room),
        (word("begun"), f"{begun:%H:%M}"),
        (word("ended"), f"{ended:%H:%M}" if ended else ""),
        (word("subject"), blocks.capital(facts.subject)),
        (word("recording"), facts.recording),
    ]
    ending = sheet.line(word("remarks"), styles.NOTE)
    after = [
        *blocks.signatures(
            words,
            [
                Signing(office=words.word("act", "presiding"), name=presiding),
                Signing(office=words.word("act", "secretary"), name=facts.secretary),
            ],
            signed=facts.electronic,
        ),
        *blocks.verification_box(words, facts.verification),
    ]
    story: list[Flowable] = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("act", "case", number=facts.number), styles.NUMBER),
        sheet.line(heading.upper(), styles.HEADING),
        *blocks.day_and_place(words, begun.date(), facts.place),
        sheet.rule(before=2, after=3),
        blocks.labelled(rows),
        sheet.rule(before=4, after=4),
        *_present(words, facts.present),
        *blocks.section(word("course")),
        *_course(words, facts.steps),
        sheet.Ending(ending, after),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{heading} {facts.number}",
        author=facts.court,
        subject=words.date_and_place(begun.date(), facts.place),
        made=facts.begun,
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
        unverified=word("draft"),
    )


def _present(words: Wording, present: Sequence[Attendance]) -> list[Flowable]:
    if not present:
        return []
    state = {
        True: words.word("minutes", "came"),
        False: words.word("minutes", "did_not_come"),
        None: "",
    }
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.line(words.word("minutes", key), styles.HEADER_CELL)
            for key in ("who", "role", "attendance")
        ]
    ]
    for one in present:
        name: list[Flowable] = [sheet.line(one.name, styles.CELL)]
        if one.detail:
            name.append(sheet.line(one.detail, styles.DIGEST))
        rows.append(
            [
                name,
                sheet.line(blocks.capital(one.role), styles.CELL),
                sheet.line(state[one.came], styles.CELL),
            ]
        )
    role, came = 46 * mm, 32 * mm
    return [
        *blocks.section(words.word("minutes", "present")),
        _ruled(rows, (styles.TEXT_WIDTH - role - came, role, came)),
    ]


def _course(words: Wording, steps: Sequence[Step]) -> list[Flowable]:
    if not steps:
        return [sheet.Lines(_LINES_OF_A_BLANK), Spacer(0, 6)]
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            sheet.line(words.word("minutes", key), styles.HEADER_CELL)
            for key in ("time", "what_happened")
        ]
    ]
    for step in steps:
        said: list[Flowable] = []
        if step.speaker:
            said.append(sheet.line(step.speaker, styles.SPEAKER))
        said += sheet.paragraphs(step.words, styles.SAID)
        rows.append([sheet.line(step.at, styles.TIME), said])
    time = 22 * mm
    return [_ruled(rows, (time, styles.TEXT_WIDTH - time)), Spacer(0, 4)]


def _ruled(
    rows: Sequence[Sequence[Flowable | list[Flowable] | str]], widths: Sequence[float]
) -> Flowable:
    return blocks.ruled(
        rows,
        widths,
        ("RIGHTPADDING", (0, 0), (-2, -1), 6),
    )
