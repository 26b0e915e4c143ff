"""Inspection: parses one hostile file as the kind it claims; runs in bounds only (`bounds.py`).

The report is either {"pages", "found"} or {"objection", "facts"}.
"""

import importlib
from typing import Any, Final

from documents.intake.terms import Kind, Limits, Objection, Refused

READERS: Final = {
    Kind.PDF: "documents.intake.pdfs",
    Kind.DOCX: "documents.intake.packages",
    Kind.JPEG: "documents.intake.pictures",
    Kind.PNG: "documents.intake.pictures",
    Kind.TIFF: "documents.intake.pictures",
}
"""Each has `inspect(path, kind, limits)`; only the one that is needed is brought in."""


def within(arguments: dict[str, Any]) -> dict[str, Any]:
    """Inspect `path` as `kind` inside `limits`; every failure of a parser becomes a finding."""
    kind, limits = Kind(arguments["kind"]), Limits(**arguments["limits"])
    try:
        reader = importlib.import_module(READERS[kind])
        pages, found = reader.inspect(arguments["path"], kind, limits)
    except Refused as refused:
        return {"objection": refused.code, "facts": refused.facts}
    except MemoryError:
        return {"objection": Objection.BOMB, "facts": {}}
    except Exception:  # noqa: BLE001 - parsers of hostile input fail in every way there is
        return {"objection": Objection.DAMAGED, "facts": {}}
    return {"pages": pages, "found": sorted(found)}
