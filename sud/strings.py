"""The catalogues: gathers every sentence of the house, keeps its translations, compiles them.

`python -m sud.strings` gathers what the code and the templates say; with `compile` it writes
the .mo files that the running house reads.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HOUSE = Path(__file__).parent
CATALOGUES = HOUSE / "translations"
LANGUAGES = ("ky", "ru", "en")
SOURCE_LANGUAGE = "en"

_METHODS = [("**/templates/**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"**/templates/**.html": {"trimmed": "true", "newstyle_gettext": "true"}}
_KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}


def gather(house: Path = HOUSE) -> Catalog:
    """Return every sentence that the code and the templates say, without translations."""
    said = Catalog(charset="utf-8")
    found = extract_from_dir(
        house,
        method_map=_METHODS,
        options_map=_OPTIONS,
        keywords=_KEYWORDS,
        comment_tags=("For translators:",),
        strip_comment_tags=True,
    )
    for name, _line, sentence, comments, context in found:
        said.add(
            sentence,
            # Without lines: moving a function is not a change of words.
            locations=[(f"{house.name}/{Path(name).as_posix()}", 0)],
            auto_comments=comments,
            context=context,
        )
    return said


def catalogue(language: str) -> Catalog:
    """Return the committed translations into a language."""
    path = _path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(language: str, said: Catalog) -> Catalog:
    """Return a language's catalogue with exactly what is said now; English says itself."""
    known = catalogue(language)
    fresh = Catalog(locale=language, charset="utf-8", header_comment="", fuzzy=False)
    for message in sentences(said):
        earlier = known.get(message.id)
        words = message.id if language == SOURCE_LANGUAGE else earlier.string if earlier else ""
        fresh.add(
            message.id,
            words,
            locations=message.locations,
            flags=message.flags,
            auto_comments=message.auto_comments,
        )
    return fresh


def sentences(words: Catalog) -> Iterator[Message]:
    """Yield what is in a catalogue, without its header."""
    return (message for message in words if message.id)


def write(language: str, words: Catalog) -> None:
    """Write a catalogue so that only a change of words changes the file."""
    path = _path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, words, width=100, sort_output=True, omit_header=True, include_lineno=False)


def compile_all() -> None:
    """Write the .mo file of every language."""
    for language in LANGUAGES:
        with _path(language).with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue(language))


def _path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def main(arguments: list[str]) -> int:
    """Gather, or compile."""
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    said = gather()
    for language in LANGUAGES:
        write(language, brought_up_to_date(language, said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
