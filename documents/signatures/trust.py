"""Whom a court trusts: roots, the authorities below them, and the revocation lists it was given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from asn1crypto import crl, ocsp, pem
from asn1crypto import x509 as asn1_x509
from pyhanko_certvalidator import ValidationContext

_CLOCKS_APART = timedelta(seconds=60)


class TrustError(ValueError):
    """The folder of trusted certificates cannot be used as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Certificates and revocation lists, parsed once.

    `fetching` lets a signature be made with revocation data that is fetched from the addresses in
    the certificates; nothing is ever fetched to check one.
    """

    roots: tuple[asn1_x509.Certificate, ...]
    chain: tuple[asn1_x509.Certificate, ...] = ()
    lists: tuple[crl.CertificateList, ...] = ()
    fetching: bool = False

    @classmethod
    def of(cls, roots: Sequence[bytes], lists: Sequence[bytes] = ()) -> Self:
        """Trust in roots (PEM or DER), with present revocation lists (PEM or DER)."""
        return cls(
            roots=tuple(asn1_x509.Certificate.load(_der(one)) for one in roots),
            lists=tuple(crl.CertificateList.load(_der(one)) for one in lists),
        )

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """Trust as a folder lays it down: `roots/`, `chain/` and `lists/`, PEM or DER each.

        Raises:
            TrustError: there is no root, or a file is not what its folder says.

        """
        try:
            found = cls(
                roots=tuple(_certificates(folder / "roots")),
                chain=tuple(_certificates(folder / "chain")),
                lists=tuple(
                    crl.CertificateList.load(_der(file.read_bytes()), strict=True)
                    for file in _files(folder / "lists")
                ),
            )
        except (OSError, ValueError) as error:
            raise TrustError(f"{folder}: {error}") from error
        if not found.roots:
            raise TrustError(f"{folder}/roots: no certificate to trust")
        return found

    def joined(self, other: "Trust") -> "Trust":
        """Both together."""
        return replace(
            self,
            roots=self.roots + other.roots,
            chain=self.chain + other.chain,
            lists=self.lists + other.lists,
        )

    def at(
        self,
        now: datetime,
        *,
        fetching: bool = False,
        certificates: Sequence[asn1_x509.Certificate] = (),
        lists: Sequence[crl.CertificateList] = (),
        answers: Sequence[ocsp.OCSPResponse] = (),
    ) -> ValidationContext:
        """What the library needs to judge certificates at a moment; good for one operation.

        Certificates, lists and answers (OCSP) that a paper brings are believed for the signatures
        on them: they add knowledge, and nobody to trust.
        """
        return ValidationContext(
            trust_roots=list(self.roots),
            other_certs=[*self.chain, *certificates],
            crls=[*self.lists, *lists],
            ocsps=list(answers),
            revocation_mode="require",
            allow_fetching=fetching,
            moment=now,
            time_tolerance=_CLOCKS_APART,
        )

    def revoked(self, certificate: asn1_x509.Certificate, *, by: datetime | None) -> bool:
        """Whether a present list says that a certificate was revoked before `by` (None: ever)."""
        for one in self.lists:
            listed = one["tbs_cert_list"]
            if listed["issuer"] != certificate.issuer:
                continue
            for entry in listed["revoked_certificates"]:
                if entry["user_certificate"].native == certificate.serial_number:
                    return by is None or entry["revocation_date"].native <= by
        return False


def _certificates(folder: Path) -> list[asn1_x509.Certificate]:
    return [
        asn1_x509.Certificate.load(der, strict=True)
        for file in _files(folder)
        for der in _all_der(file.read_bytes())
    ]


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*") if file.is_file() and file.name[0] != ".")


def _all_der(data: bytes) -> list[bytes]:
    return [der for _, _, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]


def _der(data: bytes) -> bytes:
    return _all_der(data)[0]
