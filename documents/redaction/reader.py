"""Reader: asks a small neural network, word by word, how likely a Russian text names a person.

The network is slovnet's NER over navec's vectors (MIT), both as they lie in the natasha wheel. It
is asked for probabilities and not for its one best reading: a name that it half believes in is
what a clerk must see. Loaded once, when first needed.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from documents.spelling import plain_letters

_TOKEN = re.compile(
    r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)*"  # Ак-Жол is one word to the network
    r"|\d+(?:[./,-]\d+)*|[^\w\s]|_+"
)
_SENTENCE_END = frozenset(".!?…;")
_LONGEST = 100
"""Words in one piece: the network looks three words around, longer pieces tell it no more."""
_LONGEST_WORD = 40
_BATCH = 32
_MODELS = "natasha", "data"
_NAVEC = "emb/navec_news_v1_1B_250K_300d_100q.tar"
_SLOVNET = "model/slovnet_ner_news_v1.tar"


class NoReaderError(Exception):
    """The network or what runs it is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A word at its place, and the probabilities that it belongs to the name of something."""

    start: int
    end: int
    person: float
    place: float
    organisation: float


@dataclass(frozen=True, slots=True)
class _Network:
    words: Any
    shapes: Any
    model: Any
    scores: npt.NDArray[np.float32]
    kinds: tuple[npt.NDArray[np.intp], ...]
    shape_of: Any
    threads: ThreadpoolController


@cache
def _network() -> _Network:
    """Load the network (about a second). Raises NoReaderError when it is not there."""
    try:
        from navec import Navec  # slow to import, and not every caller reads Russian
        from slovnet import NER
        from slovnet.shape import word_shape
    except ImportError as error:
        raise NoReaderError(
            f"the reader of Russian names needs the package {error.name}: pip install it"
        ) from error
    found = importlib.util.find_spec(_MODELS[0])
    if found is None or not found.submodule_search_locations:
        raise NoReaderError("the reader of Russian names needs the models of the package natasha")
    folder = Path(found.submodule_search_locations[0], _MODELS[1])
    ner = NER.load(str(folder / _SLOVNET))
    ner.navec(Navec.load(str(folder / _NAVEC)))
    tags: list[str] = ner.infer.decoder.tags_vocab.items
    return _Network(
        words=ner.infer.encoder.words_vocab,
        shapes=ner.infer.encoder.shapes_vocab,
        model=ner.infer.model,
        scores=np.exp(ner.infer.model.head.crf.transitions.array),
        kinds=tuple(
            np.array([at for at, tag in enumerate(tags) if tag.endswith(kind)])
            for kind in ("PER", "LOC", "ORG")
        ),
        shape_of=lru_cache(maxsize=65_536)(word_shape),
        threads=ThreadpoolController(),
    )


def readings(text: str) -> list[Reading]:
    """Return what the network thinks of every word that begins with a capital letter."""
    network = _network()
    pieces = sorted(_pieces(text), key=len)
    read: list[Reading] = []
    # More threads than one only wait for each other over matrices this small.
    with network.threads.limit(limits=1, user_api="blas"):
        for first in range(0, len(pieces), _BATCH):
            batch = pieces[first : first + _BATCH]
            for piece, likely in zip(batch, _likely(network, batch), strict=True):
                read += [
                    Reading(
                        start=found.start(),
                        end=found.end(),
                        person=float(kinds[0]),
                        place=float(kinds[1]),
                        organisation=float(kinds[2]),
                    )
                    for found, kinds in zip(piece, likely, strict=False)
                    if not found[0].islower() and found[0][0].isalpha()
                ]
    return sorted(read, key=lambda one: one.start)


def _pieces(text: str) -> Iterator[list[re.Match[str]]]:
    """Give the words of the text by paragraphs, a long one cut behind a sentence if it can be."""
    at = 0
    for line in text.splitlines(keepends=True):
        words = list(_TOKEN.finditer(text, at, at + len(line)))
        at += len(line)
        while len(words) > _LONGEST:
            cut = next(
                (
                    place
                    for place in range(_LONGEST, _LONGEST // 2, -1)
                    if words[place - 1][0] in _SENTENCE_END
                ),
                _LONGEST,
            )
            yield words[:cut]
            words = words[cut:]
        if words:
            yield words


def _likely(network: _Network, pieces: list[list[re.Match[str]]]) -> npt.NDArray[np.float32]:
    """Return (piece, word, kind): the marginal probabilities of person, place, organisation."""
    longest = max(map(len, pieces))
    words = np.full((len(pieces), longest), network.words.pad_id)
    shapes = np.full((len(pieces), longest), network.shapes.pad_id)
    for row, piece in enumerate(pieces):
        heading = all(not found[0].islower() for found in piece)
        for column, found in enumerate(piece):
            word = plain_letters(found[0][:_LONGEST_WORD])
            words[row, column] = network.words.encode(word.lower())
            shown = word.title() if heading and len(word) > 2 else word  # noqa: PLR2004
            shapes[row, column] = network.shapes.encode(network.shape_of(shown))
    empty = words == network.words.pad_id
    lengths = [len(piece) for piece in pieces]
    for row, length in enumerate(lengths):
        empty[row, :length] = False
    emitted = network.model(words, shapes, empty)
    return _marginals(network, emitted, np.array(lengths))


def _marginals(
    network: _Network, emitted: npt.NDArray[np.float32], lengths: npt.NDArray[np.int_]
) -> npt.NDArray[np.float32]:
    """Run the chain forwards and backwards over a batch of (piece, word, tag) scores."""
    raised = np.exp(emitted - emitted.max(axis=-1, keepdims=True))
    longest = raised.shape[1]
    forward, backward = np.empty_like(raised), np.ones_like(raised)
    forward[:, 0] = raised[:, 0]
    for at in range(1, longest):
        step = forward[:, at - 1] @ network.scores * raised[:, at]
        forward[:, at] = step / step.sum(axis=-1, keepdims=True)
    for at in range(longest - 2, -1, -1):
        step = (backward[:, at + 1] * raised[:, at + 1]) @ network.scores.T
        step /= step.sum(axis=-1, keepdims=True)
        backward[:, at] = np.where((at + 1 < lengths)[:, None], step, 1.0)
    both = forward * backward
    both /= both.sum(axis=-1, keepdims=True)
    return np.stack([both[..., kind].sum(axis=-1) for kind in network.kinds], axis=-1)
