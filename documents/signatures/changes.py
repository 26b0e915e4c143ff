"""What may be added to a signed paper, and the name of what was done to it otherwise."""

from collections.abc import Iterator
from typing import Any

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DocInfoRule,
    DSSCompareRule,
    FormUpdatingRule,
    MetadataUpdateRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)

from documents.signatures.verdict import Finding

_METADATA = MetadataUpdateRule()  # type: ignore[no-untyped-call]
ALLOWED = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),  # type: ignore[no-untyped-call]
        DocInfoRule().as_qualified(ModificationLevel.LTA_UPDATES),
        _METADATA.as_qualified(ModificationLevel.LTA_UPDATES),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldCreationRule(),  # type: ignore[no-untyped-call]
            SigFieldModificationRule(),
        ]
    ),
)
"""More signatures, more stamps, what proves them, and the date of the last change. The library by
itself would also let texts in form fields be changed: their new look can hide what was signed."""

_PAGES_LOOKED_AT = 2000
_DEEPEST = 40


def named(paper: PdfFileReader, since: int) -> Finding:
    """What was changed after revision `since` (counted from 0), as well as it can be told."""
    before = list(_pages(paper.get_historical_root(since)["/Pages"]))
    after = list(_pages(paper.root["/Pages"]))
    if len(before) != len(after):
        return Finding.PAGES_ADDED
    pairs = list(zip(before, after, strict=True))
    if any(_content(old) != _content(new) for old, new in pairs):
        return Finding.PAGE_CHANGED
    if any(_notes(new) - _notes(old) for old, new in pairs):
        return Finding.ANNOTATED
    if _values(paper.get_historical_root(since)) != _values(paper.root):
        return Finding.FIELD_CHANGED
    return Finding.CHANGED


def _pages(node: Any, depth: int = 0) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise ValueError("pages are nested too deep")
    for number, kid in enumerate(node.get("/Kids", ())):
        if number > _PAGES_LOOKED_AT:
            raise ValueError("too many pages")
        page = kid.get_object()
        if "/Kids" in page:
            yield from _pages(page, depth + 1)
        else:
            yield page


def _content(page: Any) -> list[bytes]:
    """What is drawn on a page, as it stands in the file."""
    drawn = page.get("/Contents")
    parts = drawn if isinstance(drawn, list) else [drawn]
    return [one.get_object().encoded_data for one in parts if one is not None]


def _notes(page: Any) -> set[int]:
    """The annotations of a page that are no form fields, by their number in the file."""
    return {
        getattr(note, "idnum", -1)
        for note in page.get("/Annots", ())
        if note.get_object().get("/Subtype") != "/Widget"
    }


def _values(root: Any) -> dict[str, Any]:
    """What stands in the form fields that are no signatures."""
    fields = root.get("/AcroForm", {}).get("/Fields", ())
    return {
        str(field.get("/T")): field.get("/V")
        for field in (one.get_object() for one in fields)
        if field.get("/FT") != "/Sig"
    }
