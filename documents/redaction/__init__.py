"""Redaction: takes people out of a public text and proves that they are out.

``redact`` proposes, a person decides, ``residual`` refuses while anything known is left in a
text, ``check`` while anything is left in a file.
Everything is plain data; nothing is stored here and nothing is asked of the outside.
"""

from documents.redaction.aliases import initials_of
from documents.redaction.casefile import CaseFileError
from documents.redaction.findings import Doubt, Kind, Layer, Redaction, Span, replaced
from documents.redaction.fluency import fluent
from documents.redaction.gate import Leak, check, leaks
from documents.redaction.identifiers import born_of
from documents.redaction.known import (
    Known,
    Name,
    Official,
    Person,
    label_of,
    name_of,
    names_of,
)
from documents.redaction.language import language_of
from documents.redaction.papers import Piece, UnreadablePaperError, pieces_of, pieces_of_address
from documents.redaction.policy import Policy, Rule, Treatment, default_policy, policy_of
from documents.redaction.redact import redact, residual, surface

__all__ = [
    "CaseFileError",
    "Doubt",
    "Kind",
    "Known",
    "Layer",
    "Leak",
    "Name",
    "Official",
    "Person",
    "Piece",
    "Policy",
    "Redaction",
    "Rule",
    "Span",
    "Treatment",
    "UnreadablePaperError",
    "born_of",
    "check",
    "default_policy",
    "fluent",
    "initials_of",
    "label_of",
    "language_of",
    "leaks",
    "name_of",
    "names_of",
    "pieces_of",
    "pieces_of_address",
    "policy_of",
    "redact",
    "replaced",
    "residual",
    "surface",
]
