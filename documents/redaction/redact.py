"""Redact: puts the layers together, settles what two of them say, and does as the policy says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from documents.redaction.aliases import initials_of
from documents.redaction.findings import Doubt, Kind, Layer, Redaction, Span
from documents.redaction.ground import Ground
from documents.redaction.identifiers import identifiers
from documents.redaction.known import Known, Official
from documents.redaction.names import People
from documents.redaction.policy import Policy, Treatment, default_policy
from documents.redaction.strangers import strangers
from documents.spelling import Plain, fold, lettered, plainly

_WEAK = frozenset({Doubt.UNSURE})
_ENDLESS = re.compile(r"[\w\u00ad\u0300-\u036f]{120,}|(?:\w[.-]){60,}")
_NEXT_SENTENCE = re.compile(r"[ \u00a0][«\"“(]?[А-ЯЁҢӨҮA-Z]")
_END_OF_PARAGRAPH = re.compile(r"[^\S\n]*(?:\n|\Z)")
_IN_SENTENCE = re.compile(r"[а-яёңөү\d,»] $")

_RANK = {layer: rank for rank, layer in enumerate((Layer.CLERK, *Layer))}


def redact(text: str, known: Known, *, policy: Policy | None = None) -> Redaction:
    """Return every place of the text that may lead to a person, surest layers first.

    ``policy`` says what becomes of each sort of data; without one the default holds.
    """
    policy = policy or default_policy()
    known, whole, plain = treated(known, policy), text, plainly(text)
    text = _tamed(plain.text)
    named = People(known).named(lettered(text))
    sure = [*identifiers(text, known), *named.persons]
    taken = [*(span.place for span in sure if span.doubt not in _WEAK), *named.officials]
    kin = [span.place for span in named.kin]
    unknown = strangers(text, known, taken, kin=kin, language=known.language)
    if policy.treatment(Kind.PERSON, "", known.case_kind) is Treatment.INITIALS:
        unknown = tuple(replace(span, replacement=initials_of(span.original)) for span in unknown)
    found = _settled(text, [*sure, *unknown])
    return Redaction(
        text=whole, spans=tuple(_written(_wanted(found, policy, known.case_kind), plain, whole))
    )


def residual(
    text: str,
    known: Known,
    *,
    settled: frozenset[str] = frozenset(),
    policy: Policy | None = None,
) -> tuple[Span, ...]:
    """Return what still leads to a known person: while this is not empty, nothing is published.

    ``settled`` are spellings (through ``surface``) that a clerk has declared not to mean the
    person. They excuse a doubtful place only; what is certainly a party's name never passes.
    """
    policy = policy or default_policy()
    known, whole, plain = treated(known, policy), text, plainly(text)
    text = _tamed(plain.text)
    named = People(known).named(lettered(text))
    kin = [span for span in named.kin if span.person is not None]
    found = _settled(text, [*identifiers(text, known), *named.persons, *kin])
    return tuple(
        span
        for span in _written(_wanted(found, policy, known.case_kind), plain, whole)
        if span.original != span.replacement
        and (span.doubt is None or surface(span.original) not in settled)
    )


def treated(known: Known, policy: Policy) -> Known:
    """Return the case with whom the policy keeps among the officials, and initials for labels."""
    treatment = {
        person.key: policy.treatment(Kind.PERSON, person.role, known.case_kind)
        for person in known.persons
    }
    return replace(
        known,
        persons=tuple(
            replace(person, label=initials_of(str(person.names[0])) if person.names else "")
            if treatment[person.key] is Treatment.INITIALS
            else person
            for person in known.persons
            if treatment[person.key] is not Treatment.KEEP
        ),
        officials=(
            *known.officials,
            *(
                Official(key=person.key, names=person.names)
                for person in known.persons
                if treatment[person.key] is Treatment.KEEP
            ),
        ),
    )


def surface(original: str) -> str:
    """Return the spelling under which a decision about a word is remembered."""
    return " ".join(fold(original).split())


def _tamed(text: str) -> str:
    """Return the text with every endless word blanked, as long as it was.

    No name is that long, and what looks for names looks at each letter of a word more than once.
    """
    return _ENDLESS.sub(lambda found: "\u00b7" * len(found[0]), text)


def _written(spans: Iterable[Span], plain: Plain, text: str) -> Iterator[Span]:
    """Give the spans of the plain text as they stand in the text that was written."""
    for span in spans:
        start, end = plain.written(span.start, span.end)
        yield replace(span, start=start, end=end, original=text[start:end])


def _wanted(spans: Iterable[Span], policy: Policy, case_kind: str) -> tuple[Span, ...]:
    """Return the spans without those sorts of data that the policy leaves where they are."""
    stays = {kind for kind in Kind if policy.treatment(kind, "", case_kind) is Treatment.KEEP} - {
        Kind.PERSON
    }
    return tuple(span for span in spans if span.kind not in stays)


def _short_of_stop(text: str, span: Span) -> Span:
    """Return the span without its last dot where that ends the sentence too: «к Асановой А. Б.».

    A name alone in its line, or behind a colon, is no sentence.
    """
    if not span.original.endswith("."):
        return span
    ends = _NEXT_SENTENCE.match(text, span.end) or (
        _END_OF_PARAGRAPH.match(text, span.end)
        and _IN_SENTENCE.search(text, max(0, span.start - 2), span.start)
    )
    if not ends:
        return span
    return replace(span, end=span.end - 1, original=span.original[:-1])


def _settled(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans without overlaps: the surer layer wins, then what is not doubtful.

    An e-mail address goes whole, whoever's name stands in it.
    """
    ground = Ground(len(text))
    kept: list[Span] = []
    order = sorted(
        spans,
        key=lambda span: (
            span.kind is not Kind.EMAIL,
            span.doubt in {Doubt.UNSURE, Doubt.INITIALS},
            _RANK[span.layer],
            span.start - span.end,
            span.start,
        ),
    )
    for span in order:
        if ground.free((span.start, span.end)):
            ground.take((span.start, span.end))
            kept.append(_short_of_stop(text, span))
    return tuple(sorted(kept, key=lambda span: span.start))
