"""How each court paper looks: an act, its public copy, a filing's receipt; plain data to PDF bytes.

The words come from `wording`, the sheet from `paper`. Names of courts arrive inflected or not as
the caller has them: nothing here bends a word.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from documents import paper
from documents.wording import COURT_TIME, ActWords, Wording, wording

_QR_SIDE = 27 * mm
_LABEL_WIDTH = 52 * mm
_DIGEST_GROUP = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """One line of the list of participants; `role` in the words of the paper's language."""

    role: str
    name: str
    detail: str = ""


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
class Verification:
    """Where anybody can check the paper: the code as people read it, and the address behind it."""

    code: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Certification:
    """Who certified that a printed copy is true, and when."""

    position: str
    name: str
    day: date


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file as it arrived."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Proof that a filing reached the court; amounts in tyiyn."""

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


def act(facts: Act) -> bytes:
    """The act as it is signed, or its draft."""
    words = wording(facts.language)
    kind = words.acts[facts.kind]
    draft = facts.verification is None
    *parts, last = _parts(kind, facts.parts)
    story = [
        *_heading(words, kind, facts),
        *([paper.line(words.word("act", "draft_note"), paper.NOTICE)] if draft else []),
        *_people(words, facts.judges, facts.secretary, facts.participants, facts.subject),
        *parts,
        KeepTogether(
            [
                last,
                *_appeal(facts),
                *_signatures(words, facts.judges, signed=not draft),
                *verification_box(words, facts.verification),
                *_certification(words, facts.certification),
            ]
        ),
    ]
    code = facts.verification.code if facts.verification else words.word("act", "draft")
    return paper.print_paper(
        story,
        paper.Sheet(
            title=f"{kind.heading} {facts.number}",
            author=facts.court,
            subject=words.date_and_place(facts.day, facts.place),
            language=words.language_tag,
            made=_noon(facts.day),
            footer=lambda page, pages: words.word(
                "act", "page", number=facts.number, page=page, pages=pages
            ),
            footer_right=code,
            watermark=words.word("act", "draft") if draft else "",
        ),
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


def public_act(facts: PublicAct) -> bytes:
    """The anonymised copy that the portal gives to everybody."""
    words = wording(facts.language)
    kind = words.acts[facts.kind]
    *parts, last = _parts(kind, facts.parts)
    story = [
        paper.line(f"{words.word('public', 'mark')}. {words.word('public', 'note')}", paper.NOTICE),
        *_heading(words, kind, facts),
        *_people(words, facts.judges, "", facts.participants, ""),
        *parts,
        KeepTogether(
            [last, *_signatures(words, facts.judges, signed=False), *_imprint(words, facts)]
        ),
    ]
    return paper.print_paper(
        story,
        paper.Sheet(
            title=f"{kind.heading} {facts.number}",
            author=facts.court,
            subject=words.word("public", "mark"),
            language=words.language_tag,
            made=_noon(facts.published),
            footer=lambda page, pages: words.word(
                "act", "page", number=facts.number, page=page, pages=pages
            ),
            footer_right=words.word("public", "mark"),
        ),
    )


def receipt(facts: Receipt) -> bytes:
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
        *letterhead(words, facts.court),
        paper.line(words.word("receipt", "heading"), paper.RECEIPT_TITLE),
        labelled((words.word("receipt", key), value) for key, value in rows if value),
        *_file_list(words, facts.files),
        paper.line(words.word("receipt", "note"), paper.NOTE),
        *verification_box(words, facts.verification),
    ]
    return paper.print_paper(
        story,
        paper.Sheet(
            title=f"{words.word('receipt', 'heading')} {facts.number}",
            author=facts.court,
            subject=words.word("receipt", "heading"),
            language=words.language_tag,
            made=facts.filed,
            footer=lambda page, pages: words.word(
                "receipt", "page", number=facts.number, page=page, pages=pages
            ),
        ),
    )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=COURT_TIME)


def letterhead(words: Wording, court: str) -> list[Flowable]:
    return [
        paper.line(words.republic.upper(), paper.INSTITUTION),
        paper.line(court, paper.COURT),
        paper.rule(thickness=1.1, color=paper.BRAND, before=6, after=7),
    ]


def _heading(words: Wording, kind: ActWords, facts: Act | PublicAct) -> list[Flowable]:
    half = paper.TEXT_WIDTH / 2
    opening = [
        paper.line(words.day(facts.day), paper.PLACE),
        paper.line(facts.place, paper.PLACE_RIGHT),
    ]
    story = [
        *letterhead(words, facts.court),
        paper.line(words.word("act", "case", number=facts.number), paper.NUMBER),
        paper.line(kind.heading.upper(), paper.TITLE),
    ]
    if kind.in_the_name:
        story.append(paper.line(words.in_the_name.upper(), paper.SUBTITLE))
    return [
        *story,
        Spacer(0, 8),
        paper.columns([opening], (half, half)),
        Spacer(0, 6),
    ]


def labelled(rows: Iterable[tuple[str, str]]) -> Flowable:
    return _label_columns(
        [[paper.line(label, paper.LABEL), paper.line(value, paper.VALUE)] for label, value in rows]
    )


def _label_columns(rows: Sequence[Sequence[Flowable | list[Flowable]]]) -> Flowable:
    return paper.columns(
        rows,
        (_LABEL_WIDTH, paper.TEXT_WIDTH - _LABEL_WIDTH),
        ("TOPPADDING", (0, 0), (0, -1), 3.4),  # the smaller letters stand on the same line
    )


def _people(
    words: Wording,
    judges: Sequence[str],
    secretary: str,
    participants: Sequence[Participant],
    subject: str,
) -> list[Flowable]:
    rows: list[list[Flowable | list[Flowable]]] = []

    def add(label: str, name: str, detail: str = "") -> None:
        value: list[Flowable] = [paper.line(name, paper.VALUE)]
        if detail:
            value.append(paper.line(detail, paper.DETAIL))
        rows.append([paper.line(label, paper.LABEL), value])

    presiding, *others = judges
    add(words.word("act", "presiding" if others else "judge"), presiding)
    if others:
        add(words.word("act", "judges"), ", ".join(others))
    if secretary:
        add(words.word("act", "secretary"), secretary)
    for participant in participants:
        add(_capital(participant.role), participant.name, participant.detail)
    if subject:
        add(words.word("act", "subject"), _capital(subject))
    return [
        paper.rule(before=2, after=3),
        _label_columns(rows),
        paper.rule(before=4, after=9),
    ]


def _parts(kind: ActWords, parts: Parts) -> list[Flowable]:
    """The parts in order; the caller keeps the last paragraph with the signature.

    A sheet that carries a signature and no text could be sewn to another act.
    """
    return [
        *paper.paragraphs(parts.introductory),
        paper.line(f"{kind.established}:".upper(), paper.FORMULA),
        *paper.paragraphs(parts.descriptive),
        *paper.paragraphs(parts.reasoning),
        paper.line(f"{kind.resolved}:".upper(), paper.FORMULA),
        *paper.paragraphs(parts.operative),
    ]


def _appeal(facts: Act) -> list[Flowable]:
    note = appeal_note(facts)
    return [Spacer(0, 4), *paper.paragraphs(note)] if note else []


def _signatures(words: Wording, judges: Sequence[str], *, signed: bool) -> list[Flowable]:
    presiding, *others = judges
    rows = [("presiding" if others else "judge", presiding), *(("judge", name) for name in others)]
    note = words.word("act", "signed") if signed else ""
    third = paper.TEXT_WIDTH / 3
    return [
        Spacer(0, 16),
        paper.columns(
            [
                [
                    paper.line(words.word("act", label), paper.VALUE_BOLD),
                    paper.line(note, paper.SIGNED),
                    paper.line(name, paper.SIGNATORY),
                ]
                for label, name in rows
            ],
            (third * 0.8, third * 1.1, third * 1.1),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
        ),
    ]


def verification_box(words: Wording, verification: Verification | None) -> list[Flowable]:
    if verification is None:
        return []
    text: list[Flowable] = [
        paper.line(words.word("verification", "title"), paper.SMALL_BOLD),
        paper.line(words.word("verification", "how"), paper.SMALL),
        paper.line(verification.url, paper.SMALL),
        Spacer(0, 5),
        paper.line(words.word("verification", "code"), paper.SMALL),
        paper.line(verification.code, paper.CODE),
    ]
    mark = paper.QrMark(verification.url, _QR_SIDE)
    box = paper.columns(
        [[mark, text]],
        (_QR_SIDE + 7 * mm, paper.TEXT_WIDTH - _QR_SIDE - 7 * mm),
        ("BOX", (0, 0), (-1, -1), 0.6, paper.HAIR),
        ("LEFTPADDING", (0, 0), (0, 0), 3 * mm),
        ("TOPPADDING", (0, 0), (-1, -1), 3 * mm),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3 * mm),
        ("RIGHTPADDING", (1, 0), (1, 0), 3 * mm),
        ("VALIGN", (1, 0), (1, 0), "MIDDLE"),
    )
    return [Spacer(0, 16), box]


def _certification(words: Wording, certification: Certification | None) -> list[Flowable]:
    if certification is None:
        return []
    official = words.word(
        "certified", "official", position=certification.position, name=certification.name
    )
    return [
        Spacer(0, 12),
        paper.line(words.word("certified", "mark").upper(), paper.VALUE_BOLD),
        paper.line(official, paper.VALUE),
        paper.line(words.day(certification.day), paper.VALUE),
    ]


def _imprint(words: Wording, facts: PublicAct) -> list[Flowable]:
    lines = [words.word("public", "published", date=words.day(facts.published))]
    if facts.policy:
        lines.append(words.word("public", "policy", version=facts.policy))
    if facts.url:
        lines.append(words.word("public", "source", url=facts.url))
    return [
        paper.rule(before=16, after=5),
        *(paper.line(text, paper.SMALL) for text in lines),
    ]


def _file_list(words: Wording, files: Sequence[ReceivedFile]) -> list[Flowable]:
    heading = paper.line(words.word("receipt", "files"), paper.SECTION)
    if not files:
        return [heading, paper.line(words.word("receipt", "no_files"), paper.VALUE)]
    number, size = 8 * mm, 24 * mm
    rows: list[list[Flowable | list[Flowable] | str]] = [
        [
            paper.line("№", paper.HEADER_CELL),
            [
                paper.line(words.word("receipt", "file"), paper.HEADER_CELL),
                paper.line(words.word("receipt", "digest"), paper.DIGEST),
            ],
            paper.line(words.word("receipt", "size"), paper.HEADER_CELL_RIGHT),
        ]
    ]
    rows += [
        [
            paper.line(str(position), paper.CELL),
            [
                paper.line(file.name, paper.CELL),
                paper.line(grouped(file.sha256), paper.DIGEST),
            ],
            paper.line(words.size(file.size), paper.CELL_RIGHT),
        ]
        for position, file in enumerate(files, 1)
    ]
    table = paper.columns(
        rows,
        (number, paper.TEXT_WIDTH - number - size, size),
        ("LINEBELOW", (0, 0), (-1, 0), 0.8, paper.INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, paper.HAIR),
        ("TOPPADDING", (0, 0), (-1, -1), 4),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        repeat=1,
    )
    return [CondPageBreak(40 * mm), heading, table]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def grouped(digest: str) -> str:
    """A long digest in groups that an eye can compare."""
    starts = range(0, len(digest), _DIGEST_GROUP)
    return " ".join(digest[start : start + _DIGEST_GROUP] for start in starts)
