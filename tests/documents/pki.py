"""A certificate authority of somebody else: certificates, revocation, time stamps and a signing
service, each over a socket of its own, all at one moment (certomancer)."""

import asyncio
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from aiohttp import web
from asn1crypto import ocsp
from certomancer.integrations.animator import Animator, AnimatorArchStore
from certomancer.registry import (
    ArchLabel,
    CertLabel,
    CertomancerConfig,
    PKIArchitecture,
    ServiceLabel,
)
from certomancer.services import RevocationInfoInterface
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from csc_dummy.csc_dummy_server import CSCWithCertomancer, DummyServiceParams
from werkzeug import Request, Response
from werkzeug.serving import WSGIRequestHandler, make_server

PASSWORD = "кол тамга 7"
ARCH = ArchLabel("court")
SIGNERS = {"elliptic": "Асанова Айгүл", "rsa": "Бейшенов Үсөн", "revoked": "Токтогулов Эрмек"}
ASKED = {"asked": "Мамытова Нургүл", "asked_revoked": "Осмонов Данияр"}
"""Their authority publishes no list: it answers (OCSP)."""
OTHERS = {"unfit": "Почта Сервери", "short": "Жумабай кызы Нурзат"}
ALL = ("root", "issuing", "answering", "responder", "tsa", *SIGNERS, *ASKED, *OTHERS)
REVOKED_AT = "2026-01-15T00:00:00+0000"


class Mood(Enum):
    """How the responder answers."""

    HONEST = "as the authority knows"
    IGNORANT = "that it knows no such certificate"
    AWAY = "not at all"
    LATE = "with an answer of last year"


@dataclass(slots=True)
class Responder:
    """Answers whether certificates hold, in a mood that a test may change."""

    mood: Mood = Mood.HONEST


class _Ignorant(RevocationInfoInterface):
    def __init__(self, honest: RevocationInfoInterface) -> None:
        self.honest = honest

    def get_issuer_cert(self) -> Any:
        return self.honest.get_issuer_cert()

    def check_revocation_status(self, cid: ocsp.CertId, at_time: datetime) -> Any:
        return ocsp.CertStatus("unknown", ocsp.StatusUnknown()), []


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorities:
    """Where everything is: addresses, and a folder with `trust/`, `p12/` and `keys/`."""

    folder: Path
    stamps: str
    service: str
    pki: PKIArchitecture
    responder: Responder

    @property
    def trust(self) -> Path:
        return self.folder / "trust"

    @property
    def password(self) -> Path:
        """The file with the password of all PKCS#12 files."""
        return self.folder / "password"

    def certificate(self, label: str) -> bytes:
        """A certificate in DER."""
        der: bytes = self.pki.get_cert(CertLabel(label)).dump()
        return der

    def subject(self, label: str) -> bytes:
        """Whom a certificate is about, in DER."""
        der: bytes = self.pki.get_cert(CertLabel(label)).subject.dump()
        return der

    def lists(self, now: datetime) -> list[bytes]:
        """The revocation lists of that moment in DER."""
        registry = self.pki.service_registry
        return [registry.get_crl(label, at_time=now).dump() for label in ("root", "issuing")]


@contextmanager
def running(
    folder: Path, now: datetime, *, years: tuple[int, int] = (2020, 2040)
) -> Iterator[Authorities]:
    """Found the authority for some years in a folder, and serve it until the end of the block."""
    _write_keys(folder / "keys")
    served: list[Animator] = []

    responder = Responder()

    def answer(environ: Any, start_response: Any) -> Any:
        if "/ocsp/" in environ["PATH_INFO"] and responder.mood is not Mood.HONEST:
            return _in_mood(responder.mood, pki, now)(environ, start_response)
        # The certificates name the port, which is known when somebody listens on it.
        return served[0](environ, start_response)

    server = make_server("127.0.0.1", 0, answer, threaded=True, request_handler=_Silent)
    address = f"http://127.0.0.1:{server.port}"
    config = CertomancerConfig(_config(address, *years), str(folder))
    pki = config.get_pki_arch(ARCH)
    served.append(Animator(AnimatorArchStore({ARCH: pki}), at_time=now, with_web_ui=False))
    _write_certificates(folder, pki)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with _service(config) as service:
            yield Authorities(
                folder=folder,
                stamps=f"{address}/{ARCH}/tsa/stamps",
                service=service,
                pki=pki,
                responder=responder,
            )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _in_mood(mood: Mood, pki: PKIArchitecture, now: datetime) -> Response:
    """What the responder says when it is not honest."""

    def said(request: Request) -> Response:
        if mood is Mood.AWAY:
            return Response(status=503)
        at = now - timedelta(days=365) if mood is Mood.LATE else now
        answering = pki.service_registry.summon_responder(ServiceLabel("answers"), at)
        if mood is Mood.IGNORANT:
            answering.revinfo_interface = _Ignorant(answering.revinfo_interface)
        asked = ocsp.OCSPRequest.load(request.get_data())
        told = answering.build_ocsp_response(asked)
        return Response(told.dump(), mimetype="application/ocsp-response")

    return Request.application(said)


class _Silent(WSGIRequestHandler):
    """Writes no line for every request."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        pass


@contextmanager
def _service(config: CertomancerConfig) -> Iterator[str]:
    """The signing service; it lets exactly those digests be signed that it was asked for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", web.NotAppKeyWarning)  # the dummy keeps to an older form
        app = CSCWithCertomancer(config, service_params=DummyServiceParams())
    app.register_routes()
    loop = asyncio.new_event_loop()
    runner = web.AppRunner(app.app)

    async def start() -> int:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return int(runner.addresses[0][1])

    port = loop.run_until_complete(start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _write_keys(folder: Path) -> None:
    folder.mkdir(parents=True)
    for label in ALL:
        key = (
            rsa.generate_private_key(public_exponent=65537, key_size=2048)
            if label in {"rsa", "tsa"}
            else ec.generate_private_key(ec.SECP256R1())
        )
        (folder / f"{label}.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def _write_certificates(folder: Path, pki: PKIArchitecture) -> None:
    for part, label in (("roots", "root"), ("chain", "issuing"), ("chain", "answering")):
        (folder / "trust" / part).mkdir(parents=True, exist_ok=True)
        certificate = pki.get_cert(CertLabel(label)).dump()
        (folder / "trust" / part / f"{label}.cer").write_bytes(certificate)
    (folder / "p12").mkdir()
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    for label in (*SIGNERS, *ASKED, *OTHERS):
        key = serialization.load_pem_private_key(
            (folder / "keys" / f"{label}.pem").read_bytes(), None
        )
        above = "answering" if label in ASKED else "issuing"
        assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
        # Few rounds: a real file is slow to open on purpose, which is not what is tested.
        sealed = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(1000)
            .build(PASSWORD.encode())
        )
        (folder / "p12" / f"{label}.p12").write_bytes(
            pkcs12.serialize_key_and_certificates(
                label.encode(),
                key,
                x509.load_der_x509_certificate(pki.get_cert(CertLabel(label)).dump()),
                [x509.load_der_x509_certificate(pki.get_cert(CertLabel(above)).dump())],
                sealed,
            )
        )


def _config(address: str, first: int, last: int) -> dict[str, Any]:
    always = {
        "valid-from": f"{first}-01-01T00:00:00+0000",
        "valid-to": f"{last}-01-01T00:00:00+0000",
    }
    names = {"root": "Root", "issuing": "Issuing", "answering": "Answering"}
    names |= {"responder": "Responder", "tsa": "Time stamps", **SIGNERS, **ASKED, **OTHERS}

    def signer(label: str) -> dict[str, Any]:
        usage = (
            ["key_encipherment"] if label == "unfit" else ["digital_signature", "non_repudiation"]
        )
        end = {"valid-to": "2026-09-01T00:00:00+0000"} if label == "short" else {}
        revoked = (
            {"revocation": {"revoked-since": REVOKED_AT, "reason": "key_compromise"}}
            if label.endswith("revoked")
            else {}
        )
        return {
            "issuer": "answering" if label in ASKED else "issuing",
            "validity": always | end,
            **revoked,
            "extensions": [
                {
                    "id": "key_usage",
                    "critical": True,
                    "smart-value": {"schema": "key-usage", "params": usage},
                },
            ],
        }

    return {
        "external-url-prefix": address,
        "keysets": {
            "court": {
                "path-prefix": "keys",
                "keys": {label: {"path": f"{label}.pem"} for label in ALL},
            }
        },
        "pki-architectures": {
            "court": {
                "keyset": "court",
                "entity-defaults": {"country-name": "KG", "organization-name": "Invented"},
                "entities": {label: {"common-name": names[label]} for label in ALL},
                "certs": {
                    "root": {
                        "issuer": "root",
                        "validity": always,
                        "profiles": [{"id": "simple-ca", "params": {"crl-repo": "root"}}],
                    },
                    "issuing": {
                        "issuer": "root",
                        "validity": always,
                        "profiles": [{"id": "simple-ca", "params": {"crl-repo": "issuing"}}],
                    },
                    "answering": {
                        "issuer": "root",
                        "validity": always,
                        "profiles": [{"id": "simple-ca", "params": {"ocsp-service": "answers"}}],
                    },
                    "responder": {
                        "issuer": "answering",
                        "validity": always,
                        "profiles": ["ocsp-responder"],
                    },
                    "tsa": {
                        "issuer": "issuing",
                        "validity": always,
                        "extensions": [
                            {
                                "id": "extended_key_usage",
                                "critical": True,
                                "value": ["time_stamping"],
                            },
                        ],
                    },
                    **{label: signer(label) for label in (*SIGNERS, *ASKED, *OTHERS)},
                },
                "services": {
                    "crl-repo": {
                        name: {
                            "for-issuer": name,
                            "signing-key": name,
                            "simulated-update-schedule": "P7D",
                        }
                        for name in ("root", "issuing")
                    },
                    "ocsp": {"answers": {"for-issuer": "answering", "responder-cert": "responder"}},
                    "time-stamping": {"stamps": {"signing-cert": "tsa"}},
                },
            }
        },
    }
