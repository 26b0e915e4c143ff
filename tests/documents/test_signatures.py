"""What signatures prove, and that every way of cheating which we know is noticed."""

import io
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.reader import PdfFileReader

from documents.authority import Authority, Signatory
from documents.signatures import TestAuthority, validate
from tests.documents.signed import JUDGE, NOW, reserved


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("ca") / "authority", now=NOW)


@pytest.fixture(scope="module")
def signed(signer: TestAuthority) -> bytes:
    return signer.sign(reserved(), JUDGE, now=NOW)


def test_a_signed_act_is_good_and_names_its_judge(signer: TestAuthority, signed: bytes) -> None:
    verdict = signer.validate(signed, now=NOW + timedelta(minutes=1))
    assert verdict.good
    assert verdict.matches is None
    (facts,) = verdict.signatures
    assert facts.name == JUDGE.name
    assert facts.signed_at == NOW


def test_it_can_still_be_checked_after_years(signer: TestAuthority, signed: bytes) -> None:
    assert signer.validate(signed, now=NOW + timedelta(days=365 * 9)).good


def test_its_own_stamps_prove_it_where_no_fresh_lists_are_had(
    signer: TestAuthority, signed: bytes
) -> None:
    root = signer.root()
    assert validate(signed, roots=[root], now=NOW + timedelta(days=2)).good


def test_a_court_that_runs_ahead_of_the_machine_s_clock_is_believed(tmp_path: Path) -> None:
    ahead = datetime(2046, 1, 8, 9, 0, tzinfo=UTC)
    authority = TestAuthority(tmp_path / "authority", now=ahead)
    paper = authority.sign(reserved(), JUDGE, now=ahead)
    assert authority.validate(paper, now=ahead).good


def test_an_unsigned_paper_is_not_good(signer: TestAuthority) -> None:
    verdict = signer.validate(reserved(), now=NOW)
    assert verdict.readable
    assert not verdict.signatures
    assert not verdict.good


@pytest.mark.parametrize("junk", [b"", b"%PDF-1.7\n", b"<html>", b"%PDF-1.4\n1 0 obj\n<<>>" * 9])
def test_junk_is_unreadable_and_never_an_error(signer: TestAuthority, junk: bytes) -> None:
    verdict = signer.validate(junk, now=NOW)
    assert not verdict.readable
    assert not verdict.good


def test_another_root_is_not_trusted(signed: bytes, tmp_path: Path) -> None:
    stranger = TestAuthority(tmp_path / "other", now=NOW)
    verdict = stranger.validate(signed, now=NOW)
    assert verdict.intact
    assert not verdict.trusted
    assert not verdict.good
    assert not validate(signed, roots=[], now=NOW).good


def test_the_time_stamp_and_the_archive_stamp_are_inside(signed: bytes) -> None:
    reader = PdfFileReader(io.BytesIO(signed))
    kinds = [str(each.sig_object_type) for each in reader.embedded_signatures]
    assert kinds == ["/Sig", "/DocTimeStamp"]
    assert b"AIS Sud TEST time stamps" in reader.embedded_signatures[0].pkcs7_content
    assert "/DSS" in reader.root


def test_every_certificate_says_test(signed: bytes) -> None:
    (signature, *_) = PdfFileReader(io.BytesIO(signed)).embedded_signatures
    assert "TEST" in signature.signer_cert.subject.human_friendly
    assert "TEST" in signature.signer_cert.issuer.human_friendly


def test_the_authority_is_founded_once_and_its_keys_are_secret(tmp_path: Path) -> None:
    directory = tmp_path / "var" / "authority"
    barrier = threading.Barrier(4)
    roots: list[bytes] = []

    def start() -> None:
        barrier.wait()
        authority = Authority(directory, now=NOW)
        authority.person(JUDGE, NOW)
        roots.append(authority.root.certificate.fingerprint(SHA256()))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(roots) == 4
    assert len(set(roots)) == 1
    files = [file for file in directory.rglob("*") if file.is_file()]
    assert len(files) == 4  # root, issuing, stamping and one judge
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(directory.parent.iterdir()) == [directory]


def test_a_judge_keeps_one_certificate_until_name_or_court_changes(tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority", now=NOW)
    first = authority.person(JUDGE, NOW).certificate
    assert authority.person(JUDGE, NOW + timedelta(days=9)).certificate == first
    moved = Signatory(key=JUDGE.key, name=JUDGE.name, office="Чүй облустук соту")
    assert authority.person(moved, NOW).certificate != first
