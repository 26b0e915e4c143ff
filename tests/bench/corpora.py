"""Other people's annotated texts: reads who is named in NEREL and factRuEval, and where.

Neither is ours to give away, and nothing here downloads them. To get them:

    git clone https://github.com/nerel-ds/NEREL
    git clone https://github.com/dialogue-evaluation/factRuEval-2016     (MIT)
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
# What NEREL marks that may bear a person's name.
_BEARERS = (
    "AWARD", "DISTRICT", "EVENT", "FACILITY", "LAW", "LOCATION", "ORGANIZATION", "PENALTY",
    "WORK_OF_ART",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """A text, where it names people (character offsets), and what these people are called.

    ``borrowed`` are names that something else bears: the Nobel in «Nobel Prize».
    """

    name: str
    text: str
    persons: tuple[tuple[int, int], ...]
    borrowed: tuple[tuple[int, int], ...] = ()
    called: tuple[tuple[str, ...], ...] = ()

    def words(self) -> Iterator[tuple[int, int, bool]]:
        """Give every capitalised word with its place and whether it is of a person's name."""
        inside = bytearray(len(self.text) + 1)
        for start, end in self.persons:
            inside[start:end] = b"\1" * (end - start)
        for found in _WORD.finditer(self.text):
            if found[0][0].isupper():
                yield found.start(), found.end(), bool(inside[found.start()])


def nerel(folder: Path) -> list[Annotated]:
    """Read one part (`NEREL-v1.1/dev`) of NEREL: whatever is marked as PERSON."""
    texts = []
    for path in sorted(folder.glob("*.txt")):
        places: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for line in path.with_suffix(".ann").read_text("utf-8").splitlines():
            fields = line.split("\t")
            if fields[0].startswith("T"):
                kind, pieces = fields[1].split(" ", 1)
                places[kind] += [
                    (int(piece.split()[0]), int(piece.split()[1])) for piece in pieces.split(";")
                ]
        bearers = [place for kind in _BEARERS for place in places[kind]]
        texts.append(
            Annotated(
                name=path.stem,
                text=path.read_bytes().decode("utf-8"),
                persons=tuple(places["PERSON"]),
                borrowed=tuple(
                    (start, end)
                    for start, end in places["PERSON"]
                    if any(low <= start and end <= high for low, high in bearers)
                ),
            )
        )
    return texts


def fact_ru_eval(folder: Path) -> list[Annotated]:
    """Read one part (`devset`, `testset`) of factRuEval-2016: names of its Person objects."""
    texts = []
    for path in sorted(folder.glob("book_*.txt")):
        spans = {}
        for line in path.with_suffix(".spans").read_text("utf-8").splitlines():
            number, kind, start, length = line.split()[:4]
            spans[number] = kind, int(start), int(start) + int(length)
        people, places = set(), []
        for line in path.with_suffix(".objects").read_text("utf-8").splitlines():
            number, kind, *parts = line.split("#")[0].split()
            if kind == "Person":
                people.add(number)
                places += [spans[part][1:] for part in parts if spans[part][0] != "job"]
        text = path.read_bytes().decode("utf-8")
        texts.append(
            Annotated(
                name=path.stem,
                text=text,
                persons=tuple(places),
                called=tuple(_called(path.with_suffix(".coref"), people)),
            )
        )
    return texts


def _called(path: Path, people: set[str]) -> Iterator[tuple[str, ...]]:
    """Give the dictionary forms of each person's names, as the corpus writes them."""
    for block in path.read_text("utf-8").split("\n\n"):
        head, *lines = block.strip().split("\n")
        if people & set(head.split()[1:]):
            fields = [line.split(" ", 1) for line in lines if " " in line]
            yield tuple(
                value
                for name, value in fields
                if name in {"firstname", "lastname", "patronymic", "nickname"}
            )
