"""Judicial acts as papers: the act that is signed, its draft, and the copy for everybody."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer

from documents.archival import Attachment
from documents.papers import blocks, sheet, styles
from documents.papers.facts import (
    Certification,
    Participant,
    Printed,
    Signing,
    Verification,
)
from documents.wording import ActWords, Wording, wording

DATA_NAME = "act-data.json"
DATA_FORMAT = "act-data.v1"
"""The attachment's agreement: schemas/act-data.v1.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the judge wrote, in the four parts that the law wants; a line is a paragraph."""

    introductory: str
    descriptive: str
    reasoning: str
    operative: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Within how many days and through which court the act may be contested; None: not at all."""

    days: int | None
    court: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A judicial act. Without `verification` it is a draft and says so on every page."""

    language: str
    kind: str
    court: str
    number: str
    place: str
    day: date
    judges: Sequence[str]
    participants: Sequence[Participant]
    parts: Parts
    secretary: str = ""
    subject: str = ""
    appeal: Appeal | None = None
    verification: Verification | None = None
    certification: Certification | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicAct:
    """The copy for everybody: already anonymised text and nothing of the original file."""

    language: str
    kind: str
    court: str
    number: str
    place: str
    day: date
    judges: Sequence[str]
    parts: Parts
    participants: Sequence[Participant] = ()
    published: date
    policy: str = ""
    url: str = ""


def act(facts: Act) -> Printed:
    """The act as it is signed, with its data inside and a place for each judge's signature."""
    words = wording(facts.language)
    kind = words.acts[facts.kind]
    draft = facts.verification is None
    *parts, last = _parts(kind, facts.parts)
    after = [
        *_appeal(facts),
        *blocks.signatures(words, _panel(words, facts.judges), signed=not draft),
        *blocks.verification_box(words, facts.verification),
        *blocks.certification_mark(words, facts.certification),
    ]
    story = [
        *_heading(words, kind, facts),
        *([sheet.line(words.word("act", "draft_note"), styles.NOTICE)] if draft else []),
        *_people(words, facts.judges, facts.secretary, facts.participants, facts.subject),
        *parts,
        sheet.Ending(last, after),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{kind.heading} {facts.number}",
        author=facts.court,
        subject=words.date_and_place(facts.day, facts.place),
        made=blocks.noon(facts.day),
        footer=words.word("act", "case", number=facts.number),
        verification=facts.verification,
        unverified=words.word("act", "draft"),
        watermark=words.word("act", "draft") if draft else "",
        attachment=None if draft else _data_of(facts),
    )


def appeal_note(facts: Act) -> str:
    """The sentence that tells how the act may be contested; empty where the law says nothing."""
    if facts.appeal is None:
        return ""
    words = wording(facts.language)
    kind = words.acts[facts.kind]
    if facts.appeal.days is None:
        return kind.final
    return kind.appeal.format(term=words.term(facts.appeal.days), court=facts.appeal.court)


def public_act(facts: PublicAct) -> Printed:
    """The anonymised copy that the portal gives to everybody; no data are attached to it."""
    words = wording(facts.language)
    alone = not (facts.parts.introductory or facts.parts.descriptive or facts.parts.reasoning)
    kind = words.acts[facts.kind]
    *parts, last = _parts(kind, facts.parts)
    after = [*_names(words, facts.judges), *_imprint(words, facts)]
    story = [
        sheet.line(
            f"{words.word('public', 'mark')}. {words.word('public', 'note')}", styles.NOTICE
        ),
        *_heading(words, kind, facts),
        *_people(words, facts.judges, "", facts.participants, ""),
        *([sheet.line(words.word("public", "operative"), styles.NOTICE)] if alone else []),
        *parts,
        sheet.Ending(last, after),
    ]
    return blocks.printed(
        words,
        story,
        title=f"{kind.heading} {facts.number}",
        author=facts.court,
        subject=words.word("public", "mark"),
        made=blocks.noon(facts.published),
        footer=words.word("act", "case", number=facts.number),
        unverified=words.word("public", "mark"),
    )


def _data_of(facts: Act) -> Attachment:
    """What the act says, for machines; the certification of a copy is no part of the act."""
    data = asdict(facts)
    del data["certification"]
    data["day"] = facts.day.isoformat()
    content = json.dumps(
        {"format": DATA_FORMAT, **data}, ensure_ascii=False, indent=1, sort_keys=True
    )
    return Attachment(
        name=DATA_NAME,
        content=content.encode(),
        media_type="application/json",
        description=DATA_FORMAT,
    )


def _panel(words: Wording, judges: Sequence[str]) -> list[Signing]:
    presiding, *others = judges
    return [
        Signing(office=words.word("act", "presiding" if others else "judge"), name=presiding),
        *(Signing(office=words.word("act", "judge"), name=name) for name in others),
    ]


def _heading(words: Wording, kind: ActWords, facts: Act | PublicAct) -> list[Flowable]:
    story = [
        *blocks.letterhead(words, facts.court),
        sheet.line(words.word("act", "case", number=facts.number), styles.NUMBER),
        sheet.line(kind.heading.upper(), styles.TITLE),
    ]
    if kind.in_the_name:
        story.append(sheet.line(words.in_the_name.upper(), styles.SUBTITLE))
    return [*story, *blocks.day_and_place(words, facts.day, facts.place)]


def _people(
    words: Wording,
    judges: Sequence[str],
    secretary: str,
    participants: Sequence[Participant],
    subject: str,
) -> list[Flowable]:
    rows: list[list[Flowable | list[Flowable]]] = []

    def add(label: str, name: str, detail: str = "") -> None:
        value: list[Flowable] = [sheet.line(name, styles.VALUE)]
        if detail:
            value.append(sheet.line(detail, styles.DETAIL))
        rows.append([sheet.line(label, styles.LABEL), value])

    presiding, *others = judges
    add(words.word("act", "presiding" if others else "judge"), presiding)
    if others:
        add(words.word("act", "judges"), ", ".join(others))
    if secretary:
        add(words.word("act", "secretary"), secretary)
    for participant in participants:
        add(blocks.capital(participant.role), participant.name, participant.detail)
    if subject:
        add(words.word("act", "subject"), blocks.capital(subject))
    return [
        sheet.rule(before=2, after=3),
        blocks.label_columns(rows),
        sheet.rule(before=4, after=9),
    ]


def _parts(kind: ActWords, parts: Parts) -> list[Flowable]:
    return [
        *sheet.paragraphs(parts.introductory),
        *(blocks.formula(kind.established) if parts.descriptive or parts.reasoning else ()),
        *sheet.paragraphs(parts.descriptive),
        *sheet.paragraphs(parts.reasoning),
        *blocks.formula(kind.resolved),
        *sheet.paragraphs(parts.operative),
    ]


def _appeal(facts: Act) -> list[Flowable]:
    note = appeal_note(facts)
    return [Spacer(0, 4), *sheet.paragraphs(note)] if note else []


def _names(words: Wording, judges: Sequence[str]) -> list[Flowable]:
    """Who decided, where nothing is signed: a copy bears names, not places for signatures."""
    half = styles.TEXT_WIDTH / 2
    rows = [
        [sheet.line(one.office, styles.VALUE_BOLD), sheet.line(one.name, styles.SIGNATORY)]
        for one in _panel(words, judges)
    ]
    return [Spacer(0, 16), sheet.columns(rows, (half, half))]


def _imprint(words: Wording, facts: PublicAct) -> list[Flowable]:
    lines = [words.word("public", "published", date=words.day(facts.published))]
    if facts.policy:
        lines.append(words.word("public", "policy", version=facts.policy))
    if facts.url:
        lines.append(words.word("public", "source", url=facts.url))
    return [
        sheet.rule(before=16, after=5),
        *(sheet.line(text, styles.SMALL) for text in lines),
    ]
