"""ESI: signing in by the state's identity provider, and documents that are confirmed there."""

from sud.esi.service import begin, record_of, taken

__all__ = ["begin", "record_of", "taken"]
