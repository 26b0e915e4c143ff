"""The visible marks of signatures and confirmations, and the places that are kept free for them."""

import hashlib
import io
from datetime import UTC, timedelta

import pytest
from pyhanko.pdf_utils.reader import PdfFileReader
from pypdf import PdfReader
from pypdf.generic import NameObject

from documents.authority import Signatory
from documents.papers.facts import SignatureBox
from documents.pdfa import faults
from documents.signatures import (
    CannotSignError,
    Confirmation,
    Mark,
    Place,
    Reason,
    TestAuthority,
    reserve,
    with_sheet,
)
from tests.documents.signed import (
    CHECKED_AT,
    COURT,
    JUDGE,
    NOW,
    SECOND,
    THIRD,
    printed,
    reserved,
)

SEAL = Signatory(key="seal", name="АИС Сот", office=COURT)
PLACES = (
    Place(field="Claimant", whose="Доогер: Токтогулов Эрмек"),
    Place(field="Respondent", whose="Жоопкер: Сыдыкова Бермет"),
    Place(field="Judge", whose="Судья: Асанова Айгүл Бакытовна"),
)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("marks") / "authority", now=NOW)


def mark(place: str, language: str = "ky") -> Mark:
    return Mark(field=place, language=language, verification=CHECKED_AT)


def seen(pdf: bytes, place: str) -> str:
    """The text of a mark, as a reader of PDF extracts it from the appearance of its place."""
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for note in page.get("/Annots", ()):
            one = note.get_object()
            if one.get("/T") == place:
                look = one["/AP"]["/N"]
                drawn = look["/Resources"]["/XObject"]["/Mark"]
                page[NameObject("/Contents")] = drawn
                page[NameObject("/Resources")] = drawn["/Resources"]
                return " ".join(page.extract_text().split())
    raise LookupError(place)


def test_a_panel_leaves_three_marks_and_the_paper_stays_archival(signer: TestAuthority) -> None:
    paper = reserved(panel=True)
    assert faults(paper) == ()
    boxes = printed(panel=True).boxes
    for number, (box, judge) in enumerate(zip(boxes, (JUDGE, SECOND, THIRD), strict=True)):
        at = NOW + timedelta(minutes=number)
        paper = signer.sign(paper, judge, now=at, mark=mark(box.field))
    verdict = signer.validate(paper, now=NOW + timedelta(hours=1))
    assert verdict.good
    assert [one.name for one in verdict.signatures] == [JUDGE.name, SECOND.name, THIRD.name]
    assert [one.field for one in verdict.signatures] == [box.field for box in boxes]
    text = seen(paper, boxes[1].field)
    for expected in (SECOND.name, COURT, "10.03.2026 15:31:00", CHECKED_AT.code):
        assert expected in text
    assert verdict.signers[1][:4] in text
    assert faults(paper) == ()


def test_parties_and_judge_sign_and_confirm_on_a_sheet_behind_the_paper(
    signer: TestAuthority,
) -> None:
    before = printed().pdf
    paper = with_sheet(before, PLACES, language="ru").pdf
    assert len(PdfReader(io.BytesIO(paper)).pages) == len(PdfReader(io.BytesIO(before)).pages) + 1
    claimant = Signatory(key="p1", name="Токтогулов Эрмек", office="")
    paper = signer.sign(paper, claimant, now=NOW, mark=mark("Claimant", "ru"))
    seen_by_her = paper
    confirmation = Confirmation(
        subject="9f21-aa",
        session="esi-7781",
        moment=NOW,
        sha256=hashlib.sha256(seen_by_her).hexdigest(),
        code="ESI-40192",
    )
    confirmed = Mark(
        field="Respondent",
        language="ru",
        verification=CHECKED_AT,
        person="Сыдыкова Бермет",
        office="Ответчик",
        confirmation=confirmation,
    )
    paper = signer.sign(paper, SEAL, now=NOW, mark=confirmed)
    paper = signer.sign(paper, JUDGE, now=NOW, mark=mark("Judge", "ru"))
    verdict = signer.validate(paper, now=NOW)
    assert verdict.good
    assert [one.name for one in verdict.signatures] == [claimant.name, SEAL.name, JUDGE.name]
    assert "ЭЛЕКТРОННОЙ ПОДПИСЬЮ" in seen(paper, "Claimant")
    shown = seen(paper, "Respondent")
    for expected in ("ИДЕНТИФИКАТОРОМ ESI", "Сыдыкова Бермет", "9f21", "esi-7781", "ESI-40192"):
        assert expected in shown
    assert SEAL.name not in shown
    assert confirmation.sha256[:4] in shown
    # What she confirmed is still in the finished paper, to the byte.
    assert confirmation.confirms(seen_by_her)
    assert confirmation.confirms(paper)
    assert not confirmation.confirms(before)
    assert not confirmation.confirms(paper.replace(b"%PDF", b"%pdf", 1))


def test_a_long_list_of_signatories_takes_several_sheets(signer: TestAuthority) -> None:
    many = [Place(field=f"P{n}", whose=f"{n}. {JUDGE.name} " * 4) for n in range(17)]
    sheet = with_sheet(printed().pdf, many, language="ky")
    pages = {box.page for box in sheet.boxes}
    assert len(pages) == 2
    assert max(pages) == len(PdfReader(io.BytesIO(sheet.pdf)).pages) - 1
    assert len({(box.page, box.left, box.bottom) for box in sheet.boxes}) == 17
    assert faults(sheet.pdf) == ()
    signed = signer.sign(sheet.pdf, JUDGE, now=NOW, mark=mark("P16"))
    assert signer.validate(signed, now=NOW).good


def test_places_are_reserved_before_the_first_signature_only(signer: TestAuthority) -> None:
    signed = signer.sign(reserved(), JUDGE, now=NOW, mark=mark("Signature1"))
    box = SignatureBox(field="Late", page=0, left=50, bottom=50, right=200, top=100)
    for attempt in (
        lambda: reserve(signed, [box]),
        lambda: with_sheet(signed, PLACES, language="ky"),
    ):
        with pytest.raises(CannotSignError) as told:
            attempt()
        assert told.value.reason is Reason.PAPER_REFUSED
    for taken in ("Signature1", "Nowhere"):
        with pytest.raises(CannotSignError) as told:
            signer.sign(signed, SECOND, now=NOW, mark=mark(taken))
        assert told.value.reason is Reason.NO_PLACE
    assert reserve(b"anything", ()) == b"anything"
    with pytest.raises(CannotSignError):
        reserve(b"no paper", [box])
    with pytest.raises(CannotSignError):
        with_sheet(b"no paper", PLACES, language="ky")
    with pytest.raises(CannotSignError):
        signer.sign(b"no paper", JUDGE, now=NOW)


def test_the_same_signature_at_the_same_moment_is_the_same_bytes(signer: TestAuthority) -> None:
    first, second = (
        signer.sign(reserved(), JUDGE, now=NOW, mark=mark("Signature1")) for _ in range(2)
    )
    assert first == second
    assert signer.sign_beside(b"x", JUDGE, now=NOW) == signer.sign_beside(b"x", JUDGE, now=NOW)
    later = signer.sign(reserved(), JUDGE, now=NOW + timedelta(seconds=1), mark=mark("Signature1"))
    assert later != first


def test_the_first_signature_certifies_and_the_next_do_not(signer: TestAuthority) -> None:
    paper = signer.sign(signer.sign(reserved(), JUDGE, now=NOW), SECOND, now=NOW)
    first, _, second, _ = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    assert "/DocMDP" in str(first.sig_object.get("/Reference"))
    assert second.sig_object.get("/Reference") is None


def test_a_confirmation_is_kept_in_one_form() -> None:
    record = Confirmation(
        subject="9f21",
        session="эс",
        moment=NOW.astimezone(UTC),
        sha256="ab" * 32,
        code="1",
    )
    assert (
        record.canonical
        == (
            '{"code":"1","form":"ais-sud/esi-confirmation/v1","moment":"2026-03-10T09:30:00.000000+00:00",'
            f'"session":"эс","sha256":"{"ab" * 32}","subject":"9f21"}}'
        ).encode()
    )
    assert Confirmation.read(record.canonical) == record
    spoiled = (
        record.canonical.replace(b'":"', b'": "'),
        record.canonical.replace(b"v1", b"v2"),
        record.canonical.replace(b"ab", b"AB"),
        record.canonical.replace(b"+00:00", b""),
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 100_000,
    )
    for bytes_ in spoiled:
        with pytest.raises(ValueError):  # noqa: PT011 - that it is refused is what counts
            Confirmation.read(bytes_)
    with pytest.raises(ValueError, match="time zone"):
        Confirmation(
            subject="a",
            session="b",
            moment=NOW.replace(tzinfo=None),
            sha256="ab" * 32,
            code="c",
        )
