"""Archival form: turns a printed PDF into PDF/A-3b (ISO 19005-3) with its data inside.

Properties, colour profile, structure and attachment are put in; dates are handed in, so that equal
facts give equal bytes. Whether a file is what it claims to be is asked of `documents.pdfa`.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from documents.srgb import srgb_profile

PRODUCER = "AIS Sud (ReportLab, pikepdf)"
_MOST_PAIRS = 100
"""How many pairs one block of a ToUnicode map may hold (Adobe Technical Note 5014)."""
_PAIR = re.compile(r"<[0-9A-F]{2}> <[0-9A-F]{4,}>")

_CLAIM = "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>"
_XMP = """<?xpacket begin="\N{ZERO WIDTH NO-BREAK SPACE}" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/">
   {claim}
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
   <dc:description><rdf:Alt>
    <rdf:li xml:lang="x-default">{subject}</rdf:li>
   </rdf:Alt></dc:description>
   <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
   <xmp:CreatorTool>{creator}</xmp:CreatorTool>
   <xmp:CreateDate>{made}</xmp:CreateDate>
   <xmp:ModifyDate>{made}</xmp:ModifyDate>
   <pdf:Producer>{producer}</pdf:Producer>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What a paper says of itself; `made` is aware, in UTC."""

    title: str
    author: str
    subject: str
    language: str
    made: datetime
    creator: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """A piece of the text in reading order: its role, page (from 0) and number on the page."""

    role: str
    page: int
    number: int
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Data that go inside the paper: what the paper says, for machines."""

    name: str
    content: bytes
    media_type: str
    description: str


def archival(
    printed: bytes,
    properties: Properties,
    *,
    elements: Sequence[Element] = (),
    attachment: Attachment | None = None,
) -> bytes:
    """The same paper as PDF/A-3b; `elements` name its marked content in reading order."""
    with Pdf.open(io.BytesIO(printed)) as pdf:
        for page in pdf.pages:
            for needless in ("/Trans", "/Group"):
                if needless in page.obj:
                    del page.obj[needless]
        _mend_maps(pdf)
        if elements:
            _build_structure(pdf, elements)
        _attach(pdf, attachment, properties.made)
        return stamped(pdf, properties)


def stamped(pdf: Pdf, properties: Properties, *, claims: bool = True) -> bytes:
    """Write the file with its properties, its colours and, if it `claims` so, as PDF/A-3b."""
    root = pdf.Root
    root.Lang = String(properties.language)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    profile = Stream(pdf, srgb_profile(), N=3, Alternate=Name.DeviceRGB)
    root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier=String("sRGB IEC61966-2.1"),
                Info=String("sRGB IEC61966-2.1"),
                DestOutputProfile=pdf.make_indirect(profile),
            )
        ]
    )
    _describe(pdf, properties, claims=claims)
    target = io.BytesIO()
    pdf.save(
        target,
        force_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized,
        preserve_pdfa=True,
        fix_metadata_version=False,
    )
    return target.getvalue()


def _describe(pdf: Pdf, properties: Properties, *, claims: bool) -> None:
    made = properties.made
    texts = {
        "title": properties.title,
        "author": properties.author,
        "subject": properties.subject,
        "language": properties.language,
        "creator": properties.creator,
        "producer": PRODUCER,
        "made": f"{made:%Y-%m-%dT%H:%M:%S}+00:00",
    }
    written = {name: escape(text) for name, text in texts.items()}
    packet = _XMP.format(claim=_CLAIM if claims else "", **written)
    pdf.Root.Metadata = pdf.make_indirect(
        Stream(pdf, packet.encode(), Type=Name.Metadata, Subtype=Name.XML)
    )
    pdf.trailer.Info = pdf.make_indirect(Dictionary())
    stamp = f"D:{made:%Y%m%d%H%M%S}+00'00'"
    for name, text in (
        ("/Title", properties.title),
        ("/Author", properties.author),
        ("/Subject", properties.subject),
        ("/Creator", properties.creator),
        ("/Producer", PRODUCER),
        ("/CreationDate", stamp),
        ("/ModDate", stamp),
    ):
        pdf.docinfo[name] = String(text)


def _mend_maps(pdf: Pdf) -> None:
    """Write the ToUnicode maps anew: reportlab maps the code 0 and makes blocks too long."""
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary) or thing.get("/Type") != Name.Font:
            continue
        if "/ToUnicode" not in thing:
            continue
        text = thing.ToUnicode.read_bytes().decode("ascii")
        head, end = text.index("1 begincodespacerange"), text.rindex("endbfchar")
        pairs = [pair for pair in _PAIR.findall(text) if not pair.endswith("<0000>")]
        blocks = [
            "\n".join([f"{len(block)} beginbfchar", *block, "endbfchar"])
            for block in (pairs[at : at + _MOST_PAIRS] for at in range(0, len(pairs), _MOST_PAIRS))
        ]
        space = "1 begincodespacerange\n<00> <FF>\nendcodespacerange"
        whole = [text[:head].rstrip(), space, *blocks, text[end:].partition("\n")[2]]
        thing.ToUnicode.write("\n".join(whole).encode("ascii"))


def _attach(pdf: Pdf, attachment: Attachment | None, made: datetime) -> None:
    if attachment is None:
        return
    stamp = String(f"D:{made:%Y%m%d%H%M%S}+00'00'")
    embedded = pdf.make_indirect(
        Stream(
            pdf,
            attachment.content,
            Type=Name.EmbeddedFile,
            Subtype=Name(f"/{attachment.media_type}"),
            Params=Dictionary(Size=len(attachment.content), CreationDate=stamp, ModDate=stamp),
        )
    )
    file = pdf.make_indirect(
        Dictionary(
            Type=Name.Filespec,
            F=String(attachment.name),
            UF=String(attachment.name),
            Desc=String(attachment.description),
            AFRelationship=Name.Data,
            EF=Dictionary(F=embedded, UF=embedded),
        )
    )
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=Array([String(attachment.name), file]))
    )
    pdf.Root.AF = Array([file])


def _build_structure(pdf: Pdf, elements: Sequence[Element]) -> None:
    """Tell readers for the blind what is a heading, a paragraph or a figure, and in which order."""
    tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
    document = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Document, P=tree))
    pages = [page.obj for page in pdf.pages]
    of_page: list[list[Any]] = [[] for _ in pages]
    for element in elements:
        made = pdf.make_indirect(
            Dictionary(
                Type=Name.StructElem,
                S=Name(f"/{element.role}"),
                P=document,
                Pg=pages[element.page],
                K=element.number,
            )
        )
        if element.alt:
            made.Alt = String(element.alt)
        of_page[element.page].append(made)
    document.K = Array([made for page in of_page for made in page])
    tree.K = document
    numbers: list[Any] = []
    for number, (page, own) in enumerate(zip(pages, of_page, strict=True)):
        page.StructParents = number
        page.Tabs = Name.S
        numbers += [number, pdf.make_indirect(Array(own))]
    tree.ParentTree = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
    tree.ParentTreeNextKey = len(pages)
    pdf.Root.StructTreeRoot = tree
    pdf.Root.MarkInfo = Dictionary(Marked=True)
