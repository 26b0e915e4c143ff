"""`make bench`: what a draw and a converted disc cost, each beside its floor."""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import imageio_ffmpeg

from assignment.canon import mac, sha
from assignment.draw import Request, draw_request
from recordings.__main__ import main as recordings

ROOT = Path(__file__).parents[2]
DISC = ROOT / "sud" / "demonstration" / "disc" / "VIDEO_TS"
ROUNDS = 3
JUDGES = tuple((f"J-{number:03d}", 1000) for number in range(7))


def seconds(work: Callable[[], object]) -> float:
    """The best of a few rounds: what the machine can do when nothing disturbs it."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return best


def tell(what: str, cost: float, floor: float, unit: str) -> None:
    sys.stdout.write(f"{what:<44}{cost / floor:8.1f} x  {unit}\n")


def draws(count: int = 5000) -> None:
    seed, ledger = sha(b"bench"), {judge: 0 for judge, _ in JUDGES}
    requests = [
        Request(
            id=f"r{number}",
            court="BENCH",
            cat="C1",
            seats=(1_000_000,),
            candidates=JUDGES,
            commit=sha(number.to_bytes(4, "big")).hex(),
        )
        for number in range(count)
    ]

    def drawing() -> None:
        for request in requests:
            draw_request(seed, request, ledger)

    def hashing() -> None:
        for request in requests:
            mac(seed, "kg-draw/1/case", request.commit.encode())
            mac(seed, "kg-draw/1/u", b"\0", bytes(4))

    cost = seconds(drawing)
    what = f"one draw, {len(JUDGES)} judges ({count / cost:,.0f}/s)"
    tell(what, cost, seconds(hashing), "its two HMACs")


def conversion() -> None:
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    vobs = "|".join(str(path) for path in sorted(DISC.glob("VTS_01_[1-9].VOB")))

    def decoding() -> None:
        subprocess.run(
            [ffmpeg, "-v", "quiet", "-i", f"concat:{vobs}", "-f", "null", "-"], check=True
        )

    def converting() -> None:
        with (
            tempfile.TemporaryDirectory() as out,
            redirect_stdout(StringIO()),
            redirect_stderr(StringIO()),
        ):
            recordings(["convert", str(DISC), out])

    tell("a disc made to play (all rungs)", seconds(converting), seconds(decoding), "decoding it")


if __name__ == "__main__":
    draws()
    conversion()
