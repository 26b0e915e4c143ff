"""Prints what is told of every tampered paper that we try, and what pdfsig says of the same file.

`python -m tests.bench.signatures` for the table, `... speed` for what signing and checking costs.
"""

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from documents.authority import Signatory
from documents.signatures import Mark, TestAuthority
from tests.documents.forged import FORGERIES, HONEST, Forgery, Ground
from tests.documents.pki import running
from tests.documents.signed import CHECKED_AT, JUDGE, NOW, reserved

ROUNDS = 5


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="signatures-") as place:
        folder = Path(place)
        with running(folder / "others", NOW) as others:
            test = TestAuthority(folder / "test", now=NOW)
            ground = Ground(test=test, others=others)
            if "speed" in sys.argv[1:]:
                _print_speed(ground, folder)
            else:
                _print_table(ground, folder)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _print_table(ground: Ground, folder: Path) -> None:
    _say("| paper | told by us | told with what was kept | pdfsig |")
    _say("|---|---|---|---|")
    for forgery in (*HONEST, *FORGERIES):
        paper, reader = forgery.make(ground), forgery.reader(ground)
        plain = reader.validate(paper, now=forgery.now)
        cells = [forgery.name, _words(plain.findings, good=plain.good), _kept(ground, forgery)]
        _say(f"| {' | '.join([*cells, _pdfsig(paper, folder)])} |")


def _kept(ground: Ground, forgery: Forgery) -> str:
    if forgery.kept is None:
        return ""
    expected = ground.expected_of_both if forgery.of_both else ground.expected
    verdict = forgery.reader(ground).validate(
        forgery.make(ground), now=forgery.now, expected=expected
    )
    return _words(verdict.findings, good=verdict.good)


def _words(findings: tuple[str, ...], *, good: bool) -> str:
    told = ", ".join(f"`{one}`" for one in findings)
    return f"good{f' ({told})' if told else ''}" if good else f"**{told}**"


def _pdfsig(paper: bytes, folder: Path) -> str:
    """The first signature as pdfsig judges it: poppler's checker, which is in every Linux."""
    program = shutil.which("pdfsig")
    if program is None:
        return "not here"
    file = folder / "paper.pdf"
    file.write_bytes(paper)
    try:
        done = subprocess.run(
            [program, "-nocert", file], capture_output=True, text=True, check=False, timeout=60
        )
    except subprocess.TimeoutExpired:
        return "no answer in a minute"
    told = dict.fromkeys(re.findall(r"Signature Validation: (.*)\.", done.stdout))
    told.pop("Signature has not yet been verified", None)  # a time stamp: it does not read those
    return " / ".join(told) or "no signature seen"


def _cpu() -> float:
    """Seconds of this process and of the closed ones that it waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _print_speed(ground: Ground, folder: Path) -> None:
    handed = folder / "handed"
    handed.write_bytes(b"x")
    beside = ground.test.sign_beside(b"x", JUDGE, now=NOW)
    record = ground.test.attest_file(handed, beside, now=NOW)
    paper = reserved(panel=True)
    mark = Mark(field="Signature1", language="ky", verification=CHECKED_AT)
    court = ground.elsewhere()
    rsa = Signatory(key="rsa", name=JUDGE.name, office=JUDGE.office)
    works: dict[str, Callable[[], object]] = {
        "sign, elliptic key": lambda: ground.test.sign(paper, JUDGE, now=NOW),
        "sign, elliptic key, with a mark": lambda: ground.test.sign(
            paper, JUDGE, now=NOW, mark=mark
        ),
        "sign, RSA key in a PKCS#12 file": lambda: court.sign(paper, rsa, now=NOW),
        "check one signature": lambda: ground.test.validate(ground.one, now=NOW),
        "check two signatures": lambda: ground.test.validate(ground.both, now=NOW),
        "renew a time stamp (checks before and after)": lambda: ground.test.restamp(
            ground.one, now=NOW
        ),
        "sign beside, elliptic key": lambda: ground.test.sign_beside(b"x", JUDGE, now=NOW),
        "check a stranger's signature beside, apart": lambda: ground.test.validate_beside_file(
            handed, beside, now=NOW
        ),
        "the same with its evidence": lambda: ground.test.validate_beside_file(
            handed, beside, now=NOW, evidence=record
        ),
        "make the evidence": lambda: ground.test.attest_file(handed, beside, now=NOW),
    }
    _say("| what | CPU ms |")
    _say("|---|---|")
    for name, work in works.items():
        work()
        begun = _cpu()
        for _ in range(ROUNDS):
            work()
        _say(f"| {name} | {(_cpu() - begun) / ROUNDS * 1000:.0f} |")


if __name__ == "__main__":
    sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", line_buffering=True)
    main()
