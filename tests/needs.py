"""Finds the programs that tests meet for real, or gets them: `python -m tests.needs`.

What is missing is installed by apt where that is allowed (as root, on Debian), without starting
any service. What could not be had is said here, loudly, and again by every test that skips for it.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.getting import PATIENCE, ROOT, run, say, short

KEPT = ROOT / "var" / "needs"
"""What apt said about each package that could not be had."""
SYSTEM = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))
LANGUAGES = {"kir", "rus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """A program, the Debian packages that bring it, and who asks for it."""

    program: str
    packages: tuple[str, ...]
    why: str
    services: tuple[str, ...] = ()
    """What the packages would start where systemd runs: a test starts its own."""
    complete: Callable[[Path], bool] = lambda _: True


def _reads_our_languages(tesseract: Path) -> bool:
    told = subprocess.run(
        [tesseract, "--list-langs"], capture_output=True, text=True, check=False, timeout=60
    )
    return set(told.stdout.split()) >= LANGUAGES


def _brings_its_module(_: Path) -> bool:
    return softhsm_module() is not None


NEEDS = {
    need.program: need
    for need in (
        Need(
            program="clamd",
            packages=("clamav-daemon",),
            why="uploads are scanned for malware",
            services=("clamav-daemon.service", "clamav-daemon.socket", "clamav-freshclam.service"),
        ),
        Need(
            program="tesseract",
            packages=("tesseract-ocr", "tesseract-ocr-kir", "tesseract-ocr-rus"),
            why="scans are made searchable",
            complete=_reads_our_languages,
        ),
        Need(
            program="softhsm2-util",
            packages=("softhsm2",),
            why="acts are signed with a key in hardware",
            complete=_brings_its_module,
        ),
        Need(program="pdftotext", packages=("poppler-utils",), why="papers are read by others"),
        Need(program="openssl", packages=("openssl",), why="signatures are checked by others"),
    )
}


def found(name: str) -> Path | None:
    """Return the program if it is here, whole."""
    program = shutil.which(name, path=SYSTEM)
    return Path(program) if program and NEEDS[name].complete(Path(program)) else None


def program(name: str) -> Path:
    """Return the program, or skip the test that asks, telling why it is not here."""
    here = found(name)
    if here is None:
        note = KEPT / f"{name}.txt"
        why = note.read_text(encoding="utf-8").strip() if note.exists() else ""
        pytest.skip(f"{name} is not here: {why or 'python -m tests.needs gets it'}")
    return here


def softhsm_module() -> Path | None:
    """Return the PKCS#11 library of SoftHSM, wherever this Debian keeps it."""
    places = (Path("/usr/lib"), Path("/usr/local/lib"))
    return next((at for place in places for at in place.glob("**/softhsm/libsofthsm2.so")), None)


def get(missing: Sequence[Need]) -> dict[str, str]:
    """Install what is missing, package by package; return what could not be had, and why."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        told = f"only root may install it, and only on Debian: {{}} ({sys.platform})"
        return {need.program: told.format(" ".join(need.packages)) for need in missing}
    try:
        _apt("update")
    except (OSError, subprocess.SubprocessError) as error:
        say(f"  apt-get update: {short(error)}")  # the lists that are here may do
    failed = {}
    for need in missing:
        say(f"installing {' '.join(need.packages)}: {need.why}")
        try:
            _apt("install", "--yes", "--no-install-recommends", *need.packages)
            _stop(need.services)
        except (OSError, subprocess.SubprocessError) as error:
            failed[need.program] = f"apt-get install {' '.join(need.packages)}: {short(error)}"
        else:
            if found(need.program) is None:
                failed[need.program] = f"{' '.join(need.packages)} did not bring all of it"
    return failed


def _apt(*words: str) -> None:
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": SYSTEM}
    command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words]
    run(command, env=quiet)


def _stop(services: Sequence[str]) -> None:
    """Leave no service behind that this machine had not: a test starts its own."""
    if services and Path("/run/systemd/system").exists():
        command = ["/usr/bin/env", "systemctl", "disable", "--now", *services]
        subprocess.run(command, check=False, timeout=PATIENCE, capture_output=True)


def main() -> int:
    """Get what is missing; never fail, for the tests that need it say so themselves."""
    missing = [need for name, need in NEEDS.items() if found(name) is None]
    failed = get(missing) if missing else {}
    KEPT.mkdir(parents=True, exist_ok=True)
    for name, need in NEEDS.items():
        note = KEPT / f"{name}.txt"
        note.unlink(missing_ok=True)
        if name in failed:
            note.write_text(f"{failed[name]}\n", encoding="utf-8")
            say(f"*** {name} is not here ({failed[name]}): tests that need it will NOT run")
            say(f"    ({need.why})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
