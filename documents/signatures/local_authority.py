"""Signs with the local TEST authority: the same form of signature, and nobody outside trusts it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from pyhanko.sign import signers

from documents.authority import Authority, Signatory
from documents.signatures.desk import CourtSigner
from documents.signatures.keys import MemorySigner, asn1
from documents.signatures.stamping import TestStamps
from documents.signatures.trust import Trust


class TestAuthority(CourtSigner):
    """Signs with the authority of a directory; every certificate it uses says TEST.

    `besides` is whom the court trusts as well, such as a real authority in a pilot.
    """

    __test__ = False  # pytest collects classes by this name

    def __init__(self, directory: Path, *, now: datetime, besides: Trust | None = None) -> None:
        authority = Authority(directory, now=now)
        chain = (asn1(authority.issuing.certificate), asn1(authority.stamping.certificate))
        own = Trust(roots=(asn1(authority.root.certificate),), chain=chain)
        trusted = own if besides is None else own.joined(besides)

        def trust(now: datetime) -> Trust:
            fresh = Trust.of((), authority.revocation_lists(now)).lists
            return replace(trusted, lists=trusted.lists + fresh)

        super().__init__(
            keys=_TestKeys(authority, chain),
            stamps=TestStamps(authority.stamping, *chain, *own.roots),
            trust=trust,
        )
        self._authority = authority

    def root(self) -> bytes:
        """The certificate that a verifier elsewhere has to trust, in PEM."""
        return self._authority.root.certificate.public_bytes(serialization.Encoding.PEM)


class _TestKeys:
    """A key for everybody who is asked for, made when needed."""

    def __init__(self, authority: Authority, chain: tuple[object, ...]) -> None:
        self._authority, self._chain = authority, chain

    @asynccontextmanager
    async def of(self, signatory: Signatory, *, now: datetime) -> AsyncIterator[signers.Signer]:
        identity = self._authority.person(signatory, now)
        yield MemorySigner(asn1(identity.certificate), identity.key, self._chain)
