"""Fluency: a redacted text as the public reads it."""

from __future__ import annotations

from documents.redaction.findings import Span, pieces
from documents.redaction.roles import said_once


def fluent(text: str, spans: tuple[Span, ...]) -> str:
    """Return the text with its spans replaced, and no role said twice.

    «Истец Асанов обратился» becomes «Истец 1 обратился», and not «Истец Истец 1 обратился».
    """
    return "".join(part for piece in pieces(text, spans) for part in said_once(*piece))
