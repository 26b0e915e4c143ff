"""The commands that an outsider uses: draw, verify, explain, included, contributor, simulate."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from assignment import desk, receipt, simulate
from assignment.canon import MalformedError
from assignment.draw import ImpossibleError, drawn_from_file
from assignment.explain import UnknownRequestError, explain
from assignment.verify import Trust, verify

FAULTS, UNUSABLE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        status: int = options.run(options)
    except (ImpossibleError, MalformedError, UnknownRequestError, OSError, ValueError) as error:
        print(f"{options.command}: {error}", file=sys.stderr)
        return UNUSABLE
    except ImportError as error:
        missing = error.name or "cryptography"
        print(f"{options.command}: {error}; `pip install {missing}` adds it", file=sys.stderr)
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


def _included(options: argparse.Namespace) -> int:
    trust = Trust.of(json.loads(options.trust.read_text()))
    for line in receipt.check(receipt.Receipt.of(options.receipt.read_text("utf-8")), trust):
        print(line)
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

    one = commands.add_parser("included", help="check a receipt: this entry is in the log")
    one.add_argument("receipt", type=Path, metavar="RECEIPT.tlog-proof")
    one.add_argument("--trust", type=Path, required=True, metavar="TRUST.json")
    one.set_defaults(run=_included)

    desk.install(commands)

    one = commands.add_parser("simulate", help="try the rule and others on a model country")
    simulate.add_arguments(one)
    one.set_defaults(run=simulate.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
