"""Every driver signs with a real key over a real socket, and openssl, which is not ours, agrees."""

import io
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, pem
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import DocumentSecurityStore

from documents.authority import Signatory
from documents.signatures import (
    CannotSignError,
    CourtSigner,
    Finding,
    Reason,
    SettingsError,
    SigningSettings,
    TestAuthority,
    opened,
)
from tests import needs
from tests.documents.pki import Authorities, Mood, running
from tests.documents.signed import COURT, JUDGE, NOW, reserved
from tests.documents.token import LABEL, PIN, token

KEYS = ("elliptic", "rsa")
WAYS = [*(f"{driver} {key}" for driver in ("pkcs12", "pkcs11", "csc") for key in KEYS), "test"]


def signatory(key: str) -> Signatory:
    return Signatory(key=key, name="Асанова Айгүл Бакытовна", office=COURT)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("drivers")


@pytest.fixture(scope="module")
def authorities(folder: Path) -> Iterator[Authorities]:
    with running(folder / "authorities", NOW) as made:
        yield made


@pytest.fixture(scope="module")
def settings(folder: Path, authorities: Authorities) -> SigningSettings:
    """Everything but the driver and what it alone needs."""
    return SigningSettings(
        driver="",
        authority=folder / "unused",
        stamps=authorities.stamps,
        trust=authorities.trust,
    )


def _written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def files(settings: SigningSettings, authorities: Authorities) -> SigningSettings:
    return replace(
        settings,
        driver="pkcs12",
        folder=authorities.folder / "p12",
        pin_file=authorities.password,
    )


@pytest.fixture(scope="module")
def hardware(settings: SigningSettings, authorities: Authorities, folder: Path) -> SigningSettings:
    return replace(
        settings,
        driver="pkcs11",
        module=token(folder / "token", authorities, *KEYS),
        token=LABEL,
        pin_file=_written(folder, "pin", PIN),
        register=_written(folder, "token.json", json.dumps({"judge-7": "elliptic"})),
    )


@pytest.fixture(scope="module")
def service(settings: SigningSettings, authorities: Authorities, folder: Path) -> SigningSettings:
    register = {key: f"court/{key}" for key in (*KEYS, "revoked")} | {"nobody": "court/nobody"}
    return replace(
        settings,
        driver="csc",
        service=authorities.service,
        access_file=_written(folder, "access", "secret"),
        register=_written(folder, "service.json", json.dumps(register)),
    )


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, folder: Path) -> tuple[CourtSigner, Signatory, Path]:
    """A signer, who signs, and the root that openssl is to trust."""
    driver, _, key = str(request.param).partition(" ")
    if driver == "test":
        authority = TestAuthority(folder / "test", now=NOW)
        root = folder / "test-root.pem"
        root.write_bytes(authority.root())
        return authority, JUDGE, root
    fixture = {"pkcs12": "files", "pkcs11": "hardware", "csc": "service"}[driver]
    chosen: SigningSettings = request.getfixturevalue(fixture)
    assert chosen.trust is not None
    root = folder / "root.pem"
    root.write_bytes(pem.armor("CERTIFICATE", (chosen.trust / "roots" / "root.cer").read_bytes()))
    return opened(chosen, now=NOW), signatory(key), root


def _openssl_agrees(content: Path, signature: Path, root: Path) -> bool:
    """Whether openssl finds the signature good at the moment of signing, CAdES attributes too."""
    done = subprocess.run(
        [
            *(needs.program("openssl"), "cms", "-verify", "-cades", "-binary"),
            *("-inform", "DER", "-in", signature, "-content", content, "-out", "/dev/null"),
            *("-CAfile", root, "-purpose", "any", "-attime", str(int(NOW.timestamp()))),
        ],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode == 0


def test_a_paper_is_signed_and_openssl_agrees(
    way: tuple[CourtSigner, Signatory, Path], tmp_path: Path
) -> None:
    signer, who, root = way
    paper = signer.sign(reserved(), who, now=NOW)
    verdict = signer.validate(paper, now=NOW + timedelta(minutes=1))
    assert verdict.good
    (facts,) = verdict.signatures
    assert facts.stamped
    assert facts.signed_at == NOW
    (one, *_) = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    _, end, start, rest = (int(number) for number in one.byte_range)
    content, signature = tmp_path / "content", tmp_path / "signature"
    content.write_bytes(paper[:end] + paper[start : start + rest])
    signature.write_bytes(one.pkcs7_content)
    assert _openssl_agrees(content, signature, root)
    content.write_bytes(content.read_bytes().replace(b"%PDF", b"%pdf", 1))
    assert not _openssl_agrees(content, signature, root)


def test_any_bytes_are_signed_beside_and_openssl_agrees(
    way: tuple[CourtSigner, Signatory, Path], tmp_path: Path
) -> None:
    signer, who, root = way
    signed = signer.sign_beside(b"an ordinary file", who, now=NOW)
    later = NOW + timedelta(minutes=1)
    verdict = signer.validate_beside(b"an ordinary file", signed, now=later)
    assert verdict.good, verdict.findings
    assert verdict.signatures[0].stamped
    content, signature = tmp_path / "content", tmp_path / "file.p7s"
    content.write_bytes(b"an ordinary file")
    signature.write_bytes(signed)
    assert _openssl_agrees(content, signature, root)
    assert signer.validate_beside(b"another file", signed, now=later).findings == (Finding.ALTERED,)


def test_an_incomplete_chain_is_put_in_by_the_court(hardware: SigningSettings) -> None:
    """A token holds no authority between; who checks has nothing but the root."""
    paper = opened(hardware, now=NOW).sign(reserved(), signatory("judge-7"), now=NOW)
    (one, *_) = PdfFileReader(io.BytesIO(paper)).embedded_signatures
    assert "Issuing" in {cert.subject.native["common_name"] for cert in one.other_embedded_certs}


@pytest.mark.parametrize("driver", ["files", "service"])
def test_a_revoked_certificate_signs_nothing(driver: str, request: pytest.FixtureRequest) -> None:
    signer = opened(request.getfixturevalue(driver), now=NOW)
    with pytest.raises(CannotSignError) as told:
        signer.sign(reserved(), signatory("revoked"), now=NOW)
    assert told.value.reason is Reason.REVOKED


def test_a_certificate_for_something_else_signs_nothing(files: SigningSettings) -> None:
    with pytest.raises(CannotSignError) as told:
        opened(files, now=NOW).sign(reserved(), signatory("unfit"), now=NOW)
    assert told.value.reason is Reason.CERTIFICATE_REFUSED


@pytest.mark.parametrize("driver", ["files", "hardware", "service"])
def test_somebody_without_a_key_is_told(driver: str, request: pytest.FixtureRequest) -> None:
    signer = opened(request.getfixturevalue(driver), now=NOW)
    with pytest.raises(CannotSignError) as told:
        signer.sign(reserved(), signatory("stranger"), now=NOW)
    assert told.value.reason is Reason.NO_KEY


def test_a_service_that_does_not_know_the_credential_is_told(service: SigningSettings) -> None:
    with pytest.raises(CannotSignError) as told:
        opened(service, now=NOW).sign(reserved(), signatory("nobody"), now=NOW)
    assert told.value.reason is Reason.AWAY


def test_what_does_not_answer_is_told(service: SigningSettings, files: SigningSettings) -> None:
    nowhere = "http://127.0.0.1:9"
    for broken in (replace(service, service=nowhere), replace(files, stamps=nowhere)):
        with pytest.raises(CannotSignError) as told:
            opened(broken, now=NOW).sign(reserved(), signatory("elliptic"), now=NOW)
        assert told.value.reason is Reason.AWAY


def test_what_is_missing_stops_the_start(
    files: SigningSettings, hardware: SigningSettings, service: SigningSettings, tmp_path: Path
) -> None:
    empty = _written(tmp_path, "empty", "\n")
    wrong = _written(tmp_path, "wrong", "0000")
    missing = tmp_path / "missing"
    names_nobody = _written(tmp_path, "register.json", json.dumps({"judge": "nobody"}))
    no_register = _written(tmp_path, "list.json", "[]")
    (tmp_path / "trust" / "roots").mkdir(parents=True)
    cases = [
        replace(files, driver="fax"),
        replace(files, folder=None),
        replace(files, folder=missing),
        replace(files, pin_file=None),
        replace(files, pin_file=missing),
        replace(files, pin_file=empty),
        replace(files, register=names_nobody),
        replace(files, register=no_register),
        replace(files, register=missing),
        replace(files, pin_file=wrong, register=_written(tmp_path, "r", '{"a": "rsa"}')),
        replace(files, stamps=""),
        replace(files, stamps="tsa.example"),
        replace(files, trust=None),
        replace(files, trust=missing),
        replace(files, trust=tmp_path / "trust"),
        replace(hardware, module=missing),
        replace(hardware, token="other"),
        replace(hardware, pin_file=wrong),
        replace(hardware, register=names_nobody),
        replace(service, service=""),
        replace(service, register=None),
        replace(service, access_file=missing),
    ]
    for case in cases:
        with pytest.raises(SettingsError):
            opened(case, now=NOW)


def test_a_court_without_a_way_out_uses_the_lists_that_were_laid_down(
    files: SigningSettings, authorities: Authorities, tmp_path: Path
) -> None:
    trust = tmp_path / "trust"
    for part in ("roots", "chain"):
        (trust / part).mkdir(parents=True)
        for file in (authorities.trust / part).iterdir():
            (trust / part / file.name).write_bytes(file.read_bytes())
    offline = replace(files, trust=trust, fetching=False)
    with pytest.raises(CannotSignError) as told:
        opened(offline, now=NOW).sign(reserved(), signatory("rsa"), now=NOW)
    assert told.value.reason is Reason.UNPROVED
    (trust / "lists").mkdir()
    for number, each in enumerate(authorities.lists(NOW)):
        (trust / "lists" / f"{number}.crl").write_bytes(each)
    signer = opened(offline, now=NOW)
    assert signer.validate(signer.sign(reserved(), signatory("rsa"), now=NOW), now=NOW).good


def test_an_answer_of_the_authority_is_kept_with_the_signature(
    files: SigningSettings, authorities: Authorities
) -> None:
    signer = opened(files, now=NOW)
    apart = opened(replace(files, fetching=False), now=NOW)
    paper = signer.sign(reserved(), signatory("asked"), now=NOW)
    kept = DocumentSecurityStore.read_dss(PdfFileReader(io.BytesIO(paper)))
    assert len(kept.ocsps) == 1
    assert apart.validate(paper, now=NOW).good, "nothing is asked to check it"
    beside = signer.sign_beside(b"any bytes", signatory("asked"), now=NOW)
    assert apart.validate_beside(b"any bytes", beside, now=NOW).good
    bare = cms.ContentInfo.load(beside)
    bare["content"]["crls"] = None
    told = apart.validate_beside(b"any bytes", bare.dump(force=True), now=NOW)
    assert told.blocking == (Finding.UNPROVED,)


@pytest.mark.parametrize(
    ("key", "mood", "reason"),
    [
        ("asked_revoked", Mood.HONEST, Reason.REVOKED),
        ("asked", Mood.IGNORANT, Reason.NOT_KNOWN),
        ("asked", Mood.AWAY, Reason.UNPROVED),
        ("asked", Mood.LATE, Reason.UNPROVED),
    ],
)
def test_without_a_good_answer_nothing_is_signed(
    files: SigningSettings, authorities: Authorities, key: str, mood: Mood, reason: Reason
) -> None:
    authorities.responder.mood = mood
    try:
        with pytest.raises(CannotSignError) as told:
            opened(files, now=NOW).sign(reserved(), signatory(key), now=NOW)
    finally:
        authorities.responder.mood = Mood.HONEST
    assert told.value.reason is reason
