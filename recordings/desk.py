"""The commands of a courtroom: record what its camera sends, and look before the hearing if it can.

    python -m recordings capture --listen rtmp://0.0.0.0:1935/live/KEY --store STORE --name hall-2
    python -m recordings capture --listen srt://0.0.0.0:9000?passphrase=KEY --store STORE --name …
    python -m recordings capture --check SOURCE

The address may stand in a file (`--listen @FILE`), so that no other user of the machine reads the
key. While it records, lines on standard input give orders: `pause REASON`, `resume`, `stop`.
"""

import argparse
import signal
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from recordings import soundcheck
from recordings.capture import BOUND, IDLE_S, SEGMENT_S, Orders, Recorder
from recordings.receive import Address, address_of
from recordings.store import ObjectStore

GIB = 1 << 30


def ask(parser: argparse.ArgumentParser) -> None:
    """Say which arguments the command takes."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--listen", metavar="ADDRESS", help="rtmp://HOST:PORT/live/KEY, srt://…, @FILE"
    )
    what.add_argument("--check", metavar="SOURCE", help="a camera's address, a device, a file")
    parser.add_argument("--store", default="", help="a directory, or s3://bucket/prefix")
    parser.add_argument("--name", default="courtroom", help="of the courtroom: a-z, 0-9, - and .")
    parser.add_argument("--spool", type=Path, default=Path("var/spool"), metavar="DIR")
    parser.add_argument("--spool-gib", type=float, default=BOUND / GIB, metavar="N")
    parser.add_argument("--segment-s", type=float, default=SEGMENT_S, metavar="SECONDS")
    parser.add_argument(
        "--idle-s", type=float, default=IDLE_S, metavar="SECONDS", help="after which it is over"
    )
    parser.add_argument("--once", action="store_true", help="end after one capture")
    parser.add_argument(
        "--tap", action="store_true", help="the live playlist goes to the store too"
    )
    parser.add_argument("--ffmpeg", default="", help="instead of the one that comes along")
    parser.add_argument("--json", action="store_true", help="for programs")


def address_asked(text: str) -> Address:
    """Read an address, or the file that holds it."""
    if text.startswith("@"):
        text = Path(text[1:]).read_text(encoding="utf-8").strip()
    return address_of(text)


def record(
    asked: argparse.Namespace,
    store: ObjectStore,
    program: str,
    *,
    orders: Orders,
    now: Callable[[], datetime],
    told: Callable[[str], None],
) -> list[str]:
    """Record until told to stop; give the prefixes of the captures that are whole in the store."""
    recorder = Recorder(
        address=address_asked(asked.listen),
        spool=asked.spool,
        store=store,
        name=asked.name,
        program=program,
        now=now,
        orders=orders,
        told=told,
        segment_s=asked.segment_s,
        idle_s=asked.idle_s,
        bound=round(asked.spool_gib * GIB),
        tap=asked.tap,
        once=asked.once,
    )
    return recorder.work()


def obey(orders: Orders, lines: Iterable[str]) -> None:
    """Take orders from signals, and from lines in a thread of their own."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: orders.stop())

    def read() -> None:
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word == "pause":
                orders.pause(rest)
            elif word == "resume":
                orders.resume()
            elif word == "stop":
                orders.stop()

    threading.Thread(target=read, name="orders", daemon=True).start()


def checked(asked: argparse.Namespace, program: str) -> soundcheck.Heard:
    """Look and listen before a hearing."""
    return soundcheck.check(program, asked.check, spool=asked.spool)


def checked_plain(heard: soundcheck.Heard) -> dict[str, Any]:
    """What a check found, for programs."""
    return {
        "picture": heard.picture,
        "sound": heard.sound,
        "level_db": heard.level_db,
        "free_bytes": heard.free_bytes,
        "wrong": list(heard.wrong),
    }


def checked_lines(heard: soundcheck.Heard) -> list[str]:
    """What a check found, for people."""
    level = "nothing" if heard.level_db is None else f"{heard.level_db:.1f} dB"
    return [
        f"picture  {'there' if heard.picture else 'MISSING'}",
        f"sound    [{soundcheck.meter(heard.level_db)}] {level}",
        f"disk     {heard.free_bytes / 1e9:.1f} GB free",
        f"result   {'ready to record' if not heard.wrong else ', '.join(heard.wrong)}",
    ]
