"""Reads a form's schema into questions, steps and the sentences of its paper.

What a form may contain is written down in `schemas/form.v1.json`, against which every form is
tested; here a file that does not keep to it is refused with the place.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from documents.questions.conditions import Condition, Rule

LANGUAGES: Final = ("ky", "ru", "en")
PAPER_LANGUAGES: Final = ("ky", "ru")
LONGEST: Final = 300
LONGEST_TEXT: Final = 10_000
MOST_ITEMS: Final = 20

Words = Mapping[str, str]
"""The same words in each language of `LANGUAGES`, or of `PAPER_LANGUAGES`."""
NO_WORDS: Final[Words] = {}


class SchemaError(ValueError):
    """A form's file says something that we do not understand."""


class Kind(StrEnum):
    """What sort of answer a question has; in JSON it is what stands beside it."""

    TEXT = "text"  # a string
    LONG_TEXT = "long-text"  # a string of several lines
    CHOICE = "choice"  # the code of an option
    YES_NO = "yes-no"  # true or false
    DAY = "date"  # "2026-03-05"
    MONEY = "money"  # whole tyiyn
    NUMBER = "number"  # a whole number
    PIN = "pin"  # 14 figures
    PHONE = "phone"  # "+996700123456"
    EMAIL = "email"  # a string
    COURT = "court"  # the code of a court
    CASE_NUMBER = "case-number"  # a string
    GROUP = "group"  # an object
    LIST = "list"  # an array of objects or strings


_OF_FORMAT: Final = {
    "date": Kind.DAY,
    "pin": Kind.PIN,
    "phone": Kind.PHONE,
    "email": Kind.EMAIL,
    "court": Kind.COURT,
    "case-number": Kind.CASE_NUMBER,
    "long-text": Kind.LONG_TEXT,
}
_OF_TYPE: Final = {
    "string": Kind.TEXT,
    "boolean": Kind.YES_NO,
    "integer": Kind.NUMBER,
    "object": Kind.GROUP,
    "array": Kind.LIST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the answers offered: its words for the reader and, where others, for the paper."""

    code: str
    words: Words
    on_paper: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. A group holds questions of its own; a list the one that it repeats."""

    name: str
    kind: Kind
    ask: Words
    term: Words = field(default_factory=dict)
    help: Words = field(default_factory=dict)
    missing: Words = field(default_factory=dict)
    wrong: Words = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    longest: int = LONGEST
    least: int | None = None
    most: int | None = None
    pattern: str = ""
    time: str = ""
    """For days: "past" (today too), "future", or "" for any."""
    courts: frozenset[str] = frozenset()
    """For courts: which kinds may be chosen."""
    person: bool = False
    """For groups: the answers name a person, who can be declined and addressed."""
    prefilled: bool = False
    """For groups: what the account knows may be filled in."""
    questions: tuple["Question", ...] = ()
    rules: tuple[Rule, ...] = ()
    required: frozenset[str] = frozenset()
    add: Words = field(default_factory=dict)
    """For lists: what the button says that adds one more."""

    @property
    def item(self) -> "Question":
        """What a list repeats."""
        return self.questions[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One topic, one page."""

    name: str
    title: Words
    intro: Words
    asks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A paragraph of the paper, a demand or an enclosure: written where its condition holds."""

    words: Words
    condition: Condition = field(default_factory=dict)
    each: str = ""
    """The list for each of whose items it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Somebody whom the head of the paper names: a procedural role and the answer with the name."""

    role: Words
    of: str
    condition: Condition = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPlan:
    """What becomes of the answers on paper."""

    title: Words
    subtitle: Words
    court: str
    sides: tuple[Side, ...]
    price: str
    case_number: str
    text: tuple[Sentence, ...]
    asks: tuple[Sentence, ...]
    enclosures: tuple[Sentence, ...]
    signer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form of one version, as its file says it."""

    name: str
    version: int
    title: Words
    wish: Words
    about: Words
    find: Words
    where: Words
    attach: tuple[Words, ...]
    group: str
    goes: str
    """Where the finished paper goes: "claim" begins a case, "case" into a case, "court" neither."""
    categories: tuple[tuple[Condition, str], ...]
    """For claims: the category of the case, the first whose condition holds."""
    duty: str
    limits: tuple[str, ...]
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...]
    required: frozenset[str]
    paper: PaperPlan

    def question(self, name: str) -> Question:
        """Return the question of a name; KeyError when there is none."""
        for one in self.questions:
            if one.name == name:
                return one
        raise KeyError(name)

    def step(self, name: str) -> Step | None:
        """Return the step of a name, if there is one."""
        return next((one for one in self.steps if one.name == name), None)


def read_form(path: Path) -> Form:
    """Read a form's file; its references to other files of the folder are followed.

    Raises SchemaError with the place of what is not understood.
    """
    whole = json.loads(path.read_text(encoding="utf-8"))
    return _form(whole, _Shared(path.parent))


class _Shared:
    """The definitions that forms of one folder share, each file read once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, Any] = {}

    def resolved(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """Return a schema without its reference: what stands beside `$ref` wins."""
        if "$ref" not in said:
            return dict(said)
        file, _sign, pointer = said["$ref"].partition("#/")
        if not file.endswith(".json") or "/" in file:
            raise SchemaError(f"only a file of the same folder can be referred to: {said['$ref']}")
        if file not in self._files:
            self._files[file] = json.loads((self._folder / file).read_text(encoding="utf-8"))
        found: Any = self._files[file]
        for part in pointer.split("/"):
            if part not in found:
                raise SchemaError(f"nothing is at {said['$ref']}")
            found = found[part]
        beside = {key: value for key, value in said.items() if key != "$ref"}
        return {**self.resolved(found), **beside}


def _form(whole: Mapping[str, Any], shared: _Shared) -> Form:
    about, paper = whole["x-form"], whole["x-paper"]
    questions, rules, required = _questions(whole, shared, whole["$id"])
    return Form(
        name=about["name"],
        version=about["version"],
        title=whole["x-title"],
        wish=whole["x-wish"],
        about=whole["x-about"],
        find=whole["x-find"],
        where=whole["x-where"],
        attach=tuple(whole["x-attach"]),
        group=about["group"],
        goes=about["goes"],
        categories=tuple(
            (one.get("if", {}), one["category"]) for one in about.get("categories", ())
        ),
        duty=about["duty"],
        limits=tuple(about["limits"]),
        steps=tuple(
            Step(
                name=one["name"],
                title=one["title"],
                intro=one.get("intro", NO_WORDS),
                asks=tuple(one["asks"]),
            )
            for one in whole["x-steps"]
        ),
        questions=questions,
        rules=rules,
        required=required,
        paper=PaperPlan(
            title=paper["title"],
            subtitle=paper.get("subtitle", NO_WORDS),
            court=paper["court"],
            sides=tuple(
                Side(role=one["role"], of=one["of"], condition=one.get("if", {}))
                for one in paper["sides"]
            ),
            price=paper.get("price", ""),
            case_number=paper.get("case-number", ""),
            text=_sentences(paper["text"]),
            asks=_sentences(paper["asks"]),
            enclosures=_sentences(paper["enclosures"]),
            signer=paper["signer"],
        ),
    )


def _sentences(said: Sequence[Mapping[str, Any]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(
            words={language: one[language] for language in PAPER_LANGUAGES},
            condition=one.get("if", {}),
            each=one.get("each", ""),
        )
        for one in said
    )


def _questions(
    said: Mapping[str, Any], shared: _Shared, place: str
) -> tuple[tuple[Question, ...], tuple[Rule, ...], frozenset[str]]:
    questions = tuple(
        _question(name, shared.resolved(one), shared, f"{place}/{name}")
        for name, one in said["properties"].items()
    )
    rules = tuple(
        Rule(
            condition=one["if"],
            asked=frozenset(one["then"].get("properties", ()))
            | frozenset(one["then"].get("required", ())),
            required=frozenset(one["then"].get("required", ())),
        )
        for one in said.get("allOf", ())
    )
    return questions, rules, frozenset(said.get("required", ()))


def _question(name: str, said: Mapping[str, Any], shared: _Shared, place: str) -> Question:
    kind = _kind(said, place)
    inner: tuple[Question, ...] = ()
    rules: tuple[Rule, ...] = ()
    required: frozenset[str] = frozenset()
    if kind is Kind.GROUP:
        inner, rules, required = _questions(said, shared, place)
    if kind is Kind.LIST:
        inner = (_question("item", shared.resolved(said["items"]), shared, f"{place}/item"),)
    listed = kind is Kind.LIST
    return Question(
        name=name,
        kind=kind,
        ask=said.get("x-ask", NO_WORDS),
        term=said.get("x-term", NO_WORDS),
        help=said.get("x-help", NO_WORDS),
        missing=said.get("x-missing", NO_WORDS),
        wrong=said.get("x-wrong", NO_WORDS),
        options=_options(said, place) if kind is Kind.CHOICE else (),
        longest=said.get("maxLength", LONGEST_TEXT if kind is Kind.LONG_TEXT else LONGEST),
        least=said.get("minItems", 0) if listed else said.get("minimum"),
        most=said.get("maxItems", MOST_ITEMS) if listed else said.get("maximum"),
        pattern=said.get("pattern", ""),
        time=said.get("x-time", ""),
        courts=frozenset(said.get("x-courts", ())),
        person=said.get("x-person", False),
        prefilled=said.get("x-prefilled", False),
        questions=inner,
        rules=rules,
        required=required,
        add=said.get("x-add", NO_WORDS),
    )


def _kind(said: Mapping[str, Any], place: str) -> Kind:
    if "enum" in said:
        return Kind.CHOICE
    if said.get("x-unit") == "tyiyn":
        return Kind.MONEY
    form, kind = said.get("format"), said.get("type")
    if form is not None and form not in _OF_FORMAT:
        raise SchemaError(f"{place}: unknown format {form}")
    if kind not in _OF_TYPE:
        raise SchemaError(f"{place}: unknown type {kind}")
    return _OF_FORMAT[form] if form else _OF_TYPE[kind]


def _options(said: Mapping[str, Any], place: str) -> tuple[Option, ...]:
    words = said["x-options"]
    if list(words) != said["enum"]:
        raise SchemaError(f"{place}: x-options and enum do not name the same answers")
    paper = said.get("x-options-on-paper", {})
    return tuple(
        Option(code=code, words=words[code], on_paper=paper.get(code, words[code]))
        for code in said["enum"]
    )
