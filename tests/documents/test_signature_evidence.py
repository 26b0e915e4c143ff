"""Evidence beside what a party signed: it proves it when the certificates have ended long since."""

import hashlib
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import cms

from documents.signatures import CannotSignError, Finding, Reason, TestAuthority, Trust
from documents.signatures.evidence import _Record, imprint
from tests.documents.forged import Ground, known_as
from tests.documents.pki import running

SIGNED, RENEWED, TODAY = (datetime(year, 3, 10, 9, tzinfo=UTC) for year in (2012, 2013, 2020))
PAPER = b"what was signed, and no PDF"


@dataclass(frozen=True)
class Handed:
    """A paper with a bare signature of 2012, by an authority that ended in 2014; the court's
    desks of three days; and the evidence that it made on the first."""

    file: Path
    pdf: Path
    signature: bytes
    desks: dict[datetime, TestAuthority]
    record: bytes
    of_pdf: bytes
    root: Path


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("evidence")
    file, pdf, root = folder / "paper", folder / "paper.pdf", folder / "root.pem"
    file.write_bytes(PAPER)
    with running(folder / "ended", SIGNED, years=(2010, 2014)) as ended:
        court = TestAuthority(folder / "test", now=TODAY)
        ground = Ground(test=court, others=ended)
        content = cms.ContentInfo.load(
            ground.elsewhere().sign_beside(PAPER, known_as("rsa"), now=SIGNED)
        )
        # As a plain program makes it: no time stamp, no lists.
        content["content"]["crls"] = None
        content["content"]["signer_infos"][0]["unsigned_attrs"] = None
        signature = content.dump(force=True)
        pdf.write_bytes(ground.bare("rsa"))
        known = Trust.in_folder(ended.trust)
        lists = Trust.of((), ended.lists(SIGNED))
    desks = {
        day: TestAuthority(folder / "test", now=TODAY, besides=besides)
        for day, besides in (
            (SIGNED, known.joined(lists)),
            (RENEWED, known),
            (TODAY, known),
        )
    }
    root.write_bytes(desks[TODAY].root())
    first = desks[SIGNED]
    return Handed(
        file=file,
        pdf=pdf,
        signature=signature,
        desks=desks,
        record=first.attest_file(file, signature, now=SIGNED),
        of_pdf=first.attest_file(pdf, None, now=SIGNED),
        root=root,
    )


def test_what_has_ended_is_proved_by_its_evidence(handed: Handed) -> None:
    today = handed.desks[TODAY]
    forgotten = today.validate_beside_file(handed.file, handed.signature, now=TODAY)
    assert forgotten.blocking == (Finding.EXPIRED,)
    proved = today.validate_beside_file(
        handed.file, handed.signature, now=TODAY, evidence=handed.record
    )
    assert proved.good, proved.findings
    assert proved.lasts_until is not None
    assert proved.lasts_until > TODAY
    assert today.validate_file(handed.pdf, now=TODAY).blocking == (Finding.EXPIRED,)
    assert today.validate_file(handed.pdf, now=TODAY, evidence=handed.of_pdf).good


def test_evidence_is_renewed_and_proves_since_the_first_stamp(handed: Handed) -> None:
    renewed = handed.desks[RENEWED].attest_file(
        handed.file, handed.signature, now=RENEWED, before=handed.record
    )
    stamps = _Record.load(renewed)["chains"][0]
    assert len(stamps) == 2
    assert stamps[0].dump() == _Record.load(handed.record)["chains"][0][0].dump()
    told = handed.desks[TODAY].validate_beside_file(
        handed.file, handed.signature, now=TODAY, evidence=renewed
    )
    assert told.good, told.findings


def test_evidence_of_something_else_proves_nothing(handed: Handed) -> None:
    today = handed.desks[TODAY]
    spoilt = bytearray(handed.record)
    spoilt[-20] ^= 1
    for evidence in (handed.of_pdf, bytes(spoilt), b"", handed.signature):
        told = today.validate_beside_file(
            handed.file, handed.signature, now=TODAY, evidence=evidence
        )
        assert set(told.blocking) == {Finding.EXPIRED, Finding.STAMP_BROKEN}
    assert (
        Finding.STAMP_BROKEN
        in today.validate_file(handed.pdf, now=TODAY, evidence=handed.record).blocking
    )


def test_without_a_list_no_evidence_is_given(handed: Handed) -> None:
    with pytest.raises(CannotSignError) as told:
        handed.desks[RENEWED].attest_file(handed.file, handed.signature, now=RENEWED)
    assert told.value.reason is Reason.UNPROVED
    broken = handed.file.with_name("broken")
    broken.write_bytes(b"%PDF-1.7 of nobody")
    with pytest.raises(CannotSignError) as told:
        handed.desks[SIGNED].attest_file(broken, None, now=SIGNED)
    assert told.value.reason is Reason.PAPER_REFUSED


def test_openssl_agrees_with_the_first_stamp(handed: Handed, tmp_path: Path) -> None:
    stamp = _Record.load(handed.record)["chains"][0][0]["time_stamp"]
    (tmp_path / "stamp").write_bytes(stamp.dump())
    hashes = sorted(hashlib.sha256(one).digest() for one in (PAPER, handed.signature))
    covered = hashlib.sha256(b"".join(hashes)).hexdigest()
    assert covered == imprint(PAPER, handed.signature).hex()
    asked = ["openssl", "ts", "-verify", "-token_in", "-in", tmp_path / "stamp"]
    asked += ["-CAfile", handed.root]
    for digest, holds in ((covered, True), (hashlib.sha256(PAPER).hexdigest(), False)):
        done = subprocess.run(
            [*asked, "-digest", digest], capture_output=True, check=False, timeout=30
        )
        assert (done.returncode == 0) is holds, done.stderr
