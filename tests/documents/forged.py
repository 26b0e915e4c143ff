"""Signed papers that somebody tampered with, one for each way that we know, and what must be told.

USF, ISA and SWA are the three classes of the published attacks on PDF signatures (universal
forgery, incremental saving, wrapping); the shadow attacks came two years later.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

import pikepdf
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field

from documents.authority import Identity, Signatory
from documents.signatures import CourtSigner, Expected, Finding, Mark, TestAuthority, Trust, kept
from documents.signatures.keys import MemorySigner
from documents.signatures.pkcs12 import FileKeys
from documents.signatures.stamping import TestStamps
from documents.signatures.validation import LARGEST
from tests.documents.pki import Authorities
from tests.documents.signed import (
    CHECKED_AT,
    JUDGE,
    NOW,
    SECOND,
    THIRD,
    annotated,
    painted_over,
    printed,
    reserved,
    written,
)

JANUARY = datetime(2026, 1, 10, 9, tzinfo=UTC)
AFTER_REVOCATION = datetime(2026, 1, 16, 9, tzinfo=UTC)
NEXT_YEAR = NOW + timedelta(days=365)


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """Honestly signed papers: by the TEST authority, and by the authority of somebody else."""

    test: TestAuthority
    others: Authorities

    @cached_property
    def one(self) -> bytes:
        """Signed by one judge, with a mark; a second judge's place is empty."""
        return self.test.sign(reserved(panel=True), JUDGE, now=NOW, mark=_mark("Signature1"))

    @cached_property
    def both(self) -> bytes:
        return self.test.sign(self.one, SECOND, now=NOW, mark=_mark("Signature2"))

    @cached_property
    def expected(self) -> Expected:
        """What the house keeps of the paper that one has signed."""
        return kept(self.test.validate(self.one, now=NOW))

    @cached_property
    def expected_of_both(self) -> Expected:
        return kept(self.test.validate(self.both, now=NOW))

    @cached_property
    def turned(self) -> bytes:
        """Signed by the same two in the other order."""
        first = self.test.sign(reserved(panel=True), SECOND, now=NOW, mark=_mark("Signature2"))
        return self.test.sign(first, JUDGE, now=NOW, mark=_mark("Signature1"))

    @cached_property
    def with_field(self) -> bytes:
        """Signed by one judge over a form field that holds a sum."""
        writer = IncrementalPdfFileWriter(io.BytesIO(printed().pdf))
        look = writer.add_object(_look(b"BT ET"))
        text = writer.add_object(
            _dictionary(
                Type="/Annot",
                Subtype="/Widget",
                FT="/Tx",
                T="(sum)",
                V="(100)",
                Rect=_box(100, 500),
            )
        )
        text.get_object()["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): look})
        writer.root["/AcroForm"] = _dictionary(Fields=generic.ArrayObject([text]))
        writer.update_root()
        writer.register_annotation(writer.find_page_for_modification(0)[0], text)
        return self.test.sign(written(writer), JUDGE, now=NOW)

    def elsewhere(self, lists_of: datetime | None = None) -> CourtSigner:
        """A court with keys of the other authority; `lists_of`: it knows only lists of that day."""
        tsa = serialization.load_pem_private_key(
            (self.others.folder / "keys" / "tsa.pem").read_bytes(), None
        )
        stamping = Identity(
            certificate=x509.load_der_x509_certificate(self.others.certificate("tsa")),
            key=tsa,  # type: ignore[arg-type]
        )
        known = Trust.in_folder(self.others.trust)

        def trust(now: datetime) -> Trust:
            lists = self.others.lists(lists_of or now)
            return known.joined(Trust.of((), lists))

        return CourtSigner(
            keys=FileKeys(
                self.others.folder / "p12", password_file=self.others.password, register={}
            ),
            stamps=TestStamps(stamping, *known.chain),
            trust=trust,
        )

    def bare(self, key: str) -> bytes:
        """A signature without any time stamp (PAdES B-B), by a key of the other authority."""
        folder = self.others.folder
        private = serialization.load_pem_private_key(
            (folder / "keys" / f"{key}.pem").read_bytes(), None
        )
        certificate = Trust.of([self.others.certificate(key)]).roots[0]
        known = Trust.in_folder(self.others.trust)
        output = io.BytesIO()
        signers.PdfSigner(
            signers.PdfSignatureMetadata(
                field_name="Signature1", md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES
            ),
            MemorySigner(certificate, private, known.chain),  # type: ignore[arg-type]
        ).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(reserved())), output=output)
        return output.getvalue()


@dataclass(frozen=True, kw_only=True)
class Forgery:
    """What was done, and what must be told of it, without and with what the house kept."""

    name: str
    make: Callable[[Ground], bytes]
    told: frozenset[Finding]
    kept: frozenset[Finding] | None = None
    """What is told when digest, length and signers of the paper are compared; None: not tried."""
    of_both: bool = False
    """Whether the paper that was kept is the one that both have signed."""
    reader: Callable[[Ground], CourtSigner] = field(default=lambda ground: ground.test)
    now: datetime = NOW


def _mark(place: str) -> Mark:
    return Mark(field=place, language="ky", verification=CHECKED_AT)


def _dictionary(**entries: object) -> generic.DictionaryObject:
    made = generic.DictionaryObject()  # type: ignore[no-untyped-call]
    for key, value in entries.items():
        if isinstance(value, str):
            plain = value.startswith("/")
            value = generic.pdf_name(value) if plain else generic.pdf_string(value.strip("()"))  # noqa: PLW2901
        made[generic.pdf_name(f"/{key}")] = value
    return made


def _box(left: int, bottom: int) -> generic.ArrayObject:
    corners = (left, bottom, left + 200, bottom + 30)
    return generic.ArrayObject([generic.NumberObject(one) for one in corners])  # type: ignore[no-untyped-call]


def _look(drawn: bytes) -> generic.StreamObject:
    look = generic.StreamObject(stream_data=drawn)
    look["/Type"], look["/Subtype"] = generic.pdf_name("/XObject"), generic.pdf_name("/Form")
    look["/BBox"] = _box(0, 0)
    return look


def _updated(signed: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    change(writer)
    return written(writer)


def _field(writer: IncrementalPdfFileWriter, name: str) -> generic.DictionaryObject:
    for one in writer.root["/AcroForm"]["/Fields"]:
        if str(one.get_object()["/T"]) == name:
            found: generic.DictionaryObject = one.get_object()
            return found
    raise LookupError(name)


# ------------------------------------------------------------------ the bytes


def _flipped(paper: bytes, at: int) -> bytes:
    altered = bytearray(paper)
    altered[at] ^= 1
    return bytes(altered)


def _digit_changed(paper: bytes, number: int) -> bytes:
    """One hexadecimal digit in the value of a signature is another."""
    one = PdfFileReader(io.BytesIO(paper)).embedded_signatures[number]
    value = one.signer_info["signature"].native.hex().encode()
    at = paper.lower().index(value) + len(value) // 2
    return paper[:at] + (b"0" if paper[at : at + 1] != b"0" else b"1") + paper[at + 1 :]


def _rewritten(ground: Ground) -> bytes:
    output = io.BytesIO()
    with pikepdf.open(io.BytesIO(ground.one)) as paper:
        paper.save(output)
    return output.getvalue()


def _renamed(paper: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    assert old in paper
    return paper.replace(old, new)


# ------------------------------------------------------------------ incremental updates


def _pages_added(ground: Ground) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        pages = writer.root["/Pages"]
        page = writer.add_object(_dictionary(Type="/Page", MediaBox=_box(0, 0)))
        page.get_object()["/Parent"] = writer.root.raw_get("/Pages")
        pages["/Kids"].append(page)
        pages["/Count"] = generic.NumberObject(len(pages["/Kids"]))  # type: ignore[no-untyped-call]
        writer.update_container(pages)
        writer.update_container(pages["/Kids"])

    return _updated(ground.one, change)


def _drawn_anew(ground: Ground) -> bytes:
    """The page's own content is replaced, under its own number."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call]
        contents = page.raw_get("/Contents")
        if isinstance(contents, generic.IndirectObject) and isinstance(
            contents.get_object(), generic.StreamObject
        ):
            number = (contents.generation, contents.idnum)
        else:
            first = contents.get_object()[0]
            number = (first.generation, first.idnum)
        writer.objects[number] = generic.StreamObject(stream_data=b"0 0 0 rg 0 0 600 800 re f")

    return _updated(ground.one, change)


def _letters_swapped(ground: Ground) -> bytes:
    """Shadow attack, replace: the font is exchanged, and other letters stand in the same text."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        page = writer.find_page_for_modification(0)[0].get_object()  # type: ignore[no-untyped-call]
        font = next(iter(page["/Resources"]["/Font"].values())).get_object()
        program = font["/FontDescriptor"].raw_get("/FontFile2")
        number = (program.generation, program.idnum)
        writer.objects[number] = generic.StreamObject(stream_data=b"other letters")

    return _updated(ground.one, change)


def _field_filled(ground: Ground) -> bytes:
    """Shadow attack, replace: a form field gets another look, as form filling would allow."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        text = _field(writer, "sum")
        text["/V"] = generic.pdf_string("900")
        look = writer.add_object(_look(b"0 0 0 rg 0 0 200 30 re f"))
        text["/AP"] = generic.DictionaryObject({generic.pdf_name("/N"): look})
        writer.update_container(text)

    return _updated(ground.with_field, change)


def _other_mark(ground: Ground) -> bytes:
    """The visible mark of a judge is drawn anew, with another name."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        look = _field(writer, "Signature1")["/AP"].raw_get("/N")
        writer.objects[look.generation, look.idnum] = _look(b"0 0 0 rg 0 0 99 20 re f")

    return _updated(ground.one, change)


def _object_freed(ground: Ground) -> bytes:
    """Shadow attack, hide: what lay over the text is taken away by freeing its object."""
    paper = ground.one
    reader = PdfFileReader(io.BytesIO(paper))
    page = reader.root["/Pages"]["/Kids"][0].get_object()
    contents = page.raw_get("/Contents")
    hidden = contents if isinstance(contents, generic.IndirectObject) else contents[0]
    size, root = reader.trailer["/Size"], reader.trailer.raw_get("/Root")
    before = re.findall(rb"startxref\s+(\d+)", paper)[-1].decode()
    table = (
        f"xref\n{hidden.idnum} 1\n0000000000 00001 f \n"
        f"trailer\n<< /Size {size} /Root {root.idnum} 0 R /Prev {before} >>\n"
        f"startxref\n{len(paper)}\n%%EOF\n"
    )
    return paper + table.encode()


def _without_table(ground: Ground) -> bytes:
    """Objects behind the end and no table: readers that mend broken files would show them."""
    reader = PdfFileReader(io.BytesIO(ground.one))
    page = reader.root["/Pages"]["/Kids"].raw_get(0)
    return ground.one + f"{page.idnum} 0 obj\n<< /Type /Page >>\nendobj\n".encode()


def _proof_removed(ground: Ground) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        del writer.root["/DSS"]
        writer.update_root()

    return _updated(ground.one, change)


def _wrapped(ground: Ground) -> bytes:
    """SWA: the second half of what was signed is moved to the end, and a new page put before it.

    The signature holds for the bytes that it names, which are those that were signed.
    """
    paper = ground.one
    reader = PdfFileReader(io.BytesIO(paper))
    one = reader.embedded_signatures[0]
    _, end, start, length = (int(each) for each in one.byte_range)
    number = one.sig_field.raw_get("/V").idnum
    size, root = reader.trailer["/Size"], reader.trailer.raw_get("/Root")
    before = re.findall(rb"startxref\s+(\d+)", paper)[-1].decode()
    offset = len(paper)
    for _ in range(3):  # until the number of digits of the new place stands
        head = (
            f"{number} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter "
            f"/ETSI.CAdES.detached /ByteRange [0 {end} {offset} {length}] /Contents <"
            f"{one.pkcs7_content.hex()}> >>\nendobj\n{size} 0 obj\n<< /Length {length} >>\nstream\n"
        ).encode()
        offset = len(paper) + len(head)
    body = paper + head + paper[start : start + length] + b"\nendstream\nendobj\n"
    stream = len(paper) + head.index(f"{size} 0 obj".encode())
    table = (
        f"xref\n{number} 1\n{len(paper):010d} 00000 n \n{size} 1\n{stream:010d} 00000 n \n"
        f"trailer\n<< /Size {size + 1} /Root {root.idnum} 0 R /Prev {before} >>\n"
        f"startxref\n{len(body)}\n%%EOF\n"
    )
    return body + table.encode()


# ------------------------------------------------------------------ people


def known_as(key: str) -> Signatory:
    return Signatory(key=key, name=JUDGE.name, office="")


def _stranger_over_the_text(ground: Ground) -> bytes:
    """Somebody signs in a new place that covers the page."""
    writer = IncrementalPdfFileWriter(io.BytesIO(ground.one))
    append_signature_field(writer, SigFieldSpec("Big", on_page=0, box=(50, 50, 550, 800)))
    return ground.test.sign(written(writer), THIRD, now=NOW, mark=_mark("Big"))


def _by_somebody_else(ground: Ground) -> bytes:
    """The same paper, signed by a namesake whom another authority knows."""
    court = ground.elsewhere()
    alone = court.sign(reserved(panel=True), known_as("elliptic"), now=NOW)
    return court.sign(alone, known_as("rsa"), now=NOW)


def _revoked(ground: Ground) -> bytes:
    """Signed a day after the revocation, with lists of two days before it."""
    old = ground.elsewhere(lists_of=AFTER_REVOCATION - timedelta(days=2))
    return old.sign(reserved(), known_as("revoked"), now=AFTER_REVOCATION)


def _told(*findings: Finding) -> frozenset[Finding]:
    return frozenset(findings)


F = Finding
FORGERIES = (
    Forgery(
        name="one letter of the text is another",
        make=lambda g: _flipped(g.one, len(reserved(panel=True)) // 2),
        told=_told(F.ALTERED),
        kept=_told(F.ALTERED, F.DIFFERENT),
    ),
    Forgery(
        name="one bit of the signature is another",
        make=lambda g: _digit_changed(g.one, 0),
        told=_told(F.FORGED),
        kept=_told(F.DIFFERENT),
    ),
    Forgery(
        name="one bit of the last time stamp is another",
        make=lambda g: _digit_changed(g.both, 3),
        told=_told(F.STAMP_BROKEN),
        kept=_told(F.DIFFERENT),
        of_both=True,
    ),
    Forgery(
        name="cut back to the first judge",
        make=lambda g: g.one,
        told=_told(),
        kept=_told(F.CUT_BACK, F.MISSING_SIGNER),
        of_both=True,
    ),
    Forgery(
        name="cut back to the paper that nobody signed",
        make=lambda g: reserved(panel=True),
        told=_told(F.UNSIGNED),
        kept=_told(F.UNSIGNED, F.MISSING_SIGNER),
    ),
    Forgery(
        name="a page painted over (ISA)",
        make=lambda g: painted_over(g.one),
        told=_told(F.PAGE_CHANGED),
        kept=_told(F.PAGE_CHANGED, F.ADDED_TO),
    ),
    Forgery(
        name="a page drawn anew under its own number (ISA)",
        make=_drawn_anew,
        told=_told(F.PAGE_CHANGED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="a note laid over the text (ISA)",
        make=lambda g: annotated(g.one),
        told=_told(F.ANNOTATED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="a page added (ISA)",
        make=_pages_added,
        told=_told(F.PAGES_ADDED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="objects behind the end, without a table (ISA)",
        make=_without_table,
        told=_told(F.TRAILING),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="bytes behind the end",
        make=lambda g: g.one + b"<script>alert(1)</script>",
        told=_told(F.TRAILING),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="what proves the certificates taken out",
        make=_proof_removed,
        told=_told(F.CHANGED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="the letters of a font exchanged (shadow, replace)",
        make=_letters_swapped,
        told=_told(F.CHANGED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="a form field filled anew (shadow, replace)",
        make=_field_filled,
        told=_told(F.FIELD_CHANGED),
    ),
    Forgery(
        name="what covered the text taken away (shadow, hide)",
        make=_object_freed,
        told=_told(F.CHANGED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="a judge's mark drawn anew",
        make=_other_mark,
        told=_told(F.CHANGED),
        kept=_told(F.ADDED_TO),
    ),
    Forgery(
        name="a signature wrapped around other content (SWA)",
        make=_wrapped,
        told=_told(F.WRAPPED),
    ),
    Forgery(
        name="a signature without its byte range (USF)",
        make=lambda g: _renamed(g.one, b"/ByteRange", b"/ByteRangX"),
        told=_told(F.MALFORMED),
        kept=_told(F.DIFFERENT, F.MISSING_SIGNER),
    ),
    Forgery(
        name="a signature without its contents (USF)",
        make=lambda g: _renamed(g.one, b"/Contents <", b"/Contentx <"),
        told=_told(F.MALFORMED),
    ),
    Forgery(
        name="a signature of an unknown form (USF)",
        make=lambda g: _renamed(g.one, b"/ETSI.CAdES.detached", b"/ETSI.CAdES.detachee"),
        told=_told(F.MALFORMED),
    ),
    Forgery(
        name="saved anew by another program",
        make=_rewritten,
        told=_told(F.ALTERED),
        kept=_told(F.DIFFERENT),
    ),
    Forgery(
        name="signed by one more person",
        make=lambda g: g.test.sign(g.one, THIRD, now=NOW),
        told=_told(),
        kept=_told(F.STRANGER, F.ADDED_TO),
    ),
    Forgery(
        name="signed once more, with a mark over the text",
        make=_stranger_over_the_text,
        told=_told(F.CHANGED),
        kept=_told(F.STRANGER, F.ADDED_TO),
    ),
    Forgery(
        name="signed by the same two in the other order",
        make=lambda g: g.turned,
        told=_told(),
        kept=_told(F.WRONG_ORDER),
        of_both=True,
    ),
    Forgery(
        name="signed by namesakes of another authority",
        make=_by_somebody_else,
        told=_told(F.UNKNOWN_ROOT),
        kept=_told(F.STRANGER, F.MISSING_SIGNER, F.UNKNOWN_ROOT),
        of_both=True,
    ),
    Forgery(
        name="signed with a revoked certificate and old lists",
        make=_revoked,
        told=_told(F.REVOKED),
        reader=lambda g: g.elsewhere(),
    ),
    Forgery(
        name="a certificate that has ended, and no time stamp",
        make=lambda g: g.bare("short"),
        told=_told(F.EXPIRED),
        reader=lambda g: g.elsewhere(),
        now=NEXT_YEAR,
    ),
    Forgery(
        name="a certificate for something else",
        make=lambda g: g.bare("unfit"),
        told=_told(F.UNFIT),
        reader=lambda g: g.elsewhere(),
    ),
    Forgery(
        name="200 000 brackets",
        make=lambda _: b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000 + b"\nstartxref\n9\n%%EOF",
        told=_told(F.UNREADABLE),
    ),
    Forgery(
        name="more bytes than are examined",
        make=lambda g: g.both + bytes(LARGEST),
        told=_told(F.TOO_LARGE),
        kept=_told(F.ADDED_TO),
        of_both=True,
    ),
)
HONEST = (
    Forgery(
        name="signed by two judges",
        make=lambda g: g.both,
        told=_told(),
    ),
    Forgery(
        name="signed before the certificate was revoked",
        make=lambda g: g.elsewhere().sign(reserved(), known_as("revoked"), now=JANUARY),
        told=_told(),
        reader=lambda g: g.elsewhere(),
    ),
    Forgery(
        name="a certificate that has ended since, with its time stamps",
        make=lambda g: g.elsewhere().sign(reserved(), known_as("short"), now=NOW),
        told=_told(),
        reader=lambda g: g.elsewhere(),
        now=NEXT_YEAR,
    ),
    Forgery(
        name="signed without a time stamp, today",
        make=lambda g: g.bare("rsa"),
        told=_told(F.UNSTAMPED),
        reader=lambda g: g.elsewhere(),
    ),
)
"""Nothing was done to these, and they must be believed."""
