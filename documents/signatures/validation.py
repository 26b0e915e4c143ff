"""Says what the signatures of a paper prove, and everything that is wrong with them; never raises.

Nothing is fetched and nothing is asked: the same bytes at the same moment get the same verdict.
"""

import asyncio
import hashlib
import io
import logging
from collections import Counter
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import cms, crl, ocsp, pem, x509
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESSubIndic
from pyhanko.sign.diff_analysis import SuspiciousModification
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.generic_cms import async_validate_detached_cms
from pyhanko.sign.validation.pdf_embedded import (
    EmbeddedPdfSignature,
    async_validate_pdf_signature,
    async_validate_pdf_timestamp,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import (
    PdfSignatureStatus,
    SignatureCoverageLevel,
    SignatureStatus,
    StandardCMSSignatureStatus,
)
from pyhanko_certvalidator import ValidationContext

from documents.signatures import changes
from documents.signatures.evidence import Attested, attested
from documents.signatures.trust import Trust
from documents.signatures.verdict import Expected, Finding, SignatureFacts, Verdict

_T = TypeVar("_T")
LARGEST = 64 * 1024 * 1024
"""Bytes of a paper that are examined at all."""
MOST_SIGNATURES = 100
"""Signatures and stamps of one paper: a panel, its parties, and a stamp for each of fifty years."""
_WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
_FIT = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)
_SAID_BY_STANDARD: dict[AdESSubIndic, Finding] = {
    AdESFailure.HASH_FAILURE: Finding.ALTERED,
    AdESFailure.SIG_CRYPTO_FAILURE: Finding.FORGED,
    AdESFailure.FORMAT_FAILURE: Finding.MALFORMED,
    AdESFailure.REVOKED: Finding.REVOKED,
    AdESFailure.NOT_YET_VALID: Finding.EXPIRED,
    AdESIndeterminate.REVOKED_NO_POE: Finding.REVOKED,
    AdESIndeterminate.REVOKED_CA_NO_POE: Finding.REVOKED,
    AdESIndeterminate.EXPIRED: Finding.EXPIRED,
    AdESIndeterminate.NOT_YET_VALID: Finding.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NO_POE: Finding.EXPIRED,
    AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED: Finding.EXPIRED,
    AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND: Finding.UNKNOWN_ROOT,
    AdESIndeterminate.NO_SIGNING_CERTIFICATE_FOUND: Finding.MALFORMED,
    AdESIndeterminate.CHAIN_CONSTRAINTS_FAILURE: Finding.UNFIT,
    AdESIndeterminate.SIG_CONSTRAINTS_FAILURE: Finding.UNFIT,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE: Finding.WEAK,
    AdESIndeterminate.CRYPTO_CONSTRAINTS_FAILURE_NO_POE: Finding.WEAK,
}
"""The library's words for why a certificate is not believed (ETSI EN 319 102-1, 5.1.3); what is
not here means that the proof is missing."""
_SAID_OF_ENDED = frozenset({Finding.UNPROVED, Finding.UNFIT})
"""What the library also says of a certificate that has ended, as no moment is left to judge it."""

# On every bad signature pyHanko logs a trace with the signatory's name; the verdict says it all.
for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)


def validate(
    pdf: bytes,
    *,
    roots: Sequence[bytes] = (),
    revocation_lists: Sequence[bytes] = (),
    now: datetime,
    expected: Expected | None = None,
    trust: Trust | None = None,
    evidence: bytes | None = None,
) -> Verdict:
    """What a paper's signatures prove to someone who trusts `roots` (PEM); never raises.

    The lists inside the paper prove that its certificates were good when it was signed. Whether the
    last time stamp can still be believed is said by the authority's present lists (DER). `trust`
    says both at once, already parsed. `evidence` is a record beside the paper
    (`documents.signatures.evidence`), which proves when it existed at the latest.
    """
    if len(pdf) > LARGEST:
        return unread(pdf, Finding.TOO_LARGE, expected)
    try:
        reader = _Reader(trust=trust or Trust.of(roots, revocation_lists), now=now)
        verdict = _done(reader.read(pdf, _bare(pdf), evidence))
    except Exception:  # noqa: BLE001 - a forged file fails in every way that a parser knows
        return unread(pdf, Finding.UNREADABLE, expected)
    return _compared(verdict, pdf, expected)


def unread(pdf: bytes, why: Finding, expected: Expected | None = None) -> Verdict:
    """The verdict on a paper that was not read."""
    return _compared(replace(_bare(pdf), findings=(why,)), pdf, expected)


def validate_beside(
    data: bytes,
    signature: bytes,
    *,
    trust: Trust,
    now: datetime,
    signers: tuple[str, ...] | None = None,
    evidence: bytes | None = None,
) -> Verdict:
    """What a detached signature (CMS, DER) proves about any bytes; never raises.

    The verdict is about `data`; `signers` are the certificates that are expected, if that is known,
    `evidence` a record of data and signature that lies beside them.
    """
    bare = _bare(data)
    try:
        reader = _Reader(trust=trust, now=now)
        verdict = _done(reader.read_beside(data, signature, bare, evidence))
    except Exception:  # noqa: BLE001 - as above
        return replace(bare, findings=(Finding.MALFORMED,))
    return replace(verdict, findings=_each_once(verdict.findings, _of_signers(verdict, signers)))


def signers_of(data: bytes, signature: bytes | None) -> list[list[x509.Certificate]]:
    """Return who signed a PDF, or any bytes beside which a signature lies: not checked in any way.

    Each list begins with the signer's certificate, and goes on with those that came with it.

    Raises:
        ValueError and others of the library: it cannot be read.

    """
    if signature is None:
        embedded, _broken = _embedded(PdfFileReader(io.BytesIO(data)))
        return [[one.signer_cert, *one.other_embedded_certs] for one in embedded]
    signed = cms.ContentInfo.load(der_of(signature), strict=True)["content"]
    found = extract_certificate_info(signed)
    return [[found.signer_cert, *found.other_certs]]


def der_of(signature: bytes) -> bytes:
    """Return a signature in DER: programs write that, or letters between two lines (PEM)."""
    return pem.unarmor(signature)[2] if pem.detect(signature) else signature


def _bare(data: bytes) -> Verdict:
    return Verdict(
        sha256=hashlib.sha256(data).hexdigest(),
        length=len(data),
        readable=False,
        matches=None,
        signatures=(),
        findings=(),
    )


class _Loop(asyncio.SelectorEventLoop):
    """Wakes nobody up: nothing is waited for, and a closed process lets nobody have a socket."""

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        pass


def _done(work: Coroutine[Any, Any, _T]) -> _T:
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """A moment at which something is known to have existed, and what was known about it then."""

    moment: datetime
    certificates: tuple[x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stamp:
    """A time stamp over the whole paper up to `revision`, and whether it can be believed."""

    revision: int
    proof: _Proof
    proved: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Who reads a paper, whom he trusts, and when.

    What is no longer good today is judged at the moment of the next time stamp, with the lists that
    this stamp covers; the stamp at the moment of the one after it; the last stamp today. So a paper
    outlives the certificates of those who signed it, and of those who stamped it.
    """

    trust: Trust
    now: datetime
    attested: Attested | None = None
    """What evidence beside the paper proves."""

    async def with_evidence(
        self, record: bytes, *data: bytes
    ) -> tuple["_Reader", tuple[Finding, ...]]:
        """A reader who knows the evidence too, and what is wrong with it."""
        try:
            proved = await attested(record, *data, trust=self.trust, now=self.now)
        except Exception:  # noqa: BLE001 - it may be anything
            return self, (Finding.STAMP_BROKEN,)
        return replace(self, attested=proved), ()

    async def read(self, pdf: bytes, bare: Verdict, evidence: bytes | None = None) -> Verdict:
        """The verdict on everything but what was kept of the paper."""
        if evidence is not None:
            reader, wrong = await self.with_evidence(evidence, pdf)
            told = await reader.read(pdf, bare)
            lasts = reader.attested.lasts_until if reader.attested else told.lasts_until
            return replace(told, findings=_each_once(told.findings, wrong), lasts_until=lasts)
        paper = PdfFileReader(io.BytesIO(pdf))
        if not any(True for _ in paper.root["/Pages"]["/Kids"]):
            raise ValueError("a paper without pages")
        embedded, broken = _embedded(paper)
        if len(embedded) > MOST_SIGNATURES:
            return replace(bare, findings=(Finding.TOO_LARGE,))
        over_all = [one for one in embedded if one.sig_object_type == "/DocTimeStamp"]
        today = _known_in(paper, self.now)
        stamps = await self._of_stamps(paper, over_all, today)
        signatures = [
            await self._of_signature(one, stamps, today)
            for one in embedded
            if one.sig_object_type == "/Sig"
        ]
        findings = list(broken)
        if not embedded and not broken:
            findings.append(Finding.UNSIGNED)
        elif not over_all:
            findings.append(Finding.UNSTAMPED)
        if embedded and _trails(paper, embedded[-1], len(pdf)):
            findings.append(Finding.TRAILING)
        return replace(
            bare,
            readable=True,
            signatures=tuple(signatures),
            findings=_each_once(
                findings,
                *(one.findings for one in stamps),
                *(one.findings for one in signatures),
            ),
            lasts_until=over_all[-1].signer_cert.not_valid_after if over_all else None,
        )

    async def read_beside(
        self, data: bytes, signature: bytes, bare: Verdict, evidence: bytes | None
    ) -> Verdict:
        """The verdict on a detached signature, with the evidence beside it where there is any."""
        reader: _Reader = self
        wrong: tuple[Finding, ...] = ()
        if evidence is not None:
            reader, wrong = await self.with_evidence(evidence, data, signature)
        facts = await reader.facts_beside(data, signature)
        return replace(
            bare,
            readable=True,
            signatures=(facts,),
            findings=_each_once(facts.findings, wrong),
            lasts_until=reader.attested.lasts_until if reader.attested else None,
        )

    async def facts_beside(self, data: bytes, signature: bytes) -> SignatureFacts:
        """What one detached signature says."""
        content = cms.ContentInfo.load(der_of(signature), strict=True)
        if content["content_type"].native != "signed_data":
            raise ValueError("not a signature")
        signed: cms.SignedData = content["content"]
        inside = list(signed["crls"] or ())
        today = _Proof(
            moment=self.now,
            lists=tuple(one.chosen for one in inside if one.name == "crl"),
            answers=tuple(
                one.chosen["other_rev_info"]
                for one in inside
                if one.name == "other"
                and one.chosen["other_rev_info_format"].native == "ocsp_response"
            ),
        )

        async def judged(at: _Proof) -> StandardCMSSignatureStatus:
            return await async_validate_detached_cms(
                data, signed, self._at(at), self._at(today), key_usage_settings=_FIT
            )

        status = first = await judged(today)
        if not _holds(first) and (stamped := _stamped_at(first)):
            status = await judged(replace(today, moment=stamped))
        if not _holds(status) and (proof := self._of_evidence(today)):
            today = proof
            status = await judged(proof)
        digest = signed["signer_infos"][0]["digest_algorithm"]["algorithm"].native
        return self._facts(first, digest, proved=_holds(status), changed=())

    async def _of_stamps(
        self, paper: PdfFileReader, over_all: list[EmbeddedPdfSignature], today: _Proof
    ) -> list[_Stamp]:
        """Time stamps over the whole paper, each judged at the moment of the next; oldest first."""
        stamps: list[_Stamp] = []
        known = today
        for one in reversed(over_all):
            status = await async_validate_pdf_timestamp(
                one, self._at(known), diff_policy=changes.ALLOWED
            )
            findings: tuple[Finding, ...] = ()
            if not (status.intact and status.valid and _covers_its_revision(one)):
                findings = (Finding.STAMP_BROKEN,)
            elif isinstance(status.diff_result, SuspiciousModification):
                findings = (_named(one),)
            proved = bool(status.trusted) and Finding.STAMP_BROKEN not in findings
            revision = int(one.signed_revision)
            if proved:
                known = _known_in(paper.get_historical_resolver(revision), status.timestamp)
            stamps.append(_Stamp(revision=revision, proof=known, proved=proved, findings=findings))
        return stamps[::-1]

    async def _of_signature(
        self, one: EmbeddedPdfSignature, stamps: list[_Stamp], today: _Proof
    ) -> SignatureFacts:
        async def judged(at: _Proof, stamp_at: _Proof) -> PdfSignatureStatus:
            return await async_validate_pdf_signature(
                one,
                self._at(at),
                self._at(stamp_at),
                diff_policy=changes.ALLOWED,
                key_usage_settings=_FIT,
            )

        status = first = await judged(today, today)
        covering = next((s for s in stamps if s.proved and s.revision > one.signed_revision), None)
        if not _holds(status) and covering:
            status = await judged(covering.proof, covering.proof)
        if not _holds(status) and (stamped := _stamped_at(first)):
            status = await judged(replace(today, moment=stamped), today)
        if not _holds(status) and (proof := self._of_evidence(today)):
            status = await judged(proof, proof)
        changed: list[Finding] = []
        if not _covers_its_revision(one):
            changed.append(Finding.WRAPPED)
        if not first.docmdp_ok:
            changed.append(_named(one))
        facts = self._facts(first, one.md_algorithm, proved=_holds(status), changed=changed)
        return replace(facts, field=str(one.field_name))

    def _facts(
        self,
        status: StandardCMSSignatureStatus,
        digest: str,
        *,
        proved: bool,
        changed: Sequence[Finding],
    ) -> SignatureFacts:
        certificate: x509.Certificate = status.signing_cert
        stamped_at = _stamped_at(status)
        findings = list(changed)
        if not status.intact:
            findings.append(Finding.ALTERED)
        elif not status.valid:
            findings.append(Finding.FORGED)
        if digest in _WEAK_DIGESTS:
            findings.append(Finding.WEAK)
        existed_at = stamped_at or (self.attested.moment if self.attested else None)
        if self.trust.revoked(certificate, by=existed_at):
            findings.append(Finding.REVOKED)
        if not proved and status.intact and status.valid:
            findings.append(self._why_not(status))
        return SignatureFacts(
            name=str(certificate.subject.native.get("common_name", "")),
            certificate=hashlib.sha256(certificate.dump()).hexdigest(),
            issuer=str(certificate.issuer.native.get("common_name", "")),
            signed_at=stamped_at or status.signer_reported_dt,
            stamped=stamped_at is not None and proved,
            findings=_each_once(findings),
            trusted=proved and Finding.REVOKED not in findings,
        )

    def _of_evidence(self, today: _Proof) -> _Proof | None:
        """What was known when evidence was first given for the paper as it is."""
        if self.attested is None:
            return None
        known = self.attested.known
        return _Proof(
            moment=self.attested.moment,
            certificates=(*today.certificates, *known.certificates),
            lists=(*today.lists, *known.lists),
            answers=(*today.answers, *known.answers),
        )

    def _why_not(self, status: StandardCMSSignatureStatus) -> Finding:
        """Why certificate or stamp are not believed today, when no stamp helps."""
        stamp = status.timestamp_validity
        why = status.trust_problem_indic or (stamp.trust_problem_indic if stamp else None)
        said = _SAID_BY_STANDARD.get(why, Finding.UNPROVED) if why else Finding.UNPROVED
        ended = status.signing_cert.not_valid_after < self.now
        return Finding.EXPIRED if ended and said in _SAID_OF_ENDED else said

    def _at(self, proof: _Proof) -> ValidationContext:
        """What is trusted at a moment; nothing is fetched."""
        return self.trust.at(
            proof.moment,
            certificates=proof.certificates,
            lists=proof.lists,
            answers=proof.answers,
        )


def _known_in(paper: PdfHandler, moment: datetime) -> _Proof:
    """What a state of the paper holds to prove its certificates, at a moment when it existed."""
    try:
        store = DocumentSecurityStore.read_dss(paper)
    except ValueError:  # no store, or one that cannot be read: then without
        return _Proof(moment=moment)
    return _Proof(
        moment=moment,
        certificates=tuple(store.load_certs()),
        lists=tuple(
            crl.CertificateList.load(one.get_object().read_data(DecodePurpose.CRL))
            for one in store.crls
        ),
        answers=tuple(
            ocsp.OCSPResponse.load(one.get_object().read_data(DecodePurpose.OCSP_RESPONSE))
            for one in store.ocsps
        ),
    )


def _stamped_at(status: StandardCMSSignatureStatus) -> datetime | None:
    """When the signature was stamped, if its stamp is whole; who stamped it is asked elsewhere."""
    stamp = status.timestamp_validity
    whole = stamp is not None and stamp.intact and stamp.valid
    return stamp.timestamp if stamp is not None and whole else None


def _embedded(paper: PdfFileReader) -> tuple[list[EmbeddedPdfSignature], list[Finding]]:
    """Signatures and stamps in the order of signing; one that is broken hides no other."""
    found: list[EmbeddedPdfSignature] = []
    broken: list[Finding] = []
    for name, _, field in enumerate_sig_fields(paper, filled_status=True):
        try:
            one = EmbeddedPdfSignature(paper, field, name)
            kind = (str(one.sig_object_type), str(one.sig_object.get("/SubFilter")))
        except Exception:  # noqa: BLE001 - a forged signature fails in every way
            broken.append(Finding.MALFORMED)
            continue
        if kind in _KINDS:
            found.append(one)
        else:
            broken.append(Finding.MALFORMED)
    return sorted(found, key=lambda one: int(one.signed_revision)), broken


_KINDS = {
    ("/Sig", "/ETSI.CAdES.detached"),
    ("/Sig", "/adbe.pkcs7.detached"),
    ("/DocTimeStamp", "/ETSI.RFC3161"),
}


def _covers_its_revision(one: EmbeddedPdfSignature) -> bool:
    coverage: SignatureCoverageLevel | None = one.coverage
    return coverage is not None and coverage >= SignatureCoverageLevel.ENTIRE_REVISION


def _holds(status: StandardCMSSignatureStatus) -> bool:
    """Whether certificate and stamp are good today; what was changed is asked elsewhere."""

    def trusted(one: SignatureStatus | None) -> bool:
        return one is None or bool(one.trusted)

    return trusted(status) and trusted(status.timestamp_validity)


def _named(one: EmbeddedPdfSignature) -> Finding:
    try:
        return changes.named(one.reader, one.signed_revision)
    except Exception:  # noqa: BLE001 - made to mislead: then without its name
        return Finding.CHANGED


def _trails(paper: PdfFileReader, last: EmbeddedPdfSignature, length: int) -> bool:
    """Whether something stands behind the last signature that no revision explains."""
    covered = int(last.byte_range[2]) + int(last.byte_range[3])
    later = paper.xrefs.total_revisions - 1 > last.signed_revision
    return covered < length and not later


def _compared(verdict: Verdict, pdf: bytes, expected: Expected | None) -> Verdict:
    """The verdict with what the kept digest, length and signers say."""
    if expected is None:
        return verdict
    matches = verdict.sha256 == expected.sha256
    told: list[Finding] = []
    if not matches and verdict.sha256 in expected.earlier:
        matches = True
        told.append(Finding.EARLIER_COPY)
    elif not matches:
        told.append(_difference(verdict, pdf, expected))
    told += _of_signers(verdict, expected.signers)
    return replace(verdict, matches=matches, findings=_each_once(verdict.findings, told))


def _difference(verdict: Verdict, pdf: bytes, expected: Expected) -> Finding:
    if expected.length is None or verdict.length == expected.length:
        return Finding.DIFFERENT
    if verdict.length > expected.length:
        beginning = hashlib.sha256(memoryview(pdf)[: expected.length]).hexdigest()
        return Finding.ADDED_TO if beginning == expected.sha256 else Finding.DIFFERENT
    first = None if expected.signers is None else expected.signers[: len(verdict.signers)]
    whole = verdict.intact and first in {None, verdict.signers}
    return Finding.CUT_BACK if whole else Finding.DIFFERENT


def _of_signers(verdict: Verdict, expected: tuple[str, ...] | None) -> list[Finding]:
    if expected is None:
        return []
    here, kept = Counter(verdict.signers), Counter(expected)
    told = [Finding.MISSING_SIGNER] if kept - here else []
    if here - kept:
        told.append(Finding.STRANGER)
    if here == kept and verdict.signers != expected:
        told.append(Finding.WRONG_ORDER)
    return told


def _each_once(*findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(one for some in findings for one in some))
