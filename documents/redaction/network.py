"""Network: works slovnet's little network through words, to scores for each kind of name.

The network is slovnet's NER over navec's vectors (MIT), both as they lie in the natasha wheel:
three convolutions over what stands around a word, and a chain over the tags. Its arithmetic is
done here, for a whole text at once and once for each different word; slovnet's own fills short
batches up with nothing and counts it.
"""

from __future__ import annotations

import importlib.util
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

Numbers = npt.NDArray[np.float32]
Rows = npt.NDArray[np.intp]

KINDS = ("PER", "LOC", "ORG")
_MODELS = "natasha", "data"
_NAVEC, _VECTORS = "emb/navec_news_v1_1B_250K_300d_100q.tar", "pq.bin"
_SLOVNET = "model/slovnet_ner_news_v1.tar"
_NOTHING = 0
"""The shape that stands for no word; its vector is all zeros, as is that of the word."""
_AT_ONCE = 8_192
"""Words worked through together: more of them would not fit into the processor's own memory."""


class NoReaderError(Exception):
    """The network or what runs it is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    """A convolution over three words: (in, before | itself | behind), and what follows it."""

    weights: Numbers
    bias: Numbers
    scale: Numbers
    shift: Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The weights: the vectors of words, and whatever is multiplied with them."""

    numbers: dict[str, int]
    unknown: int
    nothing: int
    indexes: npt.NDArray[np.uint8]
    codes: Numbers
    shapes: dict[str, int]
    of_shapes: Numbers
    of_words: Numbers
    layers: tuple[_Layer, ...]
    last: tuple[Numbers, Numbers]
    steps: Numbers
    kinds: tuple[Rows, ...]
    shape_of: Any
    threads: ThreadpoolController


@cache
def network() -> Network:
    """Load the network (a quarter of a second). Raises NoReaderError when it is not there."""
    try:
        from slovnet import NER  # slow to import, and not every caller reads Russian
        from slovnet.shape import word_shape
    except ImportError as error:
        raise NoReaderError(
            f"the reader of Russian names needs the package {error.name}: pip install it"
        ) from error
    found = importlib.util.find_spec(_MODELS[0])
    if found is None or not found.submodule_search_locations:
        raise NoReaderError("the reader of Russian names needs the models of the package natasha")
    folder = Path(found.submodule_search_locations[0], _MODELS[1])
    indexes, codes = _vectors(folder / _NAVEC)
    asked = NER.load(str(folder / _SLOVNET)).infer
    layers = tuple(map(_layer, asked.model.encoder.layers))
    words, shapes = asked.encoder.words_vocab, asked.encoder.shapes_vocab
    of_word = codes.shape[0] * codes.shape[2]
    tags: list[str] = asked.decoder.tags_vocab.items
    return Network(
        numbers=words.item_ids,
        unknown=words.unk_id,
        nothing=words.pad_id,
        indexes=indexes,
        codes=codes,
        shapes=shapes.item_ids,
        of_shapes=asked.model.emb.shape.weight.array @ layers[0].weights[of_word:],
        of_words=np.ascontiguousarray(layers[0].weights[:of_word]),
        layers=layers,
        last=(asked.model.head.proj.weight.array, asked.model.head.proj.bias.array),
        steps=np.exp(asked.model.head.crf.transitions.array),
        kinds=tuple(
            np.array([at for at, tag in enumerate(tags) if tag.endswith(kind)]) for kind in KINDS
        ),
        shape_of=word_shape,
        threads=ThreadpoolController(),
    )


def _vectors(path: Path) -> tuple[npt.NDArray[np.uint8], Numbers]:
    """Return navec's vectors: (word, part) which code it has there, and (part, code, number).

    They stay in the file, where every process reads the same pages; the list of words in it is
    slovnet's own, and what navec works out for likenesses nobody asks here.
    """
    with tarfile.open(path) as opened:
        start = opened.getmember(_VECTORS).offset_data
    words, numbers, parts, codes = map(int, np.fromfile(path, np.uint32, 4, offset=start))
    start += 4 * np.uint32().nbytes
    indexes = np.memmap(path, np.uint8, mode="r", offset=start, shape=(words, parts))
    told = np.fromfile(path, np.float32, numbers * codes, offset=start + words * parts)
    return np.asarray(indexes), told.reshape(parts, codes, -1)


def _layer(of_slovnet: Any) -> _Layer:
    weights = of_slovnet.conv.weight.array  # (out, in, before | itself | behind)
    after = of_slovnet.norm
    scale = after.weight.array / after.std.array
    return _Layer(
        weights=np.ascontiguousarray(np.concatenate(weights.transpose(2, 1, 0), axis=1)),
        bias=of_slovnet.conv.bias.array,
        scale=scale,
        shift=after.bias.array - after.mean.array * scale,
    )


@lru_cache(maxsize=65_536)
def row_of(word: str, shown: str) -> tuple[int, int]:
    """Return the rows of a word in small letters and of the shape of a word as it is written."""
    known = network()
    return known.numbers.get(word, known.unknown), known.shapes[known.shape_of(shown)]


def likely(pieces: Sequence[Sequence[tuple[int, int]]]) -> list[Numbers]:
    """Return for each piece of text (word, kind): how likely a word is of a name of the kind.

    A piece is the ``row_of`` of each of its words, the kinds are ``KINDS``; the pieces come by
    their length, the shortest first.
    """
    known = network()
    read: list[Numbers] = []
    # More threads than one only wait for each other over matrices this small.
    with known.threads.limit(limits=1, user_api="blas"):
        for batch in _batches(pieces):
            read += _marginals(known, _scores(known, batch))
    return read


def _batches(
    pieces: Sequence[Sequence[tuple[int, int]]],
) -> list[Sequence[Sequence[tuple[int, int]]]]:
    """Return the pieces by batches that stay small when all are as long as their longest."""
    cuts = [0]
    for at, piece in enumerate(pieces):
        if at > cuts[-1] and (at + 1 - cuts[-1]) * len(piece) > _AT_ONCE:
            cuts.append(at)
    return [pieces[first:last] for first, last in pairwise([*cuts, len(pieces)]) if first < last]


def _scores(known: Network, pieces: Sequence[Sequence[tuple[int, int]]]) -> list[Numbers]:
    """Return for each piece (word, tag): what the convolutions make of the words around it."""
    apart = (known.nothing, _NOTHING)  # so that no piece sees the words of the next one
    flat = np.array([apart, *(row for piece in pieces for row in (*piece, apart))])
    words, shapes = flat[:, 0], flat[:, 1]
    different, places = np.unique(words, return_inverse=True)
    vectors = known.codes[np.arange(len(known.codes)), known.indexes[different]]
    state = _spread((vectors.reshape(len(different), -1) @ known.of_words)[places])
    state += _spread(known.of_shapes[shapes])
    blank = words == known.nothing
    for at, layer in enumerate(known.layers):
        if at:
            state = _spread(state @ layer.weights)
        state += layer.bias
        np.maximum(state, 0, out=state)
        state *= layer.scale
        state += layer.shift
        state[blank] = 0
    weights, bias = known.last
    ends = np.cumsum([len(piece) + 1 for piece in pieces])
    return [piece[1:] for piece in np.split((state @ weights + bias)[:-1], ends[:-1])]


def _spread(products: Numbers) -> Numbers:
    """Return (word, out) from (word, three outs): what a word gives those around it added up."""
    before, itself, behind = np.split(products, 3, axis=1)
    told = itself.copy()
    told[1:] += before[:-1]
    told[:-1] += behind[1:]
    return told


def _marginals(known: Network, scores: list[Numbers]) -> list[Numbers]:
    """Run the chain of tags forwards and backwards over each piece."""
    lengths = np.array([len(piece) for piece in scores])
    raised = np.ones((len(scores), lengths.max(), len(known.steps)), dtype=np.float32)
    for row, piece in enumerate(scores):
        raised[row, : len(piece)] = np.exp(piece - piece.max(axis=-1, keepdims=True))
    longest = raised.shape[1]
    forward, backward = np.empty_like(raised), np.ones_like(raised)
    forward[:, 0] = raised[:, 0]
    for at in range(1, longest):
        step = forward[:, at - 1] @ known.steps * raised[:, at]
        forward[:, at] = step / step.sum(axis=-1, keepdims=True)
    for at in range(longest - 2, -1, -1):
        step = (backward[:, at + 1] * raised[:, at + 1]) @ known.steps.T
        step /= step.sum(axis=-1, keepdims=True)
        backward[:, at] = np.where((at + 1 < lengths)[:, None], step, 1.0)
    both = forward * backward
    both /= both.sum(axis=-1, keepdims=True)
    told = np.stack([both[..., kind].sum(axis=-1) for kind in known.kinds], axis=-1)
    return [told[row, :length] for row, length in enumerate(lengths)]
