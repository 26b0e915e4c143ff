"""The command ``simulate``: the rule against eight others in a model country.

Only what is imported when it runs needs numpy, so that every other command does without.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path

from assignment.draw import FULL
from assignment.simulate import picture, report
from assignment.simulate.setting import RAW, RULES, SIZES, WEIGHTS, Result, Setting

LONGEST, FEWEST = 100, 1000  # years; cases of the country in a year


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name everything that may be changed with open eyes."""
    parser.add_argument("--years", type=int, default=10, help="how long the country runs (10)")
    parser.add_argument("--cases", type=int, default=250_000, help="of the country in a year")
    parser.add_argument(
        "--courts", type=int, default=len(SIZES), help=f"how many courts, up to {len(SIZES)}"
    )
    parser.add_argument("--seed", type=int, default=1, help="another number: other cases (1)")
    parser.add_argument(
        "--rules",
        default=",".join(RULES),
        help="which rules run, by commas (%(default)s); tilt:1/3:6 is ours with gamma 1/3, reach 6",
    )
    parser.add_argument("--gamma", type=Fraction, default=Fraction(1, 4), help="our slope (1/4)")
    parser.add_argument("--reach", type=Fraction, default=8, help="our S, in standard cases (8)")
    parser.add_argument(
        "--minimum", type=int, default=1, help="smallest bench; below it a case goes elsewhere (1)"
    )
    parser.add_argument(
        "--weights",
        default=",".join(f"{weight / FULL:g}:{part:g}" for weight, part in WEIGHTS),
        help="categories as weight:part of the cases, by commas (%(default)s)",
    )
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="processes, sharing the rules"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--attacks", action="store_true", help="what an insider gains by tricks")
    parser.add_argument("--plot", type=Path, metavar="FILE.svg", help="also draw the frontier")


def run(options: argparse.Namespace) -> int:
    """Print the table of the country, or that of the attacks."""
    setting = Setting(
        courts=options.courts,
        years=options.years,
        cases=options.cases,
        seed=options.seed,
        gamma=options.gamma,
        reach=int(options.reach * FULL),
        minimum=options.minimum,
        weights=tuple(_category(text) for text in options.weights.split(",")),
    )
    if not (1 <= setting.courts <= len(SIZES) and 1 <= setting.years <= LONGEST):
        raise ValueError(f"1 to {len(SIZES)} courts, 1 to {LONGEST} years")
    if options.jobs < 1:
        raise ValueError("at least one job")
    if setting.seed < 0 or setting.cases < FEWEST:
        raise ValueError(f"a seed from 0 on, {FEWEST} cases or more")
    names = list(dict.fromkeys(options.rules.split(",")))
    return _attacks(options, setting, names) if options.attacks else _table(options, setting, names)


def _table(options: argparse.Namespace, setting: Setting, names: list[str]) -> int:
    from assignment.simulate import country, experiments  # numpy is needed here and nowhere else

    shares = [names[start :: options.jobs] for start in range(min(options.jobs, len(names)))]
    work = [(setting, share, experiments.flood(setting, share), _progress) for share in shares]
    if len(work) == 1:
        done = [country.whole(*work[0])]
    else:
        with ProcessPoolExecutor(len(work), get_context("spawn")) as pool:
            done = [found.result() for found in [pool.submit(country.whole, *one) for one in work]]
    rules = {one.rule: one for _, found in done for one in found}
    raw = {title: experiments.flood(setting, [name])[0] for name, title in RAW.items()}
    plain, nightly = experiments.steering(setting)
    result = Result(
        counts=done[0][0],
        rules=tuple(rules[name] for name in names),
        raw_floods=raw,
        steering=tuple(plain),
        nightly=tuple(nightly),
    )
    if options.json:
        _say(json.dumps(asdict(result), indent=1))
    else:
        _say("\n".join(report.table(result)))
    if options.plot is not None:
        options.plot.write_text(picture.frontier(result.rules))
    return 0


def _attacks(options: argparse.Namespace, setting: Setting, names: list[str]) -> int:
    from assignment.simulate import experiments  # see above

    rows = experiments.attacks(setting, names)
    known, unknown = experiments.grinding(setting)
    if options.json:
        grinding = {"all_known": known, "one_unknown": unknown}
        _say(json.dumps({"rules": [asdict(row) for row in rows], "grinding": grinding}, indent=1))
    else:
        _say("\n".join(report.attack_table(rows, known, unknown)))
    return 0


def _category(text: str) -> tuple[int, float]:
    weight, colon, part = text.partition(":")
    micro = int(Fraction(weight) * FULL)
    if not (colon and 0 < micro <= 1000 * FULL and float(part) > 0):
        raise ValueError(f"{text!r} is no weight:part, as in 2.5:0.065")
    return micro, float(part)


def _progress(line: str) -> None:
    sys.stderr.write(f"... {line}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
