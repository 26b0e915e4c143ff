"""`make bench`: what a draw and a converted disc cost, each beside its floor."""

import hmac
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import imageio_ffmpeg

from assignment import ed25519
from assignment.canon import canon, mac, sha
from assignment.draw import Request, draw_request
from assignment.tree import leaf_hash
from assignment.verify import Trust, verify
from recordings.__main__ import main as recordings
from tests.assignment.court import LOG_SEED, ORIGIN, national_log

ROOT = Path(__file__).parents[2]
DISC = ROOT / "sud" / "demonstration" / "disc" / "VIDEO_TS"
ROUNDS = 3
JUDGES = tuple((f"J-{number:03d}", 1000) for number in range(7))


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.process_time) -> float:
    """The best of a few rounds: what the machine can do when nothing disturbs it."""
    best = float("inf")
    for _ in range(ROUNDS):
        begun = clock()
        work()
        best = min(best, clock() - begun)
    return best


def tell(what: str, cost: float, floor: float, unit: str) -> None:
    sys.stdout.write(f"{what:<52}{cost / floor:8.1f} x  {unit}\n")


def requests_of(count: int) -> list[Request]:
    return [
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


def floors(count: int) -> dict[str, float]:
    """What one hash costs, and a draw that nobody could check."""
    seed, names = sha(b"bench"), [judge for judge, _ in JUDGES]
    shares = [share for _, share in JUDGES]
    return {
        "one HMAC": seconds(lambda: [hmac.digest(seed, seed, "sha256") for _ in range(count)]),
        "a plain random.choices": seconds(
            lambda: [random.choices(names, weights=shares) for _ in range(count)]  # noqa: S311
        ),
    }


def draws(count: int = 5000) -> None:
    """The core (odds, number, judge, ledger) and the whole record, each beside two floors."""
    seed, ledger = sha(b"bench"), {judge: 0 for judge, _ in JUDGES}
    known = requests_of(count)
    for request in known:
        assert request.digest  # the core begins with it

    def drawing() -> None:
        for request in known:
            draw_request(seed, request, ledger)

    def recording() -> None:
        for request in requests_of(count):
            place = mac(seed, "kg-draw/1/order", request.digest)
            seats = [seat.plain() for seat in draw_request(seed, request, ledger)]
            leaf_hash(canon({"request": request.plain(), "seats": seats, "order": place.hex()}))

    known_floors = floors(count)
    for what, work in (("core draw", drawing), ("full record", recording)):
        cost = seconds(work)
        for floor, price in known_floors.items():
            tell(f"{what}, {len(JUDGES)} judges ({count / cost:,.0f}/s)", cost, price, floor)


def year(cases: int = 4000, a_year: int = 250_000) -> None:
    """The verifier on a log of the country's shape, scaled to a year of it."""
    log = national_log(cases)
    trust = Trust(origin=ORIGIN, key=ed25519.public_key(LOG_SEED), contributors=log.state.founders)

    def verifying() -> None:
        assert not verify(log.lines, trust).findings

    def reading() -> None:
        for line in log.lines:
            json.loads(line)

    cost = seconds(verifying)
    what = f"verify a year of {a_year:,} cases ({cost * a_year / cases:,.0f} s)"
    tell(what, cost, seconds(reading), "reading its JSON")


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
            place = ["--store", f"{out}/store", "--scratch", f"{out}/scratch"]
            recordings(["ingest", str(DISC), *place])

    tell(
        "a disc made to play (all rungs)",
        seconds(converting, time.perf_counter),
        seconds(decoding, time.perf_counter),
        "decoding it",
    )


if __name__ == "__main__":
    draws()
    year()
    conversion()
