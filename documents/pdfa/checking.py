"""The rules of PDF/A-3b (ISO 19005-3) that a paper could break, looked for in a file.

No validator of that standard can be had from the registries this project may use, so the rules
that papers could break are written down here, each with its clause. It is a check of our own
making and of signed papers; it is no certificate for files of strangers.
"""

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from documents.pdfa.fonts import font_faults

_MOST_STRING, _MOST_NAME = 32767, 127
_INTEGERS = range(-(2**31), 2**31)
_DEEPEST: Final = 28


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


_FORBIDDEN_ACTIONS: Final = _listed(
    "/Launch /Sound /Movie /ResetForm /ImportData /Hide /SetOCGState /Rendition /Trans"
    " /GoTo3DView /JavaScript /set-state /noop"
)
_NAMED_ACTIONS: Final = _listed("/NextPage /PrevPage /FirstPage /LastPage")
_ANNOTATIONS: Final = _listed(
    "/Text /Link /FreeText /Line /Square /Circle /Polygon /PolyLine /Highlight /Underline"
    " /Squiggly /StrikeOut /Stamp /Caret /Ink /Popup /FileAttachment /Widget /PrinterMark"
    " /TrapNet /Watermark /Redact"
)
_RELATIONS: Final = _listed("/Source /Data /Alternative /Supplement /Unspecified")
_BLENDS: Final = _listed(
    "/Normal /Compatible /Multiply /Screen /Overlay /Darken /Lighten /ColorDodge /ColorBurn"
    " /HardLight /SoftLight /Difference /Exclusion /Hue /Saturation /Color /Luminosity"
)
_INTENTS: Final = _listed("/RelativeColorimetric /AbsoluteColorimetric /Perceptual /Saturation")
_OPERATORS: Final = _listed(
    "b B b* B* BDC BI BMC BT BX c cm CS cs d d0 d1 Do DP EI EMC ET EX f F f* G g gs h i ID j J K k"
    " l m M MP n q Q re RG rg ri s S SC sc SCN scn sh T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz v w W"
    " W* y ' \""
) | {"INLINE IMAGE"}
_PRINT, _NOT_SHOWN = 4, 0b100011
_LEVELS: Final = frozenset({"A", "B", "U"})
_TWICE_SAID: Final = {
    "Title": "dc:title",
    "Author": "dc:creator",
    "Subject": "dc:description",
    "Keywords": "pdf:Keywords",
    "Creator": "xmp:CreatorTool",
    "Producer": "pdf:Producer",
    "CreationDate": "xmp:CreateDate",
    "ModDate": "xmp:ModifyDate",
}
"""What stands in the information dictionary and in the metadata, and must be the same."""
_NS: Final = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfaid": "http://www.aiim.org/pdfa/ns/id/",
}


def faults(pdf: bytes) -> tuple[str, ...]:
    """What keeps a file from being PDF/A-3b, each with its clause; empty if nothing was found."""
    try:
        with Pdf.open(io.BytesIO(pdf)) as opened:
            found = [*_file(pdf, opened)]
            for rule in (_metadata, _colours, _catalogue, _objects, _attachments, _pages):
                found += rule(opened)
    except pikepdf.PasswordError:
        return ("6.1.3 the file is encrypted",)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, KeyError) as error:
        return (f"6.1 the file cannot be read: {type(error).__name__}",)
    return tuple(dict.fromkeys(found))


def _file(raw: bytes, pdf: Pdf) -> Iterator[str]:
    if re.match(rb"%PDF-1\.[0-7]\r?\n%[^\r\n]*[\x80-\xff]{4}", raw) is None:
        yield "6.1.2 the header is not that of PDF 1.x with a binary comment"
    if pdf.is_encrypted:
        yield "6.1.3 the file is encrypted"
    if "/ID" not in pdf.trailer:
        yield "6.1.3 the file has no identifier"
    if not re.search(rb"%%EOF(\r\n|\n|\r)?\Z", raw):
        yield "6.1.3 something follows the end of the file"


def _metadata(pdf: Pdf) -> Iterator[str]:
    stream = pdf.Root.get("/Metadata")
    if not isinstance(stream, Stream):
        yield "6.6.2.1 the file has no metadata"
        return
    if "/Filter" in stream:
        yield "6.6.2.1 the metadata are compressed"
    packet = stream.read_bytes()
    if re.match(rb"\s*<\?xpacket[^>]*(bytes|encoding)=", packet):
        yield "6.6.2.1 the packet header has attributes that are no longer allowed"
    if b"<!" in packet:  # entities could unfold without end
        yield "6.6.2.1 the metadata define a document type"
        return
    try:
        tree = ET.fromstring(packet)  # noqa: S314 - no entities, as just seen
    except ET.ParseError:
        yield "6.6.2.1 the metadata are not well-formed XML"
        return
    if _said(tree, "pdfaid:part") != "3" or _said(tree, "pdfaid:conformance") not in _LEVELS:
        yield "6.6.4 the metadata do not say PDF/A-3"
    yield from _contradictions(pdf, tree)


def _contradictions(pdf: Pdf, tree: ET.Element) -> Iterator[str]:
    for name, path in _TWICE_SAID.items():
        known = pdf.docinfo.get(f"/{name}")
        if known is None:
            continue
        here, there = str(known), _said(tree, path) or ""
        if name.endswith("Date"):
            here, there = _digits(here), _digits(there)
        if here != there:
            yield f"6.6.3 {name} differs between the metadata and the information dictionary"


def _said(tree: ET.Element, path: str) -> str | None:
    prefix, name = path.split(":")
    wanted = f"{{{_NS[prefix]}}}{name}"
    for description in tree.iter(f"{{{_NS['rdf']}}}Description"):
        if wanted in description.attrib:
            return str(description.attrib[wanted])
        element = description.find(wanted)
        if element is not None:
            return "".join(str(text) for text in element.itertext()).strip()
    return None


def _digits(moment: str) -> str:
    """A moment of either notation, to the second, as far as it says its distance from UTC."""
    text = re.sub(r"[^0-9+Z-]", "", moment.removeprefix("D:").replace("T", ""))
    figures = re.sub(r"\D", "", re.sub(r"[+-]\d{4}'?$|Z$", "", text))
    return figures[:14]


def _colours(pdf: Pdf) -> Iterator[str]:
    intents = [one for one in pdf.Root.get("/OutputIntents", Array()) if one.S == Name.GTS_PDFA1]
    if not intents:
        yield "6.2.3 there is no output intent"
        return
    profile = intents[0].get("/DestOutputProfile")
    if not isinstance(profile, Stream):
        yield "6.2.3 the output intent has no colour profile"
        return
    data = profile.read_bytes()
    least = 128
    if len(data) < least or data[36:40] != b"acsp" or int.from_bytes(data[:4]) != len(data):
        yield "6.2.3 the colour profile is broken"
    elif data[12:16] not in {b"mntr", b"prtr"} or data[8] > 4:  # noqa: PLR2004 - ICC 4
        yield "6.2.3 the colour profile is not of a screen or printer, version 2 or 4"
    elif {b"RGB ": 3, b"GRAY": 1, b"CMYK": 4}.get(data[16:20]) != int(profile.get("/N", 0)):
        yield "6.2.3 the colour profile has another number of colours than it says"


def _space(pdf: Pdf) -> str:
    for one in pdf.Root.get("/OutputIntents", Array()):
        profile = one.get("/DestOutputProfile")
        if isinstance(profile, Stream):
            return profile.read_bytes()[16:20].decode("ascii", "replace").strip()
    return ""


def _catalogue(pdf: Pdf) -> Iterator[str]:
    root = pdf.Root
    nothing = Dictionary()
    names, form = root.get("/Names", nothing), root.get("/AcroForm", nothing)
    optional = root.get("/OCProperties", nothing).get("/D")
    for broken, what in (
        ("/AA" in root, "6.5.2 the catalogue has additional actions"),
        ("/JavaScript" in names, "6.5.1 the file carries scripts"),
        ("/AlternatePresentations" in names, "6.10 there are alternate presentations"),
        ("/Requirements" in root, "6.11 the catalogue has requirements"),
        (form.get("/NeedAppearances", False), "6.4.1 the form asks the reader to draw its fields"),
        ("/XFA" in form, "6.4.2 the form is an XFA form"),
        (root.get("/NeedsRendering", False), "6.4.2 the catalogue needs rendering"),
        (
            set(root.get("/Perms", nothing).keys()) - {"/UR3", "/DocMDP"},
            "6.1.12 there are other permissions than those of signatures",
        ),
        (
            optional is not None and ("/Name" not in optional or "/AS" in optional),
            "6.9 the optional content is not described as it must be",
        ),
    ):
        if broken:
            yield what


def _objects(pdf: Pdf) -> Iterator[str]:
    for thing in pdf.objects:
        yield from _limits(thing, 0)
        if isinstance(thing, Stream):
            yield from _stream(thing)
        if isinstance(thing, Dictionary | Stream):
            yield from _dictionary(pdf, thing)


def _limits(thing: Any, depth: int) -> Iterator[str]:
    """Numbers, names and texts within the bounds of a conforming reader (6.1.13)."""
    if isinstance(thing, int):
        if thing not in _INTEGERS:
            yield "6.1.13 an integer is too large"
    elif isinstance(thing, pikepdf.String | Name):
        most = _MOST_STRING if isinstance(thing, pikepdf.String) else _MOST_NAME + 1
        if len(bytes(thing)) > most:
            yield "6.1.13 a string or name is too long"
    elif isinstance(thing, Array | Dictionary | Stream) and depth < _DEEPEST:
        inner = thing if isinstance(thing, Array) else [value for _, value in thing.items()]
        for value in inner:
            if not getattr(value, "is_indirect", False):
                yield from _limits(value, depth + 1)


def _stream(stream: Stream) -> Iterator[str]:
    if any(key in stream for key in ("/F", "/FFilter", "/FDecodeParms")):
        yield "6.1.7.1 a stream keeps its content in another file"
    used = stream.get("/Filter", Array())
    names = {str(used)} if isinstance(used, Name) else {str(one) for one in used}
    if "/LZWDecode" in names:
        yield "6.1.7.2 a stream is packed with LZW"
    if "/Crypt" in names:
        yield "6.1.7.2 a stream is encrypted"


def _dictionary(pdf: Pdf, thing: Dictionary | Stream) -> Iterator[str]:
    kind, subtype = thing.get("/Type"), thing.get("/Subtype")
    action = thing.get("/S")
    if isinstance(action, Name) and (kind == Name.Action or "/JS" in thing or "/URI" in thing):
        yield from _action(thing, str(action))
    for key in ("/A", "/OpenAction"):
        inner = thing.get(key)
        if isinstance(inner, Dictionary) and isinstance(inner.get("/S"), Name):
            yield from _action(inner, str(inner.S))
    if kind == Name.Font or subtype in {Name.TrueType, Name.Type0}:
        yield from font_faults(thing)
    if kind == Name.ExtGState or {"/ca", "/CA", "/BM", "/SMask"} & set(thing.keys()):
        yield from _graphics_state(pdf, thing)
    if subtype == Name.Form or (subtype == Name.Image and isinstance(thing, Stream)):
        yield from _external(pdf, thing)


def _action(action: Dictionary | Stream, kind: str) -> Iterator[str]:
    if kind in _FORBIDDEN_ACTIONS:
        yield f"6.5.1 there is an action {kind[1:]}"
    if kind == "/Named" and str(action.get("/N")) not in _NAMED_ACTIONS:
        yield "6.5.1 there is a named action that is not allowed"


def _graphics_state(pdf: Pdf, state: Dictionary | Stream) -> Iterator[str]:
    if "/TR" in state or ("/TR2" in state and Name.Default != state.TR2):
        yield "6.2.5 a graphics state has a transfer function"
    if "/HTP" in state:
        yield "6.2.5 a graphics state has a halftone phase"
    mode = state.get("/BM")
    if isinstance(mode, Name) and str(mode) not in _BLENDS:
        yield "6.2.10 a blend mode is unknown"
    if not _space(pdf) and any(
        float(state.get(key, 1)) < 1 for key in ("/ca", "/CA") if key in state
    ):
        yield "6.2.10 there is transparency without a colour space to reckon it in"


def _external(pdf: Pdf, thing: Dictionary | Stream) -> Iterator[str]:
    for key in ("/OPI", "/Ref", "/PS", "/Alternates"):
        if key in thing:
            yield f"6.2.8 a picture or form has {key[1:]}"
    if thing.get("/Interpolate", False):
        yield "6.2.8 a picture asks to be interpolated"
    if thing.get("/ColorSpace") == Name.DeviceCMYK and _space(pdf) != "CMYK":
        yield "6.2.4.3 a picture is in CMYK"


def _attachments(pdf: Pdf) -> Iterator[str]:
    associated = {one.objgen for one in pdf.Root.get("/AF", Array())}
    for thing in pdf.objects:
        if not isinstance(thing, Dictionary) or "/EF" not in thing:
            continue
        if str(thing.get("/AFRelationship")) not in _RELATIONS:
            yield "6.8 an attachment does not say what it is to the paper"
        if "/F" not in thing or "/UF" not in thing:
            yield "6.8 an attachment has no name"
        if thing.objgen not in associated:
            yield "6.8 an attachment is associated with nothing"
        for embedded in thing.EF.values():
            if not isinstance(embedded.get("/Subtype"), Name):
                yield "6.8 an attachment does not say its type"
            if "/ModDate" not in embedded.get("/Params", Dictionary()):
                yield "6.8 an attachment does not say its date"


def _pages(pdf: Pdf) -> Iterator[str]:
    space = _space(pdf)
    for page in pdf.pages:
        for key in ("/AA", "/PresSteps"):
            if key in page.obj:
                yield f"6.5.2 a page has {key[1:]}"
        yield from _content(page, space)
        for annotation in page.obj.get("/Annots", Array()):
            yield from _annotation(annotation)


def _content(page: Any, space: str) -> Iterator[str]:
    depth = deepest = 0
    for instruction in pikepdf.parse_content_stream(page):
        operator = str(instruction.operator)
        depth += {"q": 1, "Q": -1}.get(operator, 0)
        deepest = max(deepest, depth)
        if operator not in _OPERATORS:
            yield f"6.2.2 the content has an unknown operator {operator!r}"
        if operator in {"k", "K"} and space != "CMYK":
            yield "6.2.4.3 the content is coloured in CMYK"
        if operator in {"rg", "RG"} and space != "RGB":
            yield "6.2.4.3 the content is coloured in RGB without an RGB profile"
        if operator == "ri" and str(instruction.operands[0]) not in _INTENTS:
            yield "6.2.6 a rendering intent is unknown"
    if deepest > _DEEPEST:
        yield "6.1.13 graphics states are nested too deep"
    if depth:
        yield "6.2.2 graphics states are not closed"


def _annotation(annotation: Any) -> Iterator[str]:
    kind = str(annotation.get("/Subtype"))
    if kind not in _ANNOTATIONS:
        yield f"6.3.1 an annotation of the kind {kind[1:]} is not allowed"
    flags = int(annotation.get("/F", 0))
    if kind != "/Popup" and (not flags & _PRINT or flags & _NOT_SHOWN):
        yield "6.3.2 an annotation is not printed or not shown"
    if "/AA" in annotation or (kind == "/Widget" and "/A" in annotation):
        yield "6.4.1 a field has actions"
    rectangle: Any = annotation.get("/Rect", [0, 0, 0, 0])
    left, bottom, right, top = (float(side) for side in rectangle)
    shown = left != right and bottom != top
    appearance = annotation.get("/AP")
    if appearance is None:
        if shown and kind not in {"/Popup", "/Link"}:
            yield "6.3.3 an annotation has no appearance"
    elif set(appearance.keys()) != {"/N"}:
        yield "6.3.3 an annotation has other appearances than the normal one"
