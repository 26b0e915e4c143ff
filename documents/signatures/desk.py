"""The signing desk of a court: joins the keys, a time stamp authority, and whom we trust."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from pyhanko.sign.timestamps import TimeStamper

from documents.authority import Signatory
from documents.signatures import signing
from documents.signatures.apart import signers_apart, validate_apart, validate_beside_apart
from documents.signatures.keys import CannotSignError, Keys, Reason
from documents.signatures.marks import Mark
from documents.signatures.trust import Trust
from documents.signatures.validation import validate, validate_beside
from documents.signatures.verdict import Expected, Verdict


class Signer(Protocol):
    """What a room needs to have papers signed and checked.

    Everything that signs raises `CannotSignError`; what validates never raises.
    """

    def sign(
        self, pdf: bytes, signatory: Signatory, *, now: datetime, mark: Mark | None = None
    ) -> bytes:
        """The paper with one more signature, to be seen in a reserved place if `mark` is given."""
        ...

    def sign_beside(self, data: bytes, signatory: Signatory, *, now: datetime) -> bytes:
        """A detached signature (CMS, DER) over any bytes."""
        ...

    def restamp(self, pdf: bytes, *, now: datetime) -> bytes:
        """The paper with a new time stamp, before the certificate of the last one ends."""
        ...

    def validate(self, pdf: bytes, *, now: datetime, expected: Expected | None = None) -> Verdict:
        """What the paper's signatures prove at the moment `now`."""
        ...

    def validate_file(
        self,
        file: Path,
        *,
        now: datetime,
        expected: Expected | None = None,
        evidence: bytes | None = None,
    ) -> Verdict:
        """The same of a stranger's file, read in a closed process, with evidence beside it."""
        ...

    def validate_beside(
        self,
        data: bytes,
        signature: bytes,
        *,
        now: datetime,
        signers: tuple[str, ...] | None = None,
    ) -> Verdict:
        """What a detached signature (DER or PEM) proves at the moment `now`."""
        ...

    def validate_beside_file(
        self,
        file: Path,
        signature: bytes,
        *,
        now: datetime,
        signers: tuple[str, ...] | None = None,
        evidence: bytes | None = None,
    ) -> Verdict:
        """The same of a stranger's signature, read in a closed process, with evidence beside it."""
        ...

    def attest_file(
        self, file: Path, signature: bytes | None, *, now: datetime, before: bytes | None = None
    ) -> bytes:
        """An evidence record (RFC 4998) for a stranger's paper with its detached signature.

        It lies beside them and is handed in when they are validated; with `before`, that record
        gets one more stamp. Nothing is checked but what proves certificates: validate first.
        """
        ...


class StampSource(Protocol):
    """Who says what time it is."""

    def at(self, now: datetime) -> TimeStamper:
        """What stamps at a moment; an authority on the network tells its own time."""
        ...


class CourtSigner:
    """A `Signer`; `trust` is asked anew for each paper, so that fresh revocation lists count."""

    def __init__(
        self, *, keys: Keys, stamps: StampSource, trust: Callable[[datetime], Trust]
    ) -> None:
        self._keys, self._stamps, self._trust = keys, stamps, trust

    def sign(
        self, pdf: bytes, signatory: Signatory, *, now: datetime, mark: Mark | None = None
    ) -> bytes:
        """The paper with a PAdES B-LTA signature in the signatory's name."""

        async def work() -> bytes:
            async with (
                self._bench(now) as bench,
                self._keys.of(signatory, now=now) as key,
            ):
                return await signing.sign(pdf, signatory, key, bench, mark)

        return asyncio.run(work())

    def sign_beside(self, data: bytes, signatory: Signatory, *, now: datetime) -> bytes:
        """A CAdES B-LT signature in the signatory's name."""

        async def work() -> bytes:
            async with (
                self._bench(now) as bench,
                self._keys.of(signatory, now=now) as key,
            ):
                return await signing.sign_beside(data, key, bench)

        return asyncio.run(work())

    def restamp(self, pdf: bytes, *, now: datetime) -> bytes:
        """The paper with a new time stamp; only a paper that is good gets one."""

        async def work() -> bytes:
            async with self._bench(now) as bench:
                return await signing.stamp(pdf, bench)

        before = self.validate(pdf, now=now)
        if not before.good:
            told = ", ".join(before.blocking) or "no signature"
            raise CannotSignError(Reason.PAPER_REFUSED, f"not worth a stamp: {told}")
        stamped = asyncio.run(work())
        after = self.validate(stamped, now=now)
        if not after.good:
            raise CannotSignError(Reason.STAMP_LAPSED, ", ".join(after.blocking))
        return stamped

    def validate(self, pdf: bytes, *, now: datetime, expected: Expected | None = None) -> Verdict:
        """What the paper's signatures prove to someone who trusts as this court does."""
        return validate(pdf, trust=self._trust(now), now=now, expected=expected)

    def validate_file(
        self,
        file: Path,
        *,
        now: datetime,
        expected: Expected | None = None,
        evidence: bytes | None = None,
    ) -> Verdict:
        """The same of a stranger's file, read in a closed process, with evidence beside it."""
        trust = self._trust(now)
        return validate_apart(file, trust=trust, now=now, expected=expected, evidence=evidence)

    def validate_beside(
        self,
        data: bytes,
        signature: bytes,
        *,
        now: datetime,
        signers: tuple[str, ...] | None = None,
    ) -> Verdict:
        """What a detached signature proves to someone who trusts as this court does."""
        return validate_beside(data, signature, trust=self._trust(now), now=now, signers=signers)

    def validate_beside_file(
        self,
        file: Path,
        signature: bytes,
        *,
        now: datetime,
        signers: tuple[str, ...] | None = None,
        evidence: bytes | None = None,
    ) -> Verdict:
        """The same of a stranger's signature, read in a closed process, with evidence beside it."""
        return validate_beside_apart(
            file,
            signature,
            trust=self._trust(now),
            now=now,
            signers=signers,
            evidence=evidence,
        )

    def attest_file(
        self, file: Path, signature: bytes | None, *, now: datetime, before: bytes | None = None
    ) -> bytes:
        """An evidence record for a stranger's paper, or the record `before` with one more stamp."""
        data = [file.read_bytes(), *([signature] if signature is not None else [])]
        signed_by = [] if before is not None else signers_apart(file, signature)

        async def work() -> bytes:
            async with self._bench(now) as bench:
                return await signing.attest(bench, *data, signed_by=signed_by, before=before)

        return asyncio.run(work())

    def _bench(self, now: datetime) -> AbstractAsyncContextManager[signing.Bench]:
        return signing.Bench.at(now, stamper=self._stamps.at(now), trust=self._trust(now))
