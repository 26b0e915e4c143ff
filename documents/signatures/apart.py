"""Reads strangers' signatures in a process of its own, which a hostile file cannot leave."""

import base64
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from asn1crypto import x509

from documents.intake.bounds import Bounds, Broken, bounded
from documents.signatures.keys import CannotSignError, Reason
from documents.signatures.trust import Trust
from documents.signatures.validation import (
    LARGEST,
    signers_of,
    unread,
    validate,
    validate_beside,
)
from documents.signatures.verdict import Expected, Finding, SignatureFacts, Verdict

_BOUNDS = Bounds(memory=768 * 1024 * 1024, seconds=30)
LONGEST_SIGNATURE: Final = 1024 * 1024
"""Bytes of a detached signature with its certificates and revocation lists."""


def validate_apart(
    file: Path,
    *,
    trust: Trust,
    now: datetime,
    expected: Expected | None = None,
    evidence: bytes | None = None,
) -> Verdict:
    """What `validate` says of a file, whatever the file does to its reader; never raises.

    A paper that takes more memory or time than a paper may is `unreadable`.
    """
    with file.open("rb") as stream:
        pdf = stream.read(LARGEST + 1)
    arguments = {
        "file": str(file),
        "trust": [_text(one.dump() for one in part) for part in _parts(trust)],
        "now": now.isoformat(),
        "expected": asdict(expected) if expected else None,
        "evidence": _coded(evidence),
    }
    try:
        answer = bounded("documents.signatures.apart", arguments, _BOUNDS, reads=(file,))
        verdict = _verdict(answer)
    except (Broken, KeyError, TypeError, ValueError):
        return unread(pdf, Finding.UNREADABLE, expected)
    # The process may have been talked into anything; what it read is told by us.
    bare = unread(pdf, Finding.UNREADABLE, expected)
    return verdict if verdict.sha256 == bare.sha256 else bare


def validate_beside_apart(
    file: Path,
    signature: bytes,
    *,
    trust: Trust,
    now: datetime,
    signers: tuple[str, ...] | None = None,
    evidence: bytes | None = None,
) -> Verdict:
    """What `validate_beside` says of a stranger's signature (CMS, DER or PEM); never raises.

    The verdict is about the file; a signature that is too long to be one is `too_large`.
    """
    data = file.read_bytes()
    bare = unread(data, Finding.MALFORMED)
    if len(signature) > LONGEST_SIGNATURE:
        return unread(data, Finding.TOO_LARGE)
    arguments = {
        "file": str(file),
        "signature": base64.b64encode(signature).decode(),
        "trust": [_text(one.dump() for one in part) for part in _parts(trust)],
        "now": now.isoformat(),
        "signers": signers,
        "evidence": _coded(evidence),
    }
    try:
        verdict = _verdict(bounded("documents.signatures.apart", arguments, _BOUNDS, reads=(file,)))
    except (Broken, KeyError, TypeError, ValueError):
        return bare
    return verdict if verdict.sha256 == bare.sha256 else bare


def signers_apart(
    file: Path, signature: bytes | None
) -> list[tuple[x509.Certificate, list[x509.Certificate]]]:
    """Who signed a stranger's file: each certificate, with those that came with it.

    Raises:
        CannotSignError: the file cannot be read.

    """
    arguments = {"file": str(file), "signers_of": True, "signature": _coded(signature)}
    try:
        answer = bounded("documents.signatures.apart", arguments, _BOUNDS, reads=(file,))
        read = [
            [x509.Certificate.load(base64.b64decode(one), strict=True) for one in chain]
            for chain in answer["chains"]
        ]
    except (Broken, KeyError, TypeError, ValueError) as error:
        raise CannotSignError(Reason.PAPER_REFUSED, "its signatures cannot be read") from error
    return [(chain[0], chain[1:]) for chain in read]


def within(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The task of the process: the verdict, or who signed, in a form that JSON can say."""
    if "signers_of" in arguments:
        signature = arguments["signature"]
        chains = signers_of(
            Path(arguments["file"]).read_bytes(),
            None if signature is None else base64.b64decode(signature),
        )
        return {"chains": [_text(one.dump() for one in chain) for chain in chains]}
    roots, chain, lists = ([base64.b64decode(one) for one in part] for part in arguments["trust"])
    trust = replace(Trust.of(roots, lists), chain=Trust.of(chain).roots)
    data, now = Path(arguments["file"]).read_bytes(), datetime.fromisoformat(arguments["now"])
    coded = arguments["evidence"]
    evidence = None if coded is None else base64.b64decode(coded)
    if "signature" in arguments:
        signers = arguments["signers"]
        verdict = validate_beside(
            data,
            base64.b64decode(arguments["signature"]),
            trust=trust,
            now=now,
            signers=None if signers is None else tuple(signers),
            evidence=evidence,
        )
    else:
        expected = arguments["expected"]
        verdict = validate(
            data,
            trust=trust,
            now=now,
            expected=None if expected is None else _expected(expected),
            evidence=evidence,
        )
    told = asdict(verdict)
    told["lasts_until"] = _moment(verdict.lasts_until)
    for facts, one in zip(told["signatures"], verdict.signatures, strict=True):
        facts["signed_at"] = _moment(one.signed_at)
    return told


def _coded(evidence: bytes | None) -> str | None:
    return None if evidence is None else base64.b64encode(evidence).decode()


def _parts(trust: Trust) -> tuple[Any, ...]:
    return trust.roots, trust.chain, trust.lists


def _text(parts: Any) -> list[str]:
    return [base64.b64encode(one).decode() for one in parts]


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read_moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)


def _expected(told: Mapping[str, Any]) -> Expected:
    signers = told["signers"]
    return Expected(
        sha256=told["sha256"],
        length=told["length"],
        signers=None if signers is None else tuple(signers),
        earlier=tuple(told["earlier"]),
    )


def _verdict(told: Mapping[str, Any]) -> Verdict:
    return Verdict(
        sha256=str(told["sha256"]),
        length=int(told["length"]),
        readable=bool(told["readable"]),
        matches=told["matches"],
        signatures=tuple(_facts(one) for one in told["signatures"]),
        findings=tuple(Finding(one) for one in told["findings"]),
        lasts_until=_read_moment(told["lasts_until"]),
    )


def _facts(told: Mapping[str, Any]) -> SignatureFacts:
    return SignatureFacts(
        name=str(told["name"]),
        certificate=str(told["certificate"]),
        issuer=str(told["issuer"]),
        signed_at=_read_moment(told["signed_at"]),
        stamped=bool(told["stamped"]),
        field=str(told["field"]),
        findings=tuple(Finding(one) for one in told["findings"]),
        trusted=bool(told["trusted"]),
    )
