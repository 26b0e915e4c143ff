"""The commands that an outsider uses: draw, verify, explain, contributor."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from assignment import contributor
from assignment.canon import MalformedError
from assignment.draw import ImpossibleError, drawn_from_file
from assignment.explain import UnknownRequestError, explain
from assignment.verify import Trust, verify

FAULTS, UNUSABLE, REFUSED = 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (ImpossibleError, MalformedError, UnknownRequestError, OSError, ValueError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return UNUSABLE
    except ImportError as error:
        print(f"{options.command}: {error}; `pip install cryptography` adds it", file=sys.stderr)
        return UNUSABLE
    return status


def _draw(_options: argparse.Namespace) -> int:
    json.dump(drawn_from_file(json.load(sys.stdin)), sys.stdout, indent=1)
    print()
    return 0


def _verify(options: argparse.Namespace) -> int:
    trust = Trust.of(json.loads(options.trust.read_text()))
    report = verify(
        _lines(options.log), trust, lambda size: print(f"... {size} entries", file=sys.stderr)
    )
    for line in report.summary():
        print(line)
    for finding in report.findings:
        print(f"entry {finding.index}: {finding.what}")
    print(f"{len(report.findings)} faults" if report.findings else "the log is true")
    return FAULTS if report.findings else 0


def _explain(options: argparse.Namespace) -> int:
    for line in explain(_lines(options.log), options.request):
        print(line)
    return 0


def _contributor(options: argparse.Namespace) -> int:
    return _init(options) if options.step == "init" else _attend(options)


def _init(options: argparse.Namespace) -> int:
    # A second call must not make a second chain: the first anchor may be in the gazette already.
    if not options.state.exists():
        if options.id is None:
            raise ImpossibleError("a new contributor needs --id")
        memory = contributor.make(
            options.id,
            options.institution or options.id,
            judiciary=options.judiciary,
            epochs=options.epochs,
        )
        contributor.store(options.state, memory)
    print(json.dumps(contributor.load(options.state).public().plain()))
    return 0


def _attend(options: argparse.Namespace) -> int:
    if options.log is None:
        raise ImpossibleError("--log says where the log is published")
    memory = contributor.load(options.state)
    status = 0
    if options.trust is not None and not memory.origin:
        trust = Trust.of(json.loads(options.trust.read_text()))
        contributor.store(options.state, contributor.introduced(memory, trust))
    for number in range(options.rounds) if options.rounds else itertools.count():
        if number:
            time.sleep(options.every)
        status = _round(options, sys.stdout)
    return status


def _round(options: argparse.Namespace, out: TextIO) -> int:
    try:
        memory, epochs = contributor.attend(
            contributor.load(options.state),
            contributor.OverHttp(options.log),
            lambda fresh: contributor.store(options.state, fresh),
            int(time.time()),
        )
    except (contributor.RefusedError, contributor.UnreachableError) as error:
        what = "refused" if isinstance(error, contributor.RefusedError) else "unreachable"
        print(f"{what}: {error}", file=sys.stderr, flush=True)
        return REFUSED
    for epoch in epochs:
        print(f"{memory.id}: cosigned and revealed epoch {epoch}", file=out, flush=True)
    return 0


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        for line in file:
            yield line.rstrip(b"\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assignment", description="The draw of judges: draw, verify, explain."
    )
    commands = parser.add_subparsers(dest="command", required=True)

    one = commands.add_parser("draw", help="draw one epoch: JSON in, JSON out")
    one.set_defaults(run=_draw)

    one = commands.add_parser("verify", help="replay a published log and name every fault")
    one.add_argument("log", type=Path, metavar="LOG.jsonl")
    one.add_argument("--trust", type=Path, required=True, metavar="TRUST.json")
    one.set_defaults(run=_verify)

    one = commands.add_parser("explain", help="tell why this judge was drawn")
    one.add_argument("log", type=Path, metavar="LOG.jsonl")
    one.add_argument("request", metavar="REQUEST-ID")
    one.set_defaults(run=_explain)

    one = commands.add_parser("contributor", help="witness the log and reveal values")
    one.add_argument("step", nargs="?", choices=("init", "run"), default="run")
    one.add_argument("--state", type=Path, required=True, help="the file with chain and key")
    one.add_argument("--id", help="init: the short name of this contributor")
    one.add_argument("--institution", help="init: the body it belongs to; else its name")
    one.add_argument("--judiciary", action="store_true", help="init: the body is of the judiciary")
    one.add_argument("--epochs", type=int, default=20_000, help="init: length of the chain")
    one.add_argument("--log", help="run: address under which the log is published")
    one.add_argument("--trust", type=Path, help="run: a trust file, instead of the log's own")
    one.add_argument("--every", type=float, default=5.0, help="run: seconds between two looks")
    one.add_argument("--rounds", type=int, default=0, help="run: looks before it ends; 0: no end")
    one.set_defaults(run=_contributor)
    return parser


if __name__ == "__main__":
    sys.exit(main())
