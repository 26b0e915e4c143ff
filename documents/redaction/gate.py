"""Gate: says what a published thing still tells of the people of a case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from documents.redaction.findings import Kind, Layer
from documents.redaction.known import Known
from documents.redaction.papers import Piece, pieces_of
from documents.redaction.policy import Policy
from documents.redaction.redact import residual

_AROUND = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """Words of the case in a published thing: in which piece, at which characters of it."""

    where: str
    start: int
    end: int
    original: str
    kind: Kind
    certain: bool
    around: str


def check(
    content: bytes,
    known: Known,
    *,
    name: str = "",
    settled: frozenset[str] = frozenset(),
    policy: Policy | None = None,
) -> tuple[Leak, ...]:
    """Return what a file still tells of the case, in its text or hidden, and by its name.

    Raises UnreadablePaperError when the file cannot be read.
    """
    return leaks(pieces_of(content, name), known, settled=settled, policy=policy)


def leaks(
    pieces: Iterable[Piece],
    known: Known,
    *,
    settled: frozenset[str] = frozenset(),
    policy: Policy | None = None,
) -> tuple[Leak, ...]:
    """Return what pieces of text tell of the case: names, numbers and addresses in every form.

    What the redaction itself leaves standing, a party's name inside that of an organisation or a
    street, is no leak.
    """
    return tuple(
        Leak(
            where=piece.where,
            start=span.start,
            end=span.end,
            original=span.original,
            kind=span.kind,
            certain=span.doubt is None,
            around=piece.text[max(0, span.start - _AROUND) : span.end + _AROUND],
        )
        for piece in pieces
        for span in residual(piece.text, known, settled=settled, policy=policy)
        if span.layer is Layer.CASE and span.applied
    )
