"""The older names of papers, for callers that still use them."""

from documents.papers import acts, receipts
from documents.papers.acts import Act, Appeal, Parts, PublicAct, appeal_note
from documents.papers.facts import Certification, Participant, Verification
from documents.papers.receipts import Receipt, ReceivedFile

__all__ = [
    "Act",
    "Appeal",
    "Certification",
    "Participant",
    "Parts",
    "PublicAct",
    "Receipt",
    "ReceivedFile",
    "Verification",
    "act",
    "appeal_note",
    "public_act",
    "receipt",
]


def act(facts: Act) -> bytes:
    return acts.act(facts).pdf


def public_act(facts: PublicAct) -> bytes:
    return acts.public_act(facts).pdf


def receipt(facts: Receipt) -> bytes:
    return receipts.receipt(facts).pdf
