"""The check of archival form: says which rules of PDF/A-3b a file breaks."""

from documents.pdfa.checking import faults

__all__ = ["faults"]
