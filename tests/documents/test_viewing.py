"""View copies: what is looked at acts in no way, and the original stays as it was."""

import io
from dataclasses import asdict
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name, String
from PIL import Image

from documents.intake import (
    Finding,
    Kind,
    Limits,
    Objection,
    Refused,
    drawing,
    examine,
    pdfs,
    view_of,
)
from tests.documents import hostile

TOLD = [
    file
    for file in hostile.FILES
    if file.name.endswith(".pdf") and file.outcome and not isinstance(file.outcome, Objection)
]


def everything() -> bytes:
    """One PDF with all that acts, and a link within it that may stay."""

    def change(made: pikepdf.Pdf) -> None:
        hostile.script_on_opening(made)
        hostile.attached(made)
        hostile.formed(made)
        page = made.pages[0]
        page.obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS=String("x")))
        link = Dictionary(S=Name.URI, URI=String("http://192.0.2.1/"))
        inner = Dictionary(S=Name.GoTo, D=[page.obj, Name.Fit])
        inner.Next = Dictionary(S=Name.Launch, F=String("cmd.exe"))
        page.obj.Annots = made.make_indirect(
            [
                made.make_indirect(Dictionary(Subtype=Name.Link, Rect=[0, 0, 9, 9], A=link)),
                made.make_indirect(Dictionary(Subtype=Name.Link, Rect=[9, 9, 19, 19], A=inner)),
                made.make_indirect(Dictionary(Subtype=Name.RichMedia, Rect=[0, 0, 9, 9])),
            ]
        )
        made.docinfo["/Author"] = "Уулу Бакыт"

    return hostile.pdf(change=change)


def drawn(data: bytes, kind: Kind, folder: Path) -> tuple[str, bytes, tuple[Finding, ...]]:
    original = folder / "original"
    original.write_bytes(data)
    with view_of(original, kind) as view:
        assert view is not None
        copy = view.stream.read()
        assert len(copy) == view.size
        assert original.read_bytes() == data
        return view.media_type, copy, view.found


def acting_in(copy: bytes) -> set[Finding]:
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        return {
            found
            for thing in pdf.objects
            if isinstance(thing, pikepdf.Stream | pikepdf.Dictionary | pikepdf.Array)
            for inner in pdfs.dictionaries(thing)
            for found in pdfs.acting(inner)
        }


def test_nothing_acts_in_the_copy_of_a_pdf(tmp_path: Path) -> None:
    kind, copy, found = drawn(everything(), Kind.PDF, tmp_path)
    assert kind == "application/pdf"
    assert set(found) >= {
        Finding.SCRIPT, Finding.ATTACHMENT, Finding.FORM, Finding.MEDIA, Finding.LAUNCH,
    }  # fmt: skip
    assert acting_in(copy) == set()
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        plain = pdf.objects
        told = " ".join(repr(one) for one in plain)
        for word in ("JavaScript", "192.0.2.1", "cmd.exe", "Бакыт", "XFA", "EmbeddedFiles"):
            assert word not in told, word
        assert [str(note.A.S) for note in pdf.pages[0].obj.Annots if "/A" in note] == ["/GoTo"]


@pytest.mark.parametrize("file", TOLD, ids=lambda file: file.what)
def test_copies_of_hostile_papers_are_harmless(file: hostile.Hostile, tmp_path: Path) -> None:
    """Drawn here, as the closed process would: a start costs more than the drawing."""
    original, out = tmp_path / "original", tmp_path / "copy"
    original.write_bytes(file.make())
    drawing.within(
        {"kind": "pdf", "path": str(original), "out": str(out), "limits": asdict(Limits())}
    )
    copy = out.read_bytes()
    assert acting_in(copy) == set()
    assert copy.rstrip().endswith(b"%%EOF")


def test_the_copy_of_a_signed_paper_bears_no_signature(tmp_path: Path) -> None:
    def sign(made: pikepdf.Pdf) -> None:
        value = made.make_indirect(
            Dictionary(Type=Name.Sig, ByteRange=[0, 1, 2, 3], Contents=String("x" * 40))
        )
        field = made.make_indirect(
            Dictionary(FT=Name.Sig, T=String("s"), Subtype=Name.Widget, Rect=[0, 0, 9, 9], V=value)
        )
        made.Root.AcroForm = Dictionary(Fields=[field], SigFlags=3)
        made.pages[0].obj.Annots = made.make_indirect([field])

    _, copy, found = drawn(hostile.pdf(change=sign), Kind.PDF, tmp_path)
    assert found == (Finding.SIGNATURE,)
    assert acting_in(copy) == set()
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert "/SigFlags" not in pdf.Root.AcroForm
        assert len(pdf.pages[0].obj.Annots) == 1  # what the signature shows stays to be seen


def test_a_photograph_is_drawn_upright_and_forgets_where_it_was_taken(tmp_path: Path) -> None:
    image = Image.new("RGB", (60, 40), "white")
    image.paste("black", (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera of Bakyt"
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, comment=b"<script>")
    kind, copy, _ = drawn(out.getvalue() + b"<html>", Kind.JPEG, tmp_path)
    assert kind == "image/jpeg"
    for trace in (b"Exif", b"Bakyt", b"<script>", b"<html>"):
        assert trace not in copy
    with Image.open(io.BytesIO(copy)) as seen:
        assert seen.size == (40, 60)
        assert not seen.getexif()
        top, bottom = seen.getpixel((20, 5)), seen.getpixel((20, 55))
        assert max(top) < 60
        assert min(bottom) > 190


def test_a_large_photograph_is_drawn_smaller(tmp_path: Path) -> None:
    _, copy, _ = drawn(hostile.picture("JPEG", (6_000, 3_000)), Kind.JPEG, tmp_path)
    with Image.open(io.BytesIO(copy)) as seen:
        assert seen.size == (4_000, 2_000)


def test_a_screen_keeps_its_transparency_and_nothing_else(tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Comment", "<script>", zip=False)
    out = io.BytesIO()
    Image.new("RGBA", (9, 9), (0, 0, 0, 0)).save(out, "PNG", pnginfo=words)
    kind, copy, _ = drawn(out.getvalue(), Kind.PNG, tmp_path)
    assert kind == "image/png"
    assert b"<script>" not in copy
    with Image.open(io.BytesIO(copy)) as seen:
        assert seen.convert("RGBA").getpixel((4, 4))[3] == 0


def test_a_scan_becomes_a_pdf_with_its_pages(tmp_path: Path) -> None:
    pages = [Image.new("1", (80, 100), 1) for _ in range(3)]
    out = io.BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="group4")
    kind, copy, _ = drawn(out.getvalue(), Kind.TIFF, tmp_path)
    assert kind == "application/pdf"
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert len(pdf.pages) == 3


def test_of_a_word_document_the_words_are_shown(tmp_path: Path) -> None:
    body = (
        "<w:p><w:r><w:t>Доо</w:t><w:tab/><w:t>арызы</w:t></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>бир</w:t></w:r></w:p></w:tc>"
        "<w:tc><w:p><w:r><w:t>эки</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        "<w:p><w:del><w:r><w:delText>жок</w:delText></w:r></w:del></w:p>"
    )
    kind, copy, _ = drawn(hostile.docx(body=body), Kind.DOCX, tmp_path)
    assert kind == "text/plain"
    assert copy.decode() == "Доо\tарызы\nбир\tэки\n"


def test_what_cannot_be_drawn_has_no_copy(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"%PDF-1.7 no")
    with view_of(broken, Kind.PDF) as view:
        assert view is None
    with pytest.raises(Refused):
        examine(io.BytesIO(broken.read_bytes()), name="a.pdf", limits=Limits())
