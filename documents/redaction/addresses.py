"""Addresses: finds where somebody lives by how addresses are built in Russian and Kyrgyz.

An address is a row of elements (region, district, town, village, estate, street, house, flat), in
any order and with any separators. A row is taken for one when it names a street, an estate or a
village together with a house or a flat.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from documents.redaction.ground import Ground


class Element(StrEnum):
    """What a part of an address says."""

    INDEX = "index"
    AREA = "area"  # region, district, rural community, town: no address by itself
    VILLAGE = "village"
    ESTATE = "estate"  # микрорайон, жилмассив
    STREET = "street"
    HOUSE = "house"
    FLAT = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an address stands, and how sure that is."""

    start: int
    end: int
    confidence: float


_WORD = r"[А-ЯЁҢӨҮA-Z][\w’'-]*"
_NOT_A_MARK = (
    r"(?!(?i:дом\w?|д|кв|квартир\w|үй|батир|ул|улиц\w|пр|пр-т|проспект|пер|переулок|бульвар|мкр|"
    r"микрорайон|жилмассив|г|город\w?|сел[оае]|пос|район|обл|область|корпус|корп|по|в|на)(?!\w))"
)
_NAME = rf"(?:[А-ЯЁҢӨҮ]\.\s?){{0,2}}{_NOT_A_MARK}{_WORD}(?:[ \u00a0]{_NOT_A_MARK}{_WORD}){{0,2}}"
_SHORT_NAME = rf"{_NOT_A_MARK}{_WORD}(?:[ \u00a0]{_NOT_A_MARK}{_WORD})?"
# 7 апреля, 40 лет Октября, 1-я Линия, 7-апрель
_NUMBERED = (
    rf"\d{{1,3}}\s?-?\s?(?:[а-яёңөү]{{1,12}}|{_NOT_A_MARK}{_WORD})"
    rf"(?:\s+{_NOT_A_MARK}{_WORD}){{0,2}}"
)
_QUOTED = r"[«\"“][^«»\"“”\n]{1,30}[»\"”]"
_LETTER = r"(?:\s?-\s?[а-гА-Г](?!\w)|[а-гА-Г](?!\w|\.\w)|\s[абвАБВ](?![\w.]))"
_NUMBER = rf"\d{{1,4}}(?!\d)(?:\s?/\s?\d{{1,4}}(?!\d))?{_LETTER}?"
_NO_UNIT = (
    r"(?!\s?-?\s?(?:сом|руб|тыс|млн|год|г\.|жыл|ж\.|лет|%|кв\.?\s?м|га|м2|чел|дней|день|күн|"
    r"январ|феврал|март|апрел|май|мая|июн|июл|август|сентябр|октябр|ноябр|декабр|бер|"
    r"пункт|ст\.|стать|час|мин|метр|шт))"
)
_STREET_MARK = (
    r"(?:ул(?:иц[аеуыой]{1,2})?|пр(?:-к?т\w?|осп(?:ект\w{0,3})?|оезд\w{0,2}|-д)?|"
    r"пер(?:еул\w{0,4})?|бульвар\w{0,2}|б-р|бул|туп(?:ик\w{0,2})?|шоссе|ш-се|набережн\w{2}|аллея)"
)
_STREET_TAIL = (
    r"(?:(?:чолок|тар)\s+)?(?:көч(?:ө\w{0,14})?|коч(?:о\w{0,14})?|проспект\w{0,10}|пр-т\w{0,3}|"
    r"бульвар\w{0,8}|туюг\w{0,6}|лини[яи]\w{0,4}|пр(?=\.?[\s,]*(?:№|үй|\d)))"
)
_ESTATE_MARK = (
    r"(?:мкр?(?:-?н)?|микрорайон\w{0,2}|м-н|м/р(?:-н)?|м/он|ж\s?/\s?м(?:ассив)?|жилмассив\w{0,2}|"
    r"жил\.?\s?массив\w{0,2}|жило(?:й|го|м)\s+массив\w{0,2}|жил\.\s?м|квартал\w{0,2}|"
    r"новостройк\w|дачн\w+\s+(?:массив|посёл\w+|посел\w+))"
)
_ESTATE_TAIL = (
    r"(?:кичи\s?район\w{0,8}|к/р|микрорайон\w{0,8}|мкр|жилмассив\w{0,8}|ж/м|"
    r"(?:турак\s?жай\s+|конуш\s+)?массив\w{0,8}|т/ж/м|т/м|конуш\w{0,8})"
)
_PARTS: tuple[tuple[Element, str], ...] = (
    (Element.INDEX, r"(?<![\d-])7[12]\d{4}(?!\d)"),
    (
        Element.STREET,
        (
            rf"(?i:{_STREET_MARK})\.?\s*(?:(?i:им\.|имени)\s*)?"
            rf"(?:{_QUOTED}|{_NUMBERED}|{_NAME}|\d{{1,3}}(?=\s*,))"
        ),
    ),
    (
        Element.STREET,
        (
            rf"(?:{_QUOTED}|{_NUMBERED}|{_NAME})\s*(?:(?i:атындагы)\s+)?-?"
            rf"(?i:{_STREET_TAIL})(?:\.|(?!\w))"
        ),
    ),
    (
        Element.STREET,
        (
            rf"{_NAME}\s+(?i:ул(?:ица|\.)|пр(?:оспект|-т|осп\.)|пер(?:еулок|\.)|бульвар)"
            r"(?!\w)"
        ),
    ),
    (
        Element.ESTATE,
        (
            rf"(?i:{_ESTATE_MARK})\.?\s*(?:{_QUOTED}|{_SHORT_NAME}(?:\s?-\s?\d{{1,2}})?"
            r"|\d{1,2}(?!\d))"
        ),
    ),
    (
        Element.ESTATE,
        (
            rf"(?:{_QUOTED}|{_SHORT_NAME}(?:\s?-\s?\d{{1,2}})?|\d{{1,2}}(?:\s?-?(?:й|го|м))?)\s?-?\s?"
            rf"(?i:{_ESTATE_TAIL})(?:\.|(?!\w))"
        ),
    ),
    (
        Element.HOUSE,
        (
            rf"(?i:д(?:ом\w{{0,2}})?|үй\w{{0,3}}|уй|стр(?:оени\w)?|здани\w|вл(?:адени\w)?)"
            rf"\.?\s*(?i:№|N|номер|под\s+номером)?\s*{_NUMBER}"
        ),
    ),
    (Element.HOUSE, rf"№\s*{_NUMBER}\s?-?\s?(?i:үй\w{{0,10}})?"),
    (Element.HOUSE, rf"{_NUMBER}\s?-?\s?(?i:үй\w{{0,10}}|уй(?!\w)|дом\w?(?!\w))"),
    (
        Element.FLAT,
        (
            r"(?i:кв(?:артир\w{0,2})?|батир\w{0,4}|офис\w?|оф|ком(?:н(?:ат\w)?)?|пом(?:ещ\w*)?|"
            r"корп(?:ус\w{0,2})?|лит(?:ер\w?)?|подъезд\w{0,2}|блок|секция)"
            r"\.?\s*(?i:№|N|номер)?\s*\d{1,4}(?!\d)[а-гА-Г]?(?!\w)"
        ),
    ),
    (
        Element.FLAT,
        (
            r"\d{1,4}\s?-?\s?(?i:батир\w{0,10}|квартир\w{0,2}|кв(?!\w|\.?\s?м|\.?\s?\d)|корпус\w{0,6}|"
            r"подъезд\w{0,4}|бөлмө\w{0,6})"
        ),
    ),
    (
        Element.VILLAGE,
        (
            rf"(?<!\w)(?i:с(?:ел[оаеу]|\.)|пос(?:\.|[её]л\w+)|пгт\.?|а(?:ил\w?|йыл)?\.|"
            rf"уч(?:\.|аст\w+))\s*{_SHORT_NAME}"
        ),
    ),
    (
        Element.AREA,
        (
            rf"{_SHORT_NAME}\s+(?i:айыл(?:н\w+)?\s?(?:аймаг\w*|аймак\w*|өкмөт\w*|окмот\w*)|"
            r"аильн\w+\s+(?:округ\w*|аймак\w*|управ\w*)|сельск\w+\s+(?:округ\w*|управ\w*)|"
            r"а/а|а/о|а\.\s?а\.|а/ө)(?!\w)"
        ),
    ),
    (
        Element.VILLAGE,
        (
            rf"{_SHORT_NAME}\s*(?:(?i:айыл(?:ы\w{{0,10}})?|кышта\w{{1,10}}|посёлогу\w{{0,6}})"
            r"(?!\w)|а\.)"
        ),
    ),
    (
        Element.AREA,
        (
            rf"{_SHORT_NAME}\s*(?i:р(?:айон\w{{0,6}}|-он\w?|-н\w{{0,2}})|обл(?:аст\w{{1,3}}|"
            r"ус\w{1,8}|\.)?|ш(?:аар\w{0,10}|\.))(?!\w)\.?"
        ),
    ),
    (Element.AREA, rf"(?<!\w)(?i:г(?:ор(?:од\w{{0,2}}|\.)|\.)|шаары)\s*{_SHORT_NAME}"),
    (
        Element.AREA,
        r"(?:Бишкек|Ош|Кыргызск\w+\s+Республик\w|Кыргыз\s+Республикасы\w{0,4}|КР)(?!\w)",
    ),
)
_ELEMENT = re.compile(
    r"(?<!\w)(?=[\w№«\"“])(?:"
    + "|".join(rf"(?P<{kind.value}{at}>{part})" for at, (kind, part) in enumerate(_PARTS))
    + ")"
)
# Between two elements of one address: at most one line's end, and the small words of a sentence.
_BETWEEN = re.compile(
    r"[^\S\n]*[,;.(–—-]?[^\S\n]*\n?[^\S\n]*(?:[,)][^\S\n]*)?"
    r"(?:(?i:по|в|на|дагы|жана|ичинде)[^\S\n]+)?"
)
_BARE = re.compile(
    rf"[\s,]{{0,3}}(?:№\s*)?{_NUMBER}(?:\s?[-–,]\s?\d{{1,4}}(?![\d.]))?(?![\w/]|[.,]\d){_NO_UNIT}"
)
# Streets are often left unmarked: «г. Бишкек, Токтогула 112-45».
_UNMARKED = re.compile(
    rf"(?:{_NAME}|{_NUMBERED}),?\s{{1,2}}(?:№\s*)?{_NUMBER}(?:\s?[-–/,]\s?\d{{1,4}}(?!\d))?"
    rf"(?![\w/]|[.,]\d){_NO_UNIT}"
)
_LIVES = re.compile(
    r"(?i:адрес\w{0,3}|прожива\w+|прописан\w*|зарегистрирован\w*|жител\w+|дареги?\w{0,6}|"
    r"жаша(?:ган|йт|п|п\s+турган|оочу)\w*|каттал(?:ган|уу)\w*|регистрац\w+)"
    r"[\s:–—-]{0,4}(?:(?i:по\s+адресу|боюнча|в|на|место\w*)[\s:]{1,2}){0,2}"
)
_PLACES = frozenset({Element.STREET, Element.ESTATE, Element.VILLAGE})
_DOORS = frozenset({Element.HOUSE, Element.FLAT})


def addresses(text: str) -> Iterator[Address]:
    """Give every address of the text, from its first element to its last, none over another."""
    ground = Ground(len(text))
    for row, end in _rows(text):
        kinds = {kind for kind, _start, _end in row}
        start = row[0][1]
        lives = _lives_before(text, start)
        door = bool(kinds & _DOORS) or end > row[-1][2]
        if kinds & _PLACES and door:
            confidence = 0.95 if Element.STREET in kinds or lives else 0.85
        elif lives and (Element.STREET in kinds or (Element.AREA in kinds and door)):
            confidence = 0.8
        else:
            continue
        ground.take((start, end))
        yield Address(start=start, end=end, confidence=confidence)
    for lived in _LIVES.finditer(text):
        found = _UNMARKED.match(text, lived.end())
        if found and ground.free(found.span()):
            ground.take(found.span())
            yield Address(start=found.start(), end=found.end(), confidence=0.7)


def _lives_before(text: str, start: int) -> bool:
    return any(
        lived.end() == start or not text[lived.end() : start].strip(" \n:,-–")
        for lived in _LIVES.finditer(text, max(0, start - 60), start)
    )


def _rows(text: str) -> Iterator[tuple[list[tuple[Element, int, int]], int]]:
    """Give the elements that stand together, and where the bare house number behind them ends."""
    row: list[tuple[Element, int, int]] = []
    found = _ELEMENT.search(text)
    while True:
        if row and (found is None or not _BETWEEN.fullmatch(text, row[-1][2], found.start())):
            end = _bare_end(text, row)
            yield row, end
            row = []
            if found and found.start() < end:
                found = _ELEMENT.search(text, end)
        if found is None:
            return
        kind = Element((found.lastgroup or "").rstrip("0123456789"))
        row.append((kind, found.start(), found.end()))
        at = found.end()
        if kind in _PLACES and (bare := _BARE.match(text, at)) and not _is_marked(text, bare):
            row.append((Element.HOUSE, bare.start(), bare.end()))
            at = bare.end()
        found = _ELEMENT.search(text, at)


def _is_marked(text: str, bare: re.Match[str]) -> bool:
    """Tell whether the number belongs to a mark behind it: 34-үй, 5-батир, 12 кв."""
    marked = _ELEMENT.match(text, bare.start() + len(bare[0]) - len(bare[0].lstrip(" ,\n")))
    return marked is not None and marked.end() > bare.end()


def _bare_end(text: str, row: list[tuple[Element, int, int]]) -> int:
    """Return where the address ends with the street and house that bear no mark."""
    end = row[-1][2]
    if row[-1][0] is Element.AREA:
        between = _BETWEEN.match(text, end)
        found = _UNMARKED.match(text, between.end() if between else end)
        if found and _lives_before(text, row[0][1]):
            return found.end()
    elif row[-1][0] in _DOORS and (
        found := re.compile(r"\s?[-–]\s?\d{1,4}(?!\d)").match(text, end)
    ):
        return found.end()
    return end
