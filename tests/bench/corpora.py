"""Other people's annotated texts: reads who is named in NEREL and factRuEval, and where.

Neither is ours to give away, and nothing here downloads them. To get them:

    git clone https://github.com/nerel-ds/NEREL
    git clone https://github.com/dialogue-evaluation/factRuEval-2016     (MIT)
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
_ALIKE = 3
"""Letters that every form of a name begins with: Лев and Льва are rare enough not to count."""
# What NEREL marks that may bear a person's name.
_BEARERS = (
    "AWARD", "DISTRICT", "EVENT", "FACILITY", "LAW", "LOCATION", "ORGANIZATION", "PENALTY",
    "WORK_OF_ART",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """A text, where it names people (character offsets), and what these people are called.

    ``borrowed`` are names that something else bears: the Nobel in «Nobel Prize». ``called`` are
    the dictionary forms of each person's names, ``listed`` the places of those who are called
    something: where, and the number of the person in ``called``.
    """

    name: str
    text: str
    persons: tuple[tuple[int, int], ...]
    borrowed: tuple[tuple[int, int], ...] = ()
    called: tuple[tuple[str, ...], ...] = ()
    listed: tuple[tuple[int, int, int], ...] = ()

    def own_words(self) -> Iterator[tuple[int, int]]:
        """Give the places of words that are, by how they begin, of the bearer's listed names."""
        for start, end, who in self.listed:
            begun = {word[:_ALIKE].lower() for name in self.called[who]
                     for word in _WORD.findall(name)}  # fmt: skip
            for found in _WORD.finditer(self.text, start, end):
                if found[0][0].isupper() and found[0][:_ALIKE].lower() in begun:
                    yield found.span()

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
        people: dict[str, list[tuple[int, int]]] = {}
        for line in path.with_suffix(".objects").read_text("utf-8").splitlines():
            number, kind, *parts = line.split("#")[0].split()
            if kind == "Person":
                people[number] = [spans[part][1:] for part in parts if spans[part][0] != "job"]
        called = tuple(_called(path.with_suffix(".coref"), people.keys()))
        texts.append(
            Annotated(
                name=path.stem,
                text=path.read_bytes().decode("utf-8"),
                persons=tuple(place for places in people.values() for place in places),
                called=tuple(names for _, names in called),
                listed=tuple(
                    (*place, who)
                    for who, (objects, _) in enumerate(called)
                    for number in sorted(objects)
                    for place in people[number]
                ),
            )
        )
    return texts


def _called(
    path: Path, people: Collection[str]
) -> Iterator[tuple[frozenset[str], tuple[str, ...]]]:
    """Give each person's objects, and the dictionary forms of the names as the corpus has them."""
    for block in path.read_text("utf-8").split("\n\n"):
        head, *lines = block.strip().split("\n")
        if objects := frozenset(head.split()[1:]) & set(people):
            fields = [line.split(" ", 1) for line in lines if " " in line]
            yield (
                objects,
                tuple(
                    value
                    for name, value in fields
                    if name in {"firstname", "lastname", "patronymic", "nickname"}
                ),
            )
