"""Papers: reads back everything that a finished PDF tells, seen or hidden."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader

_MARKUP = re.compile(r"<[^>]*>|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?")


def text_of_pdf(content: bytes) -> str:
    """Return the text layer, the properties, the bookmarks and the XMP of a PDF as one text."""
    reader = PdfReader(io.BytesIO(content))
    told = [page.extract_text() for page in reader.pages]
    told += [str(value) for name, value in (reader.metadata or {}).items() if "Date" not in name]
    told += [str(entry.title) for entry in reader.outline if not isinstance(entry, list)]
    if reader.xmp_metadata is not None:
        written = reader.xmp_metadata.stream.get_data().decode("utf-8", "replace")
        told.append(_MARKUP.sub(" ", written))
    return "\n\n".join(told)
