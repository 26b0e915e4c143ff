"""PDFs: reads one to its last object, counts what it unfolds to and names what in it acts.

Runs in bounds only. Names written with escapes (/J#61vaScript) and objects hidden in compressed
streams come out of qpdf plain.
"""

import base64
import io
import mmap
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pikepdf

from documents.intake.terms import Finding, Kind, Limits, Objection, Refused

_CHUNK: Final = 1 << 20
_OVERLAP: Final = 64
_BLANK: Final = b"\0\t\n\f\r "
_LONGEST_TAIL: Final = 1024
"""Of servers' remarks and transfer padding behind the end; more is another file."""
_LARGEST_SIDE: Final = 14_400
"""Units of a page's side: PDF 32000-1, Annex C."""
_LARGEST_UNIT: Final = 100
# Filters that make bytes smaller; two of them on one stream multiply (1.5 KB became 512 MB).
_SHRINKING: Final = {"/FlateDecode", "/Fl", "/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"}
_FLATE: Final = {"/FlateDecode", "/Fl"}
_HEXADECIMAL: Final = {"/ASCIIHexDecode", "/AHx"}
_SPELLINGS: Final = {*_HEXADECIMAL, "/ASCII85Decode", "/A85"}
_PICTURES: Final = {
    "/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF",
}  # fmt: skip
_SLACK: Final = 64 * 1024
_LARGE_INLINE: Final = re.compile(rb"/(?:W|H|Width|Height)\s+\d{5}")
"""A picture within a drawing is small by the standard (8.9.7); a large one is meant to hurt."""

ACTIONS: Final = {
    "/JavaScript": Finding.SCRIPT,
    "/Launch": Finding.LAUNCH,
    "/ImportData": Finding.IMPORT,
    "/SubmitForm": Finding.SUBMIT,
    "/GoToE": Finding.ATTACHMENT,
    "/GoToR": Finding.EXTERNAL,
    "/Rendition": Finding.MEDIA,
    "/Movie": Finding.MEDIA,
    "/Sound": Finding.MEDIA,
    "/RichMediaExecute": Finding.MEDIA,
    "/GoTo3DView": Finding.MEDIA,
}
KEYS: Final = {
    "/JS": Finding.SCRIPT,
    "/EmbeddedFiles": Finding.ATTACHMENT,
    "/EF": Finding.ATTACHMENT,
    "/XFA": Finding.FORM,
    "/RichMediaContent": Finding.MEDIA,
}
ANNOTATIONS: Final = {
    "/FileAttachment": Finding.ATTACHMENT,
    "/RichMedia": Finding.MEDIA,
    "/Movie": Finding.MEDIA,
    "/Sound": Finding.MEDIA,
    "/Screen": Finding.MEDIA,
    "/3D": Finding.MEDIA,
}


def inspect(path: str, _kind: Kind, limits: Limits) -> tuple[int, set[Finding]]:
    """Return pages and findings; raise `Refused` for bombs, locks and double files."""
    # A PDF that is a ZIP at the same time is two files for two readers.
    if zipfile.is_zipfile(path):
        raise Refused(Objection.TWO_IN_ONE)
    found = _tail(path)
    try:
        pdf = pikepdf.open(path)
    except pikepdf.PasswordError:
        raise Refused(Objection.ENCRYPTED) from None
    with pdf:
        if pdf.is_encrypted:
            raise Refused(Objection.ENCRYPTED)
        pages = len(pdf.pages)
        if pages == 0:
            raise Refused(Objection.DAMAGED)
        if pages > limits.pages:
            raise Refused(Objection.TOO_MANY_PAGES, pages=pages, limit=limits.pages)
        found |= _every_object(pdf, limits)
    return pages, found


def _every_object(pdf: pikepdf.Pdf, limits: Limits) -> set[Finding]:
    found: set[Finding] = set()
    left = limits.unpacked
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            left -= _unpacked(thing, left, limits)
        if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary | pikepdf.Array):
            for inner in dictionaries(thing):
                found |= acting(inner)
                _measure_page(inner)
    return found


def dictionaries(whole: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Give an object's dictionaries, itself and what is written inside it, however deep."""
    waiting = [whole]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, pikepdf.Array):
            inner = list(thing)
        else:
            yield thing
            inner = [thing[key] for key in thing.keys()]  # noqa: SIM118 - not a Python dict
        waiting += [
            one
            for one in inner
            if isinstance(one, pikepdf.Array | pikepdf.Dictionary) and not one.is_indirect
        ]


def acting(thing: pikepdf.Object) -> set[Finding]:
    """Name what one dictionary does beside showing something."""
    found = {KEYS[key] for key in thing.keys() if key in KEYS}  # noqa: SIM118
    for key, meanings in (("/S", ACTIONS), ("/Subtype", ANNOTATIONS)):
        named = _name(thing.get(key))
        if named in meanings:
            found.add(meanings[named])
    if isinstance(thing, pikepdf.Stream) and ("/F" in thing or "/Ref" in thing):
        found.add(Finding.EXTERNAL)
    if _name(thing.get("/Subtype")) == "/PS" or _name(thing.get("/Subtype2")) == "/PS":
        found.add(Finding.SCRIPT)
    if "/ByteRange" in thing and "/Contents" in thing:
        found.add(Finding.SIGNATURE)
    return found


def _tail(path: str) -> set[Finding]:
    """Look behind the last end of the file: what lies there is for somebody else."""
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        end = data.rfind(b"%%EOF")
        rest = len(data[end + 5 :].strip(_BLANK)) if end >= 0 else 0
    if rest > _LONGEST_TAIL:
        raise Refused(Objection.TWO_IN_ONE)
    return {Finding.TAIL} if rest else set()


def _measure_page(thing: pikepdf.Object) -> None:
    """Refuse a sheet that no reader can spread out."""
    for key in ("/MediaBox", "/CropBox"):
        box = thing.get(key)
        if not isinstance(box, pikepdf.Array):
            continue
        sides = [abs(float(far) - float(near)) for near, far in zip(box[:2], box[2:], strict=True)]
        if max(sides) > _LARGEST_SIDE:
            raise Refused(Objection.BOMB)
    if "/UserUnit" in thing and float(thing["/UserUnit"]) > _LARGEST_UNIT:
        raise Refused(Objection.BOMB)


def _unpacked(stream: pikepdf.Object, most: int, limits: Limits) -> int:
    """Return how many bytes a drawing's stream unfolds to, never unfolding more than `most`.

    A picture is measured by what it declares: it may not unfold to more than that.
    """
    filters = _filters(stream)
    if sum(name in _SHRINKING for name in filters) > 1:
        raise Refused(Objection.BOMB)
    _check_columns(stream, limits)
    picture = _name(stream.get("/Subtype")) == "/Image"
    if picture:
        most = _declared(stream, limits) + _SLACK
        if _PICTURES & set(filters):
            _check_own_size(stream, filters, limits)
            return 0
    if not filters:
        return 0
    *spelled, last = filters
    if last in _FLATE and _SPELLINGS.issuperset(spelled):
        data = stream.read_raw_bytes()
        for spelling in spelled:
            data = _respelled(data, spelling)
        total = _inflated(data, most, drawing=not picture)
    else:
        total = len(stream.read_bytes())
    if total > most:
        raise Refused(Objection.BOMB)
    return 0 if picture else total


def _filters(stream: pikepdf.Object) -> list[str]:
    named = stream.get("/Filter")
    if named is None:
        return []
    return [str(named)] if isinstance(named, pikepdf.Name) else [str(name) for name in named]


def _respelled(data: bytes, spelling: str) -> bytes:
    """Undo a spelling of bytes in letters; a reader stops where it makes no sense."""
    if spelling in _HEXADECIMAL:
        digits = b"".join(data.partition(b">")[0].split())
        return bytes.fromhex(digits[: len(digits) & ~1].decode("ascii"))
    return base64.a85decode(data.strip().removeprefix(b"<~").partition(b"~>")[0])


def _inflated(data: bytes, most: int, *, drawing: bool) -> int:
    unpacker, total, before = zlib.decompressobj(), 0, b""
    try:
        while data and total <= most:
            piece = unpacker.decompress(data, _CHUNK)
            total += len(piece)
            data = unpacker.unconsumed_tail
            if drawing and _LARGE_INLINE.search(before + piece):
                raise Refused(Objection.BOMB)
            before = piece[-_OVERLAP:]
    except zlib.error:
        pass  # a reader comes no further either
    return total


def _check_columns(stream: pikepdf.Object, limits: Limits) -> None:
    """A predictor keeps whole lines in memory, as long as the file says they are."""
    given = stream.get("/DecodeParms")
    parameters = list(given) if isinstance(given, pikepdf.Array) else [given]
    for one in parameters:
        if isinstance(one, pikepdf.Dictionary):
            line = int(one.get("/Columns", 1)) * int(one.get("/Colors", 1))
            if line * int(one.get("/BitsPerComponent", 8)) > limits.pixels:
                raise Refused(Objection.BOMB)


def _declared(stream: pikepdf.Object, limits: Limits) -> int:
    """Return the bytes that a picture of these dimensions has, with a predictor's marks."""
    width, height = int(stream.get("/Width", 0)), int(stream.get("/Height", 0))
    if min(width, height) < 0 or width * height > limits.pixels:
        raise Refused(Objection.BOMB, pixels=width * height, limit=limits.pixels)
    bits = int(stream.get("/BitsPerComponent", 8))
    most_colours = 8
    return (width * bits * most_colours // 8 + 2) * height


def _check_own_size(stream: pikepdf.Object, filters: list[str], limits: Limits) -> None:
    """What a picture says inside counts too: decoders believe that."""
    if len(filters) > 1 and filters[-1] not in _PICTURES:
        raise Refused(Objection.BOMB)
    data = stream.read_raw_bytes() if len(filters) == 1 else b""
    if filters[-1] in {"/DCTDecode", "/DCT", "/JPXDecode"} and data:
        pixels = _own_pixels(data)
    elif filters[-1] == "/JBIG2Decode" and data:
        pixels = _jbig2_pixels(data)
    else:
        return
    if pixels > limits.pixels:
        raise Refused(Objection.BOMB, pixels=pixels, limit=limits.pixels)


def _own_pixels(data: bytes) -> int:
    from PIL import Image  # few PDFs hold photographs, and every start of this process counts

    Image.MAX_IMAGE_PIXELS = None  # our own bound answers with a reason
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "JPEG2000")) as image:
            return image.width * image.height
    except (OSError, SyntaxError, struct.error):
        return 0  # nobody can show it


def _jbig2_pixels(data: bytes) -> int:
    """Return the largest page that the segments of a JBIG2 stream open (ITU-T T.88, 7.2, 7.4.8)."""
    page_information, most_segments, unknown_length = 48, 10_000, 0xFFFFFFFF
    at, largest = 0, 0
    for _ in range(most_segments):
        if at + 11 > len(data):
            break
        number, flags, referred = struct.unpack_from(">IBB", data, at)
        at += 5
        if (count := referred >> 5) == 7:  # noqa: PLR2004 - the long form
            count = struct.unpack_from(">I", data, at)[0] & 0x1FFFFFFF
            at += 4 + (count + 8) // 8
        else:
            at += 1
        at += count * (1 if number <= 256 else 2 if number <= 65_536 else 4)  # noqa: PLR2004
        at += 4 if flags & 0x40 else 1
        if at + 4 > len(data):
            break
        (length,) = struct.unpack_from(">I", data, at)
        at += 4
        if flags & 0x3F == page_information and at + 8 <= len(data):
            width, height = struct.unpack_from(">II", data, at)
            largest = max(largest, width * (1 if height == unknown_length else height))
        if length == unknown_length:
            break
        at += length
    return largest


def _name(thing: Any) -> str | None:
    return str(thing) if isinstance(thing, pikepdf.Name) else None
