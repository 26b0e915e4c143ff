"""The local TEST certificate authority: keys and certificates in one directory, made when needed.

It stands in for an accredited authority on a machine that has none. Every certificate says TEST,
so that no signature made with it can be taken for a qualified one.
"""

import contextlib
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_TEST = "TEST - not a qualified certificate"
_COUNTRY = "KG"
_NAME_LIMIT = 64  # of a common name or an organisation, in X.520
_PAST = timedelta(days=365 * 10)  # a demonstration court signs in past years too
_AUTHORITY_LIFE = timedelta(days=365 * 20)
_PERSON_LIFE = timedelta(days=365 * 10)
_REVOCATION_LIST_LIFE = timedelta(days=7)
_PRIVATE = 0o700
_END = (x509.BasicConstraints(ca=False, path_length=None), True)

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Signatory:
    """Who signs: `key` never changes and is not personal; name and office stand in the paper."""

    key: str
    name: str
    office: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A certificate with its private key."""

    certificate: x509.Certificate
    key: PrivateKey


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What a certificate is to say."""

    name: str
    office: str = _TEST
    serial: str = ""
    start: datetime
    end: datetime
    extensions: tuple[tuple[x509.ExtensionType, bool], ...]


class Authority:
    """Root, issuing and time-stamping authority of a directory; founded when first opened."""

    def __init__(self, directory: Path, *, now: datetime) -> None:
        self._directory = directory
        if not (directory / "root.pem").exists():
            _found(directory, now)

    @cached_property
    def root(self) -> Identity:
        """The identity that verifiers trust."""
        return self._read("root")

    @cached_property
    def issuing(self) -> Identity:
        """The identity that signs people's certificates."""
        return self._read("issuing")

    @cached_property
    def stamping(self) -> Identity:
        """The identity that tells the time."""
        return self._read("stamping")

    def person(self, signatory: Signatory, now: datetime) -> Identity:
        """A signatory's identity; a new name or court gets a new certificate."""
        facts = repr((signatory.key, signatory.name, signatory.office))
        name = f"people/{hashlib.sha256(facts.encode()).hexdigest()}"
        if not self._file(name).exists():
            request = _Request(
                name=signatory.name,
                office=signatory.office,
                serial=signatory.key,
                start=max(now - _PAST, self.issuing.certificate.not_valid_before_utc),
                end=min(now + _PERSON_LIFE, self.issuing.certificate.not_valid_after_utc),
                extensions=(_END, (_usage(digital_signature=True, commitment=True), True)),
            )
            _write_once(self._file(name), _issue(request, _elliptic_key(), self.issuing))
        return self._read(name)

    def revocation_lists(self, now: datetime) -> list[bytes]:
        """Fresh and empty, in DER: nobody is ever revoked here, but a verifier wants it said."""
        lists = []
        for issuer in (self.root, self.issuing):
            builder = (
                x509.CertificateRevocationListBuilder()
                .issuer_name(issuer.certificate.subject)
                .last_update(now)
                .next_update(now + _REVOCATION_LIST_LIFE)
                .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
                .add_extension(_authority_key(issuer), critical=False)
            )
            # The same lists for the same moment: what is signed with them is the same too.
            signed = builder.sign(issuer.key, hashes.SHA256(), ecdsa_deterministic=True)
            lists.append(signed.public_bytes(serialization.Encoding.DER))
        return lists

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}.pem"

    def _read(self, name: str) -> Identity:
        data = self._file(name).read_bytes()
        key = serialization.load_pem_private_key(data, password=None)
        if not isinstance(key, PrivateKey):
            message = f"{name}: not a key that this authority makes"
            raise TypeError(message)
        return Identity(certificate=x509.load_pem_x509_certificate(data), key=key)


def _found(directory: Path, now: datetime) -> None:
    """Make the authority aside and move it into place at once: two processes may start together."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{directory.name}-", dir=directory.parent))
    try:
        (draft / "people").mkdir(mode=_PRIVATE)
        for name, identity in _identities(now).items():
            _write_once(draft / f"{name}.pem", identity)
        try:
            draft.rename(directory)
        except OSError:
            # Another process was first; anything else in the way is not ours to remove.
            if not (directory / "root.pem").exists():
                raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _identities(now: datetime) -> dict[str, Identity]:
    start, end = now - _PAST, now + _AUTHORITY_LIFE
    signs = (_usage(certificates=True), True)
    root = _issue(
        _Request(
            name="AIS Sud TEST root",
            start=start,
            end=end,
            extensions=((x509.BasicConstraints(ca=True, path_length=1), True), signs),
        ),
        _elliptic_key(),
    )
    issuing = _issue(
        _Request(
            name="AIS Sud TEST issuing authority",
            start=start,
            end=end,
            extensions=((x509.BasicConstraints(ca=True, path_length=0), True), signs),
        ),
        _elliptic_key(),
        root,
    )
    stamping = _issue(
        _Request(
            name="AIS Sud TEST time stamps",
            start=start,
            end=end,
            extensions=(
                _END,
                (_usage(digital_signature=True), True),
                (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            ),
        ),
        # The time-stamping library at hand signs with RSA only.
        rsa.generate_private_key(public_exponent=65537, key_size=2048),
        issuing,
    )
    return {"root": root, "issuing": issuing, "stamping": stamping}


def _write_once(file: Path, identity: Identity) -> None:
    """Put an identity on disk, readable by its owner alone; the first of two writers wins."""
    data = identity.certificate.public_bytes(serialization.Encoding.PEM)
    data += identity.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    handle, name = tempfile.mkstemp(dir=file.parent)  # made with mode 0600
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        with contextlib.suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        draft.unlink()


def _issue(request: _Request, key: PrivateKey, issuer: Identity | None = None) -> Identity:
    """An identity for `key`, signed by `issuer` or, for a root, by itself."""
    subject = _name(request)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(request.start)
        .not_valid_after(request.end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        builder = builder.add_extension(_authority_key(issuer), critical=False)
    for extension, critical in request.extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return Identity(certificate=certificate, key=key)


def _name(request: _Request) -> x509.Name:
    parts = [
        (NameOID.COUNTRY_NAME, _COUNTRY),
        (NameOID.ORGANIZATION_NAME, request.office),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, _TEST),
        (NameOID.SERIAL_NUMBER, request.serial),
        (NameOID.COMMON_NAME, request.name),
    ]
    return x509.Name([x509.NameAttribute(kind, text[:_NAME_LIMIT]) for kind, text in parts if text])


def _elliptic_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _authority_key(issuer: Identity) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())


def _usage(
    *, digital_signature: bool = False, commitment: bool = False, certificates: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=commitment,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certificates,
        crl_sign=certificates,
        encipher_only=False,
        decipher_only=False,
    )
