"""The archival check sees what breaks PDF/A-3b; papers, also signed ones, break nothing."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String
from PIL import Image, ImageCms

from documents import srgb
from documents.authority import Signatory
from documents.papers import acts
from documents.pdfa import faults
from documents.signatures import TestAuthority
from tests.documents.test_papers import ACT

NOW = datetime(2026, 3, 10, 6, tzinfo=UTC)
SOUND = acts.act(ACT).pdf


def spoiled(change: Callable[[Pdf], object], **saving: object) -> tuple[str, ...]:
    """What is said of a sound act after a change."""
    target = io.BytesIO()
    with Pdf.open(io.BytesIO(SOUND)) as pdf:
        change(pdf)
        pdf.save(target, fix_metadata_version=False, **saving)  # type: ignore[arg-type]
    return faults(target.getvalue())


def _metadata(pdf: Pdf, old: bytes, new: bytes) -> None:
    stream = pdf.Root.Metadata
    assert old in stream.read_bytes()
    stream.write(stream.read_bytes().replace(old, new))


def _font(pdf: Pdf) -> Dictionary:
    font = next(iter(pdf.pages[0].resources.Font.values()))
    assert isinstance(font, Dictionary)
    return font


def _note(pdf: Pdf, **entries: object) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=[1, 1, 20, 20], F=4)
    note.update(entries)  # type: ignore[attr-defined]
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def _draw(pdf: Pdf, content: bytes) -> None:
    pdf.pages[0].contents_add(Stream(pdf, content))


SPOILED: dict[str, tuple[Callable[[Pdf], object], str]] = {
    "no metadata": (lambda pdf: pdf.Root.__delitem__("/Metadata"), "6.6.2.1"),
    "broken metadata": (lambda pdf: _metadata(pdf, b"</rdf:RDF>", b""), "6.6.2.1"),
    "an entity": (lambda pdf: _metadata(pdf, b"<x:xmpmeta", b"<!DOCTYPE a><x:xmpmeta"), "6.6.2.1"),
    "another part": (lambda pdf: _metadata(pdf, b"part>3<", b"part>2<"), "6.6.4"),
    "another title": (lambda pdf: pdf.docinfo.update({"/Title": "Өкүм"}), "6.6.3 Title"),
    "another date": (
        lambda pdf: pdf.docinfo.update({"/ModDate": "D:20260311060000Z"}),
        "6.6.3 ModDate",
    ),
    "no output intent": (lambda pdf: pdf.Root.__delitem__("/OutputIntents"), "6.2.3"),
    "no profile": (
        lambda pdf: pdf.Root.OutputIntents[0].__delitem__("/DestOutputProfile"),
        "6.2.3",
    ),
    "broken profile": (
        lambda pdf: pdf.Root.OutputIntents[0].DestOutputProfile.write(b"icc"),
        "6.2.3 the colour profile is broken",
    ),
    "wrong profile": (
        lambda pdf: pdf.Root.OutputIntents[0].DestOutputProfile.update({"/N": 4}),
        "6.2.3 the colour profile has another number",
    ),
    "script": (
        lambda pdf: pdf.Root.update(
            {"/OpenAction": Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))}
        ),
        "6.5.1",
    ),
    "launch": (
        lambda pdf: _note(pdf, **{"/A": Dictionary(Type=Name.Action, S=Name.Launch)}),
        "6.5.1",
    ),
    "additional actions": (lambda pdf: pdf.Root.update({"/AA": Dictionary()}), "6.5.2"),
    "actions of a page": (lambda pdf: pdf.pages[0].obj.update({"/AA": Dictionary()}), "6.5.2"),
    "dynamic form": (
        lambda pdf: pdf.Root.update({"/AcroForm": Dictionary(XFA=Array(), Fields=Array())}),
        "6.4.2",
    ),
    "undrawn form": (
        lambda pdf: pdf.Root.update({"/AcroForm": Dictionary(NeedAppearances=True)}),
        "6.4.1",
    ),
    "font left out": (
        lambda pdf: _font(pdf).FontDescriptor.__delitem__("/FontFile2"),
        "6.2.11.4",
    ),
    "font cut": (
        lambda pdf: _font(pdf).FontDescriptor.FontFile2.write(b"\0\1\0\0\0\0"),
        "6.2.11.4",
    ),
    "encoded symbols": (
        lambda pdf: _font(pdf).update({"/Encoding": Name.WinAnsiEncoding}),
        "6.2.11.6",
    ),
    "wrong widths": (
        lambda pdf: _font(pdf).update({"/Widths": Array([400] * len(_font(pdf).Widths))}),
        "6.2.11.5",
    ),
    "unnamed attachment": (
        lambda pdf: pdf.Root.AF[0].__delitem__("/AFRelationship"),
        "6.8",
    ),
    "loose attachment": (lambda pdf: pdf.Root.__delitem__("/AF"), "6.8"),
    "undated attachment": (lambda pdf: pdf.Root.AF[0].EF.F.__delitem__("/Params"), "6.8"),
    "hidden note": (lambda pdf: _note(pdf, **{"/F": 6}), "6.3.2"),
    "undrawn note": (_note, "6.3.3"),
    "film": (lambda pdf: _note(pdf, **{"/Subtype": Name.Movie}), "6.3.1"),
    "printing inks": (lambda pdf: _draw(pdf, b"0 0 0 1 k"), "6.2.4.3"),
    "unknown operator": (lambda pdf: _draw(pdf, b"1 zz"), "6.2.2"),
    "open state": (lambda pdf: _draw(pdf, b"q"), "6.2.2"),
    "deep states": (lambda pdf: _draw(pdf, b"q " * 40 + b"Q " * 40), "6.1.13"),
    "content elsewhere": (
        lambda pdf: pdf.pages[0].obj.Contents.update({"/F": String("other.bin")}),
        "6.1.7.1",
    ),
    "long text": (lambda pdf: pdf.Root.update({"/Long": String("a" * 40_000)}), "6.1.13"),
    "huge number": (lambda pdf: pdf.Root.update({"/Huge": 2**40}), "6.1.13"),
}


def test_an_act_breaks_nothing_signed_or_not(tmp_path: Path) -> None:
    assert faults(SOUND) == ()
    authority = TestAuthority(tmp_path, now=NOW)
    signed = SOUND
    for number in range(2):
        signatory = Signatory(key=str(number), name="Асанова Айгүл", office=ACT.court)
        signed = authority.sign(signed, signatory, now=NOW)
        assert faults(signed) == ()
    assert authority.validate(signed, now=NOW).good


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_is_told(name: str) -> None:
    change, clause = SPOILED[name]
    assert any(fault.startswith(clause) for fault in spoiled(change)), name


def test_what_is_spoiled_outside_of_objects_is_told() -> None:
    assert any(one.startswith("6.1.3 the file is enc") for one in encrypted("reader"))
    assert any(one.startswith("6.1.3 the file is enc") for one in encrypted(""))
    assert any("follows the end" in fault for fault in faults(SOUND + b"more"))
    assert any(fault.startswith("6.1.2") for fault in faults(b" " + SOUND))
    without_id = SOUND.replace(b"/ID [", b"/XX [")
    assert any("no identifier" in fault for fault in faults(without_id))
    assert faults(b"no paper at all")[0].startswith("6.1 ")
    assert faults(SOUND[: len(SOUND) // 2]) != ()


def encrypted(password: str) -> tuple[str, ...]:
    return spoiled(
        lambda _: None, encryption=pikepdf.Encryption(owner="owner", user=password, metadata=False)
    )


def test_our_colour_profile_is_srgb() -> None:
    ours = ImageCms.ImageCmsProfile(io.BytesIO(srgb.srgb_profile()))
    same = ImageCms.buildTransform(ours, ImageCms.createProfile("sRGB"), "RGB", "RGB")
    for colour in ((15, 76, 92), (255, 255, 255), (0, 0, 0), (200, 30, 90)):
        picture = ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), same)
        assert picture is not None
        assert picture.getpixel((0, 0)) == colour
