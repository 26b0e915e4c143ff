"""Redaction: takes people out of a public text and proves that they are out.

``redact`` proposes, a person decides, ``residual`` refuses while anything known is left.
Everything is plain data; nothing is stored here and nothing is asked of the outside.
"""

from documents.redaction.findings import Doubt, Kind, Layer, Redaction, Span, replaced
from documents.redaction.identifiers import born_of
from documents.redaction.known import Known, Name, Official, Person, label_of, name_of
from documents.redaction.policy import Policy, Rule, Treatment, default_policy, policy_of
from documents.redaction.redact import redact, residual, surface

__all__ = [
    "Doubt",
    "Kind",
    "Known",
    "Layer",
    "Name",
    "Official",
    "Person",
    "Policy",
    "Redaction",
    "Rule",
    "Span",
    "Treatment",
    "born_of",
    "default_policy",
    "label_of",
    "name_of",
    "policy_of",
    "redact",
    "replaced",
    "residual",
    "surface",
]
