"""Puts signatures and time stamps into papers: PAdES B-LTA, one revision after another."""

import io
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import aiohttp
from asn1crypto import cms, ocsp, x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import (
    DSSContentSettings,
    PdfSigningSession,
    PdfTimeStamper,
    SigDSSPlacementPreference,
    TimestampDSSContentSettings,
)
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import (
    InsufficientRevinfoError,
    PathBuildingError,
    PathValidationError,
    RevokedError,
)
from pyhanko_certvalidator.path import ValidationPath

from documents.authority import Signatory
from documents.signatures.evidence import (
    Known,
    begun,
    imprint,
    imprint_of_next,
    last_stamper,
    renewed,
)
from documents.signatures.keys import DIGEST, CannotSignError, Reason
from documents.signatures.marks import Mark, MarkStyle
from documents.signatures.revision import Revision
from documents.signatures.trust import Trust

Proving = tuple[x509.Certificate, Sequence[x509.Certificate]]
"""A certificate, and those that came with it."""

# What a signature takes beside certificates and stamp: attributes, and the largest bare signature.
_SIGNATURE_BYTES = 1536
# One stamp is as long as another, but for its serial number and the fractions of its second.
_STAMPS_DIFFER_BYTES = 256
# What the data that proves it goes into: with the signature itself, and before the next stamp.
_PROOF = DSSContentSettings(
    include_vri=False, placement=SigDSSPlacementPreference.TOGETHER_WITH_SIGNATURE
)
_STAMP_PROOF = TimestampDSSContentSettings(include_vri=False, update_before_ts=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What one signature is made with, at one moment."""

    stamper: TimeStamper
    context: ValidationContext
    now: datetime

    @classmethod
    @asynccontextmanager
    async def at(cls, now: datetime, *, stamper: TimeStamper, trust: Trust) -> AsyncIterator[Self]:
        """Lay out the tools; whatever was opened to fetch revocation data is closed again."""
        context = trust.at(now, fetching=trust.fetching)
        try:
            yield cls(stamper=stamper, context=context, now=now)
        except TimestampRequestError as error:
            raise CannotSignError(Reason.AWAY, f"time stamp authority: {error}") from error
        except (PathBuildingError, PathValidationError) as error:
            raise CannotSignError(_reason(error, context), str(error)) from error
        except SigningError as error:
            raise CannotSignError(_reason(error.__cause__, context), _told(error)) from error
        except PdfError as error:
            raise CannotSignError(Reason.PAPER_REFUSED, str(error)) from error
        finally:
            await context.aclose()  # type: ignore[no-untyped-call]

    async def room(self, key: signers.Signer | None = None) -> int:
        """Hexadecimal digits to keep free for a stamp, and for the signature of a key around it.

        Without this the library signs twice, the first time only to learn the size.
        """
        stamp = await self.stamper.async_dummy_response(DIGEST)
        size = len(stamp.dump()) + _STAMPS_DIFFER_BYTES
        if key is not None:
            certificates = (key.signing_cert, *key.cert_registry)
            size += _SIGNATURE_BYTES + sum(len(one.dump()) for one in certificates if one)
        return 2 * size


def _reason(cause: BaseException | None, context: ValidationContext) -> Reason:
    """Why the library gave up, by what made it and by what it had been told."""
    if isinstance(cause, RevokedError):
        return Reason.REVOKED
    if isinstance(cause, InsufficientRevinfoError):
        said = {_status_in(one) for one in context.ocsps}
        return Reason.NOT_KNOWN if "unknown" in said else Reason.UNPROVED
    if isinstance(cause, PathBuildingError | PathValidationError):
        return Reason.CERTIFICATE_REFUSED
    if isinstance(cause, aiohttp.ClientError | OSError):
        return Reason.AWAY
    return Reason.PAPER_REFUSED


def _status_in(answer: ocsp.OCSPResponse) -> str:
    """What an authority answered: good, revoked, unknown; nothing where it did not."""
    if answer["response_status"].native != "successful":
        return ""
    (one,) = answer.response_data["responses"]
    return str(one["cert_status"].name)


def _told(error: SigningError) -> str:
    return f"{error}: {error.__cause__}" if error.__cause__ else str(error)


async def sign(
    pdf: bytes, signatory: Signatory, key: signers.Signer, bench: Bench, mark: Mark | None
) -> bytes:
    """The paper with one more signature, time-stamped, and with what proves it.

    The first signature of a paper certifies it: from then on only places for signatures that were
    reserved before may be filled.
    """
    _require_fit(key)
    writer = Revision.of(pdf)
    if mark and mark.field not in writer.empty_places:
        raise CannotSignError(Reason.NO_PLACE, f"no empty place is called {mark.field}")
    metadata = signers.PdfSignatureMetadata(
        field_name=mark.field if mark else writer.free_name("Signature"),
        md_algorithm=DIGEST,
        name=signatory.name,
        location=signatory.office,
        subfilter=SigSeedSubFilter.PADES,
        certify=not writer.signed,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        embed_validation_info=True,
        validation_context=bench.context,
        dss_settings=_PROOF,
        signer_key_usage=set(),
    )
    output = io.BytesIO()
    await _PunctualSigner(
        metadata,
        key,
        timestamper=bench.stamper,
        stamp_style=MarkStyle.of(mark, signatory, key.signing_cert, bench.now) if mark else None,
        now=bench.now,
    ).async_sign_pdf(
        writer,
        existing_fields_only=mark is not None,
        bytes_reserved=await bench.room(key),
        output=output,
    )
    return await stamp(output.getvalue(), bench)


async def stamp(pdf: bytes, bench: Bench) -> bytes:
    """The paper with one more time stamp over all of it, and what proves the stamp before.

    Raises:
        CannotSignError: the last stamp can no longer be proved, so that a new one would not help.

    """
    writer = Revision.of(pdf)
    output = io.BytesIO()
    await PdfTimeStamper(bench.stamper, field_name=writer.free_name("Stamp")).async_timestamp_pdf(
        writer,
        DIGEST,
        validation_context=bench.context,
        bytes_reserved=await bench.room(),
        validation_paths=await _last_stamp(writer.prev, bench.context),
        dss_settings=_STAMP_PROOF,
        output=output,
    )
    return output.getvalue()


async def sign_beside(data: bytes, key: signers.Signer, bench: Bench) -> bytes:
    """A detached signature over any bytes (CAdES B-LT), in DER: the content of a `.p7s` file."""
    _require_fit(key)
    await _proved(key.signing_cert, key.cert_registry, bench.context)
    signed: cms.ContentInfo = await key.async_sign_general_data(
        data,
        DIGEST,
        detached=True,
        use_cades=True,
        timestamper=bench.stamper,
        signed_attr_settings=PdfCMSSignedAttributes(signing_time=bench.now),
    )
    # Who stamped it may stand under another authority: what proves him belongs to it too.
    async for _ in bench.stamper.validation_paths(bench.context):  # type: ignore[no-untyped-call]
        pass
    # Certificates are in it already; with lists and answers (RFC 5940) it can be proved where
    # there is no network.
    signed["content"]["crls"] = cms.RevocationInfoChoices(
        [cms.RevocationInfoChoice(name="crl", value=one) for one in bench.context.crls]
        + [
            cms.RevocationInfoChoice(
                name="other",
                value={"other_rev_info_format": "ocsp_response", "other_rev_info": one},
            )
            for one in bench.context.ocsps
        ]
    )
    return bytes(signed.dump())


async def attest(
    bench: Bench, *data: bytes, signed_by: Iterable[Proving] = (), before: bytes | None = None
) -> bytes:
    """An evidence record of data, or the record `before` with one more stamp.

    `signed_by` are the certificates of the signatures among the data, each with those that came
    with it: what proves them today is put into the record.
    """
    if before is None:
        covered = imprint(*data)
        for certificate, others in signed_by:
            await _proved(certificate, others, bench.context)
    else:
        covered = imprint_of_next(before)
        certificate, others = last_stamper(before)
        try:
            await _proved(certificate, others, bench.context, purpose={"time_stamping"})
        except (PathBuildingError, PathValidationError) as error:
            raise CannotSignError(Reason.STAMP_LAPSED, str(error)) from error
    stamp: cms.ContentInfo = await bench.stamper.async_timestamp(covered, DIGEST)
    async for _ in bench.stamper.validation_paths(bench.context):  # type: ignore[no-untyped-call]
        pass
    known = Known(
        certificates=tuple(one for each, others in signed_by for one in (each, *others)),
        lists=tuple(bench.context.crls),
        answers=tuple(bench.context.ocsps),
    )
    return begun(stamp, known, *data) if before is None else renewed(before, stamp, known)


class _PunctualSigner(signers.PdfSigner):
    """Writes the moment that it is told; the library by itself asks the machine's clock."""

    def __init__(self, *args: Any, now: datetime, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._now = now

    def init_signing_session(self, *args: Any, **settings: Any) -> PdfSigningSession:
        session = super().init_signing_session(*args, **settings)
        session.system_time = self._now
        return session


async def _last_stamp(paper: PdfFileReader, context: ValidationContext) -> list[Any]:
    """How the last stamp's certificate is proved now: the new stamp has to cover that too."""
    stamps = [one for one in paper.embedded_signatures if one.sig_object_type == "/DocTimeStamp"]
    if not stamps:
        return []
    last = stamps[-1]
    try:
        return [
            await _proved(
                last.signer_cert, last.other_embedded_certs, context, purpose={"time_stamping"}
            )
        ]
    except (PathBuildingError, PathValidationError) as error:
        raise CannotSignError(Reason.STAMP_LAPSED, str(error)) from error


async def _proved(
    certificate: x509.Certificate,
    others: Iterable[x509.Certificate],
    context: ValidationContext,
    *,
    purpose: set[str] | None = None,
) -> ValidationPath:
    """How a certificate leads to whom we trust, with what says that it was not revoked."""
    validator = CertificateValidator(
        certificate, intermediate_certs=others, validation_context=context
    )
    path: ValidationPath = await validator.async_validate_usage(  # type: ignore[no-untyped-call]
        set(), extended_key_usage=purpose
    )
    return path


def _require_fit(key: signers.Signer) -> None:
    """Refuse a certificate that says it is for something else: nobody would believe it later."""
    certificate = key.signing_cert
    allowed = None if certificate is None else certificate.key_usage_value
    if allowed is not None and not allowed.native & {"digital_signature", "non_repudiation"}:
        raise CannotSignError(Reason.CERTIFICATE_REFUSED, "the certificate is not for signing")
