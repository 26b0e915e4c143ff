"""Hostile files meet the intake: each is real bytes, made here, and none gets further."""

import hashlib
import io
import struct
import zipfile
import zlib

import pikepdf
import pytest
from PIL import Image

from documents.intake import Kind, Limits, Objection, Refused, Verdict, examine, tidy_name

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def pdf(pages: int = 1, **save) -> bytes:
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page()
        out = io.BytesIO()
        made.save(out, **save)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def docx(extra: dict[str, bytes] | None = None, *, main: str = MAIN, body: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{TYPES}"><Override PartName="/word/document.xml" '
            f'ContentType="{main}"/></Types>',
        )
        archive.writestr("word/document.xml", body or f'<w:document xmlns:w="{WORD}"/>')
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def look(data: bytes, name: str, **limits: int) -> Verdict:
    return examine(io.BytesIO(data), name=name, limits=Limits(**limits))


def objection(data: bytes, name: str, **limits: int) -> Objection:
    with pytest.raises(Refused) as refused:
        look(data, name, **limits)
    return refused.value.code


@pytest.mark.parametrize(
    ("data", "name", "kind", "pages"),
    [
        (pdf(3), "Доо арыз.pdf", Kind.PDF, 3),
        (picture("JPEG"), "скан.JPG", Kind.JPEG, 1),
        (picture("PNG"), "скан.png", Kind.PNG, 1),
        (docx(), "келишим.docx", Kind.DOCX, None),
    ],
)
def test_real_papers_are_taken(data: bytes, name: str, kind: Kind, pages: int | None) -> None:
    verdict = look(data, name)
    assert (verdict.kind, verdict.pages, verdict.name) == (kind, pages, name)
    assert (verdict.size, verdict.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert verdict.found == ()


def test_the_stream_is_left_where_it_was() -> None:
    stream = io.BytesIO(b"....." + pdf())
    stream.seek(5)
    examine(stream, name="a.pdf")
    assert stream.tell() == 5


def test_empty() -> None:
    assert objection(b"", "a.pdf") is Objection.EMPTY


def test_oversized_stops_at_the_limit() -> None:
    class Endless(io.RawIOBase):
        given = 0

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def tell(self) -> int:
            return 0

        def seek(self, *_) -> int:
            return 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return b"%PDF-1.7" * (size // 8)

    stream = Endless()
    with pytest.raises(Refused) as refused:
        examine(stream, name="a.pdf", limits=Limits(size=3 << 20))
    assert refused.value.code is Objection.TOO_LARGE
    assert refused.value.facts == {"limit": 3 << 20}
    assert stream.given <= 5 << 20


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<!doctype html><script>alert(1)</script>", "claim.pdf"),
        (b"\n%PDF-1.7\n", "claim.pdf"),  # the header must be the first bytes
        (b"<html>" + pdf(), "claim.pdf"),
        (picture("PNG"), "claim.pdf"),
        (pdf(), "claim.docx"),
        (picture("JPEG"), "claim.png"),
        (b"MZ\x90\x00" + bytes(200), "claim.pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "locked.docx"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "claim.png"),
    ],
)
def test_not_what_its_name_says(data: bytes, name: str) -> None:
    assert objection(data, name) is Objection.MISMATCH


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.exe", "a", "", "a.pdf.js", ".pdf/x.zip"])
def test_kinds_the_court_does_not_take(name: str) -> None:
    assert objection(pdf(), name) is Objection.UNSUPPORTED


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n<html><body>not a paper</body></html>", "a.pdf"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 40, "a.pdf"),
        (pdf()[:80], "a.pdf"),
        (picture("JPEG", (400, 400))[:300], "a.jpg"),
        (picture("PNG", (400, 400))[:60], "a.png"),
        (b"\x89PNG\r\n\x1a\n<script>", "a.png"),
        (b"PK\x03\x04 and nothing more", "a.docx"),
        (docx()[:-30], "a.docx"),
    ],
)
def test_first_bytes_alone_are_not_believed(data: bytes, name: str) -> None:
    assert objection(data, name) is Objection.DAMAGED


@pytest.mark.parametrize("user", ["", "secret"])
def test_encrypted_pdf(user: str) -> None:
    locked = pdf(encryption=pikepdf.Encryption(owner="owner", user=user))
    assert objection(locked, "a.pdf") is Objection.ENCRYPTED


def test_too_many_pages() -> None:
    assert objection(pdf(12), "a.pdf", pages=11) is Objection.TOO_MANY_PAGES
    assert look(pdf(11), "a.pdf", pages=11).pages == 11


def with_stream(data: bytes, filters: str) -> bytes:
    """A PDF whose page is drawn by a stream that is packed already."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        f"<</Length {len(data)}/Filter {filters}>>stream\n".encode() + data + b"\nendstream",
    ]
    body, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj".encode() + part + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 5\n0000000000 65535 f \n"
        + table
        + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % len(body)
    )


def test_pdf_bombs() -> None:
    zeros = zlib.compress(bytes(64 << 20), 9)
    once, twice = zeros, zlib.compress(zeros, 9)
    assert len(twice) < 1000
    chained = with_stream(twice, "[/FlateDecode /FlateDecode]")
    assert objection(chained, "a.pdf") is Objection.BOMB
    assert objection(with_stream(once, "/FlateDecode"), "a.pdf", unpacked=9 << 20) is Objection.BOMB
    assert look(with_stream(zlib.compress(b"0 0 m"), "/FlateDecode"), "a.pdf").pages == 1
    # An armour of text around one packing is what honest programs write.
    assert look(with_stream(b"~>", "[/ASCII85Decode /FlateDecode]"), "a.pdf").pages == 1


def test_pdf_that_is_a_zip_too() -> None:
    assert objection(pdf() + docx(), "a.pdf") is Objection.TWO_IN_ONE
    assert objection(picture("JPEG") + docx(), "a.jpg") is Objection.TWO_IN_ONE


def test_active_content_is_named() -> None:
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
        )
        made.attachments["x.txt"] = b"hidden"
        out = io.BytesIO()
        made.save(out)
    assert look(out.getvalue(), "a.pdf").found == ("attachment", "script")


def test_picture_bomb() -> None:
    """A PNG that claims 60 000 by 60 000 points in a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(9)))
    assert objection(huge + chunk(b"IEND", b""), "a.png") is Objection.BOMB


def test_zip_bombs() -> None:
    assert objection(docx({"word/media/a.bin": bytes(40 << 20)}), "a.docx") is Objection.BOMB
    many = {f"word/x{number}.xml": b"" for number in range(60)}
    assert objection(docx(many), "a.docx", entries=50) is Objection.BOMB


def test_zip_that_lies_about_its_size() -> None:
    """The directory says 10 bytes; the part has a million and more."""
    lying = bytearray(docx({"word/media/a.bin": bytes(3 << 20)}))
    place = lying.rfind(b"word/media/a.bin") - 46 + 24
    assert struct.unpack_from("<I", lying, place)[0] == 3 << 20
    struct.pack_into("<I", lying, place, 10)
    assert objection(bytes(lying), "a.docx") in {Objection.BOMB, Objection.DAMAGED}


@pytest.mark.parametrize("name", ["../evil", "word/../../evil", "/etc/passwd", "a\\b"])
def test_zip_that_climbs_out(name: str) -> None:
    assert objection(docx({name: b"x"}), "a.docx") is Objection.DAMAGED


def test_billion_laughs() -> None:
    body = (
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        f'<w:document xmlns:w="{WORD}">&b;</w:document>'
    )
    assert objection(docx(body=body), "a.docx") is Objection.BOMB


def test_macros() -> None:
    enabled = "application/vnd.ms-word.document.macroEnabled.main+xml"
    assert objection(docx(main=enabled), "a.docx") is Objection.MACROS
    assert objection(docx({"word/vbaProject.bin": b"x"}), "a.docx") is Objection.MACROS


def test_zip_that_is_no_word_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>")
    assert objection(out.getvalue(), "a.docx") is Objection.MISMATCH
    assert objection(docx(body="<html/>"), "a.docx") is Objection.MISMATCH


def test_a_parser_out_of_memory_is_a_refusal() -> None:
    """The bound is on the process: the house does not feel it."""
    assert objection(picture("PNG", (9000, 9000)), "a.png", memory=150 << 20) in {
        Objection.BOMB,
        Objection.DAMAGED,
    }


@pytest.mark.parametrize(
    ("given", "tidy"),
    [
        ("C:\\Users\\A\\иск.pdf", "иск.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("иск\r\nSet-Cookie: a.pdf", "иск Set-Cookie: a.pdf"),
        ("exe\u202efdp.pdf", "exe fdp.pdf"),
        ("Доо  арыз (өң).PDF", "Доо арыз (өң).PDF"),
        ("a" * 400 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_names(given: str, tidy: str) -> None:
    assert tidy_name(given) == tidy
