"""`python -m tests.bench.weighing --nerel N --factrueval F`: learns the weights of the redaction.

N and F are clones of other people's annotated texts (tests/bench/corpora.py tells where from). Only
their development parts are read: NEREL's train and factRuEval's devset. What is learned is a
logistic sum, by Newton's steps; what a pattern finds anyway teaches nothing, nor does a word that
is no form of a name in the name of something else («Nobel Prize»). Prints the file
documents/redaction/weights.toml.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from documents.morphology import senses
from documents.redaction.judgement import weighed
from documents.redaction.reader import readings
from documents.redaction.votes import patterns
from documents.spelling import orthographic
from tests.bench import corpora

_RESTRAINT = 2.0
"""How much a large weight costs: without it, a rare fact would weigh what chance made of it."""
_STEPS = 40
_HEAD = """# What each fact weighs when the redaction judges whether a word is of a person's name
# (documents/redaction/judgement.py names them). Learned by `python -m tests.bench.weighing` from
# other people's annotated news (NEREL 1.1 train, factRuEval-2016 devset); not written by hand.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Learns what each fact about a word weighs.")
    parser.add_argument("--nerel", type=Path, required=True, help="a clone of nerel-ds/NEREL")
    parser.add_argument("--factrueval", type=Path, required=True, help="a clone of factRuEval-2016")
    asked = parser.parse_args()
    names, facts, truth = lesson(
        [
            *corpora.nerel(asked.nerel / "NEREL-v1.1/train"),
            *corpora.fact_ru_eval(asked.factrueval / "devset"),
        ]
    )
    weights = zip(names, learned(facts, truth), strict=True)
    lines = (f'"{name}" = {weight:.3f}' for name, weight in weights)
    sys.stdout.write(_HEAD + "\n".join(lines) + "\n")


def lesson(
    texts: list[corpora.Annotated],
) -> tuple[list[str], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the names of the facts, (word, fact) and (word): whether it is of a person's name."""
    names: list[str] = []
    facts: list[list[float]] = []
    truth: list[float] = []
    for text in texts:
        settled = bytearray(len(text.text) + 1)
        for start, end in (*((v.start, v.end) for v in patterns(text.text)), *_adjectives(text)):
            settled[start:end] = b"\1" * (end - start)
        person = {start for start, _end, of_person in text.words() if of_person}
        for one, told in weighed(text.text, readings(text.text)):
            if not settled[one.start]:
                names = list(told)
                facts.append(list(told.values()))
                truth.append(float(one.start in person))
    return names, np.array(facts), np.array(truth)


def _adjectives(text: corpora.Annotated) -> Iterator[tuple[int, int]]:
    """Give the borrowed names that the dictionary knows as no name, or not at all: Нобелевская."""
    for start, end in text.borrowed:
        if "person" not in senses(orthographic(text.text[start:end].split()[-1])):
            yield start, end


def learned(
    facts: npt.NDArray[np.float64], truth: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the weights under which the truth is likeliest, large ones restrained."""
    spread = facts.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = facts / spread
    weights = np.zeros(facts.shape[1])
    restraint = _RESTRAINT * np.eye(len(weights))
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (likely - truth) + restraint @ weights
        bend = (scaled * (likely * (1 - likely))[:, None]).T @ scaled + restraint
        weights -= np.linalg.solve(bend, slope)
    return weights / spread


if __name__ == "__main__":
    main()
