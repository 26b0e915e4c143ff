"""Makes the claims as parties bring them: Word files, some PDF; each says that it is fiction."""

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from documents.papers import sheet

_TYPES: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/'
    'vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
    'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
)
_WORD: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FIRST_DAY_OF_ZIP: Final = (1980, 1, 1, 0, 0, 0)


def as_word(lines: Sequence[str]) -> bytes:
    """A plain Word document, the same bytes for the same lines."""
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines
    )
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("[Content_Types].xml", _TYPES),
            ("_rels/.rels", _RELATIONS),
            ("word/document.xml", document),
        ):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP), content)
    return target.getvalue()


def as_pdf(
    lines: Sequence[str], *, title: str, author: str, language: str, watermark: str, made: datetime
) -> bytes:
    """A printed claim with a word across it that it is invented."""
    around = sheet.Sheet(
        title=title,
        author=author,
        subject=title,
        language=language,
        made=made,
        footer=title,
        watermark=watermark,
    )
    return sheet.print_paper(sheet.paragraphs("\n".join(lines)), around).pdf
