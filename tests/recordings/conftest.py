"""Real S3 servers for the workshop's tests, started alone."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from recordings.bucket import BucketStore
from recordings.store import StoreUnavailableError

ACCESS, SECRET = "workshop", "workshop-secret-for-tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SeaweedFS from its wheel, on loopback, without its passwordless HTTP ports."""
    with seaweed(tmp_path_factory.mktemp("weed"), free_port()) as endpoint:
        yield endpoint


@pytest.fixture(scope="session")
def juicefs_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """JuiceFS's gateway, which is MinIO's: another server, with neither versions nor locks."""
    place = tmp_path_factory.mktemp("juicefs")
    port = free_port()
    program = Path(sys.executable).with_name("juicefs")
    meta = f"sqlite3://{place}/meta.db"
    (place / "data").mkdir()
    subprocess.run(
        [program, "format", "--storage", "file", "--bucket", f"{place}/data/", meta, "court"],
        check=True,
        capture_output=True,
        env={"HOME": str(place), "PATH": "/usr/bin:/bin"},
    )
    line = [
        *(program, "gateway", "--multi-buckets", "--keep-etag", "--object-meta", "--object-tag"),
        *("--no-usage-report", "--cache-dir", f"{place}/cache", meta, f"127.0.0.1:{port}"),
    ]
    keys = {"MINIO_ROOT_USER": ACCESS, "MINIO_ROOT_PASSWORD": SECRET}
    with _server(line, place, f"127.0.0.1:{port}", keys) as endpoint:
        yield endpoint


@contextlib.contextmanager
def seaweed(place: Path, port: int) -> Iterator[str]:
    # All of weed's other servers find free neighbours of these by themselves.
    line = [
        Path(sys.executable).with_name("weed"),
        "mini",
        f"-dir={place}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        "-disableHttp",
        f"-master.port={free_port()}",
        f"-volume.port={free_port()}",
        f"-filer.port={free_port()}",
        f"-s3.port={port}",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        "-webdav=false",
        "-admin.ui=false",
    ]
    keys = {"AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
    with _server(line, place, f"127.0.0.1:{port}", keys) as endpoint:
        yield endpoint


@contextlib.contextmanager
def _server(
    line: list[str | Path], place: Path, endpoint: str, keys: dict[str, str]
) -> Iterator[str]:
    """Run a server until the end of the block; then it is killed, as a power cut would."""
    host, _, port = endpoint.partition(":")
    address = (host, int(port))
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(
            line,
            env={"HOME": str(place), "PATH": "/usr/bin:/bin", **keys},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        for _ in range(120):
            with contextlib.suppress(OSError), socket.create_connection(address, 1):
                break
            time.sleep(0.25)
        for _ in range(10):
            with contextlib.suppress(StoreUnavailableError):
                bucket(endpoint, "probe").ensure_bucket()
                break
            time.sleep(0.5)
        else:
            pytest.fail((place / "log").read_text()[-2000:])
        yield endpoint
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def bucket(endpoint: str, name: str, *, secret: str = SECRET, prefix: str = "") -> BucketStore:
    return BucketStore(
        endpoint=endpoint, access_key=ACCESS, secret_key=secret, bucket=name, prefix=prefix
    )
