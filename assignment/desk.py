"""The commands of a contributor's own people: make, run, publish, rotate, keep in escrow."""

from __future__ import annotations

import argparse
import itertools
import json
import re
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from assignment import contributor, escrow
from assignment.canon import MalformedError, canon, sha
from assignment.memory import Memory, held, kept, load, remembered, store
from assignment.notice import LANGUAGES, notice
from assignment.overhttp import OverHttp
from assignment.verify import Trust

UNUSABLE, REFUSED = 2, 3

LOW = 500  # values: some weeks, time enough to publish the next chain
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")  # a signed note has no blank, no plus
_SHARE = "kg-draw/1/share"


def install(commands: Any) -> None:
    """Add the command `contributor` to those of this package."""
    one = commands.add_parser(
        "contributor",
        help="witness the log and reveal values",
        description="The program of an outside body: it watches the published log, and gives one "
        "value to each draw. All that it knows is in the file named by --state: keep it secret.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(f"  {name:9} {words}" for name, (_, words) in STEPS.items()),
    )
    one.add_argument("step", nargs="?", choices=STEPS, default="run")
    one.add_argument("--state", type=Path, required=True, help="the file with chain and key")
    one.add_argument("--id", help="init: the short name of this contributor")
    one.add_argument("--institution", help="init: the body it belongs to; else its name")
    one.add_argument("--judiciary", action="store_true", help="init: the body is of the judiciary")
    one.add_argument("--epochs", type=int, help="init, rotate: the last epoch of the chain")
    one.add_argument("--first", type=int, help="rotate: the first epoch of the new chain")
    one.add_argument("--language", choices=LANGUAGES, help="anchor: words in this language only")
    one.add_argument("--facts", type=Path, help="endorse: the file with what `rotate` printed")
    one.add_argument("--need", type=int, default=2, help="shares: how many give the secret back")
    one.add_argument("--of", type=int, default=3, help="shares: how many there are")
    one.add_argument("--share", type=Path, action="append", help="restore: a share, repeated")
    one.add_argument("--checkpoint", type=Path, help="restore: a signed checkpoint seen elsewhere")
    one.add_argument("--log", help="run: address under which the log is published")
    one.add_argument("--trust", type=Path, help="run: a trust file, instead of the log's own")
    one.add_argument("--every", type=float, default=5.0, help="run: seconds between two looks")
    one.add_argument("--patience", type=float, default=60.0, help="run: longest wait after trouble")
    one.add_argument("--rounds", type=int, default=0, help="run: looks before it ends; 0: no end")
    one.set_defaults(run=_run)


def pauses(every: float, patience: float) -> Callable[[int], float]:
    """Return how long to wait after so many looks in a row that came to nothing."""
    return lambda troubles: min(every * 2 ** min(troubles, 16), max(every, patience))


def _run(options: argparse.Namespace) -> int:
    with held(options.state):
        return STEPS[options.step][0](options)


def _init(options: argparse.Namespace) -> int:
    # A second call must not make a second chain: the first anchor may be in the gazette already.
    if not options.state.exists():
        if options.id is None:
            raise ValueError("a new contributor needs --id")
        if not _NAME.fullmatch(options.id):
            raise ValueError("--id is a short name of Latin letters and digits, without blanks")
        memory = contributor.make(
            options.id,
            options.institution or options.id,
            judiciary=options.judiciary,
            epochs=options.epochs or 20_000,
        )
        memory.public()  # fails before anything is kept where signatures cannot be made
        store(options.state, memory)
    memory = load(options.state)
    if options.id not in {None, memory.id}:
        raise ValueError(f"{options.state} holds the chain of {memory.id}, not of {options.id}")
    print(json.dumps(memory.public().plain()))
    print(notice(memory.public(), "en"), file=sys.stderr)
    return 0


def _anchor(options: argparse.Namespace) -> int:
    memory = load(options.state)
    for language in [options.language] if options.language else LANGUAGES:
        print(notice(memory.public(), language, first=max(memory.since, 1)), end="\n\n")
    print(json.dumps(memory.public().plain()))
    return 0


def _attend(options: argparse.Namespace) -> int:
    if options.log is None:
        raise ValueError("--log says where the log is published")
    memory = load(options.state)
    if options.trust is not None and not memory.origin:
        trust = Trust.of(json.loads(options.trust.read_text()))
        try:
            store(options.state, contributor.introduced(memory, trust))
        except contributor.RefusedError as error:
            _tell(f"refused: {error}")
            return REFUSED
    if contributor.left(memory) < LOW and memory.following is None:
        _tell(f"{contributor.left(memory)} values are left: rotate")
    pause = pauses(options.every, options.patience)
    status = troubles = 0
    for number in range(options.rounds) if options.rounds else itertools.count():
        if number:
            time.sleep(pause(troubles))
        status = _look(options)
        troubles = troubles + 1 if status else 0
    return status


def _look(options: argparse.Namespace) -> int:
    try:
        memory, epochs = contributor.attend(
            load(options.state),
            OverHttp(options.log),
            lambda fresh: store(options.state, fresh),
            int(time.time()),
        )
    except (contributor.RefusedError, contributor.UnreachableError) as error:
        refused = isinstance(error, contributor.RefusedError)
        _tell(f"{'refused' if refused else 'unreachable'}: {error}")
        if isinstance(error, contributor.ProvenError):
            _tell("the log itself has signed this: nothing is answered any more, see `forgive`")
        return REFUSED
    for epoch in epochs:
        print(f"{memory.id}: cosigned and revealed epoch {epoch}", flush=True)
    return 0


def _rotate(options: argparse.Namespace) -> int:
    memory = load(options.state)
    if not memory.since and not memory.used:
        if options.first is None:
            raise ValueError("a chain that replaces a lost one needs --first")
        facts = contributor.replacement_facts(memory, options.first)
        body = memory.public()
    else:
        memory = contributor.rotated(memory, options.first, options.epochs)
        facts = contributor.rotation_facts(memory)
        store(options.state, memory)
        assert memory.following is not None  # noqa: S101 -- `rotated` has just seen to it
        body = memory.publication(memory.following)
    print(json.dumps(facts))
    print(notice(body, "en", first=facts["first"]), file=sys.stderr)
    return 0


def _endorse(options: argparse.Namespace) -> int:
    if options.facts is None:
        raise ValueError("endorse needs --facts")
    try:
        facts = json.loads(options.facts.read_text())
        signed = contributor.endorsed(load(options.state), facts)
    except (KeyError, TypeError, MalformedError) as error:
        raise ValueError(f"{options.facts} does not hold the facts of a rotation") from error
    _tell(f"signed: {facts['contributor']['id']} has a new key from epoch {facts['first']} on")
    print(json.dumps(signed))
    return 0


def _shares(options: argparse.Namespace) -> int:
    memory = load(options.state)
    # What was last seen and said is not in it: that is asked from the log, and from others.
    bare = replace(
        memory, size=0, root=b"", hashes=(), note="", since=0, until=0, used=0, unsaid=()
    )
    secret = kept(replace(bare, refused=None)).encode()
    for place, share in escrow.divided(secret, options.need, options.of).items():
        plain = {
            "what": _SHARE,
            "contributor": memory.public().plain(),
            "need": options.need,
            "number": place,
            "share": share.hex(),
            "check": sha(share).hex(),
        }
        path = options.state.with_suffix(f".share-{place}.json")
        path.touch(mode=0o600)
        path.write_text(json.dumps(plain, indent=1))
        print(path)
    _tell(f"give each file to another keeper: any {options.need} of them are the contributor")
    return 0


def _restore(options: argparse.Namespace) -> int:
    if options.state.exists():
        raise ValueError(f"{options.state} exists: it is not overwritten")
    shares = [_share(path) for path in options.share or []]
    if not shares:
        raise ValueError("restore needs --share, once for each share")
    if len({canon(share["contributor"]) for share in shares}) > 1:
        raise ValueError("these are not shares of one contributor at one time")
    if len({share["number"] for share in shares}) < shares[0]["need"]:
        raise ValueError(f"{shares[0]['need']} different shares are needed")
    parts = {share["number"]: bytes.fromhex(share["share"]) for share in shares}
    memory = remembered(escrow.united(parts).decode(errors="replace"))
    if memory.public().plain() != shares[0]["contributor"]:
        raise ValueError("these shares do not give back the chain that they name")
    if options.checkpoint is None:
        _tell("without --checkpoint of another contributor, this log could be an older one again")
    else:
        memory = _grounded(memory, options.checkpoint.read_text())
    store(options.state, memory)
    print(json.dumps(memory.public().plain()))
    return 0


def _grounded(memory: Memory, floor: str) -> Memory:
    try:
        return contributor.grounded(memory, floor)
    except contributor.RefusedError as error:
        raise ValueError(str(error)) from error


def _forgive(options: argparse.Namespace) -> int:
    memory = load(options.state)
    if memory.refused is None:
        raise ValueError("nothing was refused for good")
    print(json.dumps(memory.refused, indent=1, ensure_ascii=False))
    store(options.state, replace(memory, refused=None))
    return 0


def _share(path: Path) -> dict[str, Any]:
    try:
        share: dict[str, Any] = json.loads(path.read_text())
        right = (
            share["what"] == _SHARE and sha(bytes.fromhex(share["share"])).hex() == share["check"]
        )
        whole = all(type(share[name]) is int for name in ("need", "number"))
        canon(share["contributor"])
    except (ValueError, LookupError, TypeError) as error:
        raise ValueError(f"{path} is not a share") from error
    if not (right and whole):
        raise ValueError(f"{path} is not a share, or it is damaged")
    return share


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


STEPS: dict[str, tuple[Callable[[argparse.Namespace], int], str]] = {
    "run": (_attend, "watch the log at --log, and answer: what is done when no step is named"),
    "init": (
        _init,
        "make chain and key, and print the anchor; a second time it prints the same one",
    ),
    "anchor": (_anchor, "print the notice for the gazette in words, and as JSON"),
    "rotate": (_rotate, "make the next chain and key, and print the signed facts for the log"),
    "endorse": (_endorse, "sign another contributor's new chain, whose own key is lost: --facts"),
    "shares": (_shares, "divide the secrets into files for several keepers, beside the state file"),
    "restore": (
        _restore,
        "make the state file anew from the shares of enough keepers: --share ...",
    ),
    "forgive": (
        _forgive,
        "go on after a refusal for good, once people have looked into it in public",
    ),
}
