"""Electronic signatures on papers: signing in PAdES form, and saying what a signature proves.

A court of the real world signs with keys of an accredited authority; what it plugs in only has to
satisfy `Signer`. With the local TEST authority the form is the same: PAdES B-LTA, time-stamped,
with the chain and its revocation lists inside, so that it can be checked without a network.
"""

import asyncio
import hashlib
import io
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from asn1crypto import cms, core, crl
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import as_signing_certificate
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation.ades import ades_lta_validation
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
)
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleCertificateStore, SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from documents.authority import Authority, Identity, Signatory

# Room for one signature with its chain and time stamp. Without it pyHanko signs twice, the first
# time only to learn the size.
_RESERVED = 16384

# On every bad signature pyHanko logs a trace with the signatory's name; the verdict says it all.
for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureFacts:
    """What one signature on a paper says, and whether it can be believed."""

    name: str
    certificate: str
    """The SHA-256 of the signatory's certificate."""
    issuer: str
    signed_at: datetime | None
    intact: bool
    trusted: bool
    changed_after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a paper's signatures prove.

    `matches` compares with the digest that was kept when the paper was issued (None: none given).
    Only this comparison notices a paper cut back to an earlier revision, whose remaining signatures
    are perfect.
    """

    sha256: str
    readable: bool
    matches: bool | None
    signatures: tuple[SignatureFacts, ...]

    @property
    def intact(self) -> bool:
        """Whether what was signed is what is here."""
        return (
            bool(self.signatures)
            and self.matches is not False
            and all(s.intact and not s.changed_after for s in self.signatures)
        )

    @property
    def trusted(self) -> bool:
        """Whether every signature leads to an authority that we trust."""
        return bool(self.signatures) and all(s.trusted for s in self.signatures)

    @property
    def good(self) -> bool:
        """Whether the paper can be relied on."""
        return self.intact and self.trusted


class Signer(Protocol):
    """What a room needs to have papers signed and checked."""

    def sign(self, pdf: bytes, signatory: Signatory, *, now: datetime) -> bytes:
        """The paper with one more signature."""
        ...

    def validate(self, pdf: bytes, *, now: datetime, expected_sha256: str | None = None) -> Verdict:
        """What the paper's signatures prove at the moment `now`."""
        ...


class _PunctualSigner(signers.PdfSigner):
    """Writes the moment that it is told; pyHanko by itself asks the machine's clock."""

    def __init__(self, *args: Any, now: datetime, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._now = now

    def init_signing_session(self, *args: Any, **settings: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **settings)
        session.system_time = self._now
        return session


class _Stamper(DummyTimeStamper):
    """Time stamps from a key that is loaded once; to load it for each takes longer than to sign."""

    def __init__(self, identity: Identity, *args: Any, **settings: Any) -> None:
        super().__init__(_certificate(identity), _key(identity), *args, **settings)
        if not isinstance(identity.key, rsa.RSAPrivateKey):
            message = "the library's time stamps are RSA only"
            raise TypeError(message)
        self._private = identity.key

    def _sign_tst_info(
        self, tst_info_data: bytes, md_algorithm: str, dt: datetime
    ) -> tuple[bytes, cms.CMSAttributes]:
        attributes = cms.CMSAttributes(
            [
                _attribute("content_type", "tst_info"),
                _attribute("signing_time", cms.Time({"utc_time": core.UTCTime(dt)})),
                _attribute("signing_certificate", as_signing_certificate(self.tsa_cert)),
                _attribute("message_digest", hashlib.new(md_algorithm, tst_info_data).digest()),
            ]
        )
        algorithm = get_pyca_cryptography_hash(md_algorithm)
        return self._private.sign(attributes.dump(), PKCS1v15(), algorithm), attributes


def _attribute(kind: str, value: object) -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": (value,)})


class TestAuthority:
    """Signs with the authority of a directory; every certificate it uses says TEST."""

    __test__ = False  # pytest collects classes by this name

    def __init__(self, directory: Path, *, now: datetime) -> None:
        self._authority = Authority(directory, now=now)

    def sign(self, pdf: bytes, signatory: Signatory, *, now: datetime) -> bytes:
        """The paper with a PAdES B-LTA signature in the signatory's name."""
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        before = len(writer.prev.embedded_signatures)
        identity = self._authority.person(signatory, now)
        metadata = signers.PdfSignatureMetadata(
            field_name=f"Signature{before + 1}",
            md_algorithm="sha256",
            name=signatory.name,
            location=signatory.office,
            subfilter=SigSeedSubFilter.PADES,
            certify=before == 0,
            docmdp_permissions=MDPPerm.FILL_FORMS,
            embed_validation_info=True,
            use_pades_lta=True,
            validation_context=ValidationContext(
                trust_roots=[self._root],
                other_certs=list(self._chain),
                crls=self._authority.revocation_lists(now),
                revocation_mode="require",
                allow_fetching=False,
                moment=now,
            ),
        )
        signer = signers.SimpleSigner(
            signing_cert=_certificate(identity),
            signing_key=_key(identity),
            cert_registry=self._store(),
        )
        stamper = _Stamper(self._authority.stamping, certs_to_embed=self._store(), fixed_dt=now)
        output = io.BytesIO()
        _PunctualSigner(metadata, signer, timestamper=stamper, now=now).sign_pdf(
            writer, bytes_reserved=_RESERVED, output=output
        )
        return output.getvalue()

    def validate(self, pdf: bytes, *, now: datetime, expected_sha256: str | None = None) -> Verdict:
        """What the paper's signatures prove to someone who trusts this authority."""
        return validate(
            pdf,
            roots=[self.root()],
            revocation_lists=self._authority.revocation_lists(now),
            now=now,
            expected_sha256=expected_sha256,
        )

    def root(self) -> bytes:
        """The certificate that a verifier elsewhere has to trust, in PEM."""
        return self._authority.root.certificate.public_bytes(serialization.Encoding.PEM)

    def _store(self) -> SimpleCertificateStore:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([*self._chain, self._root])
        return store

    @cached_property
    def _root(self) -> asn1_x509.Certificate:
        return _certificate(self._authority.root)

    @cached_property
    def _chain(self) -> tuple[asn1_x509.Certificate, ...]:
        return (_certificate(self._authority.issuing), _certificate(self._authority.stamping))


def validate(
    pdf: bytes,
    *,
    roots: Sequence[bytes],
    revocation_lists: Sequence[bytes] = (),
    now: datetime,
    expected_sha256: str | None = None,
) -> Verdict:
    """What a paper's signatures prove to someone who trusts `roots` (PEM); never raises.

    The lists inside the paper prove that its certificates were good when it was signed. Whether the
    last time stamp can still be believed is said by the authority's present lists (DER).
    """
    digest = hashlib.sha256(pdf).hexdigest()
    matches = None if expected_sha256 is None else secrets.compare_digest(digest, expected_sha256)
    trust = _Trust(
        roots=[
            asn1_x509.Certificate.load(_der(x509.load_pem_x509_certificate(root))) for root in roots
        ],
        lists=[crl.CertificateList.load(each) for each in revocation_lists],
        now=now,
    )
    try:
        facts = asyncio.run(_examine(pdf, trust))
    except Exception:  # noqa: BLE001 - a forged file fails in every way that a parser knows
        return Verdict(sha256=digest, readable=False, matches=matches, signatures=())
    return Verdict(sha256=digest, readable=True, matches=matches, signatures=facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trust:
    """Whom the reader of a paper trusts, and when he reads it."""

    roots: list[asn1_x509.Certificate]
    lists: list[crl.CertificateList]
    now: datetime

    def today(self) -> ValidationContext:
        """For a signature whose certificate and time stamp are still valid."""
        return ValidationContext(
            trust_roots=self.roots,
            crls=self.lists,
            revocation_mode="require",
            allow_fetching=False,
            moment=self.now,
        )

    def afterwards(self) -> PdfSignatureValidationSpec:
        """For one that has to be proved from the stamps and lists that were put into the paper."""
        return PdfSignatureValidationSpec(
            SignatureValidationSpec(
                cert_validation_policy=CertValidationPolicySpec(
                    trust_manager=SimpleTrustManager.build(trust_roots=self.roots),
                    revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO),
                ),
                revinfo_gathering_policy=RevocationInfoGatheringSpec(
                    online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
                ),
                local_knowledge=LocalKnowledge(
                    known_crls=[CRLContainer(each) for each in self.lists]
                ),
            )
        )


async def _examine(pdf: bytes, trust: _Trust) -> tuple[SignatureFacts, ...]:
    reader = PdfFileReader(io.BytesIO(pdf))
    facts: list[SignatureFacts] = []
    for signature in reader.embedded_signatures:
        # Document time stamps are embedded in the same way, but they are nobody's signature.
        if signature.sig_object_type == "/Sig":
            facts += [await _facts(signature, trust)]
    return tuple(facts)


async def _facts(signature: EmbeddedPdfSignature, trust: _Trust) -> SignatureFacts:
    status = await async_validate_pdf_signature(signature, trust.today())
    stamped = status.timestamp_validity
    return SignatureFacts(
        name=str(signature.signer_cert.subject.native.get("common_name", "")),
        certificate=hashlib.sha256(signature.signer_cert.dump()).hexdigest(),
        issuer=str(signature.signer_cert.issuer.native.get("common_name", "")),
        signed_at=stamped.timestamp if stamped else signature.self_reported_timestamp,
        intact=status.intact and status.valid,
        trusted=status.bottom_line or await _proved_afterwards(signature, trust),
        changed_after=not status.docmdp_ok,
    )


async def _proved_afterwards(signature: EmbeddedPdfSignature, trust: _Trust) -> bool:
    timing = ValidationTimingInfo(
        validation_time=trust.now, best_signature_time=trust.now, point_in_time_validation=False
    )
    result = await ades_lta_validation(signature, trust.afterwards(), timing_info=timing)
    return isinstance(result.ades_subindic, AdESPassed)


def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def _certificate(identity: Identity) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(_der(identity.certificate))


def _key(identity: Identity) -> asn1_keys.PrivateKeyInfo:
    return asn1_keys.PrivateKeyInfo.load(
        identity.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
