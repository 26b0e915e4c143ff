"""What the court takes, what it does not, and that a name proves nothing.

What was made to do harm stands in `hostile.py`.
"""

import hashlib
import io
import zipfile

import pytest

from documents.intake import Kind, Limits, Objection, Refused, Verdict, examine, tidy_name
from tests.documents.hostile import docx, one_page, pdf, picture, stream


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
        (picture("TIFF"), "скан.tif", Kind.TIFF, 1),
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
        (picture("PNG"), "claim.pdf"),
        (pdf(), "claim.docx"),
        (picture("JPEG"), "claim.png"),
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
        (pdf()[:80], "a.pdf"),
        (picture("PNG", (400, 400))[:60], "a.png"),
        (b"\x89PNG\r\n\x1a\n<script>", "a.png"),
        (b"PK\x03\x04 and nothing more", "a.docx"),
        (docx()[:-30], "a.docx"),
    ],
)
def test_first_bytes_alone_are_not_believed(data: bytes, name: str) -> None:
    assert objection(data, name) is Objection.DAMAGED


def test_too_many_pages() -> None:
    assert objection(pdf(12), "a.pdf", pages=11) is Objection.TOO_MANY_PAGES
    assert look(pdf(11), "a.pdf", pages=11).pages == 11


def test_an_armour_of_letters_around_one_packing_is_what_honest_programs_write() -> None:
    drawn = one_page(stream(b"~>", b"/Filter[/ASCII85Decode/FlateDecode]"))
    assert look(drawn, "a.pdf").pages == 1


def test_zip_with_too_many_parts() -> None:
    many = {f"word/x{number}.xml": "<x/>" for number in range(60)}
    assert objection(docx(many), "a.docx", entries=50) is Objection.BOMB


@pytest.mark.parametrize("name", ["/etc/passwd", "a\\b"])
def test_zip_that_climbs_out(name: str) -> None:
    assert objection(docx({name: b"x"}), "a.docx") is Objection.DAMAGED


def test_zip_that_is_no_word_document() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.html", "<script>")
    assert objection(out.getvalue(), "a.docx") is Objection.MISMATCH
    with zipfile.ZipFile(io.BytesIO(docx())) as word:
        types = word.read("[Content_Types].xml")
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w") as archive:
        archive.writestr("[Content_Types].xml", types)
        archive.writestr("word/document.xml", "<html/>")
    assert objection(page.getvalue(), "a.docx") is Objection.MISMATCH


def test_a_parser_out_of_memory_is_a_refusal() -> None:
    """The bound is on the process: the house does not feel it."""
    large = picture("PNG", (9000, 9000), compress_level=1)
    assert objection(large, "a.png", memory=150 << 20) is Objection.BOMB


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
