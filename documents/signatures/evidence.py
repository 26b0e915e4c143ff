"""Evidence beside a signature: a chain of time stamps that outlives its certificates (RFC 4998).

A detached signature, and a PDF of a party, are never added to. What proves them for years lies
beside them: an evidence record, whose first time stamp covers the hashes of what was signed and of
the signature, and each later one the stamp before it. With the stamps lies what was known of the
certificates then: revocation lists and answers, in the attributes of RFC 5126.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, crl, ocsp, x509
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus

from documents.signatures.trust import Trust

_CERTIFICATES: Final = "1.2.840.113549.1.9.16.2.23"  # id-aa-ets-certValues
_REVOCATION: Final = "1.2.840.113549.1.9.16.2.24"  # id-aa-ets-revocationValues
_DIGEST: Final = "sha256"
MOST_STAMPS: Final = 100
LONGEST: Final = 16 * 1024 * 1024
"""Bytes of a record with all its lists."""


class _Certificates(core.SequenceOf):  # type: ignore[misc]
    _child_spec = x509.Certificate


class _Lists(core.SequenceOf):  # type: ignore[misc]
    _child_spec = crl.CertificateList


class _Answers(core.SequenceOf):  # type: ignore[misc]
    _child_spec = ocsp.BasicOCSPResponse


class _Revocation(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("lists", _Lists, {"explicit": 0, "optional": True}),
        ("answers", _Answers, {"explicit": 1, "optional": True}),
    ]


class _Values(core.SetOf):  # type: ignore[misc]
    _child_spec = core.Any


class _Attribute(core.Sequence):  # type: ignore[misc]
    _fields = [("type", core.ObjectIdentifier), ("values", _Values)]  # noqa: RUF012


class _Attributes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Attribute


class _Hashes(core.SequenceOf):  # type: ignore[misc]
    _child_spec = core.OctetString


class _HashTree(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Hashes


class _Stamp(core.Sequence):  # type: ignore[misc]
    _fields = [  # noqa: RUF012
        ("digest_algorithm", algos.DigestAlgorithm, {"implicit": 0, "optional": True}),
        ("attributes", _Attributes, {"implicit": 1, "optional": True}),
        ("hash_tree", _HashTree, {"implicit": 2, "optional": True}),
        ("time_stamp", cms.ContentInfo),
    ]


class _Chain(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Stamp


class _Chains(core.SequenceOf):  # type: ignore[misc]
    _child_spec = _Chain


class _Digests(core.SequenceOf):  # type: ignore[misc]
    _child_spec = algos.DigestAlgorithm


class _Record(core.Sequence):  # type: ignore[misc]
    """Without `encryptionInfo`: nothing that is signed here was encrypted."""

    _fields = [  # noqa: RUF012
        ("version", core.Integer),
        ("digests", _Digests),
        ("known", _Attributes, {"implicit": 0, "optional": True}),
        ("chains", _Chains),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was known of certificates: themselves, revocation lists, and answers (OCSP)."""

    certificates: tuple[x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    answers: tuple[ocsp.OCSPResponse, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attested:
    """Since when the record proves that the data existed, and what it holds to prove more."""

    moment: datetime
    known: Known
    lasts_until: datetime
    """When the certificate of its last stamp ends."""


class EvidenceError(ValueError):
    """The record does not prove these data."""


def imprint(*data: bytes) -> bytes:
    """Return what the first stamp covers: one hash, or that of a group of data (RFC 4998, 4.2)."""
    hashes = _hashes(data)
    return hashes[0] if len(hashes) == 1 else hashlib.sha256(b"".join(hashes)).digest()


def imprint_of_next(record: bytes) -> bytes:
    """Return what the next stamp of a record covers: the last one (RFC 4998, 5.2)."""
    return hashlib.sha256(_stamps(_Record.load(record, strict=True))[-1].dump()).digest()


def begun(stamp: cms.ContentInfo, known: Known, *data: bytes) -> bytes:
    """Return a record (DER) of data, with the stamp over their imprint."""
    first: dict[str, Any] = {"time_stamp": stamp}
    if len(data) > 1:
        first["hash_tree"] = _HashTree([_Hashes(_hashes(data))])
    return bytes(
        _Record(
            {
                "version": 1,
                "digests": [{"algorithm": _DIGEST}],
                "known": _kept(known),
                "chains": [[first]],
            }
        ).dump()
    )


def renewed(record: bytes, stamp: cms.ContentInfo, known: Known) -> bytes:
    """Return a record with one more stamp, and what proves the one before it."""
    before = _Record.load(record, strict=True)
    both = [_known(before), known]
    chain = [*before["chains"][0], _Stamp({"time_stamp": stamp})]
    return bytes(
        _Record(
            {
                "version": 1,
                "digests": [{"algorithm": _DIGEST}],
                "known": _kept(
                    Known(
                        certificates=_once(one for some in both for one in some.certificates),
                        lists=_once(one for some in both for one in some.lists),
                        answers=_once(one for some in both for one in some.answers),
                    )
                ),
                "chains": [chain],
            }
        ).dump()
    )


async def attested(record: bytes, *data: bytes, trust: Trust, now: datetime) -> Attested:
    """Return since when a record proves these data: each stamp is judged when the next was given.

    Raises:
        EvidenceError: it is of other data, or a stamp does not hold, or is no record at all.

    """
    if len(record) > LONGEST:
        raise EvidenceError("too long")
    read = _Record.load(record, strict=True)
    stamps, known = _stamps(read), _known(read)
    if not 0 < len(stamps) <= MOST_STAMPS:
        raise EvidenceError("no stamps, or too many")
    tree = read["chains"][0][0]["hash_tree"]
    if tree and [one.native for one in tree[0]] != _hashes(data):
        raise EvidenceError("of other data")
    moments = [_moment(one) for one in stamps[1:]] + [now]
    covered = imprint(*data)
    for stamp, until in zip(stamps, moments, strict=True):
        context = trust.at(
            until, certificates=known.certificates, lists=known.lists, answers=known.answers
        )
        told = await validate_tst_signed_data(stamp["content"], context, _covers(covered))
        status = TimestampSignatureStatus(**told)
        if not (status.intact and status.valid and status.trusted):
            raise EvidenceError("a stamp does not hold")
        covered = hashlib.sha256(stamp.dump()).digest()
    return Attested(
        moment=_moment(stamps[0]), known=known, lasts_until=_stamper(stamps[-1]).not_valid_after
    )


def _covers(covered: bytes) -> Callable[[str], bytes]:
    return lambda _algorithm: covered


def last_stamper(record: bytes) -> tuple[x509.Certificate, list[x509.Certificate]]:
    """Return who gave the last stamp of a record, and the certificates that came with it."""
    stamp = _stamps(_Record.load(record, strict=True))[-1]
    return _stamper(stamp), _certificates(stamp)


def _stamps(record: _Record) -> list[cms.ContentInfo]:
    if record["version"].native != 1 or len(record["chains"]) != 1:
        raise EvidenceError("in a form that is not read here")
    return [one["time_stamp"] for one in record["chains"][0]]


def _moment(stamp: cms.ContentInfo) -> datetime:
    moment: datetime = stamp["content"]["encap_content_info"]["content"].parsed["gen_time"].native
    return moment


def _certificates(stamp: cms.ContentInfo) -> list[x509.Certificate]:
    return [one.chosen for one in stamp["content"]["certificates"] if one.name == "certificate"]


def _stamper(stamp: cms.ContentInfo) -> x509.Certificate:
    (signer,) = stamp["content"]["signer_infos"]
    wanted = signer["sid"].chosen
    for one in _certificates(stamp):
        if (one.issuer, one.serial_number) == (wanted["issuer"], wanted["serial_number"].native):
            return one
    raise EvidenceError("a stamp without the certificate of whoever gave it")


def _hashes(data: Sequence[bytes]) -> list[bytes]:
    return sorted(hashlib.sha256(one).digest() for one in data)


def _kept(known: Known) -> _Attributes:
    revocation = _Revocation(
        {
            "lists": list(known.lists) or None,
            "answers": [one["response_bytes"]["response"].parsed for one in known.answers] or None,
        }
    )
    return _Attributes(
        [
            {"type": _CERTIFICATES, "values": [_Certificates(known.certificates)]},
            {"type": _REVOCATION, "values": [revocation]},
        ]
    )


def _known(record: _Record) -> Known:
    found = {one["type"].dotted: one["values"][0] for one in record["known"] or ()}
    certificates = found[_CERTIFICATES].parse(_Certificates) if _CERTIFICATES in found else ()
    revocation = found[_REVOCATION].parse(_Revocation) if _REVOCATION in found else None
    return Known(
        certificates=tuple(certificates),
        lists=tuple(revocation["lists"] or ()) if revocation else (),
        answers=tuple(_answer(one) for one in revocation["answers"] or ()) if revocation else (),
    )


def _answer(basic: ocsp.BasicOCSPResponse) -> ocsp.OCSPResponse:
    return ocsp.OCSPResponse(
        {
            "response_status": "successful",
            "response_bytes": {
                "response_type": "basic_ocsp_response",
                "response": core.ParsableOctetString(basic.dump()),
            },
        }
    )


def _once(things: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({one.dump(): one for one in things}.values())
