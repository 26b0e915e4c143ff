"""Redact: puts the layers together and settles what two of them say about one place."""

from __future__ import annotations

from documents.redaction.findings import Doubt, Layer, Redaction, Span
from documents.redaction.ground import Ground
from documents.redaction.identifiers import identifiers
from documents.redaction.known import Known
from documents.redaction.names import People
from documents.redaction.policy import Policy, default_policy
from documents.redaction.strangers import strangers
from documents.spelling import fold

_RANK = {layer: rank for rank, layer in enumerate((Layer.CLERK, *Layer))}


def redact(text: str, known: Known, *, policy: Policy | None = None) -> Redaction:
    """Return every place of the text that may lead to a person, surest layers first.

    ``policy`` says what becomes of each sort of data; without one the default holds.
    """
    policy = policy or default_policy()
    named, officials = People(known).mentions(text)
    sure = [*identifiers(text, known), *named]
    taken = [*((span.start, span.end) for span in sure), *officials]
    spans = [*sure, *strangers(text, known, taken, language=known.language)]
    return Redaction(text=text, spans=_settled(text, spans))


def residual(text: str, known: Known, *, settled: frozenset[str] = frozenset()) -> tuple[Span, ...]:
    """Return what still leads to a known person: while this is not empty, nothing is published.

    ``settled`` are spellings (through ``surface``) that a clerk has declared not to mean the
    person. They excuse a doubtful place only; what is certainly a party's name never passes.
    """
    named, _officials = People(known).mentions(text)
    return tuple(
        span
        for span in _settled(text, [*identifiers(text, known), *named])
        if span.doubt is None or surface(span.original) not in settled
    )


def surface(original: str) -> str:
    """Return the spelling under which a decision about a word is remembered."""
    return " ".join(fold(original).split())


def is_certain(span: Span) -> bool:
    """Tell whether a finding needs no person to confirm it."""
    return span.doubt is None


def _settled(text: str, spans: list[Span]) -> tuple[Span, ...]:
    """Return the spans without overlaps: the surer layer wins, then what is not doubtful."""
    ground = Ground(len(text))
    kept: list[Span] = []
    order = sorted(
        spans,
        key=lambda span: (
            span.doubt in {Doubt.UNSURE, Doubt.INITIALS},
            _RANK[span.layer],
            span.start - span.end,
            span.start,
        ),
    )
    for span in order:
        if ground.free((span.start, span.end)):
            ground.take((span.start, span.end))
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))
