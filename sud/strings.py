"""The catalogues: gathers every sentence of the house, keeps its translations, compiles them.

`python -m sud.strings` gathers what the code and the templates say; with `compile` it writes
the .mo files that the running house reads; with `check` it names what a catalogue lacks.
"""

import sys
import tempfile
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


def problems(language: str, said: Catalog) -> list[str]:
    """Return what a catalogue lacks, has too much of, or leaves untranslated."""
    known = catalogue(language)
    return [
        *(f"lacks {one.id!r}" for one in sentences(said) if one.id not in known),
        *(f"has {one.id!r}, which nobody says" for one in sentences(known) if one.id not in said),
        *(f"does not translate {one.id!r}" for one in sentences(known) if not all(_forms(one))),
    ]


def _forms(message: Message) -> tuple[str, ...]:
    words = message.string or ""
    return (words,) if isinstance(words, str) else tuple(words)


def compile_all() -> None:
    """Write the .mo file of every language, each in one piece: the house may be reading it."""
    for language in LANGUAGES:
        done = _path(language).with_suffix(".mo")
        with tempfile.NamedTemporaryFile(dir=done.parent, delete=False) as file:
            write_mo(file, catalogue(language))
        Path(file.name).chmod(0o644)
        Path(file.name).replace(done)


def _path(language: str) -> Path:
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def main(arguments: list[str]) -> int:
    """Gather, compile or check."""
    if arguments == ["compile"]:
        compile_all()
        return 0
    if arguments not in ([], ["check"]):
        sys.stderr.write(f"{__doc__}\n")
        return 2
    said = gather()
    if arguments:
        found = [f"{one} {problem}\n" for one in LANGUAGES for problem in problems(one, said)]
        sys.stderr.writelines(found)
        return 1 if found else 0
    for language in LANGUAGES:
        write(language, brought_up_to_date(language, said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
