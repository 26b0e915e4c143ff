"""Runs a private S3 server, SeaweedFS from its wheel, that answers on loopback to its keys alone.

SeaweedFS is several servers in one process. Their HTTP sides are switched off or want signed
tokens, and their gRPC sides want a certificate made here: another user of this machine can
reach the ports and still reads and deletes nothing.
"""

import contextlib
import http.client
import json
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from recordings.bucket import BucketStore
from recordings.store import StoreError
from sud.local.processes import (
    StartError,
    free_port,
    last_words,
    private,
    start,
    stopping,
    write_privately,
)

ATTEMPTS = 3
GRPC_OFFSET = 10_000  # the maintenance worker finds the admin server by this distance alone
SERVERS = ("master", "volume", "filer", "s3", "admin", "worker", "client")
TOKENS = ("jwt.signing", "jwt.signing.read", "jwt.filer_signing", "jwt.filer_signing.read")
PORTS = (
    "s3.port",
    "s3.port.grpc",
    "master.port",
    "master.port.grpc",
    "volume.port",
    "volume.port.grpc",
    "filer.port",
    "filer.port.grpc",
)
FIXED = (
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    "-disableHttp",
    "-master.telemetry=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-s3.autoCreateBucket=false",
    "-s3.allowedOrigins=",
    "-webdav=false",
    "-admin.ui=false",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAddress:
    """Where the object store answers, and to whom."""

    endpoint: str
    access_key: str
    secret_key: str


@contextmanager
def store(directory: Path, *, start_seconds: float = 60) -> Iterator[StoreAddress]:
    """Run the server whose objects live in `directory`, on the ports of its last run if free."""
    directory = private(directory.absolute())
    data = private(directory / "data")
    keys = _keys(directory)
    _secure(directory)
    log = directory / "weed.log"
    with ExitStack() as stack:
        for attempt in range(1, ATTEMPTS + 1):
            ports = _ports(directory)
            stack.callback(_remove_sockets, ports)
            server = start(
                [
                    _weed(),
                    "mini",
                    f"-dir={data}",
                    *FIXED,
                    *(f"-{name}={port}" for name, port in ports.items()),
                ],
                log=log,
                dying=signal.SIGKILL,
                directory=directory,  # security.toml is looked for here
                environment={
                    "AWS_ACCESS_KEY_ID": keys["access_key"],
                    "AWS_SECRET_ACCESS_KEY": keys["secret_key"],
                    "HOME": str(directory),
                },
            )
            # After its patience comes SIGKILL: what it acknowledged is on disk already.
            stack.enter_context(stopping(server, patience=5))
            address = StoreAddress(endpoint=f"127.0.0.1:{ports['s3.port']}", **keys)
            if _answers(server, address, start_seconds):
                break
            if attempt == ATTEMPTS:
                raise StartError(f"the object store did not start:\n{last_words(log)}")
            # Somebody took a port between our look and its start: take others.
            stack.close()
            (directory / "ports.json").unlink(missing_ok=True)
        yield address


def _weed() -> Path:
    beside = Path(sys.executable).with_name("weed")
    if beside.exists():
        return beside
    found = shutil.which("weed")
    if found is None:
        raise StartError("the object store (weed) is not installed: run `make setup`")
    return Path(found)


def _remove_sockets(ports: dict[str, int]) -> None:
    """Remove the sockets that it names itself, in /tmp, and leaves there when it is killed."""
    for port in ports.values():
        for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108
            with contextlib.suppress(OSError):
                left.unlink()


def _keys(directory: Path) -> dict[str, str]:
    kept = directory / "keys.json"
    if not kept.exists():
        made = {"access_key": secrets.token_hex(10), "secret_key": secrets.token_urlsafe(32)}
        write_privately(kept, json.dumps(made))
    keys: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return keys


def _ports(directory: Path) -> dict[str, int]:
    """Return the ports of the last run, or free ones if somebody has taken one meanwhile."""
    kept = directory / "ports.json"
    if kept.exists():
        ports: dict[str, int] = json.loads(kept.read_text(encoding="utf-8"))
        if all(free_port(port) for port in ports.values()):
            return ports
    taken: set[int] = set()
    ports = {}
    while len(ports) < len(PORTS):
        port = free_port()
        if port and port not in taken:
            ports[PORTS[len(ports)]] = port
            taken.add(port)
    while "admin.port" not in ports:
        port = free_port()
        if port and port > GRPC_OFFSET * 2 and free_port(port - GRPC_OFFSET):
            ports |= {"admin.port": port - GRPC_OFFSET, "admin.port.grpc": port}
    write_privately(kept, json.dumps(ports))
    return ports


def _secure(directory: Path) -> None:
    """Write the tokens' keys and the certificate that its servers show one another."""
    settings = directory / "security.toml"
    if settings.exists():
        return
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "object store")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    write_privately(
        directory / "key.pem",
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
    )
    write_privately(directory / "certificate.pem", certificate.public_bytes(pem).decode())
    lines = [f'[{token}]\nkey = "{secrets.token_hex(24)}"' for token in TOKENS]
    lines.append('[access]\nui = false\n[grpc]\nca = "certificate.pem"')
    lines += [f'[grpc.{name}]\ncert = "certificate.pem"\nkey = "key.pem"' for name in SERVERS]
    write_privately(settings, "\n".join(lines) + "\n")


def _answers(server: subprocess.Popen[bytes], address: StoreAddress, start_seconds: float) -> bool:
    """Wait until a signed call succeeds: only our own server knows our keys."""
    deadline = time.monotonic() + start_seconds
    while time.monotonic() < deadline and server.poll() is None:
        if _listens(address.endpoint):
            try:
                BucketStore(
                    endpoint=address.endpoint,
                    access_key=address.access_key,
                    secret_key=address.secret_key,
                    bucket="readiness",
                ).ensure_bucket()
            except StoreError:
                return False
            return True
        time.sleep(0.1)
    return False


def _listens(endpoint: str) -> bool:
    connection = http.client.HTTPConnection(endpoint, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.FORBIDDEN
    except OSError:
        return False
    finally:
        connection.close()
