"""The workshop on its own, at an archivist's desk: from a disc to a hearing that plays.

    python -m recordings probe PATH...                    tell what is on a disc
    python -m recordings ingest PATH... --store STORE     keep it, and make its hearings play
    python -m recordings verify --store STORE             read everything, see that it is unaltered
    python -m recordings audit --store STORE [--deep]     compare what is there with what should be
    python -m recordings capture --listen ADDRESS --store STORE --name COURTROOM   record it live
    python -m recordings capture --check SOURCE           see before a hearing that it could be

PATH is a VIDEO_TS folder or any folder above it, a disc image, a VOB or another media file. STORE
is a directory, or s3://bucket/prefix with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_ENDPOINT_URL_S3 and AWS_REGION in the environment. Whatever interrupts an ingest, the same
command goes on where it was. It ends with 0 when all is kept, with 3 when a person has to look at
something, which it names, and with 1 when it failed.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import imageio_ffmpeg

from recordings import audit, desk, scratch, shelf, telling
from recordings.bucket import BucketStore
from recordings.capture import Orders
from recordings.directory import DirectoryStore
from recordings.errors import RecordingError
from recordings.files import File, files_at
from recordings.ingest import ingest
from recordings.pipeline import Bench, look_into
from recordings.probe import as_json
from recordings.progress import Progress, Step
from recordings.recipe import NoRecipeError, recipe
from recordings.store import ObjectStore, StoreError, sweep

KEPT, FAILED, WANTED, INTERRUPTED = 0, 1, 3, 130
S3 = "s3://"
OFTEN_S, SELDOM_S = 0.2, 10.0  # between lines of progress, on a terminal and in a log


class UsageError(Exception):
    """What was asked for cannot be asked for so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A store, and what stands before our keys in it."""

    store: ObjectStore
    prefix: str


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    verbs = {
        "probe": _probe,
        "ingest": _ingest,
        "verify": _verify,
        "audit": _audit,
        "capture": _capture,
    }
    shown = Shown()
    try:
        return verbs[asked.verb](asked, shown)
    except KeyboardInterrupt:
        shown.clear()
        _say("Interrupted. What is finished is kept; the same command goes on from here.")
        return INTERRUPTED
    except UsageError as error:
        _say(str(error))
    except (RecordingError, StoreError, OSError) as error:
        shown.clear()
        _say(telling.failure(error))
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m recordings",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    probe = verbs.add_parser("probe", help="tell what is on a disc")
    keep = verbs.add_parser("ingest", help="keep a disc, and make its hearings play")
    verify = verbs.add_parser("verify", help="read everything that is kept")
    compare = verbs.add_parser("audit", help="compare the store with its manifests")
    for verb in (probe, keep):
        verb.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        verb.add_argument("--ffmpeg", default="", help="instead of the one that comes along")
        verb.add_argument("--scratch", type=Path, help="a folder with room for some minutes")
    keep.add_argument("--title", type=int, action="append", default=[], metavar="N")
    keep.add_argument("--recipe", default="", help="another version than the latest")
    keep.add_argument(
        "--retain-until",
        type=_day,
        metavar="YYYY-MM-DD",
        help="protect the original from removal, where the store enforces that",
    )
    verify.add_argument("sources", nargs="*", metavar="SHA256", help="only these originals")
    desk.ask(verbs.add_parser("capture", help="record a courtroom live, or try its camera"))
    compare.add_argument("--deep", action="store_true", help="read every object")
    compare.add_argument(
        "--sweep",
        type=int,
        metavar="DAYS",
        help="give up uploads that were interrupted longer ago, and the room they take",
    )
    for verb in (keep, verify, compare):
        verb.add_argument("--store", required=True, help="a directory, or s3://bucket/prefix")
    for verb in (probe, keep, verify, compare):
        verb.add_argument("--json", action="store_true", help="for programs")
    return parser


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)


# --- verbs ---


def _probe(asked: argparse.Namespace, shown: "Shown") -> int:
    bench = _bench(asked, DirectoryStore(_scratch(asked)), shown)
    sources: list[dict[str, Any]] = []
    failed = False
    for path in asked.paths:
        try:
            report = look_into(bench, _files(path)).report
        except (RecordingError, OSError) as error:
            failed = True
            shown.clear()
            _say(f"{path}: {telling.failure(error)}")
            continue
        shown.clear()
        sources.append({"path": str(path), **as_json(report)})
        if not asked.json:
            print(path)
            print("\n".join(telling.report(report)))
    if asked.json:
        _print(_joined(sources))
    return FAILED if failed else KEPT


def _ingest(asked: argparse.Namespace, shown: "Shown") -> int:
    place = _place(asked.store, os.environ)  # noqa: TID251  # the keys of a desk come this way
    place.store.ensure_bucket(lock=asked.retain_until is not None)
    scratch.tidy(_scratch(asked))
    bench = replace(_bench(asked, place.store, shown), recipe=_recipe(asked.recipe))
    sources: list[dict[str, Any]] = []
    failures: list[dict[str, str]] = []
    for path in asked.paths:
        try:
            done = ingest(bench, _files(path), titles=asked.title, retain_until=asked.retain_until)
        except (RecordingError, StoreError, OSError) as error:
            shown.clear()
            failures.append({"path": str(path), "why": telling.failure(error)})
            _say(f"{path}: {failures[-1]['why']}")
            continue
        shown.clear()
        sources.append({"path": str(path), **telling.ingested_plain(done, place.prefix)})
        if not asked.json:
            print(path)
            print("\n".join(telling.ingested(done)))
    if asked.json:
        _print({**_joined(sources), "failed": failures})
    if failures:
        return FAILED
    return WANTED if any(source["needs"] for source in sources) else KEPT


def _verify(asked: argparse.Namespace, shown: "Shown") -> int:
    place = _there(asked.store)
    sources = asked.sources or list(shelf.masters(place.store))
    found: list[shelf.Wrong] = []
    for number, sha256 in enumerate(sources):

        def told(share: float, number: int = number) -> None:
            shown(Progress(step=Step.READ, share=(number + share) / len(sources)))

        found += audit.verify(place.store, sha256, told)
    shown.clear()
    missing = [place.prefix + one.key for one in found if one.missing]
    altered = [place.prefix + one.key for one in found if not one.missing]
    if asked.json:
        _print({"checked": sources, "missing": missing, "altered": altered, "sound": not found})
    else:
        print("\n".join(telling.wrong(one, place.prefix) for one in found) or "All is unaltered.")
        print(f"{len(sources)} sources were read from end to end.")
    return WANTED if found else KEPT


def _audit(asked: argparse.Namespace, shown: "Shown") -> int:
    place = _there(asked.store)
    if asked.sweep is not None:
        for one in sweep(place.store, before=_now() - timedelta(days=asked.sweep)):
            _say(f"given up: the upload of {place.prefix}{one.key}, begun {one.begun}")
    found = audit.audit(place.store, deep=asked.deep, watch=shown.counted)
    shown.clear()
    if asked.json:
        _print(telling.audited_plain(found, place.prefix))
    else:
        print("\n".join(telling.audited(found)))
    return KEPT if found.sound else WANTED


def _capture(asked: argparse.Namespace, shown: "Shown") -> int:
    program = asked.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe()
    shown.clear()
    if asked.check:
        heard = desk.checked(asked, program)
        if asked.json:
            _print(desk.checked_plain(heard))
        else:
            print("\n".join(desk.checked_lines(heard)))
        return WANTED if heard.wrong else KEPT
    if not asked.store:
        raise UsageError("say with --store where the recording is to be kept")
    place = _place(asked.store, os.environ)  # noqa: TID251  # the keys of a desk come this way
    orders = Orders()
    desk.obey(orders, sys.stdin)
    sealed = desk.record(asked, place.store, program, orders=orders, now=_now, told=_say)
    if asked.json:
        _print({"captures": [place.prefix + one for one in sealed]})
    return KEPT


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  # a command is where the time comes in


# --- where things are ---


def _there(text: str) -> Place:
    """Open a store that is there: what only looks makes none."""
    if not text.startswith(S3) and not Path(text).is_dir():
        raise UsageError(f"there is no store at {text}")
    return _place(text, os.environ)  # noqa: TID251  # the keys of a desk come this way


def _place(text: str, environ: Mapping[str, str]) -> Place:
    """Open the store that a person named."""
    if not text.startswith(S3):
        return Place(store=DirectoryStore(Path(text)), prefix="")
    bucket, _, prefix = text.removeprefix(S3).partition("/")
    access, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
    if not bucket or not access or not secret:
        raise UsageError(
            "for a store in S3 say s3://bucket/prefix, and set AWS_ACCESS_KEY_ID and"
            " AWS_SECRET_ACCESS_KEY (AWS_ENDPOINT_URL_S3 for any but Amazon's)"
        )
    address = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL") or ""
    scheme, _, host = (address or "https://s3.amazonaws.com").rpartition("://")
    prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
    store = BucketStore(
        endpoint=host.rstrip("/"),
        access_key=access,
        secret_key=secret,
        bucket=bucket,
        prefix=prefix,
        secure=scheme != "http",
        region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1",
    )
    return Place(store=store, prefix=prefix)


def _files(path: Path) -> list[File]:
    path.stat()  # says what is wrong with the path itself
    return files_at(path)


def _bench(asked: argparse.Namespace, store: ObjectStore, shown: "Shown") -> Bench:
    return Bench(
        store=store,
        ffmpeg=asked.ffmpeg or imageio_ffmpeg.get_ffmpeg_exe(),
        scratch=_scratch(asked),
        watch=shown,
    )


def _recipe(version: str) -> str:
    try:
        return recipe(version).version
    except NoRecipeError as error:
        raise UsageError(f"there is no recipe {error}") from error


def _scratch(asked: argparse.Namespace) -> Path:
    """Give the same folder each time, so that the next command takes up what this one left."""
    place: Path = asked.scratch or Path(tempfile.gettempdir(), f"recordings-{os.getuid()}")
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise UsageError(f"{place} is somebody else's: name a folder with --scratch")
    return place


# --- what is shown ---


class Shown:
    """Shows progress on standard error: one line that changes, or in a log a line now and then."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._open = False

    def __call__(self, told: Progress) -> None:
        self._line(telling.progress(told))

    def counted(self, objects: int) -> None:
        self._line(f"{objects} objects")

    def _line(self, text: str) -> None:
        now = time.monotonic()
        if now - self._last < (OFTEN_S if self._live else SELDOM_S):
            return
        self._last = now
        self._open = self._live
        print(
            f"\r{text:<79}" if self._live else text,
            end="" if self._live else "\n",
            file=sys.stderr,
            flush=True,
        )

    def clear(self) -> None:
        """Take the line away, for what is to stay."""
        if self._open:
            print(f"\r{'':79}\r", end="", file=sys.stderr, flush=True)
            self._open = False


def _say(text: str) -> None:
    print(text, file=sys.stderr)


def _print(plain: dict[str, Any]) -> None:
    print(json.dumps(plain, indent=2, ensure_ascii=False))


def _joined(sources: list[dict[str, Any]]) -> dict[str, Any]:
    """Give one source as it is; of several each, and all of their titles and objects together."""
    if len(sources) == 1:
        return sources[0]
    together: dict[str, Any] = {"sources": sources}
    for name in ("titles", "objects", "needs"):
        together[name] = [
            {**one, "source": number}
            for number, source in enumerate(sources)
            for one in source.get(name, ())
        ]
    return together


if __name__ == "__main__":
    sys.exit(main())
