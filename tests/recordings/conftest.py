"""A real S3 server for the workshop's tests, started alone."""

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

from recordings.store import BucketStore, StoreUnavailableError

ACCESS, SECRET = "workshop", "workshop-secret-for-tests"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """SeaweedFS from its wheel, on loopback, without its passwordless HTTP ports."""
    place = tmp_path_factory.mktemp("weed")
    port = free_port()
    # All of weed's other servers find free neighbours of these by themselves.
    with (place / "log").open("wb") as log:
        server = subprocess.Popen(
            [
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
            ],
            env={
                "AWS_ACCESS_KEY_ID": ACCESS,
                "AWS_SECRET_ACCESS_KEY": SECRET,
                "HOME": str(place),
                "PATH": "/usr/bin:/bin",
            },
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        endpoint = f"127.0.0.1:{port}"
        store = bucket(endpoint, "probe")
        for _ in range(60):
            with contextlib.suppress(StoreUnavailableError):
                store.ensure_bucket()
                break
            time.sleep(0.5)
        else:
            pytest.fail((place / "log").read_text()[-2000:])
        yield endpoint
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def bucket(endpoint: str, name: str, *, secret: str = SECRET) -> BucketStore:
    return BucketStore(endpoint=endpoint, access_key=ACCESS, secret_key=secret, bucket=name)
