"""The workshop on its own, at a desk: texts redacted, published files looked over, papers printed.

    python -m documents redact --case CASE.json [--lang ru|ky] [--policy P.toml] < text > out.json
    python -m documents check --case CASE.json [--policy P.toml] PUBLISHED
    python -m documents paper KIND DATA.json OUT.pdf
    python -m documents pdfa FILE.pdf

`redact` reads a text in UTF-8 and writes JSON as schemas/redaction-output.v1.json says. `check`
ends with 0 when nothing of the case is left in the file, with 1 when it has named the places.
`paper` prints any court paper from the fields of its record; `pdfa` ends with 1 when it has named
what keeps a file from being archival. All end with 2 and a sentence when they were given something
that they cannot read.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from documents.redaction import (
    CaseFileError,
    Policy,
    Redaction,
    Span,
    UnreadablePaperError,
    check,
    default_policy,
    language_of,
    policy_of,
    redact,
)
from documents.redaction.casefile import known_of
from documents.redaction.reader import NoReaderError

CLEAN, LEFT, UNUSABLE = 0, 1, 2
LARGEST_TEXT = 20_000_000
"""Characters; the longest act ever seen has a hundredth of it."""


class UsageError(Exception):
    """What was given cannot be read, and why."""


_REFUSED = (UsageError, CaseFileError, UnreadablePaperError, NoReaderError)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    asked = _parser().parse_args(arguments)
    try:
        status: int = asked.run(asked)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough; nothing more may be written, not even at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNUSABLE
    except _REFUSED as error:
        print(f"{asked.command}: {error}", file=sys.stderr)
        return UNUSABLE
    except OSError as error:
        print(f"{asked.command}: {error.filename}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    return status


def _redact(asked: argparse.Namespace) -> int:
    case, policy = _json(asked.case), _policy(asked.policy)
    text = _stdin()
    known = known_of(case, language=asked.lang or _language(case, text), policy=policy)
    json.dump(told(redact(text, known, policy=policy), policy), sys.stdout, ensure_ascii=False)
    print()
    return CLEAN


def told(found: Redaction, policy: Policy) -> dict[str, Any]:
    """Return a redaction as plain data for JSON; places are characters of the text given."""
    return {
        "text": found.result,
        "spans": [_told(span) for span in found.spans if span.applied],
        "doubts": [
            _told(span) | {"reason": span.doubt.value, "applied": span.applied}
            for span in found.spans
            if span.doubt is not None
        ],
        "policy": policy.version,
    }


def _told(span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "category": span.kind.value,
        "layer": span.layer.value,
        "confidence": span.confidence,
        "alias": span.replacement,
    }


def _check(asked: argparse.Namespace) -> int:
    case, policy = _json(asked.case), _policy(asked.policy)
    content = asked.published.read_bytes()
    if not content:
        raise UsageError(f"{asked.published} is empty")
    known = known_of(case, language="ru", policy=policy)  # every form of both is looked for
    left = check(content, known, name=asked.published.name, policy=policy)
    for leak in left:
        print(
            f"{leak.where}, {leak.start}-{leak.end}: {leak.kind.value} {leak.original!r} "
            f"in «{' '.join(leak.around.split())}»"
        )
    print(f"{len(left)} places are left" if left else "nothing of the case is left")
    return LEFT if left else CLEAN


def _paper(asked: argparse.Namespace) -> int:
    from documents.papers import reading  # whoever redacts does without the printer

    if asked.kind not in reading.PAPERS:
        raise UsageError(f"{asked.kind} is none of {', '.join(sorted(reading.PAPERS))}")
    try:
        printed = reading.print_from(asked.kind, _json(asked.data))
    except reading.UnreadableFactsError as error:
        raise UsageError(error) from error
    asked.out.write_bytes(printed.pdf)
    return CLEAN


def _pdfa(asked: argparse.Namespace) -> int:
    from documents.pdfa import faults  # as above

    found = faults(asked.file.read_bytes())
    for fault in found:
        print(fault)
    return LEFT if found else CLEAN


def _stdin() -> str:
    content = sys.stdin.buffer.read(LARGEST_TEXT * 4 + 1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"the text is not in UTF-8 (byte {error.start} cannot be read)") from None
    if not text.strip():
        raise UsageError("the text is empty: give it on standard input")
    if len(text) > LARGEST_TEXT:
        raise UsageError(f"the text is longer than {LARGEST_TEXT} characters")
    return text


def _json(path: Path) -> object:
    try:
        value: object = json.loads(path.read_text("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not in UTF-8") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{path} is no JSON: line {error.lineno}: {error.msg}") from None
    except RecursionError:
        raise UsageError(f"{path} is nested too deeply") from None
    return value


def _policy(path: Path | None) -> Policy:
    if path is None:
        return default_policy()
    try:
        return policy_of(tomllib.loads(path.read_text("utf-8")))
    except (KeyError, ValueError, TypeError) as error:
        raise UsageError(f"{path} is no policy: {error}") from None


def _language(case: object, text: str) -> str:
    told_language = case.get("language") if isinstance(case, dict) else None
    return told_language if told_language in {"ru", "ky"} else language_of(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m documents", description="Papers of a court, at a desk: redact, check."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("redact", help="take the people of a case out of a text")
    one.add_argument("--lang", choices=("ru", "ky"), help="of the text; guessed when not given")
    one.set_defaults(run=_redact)
    two = commands.add_parser("check", help="see what a published file still tells of a case")
    two.add_argument("published", type=Path, help="a PDF, a web page, JSON, text, an office paper")
    two.set_defaults(run=_check)
    for command in (one, two):
        command.add_argument("--case", type=Path, required=True, help="what the file knows, JSON")
        command.add_argument("--policy", type=Path, help="a table like policy.toml")
    three = commands.add_parser("paper", help="print a court paper")
    three.add_argument("kind", help="act, summons, writ …; a wrong one tells all")
    three.add_argument("data", type=Path, help="the fields of the paper's record, JSON")
    three.add_argument("out", type=Path, help="where the PDF goes")
    three.set_defaults(run=_paper)
    four = commands.add_parser("pdfa", help="say what keeps a PDF from being archival (PDF/A-3b)")
    four.add_argument("file", type=Path)
    four.set_defaults(run=_pdfa)
    return parser


if __name__ == "__main__":
    sys.exit(main())
