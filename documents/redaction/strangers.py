"""Strangers: settles what is said about people unknown to the file, and gives each one a label."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from documents.redaction.aliases import bent
from documents.redaction.declension import stem_of
from documents.redaction.findings import Doubt, Kind, Layer, Span
from documents.redaction.gazetteer import given_name
from documents.redaction.ground import Ground
from documents.redaction.known import Known
from documents.redaction.labels import Labels
from documents.redaction.language import paragraphs
from documents.redaction.vocabulary import CAR, LEGAL_FORM, OFFICE_WORD, ON_THE_BENCH
from documents.redaction.votes import (
    Read,
    Vote,
    echoed,
    is_ordinary,
    listed,
    patterns,
    perhaps,
    read,
)
from documents.spelling import WORD, is_latin, latin_key

_CAPITAL = r"[А-ЯЁҢӨҮ]"
_BARE_INITIALS = re.compile(
    rf"(?<![\w.])(?:{_CAPITAL}\.[^\S\n]?){{1,2}}{_CAPITAL}\.(?![^\W\d_]{{9}})"
    r"(?:[-’']?[а-яңөү]{2,8})?(?![\w.])"
)
_INITIALS_BEFORE = re.compile(rf"(?<![\w.])(?:{_CAPITAL}\.[^\S\n]?){{1,3}}$")
_LONE_CAPITAL = re.compile(rf"(?<!\w){_CAPITAL}$")
# Papers that were shortened by hand keep the ending, which tells the sex: «Э. Б.анын».
_DOT_OF_INITIAL = re.compile(r"\.(?:[-’']?[а-яңөү]{2,8}(?!\w))?")
_INITIALS_AFTER = re.compile(rf"[^\S\n](?:{_CAPITAL}\.[^\S\n]?){{0,2}}{_CAPITAL}\.")
_HALF_BEFORE = re.compile(rf"(?<![\w-]){_CAPITAL}[а-яёңөү]+[-\u2010\u2011]$")
_HALF_BEHIND = re.compile(rf"[-\u2010\u2011]{_CAPITAL}[а-яёңөү]+(?![\w-])")
_BETWEEN = re.compile(r"[^\S\n]+|[-\u2010\u2011’']|[^\S\n]*\n?[^\S\n]*")
_IN_LIST = re.compile(r",?\s+(?:и|или|да)\s+|,\s+")
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]{2,24}\]")
_AROUND = 60
_SHORTEST, _SHORTEST_IN_LATIN = 3, 4
_WHOLE = frozenset({Layer.CASE, Layer.PATTERN})
"""Who sees whole names, where the others see words."""
_OF_KIN = 0.9
_BELIEVED = 0.3
"""From here on a name is looked for in the rest of the text too."""


@dataclass(slots=True)
class _Mention:
    """Words that stand together and name one unknown person."""

    start: int
    end: int
    confidence: float
    layer: Layer
    closed: bool = field(default=False)

    @property
    def place(self) -> tuple[int, int]:
        return self.start, self.end


def strangers(
    text: str,
    known: Known,
    taken: Iterable[tuple[int, int]],
    *,
    kin: Iterable[tuple[int, int]] = (),
    language: str,
) -> tuple[Span, ...]:
    """Return people that the file does not know, each with one label through the whole text.

    ``taken`` are the places that a surer layer has already spoken about; ``kin`` those that it
    found to name somebody with no more than a surname of the case.
    """
    ground = Ground(len(text), taken)
    for found in (*LEGAL_FORM.finditer(text), *CAR.finditer(text)):
        ground.take(found.span())
    for found in _PLACEHOLDER.finditer(text):  # what was redacted already stays so
        ground.take(found.span())
    lines = tuple(paragraphs(text, language))
    seen = read(text, lines)
    votes = [*patterns(text), *seen.votes, *listed(text, lines)]
    votes += [
        Vote(start=start, end=end, confidence=_OF_KIN, layer=Layer.CASE) for start, end in kin
    ]
    mentions = _mentions(text, votes, ground)
    for mention in mentions:
        ground.take(mention.place)
    for echo in _echoes(text, mentions, seen, ground, language):
        ground.take(echo.place)
        mentions.append(echo)
    labels = Labels(known)
    spans = list(_labelled(text, mentions, labels, language))
    for doubtful in _doubtful(text, seen, language):
        if ground.free((doubtful.start, doubtful.end)):
            ground.take((doubtful.start, doubtful.end))
            spans.append(doubtful)
    return tuple(spans)


def _mentions(text: str, votes: list[Vote], ground: Ground) -> list[_Mention]:
    """Return the voted places joined to whole names, on free ground only."""
    own = Ground(len(text))
    mentions = []
    # A pattern has seen a whole name; single words are joined to one another around it.
    for vote in sorted(
        votes,
        key=lambda vote: (
            vote.layer is not Layer.CASE,
            vote.layer is not Layer.PATTERN,
            vote.start - vote.end,
        ),
    ):
        place = vote.start, vote.end
        if ground.free(place) and own.free(place):
            own.take(place)
            mentions.append(_Mention(*place, vote.confidence, vote.layer, vote.layer in _WHOLE))
    mentions.sort(key=lambda mention: mention.start)
    joined: list[_Mention] = []
    for mention in mentions:
        last = joined[-1] if joined else None
        if last and _may_join(last, mention) and _continues(text, last, mention):
            last.end = mention.end
            last.closed = last.closed or mention.closed
            if mention.confidence > last.confidence:
                last.confidence, last.layer = mention.confidence, mention.layer
        else:
            joined.append(mention)
    spoken_for = ground.with_(mention.place for mention in joined)
    return [_with_initials(text, mention, spoken_for) for mention in joined]


def _may_join(first: _Mention, second: _Mention) -> bool:
    """Tell whether two mentions may be parts of one name: two whole names never are."""
    return not (first.closed and second.closed) and Layer.CASE not in {first.layer, second.layer}


def _continues(text: str, first: _Mention, second: _Mention) -> bool:
    between = text[first.end : second.start]
    if between in {".", ". "}:  # initials: А. С. Пушкин
        return first.end - first.start == 1 or text[first.end - 2 : first.end - 1] in " ."
    return bool(between) and "\n" not in between and _BETWEEN.fullmatch(between) is not None


def _with_initials(text: str, mention: _Mention, ground: Ground) -> _Mention:
    """Return the mention with its initials and with the other half of a double name."""
    half = _HALF_BEFORE.search(text, max(0, mention.start - _AROUND), mention.start)
    if half and ground.free(half.span()):
        mention.start = half.start()
    half = _HALF_BEHIND.match(text, mention.end)
    if half and ground.free(half.span()):
        mention.end = half.end()
    dot = _DOT_OF_INITIAL.match(text, mention.end)
    if dot and _LONE_CAPITAL.search(text, mention.end - 1, mention.end):
        mention.end = dot.end()
    before = _INITIALS_BEFORE.search(text, max(0, mention.start - 12), mention.start)
    if before and ground.free(before.span()):
        mention.start = before.start()
        return mention
    after = _INITIALS_AFTER.match(text, mention.end)
    if after and ground.free(after.span()) and not mention.closed:
        mention.end = after.end()
    return mention


def _labelled(text: str, mentions: list[_Mention], labels: Labels, language: str) -> Iterator[Span]:
    """Give the mentions with their labels, those of a list in one case: детей Эмира и Айлин."""
    end, opening = 0, ""
    for mention in sorted(mentions, key=lambda mention: mention.start):
        if _IN_LIST.fullmatch(text, end, mention.start):
            yield _named(text, mention, labels, language, listed=opening)
        else:
            opening = text[max(0, mention.start - _AROUND) : mention.start]
            yield _named(text, mention, labels, language)
        end = mention.end


def _named(
    text: str, mention: _Mention, labels: Labels, language: str, *, listed: str = ""
) -> Span:
    original = text[mention.start : mention.end]
    before = text[max(0, mention.start - _AROUND) : mention.start]
    in_office = OFFICE_WORD.search(before) is not None
    doubt = Doubt.RELATIVE if mention.layer is Layer.CASE else Doubt.STRANGER
    return Span(
        start=mention.start,
        end=mention.end,
        original=original,
        replacement=bent(labels.of_stranger(original), original, before, language, listed=listed),
        kind=Kind.PERSON,
        layer=mention.layer,
        confidence=round(min(mention.confidence, 0.97), 2),
        doubt=Doubt.PROFESSIONAL if in_office else doubt,
        applied=not _is_on_the_bench(text, mention),
    )


def _is_on_the_bench(text: str, mention: _Mention) -> bool:
    """Tell whether a mention with initials stands right behind the word «судья»."""
    before = text[max(0, mention.start - _AROUND) : mention.start]
    return (
        OFFICE_WORD.search(before) is not None
        and ON_THE_BENCH.search(before) is not None
        and "." in text[mention.start : mention.end]
    )


def _echoes(
    text: str, mentions: Sequence[_Mention], seen: Read, ground: Ground, language: str
) -> Iterator[_Mention]:
    """Give the lone words that repeat a stranger found elsewhere in the text."""
    names = {
        word
        for mention in mentions
        if mention.confidence >= _BELIEVED and not _is_on_the_bench(text, mention)
        for word in WORD.findall(text[mention.start : mention.end])
        if len(word) >= _SHORTEST and not (is_ordinary(word) and given_name(word) is None)
    }
    stems = {stem_of(word, language) for word in names}
    keys = {latin_key(stem) for stem in stems if len(stem) >= _SHORTEST_IN_LATIN}
    for found in WORD.finditer(text):
        word = found[0]
        if (
            word[:1].isupper()
            and len(word) >= _SHORTEST
            and ground.free(found.span())
            and (stem_of(word, language) in stems or (is_latin(word) and _spells(word, keys)))
            and echoed(text, found, seen.every)
        ):
            yield _Mention(*found.span(), 0.7, Layer.ECHO)


def _spells(word: str, keys: set[str]) -> bool:
    """Tell whether a word in Latin letters writes one of the names: Диксон (Dixon)."""
    key = latin_key(word)
    return any(key.startswith(name) and len(key) <= len(name) + 2 for name in keys)


def _doubtful(text: str, seen: Read, language: str) -> Iterator[Span]:
    """Give the places that stay as they are until the clerk decides."""
    told = [
        *((found.span(), Doubt.INITIALS, 0.4, Layer.PATTERN)
          for found in _BARE_INITIALS.finditer(text)),
        *(((vote.start, vote.end), Doubt.UNSURE, vote.confidence, vote.layer)
          for vote in seen.undecided),
        *((found.span(), Doubt.UNSURE, 0.3, Layer.PATTERN) for found in perhaps(text)
          if not OFFICE_WORD.search(text, max(0, found.start() - _AROUND), found.start())),
    ]  # fmt: skip
    for (start, end), doubt, confidence, layer in told:
        yield Span(
            start=start,
            end=end,
            original=text[start:end],
            replacement=Labels.nobody(language),
            kind=Kind.PERSON,
            layer=layer,
            confidence=round(confidence, 2),
            doubt=doubt,
            applied=False,
        )
