"""The gate: searches everything that would leave the house for everything the case file knows.

The reader's approval does not open it: one place where a person of the case can be recognised, in
any channel, and nothing goes out.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pypdf import PdfReader

from documents import search
from documents.redaction import Known, Span, residual, surface
from documents.redaction.papers import text_of_pdf

AROUND: Final = 60
"""How many letters are shown on each side of a place."""
_APART: Final = "\n¤\n"
"""Between two words: nothing that a name could reach over."""


class Channel(StrEnum):
    """A way by which the public text, or something about it, reaches a reader."""

    TEXT = "text"
    HEADING = "heading"  # what stands over and under the text: court, people, title
    PDF = "pdf"  # text layer, properties, XMP, bookmarks
    ATTACHMENT = "attachment"
    FILE_NAME = "file_name"
    ADDRESS = "address"
    INDEX = "index"
    SUGGESTION = "suggestion"
    FEED = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """All that would become public with one text."""

    text: Mapping[str, str]
    """The parts of the act, by their names."""
    heading: Sequence[str]
    pdf: bytes
    file_names: Sequence[str]
    addresses: Sequence[str]
    index: Sequence[str]
    """Keys of the search, as `documents.search.keys` makes them."""
    suggestions: Sequence[str]
    feed: str
    own: str
    """The random key of the text: its digits may look like a telephone number and tell nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """One place that still leads to a person of the case."""

    channel: Channel
    part: str
    """The part of the act; empty elsewhere."""
    original: str
    before: str
    after: str
    certain: bool
    """Whether only hiding helps; else a reader may say that it tells of nobody."""


def leaks(
    outgoing: Outgoing, known: Known, *, settled: frozenset[str] = frozenset()
) -> tuple[Leak, ...]:
    """Return every place in every channel; while there is one, nothing is published.

    `settled` are spellings (through `redaction.surface`) of which a reader has said that they mean
    nobody; they excuse a doubtful place, never a certain one.
    """
    # What the house itself writes over a text (courts, the judge, roles) is doubtful everywhere.
    frame = "\n".join(outgoing.heading)
    harmless = settled | {surface(span.original) for span in residual(frame, known) if span.doubt}
    # A random key may look like a telephone number and tells of nobody.
    own = re.compile(r"[\s-]*".join(outgoing.own.replace("-", "")), re.IGNORECASE)

    def look(channel: Channel, text: str) -> Iterator[Leak]:
        told = own.sub(" ", unicodedata.normalize("NFC", text))
        for span in residual(told, known, settled=harmless):
            yield _leak(channel, told, span, "")

    found: list[Leak] = []
    found += in_text(outgoing.text, known, settled=settled)
    for channel, told in (
        (Channel.HEADING, frame),
        (Channel.PDF, text_of_pdf(outgoing.pdf)),
        (Channel.ATTACHMENT, "\n".join(_attachments(outgoing.pdf))),
        (Channel.FILE_NAME, "\n".join(map(_spoken, outgoing.file_names))),
        (Channel.ADDRESS, "\n".join(map(_spoken, outgoing.addresses))),
        (Channel.INDEX, _unexplained(outgoing)),
        (Channel.SUGGESTION, _APART.join(outgoing.suggestions)),
        (Channel.FEED, outgoing.feed),
    ):
        found += look(channel, told)
    return tuple(found)


def in_text(
    parts: Mapping[str, str], known: Known, *, settled: frozenset[str] = frozenset()
) -> tuple[Leak, ...]:
    """Return every place of the text itself; what the first reader may not leave to the second."""
    return tuple(
        _leak(Channel.TEXT, text, span, part)
        for part, text in parts.items()
        for span in residual(text, known, settled=settled)
    )


def _unexplained(outgoing: Outgoing) -> str:
    """Return the keys of the search that do not follow from what was searched as a text.

    A key is a word or a stem in small letters, and a stem of an innocent word may be a name; so
    those that the text explains are judged where they stand in a sentence, and any other is taken
    for a name.
    """
    searched = "\n".join((*outgoing.text.values(), *outgoing.heading))
    explained = set(search.keys(searched))
    strange = (key[1:].capitalize() for key in outgoing.index if key not in explained)
    return _APART.join(dict.fromkeys(strange))


def _attachments(pdf: bytes) -> Iterator[str]:
    """Yield the names and contents of what lies inside a PDF, and what its notes say."""
    reader = PdfReader(io.BytesIO(pdf))
    for name, contents in reader.attachments.items():
        yield _spoken(name)
        yield from (content.decode("utf-8", "replace") for content in contents)
    for page in reader.pages:
        for note in page.get("/Annots") or ():
            held = note.get_object()
            yield from (
                str(held[name]) for name in ("/Contents", "/T", "/Subj", "/NM") if name in held
            )


def _spoken(name: str) -> str:
    """Return an address or a file's name as words: what joins them there parts them here."""
    return re.sub(r"[-_./%?&=+#:]+", " ", name)


def _leak(channel: Channel, text: str, span: Span, part: str) -> Leak:
    return Leak(
        channel=channel,
        part=part,
        original=text[span.start : span.end],
        before=text[max(0, span.start - AROUND) : span.start],
        after=text[span.end : span.end + AROUND],
        certain=span.doubt is None,
    )
