"""The house's web process alone, as it runs in a court: for walks that need no whole house."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from sud.config import Config
from tests.e2e.conftest import get
from tests.sud.citizen import Esi
from tests.sud.processes import environment_of, until


@contextmanager
def serving(config: Config, port: int) -> Iterator[str]:
    """Run it on a port, until the end of the block; give its address."""
    address = f"http://127.0.0.1:{port}"
    web = subprocess.Popen(
        [sys.executable, "-m", "sud.cli", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"],
        env=environment_of(config),
        process_group=0,
    )
    until(lambda: _answers(address), "the web process")
    yield address
    os.killpg(web.pid, signal.SIGTERM)
    web.wait()


def knowing(config: Config, port: int, esi: Esi) -> Config:
    """The settings of a house on a port that knows a provider of identities."""
    return dataclasses.replace(
        config,
        base_url=f"http://127.0.0.1:{port}",
        esi_issuer=esi.provider.issuer,
        esi_client=esi.provider.client.name,
        esi_secret=esi.provider.client.secret,
    )


def _answers(address: str) -> bool:
    try:
        return bool(get(f"{address}/sign-in"))
    except OSError:
        return False
