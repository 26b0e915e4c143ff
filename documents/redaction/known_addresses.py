"""Known addresses: finds where a text tells an address that the case file knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from documents.redaction.declension import kyrgyz_case, russian_forms
from documents.redaction.known import Known
from documents.redaction.vocabulary import ADDRESS_WORDS, MONTHS
from documents.spelling import WORD, skeleton

_STREET_WORD = (
    r"ул(?:\.|иц[аеуы]й?)|пр(?:-т|осп|оспект\w{0,2})?\.|проспект\w{0,2}|пер(?:\.|еул\w+)|"
    r"мкр\.?|микрорайон\w{0,2}|м-н|ж/м|жилмассив\w{0,2}|бульвар\w{0,2}|тупик\w{0,2}"
)
_STREET_TAIL = r"көч(?:\.|өсү\w{0,5})|проспектиси\w{0,4}|кичирайону\w{0,4}|чолок\s+көчөсү\w{0,4}"
_ADDRESS_STEMS = ("коч", "проспект", "кичираион", "жила", "номер", "дом", "турак", "уч")
_WINDOW = 60
_LEAD = re.compile(rf"(?:{_STREET_WORD})\s*(?:[А-ЯЁҢӨҮ\d][\w.-]*\s+){{0,2}}$")
_TAIL = re.compile(
    r"(?:\s?[/-]\s?\d{1,4})?(?:\s?-?\s?[а-гА-Г](?!\w))?(?:\s?-\s?үй\w*)?"
    r"(?:[\s,]*(?:кв|батир|квартир[аеуы])\.?\s*(?:№\s*)?\d{1,4}"
    r"|[\s,]*\d{1,4}\s?-\s?батир\w*)?"
)


def known_addresses(text: str, known: Known) -> Iterator[tuple[int, int, str]]:
    """Give the places where a known street stands by its known house, and whose address it is."""
    told = [
        (person.key, *street_and_house(address))
        for person in known.persons
        for address in person.addresses
    ]
    letters = {street[0] for _owner, streets, house in told if house for street in streets}
    if not letters:
        return
    words: dict[str, list[tuple[int, int]]] = {}
    for found in WORD.finditer(text):
        word = skeleton(found[0])
        if word[:1] in letters:
            words.setdefault(word, []).append(found.span())
    for owner, streets, house in told:
        if house is not None:
            for start, end in _like(text, words, streets, house):
                yield start, end, owner


def _like(
    text: str, words: dict[str, list[tuple[int, int]]], streets: tuple[str, ...], house: str
) -> Iterator[tuple[int, int]]:
    number = re.compile(rf"(?<![\d.,/]){re.escape(house)}(?!\d|[.,]\d)")
    for word, places in words.items():
        if not any(_is_form_of(word, street) for street in streets):
            continue
        for start, end in places:
            after = number.search(text, end, min(len(text), end + _WINDOW))
            if after is None or not _only_address(text[end : after.start()], streets):
                continue
            lead = _LEAD.search(text[max(0, start - _WINDOW) : start])
            if word.startswith(MONTHS) and lead is None:  # «7 апреля», but not «ул. 7 апреля»
                continue
            tail = _TAIL.match(text, after.end())
            yield start - (len(lead[0]) if lead else 0), tail.end() if tail else after.end()


def _only_address(between: str, streets: tuple[str, ...]) -> bool:
    """Tell whether nothing but the words of an address stands between street and house."""
    return "\n\n" not in between and all(
        name in streets or name in ADDRESS_WORDS or name.startswith(_ADDRESS_STEMS)
        for name in map(skeleton, WORD.findall(between))
    )


def street_and_house(address: str) -> tuple[tuple[str, ...], str | None]:
    """Return the telling words of the street and the house number of a written address.

    >>> street_and_house("Бишкек ш., Токтоналиев көч., 12-үй, 4-батир")
    (('токтоналиев',), '12')
    """
    pieces = [piece for piece in re.split(r"[,;\n]", address) if piece.strip()]
    streets = [
        at
        for at, piece in enumerate(pieces)
        if re.search(rf"(?<!\w)(?:{_STREET_WORD})|(?:{_STREET_TAIL})", piece, re.IGNORECASE)
    ]
    numbered = [at for at, piece in enumerate(pieces) if _number(piece) and _telling(piece)]
    placed = [at for at, piece in enumerate(pieces[:-1]) if _number(pieces[at + 1])]
    for at in (*streets, *numbered, *placed):
        house = next((number for piece in pieces[at:] if (number := _number(piece))), None)
        if house and _telling(pieces[at]):
            return _telling(pieces[at]), house
    return (), None


def _telling(piece: str) -> tuple[str, ...]:
    return tuple(
        name
        for word in WORD.findall(piece)
        if len(name := skeleton(word)) > 2 and name not in ADDRESS_WORDS  # noqa: PLR2004
    )


def _number(piece: str) -> str | None:
    """Return the first number behind the name: in «ул. 7 апреля 15» that is 15."""
    named = [found.end() for found in WORD.finditer(piece) if skeleton(found[0]) in _telling(piece)]
    found = re.search(r"\d{1,4}", piece[max(named, default=0) :])
    return found[0] if found else None


def _is_form_of(word: str, street: str) -> bool:
    if word[:1] != street[:1]:
        return False
    if word in russian_forms(street):
        return True
    stem = street[:-1] if len(street) > 4 and street[-1] in "аияе" else street  # noqa: PLR2004
    if not word.startswith(stem) or len(stem) < 3:  # noqa: PLR2004
        return False
    rest = word[len(stem) :]
    return len(rest) <= 3 or kyrgyz_case(rest) is not None  # noqa: PLR2004
