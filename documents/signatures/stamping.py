"""Who says what time it is: an RFC 3161 authority over HTTP, or the key of the TEST authority."""

import hashlib
from datetime import datetime
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import keys as asn1_keys
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.general import as_signing_certificate
from pyhanko.sign.timestamps import DummyTimeStamper, HTTPTimeStamper, TimeStamper
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from documents.authority import Identity
from documents.signatures.keys import SettingsError, asn1, registered

_PATIENCE_SECONDS = 15
_SERIAL_BYTES = 16


class Stamps:
    """Time stamps of an authority on the network, which tells its own time."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("https://", "http://")):
            raise SettingsError(f"{address!r}: no address of a time stamp authority")
        self._stamper = HTTPTimeStamper(address, timeout=_PATIENCE_SECONDS)

    def at(self, now: datetime) -> TimeStamper:
        """The authority; it is not told the time, but asked."""
        del now
        return self._stamper


class TestStamps:
    """Time stamps of the TEST authority, which believes the moment that it is told."""

    __test__ = False  # pytest collects classes by this name

    def __init__(self, identity: Identity, *chain: Any) -> None:
        self._identity, self._chain = identity, chain

    def at(self, now: datetime) -> TimeStamper:
        """A stamper for one moment."""
        return _Stamper(self._identity, now, *self._chain)


class _Stamper(DummyTimeStamper):
    """Stamps with a key that is loaded once; the same digest at the same moment, the same stamp."""

    def __init__(self, identity: Identity, now: datetime, *chain: Any) -> None:
        if not isinstance(identity.key, rsa.RSAPrivateKey):
            message = "the library's time stamps are RSA only"
            raise TypeError(message)
        self._private = identity.key
        super().__init__(
            asn1(identity.certificate),
            asn1_keys.PrivateKeyInfo.load(
                identity.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
            ),
            certs_to_embed=registered(*chain),
            fixed_dt=now,
            include_nonce=False,
        )

    def _build_tst_info(
        self, message_imprint: tsp.MessageImprint, dt: datetime, req: tsp.TimeStampReq
    ) -> tsp.TSTInfo:
        info = super()._build_tst_info(message_imprint, dt, req)
        told = hashlib.sha256(message_imprint.dump() + dt.isoformat().encode()).digest()
        info["serial_number"] = int.from_bytes(told[:_SERIAL_BYTES], "big")
        return info

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
